"""The published findings that come with the package, their recorded verdicts and those of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import coxa
import numpy as np
import pytest
from coxa.literature import bundled, report, strength
from coxa.literature.table import read_tables
from coxa.literature.verdicts import VERDICTS

ROOT = Path(__file__).resolve().parents[3]


# ---- the table that comes with the package


@pytest.fixture(scope="module")
def table():
    return read_tables(bundled.files())


def test_every_finding_is_whole(table):
    assert len(table.findings) > 100
    for finding in table.findings:
        for text in (finding.statement, finding.condition, report.published(finding)):
            assert text.strip(), finding.id
        source = finding.source
        assert source.url.startswith("http") and re.search(r"\d{4}|web page", source.cite), (
            finding.id
        )
        assert finding.read or source.read, finding.id
        assert finding.recorded in VERDICTS, f"{finding.id}: no verdict is recorded"
        if finding.not_simulated:
            assert finding.recorded == "not simulated"
        else:
            assert report.rule(finding.published), finding.id


def test_every_disagreement_has_a_likely_cause(table):
    for finding in table.findings:
        if finding.recorded == "disagrees":
            assert finding.note, f"{finding.id} disagrees and has no note"


def test_emg_is_never_compared_as_a_number(table):
    for finding in table.findings:
        published = finding.published
        if re.search(r"MVI?C|EMG", published.text) and not finding.not_simulated:
            assert published.kind not in ("value", "range") and not published.values, finding.id
            assert not published.comparable, finding.id


def test_no_source_is_named_twice_or_never(table):
    keys = [finding.source.key for finding in table.findings]
    texts = "".join(path.read_text() for path in bundled.files())
    for key in re.findall(r"^\[sources\.(\w+)\]", texts, re.MULTILINE):
        assert key in keys, f"source {key} is named by no finding"


# ---- the table of the documentation, and the whole of it


def documented_rows():
    text = (ROOT / "docs" / "reference" / "validation_table.md").read_text()
    block = text.split(report.BEGIN)[1].split(report.END)[0]
    lines = [line for line in block.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_the_documentation_shows_the_recorded_verdicts(table):
    rows = documented_rows()
    # followed by those on strength, which have no recorded verdicts
    assert len(rows) == len(table.findings) + len(strength.measures())
    for finding, (statement, published, simulated, said, source) in zip(
        table.findings, rows, strict=False
    ):
        assert statement == finding.statement and source == finding.source.cite
        assert published == report.published(finding), finding.id
        assert said == finding.recorded, finding.id
        assert simulated, finding.id


def numbers_in(text):
    return [float(word) for word in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", text)]


def test_the_whole_table_gives_the_recorded_verdicts_and_the_documented_numbers():
    found = coxa.validate()
    differing = [f"{row.id}: {row.verdict}, recorded {row.recorded}" for row in found.differing]
    assert not differing
    for row, (_, _, simulated, *_) in zip(found.rows, documented_rows(), strict=True):
        # three digits: other compilers may round the last one differently
        shown, now = numbers_in(simulated), numbers_in(row.simulated)
        assert len(shown) == len(now), row.id
        assert np.allclose(shown, now, rtol=0.02, atol=0.002), (row.id, simulated, row.simulated)
