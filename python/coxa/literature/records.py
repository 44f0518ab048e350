"""What a table of findings holds."""

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
    """A place in a table, for the texts of errors: file, table, field."""

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
        """The fields of a table of the file, none missing, none unknown."""
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
    """A paper: how a table cites it, what it is, where it is, and how its figures were read."""

    key: str
    cite: str
    text: str
    url: str
    read: str


@dataclass(frozen=True)
class Load:
    """How heavy: kg, a share of body mass, or a share of the heaviest load that the model lifts."""

    kind: str  # "kg", "body mass" or "maximum"
    value: float
    of: str = ""  # the trial whose maximum is meant; this one's if empty


@dataclass(frozen=True)
class Setting:
    """Value of one parameter: as given, or relative to what the exercise finds when it is left out."""

    value: float | str
    kind: str = "value"  # "value", "add", "times" or "height" (times stature)
    note: str = ""  # the note of the result that it is relative to, instead of the parameter


@dataclass(frozen=True)
class Trial:
    """One trial to simulate."""

    exercise: str
    subject: Subject
    load: Load | None = None
    settings: tuple[tuple[str, Setting], ...] = ()
    criterion: float | str = 2
    inertia: bool = True
    frames: int = 101


@dataclass(frozen=True)
class Published:
    """What a paper found, and what follows for the verdict.

    Exactly one `kind`: "value" (`value` with `sd` or a relative `within`), "range" (`low`, `high`), "order"
    (labels, greatest first; perhaps `values` of mean and SD), "monotone" ("rises" or "falls"), or "unchanged"
    (at most a relative change of `within`).
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
    """One published finding and how it is simulated."""

    id: str
    section: str
    statement: str
    source: Source
    condition: str
    published: Published
    trials: Mapping[str, Trial] = field(default_factory=dict)
    measures: Mapping[str, Expression] = field(default_factory=dict)
    each: bool = False  # one measure, taken of every trial
    varied: str = ""  # the parameter whose levels the trials are
    not_simulated: str = ""
    recorded: str = ""
    note: str = ""
    read: str = ""
    digits: int = 3


@dataclass(frozen=True)
class Table:
    """The findings of some files, in their order."""

    findings: tuple[Finding, ...]
    trials: Mapping[str, Trial]
    files: tuple[Path, ...]
