"""Columns, measures and valid trials of a study's dataset."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from .._core import InvalidArgument
from ..base import check
from ..base.wording import capital, humanized, say, three_digits, with_unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Numeric columns with at most this many distinct values count as levels.
MOST_LEVELS = 12

#: Number of lines that a continuous splitting column is binned into.
_LINES = 3


# ---- trials


def flat(dataset: xr.Dataset) -> xr.Dataset:
    """A study's dataset with the single dimension `trial`, also if it is a grid.

    Raises
    ------
    InvalidArgument
        If it is not the dataset of a study.
    """
    if not isinstance(dataset, xr.Dataset) or "trial_status" not in dataset:
        what = type(dataset).__name__
        if isinstance(dataset, xr.Dataset):
            what = "a dataset without trial_status"
        raise InvalidArgument(
            f"dataset must be what study.run() gives, or coxa.load() of its file, not {what}"
        )
    if "trial" in dataset.dims:
        return dataset
    dims = list(dataset["trial_status"].dims)
    stacked = dataset.stack(trial=dims, create_index=False)
    # the dimensions of a grid are inputs, even where the role of the coordinate is not recorded
    for name in dims:
        if name in stacked.coords:
            stacked[name].attrs.setdefault("role", "parameter")
    return stacked.transpose("trial", ...)


def require_trials(good: NDArray[np.bool_], name: str, least: int) -> None:
    """Refuse a measure that has values in fewer than `least` trials."""
    if good.sum() < least:
        raise InvalidArgument(
            f"{name} has a value in {int(good.sum())} of {len(good)} trials; at least {least} are needed"
        )


# ---- columns


@dataclass(frozen=True, eq=False)
class Column:
    """An input of the trials.

    Attributes
    ----------
    name, label, unit, text : str
        `label` is the name in words, `text` the description.
    values : array
        One number or word per trial.
    levels : list or None
        Sorted distinct values; None for a continuous input.
    """

    name: str
    label: str
    unit: str
    text: str
    values: NDArray[Any]
    levels: list[Any] | None

    @property
    def worded(self) -> bool:
        """Whether the values are words."""
        return self.values.dtype.kind not in "fiub"

    @property
    def axis(self) -> str:
        """Axis label: name and unit."""
        return with_unit(self.label, self.unit)

    def say(self, value: Any) -> str:
        """A value as text."""
        return say(value, self.unit)


def columns(dataset: xr.Dataset) -> dict[str, Column]:
    """Inputs of a flat study that differ between trials, by name."""
    found = {}
    for name, variable in dataset.variables.items():
        if variable.attrs.get("role") != "parameter" or variable.dims != ("trial",):
            continue
        made = column(str(name), variable)
        if len(distinct(made.values)) > 1:
            found[str(name)] = made
    return found


def column(name: str, variable: xr.Variable) -> Column:
    """A column with its label, unit and levels."""
    values = variable.values
    if values.dtype.kind in "OUST":
        values = values.astype(str)
    levels = distinct(values)
    worded = values.dtype.kind not in "fiub"
    # numbers that mostly occur once were drawn, not chosen as levels
    few = len(levels) <= MOST_LEVELS and (len(values) >= 2 * len(levels) or len(levels) <= 5)
    return Column(
        name,
        humanized(name),
        str(variable.attrs.get("units", "")),
        str(variable.attrs.get("long_name", "")),
        values,
        levels if worded or few else None,
    )


def distinct(values: NDArray[Any]) -> list[Any]:
    """Sorted distinct values, without NaN; numbers or words."""
    if values.dtype.kind in "fiub":
        return np.unique(values[np.isfinite(values)]).tolist()
    return sorted(dict.fromkeys(values.tolist()))


def chosen(found: Mapping[str, Column], name: str) -> Column:
    """The column of a name; raises `UnknownName` if there is none."""
    if name not in found:
        raise check.unknown("varied parameter", name, found)
    return found[name]


def split_by(
    found: Mapping[str, Column], by: str | None, other: Column | None, role: str
) -> Column | None:
    """The column that separates lines, if any; an error if it is also `other`, whose role the error names."""
    if by is None:
        return None
    split = chosen(found, by)
    if split is other:
        raise InvalidArgument(f"by is {by!r}, which is what {role}; give another one")
    return split


def crossed(found: Iterable[Column]) -> bool:
    """Whether the trials are a full factorial design with equal replication."""
    found = list(found)
    # the fields of a person depend on the number of the person
    if any(c.name == "subject" for c in found):
        found = [c for c in found if not c.name.startswith("subject_")]
    if any(c.levels is None for c in found):
        return False
    combinations = pd.DataFrame({c.name: c.values for c in found}).value_counts()
    wanted = int(np.prod([len(c.levels or []) for c in found]))
    return len(combinations) == wanted and combinations.nunique() == 1


def levels_of(
    of: Column, good: NDArray[np.bool_], bins: int
) -> tuple[NDArray[np.int_], list[tuple[str, float, float]]]:
    """Index of the level or bin of each good trial (-1: none); label, lower and upper end of each."""
    values = of.values[good]
    if of.levels is not None:
        rows = np.full(len(values), -1)
        labels = []
        for i, item in enumerate(of.levels):
            rows[values == item] = i
            at = np.nan if of.worded else float(item)
            labels.append((of.say(item), at, at))
        return rows, labels
    finite = np.isfinite(values)
    edges = np.unique(np.quantile(values[finite], np.linspace(0, 1, bins + 1)))
    rows = np.full(len(values), -1)
    rows[finite] = np.clip(
        np.searchsorted(edges, values[finite], "right") - 1, 0, max(0, len(edges) - 2)
    )
    ends = list(itertools.pairwise(edges.tolist())) or [(edges[0], edges[0])]
    return rows, [(f"{three_digits(low)} to {of.say(high)}", low, high) for low, high in ends]


def lines_of(by: Column | None, good: NDArray[np.bool_]) -> tuple[NDArray[np.int_], list[str]]:
    """Index of the line each good trial belongs to (-1: none), and their labels; a single "" without `by`."""
    if by is None:
        return np.zeros(int(good.sum()), dtype=int), [""]
    rows, labels = levels_of(by, good, _LINES)
    return rows, [label for label, _, _ in labels]


def column_names(factor: Any) -> list[str]:
    """A name for each uniform number that a value of a factor needs."""
    if factor.dimensions == 1:
        return [factor.name]
    if hasattr(factor, "population"):
        return [f"subject_{name}" for name in factor.population.drawn]
    return [f"{factor.name}_{j + 1}" for j in range(factor.dimensions)]


# ---- measures


@dataclass(frozen=True, eq=False)
class Measured:
    """A measure of every trial.

    Attributes
    ----------
    name, label, unit : str
        `label` is its name in the dataset, with the selected or averaged dimensions.
    values : array
        [trial], or [trial, sample] for a time series.
    """

    name: str
    label: str
    unit: str
    values: Array

    @property
    def axis(self) -> str:
        """Axis label: name and unit."""
        return with_unit(capital(self.label), self.unit)


def summaries(dataset: xr.Dataset) -> list[str]:
    """Names of the measures with one value per trial and label."""
    return [
        str(name)
        for name, v in dataset.data_vars.items()
        if v.attrs.get("role") == "summary" and "trial" in v.dims and v.dtype.kind in "fiub"
    ]


def series(dataset: xr.Dataset) -> list[str]:
    """Names of the time series that were kept."""
    return [
        str(name)
        for name, v in dataset.data_vars.items()
        if {"trial", "sample"} <= set(v.dims) and v.dtype.kind in "fiub" and name != "time"
    ]


def measured(
    dataset: xr.Dataset,
    name: str,
    select: Mapping[str, Any] | None = None,
    *,
    over_sample: bool = False,
) -> Measured:
    """A measure of a flat study; NaN for failed trials.

    `select` chooses a label of each labelled dimension; sides are averaged if none is selected.

    Raises
    ------
    UnknownName
        If the dataset has no such measure, or the measure no such label.
    InvalidArgument
        If a labelled dimension remains.
    """
    allowed = series(dataset) if over_sample else summaries(dataset)
    if name not in allowed and not (name in series(dataset) and "sample" in (select or {})):
        if not over_sample and name in series(dataset):
            raise InvalidArgument(
                f"{name} is a series over the repetition: give over='sample' to coxa.response, or one"
                " point of it with select={'sample': 50}"
            )
        kind = "series in this dataset" if over_sample else "measure"
        raise check.unknown(kind, name, allowed)
    array = dataset[name]
    label = str(array.attrs.get("long_name") or name.replace("_", " "))
    unit = str(array.attrs.get("units", ""))
    for dim, value in (select or {}).items():
        array, text = _select(name, array, dim, value)
        label += f", {text}"
    kept = {"trial", "sample"} if over_sample else {"trial"}
    if "side" in array.dims:
        array = array.mean("side", skipna=False)
        label += ", mean of both sides"
    if left := [str(dim) for dim in array.dims if dim not in kept]:
        labels = ", ".join(map(str, dataset[left[0]].values[:12])) if left[0] in dataset else ""
        raise InvalidArgument(
            f"{name} has a number for each {left[0]}: choose one with"
            f" select={{{left[0]!r}: ...}}; there are: {labels or array.sizes[left[0]]}"
        )
    array = array.transpose("trial", ...)
    failed = dataset["trial_status"].values != 0
    values = array.values.astype(float)
    values[failed] = np.nan
    return Measured(name, label, unit, values)


def _select(name: str, array: xr.DataArray, dim: str, value: Any) -> tuple[xr.DataArray, str]:
    """The selection of one label of a dimension, and its wording."""
    free = [str(d) for d in array.dims if d != "trial"]
    if dim not in free:
        raise check.unknown(f"dimension of {name}", dim, free)
    if dim == "sample":
        percent = check.number("select['sample']", value, "percent")
        return array.sel(sample=percent, method="nearest"), f"at {percent:g} % of the repetition"
    labels = array[dim].values
    if value not in labels.tolist():
        raise check.unknown(f"{dim} of {name}", value, map(str, labels))
    return array.sel({dim: value}), str(value).replace("_", " ")


# ---- fractions


def fraction(name: str, value: object) -> float:
    """A number between 0 and 1, both exclusive; `name` is used in the error text."""
    part = check.number(name, value)
    if not 0 < part < 1:
        raise InvalidArgument(f"{name} must be above 0 and below 1, not {part:g}")
    return part


def band_ends(band: float) -> tuple[float, float]:
    """The quantiles that enclose the central fraction `band`: 0.05 and 0.95 for 0.9."""
    part = fraction("band", band)
    return (1 - part) / 2, (1 + part) / 2
