"""Export of a study as a flat CSV or Parquet file."""

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
    """Write a study as a flat table for R, spreadsheets, Julia and databases.

    Memory use does not grow with the number of trials; the file is written atomically.

    Parameters
    ----------
    study : xarray.Dataset or path
        A dataset of `study.run()`, or its file.
    path : path
        Ends with `.csv`, or with `.parquet` (needs pyarrow; the metadata hold units and descriptions of the
        fields, and the provenance of the study).
    units : bool
        CSV only: append units to column names, such as "load [kg]".
    series : str, optional
        Write one row per point of this time series instead of one row per trial; see `series_dataframe`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FileError
        If a file cannot be read or written.
    InvalidArgument
        For another extension, a dataset that is not a study, or Parquet without pyarrow.
    UnknownName
        If the study has no such series.
    """
    target = target_of(path, units)
    dataset = study if isinstance(study, xr.Dataset) else open_study(study)
    try:
        return write(dataset, target, units, series)
    finally:
        if dataset is not study:
            dataset.close()
