"""What a fault of form changes: the same exercise done in several ways, as a table and as a picture."""

from .figures.faults import before_after
from .trials.faults import consequences

__all__ = ["before_after", "consequences"]
