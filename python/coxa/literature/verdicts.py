"""Rules: what was published beside what was simulated gives a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .records import Published

#: What can be said of a finding; "error" is what a run says when it could not say any of them.
VERDICTS = ("agrees", "direction only", "disagrees", "not simulated")

#: A relative difference below this is no difference: orders and trends need at least so much.
NO_DIFFERENCE = 0.01


def verdict(published: Published, numbers: Mapping[str, float]) -> str:
    """ "agrees", "direction only" or "disagrees".

    Parameters
    ----------
    published : Published
        What the paper found.
    numbers : mapping of str to float
        What was simulated, by label, in the order of the levels; one number is under whatever label.

    Notes
    -----
    - A value agrees within its band: mean and two standard deviations unless the paper gives another. Outside it,
      it has the direction if it lies on the published side of `neutral` (0 for a sign, 1 for a ratio); a value
      without `neutral` has no direction.
    - An order agrees if each number exceeds the next (and lies in its band where `values` are given); it has the
      direction if the whole order holds and a band does not, or if of three or more the first exceeds the last.
    - A trend agrees if no step goes the other way and the whole goes its way; the direction is there if only the
      whole does.
    - Figures on a scale that no simulation has (EMG as a share of a voluntary maximum) are not `comparable`:
      reproducing their direction is all that can be said, and so is the verdict.
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
    """Least and greatest value that agree."""
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
    """A place in a range that may have no end, on the side of the neutral where most of it lies."""
    return neutral + (1 if high - neutral > neutral - low else -1)


def exceeds(a: float, b: float) -> bool:
    """Whether a is greater than b by more than no difference."""
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
