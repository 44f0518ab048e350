"""`coxa tornado`: vary each factor of a study from low to high, one at a time."""

from __future__ import annotations

import argparse

from .arguments import add_json, add_picture, add_workers, picture_of
from .output import short_text
from .studies import hand_over, read_definition


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("file", metavar="FILE.toml", help="definition of the study")
    sub.add_argument(
        "measure", metavar="MEASURE", help="summary, such as peak_hip_extension_moment"
    )
    add_workers(sub)
    add_picture(sub)
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    study, _ = read_definition(options.file)
    picture = picture_of(options)
    found = study.tornado(options.measure, workers=options.workers)
    given = found.measured
    title = f"{given.label}: {short_text(found.base)} {given.unit} with all at their medians"
    notes = [f"{found.missing} of {len(given.values)} trials failed"] if found.missing else []
    return hand_over(options, found, picture, title, {"": found.table}, notes)
