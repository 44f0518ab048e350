"""`coxa simulate`: simulate one exercise performed by one person."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import coxa

from .. import _core
from ..base import check
from ..trials.labels import subtitle, title
from .arguments import add_json, add_person, add_settings, called, criterion_of, number_in
from .output import FAILED, OK, fixed_text, new_console, print_json, print_table, short_text


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("name", metavar="NAME", help="exercise")
    sub.add_argument("--load", metavar="KG", type=number_in("kg"), help="total external load")
    add_person(sub)
    add_settings(sub)
    sub.add_argument(
        "--criterion",
        metavar="P",
        default="2",
        help="recruitment criterion: exponent from 1 to 5, or min-max; default 2",
    )
    sub.add_argument("--strict", action="store_true", help="fail at the first unsolved frame")
    sub.add_argument(
        "--intervals", action="store_true", help="also compute the range of each support force"
    )
    sub.add_argument("-o", "--output", metavar="OUT.h5", help="file to write the result to")
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    target = None if options.output is None else check.output_path(options.output)
    criterion = criterion_of(options.criterion)
    flags = {"strict": options.strict, "intervals": options.intervals}
    result = called(coxa.simulate, options, criterion=criterion, **flags)
    if target is not None:
        result.save(target)
    if options.json:
        print_json(_result_as_dict(result, target))
    else:
        _print_result(result, target)
        for warning in _warnings(result):
            print("coxa: warning:", warning, file=sys.stderr)
    return OK if result.solved else FAILED


def _warnings(result: coxa.Result) -> list[str]:
    frames = result.dataset.sizes["time"]
    found = [f"{text} in {count} of {frames} frames" for text, count in result.status.items()]
    if fibres := str(result.dataset.attrs.get("fibers_out_of_range", "")).split():
        found.append(f"fibres that left their sound range: {', '.join(fibres)}")
    return found


def _result_as_dict(result: coxa.Result, target: Path | None) -> dict[str, Any]:
    summary, groups = result.summary(), result.muscle_groups()
    names = {
        "unit": "unit",
        "value": "value",
        "per kg": "per_kg",
        "at s": "time",
        "% up": "percent_up",
    }
    return {
        "exercise": result.exercise,
        "parameters": result.parameters,
        "subject": json.loads(str(result.dataset.attrs["subject"]) or "null"),
        "model": result.dataset.attrs["model"],
        "criterion": result.dataset.attrs["criterion"],
        "frames": result.dataset.sizes["time"],
        "solved": result.solved,
        "status": result.status,
        "warnings": _warnings(result),
        "notes": result.notes,
        "summary": {
            name: {names[column]: row[column] for column in names}
            for name, row in summary.iterrows()
        },
        "muscle_groups": {
            name: {str(k).replace(" ", "_"): v for k, v in row.items()}
            for name, row in groups.iterrows()
        },
        "file": None if target is None else os.fspath(target),
        "coxa_version": _core.build_version,
    }


def _print_result(result: coxa.Result, target: Path | None) -> None:
    console = new_console()
    console.print(f"[bold]{title(result)}[/bold]\n{subtitle(result)}")
    groups = result.muscle_groups()
    # summaries of single groups are omitted: the table of groups has them
    repeated = tuple(f"{name}_" for name in groups.index)
    rows = [
        (
            str(row["meaning"]),
            short_text(row["value"]),
            str(row["unit"]),
            short_text(row["per kg"]),
            fixed_text(row["at s"], 2),
            fixed_text(row["% up"], 0),
        )
        for name, row in result.summary().iterrows()
        if not str(name).startswith(repeated)
    ]
    print_table(
        console, "", ("quantity", "value", "unit", "per kg", "at s", "% of the way up"), rows
    )
    columns = {
        "mean activation": ("mean activation", 2),
        "peak activation": ("peak", 2),
        "peak at s": ("at s", 2),
        "mean force N": ("mean force N", 0),
        "peak force N": ("peak force N", 0),
    }
    group_rows = [
        (
            str(name).replace("_", " "),
            *(fixed_text(row[key], digits) for key, (_, digits) in columns.items()),
        )
        for name, row in groups.iterrows()
    ]
    heads = [head for head, _ in columns.values()]
    print_table(console, "", ("muscle group, both sides", *heads), group_rows)
    for name, text in result.notes.items():
        try:
            # hide rounding noise around zero
            text = f"{round(float(text), 9):.4g}"
        except ValueError:
            pass
        console.print(f"{name.replace('_', ' ')}: {text}", style="dim")
    if target is not None:
        console.print(f"wrote {target}")
