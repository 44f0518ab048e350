"""Time and memory of a call, estimated from its counts before it starts.

The costs are rounded from one measurement with the bundled model (86 muscles then) on one core of a 2023
server processor; other machines may take half or twice the time.
"""

from __future__ import annotations

import math
import resource
from dataclasses import dataclass
from pathlib import Path

from .._core import InvalidArgument

#: Bytes of a frame: per muscle (eight numbers), and for everything else.
MUSCLE_FRAME, FRAME = 64, 5_000

#: Seconds of a trial without its frames, and of a frame: polynomial criterion, min-max, extra for intervals.
TRIAL_TIME, FRAME_TIME, MINIMAX_TIME, INTERVALS_TIME = 0.02, 1e-4, 1.5e-3, 7.5e-3

#: Bytes per trial and factor of a study; copies of a part in memory while it is being stored.
FACTOR, COPIES = 200, 3

#: Number of summary values of a trial.
SUMMARIES = 120

#: Compressed size of the series over their size in memory.
COMPRESSED = 0.5

#: Bytes that any machine is assumed to have.
_ALWAYS = 256_000_000


@dataclass(frozen=True)
class Estimate:
    """Seconds on one core, bytes in memory at once, and bytes in the file."""

    seconds: float
    memory: float
    bytes: float = 0


def trial(
    muscles: int, frames: int, criterion: float = 2, intervals: bool = False, kept: int = 1
) -> Estimate:
    """One trial; or `kept` trials whose results are all in memory at once."""
    each = MINIMAX_TIME if math.isinf(criterion) else FRAME_TIME
    seconds = TRIAL_TIME + frames * (each + (INTERVALS_TIME if intervals else 0))
    return Estimate(kept * seconds, kept * frames * (MUSCLE_FRAME * muscles + FRAME))


def study(
    one: Estimate, trials: int, factors: int, numbers: int, parts: int, chunk: int, whole: bool
) -> Estimate:
    """A study of many trials.

    Parameters
    ----------
    one : Estimate
        Of a single trial.
    trials, factors : int
    numbers : int
        Series values kept per trial.
    parts, chunk : int
        Parts in memory at once, and trials per part.
    whole : bool
        Whether the result is held in memory instead of a file.
    """
    row = 8 * (SUMMARIES + numbers)
    memory = trials * (factors + 1) * FACTOR + parts * (one.memory + COPIES * chunk * row)
    if whole:
        memory += trials * row
    return Estimate(trials * one.seconds, memory, trials * row * COMPRESSED)


def require_memory(what: str, needed: float, instead: str) -> None:
    """Refuse a call that needs more memory than is available.

    Parameters
    ----------
    what : str
        Subject of the error text.
    needed : float
        Bytes.
    instead : str
        Advice that ends the error text.

    Raises
    ------
    InvalidArgument
        If `needed` exceeds `available_memory`.
    """
    if needed > _ALWAYS and needed > (there := available_memory()):
        raise InvalidArgument(
            f"{what} would take about {size_text(needed)} of memory, and {size_text(there)} are available;"
            f" {instead}"
        )


def available_memory() -> float:
    """Bytes this process can still allocate: the least of free memory, cgroup limit and RLIMIT_AS."""
    found = [math.inf]
    if (there := _number("/proc/meminfo", "MemAvailable:")) is not None:
        found.append(1024 * there)
    for group, most, used in (
        ("/sys/fs/cgroup", "memory.max", "memory.current"),
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        limit, taken = _number(f"{group}/{most}"), _number(f"{group}/{used}")
        if limit is not None and taken is not None:
            # the page cache is reclaimed on demand
            cached = _number(f"{group}/memory.stat", "inactive_file") or 0
            found.append(limit - taken + cached)
    own, _ = resource.getrlimit(resource.RLIMIT_AS)
    mapped = _number("/proc/self/statm")
    if own != resource.RLIM_INFINITY and mapped is not None:
        found.append(own - mapped * resource.getpagesize())
    return max(0, min(found))


def _number(path: str, name: str = "") -> int | None:
    """The first integer in a file, or the one after the word `name`; None if there is none."""
    try:
        words = Path(path).read_text().split()
        return int(words[words.index(name) + 1 if name else 0])
    except (OSError, ValueError, IndexError):
        return None


def duration_text(seconds: float) -> str:
    """Such as "7.7 s", "12 min", "3.5 h"."""
    if seconds < 120:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def size_text(count: float) -> str:
    """Such as "2.57 MB"."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"
