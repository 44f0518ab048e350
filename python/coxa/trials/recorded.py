"""Recorded variables of a trial for coaching cues: by name, with repetitions and phases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .result import Result

    Array = NDArray[np.float64]


class NotApplicable(Exception):
    """A cue does not apply to a trial; the message gives the reason."""


@dataclass
class Measured:
    """Values of a cue by line and sample; NaN where it does not apply.

    Attributes
    ----------
    values : [line, sample]
        In the unit of the cue.
    labels : one per line
        What each line belongs to, such as a side; "" if there is only one.
    start, end : [sample]
        Times, s; equal if a sample is a single frame.
    slack : float
        Resolution due to the spacing of frames, in the unit of the cue.
    gaps : int
        Number of relevant frames without a value.
    """

    values: Array
    labels: list[str]
    start: Array
    end: Array
    slack: float = 0.0
    gaps: int = 0


@dataclass
class Recorded:
    """The variables of a trial; raises `NotApplicable` for those it lacks."""

    result: Result
    _cache: dict[str, Array] = field(default_factory=dict)

    # ---- variables

    @cached_property
    def time(self) -> Array:
        return self._variable("time").astype(float)

    @property
    def frames(self) -> int:
        return len(self.time)

    @property
    def step(self) -> float:
        """Time between frames, s."""
        return float(np.median(np.diff(self.time))) if self.frames > 1 else 0.0

    def _variable(self, name: str, *dims: str) -> Array:
        if name not in self.result:
            raise NotApplicable(f"the trial holds no {name.replace('_', ' ')}")
        array = self.result[name]
        return np.asarray(array.transpose(*dims).values if dims else array.values)

    def _names(self, dim: str) -> list[str]:
        return [str(name) for name in self.result[dim].values] if dim in self.result else []

    def coordinate(self, name: str) -> Array:
        """A coordinate, [time] rad or m."""
        names = self._names("coordinate")
        if name not in names:
            raise NotApplicable(f"the trial's model has no coordinate {name}")
        return self._variable("position", "time", "coordinate")[:, names.index(name)]

    def site(self, *names: str) -> Array:
        """Mean position of sites, [time, 3] m."""
        known = self._names("site")
        missing = [name for name in names if name not in known]
        if missing:
            raise NotApplicable(f"the trial has no site {', '.join(missing)}")
        if "sites" not in self._cache:
            self._cache["sites"] = self._variable("site_position", "time", "site", "axis")
        points = self._cache["sites"]
        return np.mean([points[:, known.index(name)] for name in names], axis=0)

    def both(self, name: str) -> Array:
        return self.site(f"{name}_r", f"{name}_l")

    def optional(self, get: Callable[..., Array], *given: str) -> Array | None:
        try:
            return get(*given)
        except NotApplicable:
            return None

    def _scene(self, key: str) -> list[dict[str, Any]]:
        return self.result.scene.get(key) or []

    # ---- repetitions and phases

    @cached_property
    def repetition(self) -> NDArray[np.int64]:
        """Number of the repetition, [time], from 1; all 1 if the trial does not record it."""
        if "repetition" in self.result:
            return self._variable("repetition").astype(int)
        return np.ones(self.frames, dtype=int)

    @cached_property
    def phase(self) -> list[str]:
        """Phase of each frame ("up", "hold", "down", "rest"); "" if the trial does not record it."""
        if "phase" not in self.result:
            return [""] * self.frames
        attributes = self.result["phase"].attrs
        words = str(attributes.get("flag_meanings", "concentric hold eccentric rest")).split()
        flags = np.atleast_1d(attributes.get("flag_values", range(len(words))))
        named = {int(flag): word for flag, word in zip(flags, words, strict=False)}
        plain = {"concentric": "up", "eccentric": "down"}
        words_at = [named.get(int(flag), "") for flag in self._variable("phase")]
        return [plain.get(word, word) for word in words_at]

    def in_phase(self, word: str) -> NDArray[np.bool_]:
        return np.array([phase == word for phase in self.phase])

    # ---- results of a cue

    def series(self, lines: dict[str, Array], where: NDArray[np.bool_] | None = None) -> Measured:
        """One value per frame and line; `where` selects frames, for all lines or for each."""
        values = np.array(list(lines.values()), dtype=float)
        looked = np.broadcast_to(True if where is None else where, values.shape)
        values = np.where(looked, values, np.nan)
        gaps = int((looked.any(axis=0) & np.isnan(values).all(axis=0)).sum())
        return Measured(values, list(lines), self.time, self.time, gaps=gaps)

    def spans(self, where: NDArray[np.bool_]) -> Measured:
        """Duration of the selected frames in each repetition, s, including half a step at either end."""
        starts, ends = [], []
        for number in np.unique(self.repetition):
            frames = np.flatnonzero(where & (self.repetition == number))
            if len(frames):
                starts.append(max(self.time[frames[0]] - self.step / 2, self.time[0]))
                ends.append(min(self.time[frames[-1]] + self.step / 2, self.time[-1]))
        start, end = np.array(starts), np.array(ends)
        return Measured((end - start)[None], [""], start, end, slack=self.step)
