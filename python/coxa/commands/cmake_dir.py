"""`coxa cmake-dir`: print the CMake package directory, for -Dcoxa_DIR."""

from __future__ import annotations

import argparse

from ..authoring.new_plugin import cmake_dir
from .output import OK


def add(sub: argparse.ArgumentParser) -> None:
    """This command has no arguments."""


def run(options: argparse.Namespace) -> int:
    print(cmake_dir())
    return OK
