"""From a person and an exercise to a result."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .. import _core
from .._core import InvalidArgument
from ..authoring import catalogue
from ..base import check, estimate
from ..base.doors import picture
from ..base.limits import check_count
from ..base.resources import DEFAULT_MODEL
from ..base.tables import to_xarray
from ..models.model import Model, default_model, scale
from ..models.subject import Subject
from .definition import call_text
from .result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMAT = "coxa-1"

#: What result files follow: units, long names, flags and text as the CF conventions have them since 1.8.
CONVENTIONS = "CF-1.8"

#: Options that are on or off, with their defaults.
FLAGS = {"strict": False, "intervals": False, "inertia": True, "volume_weights": True}


@dataclass(frozen=True)
class Setup:
    """Everything that decides a trial except its parameters; shared by all trials of a study."""

    exercise: str
    subject: Subject | None  # None: the model is used as it is
    generic: Model
    model: Model
    options: _core.SimulateOptions

    def to_dict(self, parameters: Mapping[str, float | str]) -> dict[str, Any]:
        """Exercise, subject, model, options and given parameters as plain data."""
        found: dict[str, Any] = {"exercise": self.exercise}
        if self.subject is not None:
            found["subject"] = json.loads(self.subject.to_json())
        if (name := model_name(self.generic)) != DEFAULT_MODEL.name:
            found["model"] = name
        p = self.options.criterion
        found["options"] = {
            "criterion": p if math.isfinite(p) else "min-max",
            "frames": self.options.frames,
            **{
                name: getattr(self.options, name)
                for name, default in FLAGS.items()
                if getattr(self.options, name) != default
            },
        }
        if parameters:
            found["parameters"] = dict(parameters)
        return found

    def provenance(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Global attributes that say what a result is of; `parameters` are the effective ones."""
        info = catalogue.exercise(self.exercise).info
        return {
            "Conventions": CONVENTIONS,
            "title": f"{info.title}: a simulated trial",
            "format": FORMAT,
            "exercise": self.exercise,
            "parameters": json.dumps(parameters),
            "subject": "" if self.subject is None else self.subject.to_json(),
            "model": model_name(self.generic),
            "model_sha256": self.generic.sha256,
            "coxa_version": _core.build_version,
            "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "criterion": criterion_text(self.options.criterion),
            "references": "\n".join(info.references),
        }


def model_name(model: Model) -> str:
    """How a result names its model: the bundled one by file name, others by path."""
    source = Path(model.source)
    return source.name if source == DEFAULT_MODEL else os.path.abspath(source)


def check_criterion(value: object) -> float:
    """The exponent p of the recruitment's cost; infinity stands for min-max."""
    if value == "min-max" or value == math.inf:
        return math.inf
    if isinstance(value, str):
        raise InvalidArgument(f"criterion must be a number from 1 to 5 or 'min-max', not {value!r}")
    p = check.number("criterion", value)
    if not 1 <= p <= 5:
        raise InvalidArgument(f"criterion must be from 1 to 5 or 'min-max', not {p:g}")
    return p


def criterion_text(p: float) -> str:
    return "min-max" if math.isinf(p) else f"{p:g}"


def set_up(
    name: str,
    subject: Subject | None,
    model: str | os.PathLike[str] | Model | None,
    criterion: float | str,
    frames: int,
    strict: bool,
    intervals: bool,
    inertia: bool,
    volume_weights: bool = True,
) -> Setup:
    """Checks all but the parameters, reads the model and scales it."""
    catalogue.known(name)
    if subject is not None and not isinstance(subject, Subject):
        raise InvalidArgument(f"subject must be a coxa.Subject, not {subject!r}")
    options = _core.SimulateOptions(
        criterion=check_criterion(criterion),
        frames=check_count("frames", frames),
        strict=bool(strict),
        intervals=bool(intervals),
        inertia=bool(inertia),
        volume_weights=bool(volume_weights),
    )
    if model is None:
        generic, subject = default_model(), subject or Subject()
    elif isinstance(model, Model):
        generic = model
    elif isinstance(model, str | os.PathLike):
        generic = Model.load(model)
    else:
        raise InvalidArgument(f"model must be a path or a coxa.Model, not {model!r}")
    require_room(generic, options.frames)
    return Setup(
        name, subject, generic, generic if subject is None else scale(generic, subject), options
    )


def require_room(model: object, frames: int, trials: int = 1) -> None:
    """Refuses trials of which memory cannot hold so many at once; the bundled model stands for one in a file."""
    known = model if isinstance(model, Model) else default_model()
    cost = estimate.trial(len(known.muscles), check_count("frames", frames), kept=trials)
    what = f"{trials} trials at once" if trials > 1 else "a trial"
    estimate.require_memory(f"{what} with frames={frames}", cost.memory, "lower frames")


def simulate(
    name: str,
    subject: Subject | None = None,
    *,
    model: str | os.PathLike[str] | Model | None = None,
    criterion: float | str = 2,
    frames: int = 101,
    strict: bool = False,
    intervals: bool = False,
    inertia: bool = True,
    volume_weights: bool = True,
    **parameters: float | str,
) -> Result:
    """Simulates one exercise by one person.

    Parameters
    ----------
    name : str
        One of `coxa.exercises()`.
    subject : Subject, optional
        Who does it; `Subject()` if neither a subject nor a model is given.
    model : path or Model, optional
        An OpenSim 4 model instead of the one that comes with the package. It is used as it is unless a
        subject is given too, to whom it is then scaled.
    criterion : float or "min-max"
        Exponent p, 1 to 5, of the recruitment's cost: the sum of muscle volume times activation to the p.
    frames : int
        Equally spaced times, first and last included.
    strict : bool
        Raise `UnsolvedFrame` instead of marking frames without a solution.
    intervals : bool
        Also find the range of every support force over all solutions within 5 % of the least cost.
    inertia : bool
        If False, velocities and accelerations are taken as zero.
    volume_weights : bool
        If False, every muscle's activation costs the same, whatever its volume (OpenSim's static optimisation).
    **parameters : float or str
        What `coxa.exercise(name).parameters` lists, in the units given there.

    Returns
    -------
    Result

    Raises
    ------
    InvalidArgument
        For a name, value or type that is not allowed (a `ValueError`).
    InfeasibleMotion
        If the posture asked for cannot be; the text says which parameter to move and which way.
    """
    setup = set_up(
        name, subject, model, criterion, frames, strict, intervals, inertia, volume_weights
    )
    given = catalogue.check_parameters(name, parameters)
    dataset = to_xarray(_core.simulate(setup.model._core, name, given, setup.options))
    effective = effective_parameters(name, given, dataset.attrs)
    made = {
        "function": "coxa.simulate",
        **setup.to_dict(given),
        "model_sha256": setup.generic.sha256,
        "coxa_version": _core.build_version,
    }
    dataset.attrs.update(setup.provenance(effective))
    dataset.attrs.update(definition=json.dumps(made), history=call_text(made))
    return Result(dataset, model=setup.model)


def effective_parameters(
    name: str, given: Mapping[str, float | str], notes: Mapping[Any, Any]
) -> dict[str, float | str | None]:
    """All parameters in declared units, words for choices; those found from the body by the note that says so, else None."""
    values: dict[str, float | str | None] = {}
    for key, value in _core.check_parameters(name, given).items():
        found = notes.get(f"note_{key}") if value is None else None
        values[key] = found if isinstance(found, float) else value
    return values


@dataclass(frozen=True)
class MaxLoad:
    """The heaviest load of an exercise for one person, and what limits it.

    Attributes
    ----------
    load : float
        kg.
    frame : int
        Frame that limits, and its `time` in s.
    limited_by : str
        Muscle, support or actuator that is at its bound there.
    curve : DataFrame
        The sticking curve: the heaviest load of each frame by itself, with `path` from 0 (bottom) to 1 (top).
    """

    exercise: str
    load: float
    frame: int
    time: float
    limited_by: str
    curve: pd.DataFrame

    def __repr__(self) -> str:
        path = self.curve["path"].iloc[self.frame]
        return (
            f"{self.exercise}: at most {self.load:.1f} kg, limited by {self.limited_by}"
            f" at {self.time:.2f} s ({100 * path:.0f} % of the way up)"
        )

    def plot(self) -> Figure:
        """The sticking curve, and where it limits the lift."""
        return picture("max load", self)


def max_load(
    name: str,
    subject: Subject | None = None,
    *,
    model: str | os.PathLike[str] | Model | None = None,
    frames: int = 101,
    inertia: bool = True,
    **parameters: float | str,
) -> MaxLoad:
    """Heaviest load that can be lifted in every frame without reserves, for the motion of the exercise.

    Arguments are those of `simulate`; `load` is what is sought and cannot be given.
    """
    setup = set_up(name, subject, model, 2, frames, False, False, inertia)
    if "load" in parameters:
        raise InvalidArgument("load is what max_load looks for; leave it out")
    given = catalogue.check_parameters(name, parameters)
    limit = _core.max_load(setup.model._core, name, given, setup.options)
    curve = pd.DataFrame({"path": limit["path"], "load": limit["load_at_frame"]})
    curve.index.name = "frame"
    return MaxLoad(name, limit["load"], limit["frame"], limit["time"], limit["limited_by"], curve)
