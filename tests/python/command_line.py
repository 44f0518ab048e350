"""The command `coxa` as users run it: in a process of its own."""

from __future__ import annotations

import subprocess
import sys


def run(*arguments, cwd=None, **options):
    return subprocess.run(
        [sys.executable, "-m", "coxa.commands", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=cwd,
        **options,
    )
