"""Sets, repetitions and rest of one or two variations, and what they add up to."""

from __future__ import annotations

import csv
import json
import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from .._core import Error, InvalidArgument
from ..authoring import catalogue
from ..base import check, curves
from ..base.doors import picture
from ..base.limits import check_count
from ..base.resources import DEFAULT_MODEL
from ..base.tables import Table
from ..base.toml_file import read_toml
from ..models.model import Model
from ..models.subject import Subject
from ..trials.labels import person
from ..trials.result import Result
from ..trials.simulation import FORMAT, MaxLoad, max_load, require_room, simulate
from .comparison import check_fraction, save

if TYPE_CHECKING:
    from matplotlib.figure import Figure


KIND = "workout"
STATEMENT = (
    "Research software: not medical advice, not training advice. No fatigue is modelled: the last repetition"
    " is the same as the first."
)

#: Activation above which a group counts as under tension: where the electromyographic literature ends "low" and
#: begins "moderate", 20 % of the maximum (DiGiovine et al. 1992). The model's activation is not an electromyogram.
THRESHOLD = 0.2

#: N; a load that pushes or pulls less than this, a bar on the floor or a slack band, is not borne.
BORNE = 1.0

#: More exercises than this in one workout are refused unless asked for.
MOST_VARIATIONS = 2

_JOINTS = ("hip_extension", "knee_extension", "ankle_plantarflexion")


@dataclass(frozen=True, init=False)
class Sets:
    """Some sets of one exercise.

    Parameters
    ----------
    exercise : str
        One of `coxa.exercises()`.
    sets, reps : int
        How many, at least 1 each.
    rest : float
        s, after each set but the last of the workout.
    load : float, optional
        kg. Without `load` or `fraction`, the exercise's default load; body weight where it has no parameter load.
    fraction : float, optional
        Of the greatest load that the person can lift in this exercise (`coxa.max_load`), above 0 to 1.
    each_side : bool
        For exercises on one leg: every set is done with the right leg, then without rest with the left.
    **parameters
        What `coxa.exercise(name).parameters` lists, except `repetitions`, which `reps` takes the place of.

    Raises
    ------
    InvalidArgument
        For a name, value or combination that is not allowed.
    """

    exercise: str
    sets: int
    reps: int
    rest: float
    load: float | None
    fraction: float | None
    each_side: bool
    parameters: Mapping[str, Any]

    def __init__(
        self,
        exercise: str,
        sets: int = 1,
        reps: int = 1,
        *,
        rest: float = 120.0,
        load: float | None = None,
        fraction: float | None = None,
        each_side: bool = False,
        **parameters: Any,
    ):
        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        declared = catalogue.exercise(exercise).parameters
        put("exercise", exercise)
        put("sets", check_count(f"sets of {exercise}", sets, "sets"))
        put("reps", check_count(f"reps of {exercise}", reps, "reps"))
        put("rest", check.number(f"rest of {exercise}", rest, "s"))
        if self.rest < 0:
            raise InvalidArgument(f"rest of {exercise} must be 0 s or more, not {self.rest:g}")
        if load is not None and fraction is not None:
            raise InvalidArgument(f"{exercise}: load and fraction exclude each other; give one")
        if "load" not in declared and (load is not None or fraction is not None):
            given = "load" if load is not None else "fraction"
            raise InvalidArgument(f"{exercise} has no parameter load; leave {given} out")
        if load is not None:
            catalogue.check_parameters(exercise, {"load": load})
        put("load", None if load is None else float(load))
        put("fraction", None if fraction is None else check_fraction(fraction))
        if "repetitions" in parameters:
            raise InvalidArgument(f"{exercise}: give reps instead of the parameter repetitions")
        put("each_side", bool(each_side))
        if each_side and ("side" not in declared or "side" in parameters):
            raise InvalidArgument(
                f"{exercise}: each_side and side exclude each other; leave one out"
                if "side" in declared
                else f"{exercise} has no parameter side; leave each_side out"
            )
        catalogue.check_parameters(exercise, parameters)
        put("parameters", dict(parameters))

    def __repr__(self) -> str:
        parts = [repr(self.exercise), f"sets={self.sets}", f"reps={self.reps}"]
        parts.append(f"rest={self.rest:g}")
        if self.load is not None:
            parts.append(f"load={self.load!r}".removesuffix(".0"))
        if self.fraction is not None:
            parts.append(f"fraction={self.fraction!r}")
        if self.each_side:
            parts.append("each_side=True")
        parts += [f"{key}={value!r}" for key, value in self.parameters.items()]
        return f"coxa.Sets({', '.join(parts)})"

    def trials(self) -> list[dict[str, Any]]:
        """Parameters of the trials that make one set, load left out: one, or one for each side."""
        if not self.each_side:
            return [dict(self.parameters)]
        return [{**self.parameters, "side": side} for side in ("right", "left")]


class Workout:
    """Sets, repetitions and rest, and what they add up to.

    Research software: not medical advice, not training advice. No fatigue is modelled: muscles are as strong
    in the last repetition as in the first. Repetitions of a set are the same by construction and follow each other
    without a pause, so each distinct trial is simulated once and multiplied.

    Parameters
    ----------
    sets : sequence of Sets
        In the order in which they are done.
    subject, model, criterion, inertia, volume_weights
        As in `coxa.simulate`.
    frames : int
        Of each repetition.
    threshold : float
        Activation, 0 to 1, above which a group is under tension.
    allow_more : bool
        Take more than two variations. A variation is an exercise by name; loads, sides and other parameters of one
        exercise do not make another.

    Attributes
    ----------
    dataset : xarray.Dataset
        Per set (dimension `set`) and muscle group or joint; format "coxa-1", kind "workout".
    table : DataFrame
        One row per set and a last one, "total".
    groups : DataFrame
        One row per muscle group, over the whole workout.
    results, max_loads : dict
        The trials, and the greatest loads that fractions needed, by exercise and parameters as text.

    Notes
    -----
    All integrals are by the trapezium rule over the frames (`coxa.curves` states its error).

    - Impulse of a group, N s: the integral over time of the summed force of its muscles, both sides together. Impulse of
      a joint, N m s: the integral of its moment, extension (or plantarflexion) positive, both legs together.
    - Work of a group, J: muscle-tendon force (active and passive) times shortening of the muscle-tendon unit, both sides
      together; positive while shortening, negative while lengthening, added apart. Muscles of two joints count in full, so
      the work of groups is not that of joints. Work of a joint, J: the integral of its power, positive and negative apart.
      Groups overlap (the glutes hold the gluteus maximus): do not add them; `muscle_work_positive` and `..._negative` are
      those of all muscles, each once.
    - Work on the load, J: the force of the body on each load along the way of its mass centre, rising and lowering apart.
      From rest to rest, lifting a mass m by h takes m g h, stretching a band its elastic energy; a repetition gives both
      back. The body's own rise is not in it.
    - Time under tension of a group, s: while its activation exceeds `threshold` (the greater of the two sides), crossings
      between frames by linear interpolation. Load-bearing time, s: frames in which some load acts on the body with more
      than 1 N, each with its share of time; zero in exercises without a load.
    - Peaks of a group: greatest force, both sides together, N; greatest activation of either side.
    - Duration, s: of the repetitions; of the workout, with the rests between sets. Tonnage, kg: load times repetitions; what
      the body itself weighs does not count.

    Raises
    ------
    InvalidArgument
        For more than two variations without `allow_more`, and for what `simulate` refuses.
    """

    def __init__(
        self,
        sets: Iterable[Sets],
        subject: Subject | None = None,
        *,
        model: str | os.PathLike[str] | Model | None = None,
        criterion: float | str = 2,
        frames: int = 401,
        inertia: bool = True,
        volume_weights: bool = True,
        threshold: float = THRESHOLD,
        allow_more: bool = False,
    ):
        plan = [sets] if isinstance(sets, Sets) else list(sets)
        _check_plan(plan, allow_more)
        require_room(model, frames, sum(len(block.trials()) for block in plan))
        threshold = check.number("threshold", threshold)
        if not 0 < threshold < 1:
            raise InvalidArgument(f"threshold is an activation between 0 and 1, not {threshold:g}")
        if subject is None and model is None:
            subject = Subject()

        self.results: dict[str, Result] = {}
        self.max_loads: dict[str, MaxLoad] = {}
        measured: dict[str, dict[str, Any]] = {}
        rows: list[dict[str, Any]] = []
        clock, counts = 0.0, dict.fromkeys((block.exercise for block in plan), 0)
        for b, block in enumerate(plan):
            done = []
            for parameters in block.trials():
                try:
                    mass = self._load(block, parameters, subject, model, inertia)
                    given = parameters if mass is None else {**parameters, "load": mass}
                    key = trial_key(block.exercise, given)
                    if key not in measured:
                        result = simulate(
                            block.exercise,
                            subject,
                            model=model,
                            criterion=criterion,
                            frames=frames,
                            inertia=inertia,
                            volume_weights=volume_weights,
                            **given,
                        )
                        self.results[key] = result
                        measured[key] = _measure(result, threshold)
                except Error as error:
                    if block.exercise in str(error):
                        raise
                    raise type(error)(f"{block.exercise}: {error}") from error
                done.append((key, parameters))
            for s in range(block.sets):
                counts[block.exercise] += 1
                for key, parameters in done:
                    one = measured[key]
                    start = clock
                    clock += block.reps * one["duration"]
                    rows.append(
                        {
                            "block": b + 1,
                            "exercise": block.exercise,
                            "number": counts[block.exercise],
                            "side": str(parameters["side"]) if block.each_side else "",
                            "reps": block.reps,
                            "start": start,
                            "end": clock,
                            "one": one,
                            "key": key,
                        }
                    )
                last = b == len(plan) - 1 and s == block.sets - 1
                clock += 0 if last else block.rest
        self._plan = plan
        first = next(iter(self.results.values())).dataset
        self.dataset = _dataset(rows, first, threshold)
        self.dataset.attrs["history"] = self._call(subject, first, frames, inertia, allow_more)

    @classmethod
    def from_dataset(cls, dataset: xr.Dataset) -> Workout:
        """What `coxa.load` reads; `results` and `max_loads` are empty then."""
        self = cls.__new__(cls)
        self.dataset, self.results, self.max_loads, self._plan = dataset, {}, {}, []
        return self

    def _load(
        self,
        block: Sets,
        parameters: Mapping[str, Any],
        subject: Subject | None,
        model: Any,
        inertia: bool,
    ) -> float | None:
        # kg; None leaves it to the exercise
        if block.fraction is None:
            return block.load
        key = trial_key(block.exercise, parameters)
        if key not in self.max_loads:
            self.max_loads[key] = max_load(
                block.exercise, subject, model=model, inertia=inertia, **parameters
            )
        return block.fraction * self.max_loads[key].load

    def _call(
        self,
        subject: Subject | None,
        first: xr.Dataset,
        frames: int,
        inertia: bool,
        allow_more: bool,
    ) -> str:
        parts = [repr(self._plan)]
        if subject is not None:
            parts.append(f"coxa.{subject!r}")
        if first.attrs["model"] != DEFAULT_MODEL.name:
            parts.append(f"model={str(first.attrs['model'])!r}")
        criterion = str(first.attrs["criterion"])
        parts.append(
            f"criterion={criterion!r}" if criterion == "min-max" else f"criterion={criterion}"
        )
        parts += [f"frames={frames}", f"threshold={self.threshold!r}"]
        if not inertia:
            parts.append("inertia=False")
        if allow_more:
            parts.append("allow_more=True")
        return f"coxa.Workout({', '.join(parts)})"

    # ---- tables

    @property
    def threshold(self) -> float:
        """Activation above which a group is under tension."""
        return float(self.dataset.attrs["threshold"])

    @property
    def subject(self) -> Subject | None:
        text = self.dataset.attrs.get("subject")
        return Subject.from_json(text) if text else None

    @property
    def duration(self) -> float:
        """s, from the first repetition to the end of the last, with the rests between."""
        return float(self.dataset["end"].values[-1])

    @property
    def solved(self) -> bool:
        """Whether every frame of every repetition was solved."""
        return not self.dataset["unsolved_frames"].values.any()

    @property
    def warnings(self) -> list[str]:
        """What a reader of the figures must know: unsolved frames and reserves."""
        found: dict[str, None] = {}
        for i, name in enumerate(self.dataset["exercise"].values):
            load = float(self.dataset["load"][i])
            of = f"{name} with {load:g} kg"
            if count := int(self.dataset["unsolved_frames"][i]):
                found[f"{of}: {count} frames without a solution"] = None
            if count := int(self.dataset["reserve_frames"][i]):
                found[f"{of}: {count} frames need reserves: more than this body's strength"] = None
        return list(found)

    @property
    def table(self) -> Table:
        d = self.dataset
        labels = [str(label) for label in d["set"].values]
        columns: dict[str, Any] = {
            "exercise": list(d["exercise"].values),
            "reps": d["repetitions"].values,
            "load kg": d["load"].values,
            "start s": d["start"].values,
            "time s": d["duration"].values,
            "under load s": d["load_bearing_time"].values,
            "tonnage kg": d["tonnage"].values,
            "work up J": d["load_work_positive"].values,
            "work down J": d["load_work_negative"].values,
        }
        for joint in map(str, d["joint_moment"].values):
            head = f"{joint.partition('_')[0]} N m s"
            columns[head] = d["angular_impulse"].sel(joint_moment=joint).values
        for group in ("glutes", "hamstrings", "quadriceps"):
            if group in d["group"].values:
                columns[f"{group} N s"] = d["impulse"].sel(group=group).values
                columns[f"{group} tension s"] = d["time_under_tension"].sel(group=group).values
        table = pd.DataFrame(columns, index=pd.Index(labels, name="set"))
        total: dict[str, Any] = {name: table[name].sum() for name in table.columns}
        total.update({"exercise": "", "load kg": math.nan, "start s": math.nan})
        total_row = pd.DataFrame([total], index=pd.Index(["total"], name="set"))
        return Table(pd.concat([table, total_row]))

    @property
    def groups(self) -> Table:
        d = self.dataset
        peak = d["peak_activation"]
        columns = {
            "impulse N s": d["impulse"].sum("set").values,
            "work + J": d["work_positive"].sum("set").values,
            "work - J": d["work_negative"].sum("set").values,
            "tension s": d["time_under_tension"].sum("set").values,
            "peak force N": d["peak_force"].max("set").values,
            "peak activation": peak.max("set").values,
            "in": [
                str(d["exercise"].values[int(np.nanargmax(column))])
                if np.isfinite(column).any()
                else ""
                for column in peak.transpose("group", "set").values
            ],
        }
        return Table(columns, index=pd.Index(d["group"].values, name="group"))

    def total(self) -> dict[str, float]:
        """What the workout adds up to; durations in s, tonnage in kg, work in J, impulses in N m s."""
        d = self.dataset
        sums = {
            "duration": self.duration,
            **{
                name: float(d[name].sum())
                for name in (
                    "repetitions",
                    "load_bearing_time",
                    "tonnage",
                    "load_work_positive",
                    "load_work_negative",
                    "muscle_work_positive",
                    "muscle_work_negative",
                )
            },
        }
        sums["time_of_repetitions"] = float(d["duration"].sum())
        for joint in map(str, d["joint_moment"].values):
            sums[f"{joint}_impulse"] = float(d["angular_impulse"].sel(joint_moment=joint).sum())
        return sums

    @property
    def heading(self) -> str:
        """What this is, and of whom."""
        minutes, seconds = divmod(round(self.duration), 60)
        return f"{len(self.dataset['set'])} sets in {minutes}:{seconds:02d} min, " + ", ".join(
            person(self.subject, self.dataset.attrs)
        )

    @property
    def footer(self) -> list[str]:
        """What a reader of the tables must know."""
        return [
            f"tension: activation above {self.threshold:g}; groups: both sides together, and they overlap",
            *self.warnings,
            STATEMENT,
        ]

    def __repr__(self) -> str:
        return "\n\n".join(
            [self.heading, repr(self.table), repr(self.groups), "\n".join(self.footer)]
        )

    def _repr_html_(self) -> str:
        def html(table: Table) -> str:
            return table.to_html(float_format=lambda value: f"{value:.4g}", na_rep="")

        foot = "<br>".join(escape(line) for line in self.footer)
        return (
            f"<p>{escape(self.heading)}</p>{html(self.table)}{html(self.groups)}"
            f"<p><small>{foot}</small></p>"
        )

    # ---- pictures and files

    def plot(self) -> Figure:
        """The course of the workout, and impulse, tension and peaks of each muscle group."""
        return picture("workout", self)

    def as_dict(self) -> dict[str, Any]:
        """Sets, groups and totals as plain values, for JSON."""
        d = self.dataset
        sets = []
        scalars = [n for n, v in d.data_vars.items() if v.dims == ("set",)]
        by_group = [n for n, v in d.data_vars.items() if v.dims == ("set", "group")]
        by_joint = [n for n, v in d.data_vars.items() if v.dims == ("set", "joint_moment")]
        for i in range(d.sizes["set"]):
            row: dict[str, Any] = {str(name): d[name].values[i] for name in scalars}
            for names, dim, heading in (
                (by_group, "group", "groups"),
                (by_joint, "joint_moment", "joints"),
            ):
                row[heading] = {
                    str(item): {str(name): d[name].values[i, k] for name in names}
                    for k, item in enumerate(d[dim].values)
                }
            sets.append(row)
        groups = {
            str(name): {
                "impulse": row["impulse N s"],
                "work_positive": row["work + J"],
                "work_negative": row["work - J"],
                "time_under_tension": row["tension s"],
                "peak_force": row["peak force N"],
                "peak_activation": row["peak activation"],
            }
            for name, row in self.groups.iterrows()
        }
        return {
            "subject": json.loads(d.attrs.get("subject") or "null"),
            "model": d.attrs["model"],
            "criterion": d.attrs["criterion"],
            "threshold": self.threshold,
            "solved": self.solved,
            "warnings": self.warnings,
            "total": self.total(),
            "groups": groups,
            "sets": sets,
            "units": {str(name): d[name].attrs.get("units", "") for name in d.data_vars},
            "statement": STATEMENT,
            "coxa_version": d.attrs["coxa_version"],
            "history": d.attrs["history"],
        }

    def write_csv(self, file: Any) -> None:
        """One row per set and a total; every quantity, those of groups and joints as `glutes_impulse (N s)`."""
        d = self.dataset
        columns: dict[str, list[Any]] = {"set": [*map(str, d["set"].values), "total"]}
        units = {"set": ""}
        peaks = ("peak_force", "peak_activation")
        without_total = ("start", "end", "load", "block", "number")
        for name, variable in d.data_vars.items():
            unit = variable.attrs.get("units", "")
            if variable.ndim == 1:
                values = variable.values.tolist()
                text = isinstance(values[0], str)
                total = "" if text or name in without_total else sum(values)
                columns[str(name)], units[str(name)] = [*values, total], unit
                continue
            dim = variable.dims[1]
            for k, item in enumerate(map(str, d[dim].values)):
                values = variable.values[:, k].tolist()
                total = max(values) if name in peaks else sum(values)
                columns[f"{item}_{name}"] = [*values, total]
                units[f"{item}_{name}"] = unit
        rows = len(columns["set"])
        columns["statement"], units["statement"] = [""] * (rows - 1) + [STATEMENT], ""
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            f"{name} ({unit})" if unit not in ("", "1") else name for name, unit in units.items()
        )
        for row in zip(*columns.values(), strict=True):
            writer.writerow("" if isinstance(v, float) and math.isnan(v) else v for v in row)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes by the ending of the name: `.h5`, `.hdf5`, `.nc` everything; `.csv` sets and total; `.json` sets, groups
        and totals; `.png`, `.pdf`, `.svg`, `.jpg` the picture."""
        return save(self, path, self.dataset)


def _check_plan(plan: Sequence[object], allow_more: bool) -> None:
    if not plan:
        raise InvalidArgument("a workout needs at least one coxa.Sets(...)")
    for block in plan:
        if not isinstance(block, Sets):
            raise InvalidArgument(f"a workout is a list of coxa.Sets(...), not of {block!r}")
    names = list(dict.fromkeys(block.exercise for block in plan if isinstance(block, Sets)))
    if len(names) > MOST_VARIATIONS and not allow_more:
        raise InvalidArgument(
            f"{names[MOST_VARIATIONS]!r} would be variation {MOST_VARIATIONS + 1} of this workout, after"
            f" {' and '.join(map(repr, names[:MOST_VARIATIONS]))}: a workout takes at most"
            f" {MOST_VARIATIONS}, so that each gets enough sets to count and what it adds can be told from"
            " the other's; leave one out, make a second workout, or give allow_more=True"
        )


def trial_key(exercise: str, parameters: Mapping[str, Any]) -> str:
    """What tells one trial of a workout from another, as text."""
    return f"{exercise}({', '.join(f'{key}={parameters[key]!r}' for key in sorted(parameters))})"


# ---- what one repetition gives -----------------------------------------------------------------------------


def time_above(time: np.ndarray, values: np.ndarray, threshold: float) -> np.ndarray:
    """How long values [frames, ...] are above a threshold, s; crossings by linear interpolation."""
    steps = np.diff(time).reshape(-1, *[1] * (values.ndim - 1))
    low = np.minimum(values[1:], values[:-1])
    high = np.maximum(values[1:], values[:-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip((high - threshold) / (high - low), 0, 1)
    share = np.where(high == low, high > threshold, share)
    return (steps * np.where(np.isfinite(high + low), share, np.nan)).sum(axis=0)


def _parts(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # positive and negative work, summed apart; an unsolved frame makes both unknown
    return np.maximum(steps, 0).sum(axis=0), np.minimum(steps, 0).sum(axis=0)


def _measure(result: Result, threshold: float) -> dict[str, Any]:
    """All that one repetition adds, and its peaks; arrays over groups or joints in the dataset's order."""
    d = result.dataset
    time = d["time"].values
    groups = [str(group) for group in d["group"].values]
    force = d["group_force"].transpose("time", "group", "side").values
    activation = d["group_activation"].transpose("time", "group", "side").values
    one: dict[str, Any] = {"duration": float(time[-1] - time[0])}

    both = force.sum(axis=2)
    one["impulse"] = curves.integral(time, both)
    one["peak_force"] = both.max(axis=0)
    one["peak_activation"] = activation.max(axis=(0, 2))
    one["time_under_tension"] = time_above(time, activation.max(axis=2), threshold)

    # a muscle-tendon unit does work on the skeleton by its tension while it shortens
    steps = -curves.work(d["muscle_force"].values, d["muscle_tendon_length"].values)
    names = [str(name) for name in d["muscle"].values]
    positive, negative = _parts(steps)
    one["muscle_work_positive"] = float(positive.sum())
    one["muscle_work_negative"] = float(negative.sum())
    plus, minus = np.zeros(len(groups)), np.zeros(len(groups))
    for group in result.model.groups:
        columns = [names.index(muscle) for muscle in group.muscles]
        plus[groups.index(group.name)] += positive[columns].sum()
        minus[groups.index(group.name)] += negative[columns].sum()
    one["work_positive"], one["work_negative"] = plus, minus

    moments = [d[f"{joint}_moment"].transpose("time", "side").values for joint in _JOINTS]
    powers = [d[f"{joint}_power"].transpose("time", "side").values for joint in _JOINTS]
    lumbar = d["lumbar_extension_moment"].values
    one["angular_impulse"] = np.array(
        [*(curves.integral(time, m.sum(axis=1)) for m in moments), curves.integral(time, lumbar)]
    )
    angle = d["position"].sel(coordinate="lumbar_extension").values
    lumbar_parts = _parts(curves.work(lumbar, angle))
    one["joint_work_positive"] = np.array(
        [*(curves.integral(time, np.maximum(p, 0)).sum() for p in powers), lumbar_parts[0]]
    )
    one["joint_work_negative"] = np.array(
        [*(curves.integral(time, np.minimum(p, 0)).sum() for p in powers), lumbar_parts[1]]
    )

    load = d["load_force"].transpose("time", "load", "axis").values
    if load.shape[1] > 0:
        way = d["load_position"].transpose("time", "load", "axis").values
        up, down = map(float, _parts(-curves.work(load, way).sum(axis=(1, 2))))
        borne = (np.linalg.norm(load, axis=2) > BORNE).any(axis=1)
        bearing = float(curves.integral(time, borne.astype(float)))
    else:
        up = down = bearing = 0.0
    one["load_work_positive"], one["load_work_negative"] = up, down
    one["load_bearing_time"] = bearing

    status = d["status"].values
    one["unsolved_frames"] = float(((status & 1) != 0).sum())
    one["reserve_frames"] = float(((status & 2) != 0).sum())
    mass = result.parameters.get("load", 0.0)
    one["load"] = math.nan if mass is None else float(mass)
    one["groups"] = groups
    return one


def _dataset(rows: Sequence[Mapping[str, Any]], first: xr.Dataset, threshold: float) -> xr.Dataset:
    """All sets; what one repetition adds is multiplied by the repetitions, its peaks are not."""
    reps = np.array([row["reps"] for row in rows], dtype=float)

    def column(name: str) -> np.ndarray:
        return np.array([row["one"][name] for row in rows], dtype=float)

    def added(name: str) -> np.ndarray:
        values = column(name)
        return values * reps.reshape(-1, *[1] * (values.ndim - 1))

    def text(name: str) -> list[str]:
        return [str(row[name]) for row in rows]

    number = np.array
    variables: dict[str, Any] = {
        "exercise": ("set", text("exercise"), {"long_name": "exercise", "units": "1"}),
        "side": ("set", text("side"), {"long_name": "leg, where sides take turns", "units": "1"}),
        "trial": ("set", text("key"), {"long_name": "exercise and parameters", "units": "1"}),
        "block": _scalar(number([row["block"] for row in rows], float), "1", "entry of the plan"),
        "number": _scalar(
            number([row["number"] for row in rows], float), "1", "set of its exercise"
        ),
        "repetitions": _scalar(reps, "1", "repetitions"),
        "load": _scalar(column("load"), "kg", "external load"),
        "start": _scalar(number([row["start"] for row in rows]), "s", "beginning"),
        "end": _scalar(number([row["end"] for row in rows]), "s", "end"),
        "duration": _scalar(added("duration"), "s", "time of the repetitions"),
        "load_bearing_time": _scalar(
            added("load_bearing_time"), "s", f"time with a load of more than {BORNE:g} N borne"
        ),
        "tonnage": _scalar(np.nan_to_num(column("load")) * reps, "kg", "load times repetitions"),
        "load_work_positive": _scalar(
            added("load_work_positive"), "J", "work on the load as it gains energy"
        ),
        "load_work_negative": _scalar(
            added("load_work_negative"), "J", "work on the load as it loses energy"
        ),
        "muscle_work_positive": _scalar(
            added("muscle_work_positive"), "J", "work of all muscle-tendon units that shorten"
        ),
        "muscle_work_negative": _scalar(
            added("muscle_work_negative"), "J", "work of all muscle-tendon units that lengthen"
        ),
        "unsolved_frames": _scalar(
            column("unsolved_frames"), "1", "frames of one repetition without a solution"
        ),
        "reserve_frames": _scalar(
            column("reserve_frames"), "1", "frames of one repetition that need reserves"
        ),
    }
    for name, unit, meaning in (
        ("impulse", "N s", "integral of the group's force over time, both sides together"),
        ("work_positive", "J", "work of the shortening muscle-tendon units, both sides together"),
        ("work_negative", "J", "work of the lengthening muscle-tendon units, both sides together"),
        (
            "time_under_tension",
            "s",
            f"time with the greater activation of the sides above {threshold:g}",
        ),
    ):
        variables[name] = (("set", "group"), added(name), {"units": unit, "long_name": meaning})
    for name, unit, meaning in (
        ("peak_force", "N", "greatest force of the group, both sides together"),
        ("peak_activation", "1", "greatest activation of the group, either side"),
    ):
        variables[name] = (("set", "group"), column(name), {"units": unit, "long_name": meaning})
    for name, unit, meaning in (
        ("angular_impulse", "N m s", "integral of the moment over time, both legs together"),
        ("joint_work_positive", "J", "integral of positive joint power, both legs together"),
        ("joint_work_negative", "J", "integral of negative joint power, both legs together"),
    ):
        dims = ("set", "joint_moment")
        variables[name] = (dims, added(name), {"units": unit, "long_name": meaning})
    labels = []
    for row in rows:
        side = f" {row['side']}" if row["side"] else ""
        labels.append(f"{row['exercise']} {row['number']}{side}")
    coordinates = {
        "set": ("set", labels, {"long_name": "set, in order", "units": "1"}),
        "group": (
            "group",
            rows[0]["one"]["groups"],
            {"long_name": "muscle group", "units": "1"},
        ),
        "joint_moment": (
            "joint_moment",
            [*_JOINTS, "lumbar_extension"],
            {"long_name": "moment, positive as named", "units": "1"},
        ),
    }
    attributes = {
        "format": FORMAT,
        "kind": KIND,
        "statement": STATEMENT,
        "threshold": float(threshold),
        **{
            key: first.attrs[key]
            for key in ("subject", "model", "model_sha256", "coxa_version", "created", "criterion")
        },
    }
    return xr.Dataset(variables, coordinates, attributes)


def _scalar(values: np.ndarray, unit: str, meaning: str) -> tuple[Any, ...]:
    return ("set", values, {"units": unit, "long_name": meaning})


# ---- workouts as text ----------------------------------------------------------------------------------------

_BLOCK = re.compile(
    r"(?P<exercise>\w+):(?P<sets>\d+)x(?P<reps>\d+)(?:@(?P<value>[0-9.]+)(?P<unit>kg|%))?(?P<each>/side)?"
)


def parse_sets(text: str, rest: float = 120.0, **parameters: Any) -> Sets:
    """Sets from a short text: `NAME:SETSxREPS`, then `@80kg` or `@70%` of the greatest load, then `/side`.

    Raises
    ------
    InvalidArgument
        If the text is not of this form.
    """
    match = _BLOCK.fullmatch(text)
    if match is None:
        raise InvalidArgument(
            f"{text!r} is not NAME:SETSxREPS, NAME:SETSxREPS@80kg or NAME:SETSxREPS@70%"
            " (with /side at the end to take the legs in turn)"
        )
    value = match["value"]
    try:
        amount = None if value is None else float(value)
    except ValueError:
        raise InvalidArgument(f"{value!r} in {text!r} is not a number") from None
    return Sets(
        match["exercise"],
        int(match["sets"]),
        int(match["reps"]),
        rest=rest,
        load=amount if match["unit"] == "kg" else None,
        fraction=None if amount is None or match["unit"] == "kg" else amount / 100,
        each_side=match["each"] is not None,
        **parameters,
    )


def read_plan(path: str | os.PathLike[str]) -> tuple[list[Sets], dict[str, Any]]:
    """A plan from a TOML file: its sets, and what else it says (`athlete`, and options of `Workout`).

        allow_more = false
        [athlete]
        sex = "female"
        mass = 62
        height = 1.68
        [[sets]]
        exercise = "barbell_hip_thrust"
        sets = 3
        reps = 8
        rest = 120
        fraction = 0.7
        bench_height = 0.42

    Raises
    ------
    FileError
        If the file cannot be read or is no TOML.
    InvalidArgument
        For an entry that is not allowed; the text names the file and the entry.
    """
    name = os.fspath(path)
    document = read_toml(path)
    blocks = document.pop("sets", None)
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise InvalidArgument(f"{name} has no [[sets]]; each names exercise, sets and reps")
    plan = []
    rest = document.pop("rest", 120.0)
    for i, block in enumerate(blocks):
        given = {"rest": rest, **block}
        if "exercise" not in given:
            raise InvalidArgument(f"{name}: [[sets]] number {i + 1} names no exercise")
        try:
            plan.append(Sets(given.pop("exercise"), **given))
        except Error as error:
            raise type(error)(f"{name}: [[sets]] number {i + 1}: {error}") from None
    options = {"athlete", "model", "criterion", "frames", "inertia", "threshold", "allow_more"}
    for key in document:
        if key not in options:
            raise check.unknown(f"entry of {name}", key, sorted(options | {"rest", "sets"}))
    return plan, document
