"""The quantities of one exercise in a comparison: a column of its table."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ..authoring import catalogue
from ..authoring.parameters import Parameters
from ..base import curves
from ..trials.result import Result
from ..trials.simulation import MaxLoad

#: Moments of leg joints (per side) and of the lumbar joint: variable and wording.
LEG_MOMENTS = {
    "hip_extension_moment": "hip extension moment",
    "knee_extension_moment": "knee extension moment",
    "ankle_plantarflexion_moment": "ankle plantarflexion moment",
}

TRUNK = {
    "lumbar_extension_moment": ("N m", "lumbar extension moment"),
    "lumbar_compression": ("N", "lumbar compression"),
}

#: Groups reported for both sides together only.
TRUNK_GROUPS = ("lower_back", "abdominals")

PERCENT = np.linspace(0.0, 100.0, 101)

PER_LEG = "per working leg"


@dataclass(frozen=True)
class Entry:
    """One exercise of a comparison: label, exercise and parameters."""

    label: str
    exercise: str
    parameters: Mapping[str, Any]

    @property
    def declared(self) -> Parameters:
        return catalogue.exercise(self.exercise).parameters

    @property
    def loadable(self) -> bool:
        return "load" in self.declared


def working_sides(result: Result) -> tuple[str, ...]:
    """Sides of the working legs: the parameter `side` of a one-legged exercise, otherwise both."""
    declared = catalogue.exercise(result.exercise).parameters
    side: Any = result.parameters.get("side") if "side" in declared else None
    if side is None:
        return ("right", "left")
    words = getattr(declared["side"], "choices", ()) or ("right", "left")
    word = side if isinstance(side, str) else words[int(side)]
    return (word,) if word in ("right", "left") else ("right", "left")


class _Column:
    """The dataset of one exercise while it is filled: summaries and series."""

    def __init__(self, result: Result):
        self.variables: dict[str, Any] = {}
        self.data = result.dataset
        self.time = self.data["time"].values
        self.mass = float(self.data.attrs["total_mass"])
        self.lift = curves.lifting(self.data)
        self.whole = curves.repetition(self.data)
        self.path = self.data["path"].values if "path" in self.data else None

    def put(self, name: str, value: float, unit: str, meaning: str) -> None:
        attributes = {"units": unit, "long_name": meaning, "role": "summary"}
        self.variables[name] = ((), float(value), attributes)

    def series(self, name: str, values: Any, dims: tuple[str, ...], unit: str, text: str) -> None:
        """A series over the lifting phase and over the repetition; `values` are [frames, ...]."""
        for prefix, window, dim, where in (
            ("", self.lift, "percent", "lifting phase"),
            ("repetition_", self.whole, "repetition_percent", "repetition"),
        ):
            sampled = window.sample(self.time, values, PERCENT)
            attributes = {"units": unit, "long_name": f"{text}, over the {where}"}
            self.variables[prefix + name] = ((*dims, dim), np.moveaxis(sampled, 0, -1), attributes)

    def peak(self, name: str, values: Any, unit: str, text: str, *, place: bool, kg: bool) -> None:
        times, cut = self.lift.cut(self.time, values)
        solved = np.isfinite(cut).any()
        at = int(np.nanargmax(cut)) if solved else 0
        greatest = cut[at] if solved else math.nan
        self.put(f"peak_{name}", greatest, unit, f"{text}: greatest of the lifting phase")
        if kg:
            self.put(
                f"peak_{name}_per_kg",
                greatest / self.mass,
                f"{unit}/kg",
                f"{text}: greatest, per kg of body mass",
            )
        if place:
            share = 100 * (times[at] - self.lift.start) / self.lift.duration
            self.put(
                f"peak_{name}_percent",
                share if solved else math.nan,
                "%",
                f"{text}: when the greatest is met, of the lifting phase's duration",
            )
            if self.path is not None:
                up = curves.interpolate(self.time, self.path, times[at : at + 1])[0]
                self.put(
                    f"peak_{name}_path",
                    100 * up if solved else math.nan,
                    "%",
                    f"{text}: how far up the path the greatest is met",
                )

    def mean(self, values: Any, window: curves.Window | None = None) -> float:
        window = window or self.lift
        times, cut = window.cut(self.time, values)
        return float(curves.integral(times, cut)) / window.duration

    def measure(self, name: str, values: Any, unit: str, text: str, *, place: bool = True) -> None:
        """Peak, minimum, mean and impulse of a curve over the lift; peak and impulse over the repetition."""
        self.peak(name, values, unit, text, place=place, kg=True)
        times, cut = self.lift.cut(self.time, values)
        least = np.nanmin(cut) if np.isfinite(cut).any() else math.nan
        self.put(f"least_{name}", least, unit, f"{text}: least of the lifting phase")
        mean = self.mean(values)
        self.put(f"mean_{name}", mean, unit, f"{text}: mean of the lifting phase, over time")
        self.put(
            f"mean_{name}_per_kg",
            mean / self.mass,
            f"{unit}/kg",
            f"{text}: mean, per kg of body mass",
        )
        self.put(
            f"{name}_impulse",
            float(curves.integral(times, cut)),
            f"{unit} s",
            f"{text}: integral over the lifting phase",
        )
        times, cut = self.whole.cut(self.time, values)
        greatest = _greatest(cut)
        self.put(f"repetition_peak_{name}", greatest, unit, f"{text}: greatest of the repetition")
        self.put(
            f"repetition_{name}_impulse",
            float(curves.integral(times, cut)),
            f"{unit} s",
            f"{text}: integral over the repetition",
        )

    def early_and_late(self, name: str, values: Any, unit: str, text: str) -> None:
        """Means over the first and the last third of the lift, absolute and relative to the peak."""
        first, _, last = self.lift.thirds()
        _, cut = self.lift.cut(self.time, values)
        greatest = _greatest(cut)
        early, late = self.mean(values, first), self.mean(values, last)
        for word, value in (("first", early), ("last", late)):
            what = f"{text}: mean of the {word} third of the lifting phase's duration"
            self.put(f"{word}_third_{name}", value, unit, what)
            self.put(
                f"{word}_third_{name}_of_peak", value / greatest, "1", f"{what}, over its peak"
            )
        self.put(f"{name}_late_to_early", late / early, "1", f"{text}: last third over first third")


def column(
    entry: Entry,
    result: Result,
    mass: float | None,
    how: str,
    limit: MaxLoad | None,
    trouble: str,
) -> xr.Dataset:
    """All quantities of one exercise, with dimensions side, group and percent."""
    c = _Column(result)
    sides = list(working_sides(result))
    _loads(c, entry, result, mass, limit)
    _joints(c, sides)
    _groups(c, sides)
    if c.path is not None:
        c.series("path", c.path, (), "1", "path, 0 bottom to 1 top")
    status = c.data["status"].values
    c.put("unsolved_frames", ((status & 1) != 0).sum(), "1", "frames without a solution")
    c.put("reserve_frames", ((status & 2) != 0).sum(), "1", "frames that need reserves")
    for name, value, meaning in (
        ("name", entry.exercise, "exercise"),
        ("parameters", json.dumps(result.parameters), "effective parameters, JSON"),
        ("working_side", " and ".join(sides), "leg or legs that do the work"),
        ("load_basis", how, "how the load came about"),
        ("limited_by", _limited_by(entry, limit, trouble), "what limits the greatest load"),
    ):
        c.variables[name] = ((), value, {"long_name": meaning})
    text = "heaviest load of each place on the way up by itself, at most what can be given"
    c.variables["sticking_curve"] = (
        ("path_percent",),
        _sticking(limit),
        {"units": "kg", "long_name": text},
    )
    coordinates = {"exercise": entry.label, "side": c.data["side"].values}
    coordinates["group"] = c.data["group"].values
    for dim, of in (
        ("percent", "of the lifting phase"),
        ("repetition_percent", "of the repetition"),
        ("path_percent", "of the way up"),
    ):
        coordinates[dim] = (dim, PERCENT, {"units": "%", "long_name": of})
    return xr.Dataset(c.variables, coordinates)


def _loads(
    c: _Column, entry: Entry, result: Result, mass: float | None, limit: MaxLoad | None
) -> None:
    lifted = mass if mass is not None else result.parameters.get("load") if entry.loadable else 0.0
    lifted = math.nan if lifted is None else float(lifted)
    greatest, path = math.nan, math.nan
    if limit:
        greatest, path = limit.load, 100 * float(limit.curve["path"].iloc[limit.frame])
    c.put("load", lifted, "kg", "external load")
    c.put("max_load", greatest, "kg", "greatest load, by coxa.max_load")
    c.put("load_fraction", lifted / greatest, "1", "load over greatest load")
    c.put("limiting_path", path, "%", "how far up the path the greatest load is limited")
    c.put("lift_duration", c.lift.duration, "s", "duration of the lifting phase")
    c.put("repetition_duration", c.whole.duration, "s", "duration of the repetition")


def _joints(c: _Column, sides: list[str]) -> None:
    for name, text in LEG_MOMENTS.items():
        values = c.data[name].transpose("time", "side")
        both = values.sum("side", skipna=False).values
        leg = values.sel(side=sides).mean("side", skipna=False).values
        c.measure(name, both, "N m", f"{text}, both legs together")
        c.measure(f"leg_{name}", leg, "N m", f"{text} {PER_LEG}")
        if name == "hip_extension_moment":
            c.early_and_late(f"leg_{name}", leg, "N m", f"{text} {PER_LEG}")
        c.series(name, values.values, ("side",), "N m", text)
        c.series(f"leg_{name}", leg, (), "N m", f"{text} {PER_LEG}")
    for name, (unit, text) in TRUNK.items():
        c.measure(name, c.data[name].values, unit, text)
        c.series(name, c.data[name].values, (), unit, text)


def _groups(c: _Column, sides: list[str]) -> None:
    force = c.data["group_force"].transpose("time", "side", "group")
    activation = c.data["group_activation"].transpose("time", "side", "group")
    for group in map(str, c.data["group"].values):
        words = group.replace("_", " ")
        each = force.sel(group=group)
        both = each.sum("side", skipna=False).values
        text = f"force of the {words}, both sides together"
        c.measure(f"{group}_force", both, "N", text, place=False)
        legs, of = ["right", "left"], "mean of both sides"
        if group not in TRUNK_GROUPS:
            legs, of = sides, PER_LEG
            leg = each.sel(side=sides).mean("side", skipna=False).values
            text = f"force of the {words} {PER_LEG}"
            c.measure(f"leg_{group}_force", leg, "N", text, place=False)
        active = activation.sel(group=group, side=legs).mean("side", skipna=False).values
        text = f"activation of the {words}, {of}"
        name = f"{group}_activation"
        c.peak(name, active, "1", text, place=True, kg=False)
        c.put(f"mean_{name}", c.mean(active), "1", f"{text}: mean of the lifting phase, over time")
        greatest = _greatest(c.whole.cut(c.time, active)[1])
        c.put(f"repetition_peak_{name}", greatest, "1", f"{text}: greatest of the repetition")
    c.series("group_force", force.values, ("side", "group"), "N", "force of each muscle group")
    c.series(
        "group_activation", activation.values, ("side", "group"), "1", "activation of each group"
    )


def _greatest(values: Any) -> float:
    # over solved frames
    return np.nanmax(values) if np.isfinite(values).any() else math.nan


def _limited_by(entry: Entry, limit: MaxLoad | None, trouble: str) -> str:
    if limit is None:
        return trouble or ("not sought" if entry.loadable else "no load to raise")
    ceiling = entry.declared["load"].maximum
    if limit.load < ceiling * (1 - 1e-9):
        return limit.limited_by
    return f"nothing up to {ceiling:g} kg, the most that can be given"


def _sticking(limit: MaxLoad | None) -> Any:
    """Maximum load at 0 to 100 % of the path, kg; NaN if there is none."""
    if limit is not None:
        path = limit.curve["path"].to_numpy()
        rising = np.diff(path, append=np.nan) > 0
        rising |= np.concatenate([[False], rising[:-1]])
        up = 100 * path[rising]
        if len(up) > 1:
            return np.interp(PERCENT, up, limit.curve["load"].to_numpy()[rising])
    return np.full(101, math.nan)
