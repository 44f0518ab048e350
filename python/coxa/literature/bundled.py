"""The findings that come with the package."""

from __future__ import annotations

from pathlib import Path

from .._core import FileError
from ..base.resources import DATA

FOLDER = DATA / "literature"


def files() -> list[Path]:
    """Its tables, in the order of their names."""
    found = sorted(FOLDER.glob("*.toml"))
    if not found:
        raise FileError(
            f"cannot read the published findings: no tables in {FOLDER}; install coxa again"
        )
    return found
