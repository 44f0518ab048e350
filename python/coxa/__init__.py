"""Biomechanics of hip-extension exercises.

What does this exercise, performed this way by this person with this load, demand of the hip and of every
muscle around it?

>>> import coxa
>>> athlete = coxa.Subject(sex="female", mass=62, height=1.68)
>>> result = coxa.simulate("barbell_hip_thrust", athlete, load=80)
>>> print(result.summary())

All computation is in SI units and radians, in OpenSim's ground frame: x forward, y up, z right.
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from . import conformance as conformance
    from . import faults as faults
    from . import scenario as scenario
    from . import uncertainty as uncertainty
    from ._core import Scenario as Scenario
    from ._core import ScenarioBuilder as ScenarioBuilder
    from .answers.calibrating import calibrate as calibrate
    from .answers.calibration import Calibration as Calibration
    from .answers.comparing import compare as compare
    from .answers.comparison import Comparison as Comparison
    from .answers.criteria import CriterionSpread as CriterionSpread
    from .answers.effects import MainEffects as MainEffects
    from .answers.effects import main_effects as main_effects
    from .answers.load_uncertainty import LoadUncertainty as LoadUncertainty
    from .answers.optimization import Optimum as Optimum
    from .answers.optimization import optimize as optimize
    from .answers.pairs import Paired as Paired
    from .answers.pairs import paired as paired
    from .answers.responses import Response as Response
    from .answers.responses import response as response
    from .answers.sensitivity import Sensitivity as Sensitivity
    from .answers.sets import Sets as Sets
    from .answers.strength_curves import StrengthCurves as StrengthCurves
    from .answers.strength_curves import strength_curves as strength_curves
    from .answers.tornadoes import Tornado as Tornado
    from .answers.tornadoes import tornado as tornado
    from .answers.workout import Workout as Workout
    from .authoring.catalogue import ExerciseDescription as ExerciseDescription
    from .authoring.catalogue import exercise as exercise
    from .authoring.catalogue import exercises as exercises
    from .authoring.catalogue import unregister as unregister
    from .authoring.exercise import Exercise as Exercise
    from .authoring.exercise import register as register
    from .authoring.parameters import Parameter as Parameter
    from .authoring.parameters import join as join
    from .literature.run import Validation as Validation
    from .literature.run import validate as validate
    from .models.model import Model as Model
    from .models.model import scale as scale
    from .models.population import Population as Population
    from .models.subject import Subject as Subject
    from .reading import load as load
    from .studies.export import export as export
    from .studies.planning import Plan as Plan
    from .studies.study import Study as Study
    from .studies.table import to_dataframe as to_dataframe
    from .trials.form import Cue as Cue
    from .trials.form import FormCheck as FormCheck
    from .trials.form import check_form as check_form
    from .trials.result import Result as Result
    from .trials.simulation import MaxLoad as MaxLoad
    from .trials.simulation import max_load as max_load
    from .trials.simulation import simulate as simulate

# log nothing unless the importing program configures logging
logging.getLogger(__name__).addHandler(logging.NullHandler())

#: Module of each public name; imported on first use, so that `import coxa` stays light.
_PLACES = {
    "Calibration": "answers.calibration",
    "Comparison": "answers.comparison",
    "CriterionSpread": "answers.criteria",
    "Cue": "trials.form",
    "Exercise": "authoring.exercise",
    "ExerciseDescription": "authoring.catalogue",
    "FormCheck": "trials.form",
    "LoadUncertainty": "answers.load_uncertainty",
    "MainEffects": "answers.effects",
    "MaxLoad": "trials.simulation",
    "Model": "models.model",
    "Optimum": "answers.optimization",
    "Paired": "answers.pairs",
    "Parameter": "authoring.parameters",
    "Plan": "studies.planning",
    "Population": "models.population",
    "Response": "answers.responses",
    "Result": "trials.result",
    "Scenario": "_core",
    "ScenarioBuilder": "_core",
    "Sensitivity": "answers.sensitivity",
    "Sets": "answers.sets",
    "StrengthCurves": "answers.strength_curves",
    "Study": "studies.study",
    "Subject": "models.subject",
    "Tornado": "answers.tornadoes",
    "Validation": "literature.run",
    "Workout": "answers.workout",
    "calibrate": "answers.calibrating",
    "check_form": "trials.form",
    "compare": "answers.comparing",
    "exercise": "authoring.catalogue",
    "exercises": "authoring.catalogue",
    "export": "studies.export",
    "join": "authoring.parameters",
    "load": "reading",
    "main_effects": "answers.effects",
    "max_load": "trials.simulation",
    "optimize": "answers.optimization",
    "paired": "answers.pairs",
    "register": "authoring.exercise",
    "response": "answers.responses",
    "scale": "models.model",
    "simulate": "trials.simulation",
    "strength_curves": "answers.strength_curves",
    "to_dataframe": "studies.table",
    "tornado": "answers.tornadoes",
    "unregister": "authoring.catalogue",
    "validate": "literature.run",
}

#: Public submodules.
_MODULES = ("conformance", "faults", "scenario", "uncertainty")

__all__ = [
    "Error",
    "FileError",
    "InfeasibleMotion",
    "InvalidArgument",
    "PluginError",
    "UnknownName",
    "UnsolvedFrame",
    "__version__",
    *_MODULES,
    *_PLACES,
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _PLACES:
        raise AttributeError(f"module 'coxa' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
