"""`coxa max-load`: find the heaviest load that can be lifted."""

from __future__ import annotations

import argparse
import math

import coxa

from ..answers.criteria import CRITERIA
from ..answers.load_uncertainty import PERCENTILES, WORDS, LoadUncertainty
from ..base import check
from .arguments import add_json, add_person, add_settings, called
from .output import OK, PICTURES, draw_to, fixed_text, new_console, print_json, print_table


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("name", metavar="NAME", help="exercise")
    add_person(sub)
    add_settings(sub)
    sub.add_argument("-o", "--output", metavar="PNG", help="write a figure of the sticking curve")
    sub.add_argument(
        "--uncertainty",
        action="store_true",
        help="also the load of weaker and stronger people of this sex, age, training and size; 10 s to 2 min",
    )
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    picture = options.output and check.output_path(options.output, PICTURES)
    limit = called(coxa.max_load, options)
    spread = limit.uncertainty() if options.uncertainty else None
    if options.json:
        told = {"uncertainty": spread.to_dict()} if spread else {}
        print_json(
            {
                "exercise": limit.exercise,
                "load": limit.load,
                "frame": limit.frame,
                "time": limit.time,
                "limited_by": limit.limited_by,
                "limits": limit.limits.to_dict("records"),
                "technique": dict(limit.technique),
                "person": limit.whose,
                "curve": {column: limit.curve[column].tolist() for column in limit.curve},
                **told,
            }
        )
    else:
        print(limit)
        if following := limit.next_limits():
            print("without that limit, in the same frame:", *following, sep="\n  ")
        if words := limit.technique_words:
            print(f"technique: {words}")
        print(f"for: {limit.whose}")
        if spread:
            print()
            print_uncertainty(spread)
    if picture:
        draw_to(limit, picture, quiet=options.json)
    return OK


def print_uncertainty(spread: LoadUncertainty) -> None:
    """Percentiles of the load, muscle forces over the criteria, and the assumptions behind them."""
    console = new_console()
    rows = [
        [WORDS[str(name)], *("cannot" if math.isnan(x) else f"{x:.1f}" for x in row)]
        for name, row in spread.table.iterrows()
    ]
    percent = [f"{p}th percentile" for p in PERCENTILES]
    title = (
        f"greatest load of other such people, kg (strength varies by {100 * spread.spread:.0f} %)"
    )
    print_table(console, title, ["joints of a person", *percent], rows)
    forces = [
        [str(name).replace("_", " "), *(fixed_text(x, 0) for x in row)]
        for name, row in spread.forces.iterrows()
    ]
    title = "muscle forces in the limiting frame, N"
    columns = ["group", "criterion 2", f"least of {', '.join(map(str, CRITERIA))}", "greatest"]
    print_table(console, title, columns, forces)
    for line in spread.footer:
        console.print(line, style="dim", markup=False)
