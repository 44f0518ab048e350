"""Wording of names, units and numbers of a study in tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

#: Prefixes that a comma separates from the rest of a name.
_KINDS = ("strength", "optimal_fiber_length", "tendon_slack_length", "segment_mass", "joint_center")


def humanized(name: str) -> str:
    """A variable name as a label: "strength_hamstrings" becomes "Strength, hamstrings"."""
    for kind in _KINDS:
        if name.startswith(kind + "_"):
            name = f"{kind}, {name.removeprefix(kind + '_')}"
    return capital(name.removesuffix("_deg").replace("_", " "))


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def unit_text(unit: str) -> str:
    """A unit as shown on axes."""
    return {"deg": "°", "degree": "°", "percent": "%", "1": ""}.get(unit, unit)


def with_unit(label: str, unit: str) -> str:
    """A label with its unit in parentheses, if it has one."""
    of = unit_text(unit)
    return f"{label} ({of})" if of else label


def three_digits(value: float) -> str:
    """Three significant digits; thousands without an exponent."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e7 else f"{value:.3g}"


def say(value: Any, unit: str = "") -> str:
    """A value and its unit as text."""
    if isinstance(value, str):
        return value.replace("_", " ")
    if not isinstance(value, int | float | np.number):
        return str(value)
    of = unit_text(unit)
    space = "" if of in ("", "°") else " "
    return f"{three_digits(float(value))}{space}{of}"


def heading(attributes: Mapping[Any, Any]) -> str:
    """The exercise of a study as a heading; empty if it has none."""
    words = str(attributes.get("exercise", "")).replace("_", " ")
    return capital(words)


def left_out(missing: int, total: int) -> str:
    """The number of trials a result is based on, and how many are missing."""
    if not missing:
        return f"{total} trials"
    return f"{total - missing} of {total} trials; {missing} failed or without a value"
