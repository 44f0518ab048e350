"""Sampling of a study's factors: every combination, or random draws."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import InvalidArgument
from ..base import check, estimate
from ..base.designs import DRAWS, unit_cube
from ..base.limits import check_count
from .factors import Column, Factor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

METHODS = ("grid", *DRAWS)


@dataclass(frozen=True)
class Sampling:
    """Arguments of `Study.sample`; without a method, every combination of levels."""

    method: str | None = None
    n: int | None = None
    seed: int = 0
    paired: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.method is None:
            return
        check.choice("method", self.method, METHODS)
        if self.n is not None:
            check_count("n", self.n, "trials", least=2 if self.method == "grid" else 1)
        elif self.method != "grid":
            raise InvalidArgument(f"sample(method={self.method!r}) needs n, the number of trials")
        if self.method == "grid" and self.paired:
            raise InvalidArgument(
                f"paired={list(self.paired)} is for draws; in a grid all levels meet already"
            )
        check_count("seed", self.seed)

    @property
    def crosses(self) -> bool:
        """Whether the trials are all combinations."""
        return self.method in (None, "grid")

    def count(self, factors: Sequence[Factor]) -> int:
        """Number of trials, without drawing them."""
        continuous = [f.name for f in factors if f.levels is None]
        if self.crosses:
            if continuous and self.n is None:
                raise InvalidArgument(
                    f"{', '.join(continuous)}: a continuous range or distribution needs sample(n),"
                    f" such as sample(256); a list such as {continuous[0]}=[...] gives levels"
                )
            return math.prod(f.count(self.n or 0) for f in factors)
        by_name = {f.name: f for f in factors}
        for name in self.paired:
            if name not in by_name:
                raise check.unknown("factor to pair", name, by_name)
            if by_name[name].levels is None:
                raise InvalidArgument(f"paired={name!r} has no levels; give vary({name}=[...])")
        assert self.n is not None
        return self.n * math.prod(len(by_name[name].levels or []) for name in self.paired)

    def rows(self, factors: Sequence[Factor]) -> list[tuple[Any, ...]]:
        """One value of every factor per trial."""
        if self.crosses:
            return list(itertools.product(*(f.spaced(self.n or 0) for f in factors)))
        assert self.method is not None and self.n is not None
        drawn = [f for f in factors if f.name not in self.paired]
        paired = [next(f for f in factors if f.name == name) for name in self.paired]
        u = unit_cube(self.method, self.n, sum(f.dimensions for f in drawn), self.seed)
        draws = values_at(drawn, u) if drawn else [()] * self.n
        crossed = list(itertools.product(*(f.levels or [] for f in paired)))
        back = [[*drawn, *paired].index(f) for f in factors]
        joined = ((*draw, *levels) for draw in draws for levels in crossed)
        return [tuple(row[i] for i in back) for row in joined]

    def grid(self, factors: Sequence[Factor]) -> list[Column] | None:
        """Dimensions of a grid with their values; None if trials are drawn."""
        if self.method != "grid":
            return None
        return [f.columns(f.spaced(self.n or 0))[0] for f in factors]

    def to_dict(self) -> dict[str, Any]:
        """The arguments of `Study.sample`; empty if it was not called."""
        if self.method is None:
            return {}
        found: dict[str, Any] = {"method": self.method, "seed": self.seed}
        if self.n is not None:
            found["n"] = self.n
        if self.paired:
            found["paired"] = list(self.paired)
        return found


def values_at(factors: Sequence[Factor], u: NDArray[np.float64]) -> list[tuple[Any, ...]]:
    """One value of every factor per point of the unit cube; `u` is [points, dimensions]."""
    columns, at = [], 0
    for f in factors:
        columns.append(f.values(u[:, at : at + f.dimensions]))
        at += f.dimensions
    return list(zip(*columns, strict=True))


def points_of(u: ArrayLike, factors: Sequence[Factor]) -> NDArray[np.float64]:
    """Points of the unit cube, [points, dimensions of the factors], after checking shape and range."""
    points = np.asarray(u, dtype=float)
    wanted = sum(f.dimensions for f in factors)
    if points.ndim != 2 or points.shape[1] != wanted or len(points) == 0:
        raise InvalidArgument(
            f"u must have the shape (n, {wanted}), one column per dimension of the factors, not {points.shape}"
        )
    if not ((points >= 0) & (points <= 1)).all():
        raise InvalidArgument("u must lie between 0 and 1")
    require_room(len(points), factors)
    return points


def require_room(trials: int, factors: Sequence[Factor]) -> None:
    """Refuse more trials than the limit, or than fit into memory."""
    check_count("trials of this study", trials, "trials")
    memory = trials * (len(factors) + 1) * estimate.FACTOR
    estimate.require_memory(f"a study of {trials} trials", memory, "take fewer")
