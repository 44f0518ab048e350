"""`coxa optimize`: find the best way to do an exercise within limits."""

from __future__ import annotations

import argparse
from typing import Any

import coxa

from ..authoring.catalogue import known
from ..base import check
from .arguments import (
    add_json,
    add_list,
    add_person,
    add_picture,
    add_settings,
    add_workers,
    criterion_of,
    number_in,
    pairs_of,
    parameters_of,
    picture_of,
    subject_of,
    value_of,
    whole_number,
)
from .studies import hand_over


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("name", metavar="EXERCISE", help="exercise")
    goal = sub.add_mutually_exclusive_group(required=True)
    goal.add_argument("--maximize", metavar="SUMMARY", help="summary variable to maximise")
    goal.add_argument("--minimize", metavar="SUMMARY", help="summary variable to minimise")
    text = "range of a parameter to choose from, or its levels: NAME=A,B,C"
    add_list(sub, "--over", "NAME=LOW:HIGH", text, required=True)
    add_list(
        sub,
        "--limit",
        "SUMMARY=MOST",
        "upper limit, or SUMMARY=LOW:HIGH; reserve_frames=0 keeps within the person's strength",
    )
    sub.add_argument(
        "--form", action="store_true", help="require every cue of check-form to be met"
    )
    sub.add_argument(
        "--load", metavar="KG", type=number_in("kg"), help="load, unless it is one of --over"
    )
    sub.add_argument(
        "--trials", type=whole_number, default=512, help="maximum number of trials, default 512"
    )
    sub.add_argument("--seed", type=whole_number, default=0, help="random seed, default 0")
    add_person(sub)
    add_settings(sub)
    sub.add_argument(
        "--criterion", metavar="P", default="2", help="recruitment criterion, as in simulate"
    )
    add_workers(sub)
    add_picture(sub)
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    known(options.name)
    given: dict[str, Any] = parameters_of(options)
    over = {
        name: _choices(options.name, name, text)
        for name, text in pairs_of("--over", options.over, "NAME=LOW:HIGH or NAME=A,B,C").items()
    }
    limits: dict[str, Any] = {
        name: _limit(name, text)
        for name, text in pairs_of(
            "--limit", options.limit, "SUMMARY=MOST or SUMMARY=LOW:HIGH"
        ).items()
    }
    if options.form:
        limits["form"] = True
    picture = picture_of(options)
    found = coxa.optimize(
        options.name,
        options.maximize or options.minimize,
        subject_of(options),
        over=over,
        limits=limits,
        maximize=options.maximize is not None,
        trials=options.trials,
        seed=options.seed,
        workers=options.workers,
        model=options.model,
        criterion=criterion_of(options.criterion),
        frames=options.frames,
        **given,
    )
    table = found.limits.reset_index()
    return hand_over(options, found, picture, repr(found), {"": table})


def _choices(exercise: str, name: str, text: str) -> Any:
    """The choices of one parameter: LOW:HIGH as a pair, A,B,C as a list of levels."""
    declared = coxa.exercise(exercise).parameters
    if name not in declared:
        raise check.unknown(f"parameter of {exercise}", name, declared)
    p = declared[name]
    if p.choices:
        return text.split(",")
    low, colon, high = text.partition(":")
    if colon:
        return value_of("--over", name, low, p.unit), value_of("--over", name, high, p.unit)
    return [value_of("--over", name, item, p.unit) for item in text.split(",")]


def _limit(name: str, text: str) -> Any:
    """A limit: a maximum, or LOW:HIGH, either of which may be empty."""
    low, colon, high = text.partition(":")
    if not colon:
        return value_of("--limit", name, text)
    return tuple(value_of("--limit", name, end) if end else None for end in (low, high))
