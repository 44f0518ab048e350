"""Rules that compare published with simulated results and give a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .records import Published

#: Verdicts on a finding; a run adds "error" where it could reach none.
VERDICTS = ("agrees", "direction only", "disagrees", "not simulated")

#: Relative differences below this count as equal; orders and trends require larger ones.
NO_DIFFERENCE = 0.01


def verdict(published: Published, numbers: Mapping[str, float]) -> str:
    """ "agrees", "direction only" or "disagrees".

    Parameters
    ----------
    published : Published
        The published result.
    numbers : mapping of str to float
        Simulated numbers by label, in the order of the levels; a single number may have any label.

    Notes
    -----
    - A value agrees within its band: the mean and two standard deviations unless the paper gives another.
      Outside it, the direction agrees if it lies on the published side of `neutral` (0 for a sign, 1 for a
      ratio); without `neutral` there is no direction.
    - An order agrees if each number exceeds the next, and lies in its band where `values` are given. The
      direction agrees if the whole order holds but a band does not, or if, of three or more numbers, the
      first exceeds the last.
    - A trend agrees if no step goes against it and the overall change follows it; the direction agrees if only
      the overall change does.
    - Quantities on a scale the simulation lacks (EMG as a fraction of a voluntary maximum) are not
      `comparable`: at best the direction agrees.
    """
    found = {
        "value": _band,
        "range": _band,
        "order": _order,
        "monotone": _monotone,
        "unchanged": _unchanged,
    }[published.kind](published, numbers)
    return "direction only" if found == "agrees" and not published.comparable else found


def band(published: Published) -> tuple[float, float]:
    """Smallest and largest value that agree."""
    if published.kind == "range":
        return published.low, published.high
    if published.sd == published.sd:
        half = published.deviations * published.sd
    else:
        half = published.within * abs(published.value)
    return published.value - half, published.value + half


def _band(published: Published, numbers: Mapping[str, float]) -> str:
    (number,) = numbers.values()
    low, high = band(published)
    if low <= number <= high:
        return "agrees"
    neutral = published.neutral
    if neutral != neutral:
        return "disagrees"
    centre = published.value if published.kind == "value" else _side(low, high, neutral)
    return "direction only" if (number - neutral) * (centre - neutral) > 0 else "disagrees"


def _side(low: float, high: float, neutral: float) -> float:
    """Any point of a possibly unbounded range, on the side of `neutral` where most of the range lies."""
    return neutral + (1 if high - neutral > neutral - low else -1)


def exceeds(a: float, b: float) -> bool:
    """Whether `a` exceeds `b` by more than `NO_DIFFERENCE`."""
    return a - b > NO_DIFFERENCE * max(abs(a), abs(b))


def _order(published: Published, numbers: Mapping[str, float]) -> str:
    values = [numbers[name] for name in published.order]
    if all(exceeds(a, b) for a, b in pairwise(values)):
        inside = all(
            abs(numbers[name] - mean) <= published.deviations * sd
            for name, (mean, sd) in published.values.items()
        )
        return "agrees" if inside else "direction only"
    extremes = len(values) > 2 and exceeds(values[0], values[-1])
    return "direction only" if extremes else "disagrees"


def _monotone(published: Published, numbers: Mapping[str, float]) -> str:
    values = list(numbers.values())
    if published.way == "falls":
        values.reverse()
    if not exceeds(values[-1], values[0]):
        return "disagrees"
    back = any(exceeds(a, b) for a, b in pairwise(values))
    return "direction only" if back else "agrees"


def _unchanged(published: Published, numbers: Mapping[str, float]) -> str:
    first, *rest = numbers.values()
    inside = all(abs(value - first) <= published.within * abs(first) for value in rest)
    return "agrees" if inside else "disagrees"
