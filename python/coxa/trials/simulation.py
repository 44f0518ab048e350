"""Simulation of one exercise performed by one person."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .. import _core
from .._core import InvalidArgument
from ..authoring import catalogue
from ..base import estimate
from ..base.doors import answer, picture
from ..base.json_values import plain
from ..base.resources import DEFAULT_MODEL
from ..base.tables import to_xarray
from ..models.model import Model, default_model, scale
from ..models.subject import Subject
from .definition import call_text
from .options import Options, criterion_text
from .result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..answers.load_uncertainty import LoadUncertainty

FORMAT = "coxa-1"

#: Conventions of result files: units, long names, flags and text follow CF 1.8.
CONVENTIONS = "CF-1.8"


@dataclass(frozen=True)
class Setup:
    """All inputs of a trial except its parameters; shared by the trials of a study."""

    exercise: str
    subject: Subject | None  # None: the model is used unscaled
    generic: Model
    model: Model
    options: Options

    def of(self, exercise: str, options: Options | None = None) -> Setup:
        """The setup of the same person in another exercise, with other options if given."""
        name = catalogue.known(exercise)
        return replace(self, exercise=name, options=options or self.options)

    def require_room(self, trials: int = 1) -> None:
        """Refuse `trials` results that do not fit into memory together."""
        frames = self.options.frames
        cost = estimate.trial(len(self.generic.muscles), frames, kept=trials)
        what = f"{trials} trials at once" if trials > 1 else "a trial"
        estimate.require_memory(f"{what} with frames={frames}", cost.memory, "lower frames")

    def simulate(self, parameters: Mapping[str, Any]) -> Result:
        """Simulate one trial; see `coxa.simulate`."""
        given = catalogue.check_parameters(self.exercise, parameters)
        trial = _core.simulate(self.model._core, self.exercise, given, self.options.core)
        dataset = to_xarray(trial)
        effective = effective_parameters(self.exercise, given, dataset.attrs)
        dataset.attrs.update(self.provenance(effective))
        told = {"exercise": self.exercise} | ({"parameters": given} if given else {})
        dataset.attrs.update(self.definition("coxa.simulate", told))
        return Result(dataset, model=self.model)

    def max_load(self, parameters: Mapping[str, Any]) -> MaxLoad:
        """The maximum load; see `coxa.max_load`."""
        if "load" in parameters:
            raise InvalidArgument("load is what max_load looks for; leave it out")
        given = catalogue.check_parameters(self.exercise, parameters)
        found = _core.max_load(self.model._core, self.exercise, given, self.options.core)
        columns = {"path": found.pop("path"), "load": found.pop("load_at_frame")}
        curve = pd.DataFrame(columns).rename_axis("frame")
        limits = pd.DataFrame(found.pop("limits"), columns=list(LIMIT_COLUMNS))
        return MaxLoad(
            self.exercise,
            curve=curve,
            limits=limits,
            subject=self.subject,
            setup=self,
            parameters=given,
            **found,
        )

    def to_dict(self) -> dict[str, Any]:
        """Subject, model and options as plain values."""
        found: dict[str, Any] = {}
        if self.subject is not None:
            found["subject"] = json.loads(self.subject.to_json())
        if (name := model_name(self.generic)) != DEFAULT_MODEL.name:
            found["model"] = name
        found["options"] = self.options.to_dict()
        return found

    def definition(
        self, function: str, told: Mapping[str, Any], first: str | None = None
    ) -> dict[str, str]:
        """Provenance attributes of a result: `definition` as JSON, and `history`, the call it stands for.

        `told` holds the arguments besides subject, model and options; `first` is as in `call_text`.
        """
        made = {
            "function": function,
            **told,
            **self.to_dict(),
            "model_sha256": self.generic.sha256,
            "coxa_version": _core.build_version,
        }
        return {"definition": json.dumps(plain(made)), "history": call_text(made, first)}

    def provenance(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Global attributes that identify a result; `parameters` are the effective ones."""
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
    """The model's name in a result: the file name of the bundled one, the path of others."""
    source = Path(model.source)
    return source.name if source == DEFAULT_MODEL else os.path.abspath(source)


def set_up(
    name: str,
    subject: Subject | None,
    model: str | os.PathLike[str] | Model | None,
    options: Options,
) -> Setup:
    """Check everything but the parameters, read the model and scale it."""
    catalogue.known(name)
    if subject is not None and not isinstance(subject, Subject):
        raise InvalidArgument(f"subject must be a coxa.Subject, not {subject!r}")
    if model is None:
        generic, subject = default_model(), subject or Subject()
    elif isinstance(model, Model):
        generic = model
    elif isinstance(model, str | os.PathLike):
        generic = Model.load(model)
    else:
        raise InvalidArgument(f"model must be a path or a coxa.Model, not {model!r}")
    setup = Setup(name, subject, generic, generic, options)
    setup.require_room()
    return setup if subject is None else replace(setup, model=scale(generic, subject))


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
    """Simulate one exercise performed by one person.

    Parameters
    ----------
    name : str
        One of `coxa.exercises()`.
    subject : Subject, optional
        The person; by default `Subject()`, unless a model is given.
    model : path or Model, optional
        An OpenSim 4 model instead of the bundled one. It is scaled to the subject if one is given, and used
        unscaled otherwise.
    criterion : float or "min-max"
        Exponent p, 1 to 5, of the recruitment cost, the sum of muscle volume times activation to the p.
    frames : int
        Number of equally spaced time points, including both ends.
    strict : bool
        Raise `UnsolvedFrame` instead of marking frames without a solution.
    intervals : bool
        Also compute the range of every support force over all solutions within 5 % of the minimum cost.
    inertia : bool
        If False, the motion is treated as quasi-static: velocities and accelerations are zero.
    volume_weights : bool
        If False, the cost weights all muscles equally, whatever their volume (as OpenSim's static optimisation).
    **parameters : float or str
        Parameters of the exercise, listed by `coxa.exercise(name).parameters`, in their declared units.

    Returns
    -------
    Result

    Raises
    ------
    UnknownName
        If there is no such exercise or parameter.
    InvalidArgument
        If a value has the wrong type or is out of range (a `ValueError`).
    InfeasibleMotion
        If the body cannot take the required posture; the message names the parameter to change and the direction.
    UnsolvedFrame
        With `strict`, if a frame has no solution.
    """
    options = Options(criterion, frames, strict, intervals, inertia, volume_weights)
    return set_up(name, subject, model, options).simulate(parameters)


def effective_parameters(
    name: str, given: Mapping[str, float | str], notes: Mapping[Any, Any]
) -> dict[str, float | str | None]:
    """All parameters in declared units, words for choices.

    Values found from the body come from the note that records them; None if there is none.
    """
    values: dict[str, float | str | None] = {}
    for key, value in _core.check_parameters(name, given).items():
        found = notes.get(f"note_{key}") if value is None else None
        values[key] = found if isinstance(found, float) else value
    return values


#: Columns of `MaxLoad.limits`.
LIMIT_COLUMNS = ("name", "kind", "element", "coordinate", "angle_deg", "margin_kg")


@dataclass(frozen=True)
class MaxLoad:
    """The maximum load of an exercise for one person, and what limits it.

    Attributes
    ----------
    load : float
        Maximum load, kg.
    frame : int
        Limiting frame, and its `time` in s.
    limited_by : str
        What limits in that frame, in words: "right vastus lateralis fully active at 118 deg of knee flexion",
        "balance: pressure at the ball of the right foot", "friction of the right foot", "grip of the right hand",
        the end of the movement's geometry, or the maximum of the parameter.
    limits : DataFrame
        That limit, then the next three: `name` (in words), `kind` (muscle, actuator, grip, tie, balance, friction,
        support, geometry or parameter), `element` (its name in the model or setting), `coordinate` and `angle_deg` of
        the joint at which a muscle or actuator works, in the model's sign, and `margin_kg`: how far above `load` it
        begins to limit once those before it are removed, kg, ascending from 0. A removed muscle, actuator or grip is
        100 times as strong on both sides of the body, a removed balance has a support 10 times as long and wide, or
        one that can pull if it carried nothing, and removed friction is 100 times as great. All of it is for the
        limiting frame of the movement as it is: another frame may limit earlier, another technique later. Fewer rows
        if the maximum of the parameter comes first.
    curve : DataFrame
        The sticking curve: maximum `load` (kg) of each frame on its own, and `path` from 0 (bottom) to 1 (top).
    subject : Subject or None
        Who lifts it; None for a model that was not scaled.
    setup : Setup
        Model and options it was found with, and `parameters` of the exercise, for `uncertainty`.
    technique : dict
        Parameters left at None that the exercise finds by least effort (`trunk_lean_deg`), with the values, in declared
        units, of the movement with which `load` is lifted: `coxa.simulate(exercise, subject, load=limit.load,
        **limit.technique)` is that lift.
    """

    exercise: str
    load: float
    frame: int
    time: float
    limited_by: str
    curve: pd.DataFrame
    limits: pd.DataFrame
    subject: Subject | None = None
    setup: Setup | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    technique: Mapping[str, float] = field(default_factory=dict)

    def __repr__(self) -> str:
        path = self.curve["path"].iloc[self.frame]
        return (
            f"{self.exercise}: at most {self.load:.1f} kg, limited by {self.limited_by}"
            f" at {self.time:.2f} s ({100 * path:.0f} % of the way up)"
        )

    def next_limits(self) -> list[str]:
        """The next limits in words, nearest first: "+12.3 kg: friction of the right foot"."""
        following = self.limits.iloc[1:]
        return [
            f"+{margin:.1f} kg: {name}"
            for margin, name in zip(following["margin_kg"], following["name"], strict=True)
        ]

    @property
    def technique_words(self) -> str:
        """The technique in one line: "trunk_lean_deg = 28.3"; empty if nothing was found."""
        return ", ".join(f"{name} = {value:.1f}" for name, value in self.technique.items())

    @property
    def whose(self) -> str:
        """Who lifts it, in one line."""
        return "model as it is, not scaled" if self.subject is None else self.subject.who

    def uncertainty(self, spread: float | None = None, **how: Any) -> LoadUncertainty:
        """How sure the load is: its spread between people of the same sex, age, training and size.

        Takes some 40 greatest loads: 10 s to two minutes.

        Parameters
        ----------
        spread : float, optional
            Coefficient of variation of strength between such people; by default as measured.
        **how : int
            `draws` (32), `seed` (0), `workers` (all cores).

        Returns
        -------
        LoadUncertainty
            Percentiles of the load with the strengths of a person's joints going together and independent of
            each other, and the muscle forces at the load under several recruitment criteria; the load itself
            does not depend on the criterion.

        Raises
        ------
        InvalidArgument
            If a value is out of range, or the model was not scaled to a subject.
        """
        return answer("load uncertainty", self, spread, **how)

    def plot(self) -> Figure:
        """Plot the sticking curve and its limiting frame."""
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
    """The maximum load that can be lifted in every frame without reserves, with the motion of the exercise.

    Parameters that the exercise finds by least effort and that are not given (`trunk_lean_deg`) take the values with
    which most can be lifted: see `MaxLoad.technique`.

    Parameters
    ----------
    name, subject, model, frames, inertia
        As in `simulate`.
    **parameters : float or str
        As in `simulate`, without `load`, which is the result.

    Returns
    -------
    MaxLoad

    Raises
    ------
    InvalidArgument
        As `simulate`, or if `load` is given.
    InfeasibleMotion
        If the body cannot take the required posture.
    """
    options = Options(frames=frames, inertia=inertia)
    return set_up(name, subject, model, options).max_load(parameters)
