"""One-at-a-time variation of a study's factors from low to high."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from .._core import InvalidArgument
from ..base.tables import Table
from ..base.wording import heading, humanized, say
from ..studies.columns import band_ends, column_names, flat, measured
from .answer import StudyAnswer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Tornado(StudyAnswer):
    """A measure with one factor at a time at its ends, the others at their medians.

    `plot` shows bars about the base, the longest on top.

    Attributes
    ----------
    table : DataFrame
        factor, low_value, high_value (its ends as text; for levels, those of the smallest and largest measure),
        low, high (smallest and largest measure), change (from smallest to largest, including the base), at_low,
        at_high (measure with the factor at `low_value` and `high_value`), failed (trials without a value), levels
        (whether the factor has levels).
    measured : Measured
        The measure in every trial.
    missing : int
        Trials that failed or had no value.
    base : float
        The measure with all factors at their medians.
    band : float
        Central fraction of a continuous factor's distribution between its ends.
    dataset : xarray.Dataset
        The trials; the first is the base.
    labels : dict of str to str
        Wording of the factor of each row.
    middle : dict of str to str
        Median of every factor of the study, as text.
    title : str
        The exercise of the study in words.
    """

    _picture = "tornado"
    base: float
    band: float
    dataset: xr.Dataset
    labels: Mapping[str, str]
    middle: Mapping[str, str]

    @property
    def heading(self) -> str:
        base = f"{self.base:.4g} {self.measured.unit}"
        return f"<coxa.Tornado of {self.measured.name}: {base} with all at their medians>"

    def _brief(self) -> Table:
        names = ["low_value", "high_value", "at_low", "at_high", "change"]
        return Table(self.table.set_index("factor")[names])

    def to_dict(self) -> dict[str, Any]:
        middle = dict(self.middle)
        return {**super().to_dict(), "base": self.base, "band": self.band, "middle": middle}


def tornado(
    study: Any,
    measure: str,
    band: float = 0.9,
    *,
    select: Mapping[str, Any] | None = None,
    workers: int | None = None,
    executor: Any = None,
) -> Tornado:
    """Simulate each factor at its ends while all others stay at their medians.

    Parameters
    ----------
    study : coxa.Study
    measure : str
        A summary of the study.
    band : float
        0.9 varies a continuous factor from its 5 % to its 95 % quantile; a factor with levels takes every level. A
        factor of several numbers (a population) is varied number by number.
    select : mapping, optional
        Label by dimension; sides are averaged if none is selected.
    workers, executor
        As in `study.run`.

    Returns
    -------
    Tornado

    Raises
    ------
    UnknownName
        If the study has no such measure or label.
    InvalidArgument
        If nothing varies, `band` is out of range, or the trial with all factors at their medians fails.
    """
    low, high = band_ends(band)
    factors = list(study.factors)
    if not factors:
        raise InvalidArgument("nothing varies in this study; use study.vary(name=...) first")
    u, places = _design(factors, low, high)
    dataset = study.evaluate(u, workers=workers, executor=executor, series=())
    table = flat(dataset)
    given = measured(table, measure, select)
    base = float(given.values[0])
    if not np.isfinite(base):
        why = str(table["trial_message"].values[0]) if "trial_message" in table else ""
        raise InvalidArgument(
            f"the trial with every factor at its median gave no {measure}"
            f"{': ' + why if why else ''}; vary other ranges"
        )
    lines, labels = [], {}
    for f, name, rows in places:
        labels[name] = humanized(name)
        said = [_said(f, table, row, name) for row in rows]
        levels = f.levels is not None
        ends = _ends(given.values[rows], said, base, levels)
        lines.append({"factor": name, **ends, "levels": levels})
    result = pd.DataFrame(lines)
    result = result.sort_values(
        "change", ascending=False, kind="stable", na_position="last", ignore_index=True
    )
    middle = {f.name: _said(f, table, 0, f.name) for f in factors}
    missing = int((~np.isfinite(given.values)).sum())
    title = heading(dataset.attrs)
    return Tornado(Table(result), given, missing, title, base, band, dataset, labels, middle)


def _design(
    factors: Sequence[Any], low: float, high: float
) -> tuple[Array, list[tuple[Any, str, list[int]]]]:
    """Points [trial, column] of the unit cube, the first all medians; factor, name and rows of every column."""
    width = sum(f.dimensions for f in factors)
    points = [np.full(width, 0.5)]
    places = []
    column = 0
    for f in factors:
        for name in column_names(f):
            ends = [low, high]
            if f.levels is not None:
                count = len(f.levels)
                ends = [(i + 0.5) / count for i in range(count)]
            rows = list(range(len(points), len(points) + len(ends)))
            for end in ends:
                point = np.full(width, 0.5)
                point[column] = end
                points.append(point)
            places.append((f, name, rows))
            column += 1
    return np.array(points), places


def _ends(values: Array, said: Sequence[str], base: float, levels: bool) -> dict[str, Any]:
    """One row of `Tornado.table`, from the measure and the factor's value as text, [trial] each."""
    good = values[np.isfinite(values)]
    first, last = 0, len(values) - 1
    least = most = change = np.nan
    if len(good):
        least, most = good.min(), good.max()
        # a bar with both ends on one side of the base extends to the base
        change = max(most, base) - min(least, base)
        if levels:
            first, last = int(np.nanargmin(values)), int(np.nanargmax(values))
    return {
        "low_value": said[first],
        "high_value": said[last],
        "low": least,
        "high": most,
        "change": change,
        "at_low": values[first],
        "at_high": values[last],
        "failed": len(values) - len(good),
    }


def _said(f: Any, table: xr.Dataset, trial: int, name: str) -> str:
    """The value of the factor in a trial as text, from its own column or those of a person."""
    for own in (name, f"parameter_{name}"):
        if own in table.variables and table[own].dims == ("trial",):
            return _cell(table[own], trial)
    persons = [v for key, v in table.variables.items() if str(key).startswith(f"{f.name}_")]
    return ", ".join(_cell(v, trial) for v in persons if v.attrs.get("role") == "parameter")


def _cell(of: xr.DataArray | xr.Variable, trial: int) -> str:
    """The value in one trial, with its unit."""
    value = of.values[trial]
    number = of.dtype.kind in "fiub"
    return say(value if number else str(value), str(of.attrs.get("units", "")))
