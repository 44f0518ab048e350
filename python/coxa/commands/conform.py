"""`coxa conform`: check exercises against the plugin contract."""

from __future__ import annotations

import argparse
import sys

import coxa

from ..authoring import conformance
from ..authoring.catalogue import known
from .arguments import add_json
from .output import FAILED, OK, new_console, print_json, print_table


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("names", metavar="NAME", nargs="*", help="exercises, default all available")
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    names = [known(name) for name in options.names] or coxa.exercises()
    tables = {name: conformance.check(name) for name in names}
    conform = all(conformance.passed(table) for table in tables.values())
    if options.json:
        print_json(
            {
                "conform": conform and bool(names),
                "exercises": {
                    name: {"passed": conformance.passed(table), "rules": table.to_dict("index")}
                    for name, table in tables.items()
                },
            }
        )
        return OK if conform and names else FAILED
    console = new_console()
    for name, table in tables.items():
        rows = [
            ("ok" if row["passed"] else "FAILED", rule, row["found"], row["allowed"])
            for rule, row in table.to_dict("index").items()
            if len(names) == 1 or not row["passed"]
        ]
        if rows:
            print_table(console, name, ("", "rule", "found", "allowed"), rows)
        verdict = "conforms" if conformance.passed(table) else "does not conform"
        console.print(f"{name} {verdict}: {int(table['passed'].sum())} of {len(table)} rules hold")
    if not names:
        print("no exercises were found; 'coxa doctor' says why", file=sys.stderr)
    return OK if conform and names else FAILED
