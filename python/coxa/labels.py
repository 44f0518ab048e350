"""Headings of a result, for tables and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import catalog
from ._core import Error

if TYPE_CHECKING:
    from .result import Result


def title(result: Result) -> str:
    """Exercise and load."""
    try:
        name = catalog.exercise(result.exercise).info.title
    except Error:
        name = result.exercise.replace("_", " ").capitalize()
    load = result.parameters.get("load")
    return name if load is None else f"{name}, {load:g} kg"


def subtitle(result: Result) -> str:
    """Who did it, and what went wrong."""
    subject = result.subject
    if subject is None:
        parts = [str(result.dataset.attrs.get("model", ""))]
    else:
        who = "man" if subject.sex == "male" else "woman"
        parts = [f"{who}, {subject.mass:g} kg, {subject.height:.2f} m"]
        if subject.strength != 1:
            parts.append(f"strength {subject.strength:g}")
    parts += [f"{text} in {count} frames" for text, count in result.status.items()]
    return "   ·   ".join(parts)
