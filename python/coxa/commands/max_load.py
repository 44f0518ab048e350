"""`coxa max-load`: find the heaviest load that can be lifted."""

from __future__ import annotations

import argparse

import coxa

from ..base import check
from .arguments import add_json, add_person, add_settings, called
from .output import OK, PICTURES, draw_to, print_json


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("name", metavar="NAME", help="exercise")
    add_person(sub)
    add_settings(sub)
    sub.add_argument("-o", "--output", metavar="PNG", help="write a figure of the sticking curve")
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    picture = options.output and check.output_path(options.output, PICTURES)
    limit = called(coxa.max_load, options)
    if options.json:
        print_json(
            {
                "exercise": limit.exercise,
                "load": limit.load,
                "frame": limit.frame,
                "time": limit.time,
                "limited_by": limit.limited_by,
                "limits": limit.limits.to_dict("records"),
                "person": limit.whose,
                "curve": {column: limit.curve[column].tolist() for column in limit.curve},
            }
        )
    else:
        print(limit)
        if following := limit.next_limits():
            print("without that limit, in the same frame:", *following, sep="\n  ")
        print(f"for: {limit.whose}")
    if picture:
        draw_to(limit, picture, quiet=options.json)
    return OK
