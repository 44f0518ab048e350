"""`coxa compare`: compare exercises performed by one person."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import coxa

from ..authoring.catalogue import known
from .arguments import add_person, add_settings, number_in, parameters_of_many, subject_of
from .output import print_table, wide_console
from .reports import add_output, hand_over, targets_of


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "names",
        metavar="NAME",
        nargs="+",
        help="exercise, or LABEL=EXERCISE to choose its label",
    )
    how = sub.add_mutually_exclusive_group()
    how.add_argument("--load", metavar="KG", type=number_in("kg"), help="the same load for all")
    how.add_argument(
        "--fraction",
        metavar="F",
        type=number_in(""),
        help="fraction of the maximum load of each, 0 to 1",
    )
    how.add_argument("--loads", metavar="NAME=KG", nargs="+", help="a load for each")
    add_person(sub)
    add_settings(sub, frames=401, of="[EXERCISE.]NAME=VALUE")
    sub.add_argument(
        "--no-max-load", action="store_true", help="skip the maximum loads, to save time"
    )
    add_output(sub)


def run(options: argparse.Namespace) -> int:
    exercises = _labelled(options.names)
    parameters = parameters_of_many(options.set, exercises)
    loads = None
    if options.loads is not None:
        loads = {}
        for item in options.loads:
            label, _, text = item.partition("=")
            try:
                loads[label] = float(text)
            except ValueError:
                raise coxa.InvalidArgument(f"--loads takes NAME=KG, not {item!r}") from None
    targets = targets_of(options)
    found = coxa.compare(
        {label: (name, parameters[label]) for label, name in exercises.items()},
        subject_of(options),
        load=options.load,
        fraction=options.fraction,
        loads=loads,
        model=options.model,
        frames=options.frames,
        max_loads=not options.no_max_load,
    )
    if not (options.json or options.csv):
        console = wide_console(60 + 26 * len(exercises))
        console.print(f"[bold]{found.heading}[/bold]")
        print_table(console, "", ("", *found.exercises), found.short())
        for line in found.footer:
            console.print(line, style="dim")
    return hand_over(found, options, targets)


def _labelled(names: Sequence[str]) -> dict[str, str]:
    # exercise by label
    found: dict[str, str] = {}
    for item in names:
        label, equals, name = item.partition("=")
        if label in found:
            raise coxa.InvalidArgument(
                f"{label!r} is named twice; give labels: near={label} far={label}"
            )
        found[label] = name if equals else label
        known(found[label])
    return found
