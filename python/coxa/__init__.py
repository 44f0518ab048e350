"""Biomechanics of hip-extension exercises.

What does this exercise, done this way by this person with this load, ask of the hip and of every muscle
around it?

>>> import coxa
>>> athlete = coxa.Subject(sex="female", mass=62, height=1.68)
>>> result = coxa.simulate("barbell_hip_thrust", athlete, load=80)
>>> print(result.summary())

Inside, everything is in SI units and radians, in OpenSim's ground frame: x forward, y up, z right.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import conformance, scenario
from ._core import (
    Error,
    FileError,
    InfeasibleMotion,
    InvalidArgument,
    PluginError,
    UnknownName,
    UnsolvedFrame,
    __version__,
)
from .authoring import Exercise, join, register, unregister
from .catalog import ExerciseDescription, Parameter, exercise, exercises
from .literature import Validation, validate
from .model import Model, scale
from .result import Result, load
from .scenario import Scenario, ScenarioBuilder
from .simulation import MaxLoad, max_load, simulate
from .study import Study
from .subject import Subject

if TYPE_CHECKING:
    from . import faults
    from .comparison import Comparison, compare
    from .form import Cue, FormCheck, check_form
    from .workout import Sets, Workout

# names whose modules need numpy, which takes longer to import than all of coxa
_LATER = {
    "Comparison": "comparison",
    "Cue": "form",
    "FormCheck": "form",
    "Sets": "workout",
    "Workout": "workout",
    "check_form": "form",
    "compare": "comparison",
}


def __getattr__(name: str) -> Any:
    if name == "faults":
        return importlib.import_module(".faults", __name__)
    if name not in _LATER:
        raise AttributeError(f"module 'coxa' has no attribute '{name}'")
    value = getattr(importlib.import_module("." + _LATER[name], __name__), name)
    globals()[name] = value
    return value


__all__ = [
    "Comparison",
    "Cue",
    "Error",
    "Exercise",
    "ExerciseDescription",
    "FileError",
    "FormCheck",
    "InfeasibleMotion",
    "InvalidArgument",
    "MaxLoad",
    "Model",
    "Parameter",
    "PluginError",
    "Result",
    "Scenario",
    "ScenarioBuilder",
    "Sets",
    "Study",
    "Subject",
    "UnknownName",
    "UnsolvedFrame",
    "Validation",
    "Workout",
    "__version__",
    "check_form",
    "compare",
    "conformance",
    "exercise",
    "exercises",
    "faults",
    "join",
    "load",
    "max_load",
    "register",
    "scale",
    "scenario",
    "simulate",
    "unregister",
    "validate",
]
