"""Result files as other programs see them: xarray with both of its engines, h5py, netCDF4 and h5dump."""

from __future__ import annotations

import shutil
import subprocess
import warnings

import h5py
import numpy as np
import pytest
import xarray as xr
from coxa import _core

MUSCLES = ["glmax1_r", "soleus_r"]
SIDES = ["rechts", "übrig", ""]
ACTIVATION = np.array([[0.1, 0.2], [np.nan, 0.4], [0.5, 1.0]])
SERIES = np.sin(1e-3 * np.arange(700 * 101)).reshape(700, 101)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """One file with every kind of thing that a dataset can hold, an array large enough to be compressed among them."""
    dataset = {
        "dims": {
            "time": 3,
            "muscle": 2,
            "axis": 3,
            "side": 3,
            "load": 0,
            "trial": 700,
            "sample": 101,
        },
        "variables": {
            "time": (("time",), np.array([0, 0.5, 1]), {"long_name": "time", "units": "s"}),
            "muscle": (("muscle",), MUSCLES, {"long_name": "muscle"}),
            "side": (("side",), SIDES, {"long_name": "side"}),
            "activation": (
                ("time", "muscle"),
                ACTIVATION,
                {"long_name": "activation", "units": "1", "upper_bound": 1.5},
            ),
            "status": (
                ("time",),
                np.array([0, 5, 1], np.int32),
                {"units": "1", "flag_masks": [1, 2, 4], "flag_meanings": "unsolved reserve_used x"},
            ),
            "frame": (
                ("muscle",),
                np.array([7, -2147483647], np.int32),
                {"_FillValue": [-2147483647]},
            ),
            "reason": (("time",), ["", "Kraft 3 µN", "x"], {}),
            "peak": ((), np.array(213.5), {"units": "N m"}),
            "load_force": (("time", "load", "axis"), np.zeros((3, 0, 3)), {"units": "N"}),
            "position": (("muscle", "axis"), np.arange(6.0).reshape(2, 3), {"units": "m"}),
            "series": (("trial", "sample"), SERIES, {"units": "N m"}),
        },
        "attributes": {
            "exercise": "barbell_hip_thrust",
            "parameters": '{"text": "' + 100_000 * "x" + '"}',  # more than a fixed header holds
            "criterion": 2.0,
        },
    }
    path = tmp_path_factory.mktemp("hdf5") / "all.h5"
    _core.write_hdf5(dataset, path)
    return path


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_xarray_sees_all(path, engine):
    if engine == "netcdf4":
        pytest.importorskip("netCDF4")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with xr.open_dataset(path, engine=engine) as ds:
            ds.load()

    assert dict(ds.sizes) == {
        "time": 3, "muscle": 2, "axis": 3, "side": 3, "load": 0, "trial": 700, "sample": 101,
    }  # fmt: skip
    # a dimension without values of its own has no coordinate
    assert set(ds.coords) == {"time", "muscle", "side"}
    assert set(ds.data_vars) == {
        "activation", "status", "frame", "reason", "peak", "load_force", "position", "series",
    }  # fmt: skip
    assert all(isinstance(label, str) for label in ds["muscle"].values)
    assert list(ds["muscle"].values) == MUSCLES
    assert list(ds["side"].values) == SIDES
    assert list(ds["reason"].values) == ["", "Kraft 3 µN", "x"]
    assert ds["activation"].dims == ("time", "muscle")
    np.testing.assert_array_equal(ds["activation"], ACTIVATION)
    np.testing.assert_array_equal(ds["series"], SERIES)
    np.testing.assert_array_equal(ds["position"], np.arange(6.0).reshape(2, 3))
    assert ds["load_force"].shape == (3, 0, 3)
    assert ds["status"].dtype == np.int32, "flags stay integers"
    assert list(ds["status"].attrs["flag_masks"]) == [1, 2, 4]
    assert np.isnan(ds["frame"].values[1]) and ds["frame"].values[0] == 7
    assert ds["peak"].item() == 213.5 and ds["peak"].attrs["units"] == "N m"
    assert ds["time"].dtype == np.float64, "seconds are numbers, not dates"
    assert ds["activation"].sel(muscle="soleus_r", time=0.5).item() == 0.4
    assert ds.attrs["format"] == "coxa-1"
    assert ds.attrs["exercise"] == "barbell_hip_thrust"
    assert ds.attrs["criterion"] == 2
    assert len(ds.attrs["parameters"]) > 100_000
    assert isinstance(ds["activation"].attrs["units"], str)


def test_xarray_can_write_what_it_read(path, tmp_path):
    with xr.open_dataset(path, engine="h5netcdf") as ds:
        ds.to_netcdf(tmp_path / "copy.nc", engine="h5netcdf")
    with xr.open_dataset(path, engine="h5netcdf") as ds:
        with xr.open_dataset(tmp_path / "copy.nc", engine="h5netcdf") as copy:
            xr.testing.assert_identical(ds, copy)


def test_h5py_sees_dimension_scales(path):
    with h5py.File(path) as f:
        assert f.attrs["exercise"] == "barbell_hip_thrust"
        assert f["activation"].attrs["units"] == "1"
        # characters, one a byte
        assert f["side"].dtype == "S1" and f["side"].attrs["_Encoding"] == "utf-8"
        assert [b"".join(row).decode() for row in f["side"][()]] == SIDES
        for name, dims in {
            "activation": ["time", "muscle"],
            "load_force": ["time", "load", "axis"],
            "series": ["trial", "sample"],
        }.items():
            # a scale attached to each dimension, and found under its name
            for i, dim in enumerate(dims):
                assert f[name].dims[i][0] == f[dim], (name, dim)
        assert f["muscle"].is_scale and f["axis"].is_scale and not f["activation"].is_scale
        assert f["series"].compression == "gzip" and f["series"].shuffle
        assert f["activation"].chunks is None, "small arrays are one block"
        assert np.isnan(f["activation"].fillvalue)


def test_netcdf4_sees_dimensions_in_order(path):
    netcdf4 = pytest.importorskip("netCDF4")
    with netcdf4.Dataset(path) as nc:
        assert list(nc.dimensions) == [
            "time", "muscle", "axis", "side", "load", "trial", "sample",
            "string8", "string6", "string11",
        ]  # fmt: skip
        assert nc["position"].dimensions == ("muscle", "axis")
        assert "axis" not in nc.variables
        assert nc["muscle"].dtype == "S1" and list(nc["muscle"][:]) == MUSCLES
        assert nc["muscle"].dimensions == ("muscle", "string8")
        assert list(nc["reason"][:]) == ["", "Kraft 3 µN", "x"]


def test_h5dump_prints_it(path):
    program = shutil.which("h5dump")
    if program is None:
        pytest.skip("h5dump is not installed")
    text = subprocess.run(
        [program, "-d", "/activation", "-d", "/muscle", str(path)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert "0.1, 0.2" in text and "nan, 0.4" in text
    assert '"g", "l", "m", "a", "x", "1", "_", "r"' in text
    assert 'ATTRIBUTE "units"' in text and "H5T_CSET_UTF8" in text


def test_file_that_xarray_has_open_is_left_alone(path, tmp_path):
    target = tmp_path / "open.h5"
    shutil.copy(path, target)
    before = target.read_bytes()
    small = {"dims": {}, "variables": {}, "attributes": {}}
    with h5py.File(target):
        with pytest.raises(OSError, match="open elsewhere"):
            _core.write_hdf5(small, target)
    assert target.read_bytes() == before
    _core.write_hdf5(small, target)
    assert list(tmp_path.iterdir()) == [target]


def test_read_back(path):
    read = _core.read_hdf5(path)
    assert list(read["dims"])[:3] == ["time", "muscle", "axis"]
    np.testing.assert_array_equal(read["variables"]["activation"][1], ACTIVATION)
    assert list(read["variables"]["muscle"][1]) == MUSCLES
    assert read["attributes"]["criterion"] == 2


def test_file_of_another_format(path, tmp_path):
    target = tmp_path / "newer.h5"
    shutil.copy(path, target)
    with h5py.File(target, "r+") as f:
        f.attrs["format"] = "coxa-2"
    with pytest.raises(OSError, match="'coxa-2'.*newer version"):
        _core.read_hdf5(target)
    with h5py.File(target, "r+") as f:
        del f.attrs["format"]
    with pytest.raises(OSError, match="not one of coxa"):
        _core.read_hdf5(target)
