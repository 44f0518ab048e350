"""`coxa check-form`: check coaching cues on a result."""

from __future__ import annotations

import argparse

import coxa

from .arguments import add_json
from .output import FAILED, OK, new_console, print_json, print_table


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("file", metavar="OUT.h5", help="result of one trial")
    sub.add_argument(
        "--limits", metavar="CSV", help="table of limits to use instead of data/form/cues.csv"
    )
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    found = coxa.check_form(options.file, limits=options.limits)
    if options.json:
        print_json(found.to_dict())
        return OK if found.passed else FAILED
    console = new_console()
    print_table(console, found.heading, found.heads, found.lines())
    for cue in found.failed:
        console.print(cue.why)
    console.print(f"{found.verdict}. {found.note}", style="dim")
    return OK if found.passed else FAILED
