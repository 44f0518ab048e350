"""Reader of studies written as TOML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .._core import FileError, InvalidArgument
from ..base.toml_file import read_toml
from .definition import study_from_dict, table_of
from .study import Study

_RUN = {"series", "samples", "chunk"}


def read_study(path: str | Path) -> tuple[Study, dict[str, Any]]:
    """Read a study, and the options of its run, from a TOML file.

    Returns
    -------
    study : Study
    options : dict
        `series`, `samples` and `chunk` for `Study.run`, as far as given.

    Raises
    ------
    FileError
        If the file cannot be read or is not TOML.
    InvalidArgument
        For an unknown table or key, or an invalid value; the message names the file.
    """
    file = Path(path)
    if not file.exists():
        raise FileError(f"cannot read {file}: there is no such file")
    given = read_toml(file)
    try:
        study = study_from_dict(Study, given, file.parent)
        run = table_of(given, "run", _RUN)
    except InvalidArgument as error:
        raise type(error)(f"{file}: {error}") from None
    except RecursionError:
        raise InvalidArgument(f"{file}: its tables are nested too deep") from None
    if "series" in run and (
        not isinstance(run["series"], list) or not all(isinstance(s, str) for s in run["series"])
    ):
        raise InvalidArgument(
            f"{file}: [run] series must be a list of names, not {run['series']!r}"
        )
    return study, run
