"""TOML files: those of the package, and those of users, size-limited and with every defect a one-line error."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from .._core import Error, FileError
from .limits import LIMITS, check_count
from .resources import DATA

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


#: Long runs of characters that dotted keys consist of.
_KEYS = re.compile(r"[\w.\-\"' \t]{200,}")
_MOST_PARTS = 100


@lru_cache
def bundled(name: str) -> dict[str, Any]:
    """The contents of a TOML file of the package, by its path in `data`."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def read_toml(
    path: str | os.PathLike[str], wrong: Callable[[str], Error] | None = None
) -> dict[str, Any]:
    """The contents of a TOML file.

    Parameters
    ----------
    path : path
    wrong : callable, optional
        Makes the error for invalid TOML from its reason; by default a `FileError`.

    Raises
    ------
    FileError
        If the file cannot be read, or is not TOML and `wrong` is not given.
    InvalidArgument
        If the file exceeds the size limit.
    """
    file = Path(path)
    try:
        with open(file, "rb") as opened:
            data = opened.read(LIMITS["TOML bytes"].most + 1)
    except OSError as error:
        raise FileError(f"cannot read {file}: {error.strerror}") from None
    check_count(f"bytes of {file}", len(data), "TOML bytes")
    try:
        text = data.decode()
        # the parser's time grows quadratically with the number of parts of a key
        if not any(keys.count(".") > _MOST_PARTS for keys in _KEYS.findall(text)):
            return tomllib.loads(text)
        why = f"a key has more than {_MOST_PARTS} parts"
    except RecursionError:
        why = "its lists or tables are nested too deep"
    except ValueError as error:  # also invalid UTF-8, and integers of thousands of digits
        why = str(error)
    raise wrong(why) if wrong else FileError(f"cannot read {file}: it is no TOML: {why}")
