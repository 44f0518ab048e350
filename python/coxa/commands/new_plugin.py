"""`coxa new-plugin`: create the project of a new exercise."""

from __future__ import annotations

import argparse

from ..authoring.new_plugin import new_plugin
from .output import OK


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "name", metavar="NAME", help="name of the exercise in snake_case, such as paused_bridge"
    )
    sub.add_argument(
        "--python", action="store_true", help="a Python package instead of a C++ project"
    )
    sub.add_argument("--folder", metavar="PATH", help="folder to create, default ./NAME")


def run(options: argparse.Namespace) -> int:
    made = new_plugin(options.name, folder=options.folder, python=options.python)
    print(f"wrote {made}; README.md there says how to build and test it")
    return OK
