"""The findings bundled with the package."""

from __future__ import annotations

from pathlib import Path

from .._core import FileError
from ..base.resources import DATA

FOLDER = DATA / "literature"


def files() -> list[Path]:
    """The bundled tables, sorted by name.

    Raises
    ------
    FileError
        If there are none: the installation is incomplete.
    """
    found = sorted(FOLDER.glob("*.toml"))
    if not found:
        raise FileError(
            f"cannot read the published findings: no tables in {FOLDER}; install coxa again"
        )
    return found
