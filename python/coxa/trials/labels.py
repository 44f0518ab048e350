"""Titles and subtitles of a result, for tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._core import Error
from ..authoring import catalogue

if TYPE_CHECKING:
    from ..models.subject import Subject
    from .result import Result


def title(result: Result) -> str:
    """Title of the exercise, and the load if there is one."""
    try:
        name = catalogue.exercise(result.exercise).info.title
    except Error:
        name = result.exercise.replace("_", " ").capitalize()
    load = result.parameters.get("load")
    return name if load is None else f"{name}, {load:g} kg"


def person(subject: Subject | None, attributes: Mapping[Any, Any]) -> list[str]:
    """The person in short form; the model's name if it was used unscaled."""
    if subject is None:
        return [str(attributes.get("model", ""))]
    who = "man" if subject.sex == "male" else "woman"
    parts = [f"{who}, {subject.mass:g} kg, {subject.height:.2f} m"]
    if subject.age is not None:
        parts.append(f"{subject.age:g} years")
    if subject.training != "untrained":
        parts.append("trained" if subject.training == "trained" else "recreationally trained")
    if subject.strength != 1:
        parts.append(f"strength {subject.strength:g}")
    return parts


def subtitle(result: Result) -> str:
    """The person, and any warning or failure flags."""
    parts = person(result.subject, result.dataset.attrs)
    parts += [f"{text} in {count} frames" for text, count in result.status.items()]
    return "   ·   ".join(parts)
