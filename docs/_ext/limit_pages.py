"""The limits of counts, from the table that calls are checked against."""

from __future__ import annotations

from coxa.base.limits import LIMITS
from pages import table, write


def generate() -> None:
    rows = [
        (f"`{name}`", f"{limit.least:,}", f"{limit.most:,}", limit.why, limit.instead)
        for name, limit in LIMITS.items()
    ]
    write("count_limits.md", table(("Count", "Minimum", "Maximum", "Reason", "Advice"), rows))
