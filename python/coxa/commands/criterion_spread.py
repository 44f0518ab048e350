"""`coxa criterion-spread`: show how a result depends on the recruitment criterion."""

from __future__ import annotations

import argparse
import os

import coxa

from ..answers import criteria
from ..reading import load_trial
from .arguments import (
    PERSON,
    add_json,
    add_person,
    add_picture,
    add_settings,
    called,
    criterion_of,
    number_in,
    picture_of,
)
from .studies import hand_over


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "name", metavar="RESULT.h5|EXERCISE", help="saved result, or exercise to simulate"
    )
    sub.add_argument("--load", metavar="KG", type=number_in("kg"), help="total external load")
    add_person(sub)
    add_settings(sub)
    sub.add_argument(
        "--criteria",
        nargs="+",
        metavar="P",
        help="exponents from 1 to 5, or min-max; default 1 2 3 5 min-max",
    )
    add_picture(sub)
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    picture = picture_of(options)
    if options.name.endswith(".h5") or os.path.exists(options.name):
        said = [f"--{k}" for k in ("load", *PERSON, "model") if getattr(options, k) is not None]
        if said or options.set:
            raise coxa.InvalidArgument(
                f"{options.name} says what was simulated; leave out {' '.join(said or ['--set'])}"
            )
        result = load_trial(options.name)
    else:
        result = called(coxa.simulate, options)
    wanted = criteria.CRITERIA
    if options.criteria is not None:
        wanted = tuple(criterion_of(text) for text in options.criteria)
    found = criteria.spread(result, wanted)
    table = found.dependent.reset_index()
    same = len(found.table) - len(table)
    note = f"{same} of {len(found.table)} summaries do not depend on the criterion: the motion decides them"
    title = f"{result.exercise.replace('_', ' ')} under the criteria {', '.join(found.criteria)}"
    return hand_over(options, found, picture, title, {"": table}, [note])
