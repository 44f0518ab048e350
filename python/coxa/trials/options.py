"""Options of a simulation that do not depend on exercise or person."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .. import _core
from .._core import InvalidArgument
from ..base import check
from ..base.limits import check_count


@dataclass(frozen=True)
class Options:
    """Options of `coxa.simulate`, which documents them; checked on construction.

    Raises
    ------
    InvalidArgument
        If the criterion or the number of frames is out of range.
    """

    criterion: float | str = 2
    frames: int = 101
    strict: bool = False
    intervals: bool = False
    inertia: bool = True
    volume_weights: bool = True

    def __post_init__(self) -> None:
        p = check_criterion(self.criterion)
        self.__dict__.update(
            criterion=p if math.isfinite(p) else "min-max",
            frames=check_count("frames", self.frames),
            strict=bool(self.strict),
            intervals=bool(self.intervals),
            inertia=bool(self.inertia),
            volume_weights=bool(self.volume_weights),
        )

    @property
    def core(self) -> _core.SimulateOptions:
        """The options of the core, where an infinite exponent stands for min-max."""
        return _core.SimulateOptions(**{**vars(self), "criterion": check_criterion(self.criterion)})

    def to_dict(self) -> dict[str, Any]:
        """Criterion and frames, and other options that differ from their defaults."""
        always = ("criterion", "frames")
        return {n: v for n, v in vars(self).items() if n in always or v != getattr(Options, n)}


def check_criterion(value: object) -> float:
    """The exponent p of the recruitment cost as a float; infinity stands for "min-max"."""
    if value == "min-max" or value == math.inf:
        return math.inf
    if isinstance(value, str):
        raise InvalidArgument(f"criterion must be a number from 1 to 5 or 'min-max', not {value!r}")
    p = check.number("criterion", value)
    if not 1 <= p <= 5:
        raise InvalidArgument(f"criterion must be from 1 to 5 or 'min-max', not {p:g}")
    return p


def criterion_text(p: float | str) -> str:
    return "min-max" if p in ("min-max", math.inf) else f"{p:g}"
