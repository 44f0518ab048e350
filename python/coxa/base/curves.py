"""Integration, interpolation and phase windows of time series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .._core import InvalidArgument

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

CONCENTRIC = 0  # flag of `phase`


def interpolate(time: Array, values: Array, at: Array) -> Array:
    """Values [frames, ...] at other times, linear between frames; clamped outside the range."""
    right = np.clip(np.searchsorted(time, at), 1, len(time) - 1)
    left = right - 1
    share = np.clip((at - time[left]) / (time[right] - time[left]), 0, 1)
    share = share.reshape(-1, *[1] * (values.ndim - 1))
    # weight 0 must not propagate NaN from a neighbouring unsolved frame
    low = np.where(share == 1, 0, (1 - share) * values[left])
    return low + np.where(share == 0, 0, share * values[right])


@dataclass(frozen=True)
class Window:
    """A time interval of a trial, `start` to `end` in s; the ends need not be frames."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        return self.end - self.start

    def cut(self, time: Array, values: Array) -> tuple[Array, Array]:
        """Times and values [frames, ...] inside the window, with both ends interpolated."""
        inside = (time > self.start) & (time < self.end)
        ends = interpolate(time, values, np.array([self.start, self.end]))
        times = np.concatenate([[self.start], time[inside], [self.end]])
        return times, np.concatenate([ends[:1], values[inside], ends[1:]])

    def sample(self, time: Array, values: Array, percent: Array) -> Array:
        """Values [frames, ...] at `percent` of the window's duration, linear between frames."""
        return interpolate(time, values, self.start + self.duration * percent / 100)

    def thirds(self) -> tuple[Window, Window, Window]:
        """Three consecutive windows of equal duration."""
        a = self.start + self.duration / 3
        b = self.end - self.duration / 3
        return Window(self.start, a), Window(a, b), Window(b, self.end)


def integral(time: Array, values: Array) -> Array:
    """Integral over time of values [frames, ...], by the trapezoidal rule.

    The error is at most h^2/12 times the duration times the largest second derivative, h being the
    time between frames.
    """
    steps = np.diff(time).reshape(-1, *[1] * (values.ndim - 1))
    return (steps * (values[1:] + values[:-1]) / 2).sum(axis=0)


def work(force: Array, length: Array) -> Array:
    """Work of a force along a path in each interval between frames, [frames - 1, ...].

    Mean force of the two frames times the change of length between them: the trapezoidal rule over
    length, exact for a constant force, with the error of `integral` otherwise. No derivative is taken.
    """
    return (force[1:] + force[:-1]) / 2 * np.diff(length, axis=0)


def _minimum_jerk(u: Array) -> Array:
    return u**3 * (10 - 15 * u + 6 * u**2)


def _minimum_jerk_inverse(s: Array) -> Array:
    low, high = np.zeros_like(s), np.ones_like(s)
    for _ in range(54):  # bisection to the 53 bits of a double
        middle = (low + high) / 2
        below = _minimum_jerk(middle) < s
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def repetition(dataset: xr.Dataset) -> Window:
    """The first repetition of a trial; all repetitions are identical and of equal duration."""
    time = dataset["time"].values
    count = int(dataset["repetition"].values.max())
    return Window(float(time[0]), float(time[0] + (time[-1] - time[0]) / count))


def lifting(dataset: xr.Dataset) -> Window:
    """The lifting phase: the first concentric interval of a trial.

    Its ends generally fall between frames. A planned movement follows `path` from 0 to 1 by the
    minimum-jerk law (Flash & Hogan 1985), so a line through the inverted law at its inner frames gives
    both ends to rounding. If `path` is missing or follows another law, the interval runs from the first
    to the last concentric frame.

    Raises
    ------
    InvalidArgument
        If fewer than two frames are concentric.
    """
    time = dataset["time"].values
    phase = dataset["phase"].values
    frames = np.flatnonzero(phase == CONCENTRIC)
    if len(frames) < 2:
        raise InvalidArgument(
            f"{dataset.attrs.get('exercise', 'the trial')} has {len(frames)} frames of lifting in"
            f" {len(time)}; at least 2 are needed: give more frames or a slower lift"
        )
    first = int(frames[0])
    last = first + int(np.argmin(np.append(phase[first:] == CONCENTRIC, False))) - 1
    window = Window(float(time[first]), float(time[last]))
    if "path" not in dataset:
        return window
    path = dataset["path"].values[first : last + 1]
    inner = (path > 0.01) & (path < 0.99)  # the law is too flat near its ends to invert
    if inner.sum() < 2:
        return window
    t = time[first : last + 1][inner]
    u = _minimum_jerk_inverse(path[inner])
    slope, offset = np.polyfit(t - t[0], u, 1)
    if slope <= 0 or np.abs(offset + slope * (t - t[0]) - u).max() > 1e-6:
        return window
    start, end = t[0] - offset / slope, t[0] + (1 - offset) / slope
    # rounding must not place the ends outside the trial
    return Window(max(float(start), float(time[0])), min(float(end), float(time[-1])))
