"""Trials with something changed in their arrays, for tests of coaching cues."""

from __future__ import annotations

import math

import coxa
import numpy as np
import xarray as xr


def edited(result, change) -> coxa.Result:
    """A copy of a trial whose dataset was changed."""
    dataset = result.dataset.copy(deep=True)
    return coxa.Result(change(dataset) or dataset)


def middle(dataset: xr.Dataset, *sites: str) -> np.ndarray:
    """Mean of some sites, [time, 3] m."""
    chosen = dataset["site_position"].sel(site=list(sites)).mean("site")
    return chosen.transpose("time", "axis").values


def both(dataset: xr.Dataset, site: str) -> np.ndarray:
    return middle(dataset, f"{site}_r", f"{site}_l")


def move(dataset: xr.Dataset, site: str, by: tuple[float, float, float], frames=None) -> None:
    where = {"site": list(dataset["site"].values).index(site)}
    if frames is not None:
        where["time"] = frames
    dataset["site_position"][where] += xr.DataArray(list(by), dims="axis")


def turn(dataset: xr.Dataset, coordinate: str, degrees: float, frames=slice(None)) -> None:
    column = list(dataset["coordinate"].values).index(coordinate)
    dataset["position"][{"coordinate": column, "time": frames}] += math.radians(degrees)
