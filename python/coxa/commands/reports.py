"""Output files and printing shared by compare and workout."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .._core import InvalidArgument
from ..answers.saving import DATA_SUFFIXES, PICTURE_SUFFIXES
from ..base import check
from .arguments import add_json
from .output import FAILED, OK, print_json


def add_output(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FILE",
        help="file to write: figure (.png, .pdf, .svg), full result (.h5) or tables (.csv, .json); may be"
        " repeated",
    )
    sub.add_argument("--csv", action="store_true", help="print CSV instead of tables")
    add_json(sub)


def targets_of(options: argparse.Namespace) -> list[Path]:
    """The files to write, checked before any computation starts."""
    if options.csv and options.json:
        raise InvalidArgument("--csv and --json exclude each other; give one of them")
    os.environ.setdefault("MPLBACKEND", "Agg")
    return [check.output_path(path, (*DATA_SUFFIXES, *PICTURE_SUFFIXES)) for path in options.output]


def hand_over(found: Any, options: argparse.Namespace, targets: Sequence[Path]) -> int:
    """Write the files, and print JSON or CSV if requested; tables have been printed before."""
    for target in targets:
        found.save(target)
    if options.json:
        print_json({**found.to_dict(), "files": [os.fspath(target) for target in targets]})
    elif options.csv:
        found.write_csv(sys.stdout)
    else:
        for target in targets:
            print(f"wrote {target}")
        for warning in found.warnings:
            print("coxa: warning:", warning, file=sys.stderr)
    return OK if found.solved else FAILED
