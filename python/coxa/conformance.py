"""Conformance of exercises to their contract; `check(name)` gives a table of rules."""

from .authoring.conformance import DRAWS, OTHERS, PERSON, SEED, check, draw, passed
from .authoring.rules import Finding

__all__ = ["DRAWS", "OTHERS", "PERSON", "SEED", "Finding", "check", "draw", "passed"]
