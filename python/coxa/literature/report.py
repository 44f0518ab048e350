"""Text of a validation: table cells, Markdown, CSV."""

from __future__ import annotations

import csv
import io
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .._core import FileError
from .verdicts import NO_DIFFERENCE, band

if TYPE_CHECKING:
    from .records import Finding, Published
    from .run import Validation

#: Columns of the CSV file.
COLUMNS = (
    *("id", "section", "finding", "condition", "published", "simulated", "verdict", "recorded"),
    *("rule", "source", "reference", "url", "read", "note", "remarks"),
)


def number(value: float, digits: int = 3) -> str:
    """A number with `digits` significant digits; no exponent in the range of bodily quantities."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{round(value, places):.{max(places, 0)}f}"
    return text.lstrip("-") if float(text) == 0 else text


def _with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}" if unit else text


def simulated(finding: Finding, numbers: Mapping[str, float]) -> str:
    """The simulated numbers, formatted like the published ones."""
    published = finding.published
    texts = {label: number(value, finding.digits) for label, value in numbers.items()}
    if len(texts) == 1:
        return _with_unit(next(iter(texts.values())), published.unit)
    if published.kind == "order":
        ranked = sorted(numbers, key=lambda label: -numbers[label])
        text = " > ".join(f"{_words(label)} {texts[label]}" for label in ranked)
    else:
        of = f"{_words(finding.varied)} " if finding.varied else ""
        text = of + ", ".join(f"{_words(label)}: {texts[label]}" for label in texts)
    return _with_unit(text, published.unit)


def _words(label: str) -> str:
    return label.replace("_", " ")


def published(finding: Finding) -> str:
    """The published result in short form."""
    found = finding.published
    if found.text:
        return found.text
    if found.kind == "value":
        plus = f" ± {found.sd:g}" if found.sd == found.sd else ""
        return _with_unit(f"{found.value:g}{plus}", found.unit)
    if found.kind == "range":
        if math.isinf(found.high):
            return _with_unit(f"above {found.low:g}", found.unit)
        if math.isinf(found.low):
            return _with_unit(f"below {found.high:g}", found.unit)
        return _with_unit(f"{found.low:g} to {found.high:g}", found.unit)
    if found.kind == "order":

        def one(label: str) -> str:
            if label not in found.values:
                return _words(label)
            mean, sd = found.values[label]
            return f"{_words(label)} {mean:g} ± {sd:g}"

        return _with_unit(" > ".join(map(one, found.order)), found.unit if found.values else "")
    text = found.way if found.kind == "monotone" else "unchanged"
    return f"{text} with {_words(finding.varied)}" if finding.varied else text


def rule(found: Published) -> str:
    """The criterion of agreement in words."""
    if found.kind == "said":
        return ""
    percent = f"{100 * NO_DIFFERENCE:g} %"
    if found.kind == "value":
        low, high = band(found)
        spread = (
            f"mean ± {found.deviations:g} SD" if found.sd == found.sd else f"± {found.within:.0%}"
        )
        text = f"{spread}: {low:.4g} to {high:.4g}"
    elif found.kind == "range":
        text = f"{found.low:g} to {found.high:g}"
    elif found.kind == "order":
        text = f"each above the next by {percent}" + (", each within 2 SD" if found.values else "")
    elif found.kind == "monotone":
        text = f"{found.way}, no step of more than {percent} the other way"
    else:
        text = f"changes by at most {found.within:.0%}"
    if found.basis:
        text += f" ({found.basis})"
    if not found.comparable:
        text += "; at best direction only: the published scale is not the simulation's"
    return text


# ---- Markdown


def markdown(validation: Validation) -> str:
    """The table with five short columns, followed by the likely cause of each disagreement."""
    lines = ["| Finding | Published | Simulated | Verdict | Source |", "|---|---|---|---|---|"]
    for row in validation.rows:
        cells = (row.finding, row.published, row.simulated, row.verdict, row.source)
        lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    counts = ", ".join(f"{count} {word}" for word, count in validation.counts().items())
    lines += ["", f"{len(validation.rows)} findings: {counts}."]
    noted = [row for row in validation.rows if row.note and row.verdict != "not simulated"]
    if noted:
        lines += ["", "Likely causes:", ""]
        lines += [
            f"- {_cell(row.finding)} ({_cell(row.source)}): {_cell(row.note)}" for row in noted
        ]
    return "\n".join(lines) + "\n"


#: Comments in a Markdown file between which the table is inserted.
BEGIN, END = "<!-- validate:begin -->", "<!-- validate:end -->"


def between_marks(old: str, table: str) -> str:
    """`old` with its text between the two marks replaced by the table; just the table if it has no marks."""
    head, begin, rest = old.partition(BEGIN)
    _, end, tail = rest.partition(END)
    return f"{head}{begin}\n\n{table}\n{end}{tail}" if begin and end else table


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# ---- files


def csv_text(validation: Validation) -> str:
    """One line per finding, with the columns `COLUMNS`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in validation.rows:
        writer.writerow([getattr(row, name) for name in COLUMNS])
    return out.getvalue()


def write(target: Path, text: str) -> Path:
    """Write a text file atomically.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    temporary = ""
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, prefix=".coxa-", delete=False
        ) as file:
            temporary = file.name
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # permissions of the replaced file, or of an ordinary new one
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise FileError(f"cannot write {target}: {error.strerror}") from None
    return target


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
