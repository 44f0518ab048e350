"""`coxa.validate`: simulation of every finding of a table, and the verdicts."""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from .._core import FileError, InvalidArgument
from ..base import check
from ..base.progress import Progress
from ..studies.running import worker_count
from . import bundled, report, strength
from .measures import NoValue, Taken
from .records import Finding, Trial
from .table import read_table, read_tables
from .trials import Bench, Failed, describe
from .verdicts import VERDICTS, verdict

#: Verdict if none could be reached: an unknown exercise, a failed trial, a measure without a value.
ERROR = "error"

#: Remark on trials in which reserves supplied what no muscle or support could.
RESERVES = "with reserves"


@dataclass(frozen=True)
class Row:
    """One finding with its simulation and verdict."""

    id: str
    section: str
    finding: str
    condition: str
    published: str
    simulated: str
    verdict: str
    recorded: str
    rule: str
    source: str
    reference: str
    url: str
    read: str
    note: str
    remarks: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    trials: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether the verdict differs from the recorded one; an error always does."""
        return self.verdict == ERROR or (self.recorded != "" and self.verdict != self.recorded)


class Validation:
    """The result of `coxa.validate`: one `Row` per finding, in the order of the table."""

    def __init__(self, rows: Iterable[Row], files: Iterable[Path] = ()):
        self.rows = list(rows)
        self.files = tuple(files)

    @property
    def differing(self) -> list[Row]:
        """Rows whose verdict differs from the recorded one."""
        return [row for row in self.rows if row.differs]

    @property
    def ok(self) -> bool:
        """Whether no verdict differs from the recorded one."""
        return not self.differing

    def counts(self) -> dict[str, int]:
        """Number of findings by verdict."""
        found = Counter(row.verdict for row in self.rows)
        return {word: found[word] for word in (*VERDICTS, ERROR) if found[word]}

    def to_dataframe(self) -> pd.DataFrame:
        """One row per finding, with all columns."""
        rows = [
            {k: v for k, v in asdict(row).items() if k not in ("id", "trials")} for row in self.rows
        ]
        return pd.DataFrame(rows, index=pd.Index([row.id for row in self.rows], name="id"))

    def to_markdown(self) -> str:
        """The table as in the documentation, followed by the causes of disagreements."""
        return report.markdown(self)

    def to_csv(self) -> str:
        """The table with all columns except the trials."""
        return report.csv_text(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the table to a `.csv` or `.md` file, atomically.

        An existing Markdown file with the comments `<!-- validate:begin -->` and `<!-- validate:end -->`
        keeps all text outside them.

        Raises
        ------
        InvalidArgument
            If the path ends with another extension.
        FileError
            If the file cannot be written.
        """
        target = check.output_path(path, (".csv", ".md"))
        if target.suffix.lower() == ".csv":
            return report.write(target, self.to_csv())
        old = _read_text(target) if target.exists() else ""
        return report.write(target, report.between_marks(old, self.to_markdown()))

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {word}" for word, count in self.counts().items())
        return f"<coxa.Validation: {len(self.rows)} findings: {counts}>"

    def __str__(self) -> str:
        return self.to_markdown()


def validate(
    only: str | Iterable[str] | None = None,
    *,
    table: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    progress: bool | None = None,
) -> Validation:
    """Simulate published findings and judge whether the simulation agrees with each.

    Parameters
    ----------
    only : str or list of str, optional
        Names of findings; `*` matches any characters, as in "thrust_*", or "strength_*": torques, passive
        torques and moment arms of the bundled model.
    table : path, optional
        A TOML file with your own findings instead of the bundled ones; data/literature/README.md describes
        the format. It may refer to trials and papers of the bundled tables.
    workers : int, optional
        Number of threads; by default all cores available to this process.
    progress : bool, optional
        Show a progress bar; by default only if standard error is a terminal.

    Returns
    -------
    Validation
        Rows with the verdict "agrees", "direction only", "disagrees", "not simulated" (with the reason) or
        "error" (an unknown exercise, a failed trial).

    Raises
    ------
    InvalidArgument
        If `only` names nothing, or the table is invalid: the message names file, finding and field.
    UnknownName
        If there is no such finding.
    FileError
        If the table cannot be read.
    """
    found = read_table(table) if table is not None else read_tables(bundled.files())
    # those on strength belong to the bundled tables
    more = {} if table is not None else {m.finding.id: m for m in strength.measures()}
    names = _chosen([f.id for f in found.findings] + list(more), only)
    findings = [finding for finding in found.findings if finding.id in names]
    workers = worker_count(workers)
    trials = [trial for finding in findings for trial in finding.trials.values()]
    with Progress(len(trials), wanted=progress) as bar:

        def show(done: int, total: int) -> None:
            bar.advance(round(len(trials) * done / total) - bar.done)

        bench = Bench(found.trials, workers, show)
        bench.run(trials)
    rows = [_row(finding, bench) for finding in findings]
    rows += [_strength_row(each) for name, each in more.items() if name in names]
    return Validation(rows, found.files)


def _chosen(names: list[str], only: str | Iterable[str] | None) -> set[str]:
    """The names that `only` asks for."""
    if only is None:
        return set(names)
    wanted = [only] if isinstance(only, str) else list(only)
    if not wanted:
        raise InvalidArgument("only names no finding; leave it out for all of them")
    chosen = set()
    for pattern in wanted:
        found = [name for name in names if fnmatchcase(name, str(pattern))]
        if not found:
            raise check.unknown("finding", pattern, names)
        chosen.update(found)
    return chosen


def _row(finding: Finding, bench: Bench) -> Row:
    numbers: dict[str, float] = {}
    remarks: list[str] = []
    descriptions: list[str] = []
    if finding.not_simulated:
        said, simulated = "not simulated", finding.not_simulated
    else:
        try:
            taken = {label: _taken(label, trial, bench) for label, trial in finding.trials.items()}
            descriptions = [
                describe(trial, taken[label]) for label, trial in finding.trials.items()
            ]
            remarks = _remarks(taken)
            numbers = _measure(finding, taken)
            said = verdict(finding.published, numbers)
            simulated = report.simulated(finding, numbers)
            if any(RESERVES in remark for remark in remarks):
                simulated += f" ({RESERVES})"
        except Failed as error:
            said, simulated = ERROR, str(error)
    return _told(finding, said, simulated, numbers, remarks, descriptions)


def _strength_row(measure: strength.Measure) -> Row:
    finding, value = measure.finding, measure.number()
    if math.isnan(value):
        return _told(finding, "not simulated", "the model has no such muscle")
    numbers = {"": value}
    said, simulated = verdict(finding.published, numbers), report.simulated(finding, numbers)
    return _told(finding, said, simulated, numbers)


def _told(
    finding: Finding,
    said: str,
    simulated: str,
    numbers: Mapping[str, float] = MappingProxyType({}),
    remarks: Iterable[str] = (),
    descriptions: Iterable[str] = (),
) -> Row:
    return Row(
        id=finding.id,
        section=finding.section,
        finding=finding.statement,
        condition=finding.condition,
        published=report.published(finding),
        simulated=simulated,
        verdict=said,
        recorded=finding.recorded,
        rule=report.rule(finding.published),
        source=finding.source.cite,
        reference=finding.source.text,
        url=finding.source.url,
        read=finding.read or finding.source.read,
        note=finding.note,
        remarks="; ".join(remarks),
        numbers=dict(numbers),
        trials=tuple(descriptions),
    )


def _taken(label: str, trial: Trial, bench: Bench) -> Taken:
    try:
        return bench.taken(trial)
    except Failed as error:
        raise Failed(f"{label}: {error}" if label else str(error)) from None


def _measure(finding: Finding, taken: Mapping[str, Taken]) -> dict[str, float]:
    numbers = {}
    if finding.each:
        (expression,) = finding.measures.values()
        jobs = [(label, expression, {"": one}) for label, one in taken.items()]
    else:
        jobs = [(label, expression, dict(taken)) for label, expression in finding.measures.items()]
    for label, expression, of in jobs:
        try:
            numbers[label] = expression(of)
        except NoValue as error:
            name = "measure" + (f" {label}" if label else "")
            raise Failed(f"{name} ({expression.text}): {error}") from None
    return numbers


def _remarks(taken: Mapping[str, Taken]) -> list[str]:
    """Warnings about a trial that affect how far its numbers can be trusted."""
    remarks = []
    for label, one in taken.items():
        status = one.dataset["status"].values
        of = f" of {label}" if label else ""
        for bit, text in ((1, "unsolved"), (2, RESERVES)):
            if count := int((status & bit != 0).sum()):
                remarks.append(f"{count} of {status.size} frames{of} {text}")
    return remarks


# ---- maintenance of a table


def record(validation: Validation) -> list[str]:
    """Write the verdicts of a run into the files of its table; returns the changes, one line each.

    For maintainers of a table, who review each line before committing it. Errors are not recorded. Only
    lines `verdict = "..."` are changed, so comments and order are kept.

    Raises
    ------
    InvalidArgument
        If a finding has no line `[findings.NAME]` of its own.
    """
    changes = []
    texts = {path: _read_text(path) for path in validation.files}
    written = dict(texts)
    for row in validation.rows:
        # findings on strength have no recorded verdict
        if row.verdict in (ERROR, row.recorded) or row.section == strength.SECTION:
            continue
        for path, text in written.items():
            if (changed := _with_verdict(text, row.id, row.verdict)) is not None:
                written[path] = changed
                changes.append(
                    f"{row.id}: {row.recorded or 'nothing'} -> {row.verdict} ({row.simulated})"
                )
                break
        else:
            raise InvalidArgument(
                f"finding {row.id} has no line [findings.{row.id}] to record under"
            )
    for path, text in written.items():
        if text != texts[path]:
            report.write(check.output_path(path), text)
    return changes


def _read_text(path: Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}") from None


def _with_verdict(text: str, name: str, word: str) -> str | None:
    lines = text.splitlines(keepends=True)
    header = re.compile(rf"\s*\[findings\.\"?{re.escape(name)}\"?\]\s*(#.*)?$")
    starts = [i for i, line in enumerate(lines) if header.match(line)]
    if not starts:
        return None
    begin = starts[0] + 1
    end = next((i for i in range(begin, len(lines)) if re.match(r"\s*\[", lines[i])), len(lines))
    line = f'verdict = "{word}"\n'
    for i in range(begin, end):
        if re.match(r"\s*verdict\s*=", lines[i]):
            lines[i] = line
            return "".join(lines)
    while end > begin and not lines[end - 1].strip():
        end -= 1
    if not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    lines.insert(end, line)
    return "".join(lines)


def as_dict(validation: Validation) -> dict[str, Any]:
    """All rows as plain values, for JSON."""
    return {
        "ok": validation.ok,
        "counts": validation.counts(),
        "findings": [{**asdict(row), "differs": row.differs} for row in validation.rows],
    }
