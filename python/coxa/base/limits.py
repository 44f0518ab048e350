"""Limits on every count a call accepts, in one table, and the check that reads it."""

from __future__ import annotations

import numbers
from typing import NamedTuple

from .._core import InvalidArgument
from .check import shown


class Limit(NamedTuple):
    """Smallest and largest allowed count, the reason for the maximum, and what to do instead."""

    least: int
    most: int
    why: str
    instead: str


_PARTS = "run several studies with different seeds"
_DISPLAY = "no display shows more"

#: Every count a caller can set. Frames and repetitions are also limited in the core (`coxa/motion/limits.hpp`).
LIMITS = {
    "frames": Limit(2, 100_000, "5 s at 20 kHz, 1 GB of results", "101 show a repetition"),
    "samples": Limit(2, 100_000, "no more than frames", "101 show a repetition"),
    "trials": Limit(1, 10_000_000, "days on a hundred processors", _PARTS),
    "levels": Limit(1, 10_000, "each is checked by itself", "give a range and sample(n)"),
    "people": Limit(1, 1_000_000, "1 kB each", "draw a coxa.Population with the trials"),
    "seed": Limit(0, 2**32 - 2, "32 bits in the libraries that draw", "give a smaller one"),
    "chunk": Limit(1, 100_000, "a part is held in memory", "256 are enough to store cheaply"),
    "workers": Limit(1, 1_024, "threads of one machine", "give executor= for many machines"),
    "sets": Limit(1, 1_000, "a row of the table each", "simulate one workout and multiply"),
    "reps": Limit(1, 1_000, "no set is longer", "give more sets"),
    "exercises": Limit(1, 100, "a column of the table each", "compare fewer at once"),
    "criteria": Limit(1, 100, "a column of the table each", "five are usual"),
    "points": Limit(2, 10_000, _DISPLAY, "100 make a smooth curve"),
    "bins": Limit(2, 1_000, _DISPLAY, "10 show a trend"),
    "resamples": Limit(1, 100_000, "intervals no longer change", "1000 are usual"),
    "pool": Limit(2, 2_000, "every pair is compared", "ten times n is usual"),
    "draws": Limit(1, 10_000, "a trial each", "64 find what is wrong"),
    "fps": Limit(1, 240, _DISPLAY, "20 look smooth"),
    "width": Limit(100, 7_680, _DISPLAY, "720 pixels are usual"),
    "pictures": Limit(1, 20_000, "all are drawn", "lower fps, or raise speed"),
    "digits": Limit(1, 15, "a double has no more", "3 are usual"),
    "TOML bytes": Limit(0, 2_000_000, "a study is a page", "give ranges instead of lists"),
}


def check_count(
    name: str, value: object, limit: str | None = None, *, least: int | None = None
) -> int:
    """An integer within its limit.

    Parameters
    ----------
    name : str
        Name used in the error text.
    value : object
        A Python or numpy integer; bool and float are refused.
    limit : str, optional
        Row of `LIMITS`; by default `name`.
    least : int, optional
        Overrides the minimum of the table.

    Raises
    ------
    InvalidArgument
        If `value` is not an integer or is outside the limit.
    """
    row = LIMITS[limit or name]
    least = row.least if least is None else least
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        raise InvalidArgument(
            f"{name} must be a whole number of at least {least}, not {shown(value)}"
        )
    if value > row.most:  # type: ignore[operator]
        raise InvalidArgument(
            f"{name} must be a whole number from {least} to {row.most}, not {shown(value)}; {row.instead}"
        )
    return int(value)
