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

# classes that were registered in this process; a class stays as long as the registry holds it
_classes: set[type] = set()
# the class behind each name now
_class_of: dict[str, type] = {}
# files and entry points that are being imported, the innermost last
_origins: list[str] = []


class Exercise:
    """An exercise written in Python. Derive from it, say what it is, and write `build`.

    Attributes
    ----------
    name : str
        snake_case, unique; if not given, the class's name in snake_case.
    title : str
        For people; if not given, the name with spaces.
    description : str
        One paragraph; if not given, the docstring.
    muscles : sequence of str
        Muscle groups that it is done for.
    references : sequence of str
        Papers behind its defaults.
    parameters : sequence of Parameter
        Everything that can be set. `coxa.join` puts lists together.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    description: ClassVar[str] = ""
    muscles: ClassVar[Sequence[str]] = ()
    references: ClassVar[Sequence[str]] = ()
    parameters: ClassVar[Sequence[Parameter]] = ()

    def build(self, model: Model, p: _core.Parameters) -> _core.Scenario:
        """Supports, loads and movement of this exercise for one body.

        It is called from many threads, one at a time: keep nothing between calls. The same model and parameters
        must give the same scenario.

        Parameters
        ----------
        model : Model
            The person.
        p : Parameters
            `p["load"]` in SI units and radians, the word of a choice, None for what is to be found from the body.
            `p.declared()` has them in declared units, as other exercises take them.

        Raises
        ------
        InfeasibleMotion
            If the geometry cannot be; name the parameter to move, and which way.
        """
        raise NotImplementedError("write build(self, model, p)")


def registered() -> frozenset[type]:
    """Classes that were registered in this process."""
    return frozenset(_classes)


@overload
def register(exercise: _Class, *, replace: bool = ...) -> _Class: ...
@overload
def register(exercise: None = ..., *, replace: bool = ...) -> Callable[[_Class], _Class]: ...


def register(exercise: Any = None, *, replace: bool = False) -> Any:
    """Adds an exercise to those that `coxa.exercises()` lists; a decorator of a subclass of `Exercise`.

    Parameters
    ----------
    replace : bool
        Take the place of an exercise of that name that was registered in Python before, as when a cell of a
        notebook runs again. Trials under way keep the one they began with.

    Raises
    ------
    PluginError
        If it says too little of itself, a parameter is ill declared, or the name is taken; the text tells
        where both come from.
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
        for what in ("name", "title", "description"):
            if not isinstance(getattr(made, what), str):
                raise TypeError(f"{what} must be text, not {getattr(made, what)!r}")
        name = made.name or _snake_case(exercise.__name__)
        title = made.title or name.replace("_", " ").capitalize()
        # a docstring of a parent counts, that of the base class does not
        text = inspect.getdoc(exercise) or ""
        description = made.description or ("" if text == inspect.getdoc(Exercise) else text)
        lists = {"muscles": made.muscles, "references": made.references}
        for what, items in lists.items():
            if isinstance(items, str) or not all(isinstance(item, str) for item in items):
                raise TypeError(f"{what} must be a list of texts, not {items!r}")
        parameters = tuple(made.parameters)
        for p in parameters:
            if not isinstance(p, Parameter):
                raise TypeError(f"parameters must be a list of coxa.Parameter; it holds {p!r}")
    except TypeError as error:
        raise PluginError(f"{origin}: {exercise.__name__}: {error}") from error
    # modules in C++ come first, whoever registers first in Python
    _core.register_exercise(
        name,
        title,
        " ".join(description.split()),
        list(made.muscles),
        list(made.references),
        parameters,
        build,
        origin,
        replace,
    )
    _classes.add(exercise)
    _class_of[name] = exercise
    return exercise


def forget(name: str) -> None:
    """Takes an exercise off the list of those written in Python."""
    _class_of.pop(name, None)


def registered_class(name: str) -> type | None:
    """The Python class behind an exercise; None if a module in C++ brought it."""
    return _class_of.get(name)


def register_here(classes: Mapping[str, type]) -> None:
    """Registers exercises that came from another process, so that names mean the same here as there."""
    for name, exercise in classes.items():
        if registered_class(name) is not exercise:
            register(exercise, replace=True)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _origin(exercise: type) -> str:
    try:
        file = inspect.getsourcefile(exercise)
    except (TypeError, OSError):
        file = None  # made in a notebook or on the command line
    where = f", {file}" if file else ""
    return f"Python class {exercise.__module__}.{exercise.__qualname__}{where}"


# ---- where an exercise comes from


def origin_of_caller(default: str) -> str:
    """What brings the exercise that is being registered: the file or entry point under way, else `default`."""
    return _origins[-1] if _origins else default


def reason(error: BaseException, within: str = "") -> str:
    """Type and text of an exception, with the last line of the file `within` that it passed."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == within]
    if isinstance(error, SyntaxError):
        lines = [error.lineno]
    return text if not lines or isinstance(error, SyntaxError) else f"{text} (line {lines[-1]})"


class Origin:
    """Names what is being imported, for the exercises that register themselves meanwhile."""

    def __init__(self, text: str):
        self._text = text

    def __enter__(self) -> None:
        _origins.append(self._text)

    def __exit__(self, *_: object) -> None:
        _origins.pop()
