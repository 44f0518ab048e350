"""A study as a flat file: CSV or Parquet."""

from __future__ import annotations

import os
from pathlib import Path

import xarray as xr

from .opening import open_study
from .table import target_of, write


def export(
    study: xr.Dataset | str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    units: bool = False,
    series: str | None = None,
) -> Path:
    """Writes a study as a flat table that R, spreadsheets, Julia and databases read.

    Memory stays flat however many trials there are; the file appears under its name when it is whole.

    Parameters
    ----------
    study : xarray.Dataset or path
        Of `study.run()`, or its file.
    path : path
        Ends with `.csv`, or with `.parquet` (needs pyarrow; units and meanings are in its fields' metadata, and the
        study's provenance in that of the schema).
    units : bool
        CSV only: column names with units, such as "load [kg]".
    series : str, optional
        Instead of one row per trial, one row per point of this series: see `series_dataframe`.

    Returns
    -------
    Path

    Raises
    ------
    FileError
        If a file cannot be read or written.
    InvalidArgument
        For another suffix, a dataset that is no study, or Parquet without pyarrow.
    """
    target = target_of(path, units)
    dataset = study if isinstance(study, xr.Dataset) else open_study(study)
    try:
        return write(dataset, target, units, series)
    finally:
        if dataset is not study:
            dataset.close()
