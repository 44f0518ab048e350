"""The exercises that were found, and what can be set about each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from . import _core, check


def exercises() -> list[str]:
    """Names of every exercise found, sorted."""
    return list(_core.exercise_names())


@dataclass(frozen=True)
class Parameter:
    """One thing about an exercise that can be set.

    `default` is None if the value is found from the body when nothing is given; `description` says how.
    """

    name: str
    unit: str
    default: float | None
    minimum: float
    maximum: float
    description: str
    integer: bool = False

    @property
    def default_text(self) -> str:
        return "from the body" if self.default is None else f"{self.default:g}"

    @property
    def range_text(self) -> str:
        return f"{self.minimum:g} to {self.maximum:g}"


class Parameters(Mapping[str, Parameter]):
    """Parameters of an exercise by name; prints as a table."""

    def __init__(self, parameters: list[Parameter]):
        self._parameters = {parameter.name: parameter for parameter in parameters}

    def __getitem__(self, name: str) -> Parameter:
        return self._parameters[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __len__(self) -> int:
        return len(self._parameters)

    def _rows(self) -> list[tuple[str, str, str, str, str]]:
        return [
            (p.name, p.default_text, p.range_text, "" if p.unit == "1" else p.unit, p.description)
            for p in self.values()
        ]

    def __repr__(self) -> str:
        rows = [("name", "default", "range", "unit", "description"), *self._rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = []
        for row in rows:
            left = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
            lines.append(f"{left}  {row[4]}".rstrip())
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        def cells(row: tuple[str, ...], tag: str) -> str:
            return "".join(f"<{tag} style='text-align:left'>{escape(cell)}</{tag}>" for cell in row)

        head = cells(("name", "default", "range", "unit", "description"), "th")
        body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in self._rows())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def to_dataframe(self) -> Any:
        """The table as a pandas DataFrame."""
        import pandas as pd

        columns = ["unit", "default", "minimum", "maximum", "description"]
        rows = [[getattr(p, column) for column in columns] for p in self.values()]
        return pd.DataFrame(rows, index=pd.Index(self, name="parameter"), columns=columns)


@dataclass(frozen=True)
class ExerciseInfo:
    """What an exercise says of itself."""

    name: str
    title: str
    description: str
    muscles: tuple[str, ...]
    references: tuple[str, ...]


@dataclass(frozen=True)
class ExerciseDescription:
    """An exercise as the registry knows it: `info`, `parameters`, and `origin`, the file it came from."""

    info: ExerciseInfo
    parameters: Parameters
    origin: str

    @property
    def name(self) -> str:
        return self.info.name

    def __repr__(self) -> str:
        info = self.info
        parts = [f"{info.title} ({info.name})", info.description]
        if info.muscles:
            parts.append("for: " + ", ".join(info.muscles))
        parts.append(repr(self.parameters))
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        info = self.info
        return (
            f"<h4>{escape(info.title)} <code>{escape(info.name)}</code></h4>"
            f"<p>{escape(info.description)}</p>{self.parameters._repr_html_()}"
        )


def exercise(name: str) -> ExerciseDescription:
    """Description and parameters of one exercise.

    Raises
    ------
    UnknownName
        If there is no such exercise; the text names the nearest.
    """
    known(name)
    info = _core.exercise_info(name)
    parameters = [
        Parameter(
            name=row["name"],
            unit=row["unit"],
            default=None if math.isnan(row["default"]) else row["default"],
            minimum=row["minimum"],
            maximum=row["maximum"],
            description=row["description"],
            integer=row["integer"],
        )
        for row in _core.exercise_parameters(name)
    ]
    return ExerciseDescription(
        ExerciseInfo(
            info["name"],
            info["title"],
            info["description"],
            tuple(info["muscles"]),
            tuple(info["references"]),
        ),
        Parameters(parameters),
        _core.exercise_origin(name),
    )


def known(name: object) -> str:
    """The name of an exercise that exists."""
    names = exercises()
    if name not in names:
        raise check.unknown("exercise", name, names)
    return str(name)


def check_parameters(name: str, given: Mapping[str, object]) -> dict[str, float]:
    """What the caller gave as numbers in declared units; names, types and ranges checked."""
    declared = exercise(name).parameters
    values = {}
    for key, value in given.items():
        if key not in declared:
            raise check.unknown(f"parameter of {name}", key, declared)
        values[key] = check.number(key, value, declared[key].unit)
    _core.check_parameters(name, values)
    return values
