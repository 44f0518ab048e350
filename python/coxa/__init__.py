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
from .study import Plan, Study
from .subject import Subject

if TYPE_CHECKING:
    from . import faults, uncertainty
    from .calibration import Calibration, calibrate
    from .comparison import Comparison, compare
    from .criteria import CriterionSpread
    from .effects import MainEffects, main_effects
    from .form import Cue, FormCheck, check_form
    from .optimization import Optimum, optimize
    from .pairs import Paired, paired
    from .population import Population
    from .responses import Response, response
    from .sensitivity import Sensitivity
    from .study_table import export, to_dataframe
    from .tornadoes import Tornado, tornado
    from .workout import Sets, Workout

# names whose modules need numpy, which takes longer to import than all of coxa
_LATER = {
    "Calibration": "calibration",
    "Comparison": "comparison",
    "CriterionSpread": "criteria",
    "Cue": "form",
    "FormCheck": "form",
    "MainEffects": "effects",
    "Optimum": "optimization",
    "Paired": "pairs",
    "Population": "population",
    "Response": "responses",
    "Sensitivity": "sensitivity",
    "Sets": "workout",
    "Tornado": "tornadoes",
    "Workout": "workout",
    "calibrate": "calibration",
    "check_form": "form",
    "compare": "comparison",
    "export": "study_table",
    "main_effects": "effects",
    "optimize": "optimization",
    "paired": "pairs",
    "response": "responses",
    "to_dataframe": "study_table",
    "tornado": "tornadoes",
}


def __getattr__(name: str) -> Any:
    if name in ("faults", "uncertainty"):
        return importlib.import_module("." + name, __name__)
    if name not in _LATER:
        raise AttributeError(f"module 'coxa' has no attribute '{name}'")
    value = getattr(importlib.import_module("." + _LATER[name], __name__), name)
    globals()[name] = value
    return value


__all__ = [
    "Calibration",
    "Comparison",
    "CriterionSpread",
    "Cue",
    "Error",
    "Exercise",
    "ExerciseDescription",
    "FileError",
    "FormCheck",
    "InfeasibleMotion",
    "InvalidArgument",
    "MainEffects",
    "MaxLoad",
    "Model",
    "Optimum",
    "Paired",
    "Parameter",
    "Plan",
    "PluginError",
    "Population",
    "Response",
    "Result",
    "Scenario",
    "ScenarioBuilder",
    "Sensitivity",
    "Sets",
    "Study",
    "Subject",
    "Tornado",
    "UnknownName",
    "UnsolvedFrame",
    "Validation",
    "Workout",
    "__version__",
    "calibrate",
    "check_form",
    "compare",
    "conformance",
    "exercise",
    "exercises",
    "export",
    "faults",
    "join",
    "load",
    "main_effects",
    "max_load",
    "optimize",
    "paired",
    "register",
    "response",
    "scale",
    "scenario",
    "simulate",
    "to_dataframe",
    "tornado",
    "uncertainty",
    "unregister",
    "validate",
]
