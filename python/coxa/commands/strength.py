"""`coxa strength`: torques and moment arms of a person's model beside those of people."""

from __future__ import annotations

import argparse

import coxa

from ..answers.strength_curves import KINDS
from ..base import check
from .arguments import add_json, add_list, add_person, subject_of
from .output import OK, PICTURES, draw_to, print_json


def add(sub: argparse.ArgumentParser) -> None:
    add_list(sub, "--action", "ACTION", "joint actions, such as hip_extension; default all")
    add_person(sub)
    sub.add_argument(
        "--kind",
        choices=KINDS,
        default=KINDS[0],
        help="what the figure shows, default torque",
    )
    sub.add_argument("-o", "--output", metavar="PNG", help="write a figure")
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    picture = options.output and check.output_path(options.output, PICTURES)
    curves = coxa.strength_curves(
        subject_of(options), model=options.model, actions=options.action or None
    )
    if options.json:
        print_json(curves.to_dict())
    else:
        print(curves)
    if picture:
        draw_to(curves, picture, options.kind, quiet=options.json)
    return OK
