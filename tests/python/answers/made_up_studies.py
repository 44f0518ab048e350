"""Studies made up of given columns and measures, for tests of what is read from them."""

from __future__ import annotations

import itertools

import numpy as np
import xarray as xr


def dataset(columns, measures, failed=None, **series):
    """A study's dataset: columns that were chosen, measures that were computed."""
    n = len(next(iter(columns.values())))
    failed = np.zeros(n, dtype=int) if failed is None else np.asarray(failed).astype(int)
    units = {"load": "kg", "toe_out_deg": "deg", "subject_mass": "kg", "width": "m"}
    variables = {
        name: ("trial", np.asarray(v), {"role": "parameter", "units": units.get(name, "1")})
        for name, v in columns.items()
    }
    for name, values in measures.items():
        dims = ("trial", "side")[: np.ndim(values)]
        y = np.where(failed.reshape(-1, *[1] * (np.ndim(values) - 1)) == 1, np.nan, values)
        attributes = {"role": "summary", "units": "N m", "long_name": f"greatest {name}"}
        variables[name] = (dims, y, attributes)
    for name, values in series.items():
        dims = ("trial", "sample", "side")[: np.ndim(values)]
        variables[name] = (dims, values, {"units": "N m", "long_name": f"net {name}"})
    variables["trial_status"] = ("trial", failed)
    variables["trial_message"] = ("trial", np.where(failed == 1, "it does not fit", ""))
    coordinates = {"trial": np.arange(n), "side": ["right", "left"]}
    if series:
        coordinates["sample"] = np.linspace(0, 100, np.shape(next(iter(series.values())))[1])
    made = xr.Dataset(variables, {k: v for k, v in coordinates.items() if k != "side"})
    if "side" in made.dims:
        made = made.assign_coords(side=["right", "left"])
    return made.assign_attrs(exercise="barbell_hip_thrust", format="coxa-1")


def grid(**levels):
    rows = list(itertools.product(*levels.values()))
    return {name: np.array([row[i] for row in rows]) for i, name in enumerate(levels)}


def as_grid(table, *dims):
    """The same dataset with a dimension per factor, as method='grid' lays it out."""
    indexed = table.drop_vars("trial").set_index(trial=list(dims)).unstack("trial")
    for name in dims:
        indexed[name].attrs = dict(table[name].attrs)
    return indexed
