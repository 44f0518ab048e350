"""`coxa doctor`: check this installation."""

from __future__ import annotations

import argparse

from .arguments import add_json
from .installation import examine
from .output import FAILED, OK, new_console, print_json, print_table


def add(sub: argparse.ArgumentParser) -> None:
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    checks = examine()
    healthy = all(item.ok for item in checks)
    if options.json:
        print_json({"healthy": healthy, "checks": [vars(item) for item in checks]})
    else:
        rows = [("ok" if item.ok else "FAILED", item.name, item.text) for item in checks]
        print_table(new_console(), "", ("", "what", "found"), rows)
    return OK if healthy else FAILED
