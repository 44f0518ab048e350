"""Reading studies and printing what is found in them, shared by the commands about studies."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from .._core import InvalidArgument
from ..answers.answer import Answer
from ..studies.opening import open_study
from ..studies.study import Study
from ..studies.toml import read_study
from .output import OK, draw_to, print_json, print_table, short_text, wide_console

#: Rows of a long table that are printed.
_ROWS = 40


def read_definition(path: str) -> tuple[Study, dict[str, Any]]:
    """The study described by a TOML file, and the entries of the file."""
    if _is_hdf5(path):
        raise InvalidArgument(
            f"{path} holds results; this command takes the file that says what to simulate, such as study.toml"
        )
    return read_study(path)


def open_results(path: str) -> xr.Dataset:
    """The dataset of a finished study."""
    if path.endswith(".toml"):
        raise InvalidArgument(
            f"{path} says what to simulate; run 'coxa study {shlex.quote(path)} -o study.h5' first and give study.h5"
        )
    return open_study(path)


def _is_hdf5(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(8) == b"\x89HDF\r\n\x1a\n"
    except OSError:
        return False


def hand_over(
    options: argparse.Namespace,
    found: Answer,
    picture: Path | None,
    title: str,
    tables: Mapping[str, pd.DataFrame],
    notes: Sequence[str] = (),
    **more: Any,
) -> int:
    """Print tables and notes, or JSON, and draw the figure."""
    if options.json:
        if picture is not None:
            draw_to(found, picture, quiet=True)
        print_json(
            {**more, **found.to_dict(), "file": None if picture is None else os.fspath(picture)}
        )
        return OK
    console = wide_console(170)
    console.print(title, style="bold", markup=False)
    for name, table in tables.items():
        shown = table.head(_ROWS)
        rows = [[_cell(value) for value in row] for row in shown.itertuples(index=False)]
        print_table(console, name, [str(c).replace("_", " ") for c in shown.columns], rows)
        if len(table) > _ROWS:
            print(f"... {len(table) - _ROWS} more rows; --json gives all")
    for note in notes:
        console.print(note, style="dim", markup=False)
    if picture is not None:
        draw_to(found, picture)
    return OK


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else ""
    try:
        return short_text(float(value))
    except (TypeError, ValueError):
        return "" if value is None else str(value)
