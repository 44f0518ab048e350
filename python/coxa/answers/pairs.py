"""Paired comparison: trials of a study that differ in one factor only."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
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
    chosen,
    columns,
    distinct,
    flat,
    fraction,
    lines_of,
    measured,
    split_by,
)
from .answer import StudyAnswer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Paired(StudyAnswer):
    """Differences between trials that agree in all factors but one; `plot` shows each, and the mean difference.

    Attributes
    ----------
    table : DataFrame
        a, b, level of `by` (if given), pairs, mean_a, mean_b, difference (a minus b), t_low, t_high, bca_low,
        bca_high (intervals of the mean difference), low, high (5 and 95 % quantiles of the individual differences), dz
        (mean over standard deviation of the differences), share (fraction of pairs in which a is greater).
    pairs : DataFrame
        a, b, `by` if given, value_a, value_b: one row per pair.
    measured : Measured
        The measure in every trial.
    factor, by : Column or None
        The compared factor, and the one pairs are grouped by.
    confidence : float
        Level of both intervals.
    missing : int
        Trials without a value.
    alone : int
        Trials with a value whose partner has none.
    title : str
        The exercise of the study in words, unless exercises are compared.
    """

    _picture = "paired"
    pairs: pd.DataFrame
    factor: Column
    by: Column | None
    confidence: float
    alone: int

    @property
    def heading(self) -> str:
        of = f"{self.measured.name} [{self.measured.unit}] by {self.factor.name}"
        return f"<coxa.Paired {of}, {self.counted}, {self.alone} without partner>"


def paired(
    dataset: xr.Dataset,
    measure: str,
    factor: str = "exercise",
    a: Any = None,
    b: Any = None,
    *,
    confidence: float = 0.95,
    by: str | None = None,
    select: Mapping[str, Any] | None = None,
    resamples: int = 9999,
    seed: int = 0,
) -> Paired:
    """Compare levels of a factor on trials that agree in all other factors.

    `study.sample(n, paired=("exercise",))` gives such trials, and so does a grid.

    Parameters
    ----------
    dataset : xarray.Dataset
        A dataset of `study.run()` or `coxa.load()`.
    measure : str
    factor : str
        The factor that differs within a pair.
    a, b : optional
        Two of its levels. By default all pairs of levels; with only `a`, `a` against each other level.
    confidence : float
        Level of both intervals of the mean difference, without correction for multiple comparisons.
    by : str, optional
        Another parameter to separate by, level by level; a continuous one is binned into thirds.
    select : mapping, optional
        Label by dimension; sides are averaged if none is selected.
    resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    Paired
        With a t interval and a bias-corrected and accelerated bootstrap interval (Efron, 1987, J. Am. Stat. Assoc.
        82:171). Both describe the uncertainty of the mean over the sampled people and settings; `low` and `high`
        describe the spread of individual pairs.

    Raises
    ------
    UnknownName
        If the dataset has no such measure, label, parameter or level.
    InvalidArgument
        If `factor` is continuous, there are no pairs, or an argument is out of range.
    """
    table = flat(dataset)
    level = fraction("confidence", confidence)
    check_count("resamples", resamples, least=100)
    check_count("seed", seed)
    found = columns(table)
    of = _levelled(found, factor)
    split = split_by(found, by, of, "is compared")
    wanted = _comparisons(of, a, b)
    given = measured(table, measure, select)
    good = np.isfinite(given.values)
    lines, rows, used = [], [], np.zeros(len(good), dtype=bool)
    line = np.full(len(good), -1)
    line[good], labels = lines_of(split, good)
    for first, second in wanted:
        matched = _match(found, of, first, second, good, given.values)
        used |= np.isin(np.arange(len(good)), np.concatenate([matched["of_a"], matched["of_b"]]))
        for i, label in enumerate(labels):
            here = matched[line[matched["of_a"].to_numpy(dtype=int)] == i]
            if not len(here):
                continue
            names = (first, second, *([label] if split is not None else []))
            values = here[["value_a", "value_b"]].to_numpy()
            lines.append((*names, *_difference(values[:, 0], values[:, 1], level, resamples, seed)))
            rows.append(pd.DataFrame([(*names, *pair) for pair in values.tolist()]))
    if not lines:
        raise InvalidArgument(
            f"no two trials with a value differ in {factor} alone; make pairs with"
            f" study.sample(n, paired=({factor!r},)) or method='grid'"
        )
    heads = ["a", "b", *([split.name] if split is not None else [])]
    result = Table(
        lines,
        columns=[
            *heads,
            *("pairs", "mean_a", "mean_b", "difference", "t_low", "t_high", "bca_low", "bca_high"),
            *("low", "high", "dz", "share"),
        ],
    )
    pairs = pd.concat(rows, ignore_index=True)
    pairs.columns = pd.Index([*heads, "value_a", "value_b"])
    concerned = good & np.isin(of.values, [item for two in wanted for item in two])
    alone = int((concerned & ~used).sum())
    missing = int((~good).sum())
    title = heading(dataset.attrs) if factor != "exercise" else ""
    return Paired(result, given, missing, title, pairs, of, split, level, alone)


def _levelled(found: Mapping[str, Column], factor: str) -> Column:
    of = chosen(found, factor)
    if of.levels is None:
        raise InvalidArgument(
            f"{factor} takes {len(distinct(of.values))} values and makes no pairs; vary it by levels, such as"
            f" study.vary({factor}=[{of.values.min():.3g}, {of.values.max():.3g}])"
        )
    return of


def _comparisons(of: Column, a: Any, b: Any) -> list[tuple[Any, Any]]:
    """The pairs of levels to compare, in order."""
    levels = of.levels or []
    for item in (a, b):
        if item is not None and item not in levels:
            if of.worded:
                raise check.unknown(of.name, item, levels)
            texts = ", ".join(f"{value:g}" for value in levels)
            raise InvalidArgument(f"no trial has {of.name} {item!r}; there are: {texts}")
    if a is not None and b is not None:
        if a == b:
            raise InvalidArgument(f"a and b are both {a!r}; give two levels of {of.name}")
        return [(a, b)]
    if a is not None:
        return [(a, other) for other in levels if other != a]
    if b is not None:
        return [(other, b) for other in levels if other != b]
    return list(itertools.combinations(levels, 2))


def _match(
    found: Mapping[str, Column],
    of: Column,
    a: Any,
    b: Any,
    good: NDArray[np.bool_],
    values: Array,
) -> pd.DataFrame:
    """Pairs of trials with their values; trials equal in every column are averaged."""
    rows = {
        "a": np.flatnonzero(good & (of.values == a)),
        "b": np.flatnonzero(good & (of.values == b)),
    }
    keys = []
    for name, c in found.items():
        # the fields of a person depend on the number of the person
        if name == of.name or (of.name == "subject" and name.startswith("subject_")):
            continue
        # a quantity that one of the two lacks cannot distinguish pairs
        if not c.worded and any(np.isnan(c.values[r].astype(float)).all() for r in rows.values()):
            continue
        keys.append(name)
    frames = {}
    for side, at in rows.items():
        frame = pd.DataFrame({name: _comparable(found[name].values[at]) for name in keys})
        frame["all"] = 0  # a constant key, in case nothing else varies
        frame[f"value_{side}"] = values[at]
        frame[f"of_{side}"] = at
        # index of the first of several equal trials
        frames[side] = frame.groupby([*keys, "all"], dropna=False, sort=False, as_index=False).agg(
            {f"value_{side}": "mean", f"of_{side}": "first"}
        )
    return frames["a"].merge(frames["b"], on=[*keys, "all"], how="inner")


def _comparable(values: NDArray[Any]) -> NDArray[Any]:
    # values computed by exercises themselves may differ in their last bits
    if values.dtype.kind not in "fiub":
        return values
    return np.array([float(f"{value:.10g}") for value in values])


def _difference(
    a: Array, b: Array, confidence: float, resamples: int, seed: int
) -> tuple[Any, ...]:
    """Columns `pairs` to `share` of `Paired.table`, from values [pair] at both levels."""
    from scipy import stats

    d = a - b
    n, mean = len(d), float(d.mean())
    t = bca = (np.nan, np.nan)
    dz = np.nan
    spread = float(d.std(ddof=1)) if n > 1 else 0.0
    if n > 1 and spread <= 1e-12 * np.abs(np.concatenate([a, b])).max():
        t = bca = (mean, mean)
    elif n > 1:
        half = stats.t.ppf((1 + confidence) / 2, n - 1) * spread / np.sqrt(n)
        t = (mean - half, mean + half)
        dz = mean / spread
        found = stats.bootstrap(
            (d,),
            np.mean,
            n_resamples=resamples,
            batch=max(1, 5_000_000 // n),  # limits the values in memory at once
            confidence_level=confidence,
            method="BCa",
            rng=np.random.default_rng(seed),
        )
        bca = (float(found.confidence_interval.low), float(found.confidence_interval.high))
    low, high = np.quantile(d, (0.05, 0.95))
    return (n, a.mean(), b.mean(), mean, *t, *bca, low, high, dz, float((a > b).mean()))
