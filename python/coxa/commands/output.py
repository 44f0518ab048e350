"""What commands give: tables on a terminal, JSON, pictures, exit statuses."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from .._core import FileError
from ..base.json_values import plain

OK, FAILED, BAD_INPUT = 0, 1, 2
PICTURES = (".png", ".pdf", ".svg", ".jpg")


def new_console() -> Console:
    """Where results are printed."""
    return wide_console(132)


def wide_console(width: int) -> Console:
    """As wide as the terminal; elsewhere of a given number of letters."""
    # a table in a file or pipe is as wide as it needs to be
    return Console(width=None if sys.stdout.isatty() else width, highlight=False)


def print_json(value: Any) -> None:
    """Prints one JSON value; null for what is not a finite number."""
    print(json.dumps(plain(value), indent=2))


def print_table(
    console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """Prints a table of texts, columns of numbers to the right."""

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for i, name in enumerate(columns):
        numeric = bool(rows) and all(looks_numeric(row[i]) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def looks_numeric(text: str) -> bool:
    """Whether a cell is a number, or empty."""
    return text == "" or text.lstrip("-").replace(".", "", 1).replace("e-", "").isdigit()


def short_text(value: float) -> str:
    """About three digits, whole numbers as they are; empty for NaN."""
    if not math.isfinite(value):
        return ""
    if value == round(value) and abs(value) < 1e6:
        return f"{value:.0f}"
    if 1e-3 <= abs(value) < 1e6:
        digits = (
            0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 3
        )
        return f"{value:.{digits}f}"
    return f"{value:.3g}"


def fixed_text(value: float, digits: int) -> str:
    """Some digits behind the point; empty for NaN."""
    return f"{value:.{digits}f}" if math.isfinite(value) else ""


def draw_to(given: Any, picture: Path, *, quiet: bool = False) -> None:
    """Writes the picture of anything that has one; it appears when it is whole."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    figure = given.plot()
    partial = picture.with_name(f".{picture.stem}.partial{picture.suffix}")
    try:
        figure.savefig(partial, dpi=130)
        os.replace(partial, picture)
    except OSError as error:
        raise FileError(f"cannot write {picture}: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
    if not quiet:
        print(f"wrote {picture}")
