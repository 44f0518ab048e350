"""Global sensitivity of a study's measures: Sobol indices and Morris's elementary effects."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .._core import InvalidArgument
from ..base import check
from ..base.doors import picture
from ..base.limits import check_count
from ..base.tables import Table
from ..base.wording import heading
from ..studies.columns import Measured, flat, fraction, measured, summaries
from .answer import Answer
from .indices import BOOKKEEPING, COLUMNS, Design, aliased, columns_of, doubts, labels_of

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Maximum fraction of blocks lost to failed trials.
MOST_LOST = 0.2

#: Relative variation below which a measure counts as constant.
CONSTANT = 1e-6


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity(Answer):
    """Sensitivity indices of one or more measures.

    Attributes
    ----------
    method : str
        "sobol" or "morris".
    n : int
        Blocks of the design (Sobol) or trajectories (Morris).
    table : DataFrame
        measure, factor; for Sobol S1 (share of variance of the factor alone) and ST (share including all its
        interactions); for Morris, in units of the measure, mu, mu_star, sigma (mean, mean absolute value and standard
        deviation of the change over the factor's whole band); `..._conf` is the half-width of the interval. `blocks` is
        the number of blocks used. NaN if the measure does not vary.
    second : DataFrame or None
        measure, factor, other, S2, S2_conf: share of variance of the interaction of two factors.
    dataset : xarray.Dataset
        The trials.
    dropped : int
        Blocks omitted because of a failed trial.
    confidence : float
    warnings : list of str
        What limits the validity of the indices.
    """

    _picture = "sensitivity"
    method: str
    n: int
    table: Table
    second: Table | None
    dataset: xr.Dataset
    dropped: int
    confidence: float
    seed: int
    band: float
    measured: Mapping[str, Measured]
    labels: Mapping[str, str]
    warnings: list[str]
    title: str

    @property
    def measures(self) -> list[str]:
        """Names of the measures, in order."""
        return list(self.measured)

    @property
    def factors(self) -> list[str]:
        """Names of the factors or groups that have indices, in order."""
        return list(self.labels)

    @property
    def trials(self) -> int:
        """Number of trials in the design."""
        return int(self.dataset["trial_status"].size)

    @property
    def ranking(self) -> str:
        """The column by which factors are ranked."""
        return "ST" if self.method == "sobol" else "mu_star"

    def top(self, measure: str) -> Table:
        """The indices of one measure, in descending order of importance."""
        if measure not in self.measured:
            raise check.unknown("measure in this analysis", measure, self.measured)
        rows = self.table[self.table["measure"] == measure].drop(columns="measure")
        rows = rows.sort_values(self.ranking, ascending=False, kind="stable")
        return Table(rows.set_index("factor"))

    def plot(self, measure: str | None = None) -> Figure:
        """Plot the indices of one measure, or of all."""
        if measure is not None:
            self.top(measure)
        return picture(self._picture, self, measure)

    def to_dict(self) -> dict[str, Any]:
        """Indices and settings as JSON, without the trials."""
        found = {
            "method": self.method,
            "n": self.n,
            "trials": self.trials,
            "dropped": self.dropped,
            "confidence": self.confidence,
            "seed": self.seed,
            "units": {name: m.unit for name, m in self.measured.items()},
            "meaning": {name: m.label for name, m in self.measured.items()},
            "indices": self.table.to_dict("records"),
            "warnings": self.warnings,
        }
        if self.method == "morris":
            found["band"] = self.band
        if self.second is not None:
            found["second_order"] = self.second.to_dict("records")
        return found

    @property
    def heading(self) -> str:
        lost = f", {self.dropped} of {self.n} blocks dropped" if self.dropped else ""
        return f"<coxa.Sensitivity {self.method}, n = {self.n}, {self.trials} trials{lost}>"

    def shown(self) -> Mapping[str, Table]:
        units = {name: of.unit for name, of in self.measured.items()}
        return {f"{m} [{units[m]}]": Table(self.top(m).head(6)) for m in self.measures[:3]}

    @property
    def footer(self) -> list[str]:
        more = len(self.measured) - 3
        text = f"... {more} more measures in .table, .top(measure), .plot(measure)"
        return [*(["", text] if more > 0 else []), *(f"note: {note}" for note in self.warnings)]


def sensitivity(
    study: Any,
    method: str = "sobol",
    n: int = 256,
    *,
    measures: Sequence[str] | None = None,
    groups: str | Mapping[str, Sequence[str]] | None = None,
    second_order: bool = False,
    confidence: float = 0.95,
    seed: int = 0,
    path: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    executor: Any = None,
    resamples: int = 200,
    pool: int | None = None,
    band: float = 0.9,
    select: Mapping[str, Any] | None = None,
    **options: Any,
) -> Sensitivity:
    """Compute sensitivity indices of a study's factors from a dedicated design.

    Parameters
    ----------
    study : coxa.Study
        Defines the factors; its own sampling is not used.
    method : str
        "sobol": shares of variance, from n (d + 2) trials for d factors or groups; "morris": elementary effects, from
        n (d + 1) trials, to screen out unimportant factors.
    n : int
        Blocks of Saltelli's design, rounded up to a power of two; or trajectories (10 to 50 are usual).
    measures : sequence of str, optional
        Summaries; by default those of `study.measure(...)`, or all.
    groups : str or mapping, optional
        "named", the default: the uncertain quantities of one name (`study.uncertain("muscle_strength")`) share one
        index, which needs fewer trials, and so do those of a population. "factors": one index per quantity. Or a
        mapping from names to lists of factors; factors not listed stay separate.
    second_order : bool
        Also compute indices of pairs of factors, from n (2 d + 2) trials; Sobol only.
    confidence : float
        Level of the bootstrap intervals.
    seed : int
        Random seed of design and bootstrap.
    path, workers, executor
        As in `study.run`; an interrupted run resumes from `path`.
    resamples : int
        Bootstrap resamples.
    pool : int, optional
        Morris only: draw this many random trajectories, and use the `n` farthest apart (Campolongo et al. 2007, by the
        search of Ruano et al. 2012).
    band : float
        Morris only: central fraction of each factor's distribution covered by the grid, as normal distributions are
        unbounded; 0.9 is from the 5 % to the 95 % quantile, 1 the whole range.
    select : mapping, optional
        Label by dimension of measures with labels; sides are averaged if none is selected.
    **options
        Options of `study.evaluate`.

    Returns
    -------
    Sensitivity

    Raises
    ------
    UnknownName
        If the study has no such measure, label or factor.
    InvalidArgument
        If an argument is invalid, nothing varies, or more than a fifth of the blocks have a failed trial.

    Notes
    -----
    The estimators need complete blocks: blocks with a failed trial are omitted, and counted in `dropped`. The indices
    then describe the feasible region only. Levels and words are treated like numbers.

    References
    ----------
    Saltelli et al. (2010), Comput. Phys. Commun. 181:259; Morris (1991), Technometrics 33:161; Campolongo,
    Cariboni & Saltelli (2007), Environ. Model. Softw. 22:1509; Iwanaga, Usher & Herman (2022), SALib 2.0,
    Socio-Environ. Syst. Model. 4:18155.
    """
    factors = list(study.factors)
    if not factors:
        raise InvalidArgument("nothing varies in this study; use study.vary(name=...) first")
    columns = columns_of(factors, groups)
    design, notes = _design(
        columns, method, n, second_order, confidence, seed, resamples, pool, band
    )
    u = design.points()
    if measures is not None or select is not None:
        _try(study, factors, measures, select)
    dataset = study.evaluate(
        design.quantiles(u), path=path, workers=workers, executor=executor, series=(), **options
    )
    table = flat(dataset)
    given = {name: measured(table, name, select) for name in _measures(table, measures)}
    dropped = _dropped(design, table, path)
    if dropped:
        notes.append(f"{dropped} of {design.n} {design.kind} had a failed trial and were left out")
    found, second, missing = _indices(design, u, given, measures is not None)
    notes += missing
    if design.method == "sobol":
        stuck, told = aliased(factors, columns, u, design.n)
        # a factor that is equal in both halves of the design has no index (NaN), rather than 0
        found.loc[found["factor"].isin(stuck), COLUMNS[method]] = np.nan
        notes += [*told, *doubts(found, design.n)]
    for text in notes:
        warnings.warn(text, stacklevel=4)
    return Sensitivity(
        *(method, design.n, found, second, dataset, dropped),
        *(design.confidence, seed, design.band),
        {name: given[name] for name in dict.fromkeys(found["measure"])},
        labels_of(columns),
        notes,
        heading(dataset.attrs),
    )


def _design(
    columns: list[str],
    method: str,
    n: int,
    second_order: bool,
    confidence: float,
    seed: int,
    resamples: int,
    pool: int | None,
    band: float,
) -> tuple[Design, list[str]]:
    """The design, after checks of the settings, and notes on settings that were adjusted."""
    check.choice("method", method, COLUMNS)
    check_count("n", n, "trials", least=2)
    check_count("seed", seed)
    check_count("resamples", resamples, least=10)
    level = fraction("confidence", confidence)
    notes: list[str] = []
    if method == "sobol":
        if pool is not None:
            raise InvalidArgument("pool belongs to method='morris'; leave it out with 'sobol'")
        rounded = 1 << (n - 1).bit_length()
        if rounded != n:
            notes.append(
                f"n={n} was taken as {rounded}: Sobol's sequence is balanced at powers of two"
            )
            n = rounded
    elif second_order:
        raise InvalidArgument("second_order needs method='sobol'; Morris's method has none")
    part = check.number("band", band)
    if not 0 < part <= 1:
        raise InvalidArgument(f"band must be above 0 and at most 1, not {part:g}")
    if pool is not None and check_count("pool", pool) <= n:
        raise InvalidArgument(
            f"pool must be more than n={n}, not {pool}: n trajectories are taken of it"
        )
    design = Design(method, n, columns, second_order, level, seed, resamples, pool, part)
    design.require_room()
    return design, notes


def _indices(
    design: Design, u: Array, given: Mapping[str, Measured], asked: bool
) -> tuple[Table, Table | None, list[str]]:
    """Indices of every measure, of pairs if requested, and requested measures that have none."""
    parts, seconds, lost, constant = [], [], [], []
    for name, of in given.items():
        y = of.values.reshape(design.n, -1)
        kept = np.isfinite(y).all(axis=1)
        few = kept.sum() < (1 - MOST_LOST) * design.n
        varies = kept.sum() >= 2 and np.ptp(y[kept]) > CONSTANT * np.abs(y[kept]).max()
        if few:
            lost.append(name)
        elif not varies:
            constant.append(name)
        if (few or not varies) and not asked:
            continue
        points = u.reshape(*y.shape, -1)[kept]
        frame, pairs = design.indices(points, y[kept], bool(varies and not few))
        frame.insert(0, "measure", name)
        frame["blocks"] = int(kept.sum())
        parts.append(frame)
        if pairs is not None:
            pairs.insert(0, "measure", name)
            seconds.append(pairs)
    if not parts:
        raise InvalidArgument(
            f"no measure varies in these {len(u)} trials; vary wider ranges or ask for other measures"
        )
    notes = []
    if lost and asked:
        notes.append(f"too many trials have no {', '.join(lost)}; no indices of it")
    if constant and asked:
        notes.append(f"{', '.join(constant)} does not vary; no indices of it")
    second = Table(pd.concat(seconds, ignore_index=True)) if seconds else None
    return Table(pd.concat(parts, ignore_index=True)), second, notes


def _try(
    study: Any,
    factors: Sequence[Any],
    measures: Sequence[str] | None,
    select: Mapping[str, Any] | None,
) -> None:
    """Find wrong names by one trial of each exercise, before hours of work."""
    rows = [np.full(sum(f.dimensions for f in factors), 0.5)]
    column = 0
    for f in factors:
        if f.name == "exercise":
            count = len(f.levels)
            rows = [rows[0].copy() for _ in range(count)]
            for i, row in enumerate(rows):
                row[column] = (i + 0.5) / count
        column += f.dimensions
    table = flat(study.evaluate(np.array(rows), series=()))
    # a failed trial may lack measures that others have
    if (table["trial_status"].values == 0).all():
        for name in _measures(table, measures):
            measured(table, name, select)


def _measures(table: xr.Dataset, asked: Sequence[str] | None) -> list[str]:
    there = summaries(table)
    if asked is not None:
        names = [asked] if isinstance(asked, str) else list(asked)
        for name in names:
            if name not in there:
                raise check.unknown("measure", name, there)
        if not names:
            raise InvalidArgument("measures is empty; name at least one, or leave it out for all")
        return list(dict.fromkeys(names))
    plain = [name for name in there if set(table[name].dims) <= {"trial", "side"}]
    # time and path of a peak are left out; they can be asked for by name
    return [
        name
        for name in plain
        if name not in BOOKKEEPING
        and not (name.endswith(("_time", "_path")) and name.rpartition("_")[0] in there)
    ]


def _dropped(design: Design, table: xr.Dataset, path: str | os.PathLike[str] | None) -> int:
    """Number of blocks with a failed trial; an error if there are too many."""
    failed = table["trial_status"].values != 0
    dropped = int(failed.reshape(design.n, -1).any(axis=1).sum())
    if dropped <= MOST_LOST * design.n and design.n - dropped >= 2:
        return dropped
    why = ""
    if "trial_message" in table:
        messages = pd.Series(table["trial_message"].values[failed].astype(str))
        why = f"; most often: {messages.value_counts().index[0]}"
    there = "" if path is None else f" (the trials are in {os.fspath(path)})"
    raise InvalidArgument(
        f"{dropped} of {design.n} {design.kind} have a failed trial, {int(failed.sum())} of {len(failed)} trials failed; at most"
        f" {MOST_LOST:.0%} may be lost: vary narrower ranges{there}{why}"
    )
