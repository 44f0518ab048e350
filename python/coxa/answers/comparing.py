"""Comparison of exercises for one person, at equal load or equal effort."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import xarray as xr

from .._core import Error, InvalidArgument, UnsolvedFrame
from ..authoring import catalogue
from ..base import check
from ..base.json_values import plain
from ..base.limits import check_count
from ..models.model import Model
from ..models.subject import Subject
from ..studies.running import available_workers
from ..trials.options import Options
from ..trials.result import Result
from ..trials.simulation import FORMAT, MaxLoad, Setup, set_up
from .compared import Entry, column
from .comparison import KIND, STATEMENT, Comparison
from .saving import KEPT


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
    """Compare exercises performed by the same person, at equal load or equal effort.

    Parameters
    ----------
    exercises : sequence of str, or mapping
        Names of exercises; or labels, each with a name, or with a name and parameters, such as
        `{"near": ("barbell_hip_thrust", {"foot_distance": 0.7}), "far": ...}`, so that an exercise can be
        compared with itself.
    subject, model, criterion, inertia, volume_weights
        As in `coxa.simulate`.
    load : float, optional
        The same load for all, kg.
    fraction : float, optional
        Load as a fraction, above 0 to 1, of the person's maximum load in each exercise (`coxa.max_load`): equal
        effort as far as the model tells.
    loads : mapping, optional
        Load in kg by label. At most one of `load`, `fraction` and `loads` can be given; exercises they do not cover
        use their default load. Exercises without the parameter `load` are done at body weight, as the table states.
    frames : int
        Number of frames of each trial.
    max_loads : bool
        If False, maximum loads are not computed, which saves most of the time; `fraction` needs them.
    **parameters
        By label, a mapping of parameters: `barbell_hip_thrust={"bench_height": 0.4}`; or one value for all
        exercises that have the parameter: `concentric=1.5`.

    Returns
    -------
    Comparison

    Raises
    ------
    InvalidArgument
        For an invalid name, value or combination.
    InfeasibleMotion, UnsolvedFrame
        If an exercise is infeasible, or has no maximum load for `fraction`.

    Notes
    -----
    Maximum loads are those of `coxa.max_load` with its default number of frames, computed once per exercise.
    """
    entries = _entries(exercises, parameters)
    check_count("exercises to compare", len(entries), "exercises")
    options = Options(criterion, frames, inertia=inertia, volume_weights=volume_weights)
    setup = set_up(entries[0].exercise, subject, model, options)
    setup.require_room(len(entries))
    asked: dict[str, Any] = {"load": load, "fraction": fraction, "loads": loads}
    basis = _basis(entries, **asked)
    if fraction is not None and not max_loads:
        raise InvalidArgument("fraction needs the greatest loads; leave max_loads at True")

    def one(entry: Entry) -> tuple[MaxLoad | None, Result, xr.Dataset]:
        return _simulated(entry, setup, asked, max_loads)

    # the core releases Python's lock, and results do not depend on each other
    with ThreadPoolExecutor(min(len(entries), available_workers())) as pool:
        found = list(pool.map(one, entries))
    labels = [entry.label for entry in entries]
    limits = {label: limit for label, (limit, _, _) in zip(labels, found, strict=True) if limit}
    results = {label: result for label, (_, result, _) in zip(labels, found, strict=True)}
    columns = [column for _, _, column in found]

    dataset = _joined(columns)
    first = next(iter(results.values())).dataset.attrs
    what = {e.label: (e.exercise, plain(e.parameters)) for e in entries}
    arguments = {name: plain(value) for name, value in asked.items() if value is not None}
    told = {"exercises": what, "arguments": arguments | ({} if max_loads else {"max_loads": False})}
    dataset.attrs = {
        "format": FORMAT,
        "kind": KIND,
        "basis": basis,
        "statement": STATEMENT,
        **{key: first[key] for key in KEPT},
        "total_mass": float(first["total_mass"]),
        **setup.definition("coxa.compare", told, repr(what)),
    }
    return Comparison(dataset, results=results, max_loads=limits)


def _simulated(
    entry: Entry, setup: Setup, asked: Mapping[str, Any], max_loads: bool
) -> tuple[MaxLoad | None, Result, xr.Dataset]:
    """Maximum load, trial and column of one exercise; `asked` determines its load."""
    limit, trouble = None, ""
    try:
        if entry.loadable and max_loads:
            try:
                lift = setup.of(entry.exercise, Options(inertia=setup.options.inertia))
                limit = lift.max_load(entry.parameters)
            except UnsolvedFrame as error:
                if asked["fraction"] is not None:
                    raise
                trouble = str(error)
        mass, how = _load_of(entry, limit, **asked)
        given = dict(entry.parameters) if mass is None else {**entry.parameters, "load": mass}
        result = setup.of(entry.exercise).simulate(given)
    except Error as error:
        if entry.label in str(error):
            raise
        raise type(error)(f"{entry.label}: {error}") from error
    return limit, result, column(entry, result, mass, how, limit, trouble)


def _joined(columns: Sequence[xr.Dataset]) -> xr.Dataset:
    """The columns, concatenated along `exercise`."""
    dataset = xr.concat(
        columns, dim="exercise", data_vars="all", join="outer", combine_attrs="drop_conflicts"
    )
    for name, variable in columns[0].variables.items():
        dataset[name].attrs.update(variable.attrs)
    return dataset


def _named(exercises: object) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Label, exercise and own parameters of each entry."""
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
    return named


def _entries(exercises: object, parameters: Mapping[str, Any]) -> list[Entry]:
    named = _named(exercises)
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
    """Parameters as given (words stay words), after checks of name, type and range."""
    catalogue.check_parameters(exercise, given)
    return dict(given)


def check_fraction(value: object) -> float:
    """A fraction of the maximum load, above 0 to 1."""
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
    limit: MaxLoad | None,
    load: float | None,
    fraction: float | None,
    loads: Mapping[str, float] | None,
) -> tuple[float | None, str]:
    # the parameter load, kg, and how it was determined
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
