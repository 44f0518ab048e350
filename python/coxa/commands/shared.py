"""What the commands of `coxa` share: how they read options, and how they print tables, JSON and pictures."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import coxa

from ..base import check
from ..base.json_values import plain

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

OK, FAILED, BAD_INPUT = 0, 1, 2
PICTURES = (".png", ".pdf", ".svg", ".jpg")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        raise coxa.InvalidArgument(f"{message} (see {self.prog} --help)")


def number_in(unit: str) -> Any:
    """A type of options: a number, and an error that names its unit."""

    def parse(text: str) -> float:
        try:
            return float(text)
        except ValueError:
            of = f" in {unit}" if unit else ""
            raise argparse.ArgumentTypeError(f"must be a number{of}, not {text!r}") from None

    return parse


def whole_number(text: str) -> int:
    """A type of options: a whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text!r}") from None


def new_console() -> Console:
    """Where results are printed."""
    return wide_console(132)


def wide_console(width: int) -> Console:
    """As wide as the terminal; elsewhere of a given number of letters."""
    from rich.console import Console

    # a table in a file or pipe is as wide as it needs to be
    return Console(width=None if sys.stdout.isatty() else width, highlight=False)


def print_json(value: Any) -> None:
    """Prints one JSON value; null for what is not a finite number."""
    print(json.dumps(plain(value), indent=2))


def print_table(
    console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """Prints a table of texts, columns of numbers to the right."""
    from rich import box
    from rich.table import Table

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


def subject_of(options: argparse.Namespace) -> coxa.Subject | None:
    """The person of --sex, --mass, --height and --strength; None for a model of the user's own as it is."""
    given = {
        name: getattr(options, name)
        for name in ("sex", "mass", "height", "strength")
        if getattr(options, name) is not None
    }
    return None if options.model and not given else coxa.Subject(**given)


def parameters_of(options: argparse.Namespace) -> dict[str, float | str]:
    """The load and what --set NAME=VALUE gives."""
    declared = coxa.exercise(options.name).parameters
    given: dict[str, float | str] = {}
    load = getattr(options, "load", None)
    if load is not None:
        given["load"] = load
    for item in options.set:
        name, equals, text = item.partition("=")
        if not equals:
            raise coxa.InvalidArgument(f"--set takes NAME=VALUE, not {item!r}")
        if name not in declared:
            raise check.unknown(f"parameter of {options.name}", name, declared)
        if name in given:
            raise coxa.InvalidArgument(f"{name} is given twice")
        given[name] = _parameter(declared[name], name, text)
    return given


def parameters_of_many(
    items: Sequence[str], exercises: dict[str, str]
) -> dict[str, dict[str, float | str]]:
    """Parameters by label, from LABEL.NAME=VALUE and from NAME=VALUE for all that have it."""
    given: dict[str, dict[str, float | str]] = {label: {} for label in exercises}
    for item in items:
        left, equals, text = item.partition("=")
        if not equals:
            raise coxa.InvalidArgument(f"--set takes [EXERCISE.]NAME=VALUE, not {item!r}")
        label, dot, name = left.rpartition(".")
        if dot and label not in exercises:
            raise check.unknown("exercise here", label, exercises)
        takers = [label] if dot else list(exercises)
        declared = {taker: coxa.exercise(exercises[taker]).parameters for taker in takers}
        takers = [taker for taker in takers if name in declared[taker]]
        if not takers:
            known = sorted({p for parameters in declared.values() for p in parameters})
            raise check.unknown(f"parameter of {label or 'any of these'}", name, known)
        for taker in takers:
            called = f"{name} of {taker}"
            if name in given[taker]:
                raise coxa.InvalidArgument(f"{called} is given twice")
            given[taker][name] = _parameter(declared[taker][name], called, text)
    return given


def _parameter(declared: coxa.Parameter, called: str, text: str) -> float | str:
    """A parameter's value from its text: a word where it takes words, else a number."""
    if declared.choices:
        return text
    try:
        return float(text)
    except ValueError:
        unit = "" if declared.unit == "1" else f" in {declared.unit}"
        raise coxa.InvalidArgument(
            f"{called} must be a number{unit} from {declared.range_text}, not {text!r}"
        ) from None


def criterion_of(text: str) -> float | str:
    """An exponent, or a word such as min-max."""
    try:
        return float(text)
    except ValueError:
        return text


def draw_to(given: Any, picture: Path, *, quiet: bool = False) -> None:
    """Writes the picture of anything that has one; it appears when it is whole."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    figure = given.plot()
    partial = picture.with_name(f".{picture.stem}.partial{picture.suffix}")
    try:
        figure.savefig(partial, dpi=130)
        os.replace(partial, picture)
    except OSError as error:
        raise coxa.FileError(f"cannot write {picture}: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
    if not quiet:
        print(f"wrote {picture}")
