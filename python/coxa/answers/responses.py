"""Response curves: a study's measure over a parameter or over the repetition, with quantile bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from .._core import InvalidArgument
from ..base import check
from ..base.limits import check_count
from ..base.tables import Table
from ..base.wording import heading
from ..studies.columns import (
    Column,
    band_ends,
    chosen,
    columns,
    flat,
    lines_of,
    measured,
    require_trials,
    split_by,
)
from .answer import StudyAnswer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Minimum number of trials for a local quantile.
FEWEST_NEIGHBOURS = 8


@dataclass(frozen=True, eq=False, repr=False)
class Response(StudyAnswer):
    """A measure over one parameter, or a time series over the repetition; `plot` shows medians and bands.

    Attributes
    ----------
    table : DataFrame
        `over` (value or level of the parameter, or percent of the repetition), `by` (the line, if given), count,
        median, low, high.
    measured : Measured
        The measure in every trial.
    over, by : Column or None
        The parameters; `over` is None over the repetition.
    lines : list of str
        Labels of the lines, in order; one empty text without `by`.
    band : float
        Fraction of the trials between `low` and `high`.
    missing : int
        Trials without a value.
    points : dict of str to tuple of two arrays [trial]
        Values of individual trials by line: parameter and measure. Empty unless the parameter is continuous.
    title : str
        The exercise of the study in words.
    """

    _picture = "response"
    over: Column | None
    by: Column | None
    lines: list[str]
    band: float
    points: dict[str, tuple[Array, Array]]

    @property
    def heading(self) -> str:
        over = "the repetition" if self.over is None else self.over.name
        split = "" if self.by is None else f" by {self.by.name}"
        of = f"{self.measured.name} [{self.measured.unit}]"
        return f"<coxa.Response of {of} over {over}{split}, {self.counted}>"


def response(
    dataset: xr.Dataset,
    measure: str,
    over: str = "load",
    by: str | None = None,
    band: float = 0.9,
    *,
    select: Mapping[str, Any] | None = None,
    span: float = 0.5,
    points: int = 60,
) -> Response:
    """The dependence of a measure on one parameter, with everything else varying as in the study.

    Parameters
    ----------
    dataset : xarray.Dataset
        A dataset of `study.run()` or `coxa.load()`.
    measure : str
        A summary; with `over="sample"` a time series.
    over : str
        A varied parameter, or "sample" for the repetition.
    by : str, optional
        Another parameter; each level gets a line. A continuous one is binned into thirds.
    band : float
        Fraction of the trials inside the band: 0.9 is from the 5 % to the 95 % quantile.
    select : mapping, optional
        Label by dimension, such as `{"group": "glutes"}`; sides are averaged if none is selected.
    span : float
        Fraction of the trials used for the curve at one point, for continuous parameters.
    points : int
        Number of points along a continuous parameter.

    Returns
    -------
    Response
        Exact quantiles at levels and over the repetition. Along a continuous parameter: a local straight line, plus
        quantiles of the residuals about it, both with tricube weights of the nearest trials (weights of Cleveland,
        1979, J. Am. Stat. Assoc. 74:829).

    Raises
    ------
    UnknownName
        If the dataset has no such measure, label or parameter.
    InvalidArgument
        If no trial has a value, `by` equals `over`, or an argument is out of range.
    """
    table = flat(dataset)
    quantiles = band_ends(band)
    found = columns(table)
    part = check.number("span", span)
    if not 0 < part <= 1:
        raise InvalidArgument(f"span must be above 0 and at most 1, not {part:g}")
    check_count("points", points)
    along = None if over == "sample" else chosen({**found, **_sample(found, table)}, over)
    given = measured(table, measure, select, over_sample=over == "sample")
    split = split_by(found, by, along, "over is")
    finite = np.isfinite(given.values)
    good: NDArray[np.bool_] = finite if along is not None else np.all(finite, axis=1)
    if along is not None and not along.worded:
        good &= np.isfinite(along.values)
    require_trials(good, measure, 1)
    rows, labels = lines_of(split, good)
    parts, cloud, lines = [], {}, []
    for i, label in enumerate(labels):
        here = np.flatnonzero(good)[rows == i]
        if not len(here):
            continue
        values = given.values[here]
        if along is None:
            piece = _over_sample(table["sample"].values, values, quantiles)
        elif along.levels is not None:
            piece = _over_levels(along, along.values[here], values, quantiles)
        else:
            x = along.values[here].astype(float)
            cloud[label] = (x, values)
            piece = _over_range(x, values, quantiles, part, points)
        if split is not None:
            piece.insert(1, split.name, label)
        lines.append(label)
        parts.append(piece)
    result = Table(pd.concat(parts, ignore_index=True).rename(columns={"over": over}))
    missing = int((~good).sum())
    title = heading(dataset.attrs)
    return Response(result, given, missing, title, along, split, lines, band, cloud)


def _sample(found: Mapping[str, Column], table: xr.Dataset) -> dict[str, Any]:
    # offered in the error for an unknown name
    return {} if "sample" in found or "sample" not in table.dims else {"sample": None}


def _over_sample(percent: Array, values: Array, quantiles: tuple[float, float]) -> pd.DataFrame:
    low, median, high = np.quantile(values, (quantiles[0], 0.5, quantiles[1]), axis=0)
    of = {"over": percent, "count": len(values), "median": median, "low": low, "high": high}
    return pd.DataFrame(of)


def _over_levels(
    along: Column, x: NDArray[Any], y: Array, quantiles: tuple[float, float]
) -> pd.DataFrame:
    lines = []
    for item in along.levels or []:
        part = y[x == item]
        if len(part):
            low, median, high = np.quantile(part, (quantiles[0], 0.5, quantiles[1]))
            lines.append((item, len(part), median, low, high))
    return pd.DataFrame(lines, columns=["over", "count", "median", "low", "high"])


def _over_range(
    x: Array, y: Array, quantiles: tuple[float, float], span: float, points: int
) -> pd.DataFrame:
    """Local quantiles about a locally fitted straight line."""
    near = min(len(x), max(FEWEST_NEIGHBOURS, int(np.ceil(span * len(x)))))
    lines = []
    for at in np.linspace(x.min(), x.max(), points):
        distance = np.abs(x - at)
        # slightly beyond the farthest neighbour, which then has a nonzero weight
        reach = 1.0001 * np.partition(distance, near - 1)[near - 1]
        inside = distance < reach if reach > 0 else distance <= 0
        weight = (1 - (distance[inside] / reach) ** 3) ** 3 if reach > 0 else np.ones(inside.sum())
        dx, values = x[inside] - at, y[inside]
        center, slope = _line(dx, values, weight)
        rest = values - center - slope * dx
        low, median, high = weighted_quantiles(rest, weight, (quantiles[0], 0.5, quantiles[1]))
        lines.append((at, int(inside.sum()), center + median, center + low, center + high))
    return pd.DataFrame(lines, columns=["over", "count", "median", "low", "high"])


def _line(x: Array, y: Array, weight: Array) -> tuple[float, float]:
    """Value at 0 and slope of the weighted least-squares line."""
    total = weight.sum()
    mx, my = (weight * x).sum() / total, (weight * y).sum() / total
    spread = (weight * (x - mx) ** 2).sum()
    slope = (weight * (x - mx) * (y - my)).sum() / spread if spread > 0 else 0.0
    return float(my - slope * mx), float(slope)


def weighted_quantiles(values: Array, weight: Array, at: Sequence[float]) -> Array:
    """Quantiles of weighted values; with equal weights those of `numpy.quantile(method="hazen")`."""
    order = np.argsort(values)
    values, weight = values[order], weight[order]
    middle = (np.cumsum(weight) - weight / 2) / weight.sum()
    return np.interp(at, middle, values)
