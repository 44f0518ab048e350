"""Records of a table of findings."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._core import InvalidArgument
from ..base import check
from ..models.subject import Subject
from .measures import Expression

if sys.version_info >= (3, 11):
    pass
else:
    pass


class Where:
    """A location in a table (file, table, field), used in error texts."""

    def __init__(self, *parts: str):
        self._parts = parts

    def __truediv__(self, part: object) -> Where:
        return Where(*self._parts, str(part))

    def __str__(self) -> str:
        return ": ".join(self._parts)

    def wrong(self, text: str) -> InvalidArgument:
        return InvalidArgument(f"{self}: {text}")

    def fields(
        self, given: object, required: Iterable[str], optional: Iterable[str]
    ) -> dict[str, Any]:
        """The fields of a TOML table, after checking that none is missing or unknown."""
        if not isinstance(given, dict):
            raise self.wrong(f"must be a table of fields, not {given!r}")
        required = list(required)
        known = [*required, *optional]
        for name in given:
            if name not in known:
                raise self.wrong(str(check.unknown("field", name, known)))
        for name in required:
            if name not in given:
                raise self.wrong(f"has no field {name!r}; it needs {', '.join(required)}")
        return given

    def text(self, given: object) -> str:
        if not isinstance(given, str) or not given.strip():
            raise self.wrong(f"must be text, not {given!r}")
        return given

    def number(self, given: object) -> float:
        if isinstance(given, bool) or not isinstance(given, int | float) or math.isnan(given):
            raise self.wrong(f"must be a number, not {given!r}")
        return float(given)

    def positive(self, given: object) -> float:
        value = self.number(given)
        if not 0 < value < math.inf:
            raise self.wrong(f"must be above 0, not {value:g}")
        return value


@dataclass(frozen=True)
class Source:
    """A paper: short citation, full reference, address, and how its numbers were obtained."""

    key: str
    cite: str
    text: str
    url: str
    read: str


@dataclass(frozen=True)
class Load:
    """The load: kg, a fraction of body mass, or a fraction of the maximum load the model lifts."""

    kind: str  # "kg", "body mass" or "maximum"
    value: float
    of: str = ""  # label of the trial whose maximum is meant; "" for this trial


@dataclass(frozen=True)
class Setting:
    """The value of one parameter: absolute, or relative to the value the exercise finds by itself."""

    value: float | str
    kind: str = "value"  # "value", "add", "times" or "height" (factor of stature)
    note: str = ""  # note of the result it is relative to, instead of the parameter itself


@dataclass(frozen=True)
class Trial:
    """A trial to simulate."""

    exercise: str
    subject: Subject
    load: Load | None = None
    settings: tuple[tuple[str, Setting], ...] = ()
    criterion: float | str = 2
    inertia: bool = True
    frames: int = 101


@dataclass(frozen=True)
class Published:
    """The published result, and the rule for the verdict.

    One `kind` of: "value" (`value` with `sd` or a relative `within`), "range" (`low`, `high`), "order"
    (labels, largest first; optionally `values` of mean and SD), "monotone" ("rises" or "falls"), or
    "unchanged" (relative change of at most `within`).
    """

    kind: str
    unit: str = ""
    text: str = ""
    value: float = math.nan
    sd: float = math.nan
    deviations: float = 2.0
    within: float = math.nan
    low: float = -math.inf
    high: float = math.inf
    neutral: float = math.nan
    order: tuple[str, ...] = ()
    values: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    way: str = ""
    comparable: bool = True
    basis: str = ""


@dataclass(frozen=True)
class Finding:
    """A published finding and its simulation."""

    id: str
    section: str
    statement: str
    source: Source
    condition: str
    published: Published
    trials: Mapping[str, Trial] = field(default_factory=dict)
    measures: Mapping[str, Expression] = field(default_factory=dict)
    each: bool = False  # whether one measure is evaluated in every trial
    varied: str = ""  # the parameter whose levels are the trials
    not_simulated: str = ""
    recorded: str = ""
    note: str = ""
    read: str = ""
    digits: int = 3


@dataclass(frozen=True)
class Table:
    """The findings of one or more files, in file order."""

    findings: tuple[Finding, ...]
    trials: Mapping[str, Trial]
    files: tuple[Path, ...]
