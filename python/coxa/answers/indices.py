"""Designs and indices of sensitivity analysis, by SALib."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .._core import Error, InvalidArgument
from ..base import check, estimate
from ..base.limits import check_count
from ..base.wording import humanized
from ..studies.columns import column_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Half-width of a Sobol index's interval above which a larger n is advised. Sarrazin, Pianosi & Wagener (2016),
#: Environ. Model. Softw. 79:135, consider indices converged at an interval width of 0.05; this is looser.
WIDE = 0.1

#: Number of levels of Morris's grid.
GRID = 4

#: Summaries that describe the computation, not the exercise.
BOOKKEEPING = ("largest_reserve", "unsolved_frames", "reserve_frames")

COLUMNS = {
    "sobol": ["S1", "S1_conf", "ST", "ST_conf"],
    "morris": ["mu", "mu_star", "mu_star_conf", "sigma"],
}


def columns_of(
    factors: Sequence[Any], groups: str | Mapping[str, Sequence[str]] | None
) -> list[str]:
    """The name under which each column of the unit cube is analysed: its factor or group."""
    names = [f.name for f in factors]
    if isinstance(groups, Mapping):
        own: dict[str, str] = {}
        for group, members in groups.items():
            for member in [members] if isinstance(members, str) else members:
                if member not in names:
                    raise check.unknown("factor of this study", member, names)
                if member in own:
                    raise InvalidArgument(
                        f"{member} is in two groups: {own[member]} and {group}; leave it in one"
                    )
                own[member] = str(group)
        if clash := sorted(set(own.values()) & (set(names) - set(own))):
            raise InvalidArgument(f"group {clash[0]!r} has the name of a factor; call it otherwise")
        of = [own.get(name, name) for name in names]
    else:
        way = check.choice("groups", groups or "named", ("factors", "named"))
        if way == "factors":
            return [name for f in factors for name in column_names(f)]
        of = [getattr(f, "group", f.name) for f in factors]
    return [g for g, f in zip(of, factors, strict=True) for _ in range(f.dimensions)]


def labels_of(of_column: Sequence[str]) -> dict[str, str]:
    """The wording of each name."""
    counts = {name: of_column.count(name) for name in dict.fromkeys(of_column)}
    return {
        name: humanized(name) + (f"\n({count} quantities)" if count > 1 else "")
        for name, count in counts.items()
    }


@dataclass(frozen=True)
class Design:
    """Settings of a Sobol or Morris design and of its indices.

    `columns` names the factor or group of each column of the unit cube.
    """

    method: str
    n: int
    columns: list[str]
    second_order: bool
    confidence: float
    seed: int
    resamples: int
    pool: int | None
    band: float

    @property
    def names(self) -> list[str]:
        """Names of the factors and groups that have an index, in order."""
        return list(dict.fromkeys(self.columns))

    @property
    def problem(self) -> dict[str, Any]:
        """The problem definition for SALib."""
        size = len(self.columns)
        return {
            "num_vars": size,
            "names": [f"x{i}" for i in range(size)],
            "bounds": [[0.0, 1.0]] * size,
            "groups": self.columns,
        }

    @property
    def kind(self) -> str:
        """Term for one of the n blocks."""
        return "blocks" if self.method == "sobol" else "trajectories"

    def require_room(self) -> None:
        """Refuse a design or bootstrap that exceeds the limits or the available memory."""
        n, indices = self.n, len(self.names)
        block = indices + 1
        if self.method == "sobol":
            block = indices * (2 if self.second_order else 1) + 2
        check_count(f"trials of n={n} for {indices} factors", n * block, "trials")
        # the design and its halves; per measure, resampled values of three columns and intermediate results
        points, bootstrap = 24 * n * block * len(self.columns), 60 * n * self.resamples
        what = f"an analysis of n={n} with resamples={self.resamples}"
        estimate.require_memory(what, max(points, bootstrap), "lower n or resamples")

    def points(self) -> Array:
        """Points of the unit cube: n blocks of rows, one after the other."""
        try:
            from SALib.sample import morris, sobol
        except ImportError:
            raise Error(
                "sensitivity needs SALib, which is not installed; run: pip install SALib"
            ) from None
        if self.method == "sobol":
            u = sobol.sample(
                self.problem, self.n, calc_second_order=self.second_order, seed=self.seed
            )
        else:
            u = morris.sample(
                self.problem,
                self.pool or self.n,
                num_levels=GRID,
                optimal_trajectories=None if self.pool is None else self.n,
                seed=self.seed,
            )
        # rounding may leave the cube by one bit
        return np.clip(np.asarray(u, dtype=float), 0.0, 1.0)

    def quantiles(self, u: Array) -> Array:
        """Points as quantiles of the factors' distributions; Morris's grid covers only the band."""
        return (1 - self.band) / 2 + self.band * u if self.method == "morris" else u

    def indices(self, u: Array, y: Array, varies: bool) -> tuple[pd.DataFrame, pd.DataFrame | None]:
        """Indices of one measure, and of pairs, from complete blocks: u [blocks, rows, columns], y [blocks, rows]."""
        frame = pd.DataFrame({"factor": self.names})
        if not varies:
            frame[COLUMNS[self.method]] = np.nan
            return frame, None
        pairs = None
        if self.method == "sobol":
            found = self._sobol(y)
            pairs = _pairs(found, self.names) if self.second_order else None
        else:
            found = self._morris(u, y)
        for key in COLUMNS[self.method]:
            frame[key] = np.ma.filled(np.ma.asarray(found[key]).astype(float), np.nan)
        if self.method == "morris":
            # within a group, effects of opposite sign cancel: mu is meaningless
            frame["mu"] = frame["mu"].where([self.columns.count(name) == 1 for name in self.names])
        return frame, pairs

    def _sobol(self, y: Array) -> Any:
        from SALib.analyze import sobol

        return sobol.analyze(
            self.problem,
            y.ravel(),
            calc_second_order=self.second_order,
            num_resamples=self.resamples,
            conf_level=self.confidence,
            seed=self.seed + 1,  # 0 means no seed to SALib
        )

    def _morris(self, u: Array, y: Array) -> Any:
        from SALib.analyze import morris

        return morris.analyze(
            self.problem,
            u.reshape(-1, u.shape[2]),
            y.ravel(),
            num_resamples=self.resamples,
            conf_level=self.confidence,
            num_levels=GRID,
            seed=self.seed,
        )


def aliased(
    factors: Sequence[Any], of_column: Sequence[str], u: Array, n: int
) -> tuple[list[str], list[str]]:
    """Names of factors with levels whose index is undefined, and notes on levels sampled badly.

    An index is undefined if both halves of the design have the same level in every block.

    Leading digits of two dimensions of a Sobol sequence can coincide in all of its first points: with two to four
    levels this happens to one factor in ten at n = 16, to one in a thousand at 256.
    """
    blocks = u.reshape(n, -1, u.shape[1])
    stuck, lopsided = [], []
    column = 0
    for f in factors:
        # of a population of both sexes, the first number determines the sex
        either = hasattr(f, "population") and f.dimensions == 4
        edges = [f.population.share_of_women] if either else []
        if f.levels is not None:
            edges = [i / len(f.levels) for i in range(1, len(f.levels))]
        if edges:
            a, b = (np.digitize(blocks[:, row, column], edges) for row in (0, -1))
            part = np.diff([0, *edges, 1])
            same, expected = float((a == b).mean()), float((part**2).sum())
            name = of_column[column]
            if same == 1 and of_column.count(name) == 1:
                stuck.append(name)
            elif same < expected / 2 or 1 - same < (1 - expected) / 2:
                lopsided.append(name)
        column += f.dimensions
    names = ", ".join(dict.fromkeys(stuck + lopsided))
    note = (
        f"at n={n} the levels of {names} are hardly drawn independently, and their indices mean little; take"
        f" a larger n, such as {max(256, 4 * n)}"
    )
    return stuck, [note] if names else []


def _pairs(found: Mapping[str, Any], names: list[str]) -> pd.DataFrame:
    rows = [
        (names[j], names[k], found["S2"][j, k], found["S2_conf"][j, k])
        for j in range(len(names))
        for k in range(j + 1, len(names))
    ]
    return pd.DataFrame(rows, columns=["factor", "other", "S2", "S2_conf"])


def doubts(table: pd.DataFrame, n: int) -> list[str]:
    """Signs that n was too small, as sentences."""
    found = []
    sums = table.groupby("measure", sort=False).agg(
        total=("S1", "sum"), conf=("S1_conf", lambda c: float(np.sqrt((c**2).sum())))
    )
    far = sums[sums["total"] > 1 + np.maximum(0.1, sums["conf"])]
    if len(far):
        worst = far["total"].idxmax()
        found.append(
            f"first-order indices of {worst} add up to {far['total'].max():.2f}, and cannot exceed 1; take a larger"
            f" n, such as {4 * n}"
        )
    wide = table[table[["S1_conf", "ST_conf"]].max(axis=1) > WIDE]
    if len(wide):
        row = table.loc[wide[["S1_conf", "ST_conf"]].max(axis=1).idxmax()]
        half = max(row["S1_conf"], row["ST_conf"])
        # interval widths decrease with the square root of n
        more = 1 << max(1, math.ceil(2 * math.log2(half / WIDE)))
        found.append(
            f"{len(wide)} of {len(table)} intervals are wider than +-{WIDE:g}, at most +-{half:.2f}"
            f" ({row['measure']}, {row['factor']}); take a larger n, such as {min(more, 64) * n}"
        )
    return found
