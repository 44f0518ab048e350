"""Integrals, means and samples of curves over time; where in a trial the load is lifted."""

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
    """Values [frames, ...] at other times, linear between frames; outside, those of the end."""
    right = np.clip(np.searchsorted(time, at), 1, len(time) - 1)
    left = right - 1
    share = np.clip((at - time[left]) / (time[right] - time[left]), 0, 1)
    share = share.reshape(-1, *[1] * (values.ndim - 1))
    # a frame that is hit exactly does not depend on its neighbour, which may be unsolved
    low = np.where(share == 1, 0, (1 - share) * values[left])
    return low + np.where(share == 0, 0, share * values[right])


@dataclass(frozen=True)
class Window:
    """A stretch of a trial, from `start` to `end`, s, which need not be frames."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        return self.end - self.start

    def cut(self, time: Array, values: Array) -> tuple[Array, Array]:
        """Times and values [frames, ...] within the window, its two ends interpolated."""
        inside = (time > self.start) & (time < self.end)
        ends = interpolate(time, values, np.array([self.start, self.end]))
        times = np.concatenate([[self.start], time[inside], [self.end]])
        return times, np.concatenate([ends[:1], values[inside], ends[1:]])

    def sample(self, time: Array, values: Array, percent: Array) -> Array:
        """Values [frames, ...] at percentages of the window's duration, linear between frames."""
        return interpolate(time, values, self.start + self.duration * percent / 100)

    def thirds(self) -> tuple[Window, Window, Window]:
        """Three stretches of the same duration."""
        a = self.start + self.duration / 3
        b = self.end - self.duration / 3
        return Window(self.start, a), Window(a, b), Window(b, self.end)


def integral(time: Array, values: Array) -> Array:
    """Integral over time of values [frames, ...], by the trapezium rule.

    The frames are dense and curves bend: the rule is short of or beyond the exact integral by at most h^2/12
    times the duration times the greatest second derivative, h being the time between frames.
    """
    steps = np.diff(time).reshape(-1, *[1] * (values.ndim - 1))
    return (steps * (values[1:] + values[:-1]) / 2).sum(axis=0)


def work(force: Array, length: Array) -> Array:
    """Work of a force along a path in each step between frames, [frames - 1, ...].

    The mean force of two frames times the change of length between them: the trapezium rule with length in
    the place of time, exact for a constant force, short or beyond as in `integral` otherwise. No
    derivative is taken.
    """
    return (force[1:] + force[:-1]) / 2 * np.diff(length, axis=0)


def _minimum_jerk(u: Array) -> Array:
    return u**3 * (10 - 15 * u + 6 * u**2)


def _minimum_jerk_inverse(s: Array) -> Array:
    low, high = np.zeros_like(s), np.ones_like(s)
    for _ in range(54):  # bits of a double
        middle = (low + high) / 2
        below = _minimum_jerk(middle) < s
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def repetition(dataset: xr.Dataset) -> Window:
    """The first repetition of a trial; all are the same and take the same time."""
    time = dataset["time"].values
    count = int(dataset["repetition"].values.max())
    return Window(float(time[0]), float(time[0] + (time[-1] - time[0]) / count))


def lifting(dataset: xr.Dataset) -> Window:
    """The lifting phase: the first concentric stretch of a trial.

    Its ends fall between frames. A planned movement goes from path 0 to 1 by the minimum-jerk law
    (Flash & Hogan 1985), so any two of its frames give both ends to rounding; where the path follows
    another law the stretch goes from the first concentric frame to the last.

    Raises
    ------
    InvalidArgument
        If no frames are concentric.
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
    inner = (path > 0.01) & (path < 0.99)  # the law is too flat at its ends to be inverted
    if inner.sum() < 2:
        return window
    t = time[first : last + 1][inner]
    u = _minimum_jerk_inverse(path[inner])
    slope, offset = np.polyfit(t - t[0], u, 1)
    if slope <= 0 or np.abs(offset + slope * (t - t[0]) - u).max() > 1e-6:
        return window
    start, end = t[0] - offset / slope, t[0] + (1 - offset) / slope
    # rounding must not reach beyond the trial
    return Window(max(float(start), float(time[0])), min(float(end), float(time[-1])))
