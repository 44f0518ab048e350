"""What a call will need, from its counts, before it starts.

Costs are rounded from one measurement with the bundled model (86 muscles) on one core of a server processor of 2023;
another machine may take half or twice the time.
"""

from __future__ import annotations

import math
import resource
from dataclasses import dataclass
from pathlib import Path

from .._core import InvalidArgument

#: Bytes of a frame: eight numbers a muscle, and all else.
MUSCLE_FRAME, FRAME = 64, 5_000

#: Seconds of a trial without its frames, and of a frame: as usual, min-max, and with intervals.
TRIAL_TIME, FRAME_TIME, MINIMAX_TIME, INTERVALS_TIME = 0.02, 1e-4, 1.5e-3, 7.5e-3

#: Bytes of a study's trial for each factor, and how often a part is in memory while it is stored.
FACTOR, COPIES = 200, 3

#: Numbers of a trial's summaries.
SUMMARIES = 120

#: Share of a series that is left in a file.
COMPRESSED = 0.5

#: Bytes that every machine has.
_ALWAYS = 256_000_000


@dataclass(frozen=True)
class Estimate:
    """Seconds on one core, and bytes in memory at once and in the file."""

    seconds: float
    memory: float
    bytes: float = 0


def trial(
    muscles: int, frames: int, criterion: float = 2, intervals: bool = False, kept: int = 1
) -> Estimate:
    """One trial, or of several that are `kept` in memory at once."""
    each = MINIMAX_TIME if math.isinf(criterion) else FRAME_TIME
    seconds = TRIAL_TIME + frames * (each + (INTERVALS_TIME if intervals else 0))
    return Estimate(kept * seconds, kept * frames * (MUSCLE_FRAME * muscles + FRAME))


def study(
    one: Estimate, trials: int, factors: int, numbers: int, parts: int, chunk: int, whole: bool
) -> Estimate:
    """Many trials.

    Parameters
    ----------
    one : Estimate
        Of one of them.
    numbers : int
        How many are kept of the series of a trial.
    parts, chunk : int
        Parts that are in memory at once, and trials of a part.
    whole : bool
        Whether the result is in memory and not in a file.
    """
    row = 8 * (SUMMARIES + numbers)
    memory = trials * (factors + 1) * FACTOR + parts * (one.memory + COPIES * chunk * row)
    if whole:
        memory += trials * row
    return Estimate(trials * one.seconds, memory, trials * row * COMPRESSED)


def require_memory(what: str, needed: float, instead: str) -> None:
    """Refuses what this machine has no memory for.

    Parameters
    ----------
    what : str
        What needs it, as the error begins.
    needed : float
        Bytes.
    instead : str
        What to lower.

    Raises
    ------
    InvalidArgument
    """
    if needed > _ALWAYS and needed > (there := available_memory()):
        raise InvalidArgument(
            f"{what} would take about {size_text(needed)} of memory, and {size_text(there)} are available;"
            f" {instead}"
        )


def available_memory() -> float:
    """Bytes that this process can still take: of the machine, its control group and its own limit."""
    found = [math.inf]
    if (there := _number("/proc/meminfo", "MemAvailable:")) is not None:
        found.append(1024 * there)
    for group, most, used in (
        ("/sys/fs/cgroup", "memory.max", "memory.current"),
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        limit, taken = _number(f"{group}/{most}"), _number(f"{group}/{used}")
        if limit is not None and taken is not None:
            # files that are only cached are given back when memory is asked for
            cached = _number(f"{group}/memory.stat", "inactive_file") or 0
            found.append(limit - taken + cached)
    own, _ = resource.getrlimit(resource.RLIMIT_AS)
    mapped = _number("/proc/self/statm")
    if own != resource.RLIM_INFINITY and mapped is not None:
        found.append(own - mapped * resource.getpagesize())
    return max(0, min(found))


def _number(path: str, name: str = "") -> int | None:
    """The first number of a file, or that after a name; None if it is not there."""
    try:
        words = Path(path).read_text().split()
        return int(words[words.index(name) + 1 if name else 0])
    except (OSError, ValueError, IndexError):
        return None


def duration_text(seconds: float) -> str:
    """As "7.7 s", "12 min", "3.5 h"."""
    if seconds < 120:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def size_text(count: float) -> str:
    """As "2.57 MB"."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"
