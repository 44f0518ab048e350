"""Workouts: sets, repetitions and rest of exercise variations, and their totals."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from .._core import Error, InvalidArgument
from ..base import check
from ..base.tables import Table
from ..models.model import Model
from ..models.subject import Subject
from ..trials.labels import person
from ..trials.options import Options
from ..trials.result import Result
from ..trials.simulation import MaxLoad, Setup, set_up
from .saving import SavedAnswer
from .sets import Sets
from .worked import STATEMENT, measure, worked

#: Default activation above which a group is under tension: the limit between "low" and "moderate" in electromyography,
#: 20 % of the maximum (DiGiovine et al. 1992). The model's activation is not an electromyogram.
THRESHOLD = 0.2

#: Workouts of more exercises are refused unless allowed explicitly.
MOST_VARIATIONS = 2


class Workout(SavedAnswer):
    """Sets, repetitions and rest, and their totals.

    `plot` draws the course of the workout, and impulse, tension and peaks of each muscle group.

    Research software: not medical advice, not training advice. No fatigue is modelled: muscles are as strong in the
    last repetition as in the first. The repetitions of a set are identical and follow each other without a pause, so
    each distinct trial is simulated once and multiplied.

    Parameters
    ----------
    sets : sequence of Sets
        In the order in which they are performed.
    subject, model, criterion, inertia, volume_weights
        As in `coxa.simulate`.
    frames : int
        Number of frames of each repetition.
    threshold : float
        Activation, 0 to 1, above which a group is under tension.
    allow_more : bool
        Allow more than two variations. Variations differ in the exercise; loads, sides and other parameters of one
        exercise do not count.

    Attributes
    ----------
    dataset : xarray.Dataset
        Quantities by set (dimension `set`), and muscle group or joint; format "coxa-1", kind "workout".
    table : DataFrame
        One row per set, and "total".
    groups : DataFrame
        One row per muscle group, over the whole workout.
    results, max_loads : dict
        The trials, and the maximum loads needed for fractions, by exercise and parameters as text.

    Notes
    -----
    All integrals use the trapezoidal rule over the frames.

    - Impulse of a group, N s: integral over time of the summed force of its muscles, both sides together. Impulse of a
      joint, N m s: integral of its moment, extension (or plantarflexion) positive, both legs together.
    - Work of a group, J: muscle-tendon force (active and passive) times shortening of the muscle-tendon unit, both sides
      together; positive while shortening, negative while lengthening, summed separately. Biarticular muscles count
      fully, so the work of groups is not that of joints. Work of a joint, J: integral of its power, positive and
      negative separately. Groups overlap (the glutes include the gluteus maximus) and must not be added;
      `muscle_work_positive` and `muscle_work_negative` count every muscle once.
    - Work on the load, J: force of the body on each load times the displacement of its centre of mass, rising and
      lowering separately. From rest to rest, lifting a mass m by h takes m g h, stretching a band its elastic energy; a
      repetition returns both. The rise of the body itself is not included.
    - Time under tension of a group, s: time during which its activation (the larger of both sides) exceeds `threshold`,
      with crossings between frames interpolated linearly. Load-bearing time, s: time during which any load acts on the
      body with more than 1 N; zero in exercises without a load.
    - Peaks of a group: maximum force, both sides together, N; maximum activation of either side.
    - Duration, s: of the repetitions; of the workout, including rests between sets. Tonnage, kg: load times repetitions,
      without the weight of the body.

    Raises
    ------
    InvalidArgument
        For more than two variations without `allow_more`, and as `coxa.simulate`.
    """

    _picture = "workout"

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
        threshold = check.number("threshold", threshold)
        if not 0 < threshold < 1:
            raise InvalidArgument(f"threshold is an activation between 0 and 1, not {threshold:g}")
        options = Options(criterion, frames, inertia=inertia, volume_weights=volume_weights)
        setup = set_up(plan[0].exercise, subject, model, options)
        setup.require_room(sum(len(block.trials()) for block in plan))

        self.results: dict[str, Result] = {}
        self.max_loads: dict[str, MaxLoad] = {}
        self._plan = plan
        rows = self._rows(setup, threshold)
        first = next(iter(self.results.values())).dataset
        self.dataset = worked(rows, first, threshold)
        arguments = {"threshold": threshold} | ({"allow_more": True} if allow_more else {})
        told = {"sets": [asdict(block) for block in plan], "arguments": arguments}
        self.dataset.attrs.update(setup.definition("coxa.Workout", told, repr(plan)))

    def _rows(self, setup: Setup, threshold: float) -> list[dict[str, Any]]:
        """Every set in order, with each distinct trial simulated once."""
        measured: dict[str, dict[str, Any]] = {}
        rows: list[dict[str, Any]] = []
        clock, counts = 0.0, dict.fromkeys((block.exercise for block in self._plan), 0)
        for b, block in enumerate(self._plan):
            done = [
                (self._trial(block, parameters, setup, threshold, measured), parameters)
                for parameters in block.trials()
            ]
            for s in range(block.sets):
                counts[block.exercise] += 1
                for key, parameters in done:
                    start = clock
                    clock += block.reps * measured[key]["duration"]
                    rows.append(
                        {
                            "block": b + 1,
                            "exercise": block.exercise,
                            "number": counts[block.exercise],
                            "side": str(parameters["side"]) if block.each_side else "",
                            "repetitions": block.reps,
                            "start": start,
                            "end": clock,
                            "trial": key,
                            "one": measured[key],
                        }
                    )
                last = b == len(self._plan) - 1 and s == block.sets - 1
                clock += 0 if last else block.rest
        return rows

    def _trial(
        self,
        block: Sets,
        parameters: Mapping[str, Any],
        setup: Setup,
        threshold: float,
        measured: dict[str, dict[str, Any]],
    ) -> str:
        """The key of a set's trial, which is simulated if it is new."""
        try:
            mass = self._load(block, parameters, setup)
            given = parameters if mass is None else {**parameters, "load": mass}
            key = trial_key(block.exercise, given)
            if key not in measured:
                result = setup.of(block.exercise).simulate(given)
                self.results[key] = result
                measured[key] = measure(result, threshold)
        except Error as error:
            if block.exercise in str(error):
                raise
            raise type(error)(f"{block.exercise}: {error}") from error
        return key

    @classmethod
    def from_dataset(cls, dataset: xr.Dataset) -> Workout:
        """The workout of a file read by `coxa.load`; `results` and `max_loads` are empty."""
        self = cls.__new__(cls)
        self.dataset, self.results, self.max_loads, self._plan = dataset, {}, {}, []
        return self

    def _load(self, block: Sets, parameters: Mapping[str, Any], setup: Setup) -> float | None:
        # kg; None: the exercise's default
        if block.fraction is None:
            return block.load
        key = trial_key(block.exercise, parameters)
        if key not in self.max_loads:
            lift = setup.of(block.exercise, Options(inertia=setup.options.inertia))
            self.max_loads[key] = lift.max_load(parameters)
        return block.fraction * self.max_loads[key].load

    # ---- tables

    @property
    def threshold(self) -> float:
        """Activation above which a group counts as under tension."""
        return float(self.dataset.attrs["threshold"])

    @property
    def duration(self) -> float:
        """Time from the first repetition to the end of the last, including rests, s."""
        return float(self.dataset["end"].values[-1])

    @property
    def warnings(self) -> list[str]:
        """Warnings: unsolved frames and reserves."""
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
        """One row per set, and "total"."""
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
        """One row per muscle group, over the whole workout."""
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
        """Totals of the workout: durations in s, tonnage in kg, work in J, impulses in N m s."""
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
        """Title: what is done, and by whom."""
        minutes, seconds = divmod(round(self.duration), 60)
        return f"{len(self.dataset['set'])} sets in {minutes}:{seconds:02d} min, " + ", ".join(
            person(self.subject, self.dataset.attrs)
        )

    @property
    def footer(self) -> list[str]:
        """Notes below the tables."""
        return [
            f"tension: activation above {self.threshold:g}; groups: both sides together, and they overlap",
            *self.warnings,
            STATEMENT,
        ]

    def shown(self) -> Mapping[str, Table]:
        return {"sets": self.table, "groups": self.groups}

    # ---- files

    def to_dict(self) -> dict[str, Any]:
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
            **super().to_dict(),
            "threshold": self.threshold,
            "total": self.total(),
            "groups": groups,
            "sets": sets,
            "units": {str(name): d[name].attrs.get("units", "") for name in d.data_vars},
        }

    def write_csv(self, file: Any) -> None:
        """Write one row per set and a total, with all quantities; names such as `glutes_impulse (N s)`."""
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
    """Text that distinguishes the trials of a workout."""
    return f"{exercise}({', '.join(f'{key}={parameters[key]!r}' for key in sorted(parameters))})"
