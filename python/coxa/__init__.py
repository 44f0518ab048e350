"""Biomechanics of hip-extension exercises.

What does this exercise, done this way by this person with this load, ask of the hip and of every muscle
around it?

>>> import coxa
>>> athlete = coxa.Subject(sex="female", mass=62, height=1.68)
>>> result = coxa.simulate("barbell_hip_thrust", athlete, load=80)
>>> print(result.summary())

Inside, everything is in SI units and radians, in OpenSim's ground frame: x forward, y up, z right.
"""

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
from .catalog import ExerciseDescription, Parameter, exercise, exercises
from .model import Model, scale
from .result import Result, load
from .simulation import MaxLoad, max_load, simulate
from .study import Study
from .subject import Subject

__all__ = [
    "Error",
    "ExerciseDescription",
    "FileError",
    "InfeasibleMotion",
    "InvalidArgument",
    "MaxLoad",
    "Model",
    "Parameter",
    "PluginError",
    "Result",
    "Study",
    "Subject",
    "UnknownName",
    "UnsolvedFrame",
    "__version__",
    "exercise",
    "exercises",
    "load",
    "max_load",
    "scale",
    "simulate",
]
