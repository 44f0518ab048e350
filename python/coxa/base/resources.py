"""Where the files that come with the package are."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent.parent
DATA = PACKAGE / "data"
ANTHROPOMETRY = DATA / "anthropometry"

#: The full-body model that is used where no other is given; its name in a result stands for this file.
DEFAULT_MODEL = DATA / "models" / "coxa_fullbody.osim"
