"""`coxa list`: list the available exercises."""

from __future__ import annotations

import argparse
import sys

import coxa

from .arguments import add_json
from .output import FAILED, OK, new_console, print_json, print_table


def add(sub: argparse.ArgumentParser) -> None:
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    found = [coxa.exercise(name) for name in coxa.exercises()]
    if options.json:
        print_json(
            {
                "exercises": [
                    {
                        "name": e.name,
                        "title": e.info.title,
                        "muscles": e.info.muscles,
                        "origin": e.origin,
                    }
                    for e in found
                ]
            }
        )
    elif not found:
        print("no exercises were found; 'coxa doctor' says why", file=sys.stderr)
    else:
        rows = [(e.name, e.info.title, ", ".join(e.info.muscles)) for e in found]
        print_table(new_console(), "", ("name", "exercise", "for"), rows)
    return OK if found else FAILED
