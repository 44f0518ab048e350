"""How names, units and numbers of a study read in tables and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .tables import Table

#: Beginnings of names that a comma parts from what they are of.
_KINDS = ("strength", "optimal_fiber_length", "tendon_slack_length", "segment_mass", "joint_center")


def humanized(name: str) -> str:
    """A name in words, as a label begins."""
    for kind in _KINDS:
        if name.startswith(kind + "_"):
            name = f"{kind}, {name.removeprefix(kind + '_')}"
    return capital(name.removesuffix("_deg").replace("_", " "))


def capital(text: str) -> str:
    """A text that begins with a capital, the rest as it was."""
    return text[:1].upper() + text[1:]


def unit_text(unit: str) -> str:
    """A unit as axes show it."""
    return {"deg": "°", "degree": "°", "percent": "%", "1": ""}.get(unit, unit)


def with_unit(label: str, unit: str) -> str:
    """A label with its unit in brackets, if it has one."""
    of = unit_text(unit)
    return f"{label} ({of})" if of else label


def three_digits(value: float) -> str:
    """Three digits, and no powers of ten for thousands."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e7 else f"{value:.3g}"


def say(value: Any, unit: str = "") -> str:
    """A value with its unit."""
    if isinstance(value, str):
        return value.replace("_", " ")
    if not isinstance(value, int | float | np.number):
        return str(value)
    of = unit_text(unit)
    space = "" if of in ("", "°") else " "
    return f"{three_digits(float(value))}{space}{of}"


def heading(attributes: Mapping[Any, Any]) -> str:
    """The exercise of a study, if it says one."""
    words = str(attributes.get("exercise", "")).replace("_", " ")
    return capital(words)


def left_out(missing: int, total: int) -> str:
    """How many trials a result rests on, and how many are missing."""
    if not missing:
        return f"{total} trials"
    return f"{total - missing} of {total} trials; {missing} failed or without a value"


def printed(title: str, table: Table, rows: int = 12) -> str:
    """A result as the console shows it: its title and the first rows."""
    more = f"\n... {len(table) - rows} more rows in .table" if len(table) > rows else ""
    return f"{title}\n{Table(table.head(rows))!r}{more}"
