"""`coxa validate`: compare simulations with published findings."""

from __future__ import annotations

import argparse
import sys

import coxa

from ..base import check
from ..literature import run as literature
from .arguments import add_json, add_list, whole_number
from .output import FAILED, OK, new_console, print_json, print_table


def add(sub: argparse.ArgumentParser) -> None:
    add_list(sub, "--only", "ID", "only these findings; * matches any characters")
    sub.add_argument(
        "--table",
        metavar="TABLE.toml",
        help="your own table of findings (format: data/literature/README.md)",
    )
    sub.add_argument("--csv", metavar="FILE.csv", help="write the table with all columns")
    sub.add_argument(
        "--markdown",
        metavar="FILE.md",
        help="write the table as Markdown, between the comments validate:begin and validate:end if the file"
        " has them; - prints it",
    )
    sub.add_argument("--workers", metavar="N", type=whole_number, help="threads; default all")
    sub.add_argument(
        "--record",
        action="store_true",
        help="for maintainers: record the verdicts in the table; review each change that is printed",
    )
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    printed = options.markdown == "-"
    if printed and options.json:
        raise coxa.InvalidArgument("--json and --markdown - both want standard output; take one")
    targets = [(options.csv, ".csv")] + ([] if printed else [(options.markdown, ".md")])
    # checked before any computation starts
    paths = [check.output_path(path, (suffix,)) for path, suffix in targets if path is not None]
    found = literature.validate(options.only or None, table=options.table, workers=options.workers)
    for path in paths:
        found.save(path)
    changes = literature.record(found) if options.record else []
    if options.json:
        print_json({**literature.as_dict(found), "recorded_changes": changes})
    elif printed:
        print(found.to_markdown(), end="")
    else:
        columns = ("finding", "published", "simulated", "verdict", "source")
        rows = [
            (row.finding, row.published, row.simulated, row.verdict, row.source)
            for row in found.rows
        ]
        print_table(new_console(), "", columns, rows)
        counts = ", ".join(f"{count} {word}" for word, count in found.counts().items())
        print(f"{len(found.rows)} findings: {counts}")
        for path in paths:
            print(f"wrote {path}")
    for change in changes:
        print(f"coxa: recorded, read it: {change}", file=sys.stderr)
    if options.record:
        return OK
    for row in found.differing:
        recorded = row.recorded or "nothing"
        print(
            f"coxa: {row.id}: {row.verdict}, recorded {recorded} ({row.simulated})", file=sys.stderr
        )
    return OK if found.ok else FAILED
