"""Output of the commands: tables, JSON, figures, exit statuses."""

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

from ..base.check import written_whole
from ..base.json_values import plain

OK, FAILED, BAD_INPUT = 0, 1, 2
PICTURES = (".png", ".pdf", ".svg", ".jpg")


def new_console() -> Console:
    """The console for results."""
    return wide_console(132)


def wide_console(width: int) -> Console:
    """A console as wide as the terminal; `width` characters in a file or pipe."""
    return Console(width=None if sys.stdout.isatty() else width, highlight=False)


def print_json(value: Any) -> None:
    """Print one JSON value; non-finite numbers become null."""
    print(json.dumps(plain(value), indent=2))


def print_table(
    console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """Print a table of texts, with numeric columns right-aligned."""

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for i, name in enumerate(columns):
        numeric = bool(rows) and all(looks_numeric(row[i]) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def looks_numeric(text: str) -> bool:
    """Whether a cell holds a number or is empty."""
    return text == "" or text.lstrip("-").replace(".", "", 1).replace("e-", "").isdigit()


def short_text(value: float) -> str:
    """About three significant digits; integers in full; empty for non-finite values."""
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
    """`digits` decimals; empty for non-finite values."""
    return f"{value:.{digits}f}" if math.isfinite(value) else ""


def draw_to(given: Any, picture: Path, *kind: str, quiet: bool = False) -> None:
    """Write the figure of any object with a `plot` method, which may take the `kind` of figure, atomically."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    figure = given.plot(*kind)
    with written_whole(picture) as partial:
        figure.savefig(partial, dpi=130)
    if not quiet:
        print(f"wrote {picture}")
