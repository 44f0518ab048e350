"""Main effects: the mean of a study's measure at each level of each factor, and the variance it explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from .._core import InvalidArgument
from ..base.limits import check_count
from ..base.tables import Table
from ..base.wording import heading
from ..studies.columns import (
    Column,
    chosen,
    columns,
    crossed,
    flat,
    fraction,
    levels_of,
    measured,
    require_trials,
)
from .answer import StudyAnswer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class MainEffects(StudyAnswer):
    """Mean of a measure at the levels of each factor; `plot` shows one panel per factor, in order of effect.

    Attributes
    ----------
    table : DataFrame
        factor, level, low, high (ends of a bin; the level itself if it is a number), count, mean, conf_low,
        conf_high, effect (largest minus smallest mean of the factor), share (fraction of the measure's variance).
    measured : Measured
        The measure in every trial.
    columns : dict of str to Column
        Factor by name.
    missing : int
        Trials without a value.
    confidence : float
        Level of the intervals of the means.
    notes : str
        How `share` was computed.
    title : str
        The exercise of the study in words.
    """

    _picture = "main effects"
    columns: Mapping[str, Column]
    confidence: float
    notes: str

    @property
    def heading(self) -> str:
        return f"<coxa.MainEffects of {self.measured.name} [{self.measured.unit}], {self.counted}>"

    def _brief(self) -> Table:
        of = self.table.drop_duplicates("factor")[["factor", "effect", "share"]]
        return Table(of.set_index("factor"))


def main_effects(
    dataset: xr.Dataset,
    measure: str,
    factors: Sequence[str] | None = None,
    *,
    bins: int = 5,
    confidence: float = 0.95,
    select: Mapping[str, Any] | None = None,
) -> MainEffects:
    """The mean of a measure at each level of each factor.

    Parameters
    ----------
    dataset : xarray.Dataset
        A dataset of `study.run()` or `coxa.load()`, with trials in a row or on a grid.
    measure : str
        A summary, or a time series with one `sample` selected.
    factors : sequence of str, optional
        By default all that vary.
    bins : int
        Number of equally populated bins of a continuous factor.
    confidence : float
        Level of the t intervals of the means, which reflect the variation of all other factors.
    select : mapping, optional
        Label by dimension, such as `{"side": "right"}`; sides are averaged if none is selected.

    Returns
    -------
    MainEffects

    Raises
    ------
    UnknownName
        If the dataset has no such measure, label or parameter.
    InvalidArgument
        If nothing varies, fewer than two trials have a value, or an argument is out of range.

    Notes
    -----
    The share of variance is the correlation ratio: the variance of the level means over that of all trials. Unless
    the trials are a full grid, the amount expected by chance is subtracted, as in an adjusted R²
    (epsilon squared; Kelley, 1935, Proc. Natl. Acad. Sci. 21:554).
    """
    table = flat(dataset)
    check_count("bins", bins)
    level = fraction("confidence", confidence)
    found = columns(table)
    if factors is None:
        names = [n for n in found if not (n.startswith("subject_") and "subject" in found)]
    else:
        names = [factors] if isinstance(factors, str) else list(factors)
    picked = {name: chosen(found, name) for name in names}
    if not picked:
        raise InvalidArgument("nothing varies in this dataset; use study.vary(name=[...])")
    given = measured(table, measure, select)
    good = np.isfinite(given.values)
    require_trials(good, measure, 2)
    y = given.values[good]
    # in a complete grid no chance correlation between factors has to be subtracted
    full = bool(good.all()) and crossed(found.values())
    parts = []
    for name, of in picked.items():
        rows, labels = levels_of(of, good, bins)
        parts.append(_effect(name, labels, rows, y, level, full))
    parts.sort(key=lambda part: -part["share"].iloc[0])
    notes = (
        "share: variance of the level means over that of all trials"
        if full
        else "share: variance of the level means over that of all trials, less what chance would give"
    )
    result = Table(pd.concat(parts, ignore_index=True))
    missing = int((~good).sum())
    return MainEffects(result, given, missing, heading(dataset.attrs), picked, level, notes)


def _effect(
    name: str,
    labels: list[tuple[str, float, float]],
    rows: NDArray[np.int_],
    y: Array,
    confidence: float,
    full: bool,
) -> pd.DataFrame:
    """The rows of one factor: `labels` of its levels, level index `rows` [trial], measure `y` [trial]."""
    from scipy import stats

    lines = []
    for i, (label, low, high) in enumerate(labels):
        part = y[rows == i]
        if not len(part):
            continue
        mean = float(part.mean())
        half = np.nan
        if len(part) > 1:
            half = stats.t.ppf((1 + confidence) / 2, len(part) - 1) * stats.sem(part)
        lines.append((name, label, low, high, len(part), mean, mean - half, mean + half))
    names = ["factor", "level", "low", "high", "count", "mean", "conf_low", "conf_high"]
    result = pd.DataFrame(lines, columns=names)
    used = y[rows >= 0]
    total = float(((used - used.mean()) ** 2).sum())
    between = float((result["count"] * (result["mean"] - used.mean()) ** 2).sum())
    k, n = len(result), len(used)
    if not full and n > k:
        between = max(0.0, between - (k - 1) * (total - between) / (n - k))
    result["effect"] = result["mean"].max() - result["mean"].min()
    result["share"] = between / total if total > 0 else 0.0
    return result
