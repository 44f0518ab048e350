"""Studies written as TOML: the same words as in Python, checked with the same care."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from .._core import FileError, InvalidArgument
from .definition import study_from_dict, table_of
from .study import Study

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_RUN = {"series", "samples", "chunk"}


def read_study(path: str | Path) -> tuple[Study, dict[str, Any]]:
    """A study and the options of its run from a TOML file.

    Returns
    -------
    study : Study
    options : dict
        `series`, `samples` and `chunk` for `Study.run`, as far as the file gives them.

    Raises
    ------
    FileError
        If the file cannot be read or is no TOML.
    InvalidArgument
        For a table or key that is not known, or a value that is not allowed; the text names the file.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FileError(f"cannot read {file}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"cannot read {file}: {error}") from None
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"cannot read {file}: it is no TOML: {error}") from None
    try:
        study = study_from_dict(Study, given, file.parent)
        run = table_of(given, "run", _RUN)
    except InvalidArgument as error:
        raise type(error)(f"{file}: {error}") from None
    if "series" in run and (
        not isinstance(run["series"], list) or not all(isinstance(s, str) for s in run["series"])
    ):
        raise InvalidArgument(
            f"{file}: [run] series must be a list of names, not {run['series']!r}"
        )
    return study, run
