"""The registered exercises and their descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from .. import _core
from .._core import InvalidArgument
from ..base import check
from . import discovery
from .exercise import forget
from .parameters import Parameters, declared

if TYPE_CHECKING:
    from .._core import Scenario
    from ..models.model import Model


def exercises() -> list[str]:
    """Sorted names of all exercises: bundled, in plugin folders, and registered in Python."""
    discovery.discover()
    return list(_core.exercise_names())


@dataclass(frozen=True)
class ExerciseInfo:
    """Descriptive data of an exercise: title, description, muscle groups trained, and references."""

    name: str
    title: str
    description: str
    muscles: tuple[str, ...]
    references: tuple[str, ...]


@dataclass(frozen=True)
class ExerciseDescription:
    """A registered exercise: its `info`, its `parameters`, and `origin`, the file or entry point it came from."""

    info: ExerciseInfo
    parameters: Parameters
    origin: str

    @property
    def name(self) -> str:
        """Name of the exercise."""
        return self.info.name

    def build(self, model: Model, **parameters: float | str) -> Scenario:
        """Build the scenario (supports, loads, movement) of this exercise for one person.

        Parameters
        ----------
        model : Model
            Scaled to the person.
        **parameters : float or str
            Parameters in declared units, as for `coxa.simulate`.

        Raises
        ------
        UnknownName
            If the exercise has no such parameter.
        InvalidArgument
            If a value has the wrong type or is out of range.
        InfeasibleMotion
            If the body cannot take the required posture.
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
    """Look up one exercise.

    Raises
    ------
    UnknownName
        If there is no such exercise; the message suggests the nearest name.
    """
    known(name)
    info = _core.exercise_info(name)
    lists = {what: tuple(info[what]) for what in ("muscles", "references")}
    return ExerciseDescription(
        ExerciseInfo(**{**info, **lists}),
        Parameters(list(declared(_core.exercise_parameters(name)))),
        _core.exercise_origin(name),
    )


def known(name: object) -> str:
    """`name`, if an exercise has it; otherwise raises `UnknownName`."""
    names = exercises()
    if name not in names:
        raise check.unknown("exercise", name, names)
    return str(name)


def check_parameters(name: str, given: Mapping[str, object]) -> dict[str, float | str]:
    """Parameters by name in declared units, words for choices, after checking names, types and ranges."""
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
    """Files, folders and entry points that could not be loaded as exercises: location and reason."""
    discovery.discover()
    return [*_core.skipped_plugins(), *discovery.skipped()]


def unregister(name: str) -> None:
    """Remove an exercise that was registered in Python; running trials are not affected.

    Raises
    ------
    UnknownName
        If there is no such exercise.
    PluginError
        If the exercise comes from a C++ module.
    """
    _core.unregister_exercise(known(name))
    forget(name)
