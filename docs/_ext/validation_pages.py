"""Simulated beside published values, one section per subject, each disagreement with its cause.

The findings come from data/literature. Simulated values are read from the table that `coxa validate` wrote, because
simulating all findings takes minutes; the tests compare that table with a fresh run.
"""

from __future__ import annotations

import re
from collections import Counter

from pages import DOCS, ROOT, table, write

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

TABLE = DOCS / "reference" / "validation_table.md"


def rows() -> list[list[str]]:
    """Cells of every row."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    return [[c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[1:]]


def generate() -> None:
    files = [
        tomllib.loads(p.read_text()) for p in sorted((ROOT / "data/literature").glob("*.toml"))
    ]
    sources = {key: value for file in files for key, value in file.get("sources", {}).items()}
    every, text, verdicts = rows(), "", Counter()
    found = {cells[0]: cells for cells in every}
    head = ("Finding", "Published", "Simulated", "Verdict", "Source")
    for file in files:
        findings = list(file.get("findings", {}).values())
        if not findings:
            continue
        body, causes = [], []
        for finding in findings:
            _, published, simulated, verdict, _ = found[finding["statement"]]
            source = sources[finding["source"]]
            body.append(
                (
                    f"{finding['statement']} *({finding['condition']})*",
                    published,
                    simulated,
                    verdict,
                    f"[{source['cite']}]({source['url']})",
                )
            )
            verdicts[verdict] += 1
            if "note" in finding:
                causes.append(f"- *{finding['statement']}*: {finding['note']}\n")
        text += f"## {file['section']}\n\n{table(head, body)}\n"
        if causes:
            text += "Causes found:\n\n" + "".join(causes) + "\n"
    # findings on strength are in no file: they follow from data/strength
    told = {finding["statement"] for file in files for finding in file.get("findings", {}).values()}
    body = [tuple(cells) for cells in every if cells[0] not in told]
    verdicts.update(cells[3] for cells in body)
    text += f"## Strength\n\n{table(head, body)}\n"
    counts = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
    write("validation.md", f"{sum(verdicts.values())} findings: {counts}.\n\n{text}")
