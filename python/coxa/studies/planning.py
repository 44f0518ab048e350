"""Checks and cost estimates before a study runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from time import perf_counter

from .._core import InvalidArgument
from ..base import check, estimate
from ..base.estimate import Estimate, duration_text, size_text
from .factors import Uncertain
from .measures import SERIES
from .part import Spec, run_part, run_rows

#: s, simulation time that `plan` may use.
_PLANNING = 10.0


@dataclass(frozen=True)
class Plan:
    """The estimated cost of a study.

    Attributes
    ----------
    trials : int
    seconds : float
        On `workers` threads of this machine, from a few timed trials.
    bytes : int
        Size of the file.
    memory : int
        Peak memory, besides that of Python and its libraries.
    """

    trials: int
    seconds: float
    bytes: int
    workers: int
    factors: list[str]
    memory: int

    def __repr__(self) -> str:
        lines = [
            f"{self.trials} trials, about {duration_text(self.seconds)} on {self.workers} workers,"
            f" about {size_text(self.bytes)}, with about {size_text(self.memory)} of memory"
        ]
        return "\n".join(lines + [f"  {line}" for line in self.factors])


def plan(spec: Spec, workers: int) -> Plan:
    """Estimate the cost of the trials of `spec` by simulating a few of them, unless they take long."""
    count = len(spec.design)
    expected = cost(spec, workers, chunk_of(count, 4 * workers), whole=False)
    given = spec.design.factors
    groups = Counter(f.group for f in given if isinstance(f, Uncertain))
    factors = [f"{f.name}: {f.shown}" for f in given if not isinstance(f, Uncertain)]
    factors += [f"{name}: {n} uncertain quantities" for name, n in groups.items()]
    rest = (workers, factors, round(expected.memory))
    fits = min(16, int(_PLANNING / _trial_cost(spec).seconds))
    if fits < 2:
        return Plan(count, expected.seconds / workers, round(expected.bytes), *rest)
    check_measures(spec)
    # spread over the whole design: some trials may fail, others may be slow
    tried = sorted({i * (count - 1) // (fits - 1) for i in range(fits)})
    values = tuple([values[i] for i in tried] for values in spec.design.values)
    some = replace(spec, design=replace(spec.design, values=values, count=len(tried)))
    one = len(run_part(some, 0, 1))
    begun = perf_counter()
    size = len(run_part(some, 0, len(tried)))
    each = (perf_counter() - begun) / len(tried)
    more = (size - one) / max(len(tried) - 1, 1)
    return Plan(count, each * count / workers, round(one + more * (count - 1)), *rest)


def cost(spec: Spec, parts: int, chunk: int, whole: bool) -> Estimate:
    """Estimated cost of a study, with `parts` parts in memory at once.

    Raises
    ------
    InvalidArgument
        If the memory available does not suffice.
    """
    muscles = len(spec.model.muscles)
    # other series than the default ones are assumed to have one value per muscle
    point = sum(8 if name in SERIES else muscles for name in spec.series)
    count = len(spec.design)
    of = (count, len(spec.design.factors), point * spec.samples, parts, chunk, whole)
    found = estimate.study(_trial_cost(spec), *of)
    instead = "lower workers, chunk, frames or samples" + (", or give a path" if whole else "")
    estimate.require_memory(f"a study of {count} trials", found.memory, instead)
    return found


def _trial_cost(spec: Spec) -> Estimate:
    options = spec.options.core
    muscles = len(spec.model.muscles)
    return estimate.trial(muscles, options.frames, options.criterion, options.intervals)


def chunk_of(trials: int, several: int) -> int:
    """Trials per part, for about `several` parts."""
    return min(-(-trials // several), 256)


def check_measures(spec: Spec) -> None:
    """Run a few trials, to find a wrong name or function before hours of work."""
    if not (spec.measures.to_dict() or set(spec.series) - set(SERIES)):
        return
    count = len(spec.design)
    several = any(f.name == "exercise" for f in spec.design.factors)
    every = replace(spec.measures, summaries=())
    tried = replace(spec, measures=every, options=replace(spec.options, strict=False))
    names: set[str] = set()
    for i in sorted({0, count // 2, count - 1}):
        variables = run_rows(tried, i, 1)["variables"]
        message = variables["trial_message"][1][0]
        if message.startswith("measure"):
            raise InvalidArgument(
                f"trial {i}: {message}; a measure must work on every solved trial"
            )
        names |= {n for n, v in variables.items() if v[2].get("role") == "summary"}
        if names and not several:
            break
    for name in spec.measures.summaries:
        # if no trial works, there is nothing to check against
        if names and name not in names:
            raise check.unknown("summary", name, sorted(names))
