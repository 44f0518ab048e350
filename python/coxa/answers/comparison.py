"""Exercises by one person, side by side."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from .. import _core
from .._core import Error, FileError, InvalidArgument, UnsolvedFrame
from ..authoring import catalogue
from ..authoring.parameters import Parameters
from ..base import check, curves
from ..base.doors import picture
from ..base.json_values import plain
from ..base.limits import check_count
from ..base.resources import DEFAULT_MODEL
from ..base.tables import Table, from_xarray
from ..models.model import Model
from ..models.subject import Subject
from ..studies.running import available_workers
from ..trials.labels import person
from ..trials.result import Result
from ..trials.simulation import FORMAT, MaxLoad, max_load, require_room, simulate

if TYPE_CHECKING:
    from matplotlib.figure import Figure


KIND = "comparison"
STATEMENT = "Research software: not medical advice, not training advice."

#: Moments of the legs' joints, per side, and of the one lumbar joint: their variables and names in words.
LEG_MOMENTS = {
    "hip_extension_moment": "hip extension moment",
    "knee_extension_moment": "knee extension moment",
    "ankle_plantarflexion_moment": "ankle plantarflexion moment",
}
TRUNK = {
    "lumbar_extension_moment": ("N m", "lumbar extension moment"),
    "lumbar_compression": ("N", "lumbar compression"),
}
#: Groups that belong to no leg: only both sides together are told.
TRUNK_GROUPS = ("lower_back", "abdominals")

PERCENT = np.linspace(0.0, 100.0, 101)
DATA_SUFFIXES = (".h5", ".hdf5", ".nc", ".csv", ".json")
PICTURE_SUFFIXES = (".png", ".pdf", ".svg", ".jpg")

_LEG = "per working leg"


@dataclass(frozen=True)
class Entry:
    """One exercise of a comparison: what it is called there, and how it is done."""

    label: str
    exercise: str
    parameters: Mapping[str, Any]

    @property
    def declared(self) -> Parameters:
        return catalogue.exercise(self.exercise).parameters

    @property
    def loadable(self) -> bool:
        return "load" in self.declared


def compare(
    exercises: Sequence[str] | Mapping[str, str | tuple[str, Mapping[str, Any]]],
    subject: Subject | None = None,
    *,
    load: float | None = None,
    fraction: float | None = None,
    loads: Mapping[str, float] | None = None,
    model: str | os.PathLike[str] | Model | None = None,
    criterion: float | str = 2,
    frames: int = 401,
    inertia: bool = True,
    volume_weights: bool = True,
    max_loads: bool = True,
    **parameters: Any,
) -> Comparison:
    """What exercises ask of the same person, at equal load or at equal effort.

    Parameters
    ----------
    exercises : sequence of str, or mapping
        Names of exercises; or labels of your own, each with a name or with a name and parameters, such as
        `{"near": ("barbell_hip_thrust", {"foot_distance": 0.7}), "far": ...}`, so that one exercise can be
        compared with itself.
    subject, model, criterion, inertia, volume_weights
        As in `coxa.simulate`.
    load : float, optional
        kg, the same for all.
    fraction : float, optional
        Of each exercise's own greatest load for this person (`coxa.max_load`), above 0 to 1: equal effort
        by the model's account.
    loads : mapping, optional
        kg by label. Of `load`, `fraction` and `loads` at most one; exercises that get no load from them take
        their default. Exercises without the parameter `load` take part at body weight, and the table says so.
    frames : int
        Of each trial.
    max_loads : bool
        If False, greatest loads are left out, which saves most of the time; `fraction` needs them.
    **parameters
        By label, a mapping of its parameters: `barbell_hip_thrust={"bench_height": 0.4}`; or one value for every
        exercise that has the parameter: `concentric=1.5`.

    Returns
    -------
    Comparison

    Raises
    ------
    InvalidArgument
        For a name, value or combination that is not allowed.
    InfeasibleMotion, UnsolvedFrame
        If one of the exercises cannot be done so, or has no greatest load that `fraction` needs.

    Notes
    -----
    Greatest loads are those of `coxa.max_load` with its own number of frames, found once for each exercise.
    """
    entries = _entries(exercises, parameters)
    check_count("exercises to compare", len(entries), "exercises")
    require_room(model, frames, len(entries))
    basis = _basis(entries, load, fraction, loads)
    if fraction is not None and not max_loads:
        raise InvalidArgument("fraction needs the greatest loads; leave max_loads at True")
    if subject is None and model is None:
        subject = Subject()

    def one(entry: Entry) -> tuple[MaxLoad | None, Result, xr.Dataset]:
        limit, trouble = None, ""
        try:
            if entry.loadable and max_loads:
                try:
                    limit = max_load(
                        entry.exercise, subject, model=model, inertia=inertia, **entry.parameters
                    )
                except UnsolvedFrame as error:
                    if fraction is not None:
                        raise
                    trouble = str(error)
            mass, how = _load_of(entry, load, fraction, loads, limit)
            given = dict(entry.parameters) if mass is None else {**entry.parameters, "load": mass}
            result = simulate(
                entry.exercise,
                subject,
                model=model,
                criterion=criterion,
                frames=frames,
                inertia=inertia,
                volume_weights=volume_weights,
                **given,
            )
        except Error as error:
            if entry.label in str(error):
                raise
            raise type(error)(f"{entry.label}: {error}") from error
        return limit, result, _column(entry, result, mass, how, limit, trouble)

    # the core works outside Python's lock; what each gives does not depend on the others
    with ThreadPoolExecutor(min(len(entries), available_workers())) as pool:
        found = list(pool.map(one, entries))
    labels = [entry.label for entry in entries]
    limits = {label: limit for label, (limit, _, _) in zip(labels, found, strict=True) if limit}
    results = {label: result for label, (_, result, _) in zip(labels, found, strict=True)}
    columns = [column for _, _, column in found]

    dataset = xr.concat(
        columns, dim="exercise", data_vars="all", join="outer", combine_attrs="drop_conflicts"
    )
    for name, variable in columns[0].variables.items():
        dataset[name].attrs.update(variable.attrs)
    first = next(iter(results.values())).dataset.attrs
    dataset.attrs = {
        "format": FORMAT,
        "kind": KIND,
        "basis": basis,
        "statement": STATEMENT,
        **{
            key: first[key]
            for key in ("subject", "model", "model_sha256", "coxa_version", "created", "criterion")
        },
        "total_mass": float(first["total_mass"]),
        "history": _call(
            entries,
            subject,
            first,
            load,
            fraction,
            loads,
            frames,
            {"inertia": inertia, "volume_weights": volume_weights, "max_loads": max_loads},
        ),
    }
    return Comparison(dataset, results=results, max_loads=limits)


def _entries(exercises: object, parameters: Mapping[str, Any]) -> list[Entry]:
    if isinstance(exercises, str):
        exercises = [exercises]
    named: list[tuple[str, str, Mapping[str, Any]]] = []
    if isinstance(exercises, Mapping):
        for label, value in exercises.items():
            name, own = value if isinstance(value, tuple | list) else (value, {})
            if not isinstance(own, Mapping):
                raise InvalidArgument(f"parameters of {label!r} must be a mapping, not {own!r}")
            if not isinstance(label, str) or not label:
                raise InvalidArgument(f"a label must be a text, not {label!r}")
            named.append((label, name, own))
    elif isinstance(exercises, Iterable):
        for name in exercises:
            if any(name == other for other, _, _ in named):
                raise InvalidArgument(
                    f"{name!r} is named twice; give labels to compare an exercise with itself:"
                    f" {{'a': ({name!r}, {{...}}), 'b': ({name!r}, {{...}})}}"
                )
            named.append((name, name, {}))
    else:
        raise InvalidArgument(f"exercises must be names, or labels with names, not {exercises!r}")
    if not named:
        raise InvalidArgument("no exercise to compare; give the name of at least one")

    labels = [label for label, _, _ in named]
    shared = {key: value for key, value in parameters.items() if not isinstance(value, Mapping)}
    by_label = {key: value for key, value in parameters.items() if isinstance(value, Mapping)}
    for key in by_label:
        if key not in labels:
            raise check.unknown("exercise in this comparison", key, labels)
    used: set[str] = set()
    entries = []
    for label, name, own in named:
        declared = catalogue.exercise(name).parameters
        general = {key: value for key, value in shared.items() if key in declared}
        used |= set(general)
        given = {**general, **own, **by_label.get(label, {})}
        if "load" in given:
            raise InvalidArgument(f"{label}: give its load as loads={{{label!r}: kg}}")
        if "repetitions" in given:
            raise InvalidArgument(
                f"{label}: a comparison is of one repetition; leave repetitions out"
            )
        entries.append(Entry(label, name, check_values(name, given)))
    for key in shared:
        if key not in used:
            known = {p for _, name, _ in named for p in catalogue.exercise(name).parameters}
            raise check.unknown("parameter of any of these exercises", key, sorted(known))
    return entries


def check_values(exercise: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as they were given (words stay words), after a check of names, types and ranges."""
    catalogue.check_parameters(exercise, given)
    return dict(given)


def check_fraction(value: object) -> float:
    """A share of the greatest load."""
    fraction = check.positive("fraction", value)
    if fraction > 1:
        raise InvalidArgument(
            f"fraction is a share of the greatest load, above 0 to 1, not {fraction:g}"
            + (f"; for {fraction:g} % give {fraction / 100:g}" if fraction <= 100 else "")
        )
    return fraction


def _basis(
    entries: Sequence[Entry],
    load: float | None,
    fraction: float | None,
    loads: Mapping[str, float] | None,
) -> str:
    given = [
        name
        for name, value in (("load", load), ("fraction", fraction), ("loads", loads))
        if value is not None
    ]
    if len(given) > 1:
        raise InvalidArgument(f"{' and '.join(given)} exclude each other; give one of them")
    if load is not None:
        return f"equal load, {check.number('load', load, 'kg'):g} kg"
    if fraction is not None:
        return f"equal effort, {100 * check_fraction(fraction):g} % of the greatest load of each"
    if loads is not None:
        by_label = {entry.label: entry for entry in entries}
        if not isinstance(loads, Mapping):
            raise InvalidArgument(f"loads must map labels to kg, not {loads!r}")
        for label, value in loads.items():
            if label not in by_label:
                raise check.unknown("exercise in this comparison", label, by_label)
            if not by_label[label].loadable:
                raise InvalidArgument(f"{label} has no parameter load; leave it out of loads")
            check.number(f"load of {label}", value, "kg")
        return "loads as given"
    return "each at its default load"


def _load_of(
    entry: Entry,
    load: float | None,
    fraction: float | None,
    loads: Mapping[str, float] | None,
    limit: MaxLoad | None,
) -> tuple[float | None, str]:
    # what is given as the parameter load, kg, and how that came about
    if not entry.loadable:
        return None, "body weight: the exercise has no parameter load"
    if load is not None:
        return float(load), "as given"
    if fraction is not None:
        assert limit is not None
        return fraction * limit.load, f"{100 * fraction:g} % of the greatest"
    if loads is not None and entry.label in loads:
        return float(loads[entry.label]), "as given"
    return None, "the exercise's default"


def _call(
    entries: Sequence[Entry],
    subject: Subject | None,
    attrs: Mapping[Any, Any],
    load: float | None,
    fraction: float | None,
    loads: Mapping[str, float] | None,
    frames: int,
    flags: Mapping[str, bool],
) -> str:
    what = {e.label: (e.exercise, dict(e.parameters)) for e in entries}
    parts = [repr(what)]
    if subject is not None:
        parts.append(f"coxa.{subject!r}")
    for name, value in (("load", load), ("fraction", fraction), ("loads", loads)):
        if value is not None:
            parts.append(f"{name}={dict(value) if isinstance(value, Mapping) else value!r}")
    if attrs["model"] != DEFAULT_MODEL.name:
        parts.append(f"model={str(attrs['model'])!r}")
    criterion = str(attrs["criterion"])
    parts.append(f"criterion={criterion!r}" if criterion == "min-max" else f"criterion={criterion}")
    parts.append(f"frames={frames}")
    parts += [f"{flag}=False" for flag, on in flags.items() if not on]
    return f"coxa.compare({', '.join(parts)})"


# ---- what is measured of one trial -------------------------------------------------------------------------


def working_sides(result: Result) -> tuple[str, ...]:
    """The sides whose leg does the work: the parameter `side` of an exercise on one leg, else both."""
    declared = catalogue.exercise(result.exercise).parameters
    side: Any = result.parameters.get("side") if "side" in declared else None
    if side is None:
        return ("right", "left")
    words = getattr(declared["side"], "choices", ()) or ("right", "left")
    word = side if isinstance(side, str) else words[int(side)]
    return (word,) if word in ("right", "left") else ("right", "left")


class _Column:
    """One exercise of the comparison as it is filled: scalars with role "summary" and series."""

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
        """Over the lifting phase and over the repetition, frames first in `values`."""
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
        """Peak, least, mean and impulse of one curve over the lift, peak and impulse over the repetition."""
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
        greatest = np.nanmax(cut) if np.isfinite(cut).any() else math.nan
        self.put(f"repetition_peak_{name}", greatest, unit, f"{text}: greatest of the repetition")
        self.put(
            f"repetition_{name}_impulse",
            float(curves.integral(times, cut)),
            f"{unit} s",
            f"{text}: integral over the repetition",
        )

    def early_and_late(self, name: str, values: Any, unit: str, text: str) -> None:
        """Means over the first and the last third of the lift, as they are and as shares of the peak."""
        first, _, last = self.lift.thirds()
        _, cut = self.lift.cut(self.time, values)
        greatest = np.nanmax(cut) if np.isfinite(cut).any() else math.nan
        early, late = self.mean(values, first), self.mean(values, last)
        for word, value in (("first", early), ("last", late)):
            what = f"{text}: mean of the {word} third of the lifting phase's duration"
            self.put(f"{word}_third_{name}", value, unit, what)
            self.put(
                f"{word}_third_{name}_of_peak", value / greatest, "1", f"{what}, over its peak"
            )
        self.put(f"{name}_late_to_early", late / early, "1", f"{text}: last third over first third")


def _column(
    entry: Entry,
    result: Result,
    mass: float | None,
    how: str,
    limit: MaxLoad | None,
    trouble: str,
) -> xr.Dataset:
    c = _Column(result)
    data = c.data
    sides = list(working_sides(result))
    lifted = mass if mass is not None else result.parameters.get("load") if entry.loadable else 0.0
    lifted = math.nan if lifted is None else float(lifted)

    c.put("load", lifted, "kg", "external load")
    c.put("max_load", limit.load if limit else math.nan, "kg", "greatest load, by coxa.max_load")
    c.put(
        "load_fraction", lifted / limit.load if limit else math.nan, "1", "load over greatest load"
    )
    c.put(
        "limiting_path",
        100 * float(limit.curve["path"].iloc[limit.frame]) if limit else math.nan,
        "%",
        "how far up the path the greatest load is limited",
    )
    c.put("lift_duration", c.lift.duration, "s", "duration of the lifting phase")
    c.put("repetition_duration", c.whole.duration, "s", "duration of the repetition")

    for name, text in LEG_MOMENTS.items():
        values = data[name].transpose("time", "side")
        both = values.sum("side", skipna=False).values
        leg = values.sel(side=sides).mean("side", skipna=False).values
        c.measure(name, both, "N m", f"{text}, both legs together")
        c.measure(f"leg_{name}", leg, "N m", f"{text} {_LEG}")
        if name == "hip_extension_moment":
            c.early_and_late(f"leg_{name}", leg, "N m", f"{text} {_LEG}")
        c.series(name, values.values, ("side",), "N m", text)
        c.series(f"leg_{name}", leg, (), "N m", f"{text} {_LEG}")
    for name, (unit, text) in TRUNK.items():
        c.measure(name, data[name].values, unit, text)
        c.series(name, data[name].values, (), unit, text)

    force = data["group_force"].transpose("time", "side", "group")
    activation = data["group_activation"].transpose("time", "side", "group")
    for group in map(str, data["group"].values):
        words = group.replace("_", " ")
        each = force.sel(group=group)
        c.measure(
            f"{group}_force",
            each.sum("side", skipna=False).values,
            "N",
            f"force of the {words}, both sides together",
            place=False,
        )
        legs = ["right", "left"] if group in TRUNK_GROUPS else sides
        of = "mean of both sides" if group in TRUNK_GROUPS else _LEG
        if group not in TRUNK_GROUPS:
            c.measure(
                f"leg_{group}_force",
                each.sel(side=sides).mean("side", skipna=False).values,
                "N",
                f"force of the {words} {_LEG}",
                place=False,
            )
        active = activation.sel(group=group, side=legs).mean("side", skipna=False).values
        text = f"activation of the {words}, {of}"
        c.peak(f"{group}_activation", active, "1", text, place=True, kg=False)
        c.put(
            f"mean_{group}_activation",
            c.mean(active),
            "1",
            f"{text}: mean of the lifting phase, over time",
        )
        _, cut = c.whole.cut(c.time, active)
        greatest = np.nanmax(cut) if np.isfinite(cut).any() else math.nan
        c.put(
            f"repetition_peak_{group}_activation",
            greatest,
            "1",
            f"{text}: greatest of the repetition",
        )
    c.series("group_force", force.values, ("side", "group"), "N", "force of each muscle group")
    c.series(
        "group_activation", activation.values, ("side", "group"), "1", "activation of each group"
    )
    if c.path is not None:
        c.series("path", c.path, (), "1", "path, 0 bottom to 1 top")

    status = data["status"].values
    c.put("unsolved_frames", ((status & 1) != 0).sum(), "1", "frames without a solution")
    c.put("reserve_frames", ((status & 2) != 0).sum(), "1", "frames that need reserves")

    if limit is None:
        limited_by = trouble or ("not sought" if entry.loadable else "no load to raise")
    else:
        ceiling = entry.declared["load"].maximum
        limited_by = (
            limit.limited_by
            if limit.load < ceiling * (1 - 1e-9)
            else f"nothing up to {ceiling:g} kg, the most that can be given"
        )
    for name, value, meaning in (
        ("name", entry.exercise, "exercise"),
        ("parameters", json.dumps(result.parameters), "effective parameters, JSON"),
        ("working_side", " and ".join(sides), "leg or legs that do the work"),
        ("load_basis", how, "how the load came about"),
        ("limited_by", limited_by, "what limits the greatest load"),
    ):
        c.variables[name] = ((), value, {"long_name": meaning})

    if limit is not None:
        rising = np.diff(limit.curve["path"].to_numpy(), append=np.nan) > 0
        rising |= np.concatenate([[False], rising[:-1]])
        up = 100 * limit.curve["path"].to_numpy()[rising]
        heaviest = limit.curve["load"].to_numpy()[rising]
        sticking = np.interp(PERCENT, up, heaviest) if len(up) > 1 else np.full(101, math.nan)
    else:
        sticking = np.full(101, math.nan)
    c.variables["sticking_curve"] = (
        ("path_percent",),
        sticking,
        {
            "units": "kg",
            "long_name": "heaviest load of each place on the way up by itself, at most what can be given",
        },
    )
    coordinates = {
        "exercise": entry.label,
        "side": data["side"].values,
        "group": data["group"].values,
        "percent": ("percent", PERCENT, {"units": "%", "long_name": "of the lifting phase"}),
        "repetition_percent": (
            "repetition_percent",
            PERCENT,
            {"units": "%", "long_name": "of the repetition"},
        ),
        "path_percent": ("path_percent", PERCENT, {"units": "%", "long_name": "of the way up"}),
    }
    return xr.Dataset(c.variables, coordinates)


# ---- the comparison ------------------------------------------------------------------------------------------

# the rows that are printed: heading of the row, quantity, digits
_SHORT = [
    ("load, kg", "load", 1),
    ("share of greatest load", "load_fraction", 2),
    ("greatest load, kg", "max_load", 1),
    ("limited by", "limited_by", None),
    ("  at % of the way up", "limiting_path", 0),
    ("working leg", "working_side", None),
    ("hip moment, both legs, peak, N m", "peak_hip_extension_moment", 0),
    ("hip moment per working leg, peak, N m", "peak_leg_hip_extension_moment", 0),
    ("  per kg of body mass, N m/kg", "peak_leg_hip_extension_moment_per_kg", 2),
    ("  at % of the lift", "peak_leg_hip_extension_moment_percent", 0),
    ("  mean", "mean_leg_hip_extension_moment", 0),
    ("  first third of the lift, mean", "first_third_leg_hip_extension_moment", 0),
    ("  last third of the lift, mean", "last_third_leg_hip_extension_moment", 0),
    ("  first third over peak", "first_third_leg_hip_extension_moment_of_peak", 2),
    ("  last third over peak", "last_third_leg_hip_extension_moment_of_peak", 2),
    ("  impulse, N m s", "leg_hip_extension_moment_impulse", 0),
    ("knee moment per working leg, peak, N m", "peak_leg_knee_extension_moment", 0),
    ("ankle moment per working leg, peak, N m", "peak_leg_ankle_plantarflexion_moment", 0),
    ("lumbar moment, peak, N m", "peak_lumbar_extension_moment", 0),
    ("lumbar compression, peak, N", "peak_lumbar_compression", 0),
    ("  per kg of body mass, N/kg", "peak_lumbar_compression_per_kg", 1),
]


def shorten(text: str, width: int) -> str:
    """The beginning of a text; `loads` has it whole."""
    return text if len(text) <= width else f"{text[: width - 4].rstrip()} ..."


class Comparison:
    """Exercises by one person, side by side.

    The lifting phase is the first concentric stretch of the repetition; its 0 to 100 % are of its duration.
    "Per working leg" is the leg that the exercise works (its parameter `side`), or the mean of the two where both
    work, so that exercises on one leg and on two can be compared; "both legs together" is the sum.

    - Peak: greatest value of the lifting phase, with the percentage of its duration and of the way up at which it is met.
    - Mean: over time. Impulse: integral over time, by the trapezium rule (`coxa.curves.integral` states its error).
    - First and last third: means over the first and the last third of the phase's duration, as they are and over the peak.
    - Activation of a group: weighted by muscle volume; of the lower back and abdominals the mean of both sides.
    - Greatest load: the heaviest that every frame by itself can hold without reserves (`coxa.max_load`).

    Attributes
    ----------
    dataset : xarray.Dataset
        All there is, as the file holds it (format "coxa-1", kind "comparison").
    series : xarray.Dataset
        Curves with dimensions exercise, side or group, and `percent` of the lifting phase, `repetition_percent` of
        the repetition (variables `repetition_...`) or `path_percent` of the way up (`sticking_curve`).
    table : DataFrame
        Every quantity, one row each; one column per exercise, and unit and meaning.
    loads : DataFrame
        One row per exercise: load, how it came about, greatest load, what limits it and where.
    results, max_loads : dict
        The trials and greatest loads by label; empty for a comparison read from a file.
    """

    def __init__(
        self,
        dataset: xr.Dataset,
        *,
        results: Mapping[str, Result] | None = None,
        max_loads: Mapping[str, MaxLoad] | None = None,
    ):
        self.dataset = dataset
        self.results = dict(results or {})
        self.max_loads = dict(max_loads or {})

    def __getitem__(self, name: str) -> xr.DataArray:
        if name not in self.dataset.variables:
            raise check.unknown("variable", name, map(str, self.dataset.variables))
        return self.dataset[name]

    def _ipython_key_completions_(self) -> list[str]:
        return [str(name) for name in self.dataset.variables]

    @property
    def exercises(self) -> list[str]:
        """Labels, in order."""
        return [str(label) for label in self.dataset["exercise"].values]

    @property
    def basis(self) -> str:
        """At which loads: equal load, equal effort, as given."""
        return str(self.dataset.attrs["basis"])

    @property
    def subject(self) -> Subject | None:
        text = self.dataset.attrs.get("subject")
        return Subject.from_json(text) if text else None

    @property
    def solved(self) -> bool:
        """Whether every frame of every exercise was solved."""
        return not self.dataset["unsolved_frames"].values.any()

    @property
    def warnings(self) -> list[str]:
        """What a reader of the figures must know: unsolved frames, reserves, loads beyond the greatest."""
        found = []
        for label in self.exercises:
            row = self.dataset.sel(exercise=label)
            if count := int(row["unsolved_frames"]):
                found.append(f"{label}: {count} frames without a solution")
            if count := int(row["reserve_frames"]):
                found.append(
                    f"{label}: {count} frames need reserves: more than this body's strength"
                )
            if str(row["limited_by"].values).startswith("the maximum"):
                found.append(
                    f"{label}: its greatest load was not reached: {row['limited_by'].values}"
                )
            if float(row["load_fraction"]) > 1:
                found.append(
                    f"{label}: {float(row['load']):g} kg is more than the greatest load,"
                    f" {float(row['max_load']):.1f} kg"
                )
        return found

    def _loadable(self, label: str) -> bool:
        how = str(self.dataset["load_basis"].sel(exercise=label).values)
        return not how.startswith("body weight")

    @property
    def series(self) -> xr.Dataset:
        wanted = ("percent", "repetition_percent", "path_percent")
        names = [n for n, v in self.dataset.data_vars.items() if any(d in v.dims for d in wanted)]
        return self.dataset[names]

    @property
    def table(self) -> Table:
        names = [n for n, v in self.dataset.data_vars.items() if v.attrs.get("role") == "summary"]
        values = np.array([self.dataset[name].values for name in names])
        table = Table(values, pd.Index(names, name="quantity"), self.exercises)
        attributes = [self.dataset[name].attrs for name in names]
        table["unit"] = ["" if a["units"] == "1" else a["units"] for a in attributes]
        table["meaning"] = [a["long_name"] for a in attributes]
        return table

    @property
    def loads(self) -> Table:
        columns = {
            "exercise": "name",
            "load kg": "load",
            "load is": "load_basis",
            "greatest load kg": "max_load",
            "share of greatest": "load_fraction",
            "limited by": "limited_by",
            "at % up": "limiting_path",
            "working leg": "working_side",
        }
        data = {head: self.dataset[name].values for head, name in columns.items()}
        return Table(data, index=pd.Index(self.exercises, name="label"))

    def short(self) -> list[list[str]]:
        """The quantities that matter most as text: a row each, its heading first, then one cell per exercise."""
        groups = [str(group) for group in self.dataset["group"].values]
        rows = list(_SHORT)
        for group in groups:
            words = group.replace("_", " ")
            leg = "" if group in TRUNK_GROUPS else "leg_"
            of = ", both sides" if group in TRUNK_GROUPS else f" {_LEG}"
            rows += [
                (f"{words}, activation, peak", f"peak_{group}_activation", 2),
                ("  mean", f"mean_{group}_activation", 2),
                (f"  force{of}, peak, N", f"peak_{leg}{group}_force", 0),
                ("  mean", f"mean_{leg}{group}_force", 0),
            ]
        text = []
        for head, name, digits in rows:
            values = self.dataset[name].values
            if digits is None:
                text.append([head, *(shorten(str(value), 24) for value in values)])
            else:
                cells = (f"{v:.{digits}f}" if math.isfinite(v) else "" for v in values)
                text.append([head, *cells])
        return text

    @property
    def heading(self) -> str:
        """What this is, and of whom."""
        return f"{self.basis}; {', '.join(person(self.subject, self.dataset.attrs))}"

    @property
    def footer(self) -> list[str]:
        """What a reader of the tables must know."""
        unloaded = [label for label in self.exercises if not self._loadable(label)]
        lines = (
            [f"at body weight, having no load to set: {', '.join(unloaded)}"] if unloaded else []
        )
        return [*lines, *self.warnings, STATEMENT]

    def __repr__(self) -> str:
        rows = [["", *self.exercises], *self.short()]
        wide = max(len(row[0]) for row in rows)
        widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(1, len(rows[0]))]
        lines = [
            f"{row[0]:{wide}}  "
            + "  ".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths, strict=True))
            for row in rows
        ]
        return "\n".join([self.heading, "", *lines, "", *self.footer])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(label)}</th>" for label in self.exercises)
        body = ""
        for row in self.short():
            cells = "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
            indent = "1em" if row[0].startswith(" ") else "0"
            body += (
                f"<tr><th style='text-align:left;font-weight:normal;padding-left:{indent}'>"
                f"{escape(row[0].strip())}</th>{cells}</tr>"
            )
        foot = "<br>".join(escape(line) for line in self.footer)
        return (
            f"<p>{escape(self.heading)}</p><table><thead><tr><th></th>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table><p><small>{foot}</small></p>"
        )

    def plot(self) -> Figure:
        """Postures, moments over the lift, lumbar load, sticking curves and muscle groups in one figure."""
        return picture("comparison", self)

    def as_dict(self) -> dict[str, Any]:
        """Loads, quantities and units as plain values, for JSON."""
        table, loads = self.table, self.loads
        exercises = {}
        for label in self.exercises:
            row = loads.loc[label]
            exercises[label] = {
                "exercise": row["exercise"],
                "parameters": json.loads(
                    str(self.dataset["parameters"].sel(exercise=label).values)
                ),
                "load": row["load kg"],
                "load_basis": row["load is"],
                "max_load": row["greatest load kg"],
                "load_fraction": row["share of greatest"],
                "limited_by": row["limited by"],
                "working_side": row["working leg"],
                "quantities": {name: float(table[label][name]) for name in table.index},
            }
        return {
            "basis": self.basis,
            "subject": json.loads(self.dataset.attrs.get("subject") or "null"),
            "model": self.dataset.attrs["model"],
            "criterion": self.dataset.attrs["criterion"],
            "solved": self.solved,
            "warnings": self.warnings,
            "exercises": exercises,
            "units": dict(table["unit"]),
            "statement": STATEMENT,
            "coxa_version": self.dataset.attrs["coxa_version"],
            "history": self.dataset.attrs["history"],
        }

    def write_csv(self, file: Any) -> None:
        """Rows of loads, then every quantity; columns quantity, unit, one per exercise, meaning."""
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["quantity", "unit", *self.exercises, "meaning"])
        for name in ("name", "working_side", "load_basis", "limited_by"):
            variable = self.dataset[name]
            writer.writerow([name, "", *variable.values, variable.attrs["long_name"]])
        writer.writerow(["statement", "", *[""] * len(self.exercises), STATEMENT])
        for name, row in self.table.iterrows():
            cells = ["" if math.isnan(v) else repr(float(v)) for v in row[self.exercises]]
            writer.writerow([name, row["unit"], *cells, row["meaning"]])

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes by the ending of the name: `.h5`, `.hdf5`, `.nc` everything; `.csv` the table; `.json` the table
        and loads; `.png`, `.pdf`, `.svg`, `.jpg` the picture."""
        return save(self, path, self.dataset)


def save(given: Any, path: str | os.PathLike[str], dataset: xr.Dataset) -> Path:
    """Writes a comparison or workout by the ending of the file's name; the file appears when it is whole."""
    target = check.output_path(path, (*DATA_SUFFIXES, *PICTURE_SUFFIXES))
    suffix = target.suffix.lower()
    if suffix in (".h5", ".hdf5", ".nc"):
        _core.write_hdf5(from_xarray(dataset), target)
        return target
    partial = target.with_name(f".{target.stem}.partial{target.suffix}")
    try:
        if suffix == ".csv":
            with partial.open("w", encoding="utf-8", newline="") as file:
                given.write_csv(file)
        elif suffix == ".json":
            partial.write_text(json.dumps(plain(given.as_dict()), indent=2) + "\n", "utf-8")
        else:
            figure = given.plot()
            figure.savefig(partial, dpi=130)
            close(figure)
        os.replace(partial, target)
    except OSError as error:
        raise FileError(f"cannot write {target}: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
    return target


def close(figure: Figure) -> None:
    """Forgets a figure that has been written."""
    import matplotlib.pyplot as plt

    plt.close(figure)
