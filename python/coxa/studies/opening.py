"""Opening a study: its file, or the parts finished so far."""

from __future__ import annotations

import hashlib
import io
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from .. import _core
from .._core import FileError, InvalidArgument
from . import table  # noqa: F401  (registers the accessor `.coxa` of datasets)
from .store import folder_of, part_files, read_header

# netCDF's default fill value, as used in the joined file
_NO_INTEGER = -2147483647


def load_study(path: str | os.PathLike[str], *, verify: bool = True) -> xr.Dataset:
    """A study; if it is unfinished, what there is so far.

    Parameters
    ----------
    path : path
        The study's file, existing or planned, or its folder of parts.
    verify : bool
        Whether to check a finished file against its checksum.

    Returns
    -------
    xarray.Dataset
        A finished file, read on access; otherwise the finished parts along `trial`, with attributes
        `complete` (0) and `trials_planned`.

    Raises
    ------
    FileError
        If there is neither file nor folder, or they cannot be read.
    """
    path = Path(path)
    if path.name.endswith(".parts"):
        path = path.with_name(path.name.removesuffix(".parts"))
    folder = folder_of(path)
    # the folder is removed after the file is in place; finding neither means a race or a wrong path
    for _ in range(3):
        if path.exists():
            _core.check_hdf5(path, verify)
            try:
                return _opened(xr.open_dataset(path, engine="h5netcdf", mask_and_scale=False))
            except (OSError, ValueError) as error:
                raise FileError(f"cannot read {path}: {_one_line(error)}") from None
        header = read_header(folder)
        if header is not None:
            pieces = list(_pieces(folder))
            if not path.exists():
                return _partial(header, pieces)
    raise FileError(f"cannot read {path}: there is no such file, nor a folder {folder.name}")


def _pieces(folder: Path) -> Iterator[xr.Dataset]:
    """Datasets of the finished parts, in order."""
    seen = -1
    for part, file, digest in part_files(folder):
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            continue
        if part == seen:
            continue
        if hashlib.sha256(data).hexdigest()[:16] != digest:
            warnings.warn(f"{file} is damaged and left out", stacklevel=4)
            continue
        seen = part
        image = io.BytesIO(data)
        yield _opened(xr.load_dataset(image, engine="h5netcdf", mask_and_scale=False))


def _opened(dataset: xr.Dataset) -> xr.Dataset:
    """Drop the fill values of floats, which are NaN anyway, and convert text to numpy strings."""
    for name, variable in list(dataset.variables.items()):
        if variable.dtype.kind == "f":
            variable.attrs.pop("_FillValue", None)
        elif variable.dtype.kind == "O":
            dataset[name] = (variable.dims, variable.values.astype(str), variable.attrs)
    return dataset


def _partial(header: Mapping[str, Any], pieces: Sequence[xr.Dataset]) -> xr.Dataset:
    if pieces:
        # variables that only some parts have, such as supports of one exercise, are filled in the others
        kinds = {name: v.dtype.kind for piece in pieces for name, v in piece.data_vars.items()}
        empty = {"f": np.nan, "i": _NO_INTEGER}
        fill = {name: empty.get(kind, "") for name, kind in kinds.items()}
        # labels belong to the study and are equal in all parts
        dataset = xr.concat(
            pieces,
            "trial",
            data_vars="minimal",
            coords="minimal",
            compat="override",
            join="override",
            combine_attrs="override",
            fill_value=fill,
        )
        for name, kind in kinds.items():
            if kind not in empty and dataset[name].dtype.kind == "O":
                dataset[name] = dataset[name].astype(str)
            if kind == "i" and not all(name in piece for piece in pieces):
                dataset[name].attrs["_FillValue"] = np.int32(_NO_INTEGER)
    else:
        dataset = xr.Dataset(coords={"trial": np.arange(0)})
    for variable in dataset.variables.values():
        # drop encodings of the first part: text lengths and chunk sizes
        variable.encoding = {}
    dataset.attrs.update(header["attributes"])
    dataset.attrs.update(complete=0, trials_planned=int(header["trials"]))
    return dataset


def open_study(path: str | os.PathLike[str]) -> xr.Dataset:
    """The dataset of a study; if it is unfinished, what there is so far.

    Raises
    ------
    FileError, InvalidArgument
        If it cannot be read, or is not a study.
    """
    dataset = load_study(path)
    if "trial_status" not in dataset:
        dataset.close()
        if dataset.attrs.get("complete") == 0:
            raise InvalidArgument(f"{os.fspath(path)}: no trial of this study is finished yet")
        kind = str(dataset.attrs.get("kind", "")) or "one trial"
        if dataset.attrs.get("format") != "coxa-1":
            raise FileError(f"cannot read {os.fspath(path)}: it is no file of coxa")
        raise InvalidArgument(
            f"{os.fspath(path)} holds {kind}, not a study of many trials; 'coxa study' makes one"
        )
    return dataset


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
