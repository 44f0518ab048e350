"""Reading saved results: trials, studies, comparisons and workouts."""

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
    """Read a result file.

    Parameters
    ----------
    path : path
        The file, or the folder with the parts of an unfinished study.
    verify : bool
        Whether to refuse a file whose checksum does not match. If False, whatever is readable in a damaged
        file is read, after a trial read in a child process; numbers may be wrong.

    Returns
    -------
    Result, Comparison, Workout or xarray.Dataset
        The last for a study; its arrays are read from the file on access. A study that is running or was
        interrupted gives its finished trials, with the attributes `complete` (0) and `trials_planned`.

    Raises
    ------
    FileError
        If the file cannot be read, is damaged, or is not a result of coxa.
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
    """Read the result of a single trial.

    Raises
    ------
    FileError
        As `load`.
    InvalidArgument
        If the file holds something else, such as a study.
    """
    result = load(path)
    if not isinstance(result, Result):
        dataset: Any = getattr(result, "dataset", result)
        held = str(dataset.attrs.get("kind", "study of many trials"))
        raise InvalidArgument(f"{os.fspath(path)} holds a {held}, not one trial")
    return result
