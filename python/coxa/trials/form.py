"""Coaching cues checked on a trial: what was measured, its limit and the source of it, and where it fails."""

from __future__ import annotations

import csv
import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from .._core import FileError, InvalidArgument
from ..base import check
from ..base.doors import answer
from ..base.html import text_table
from ..base.resources import DATA
from ..base.tables import Table
from .cues import CUES
from .labels import subtitle, title
from .posture import Reading
from .recorded import Measured, NotApplicable
from .result import Result

PASS, FAIL, NOT_APPLICABLE = "pass", "fail", "not applicable"

#: What a limit is based on.
BASES = ("measured", "published rule", "geometry", "coaching practice")

NOTE = (
    "Limits that rest on coaching practice are what coaches teach, not thresholds of injury: no published study"
    " of injury rates or of loads against faults was found for the hip thrust. Research software: not medical or"
    " training advice."
)

COLUMNS = ("cue", "title", "measured", "unit", "low", "high", "basis", "sources", "limit_note", "advice")  # fmt: skip


@dataclass(frozen=True)
class Limit:
    """The limit of one cue: a row of the table `data/form/cues.csv`.

    Attributes
    ----------
    cue, title, measured : str
        Identifier of the cue, its wording by coaches, and the definition of the measured value.
    unit : str
        Of the measured value and of `low` and `high`, which are -inf and inf if there is no such bound.
    basis : str
        One of `BASES`.
    sources : tuple of str
        Full citations.
    note : str
        What the sources report, and how the limit was chosen from it.
    advice : str
        What to change if the cue fails.
    """

    cue: str
    title: str
    measured: str
    unit: str
    low: float
    high: float
    basis: str
    sources: tuple[str, ...]
    note: str
    advice: str

    @property
    def text(self) -> str:
        """The allowed range as text."""
        low, high, unit = f"{self.low:g}", f"{self.high:g}", self.unit
        if math.isinf(self.low):
            return f"at most {high} {unit}"
        return f"at least {low} {unit}" if math.isinf(self.high) else f"{low} to {high} {unit}"


@dataclass(frozen=True)
class Cue:
    """The verdict on one cue for one trial.

    Attributes
    ----------
    limit : Limit
        The limit and the definition of the measured value.
    verdict : str
        "pass", "fail" or "not applicable".
    reason : str
        Why the cue does not apply; otherwise "".
    value : float
        The worst value of the trial, in `unit`: the farthest outside the limit, or the nearest to it.
    of : str
        Side or part that the value belongs to; "" if there is only one.
    repetition, repetitions : int
        Repetition of the worst value, counted from 1, and their number; 0 if the cue does not apply.
    phase : str
        Phase of the worst value: "up", "hold", "down" or "rest".
    time, percent : float
        Time of the worst value: in s, and in % of its repetition.
    spans : tuple of (float, float)
        Start and end, s, of every interval in which the cue fails.
    failing : tuple of int
        Repetitions, counted from 1, in which it fails.
    resolution : float
        Resolution of the value due to the spacing of frames, in `unit`; violations within it count as met.
    gaps : int
        Number of relevant frames without a value, such as unsolved ones.
    """

    limit: Limit
    verdict: str
    reason: str = ""
    value: float = math.nan
    of: str = ""
    repetition: int = 0
    repetitions: int = 0
    phase: str = ""
    time: float = math.nan
    percent: float = math.nan
    spans: tuple[tuple[float, float], ...] = ()
    failing: tuple[int, ...] = ()
    resolution: float = 0.0
    gaps: int = 0

    @property
    def name(self) -> str:
        """Identifier of the cue."""
        return self.limit.cue

    @property
    def title(self) -> str:
        """The cue as coaches word it."""
        return self.limit.title

    @property
    def unit(self) -> str:
        """Unit of the measured value."""
        return self.limit.unit

    @property
    def why(self) -> str:
        """Sentences on what was measured, where the limit comes from, and what to try."""
        limit = self.limit
        return f"{limit.title}. Measured: {limit.measured}. Limit: {limit.note}. To try: {limit.advice}."

    @property
    def passed(self) -> bool:
        """Whether the verdict is "pass"."""
        return self.verdict == PASS

    @property
    def failed(self) -> bool:
        """Whether the verdict is "fail"."""
        return self.verdict == FAIL

    @property
    def value_text(self) -> str:
        """The value with resolution, unit and side; empty if there is none."""
        if math.isnan(self.value):
            return ""
        digits = 0 if abs(self.value) >= 100 else 1 if abs(self.value) >= 10 else 2
        text = f"{self.value:.{digits}f}"
        # no sign on a rounded zero
        text = text.removeprefix("-") if float(text) == 0 else text
        within = f" ± {self.resolution:.2f}" if self.resolution > 0 else ""
        return f"{text}{within} {self.unit}" + (f", {self.of}" if self.of else "")

    @property
    def where(self) -> str:
        """Where the cue fails, or where its worst value is if it passes, or why it does not apply."""
        if self.verdict == NOT_APPLICABLE:
            return self.reason
        whose = f"repetition {self.repetition}" if self.repetitions > 1 else ""
        parts = [whose, self.phase, f"{self.percent:.0f} % of the rep"]
        text = ", ".join(part for part in parts if part)
        if not self.failed:
            return text
        spans = [f"{a:.2f}-{b:.2f}" if b > a else f"{a:.2f}" for a, b in self.spans]
        shown = ", ".join(spans[:3]) + (f" and {len(spans) - 3} more" if len(spans) > 3 else "")
        return f"{text}; at {shown} s"

    def __repr__(self) -> str:
        value = self.value_text
        told = f"{value} ({self.limit.text})" if value else self.reason
        return f"<coxa.Cue {self.name}: {self.verdict}, {told}>"


class FormCheck(Sequence[Cue]):
    """The verdicts on all cues for one trial, a sequence of `Cue`; prints as a table.

    `check["neutral_spine"]` looks one up by name.
    """

    #: Scope of the limits.
    note = NOTE
    #: Headings of the printed table.
    heads = ("", "cue", "worst", "allowed", "limit from", "where")

    def __init__(self, cues: Sequence[Cue], heading: str = ""):
        self.cues = tuple(cues)
        self.heading = heading

    @property
    def passed(self) -> bool:
        """Whether no cue fails and at least one applies."""
        return not self.failed and any(cue.passed for cue in self.cues)

    @property
    def failed(self) -> tuple[Cue, ...]:
        """The cues that fail."""
        return tuple(cue for cue in self.cues if cue.failed)

    @property
    def not_applicable(self) -> tuple[Cue, ...]:
        """The cues that do not apply."""
        return tuple(cue for cue in self.cues if cue.verdict == NOT_APPLICABLE)

    def __len__(self) -> int:
        return len(self.cues)

    def __iter__(self) -> Iterator[Cue]:
        return iter(self.cues)

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return self.cues[key]
        by_name = {cue.name: cue for cue in self.cues}
        if key not in by_name:
            raise check.unknown("cue", key, by_name)
        return by_name[key]

    def to_dataframe(self) -> Table:
        """One row per cue: verdict, value, definition, limit, sources and advice."""
        rows = {cue.name: _row(cue) for cue in self.cues}
        return Table.from_dict(rows, orient="index").rename_axis("name")

    def to_dict(self) -> dict[str, Any]:
        """The same content as plain values, for JSON."""
        return {
            "passed": self.passed,
            "failed": [cue.name for cue in self.failed],
            "cues": [{"name": cue.name, **_row(cue)} for cue in self.cues],
            "note": self.note,
        }

    @property
    def verdict(self) -> str:
        """The overall outcome in one phrase."""
        judged = len(self.cues) - len(self.not_applicable)
        if not judged:
            return "no cue could be judged"
        if self.passed:
            return f"all {judged} cues that apply are met"
        return f"{len(self.failed)} of {judged} cues fail"

    def lines(self) -> list[tuple[str, str, str, str, str, str]]:
        """Rows of the printed table, failures first."""
        marks = {PASS: "pass", FAIL: "FAIL", NOT_APPLICABLE: "-"}
        order = sorted(self.cues, key=lambda cue: (FAIL, PASS, NOT_APPLICABLE).index(cue.verdict))
        rows = []
        for cue in order:
            allowed = (cue.limit.text, cue.limit.basis)
            allowed = ("", "") if cue.verdict == NOT_APPLICABLE else allowed
            rows.append((marks[cue.verdict], cue.title, cue.value_text, *allowed, cue.where))
        return rows

    def __repr__(self) -> str:
        lines = [self.heading] if self.heading else []
        lines += text_table([self.heads, *self.lines()])
        lines += [cue.why for cue in self.failed]
        lines.append(f"{self.verdict}. {self.note}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        def cells(row: Sequence[str], tag: str, hint: str = "") -> str:
            style = " style='text-align:left'"
            title = f" title='{escape(hint, quote=True)}'" if hint else ""
            return f"<tr{title}>{''.join(f'<{tag}{style}>{escape(c)}</{tag}>' for c in row)}</tr>"

        by_title = {cue.title: cue for cue in self.cues}
        body = "".join(
            cells(row, "td", f"{(limit := by_title[row[1]].limit).measured}. {limit.note}")
            for row in self.lines()
        )
        advice = "".join(
            f"<li>{escape(cue.title)}: {escape(cue.limit.advice)}</li>" for cue in self.failed
        )
        return (
            f"<h4>{escape(self.heading)}</h4><table><thead>{cells(self.heads, 'th')}</thead>"
            f"<tbody>{body}</tbody></table><ul>{advice}</ul>"
            f"<p>{escape(self.verdict)}. {escape(self.note)}</p>"
        )


def check_form(
    trial: Result | str | os.PathLike[str],
    *,
    limits: str | os.PathLike[str] | None = None,
) -> FormCheck:
    """Check coaching cues on a trial, simulated or measured.

    Parameters
    ----------
    trial : Result or path
        A result of `coxa.simulate` or `coxa.load`, or the file of one trial.
    limits : path, optional
        Another table of limits, in the format of the package's `data/form/cues.csv`.

    Returns
    -------
    FormCheck
        One `Cue` per row of the table: the worst value over all repetitions, its limit with the source, and
        "pass", "fail", or "not applicable" with the reason. Which cues apply follows from the trial: which
        parts of the body are supported, which leg works, where the load is. Frames without a value
        (unsolved ones) are skipped and counted in `Cue.gaps`.

    Raises
    ------
    InvalidArgument
        If `trial` is neither of these or holds many trials, or the table of limits is invalid.
    UnknownName
        If the table of limits names an unknown cue.
    FileError
        If the file cannot be read.
    """
    if isinstance(trial, str | os.PathLike):
        trial = answer("saved trial", trial)
    if not isinstance(trial, Result):
        raise InvalidArgument(
            f"check_form takes a coxa.Result or the path of one, not {type(trial).__name__}"
        )
    table = read_limits(limits)
    reading = Reading(trial)
    found = [_judge(limit, CUES[limit.cue], reading) for limit in table]
    # measured trials may lack the solver's flags
    told = [title(trial), subtitle(trial) if "status" in trial else ""]
    return FormCheck(found, "   ·   ".join(part for part in told if part))


def read_limits(path: str | os.PathLike[str] | None = None) -> list[Limit]:
    """Read a table of limits; by default the package's.

    Raises
    ------
    FileError
        If it cannot be read or is not UTF-8 text.
    InvalidArgument
        If a column is missing, a cue is given twice, a bound is not a number, or `low` exceeds `high`.
    UnknownName
        If a cue is unknown.
    """
    table = DATA / "form" / "cues.csv" if path is None else Path(path)
    citations = {row["source"]: row["citation"] for row in _rows(DATA / "form" / "sources.csv")}
    rows = _rows(table)
    limits: dict[str, Limit] = {}
    for row in rows:
        lacking = [column for column in COLUMNS if row.get(column) is None]
        if lacking:
            raise InvalidArgument(f"{table}: a row lacks {', '.join(lacking)}")
        name = row["cue"]
        if name not in CUES:
            raise check.unknown("cue", name, CUES)
        if name in limits:
            raise InvalidArgument(f"{table}: cue {name!r} is given twice")
        low = _bound(table, name, row["low"], -math.inf)
        high = _bound(table, name, row["high"], math.inf)
        if low > high:
            raise InvalidArgument(f"{table}: {name} allows from {low:g} to {high:g}: nothing")
        # an unknown key of the sources is a citation itself
        limits[name] = Limit(
            low=low,
            high=high,
            basis=check.choice(f"{table}: basis of {name}", row["basis"], BASES),
            sources=tuple(citations.get(key, key) for key in row["sources"].split()),
            note=row["limit_note"],
            **{column: row[column] for column in ("cue", "title", "measured", "unit", "advice")},
        )
    if not limits:
        raise InvalidArgument(f"{table} holds no cue")
    return list(limits.values())


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        text = getattr(error, "strerror", None) or "it is no table of text"
        raise FileError(f"cannot read {path}: {text}") from None


def _bound(table: Path, name: str, text: str, none: float) -> float:
    if not text.strip():
        return none
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InvalidArgument(f"{table}: a limit of {name} must be a number or empty, not {text!r}")
    return value


def _judge(limit: Limit, measure: Any, trial: Reading) -> Cue:
    try:
        found: Measured = measure(trial)
    except NotApplicable as why:
        return Cue(limit, NOT_APPLICABLE, str(why))
    values = found.values
    if values.size == 0 or not np.isfinite(values).any():
        return Cue(limit, NOT_APPLICABLE, "no frame holds a value")

    # distance beyond the limit, negative inside; rounded, so that the first of equal values is the worst
    beyond = np.maximum(limit.low - values, values - limit.high) - found.slack
    beyond = np.round(beyond, 6)
    worst_line = np.nanargmax(np.where(np.isnan(beyond), -np.inf, beyond).max(axis=1))
    worst = int(np.nanargmax(beyond[worst_line]))
    failing = np.nan_to_num(beyond, nan=-np.inf).max(axis=0) > 0
    first = np.searchsorted(trial.time, found.start)
    repetition = trial.repetition[np.minimum(first, trial.frames - 1)]
    frames = np.flatnonzero(
        (trial.time >= found.start[worst] - 1e-9) & (trial.time <= found.end[worst] + 1e-9)
    )
    number = int(repetition[worst])
    own = trial.time[trial.repetition == number]
    moment = float((found.start[worst] + found.end[worst]) / 2)
    length = float(own[-1] - own[0])
    return Cue(
        limit,
        FAIL if failing.any() else PASS,
        value=float(values[worst_line, worst]),
        of=found.labels[worst_line],
        repetition=number,
        repetitions=len(np.unique(trial.repetition)),
        phase=_phase([trial.phase[i] for i in frames]),
        time=moment,
        percent=100 * (moment - float(own[0])) / length if length > 0 else 0.0,
        spans=_spans(failing, found.start, found.end, 1.5 * trial.step),
        failing=tuple(int(n) for n in np.unique(repetition[failing])),
        resolution=found.slack,
        gaps=found.gaps,
    )


def _phase(words: list[str]) -> str:
    # the majority: the ends of a span may fall on frames of the neighbouring phase
    return Counter(words).most_common(1)[0][0] if words else ""


def _spans(failing: Any, start: Any, end: Any, gap: float) -> tuple[tuple[float, float], ...]:
    spans: list[tuple[float, float]] = []
    previous = -2
    for i in np.flatnonzero(failing).tolist():
        if i == previous + 1 and start[i] - end[previous] <= gap:
            spans[-1] = (spans[-1][0], float(end[i]))
        else:
            spans.append((float(start[i]), float(end[i])))
        previous = i
    return tuple(spans)


def _row(cue: Cue) -> dict[str, Any]:
    limit = cue.limit
    # the failing interval that contains the worst value
    span = next((s for s in cue.spans if s[0] <= cue.time <= s[1]), (math.nan, math.nan))
    return {
        "cue": cue.title,
        "verdict": cue.verdict,
        "value": cue.value,
        "unit": cue.unit,
        "of": cue.of,
        "low": limit.low,
        "high": limit.high,
        "basis": limit.basis,
        "repetition": cue.repetition,
        "phase": cue.phase,
        "percent": cue.percent,
        "time": cue.time,
        "fails_from": span[0],
        "fails_to": span[1],
        "failing_repetitions": list(cue.failing),
        "resolution": cue.resolution,
        "gaps": cue.gaps,
        "reason": cue.reason,
        "measured": limit.measured,
        "limit_note": limit.note,
        "sources": "; ".join(limit.sources),
        "advice": limit.advice,
    }
