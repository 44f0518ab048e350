"""Exercises written in Python: the base class and its registration.

>>> @coxa.register
... class PauseThrust(coxa.Exercise):
...     '''Hip thrust with a long hold at the top.'''
...
...     name = "pause_thrust"
...     title = "Paused hip thrust"
...     muscles = ("glutes", "hamstrings")
...     references = ("Contreras et al. (2015), J Appl Biomech 31, 452",)
...     parameters = (
...         coxa.Parameter("load", 60, 0, 500, "kg", "bar and plates"),
...         coxa.Parameter("pause", 4, 0.1, 30, "s", "at the top"),
...     )
...
...     def build(self, model, p):
...         thrust = coxa.exercise("barbell_hip_thrust")
...         return thrust.build(model, load=p["load"], hold=p["pause"])
"""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar, overload

from .. import _core
from .._core import PluginError
from ..models.model import Model
from .parameters import Parameter

_Class = TypeVar("_Class", bound=type)

# classes registered in this process, kept alive as long as the registry refers to them
_classes: set[type] = set()
# the class currently registered under each name
_class_of: dict[str, type] = {}
# files and entry points being imported, innermost last
_origins: list[str] = []


class Exercise:
    """Base class of exercises written in Python: describe the exercise in attributes and define `build`.

    Attributes
    ----------
    name : str
        Unique, in snake_case; by default derived from the name of the class.
    title : str
        Display title; by default the name with spaces.
    description : str
        One paragraph; by default the docstring.
    muscles : sequence of str
        Names of the muscle groups it trains.
    references : sequence of str
        Publications behind the default values.
    parameters : sequence of Parameter
        All settable parameters; `coxa.join` concatenates lists.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    description: ClassVar[str] = ""
    muscles: ClassVar[Sequence[str]] = ()
    references: ClassVar[Sequence[str]] = ()
    parameters: ClassVar[Sequence[Parameter]] = ()

    def build(self, model: Model, p: _core.Parameters) -> _core.Scenario:
        """Build the scenario (supports, loads, movement) for one person.

        Called from several threads, but never concurrently. It must be stateless: the same model and
        parameters give the same scenario.

        Parameters
        ----------
        model : Model
            Scaled to the person.
        p : Parameters
            Values in SI units and radians, the chosen word of choices, and None for a value to be found from
            the body. `p.declared()` gives them in declared units, as other exercises take them.

        Raises
        ------
        InfeasibleMotion
            If the geometry is impossible; the message should name the parameter to change and the direction.
        """
        raise NotImplementedError("write build(self, model, p)")


def registered() -> frozenset[type]:
    """All classes registered in this process."""
    return frozenset(_classes)


@overload
def register(exercise: _Class, *, replace: bool = ...) -> _Class: ...
@overload
def register(exercise: None = ..., *, replace: bool = ...) -> Callable[[_Class], _Class]: ...


def register(exercise: Any = None, *, replace: bool = False) -> Any:
    """Register an exercise, so that `coxa.exercises()` lists it; a decorator for subclasses of `Exercise`.

    Parameters
    ----------
    replace : bool
        Replace an exercise of the same name that was registered in Python before, for example when a notebook
        cell is run again. Running trials keep the previous one.

    Raises
    ------
    PluginError
        If a description is missing, a parameter is declared wrongly, or the name is taken; the message names
        the origin of both exercises.
    """
    if exercise is None:
        return lambda given: register(given, replace=replace)
    if not (inspect.isclass(exercise) and issubclass(exercise, Exercise)):
        raise PluginError(f"coxa.register takes a subclass of coxa.Exercise, not {exercise!r}")
    origin = origin_of_caller(_origin(exercise))
    if exercise.build is Exercise.build:
        raise PluginError(f"{origin}: {exercise.__name__} has no method build(self, model, p)")
    try:
        made = exercise()
    except Exception as error:
        raise PluginError(
            f"{origin}: {exercise.__name__} failed on creation: {reason(error)}"
        ) from error

    def build(model: _core.Model, p: _core.Parameters) -> _core.Scenario:
        return made.build(Model(model), p)

    try:
        described = _description(made)
    except TypeError as error:
        raise PluginError(f"{origin}: {exercise.__name__}: {error}") from error
    # C++ modules are discovered first, even if this registration is the first use
    _core.register_exercise(*described, build, origin, replace)
    _classes.add(exercise)
    _class_of[described[0]] = exercise
    return exercise


def _description(
    made: Exercise,
) -> tuple[str, str, str, list[str], list[str], tuple[Parameter, ...]]:
    """Name, title, description, muscles, references and parameters; TypeError for one of the wrong type."""
    for what in ("name", "title", "description"):
        if not isinstance(getattr(made, what), str):
            raise TypeError(f"{what} must be text, not {getattr(made, what)!r}")
    name = made.name or _snake_case(type(made).__name__)
    title = made.title or name.replace("_", " ").capitalize()
    # inherited docstrings count, but not that of the base class
    text = inspect.getdoc(type(made)) or ""
    description = made.description or ("" if text == inspect.getdoc(Exercise) else text)
    for what in ("muscles", "references"):
        items = getattr(made, what)
        if isinstance(items, str) or not all(isinstance(item, str) for item in items):
            raise TypeError(f"{what} must be a list of texts, not {items!r}")
    parameters = tuple(made.parameters)
    for p in parameters:
        if not isinstance(p, Parameter):
            raise TypeError(f"parameters must be a list of coxa.Parameter; it holds {p!r}")
    lists = list(made.muscles), list(made.references)
    return name, title, " ".join(description.split()), *lists, parameters


def forget(name: str) -> None:
    """Remove an exercise from the record of Python classes."""
    _class_of.pop(name, None)


def registered_class(name: str) -> type | None:
    """The Python class of an exercise; None if it comes from a C++ module."""
    return _class_of.get(name)


def register_here(classes: Mapping[str, type]) -> None:
    """Register exercises received from another process, so that their names mean the same here."""
    for name, exercise in classes.items():
        if registered_class(name) is not exercise:
            register(exercise, replace=True)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _origin(exercise: type) -> str:
    try:
        file = inspect.getsourcefile(exercise)
    except (TypeError, OSError):
        file = None  # defined in a notebook or interactively
    where = f", {file}" if file else ""
    return f"Python class {exercise.__module__}.{exercise.__qualname__}{where}"


# ---- origin of an exercise


def origin_of_caller(default: str) -> str:
    """The file or entry point being imported, as the origin of an exercise; otherwise `default`."""
    return _origins[-1] if _origins else default


def reason(error: BaseException, within: str = "") -> str:
    """Type and message of an exception, with the last line number in the file `within`."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == within]
    if isinstance(error, SyntaxError):
        lines = [error.lineno]
    return text if not lines or isinstance(error, SyntaxError) else f"{text} (line {lines[-1]})"


class Origin:
    """Context manager that records what is being imported, for exercises registered meanwhile."""

    def __init__(self, text: str):
        self._text = text

    def __enter__(self) -> None:
        _origins.append(self._text)

    def __exit__(self, *_: object) -> None:
        _origins.pop()
