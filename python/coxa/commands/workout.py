"""`coxa workout`: total the sets and repetitions of one or two exercise variations."""

from __future__ import annotations

import argparse
from typing import Any

import coxa

from ..answers.sets import parse_sets, read_plan
from ..authoring.catalogue import known
from ..base import check
from .arguments import PERSON, add_person, add_settings, number_in, parameters_of_many, subject_of
from .output import print_table, short_text, wide_console
from .reports import add_output, hand_over, targets_of


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "plan",
        metavar="PLAN",
        nargs="+",
        help="EXERCISE:SETSxREPS, then @80kg or @70%% (of the maximum load), then /side to do each"
        " set with both legs in turn; or one file FILE.toml",
    )
    sub.add_argument(
        "--rest", metavar="S", type=number_in("s"), help="rest after each set in s, default 120"
    )
    sub.add_argument(
        "--threshold",
        type=number_in(""),
        help="activation from which a muscle counts as under tension, default 0.2",
    )
    sub.add_argument("--allow-more", action="store_true", help="allow more than two variations")
    add_person(sub)
    add_settings(sub, frames=401, of="[EXERCISE.]NAME=VALUE")
    add_output(sub)


def run(options: argparse.Namespace) -> int:
    extra: dict[str, Any] = {}
    subject = subject_of(options)
    if len(options.plan) == 1 and options.plan[0].endswith(".toml"):
        plan, extra = read_plan(options.plan[0])
        athlete = extra.pop("athlete", None)
        given = [getattr(options, name) for name in PERSON]
        if athlete is not None:
            if any(value is not None for value in given):
                raise coxa.InvalidArgument(
                    f"{options.plan[0]} says who the athlete is; leave out --sex, --mass, --height"
                    " and --strength, or its [athlete]"
                )
            subject = _athlete(athlete, options.plan[0])
        if options.set or options.rest is not None:
            raise coxa.InvalidArgument("with a file, --set and --rest belong into the file")
    else:
        names = {text.partition(":")[0]: text.partition(":")[0] for text in options.plan}
        for name, text in zip(names, options.plan, strict=False):
            if ":" not in text:
                parse_sets(text)
            known(name)
        parameters = parameters_of_many(options.set, names)
        rest = 120.0 if options.rest is None else options.rest
        plan = [
            parse_sets(text, rest, **parameters[text.partition(":")[0]]) for text in options.plan
        ]
    if options.threshold is not None:
        extra["threshold"] = options.threshold
    if options.allow_more:
        extra["allow_more"] = True
    if options.model is not None:
        extra["model"] = options.model
    extra.setdefault("frames", options.frames)
    targets = targets_of(options)
    found = coxa.Workout(plan, subject, **extra)
    if not (options.json or options.csv):
        console = wide_console(190)
        console.print(f"[bold]{found.heading}[/bold]")
        # columns omitted from the printed table are in the files; the label of a set names its exercise
        left_out = ("exercise", "work down J", "knee N m s", "ankle N m s")
        sets = found.table.drop(columns=[name for name in found.table if name in left_out])
        for head, table in (("set", sets), ("muscle group", found.groups)):
            rows = [
                [
                    str(name).replace("_", " "),
                    *(v.replace("_", " ") if isinstance(v, str) else short_text(v) for v in row),
                ]
                for name, row in zip(table.index, table.to_numpy().tolist(), strict=True)
            ]
            print_table(console, "", (head, *map(str, table.columns)), rows)
        for line in found.footer:
            console.print(line, style="dim")
    return hand_over(found, options, targets)


def _athlete(given: Any, name: str) -> coxa.Subject:
    if not isinstance(given, dict):
        raise coxa.InvalidArgument(f"{name}: athlete must be a table [athlete], not {given!r}")
    known = (*PERSON, "segment_lengths")
    for key in given:
        if key not in known:
            raise check.unknown(f"entry of [athlete] in {name}", key, known)
    return coxa.Subject(**given)
