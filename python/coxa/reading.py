"""Reading what was saved: a trial, a study, a comparison or a workout."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import xarray as xr

from . import _core
from ._core import FileError, InvalidArgument
from .answers.comparison import Comparison
from .answers.workout import Workout
from .base.tables import to_xarray
from .studies.opening import load_study
from .studies.store import folder_of
from .trials.result import Result


def load(
    path: str | os.PathLike[str], *, verify: bool = True
) -> Result | Comparison | Workout | xr.Dataset:
    """Reads a result file; that of a study gives its xarray.Dataset, that of a comparison or workout what was saved.

    A study's arrays are read from the file as they are used. One that is still running, or was stopped, gives the
    trials that are finished, with the attributes `complete` (0) and `trials_planned`.

    Parameters
    ----------
    path : path
        The file, or the folder of a study's parts.
    verify : bool
        Whether a file that differs from what was written, by its checksum, is refused. Without, what is left of a
        damaged file is read, once a child process has shown that it can be: numbers may be wrong.

    Raises
    ------
    FileError
        If the file cannot be read, is damaged, or is no result of coxa.
    """
    file = Path(path)
    if not file.exists() and folder_of(file).is_dir():
        return load_study(file)
    if not file.exists():
        raise FileError(f"cannot read {os.fspath(path)}: there is no such file")
    if file.is_dir() or _core.read_hdf5_attributes(os.fspath(path), verify).get("kind") == "study":
        return load_study(file, verify=verify)
    dataset = to_xarray(_core.read_hdf5(os.fspath(path), verify))
    written = dataset.attrs.get("format")
    if written != "coxa-1":
        raise FileError(
            f"cannot read {os.fspath(path)}: its format is {written!r}; this version reads 'coxa-1'"
        )
    for name in ("parameters", "subject", "scene"):
        try:
            json.loads(dataset.attrs.get(name) or "{}")
        except (ValueError, RecursionError):
            raise FileError(
                f"cannot read {os.fspath(path)}: its attribute {name!r} is not JSON; it is damaged:"
                " restore it from a copy, or compute it again"
            ) from None
    kind = dataset.attrs.get("kind")
    if kind == "comparison":
        return Comparison(dataset)
    if kind == "workout":
        return Workout.from_dataset(dataset)
    return dataset if "trial" in dataset.dims else Result(dataset)


def load_trial(path: str | os.PathLike[str]) -> Result:
    """Reads the result of one trial."""
    result = load(path)
    if not isinstance(result, Result):
        dataset: Any = getattr(result, "dataset", result)
        held = str(dataset.attrs.get("kind", "study of many trials"))
        raise InvalidArgument(f"{os.fspath(path)} holds a {held}, not one trial")
    return result
