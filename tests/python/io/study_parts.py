"""Files of the parts of a made-up study, as the tests of joining write, read and compare them."""

from __future__ import annotations

import numpy as np
import xarray as xr
from coxa import _core

MISSING = -2147483647
SAMPLES = 101


def stacked(first, trials, seed=7):
    """Trials `first` to `first + trials` of a made-up study: any cut of the same study gives the same rows."""
    everything = np.random.default_rng(seed).random((400, SAMPLES, 2, 11)).round(2)
    rows = slice(first, first + trials)
    number = np.arange(first, first + trials, dtype=np.int32)
    peak = everything[rows, 0, 0, 0].copy()
    peak[number % 7 == 3] = np.nan  # failed trials
    return {
        "dims": {"trial": trials, "sample": SAMPLES, "side": 2, "group": 11, "none": 0},
        "variables": {
            "trial": (("trial",), number, {"long_name": "number of the trial", "units": "1"}),
            "sample": (("sample",), np.arange(SAMPLES) / 1.0, {"units": "percent"}),
            "side": (("side",), ["right", "left"], {"long_name": "side"}),
            "load": (("trial",), 60.0 + number // 10, {"units": "kg", "role": "parameter"}),
            "stance": (("trial",), [f"w{n % 10 // 5}" for n in number], {"role": "parameter"}),
            "tilt": (("trial",), number % 5 * 1.0, {"units": "degree", "role": "parameter"}),
            "trial_message": (("trial",), ["größer" if n % 7 == 3 else "" for n in number], {}),
            "peak": (("trial",), peak, {"units": "N m", "role": "summary"}),
            "peak_side": (("trial", "side"), np.stack([peak, -peak], 1), {"units": "N"}),
            "time": (("trial", "sample"), everything[rows, :, 0, 0], {"units": "s"}),
            "force": (
                ("trial", "sample", "side", "group"),
                everything[rows],
                {"long_name": "force", "units": "N"},
            ),
            "status": (
                ("trial", "sample"),
                (everything[rows, :, 1, 0] * 3).astype(np.int32),
                {"flag_masks": np.array([1, 2], np.int32), "_FillValue": [MISSING]},
            ),
            "empty": (("trial", "none"), np.zeros((trials, 0)), {"units": "N"}),
            "mass": ((), np.array(62.0), {"units": "kg"}),
        },
        "attributes": {"exercise": "barbell_hip_thrust"},
    }


def write_parts(folder, sizes, change=None):
    """Files of so many trials each, in order; `change(i, dataset)` may alter one."""
    paths, first = [], 0
    for i, trials in enumerate(sizes):
        dataset = stacked(first, trials)
        if change is not None:
            change(i, dataset)
        path = folder / f"{i:06d}.h5"
        path.write_bytes(_core.hdf5_image(dataset))
        paths.append(path)
        first += trials
    return paths


def seen(path, engine="h5netcdf"):
    with xr.open_dataset(path, engine=engine) as ds:
        return ds.load()


def assert_same_to_the_bit(a, b):
    xr.testing.assert_identical(a, b)
    assert list(a.sizes) == list(b.sizes)
    for name in a.variables:
        assert a[name].dtype == b[name].dtype
        if a[name].dtype.kind in "fi":
            assert a[name].values.tobytes() == b[name].values.tobytes(), name
