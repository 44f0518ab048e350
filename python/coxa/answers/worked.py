"""Contribution of one repetition to a workout, and totals over all sets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ..base import curves
from ..trials.result import Result
from ..trials.simulation import FORMAT
from .saving import KEPT

KIND = "workout"

STATEMENT = (
    "Research software: not medical advice, not training advice. No fatigue is modelled: the last repetition"
    " is the same as the first."
)

#: N; a load with less force than this (a bar on the floor, a slack band) is not borne.
BORNE = 1.0

_JOINTS = ("hip_extension", "knee_extension", "ankle_plantarflexion")


def time_above(time: np.ndarray, values: np.ndarray, threshold: float) -> np.ndarray:
    """Time for which values [frames, ...] exceed a threshold, s; crossings are interpolated linearly."""
    steps = np.diff(time).reshape(-1, *[1] * (values.ndim - 1))
    low = np.minimum(values[1:], values[:-1])
    high = np.maximum(values[1:], values[:-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip((high - threshold) / (high - low), 0, 1)
    share = np.where(high == low, high > threshold, share)
    return (steps * np.where(np.isfinite(high + low), share, np.nan)).sum(axis=0)


def _parts(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # sums of positive and negative work; NaN if any frame is unsolved
    return np.maximum(steps, 0).sum(axis=0), np.minimum(steps, 0).sum(axis=0)


def measure(result: Result, threshold: float) -> dict[str, Any]:
    """Contributions and peaks of one repetition; arrays over groups or joints in the dataset's order."""
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

    # positive while shortening: work done by the muscle-tendon unit
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

    one |= _joints(d, time)
    one |= _loads(d, time)

    status = d["status"].values
    one["unsolved_frames"] = float(((status & 1) != 0).sum())
    one["reserve_frames"] = float(((status & 2) != 0).sum())
    mass = result.parameters.get("load", 0.0)
    one["load"] = math.nan if mass is None else float(mass)
    one["tonnage"] = 0.0 if math.isnan(one["load"]) else one["load"]
    one["groups"] = groups
    return one


def _joints(d: xr.Dataset, time: np.ndarray) -> dict[str, Any]:
    """Impulse and work of the joints, both legs summed."""
    one: dict[str, Any] = {}
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
    return one


def _loads(d: xr.Dataset, time: np.ndarray) -> dict[str, Any]:
    """Work on the loads, and time for which any is borne."""
    one: dict[str, Any] = {}
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
    return one


_SIDES, _LEGS = ", both sides together", ", both legs together"

#: Variables of a workout in file order: origin, dimension besides `set`, unit, description. Values come from the plan,
#: from one repetition whatever their number (peaks), or are multiplied by the number of repetitions.
_VARIABLES = {
    "exercise": ("plan", "", "1", "exercise"),
    "side": ("plan", "", "1", "leg, where sides take turns"),
    "trial": ("plan", "", "1", "exercise and parameters"),
    "block": ("plan", "", "1", "entry of the plan"),
    "number": ("plan", "", "1", "set of its exercise"),
    "repetitions": ("plan", "", "1", "repetitions"),
    "load": ("one", "", "kg", "external load"),
    "start": ("plan", "", "s", "beginning"),
    "end": ("plan", "", "s", "end"),
    "duration": ("sum", "", "s", "time of the repetitions"),
    "load_bearing_time": ("sum", "", "s", f"time with a load of more than {BORNE:g} N borne"),
    "tonnage": ("sum", "", "kg", "load times repetitions"),
    "load_work_positive": ("sum", "", "J", "work on the load as it gains energy"),
    "load_work_negative": ("sum", "", "J", "work on the load as it loses energy"),
    "muscle_work_positive": ("sum", "", "J", "work of all muscle-tendon units that shorten"),
    "muscle_work_negative": ("sum", "", "J", "work of all muscle-tendon units that lengthen"),
    "unsolved_frames": ("one", "", "1", "frames of one repetition without a solution"),
    "reserve_frames": ("one", "", "1", "frames of one repetition that need reserves"),
    "impulse": ("sum", "group", "N s", "integral of the group's force over time" + _SIDES),
    "work_positive": ("sum", "group", "J", "work of the shortening muscle-tendon units" + _SIDES),
    "work_negative": ("sum", "group", "J", "work of the lengthening muscle-tendon units" + _SIDES),
    "time_under_tension": (
        "sum",
        "group",
        "s",
        "time with the greater activation of the sides above {threshold:g}",
    ),
    "peak_force": ("one", "group", "N", "greatest force of the group" + _SIDES),
    "peak_activation": ("one", "group", "1", "greatest activation of the group, either side"),
    "angular_impulse": ("sum", "joint_moment", "N m s", "integral of the moment over time" + _LEGS),
    "joint_work_positive": ("sum", "joint_moment", "J", "integral of positive joint power" + _LEGS),
    "joint_work_negative": ("sum", "joint_moment", "J", "integral of negative joint power" + _LEGS),
}


def worked(rows: Sequence[Mapping[str, Any]], first: xr.Dataset, threshold: float) -> xr.Dataset:
    """All sets as a dataset; each row has the plan's entries of a set, and `one`, the values of one repetition."""
    reps = np.array([row["repetitions"] for row in rows], dtype=float)
    variables: dict[str, Any] = {}
    for name, (source, dim, unit, meaning) in _VARIABLES.items():
        values: Any = [row[name] if source == "plan" else row["one"][name] for row in rows]
        if not isinstance(values[0], str):
            values = np.array(values, dtype=float)
        if source == "sum":
            values = values * reps.reshape(-1, *[1] * (values.ndim - 1))
        text = meaning.format(threshold=threshold)
        dims = ("set", dim) if dim else ("set",)
        variables[name] = (dims, values, {"long_name": text, "units": unit})

    labels = [f"{row['exercise']} {row['number']} {row['side']}".rstrip() for row in rows]
    coordinates = {
        dim: (dim, values, {"long_name": meaning, "units": "1"})
        for dim, values, meaning in (
            ("set", labels, "set, in order"),
            ("group", rows[0]["one"]["groups"], "muscle group"),
            ("joint_moment", [*_JOINTS, "lumbar_extension"], "moment, positive as named"),
        )
    }
    attributes = {
        "format": FORMAT,
        "kind": KIND,
        "statement": STATEMENT,
        "threshold": float(threshold),
        **{key: first.attrs[key] for key in KEPT},
    }
    return xr.Dataset(variables, coordinates, attributes)
