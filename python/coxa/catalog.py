"""The exercises that were found, and what can be set about each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from . import _core, check, discovery
from ._core import InvalidArgument

if TYPE_CHECKING:
    from ._core import Scenario
    from .model import Model


def exercises() -> list[str]:
    """Names of every exercise found, sorted."""
    discovery.discover()
    return list(_core.exercise_names())


@dataclass(frozen=True)
class Parameter:
    """One thing about an exercise that can be set.

    `default` is None if the value is found from the body when nothing is given; `description` says how. With
    `choices`, the value is one of those words, and `default` too. A unit of "deg" belongs to a name that ends in
    `_deg`: such a value is given in degrees and reaches `build` in radians.

    Examples
    --------
    >>> coxa.Parameter("load", 60, 0, 500, "kg", "bar and plates")
    >>> coxa.Parameter("side", "right", choices=("right", "left"), description="the working leg")
    """

    name: str
    default: float | str | None
    minimum: float = math.nan
    maximum: float = math.nan
    unit: str = "1"
    description: str = ""
    integer: bool = False
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.choices:
            if isinstance(self.default, str):
                raise InvalidArgument(
                    f"parameter {self.name}: its default is the word {self.default!r}, but it has"
                    " no choices; give choices=(...)"
                )
            return
        if isinstance(self.choices, str):
            raise InvalidArgument(
                f"parameter {self.name}: choices must be a list of words, not {self.choices!r}"
            )
        object.__setattr__(self, "choices", tuple(self.choices))
        if self.default not in self.choices:
            raise InvalidArgument(
                f"parameter {self.name}: its default {self.default!r} is none of its choices"
                f" {', '.join(self.choices)}"
            )
        object.__setattr__(self, "minimum", 0.0)
        object.__setattr__(self, "maximum", float(len(self.choices) - 1))
        object.__setattr__(self, "integer", True)

    @property
    def default_text(self) -> str:
        if self.default is None:
            return "from the body"
        return self.default if isinstance(self.default, str) else f"{self.default:g}"

    @property
    def range_text(self) -> str:
        if self.choices:
            return ", ".join(self.choices)
        return f"{self.minimum:g} to {self.maximum:g}"


def declared(rows: Iterable[Mapping[str, Any]]) -> tuple[Parameter, ...]:
    """Parameters from the core's rows."""
    return tuple(Parameter(**row) for row in rows)


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

        columns = ["unit", "default", "minimum", "maximum", "choices", "description"]
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

    def build(self, model: Model, **parameters: float | str) -> Scenario:
        """Supports, loads and movement of this exercise for one body.

        Parameters
        ----------
        model : Model
            A model scaled to the person.
        **parameters : float or str
            In declared units, as for `coxa.simulate`.

        Raises
        ------
        InfeasibleMotion
            If the posture asked for cannot be.
        """
        given = check_parameters(self.name, parameters)
        return _core.build_scenario(model, self.name, given)

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
    return ExerciseDescription(
        ExerciseInfo(
            info["name"],
            info["title"],
            info["description"],
            tuple(info["muscles"]),
            tuple(info["references"]),
        ),
        Parameters(list(declared(_core.exercise_parameters(name)))),
        _core.exercise_origin(name),
    )


def known(name: object) -> str:
    """The name of an exercise that exists."""
    names = exercises()
    if name not in names:
        raise check.unknown("exercise", name, names)
    return str(name)


def check_parameters(name: str, given: Mapping[str, object]) -> dict[str, float | str]:
    """What the caller gave in declared units, words for choices; names, types and ranges checked."""
    allowed = exercise(name).parameters
    values: dict[str, float | str] = {}
    for key, value in given.items():
        if key not in allowed:
            raise check.unknown(f"parameter of {name}", key, allowed)
        p = allowed[key]
        if not p.choices:
            values[key] = check.number(key, value, p.unit)
        elif isinstance(value, str):
            values[key] = value
        else:
            raise InvalidArgument(
                f"{key} must be one of the words {', '.join(p.choices)}, not {value!r}"
            )
    _core.check_parameters(name, values)
    return values


def skipped() -> list[tuple[str, str]]:
    """Every file, folder and entry point that was looked at and is no exercise: where, and why."""
    discovery.discover()
    return [*_core.skipped_plugins(), *discovery.skipped()]
