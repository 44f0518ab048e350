"""Conversion between the core's datasets and xarray's; printable tables. Imported only when needed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from .._core import InvalidArgument


def to_xarray(given: dict[str, Any]) -> xr.Dataset:
    """The core's dataset as an xarray.Dataset; a variable named like a dimension becomes a coordinate."""
    variables = {}
    for name, (dims, values, attributes) in given["variables"].items():
        array = np.asarray(values, dtype=np.str_) if isinstance(values, list) else values
        variables[name] = xr.Variable(dims, array, attributes)
    coordinates = {name: v for name, v in variables.items() if name in given["dims"]}
    data = {name: v for name, v in variables.items() if name not in given["dims"]}
    return xr.Dataset(data, coordinates, given["attributes"])


def from_xarray(dataset: xr.Dataset) -> dict[str, Any]:
    """The inverse of `to_xarray`.

    Raises
    ------
    InvalidArgument
        If a variable holds neither numbers nor a one-dimensional list of strings.
    """
    variables = {}
    for name, variable in dataset.variables.items():
        values: Any = variable.values
        if values.dtype.kind in "OUST":
            if values.ndim != 1 or not all(isinstance(value, str) for value in values):
                raise InvalidArgument(f"variable {name!r} holds neither numbers nor a list of text")
            values = [str(value) for value in values]
        elif values.dtype.kind not in "fiub":
            raise InvalidArgument(f"variable {name!r} holds {values.dtype}: not numbers or text")
        attributes = {key: _attribute(value) for key, value in variable.attrs.items()}
        variables[str(name)] = (tuple(map(str, variable.dims)), values, attributes)
    return {
        "dims": {str(name): size for name, size in dataset.sizes.items()},
        "variables": variables,
        "attributes": {key: _attribute(value) for key, value in dataset.attrs.items()},
    }


def _attribute(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if np.ndim(value) == 0:
        return float(value)
    return np.asarray(value, dtype=np.int32)


class Table(pd.DataFrame):
    """A DataFrame that prints every row and column untruncated."""

    @property
    def _constructor(self) -> type[Table]:
        return Table

    def __repr__(self) -> str:
        return self.to_string(float_format=lambda value: f"{value:.4g}", na_rep="")

    def __str__(self) -> str:
        return repr(self)


def summary(dataset: xr.Dataset, body_mass: float) -> Table:
    """Scalar variables whose `role` is "summary", one row each; time and path of a peak are columns."""
    found = {
        str(name): variable
        for name, variable in dataset.data_vars.items()
        if variable.attrs.get("role") == "summary" and variable.ndim == 0
    }
    rows = {}
    for name, variable in found.items():
        stem, _, place = name.rpartition("_")
        if place in ("time", "path") and stem in found:
            continue
        value, unit = float(variable.values), str(variable.attrs.get("units", ""))
        rows[name] = (
            value,
            "" if unit == "1" else unit,
            value / body_mass if unit in ("N m", "N") else np.nan,
            float(found[f"{name}_time"].values) if f"{name}_time" in found else np.nan,
            float(found[f"{name}_path"].values) if f"{name}_path" in found else np.nan,
            str(variable.attrs.get("long_name", "")),
        )
    columns = ["value", "unit", "per kg", "at s", "% up", "meaning"]
    return Table.from_dict(rows, orient="index", columns=columns).rename_axis("quantity")


def muscle_groups(dataset: xr.Dataset) -> Table:
    """Force (both sides summed) and activation (mean of both sides) of each group over the trial."""
    force = dataset["group_force"].sum("side", skipna=False)
    activation = dataset["group_activation"].mean("side", skipna=False)
    time = dataset["time"].values

    def mean(values: xr.DataArray) -> np.ndarray:
        array = values.transpose("time", ...).values
        steps = np.diff(time)[:, None]
        return (steps * (array[1:] + array[:-1]) / 2).sum(axis=0) / (time[-1] - time[0])

    peak = activation.max("time").values
    # a group without any solved frame has no peak
    frames = activation.fillna(-1).argmax("time").values
    return Table(
        {
            "mean activation": mean(activation),
            "peak activation": peak,
            "peak at s": np.where(np.isfinite(peak), time[frames], np.nan),
            "mean force N": mean(force),
            "peak force N": force.max("time").values,
        },
        index=pd.Index(dataset["group"].values, name="group"),
    )
