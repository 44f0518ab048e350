"""Paths of the files bundled with the package."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent.parent
DATA = PACKAGE / "data"
ANTHROPOMETRY = DATA / "anthropometry"

#: The full-body model used when none is given; results refer to it by its file name.
DEFAULT_MODEL = DATA / "models" / "coxa_fullbody.osim"
