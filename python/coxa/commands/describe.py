"""`coxa describe`: describe an exercise and its parameters."""

from __future__ import annotations

import argparse

import coxa

from .arguments import add_json
from .output import OK, new_console, print_json, print_table


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("name", metavar="NAME", help="exercise")
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    found = coxa.exercise(options.name)
    info = found.info
    if options.json:
        print_json(
            {
                "name": info.name,
                "title": info.title,
                "description": info.description,
                "muscles": info.muscles,
                "references": info.references,
                "origin": found.origin,
                "parameters": [
                    {
                        "name": p.name,
                        "unit": p.unit,
                        "default": p.default,
                        "minimum": p.minimum,
                        "maximum": p.maximum,
                        "choices": p.choices,
                        "description": p.description,
                    }
                    for p in found.parameters.values()
                ],
            }
        )
        return OK
    console = new_console()
    console.print(f"[bold]{info.title}[/bold] ({info.name})\n{info.description}")
    if info.muscles:
        console.print(f"For: {', '.join(info.muscles)}")
    print_table(
        console,
        "",
        ("parameter", "default", "range", "unit", "description"),
        found.parameters._rows(),
    )
    for reference in info.references:
        console.print(f"  {reference}", style="dim")
    return OK
