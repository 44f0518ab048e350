"""Consequences of technique faults: the same exercise done in several ways, as a table and as a figure."""

from .figures.faults import before_after
from .trials.faults import consequences

__all__ = ["before_after", "consequences"]
