"""Writing exercises in Python: the base class, its registration, and the words that scenarios are made of.

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
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar, overload

from . import _core, catalog, discovery
from ._core import PluginError
from .model import Model

_Class = TypeVar("_Class", bound=type)

# classes that were registered in this process; a class stays as long as the registry holds it
_classes: set[type] = set()
# the class behind each name now
_class_of: dict[str, type] = {}


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
    parameters: ClassVar[Sequence[catalog.Parameter]] = ()

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
    origin = discovery.origin_of_caller(_origin(exercise))
    if exercise.build is Exercise.build:
        raise PluginError(f"{origin}: {exercise.__name__} has no method build(self, model, p)")
    try:
        made = exercise()
    except Exception as error:
        raise PluginError(
            f"{origin}: {exercise.__name__} failed on creation: {discovery.reason(error)}"
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
            if not isinstance(p, catalog.Parameter):
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


def unregister(name: str) -> None:
    """Takes out an exercise that was registered in Python; trials under way keep it.

    Raises
    ------
    UnknownName
        If there is no such exercise.
    PluginError
        If a module in C++ brought it.
    """
    _core.unregister_exercise(catalog.known(name))
    _class_of.pop(name, None)


def registered_class(name: str) -> type | None:
    """The Python class behind an exercise; None if a module in C++ brought it."""
    return _class_of.get(name)


def register_here(classes: Mapping[str, type]) -> None:
    """Registers exercises that came from another process, so that names mean the same here as there."""
    for name, exercise in classes.items():
        if registered_class(name) is not exercise:
            register(exercise, replace=True)


def join(*lists: Sequence[catalog.Parameter]) -> tuple[catalog.Parameter, ...]:
    """One list of parameters from several; a later declaration of a name takes the place of an earlier one."""
    found: dict[str, catalog.Parameter] = {}
    for parameters in lists:
        for p in parameters:
            found[p.name] = p
    return tuple(found.values())


def without(
    names: Sequence[str], parameters: Sequence[catalog.Parameter]
) -> tuple[catalog.Parameter, ...]:
    """A list without the parameters of these names."""
    return tuple(p for p in parameters if p.name not in names)


def load_parameter(kg: float, what: str) -> tuple[catalog.Parameter, ...]:
    """load (kg), the whole external mass."""
    return catalog.declared(_core.load_parameter(kg, what))


def side_parameter(what: str) -> tuple[catalog.Parameter, ...]:
    """side: right or left."""
    return catalog.declared(_core.side_parameter(what))


def bar_position_parameter() -> tuple[catalog.Parameter, ...]:
    """bar_position, of a bar in the hip crease."""
    return catalog.declared(_core.bar_position_parameter())


def trunk_lean_parameter() -> tuple[catalog.Parameter, ...]:
    """trunk_lean_deg: given, or found by least effort."""
    return catalog.declared(_core.trunk_lean_parameter())


def lumbar_flexion_parameter(deg: float) -> tuple[catalog.Parameter, ...]:
    """lumbar_flexion_deg, at the bottom: how far a back rounds there that is neutral at the top."""
    return catalog.declared(_core.lumbar_flexion_parameter(deg))


def tempo_parameters(
    concentric: float, hold: float, eccentric: float
) -> tuple[catalog.Parameter, ...]:
    """concentric, hold, eccentric (s) and repetitions."""
    return catalog.declared(_core.tempo_parameters(concentric, hold, eccentric))


def feet_parameters(
    stance_width: float | None = None, toe_out_deg: float = 0
) -> tuple[catalog.Parameter, ...]:
    """stance_width, toe_out_deg, heel_height and floor_friction."""
    return catalog.declared(_core.feet_parameters(stance_width, toe_out_deg))


def spine_parameters() -> tuple[catalog.Parameter, ...]:
    """lumbar_extension_deg (at the top) and neck_flexion_deg."""
    return catalog.declared(_core.spine_parameters())


def bench_parameters() -> tuple[catalog.Parameter, ...]:
    """bench_height and bench_friction, of a bench under the shoulder blades."""
    return catalog.declared(_core.bench_parameters())


def thrust_parameters() -> tuple[catalog.Parameter, ...]:
    """foot_distance and bottom_clearance, of hips driven up on a back that rests."""
    return catalog.declared(_core.thrust_parameters())


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _origin(exercise: type) -> str:
    try:
        file = inspect.getsourcefile(exercise)
    except (TypeError, OSError):
        file = None  # made in a notebook or on the command line
    where = f", {file}" if file else ""
    return f"Python class {exercise.__module__}.{exercise.__qualname__}{where}"
