"""Result files: what goes in comes out, and nothing half-written is left."""

from __future__ import annotations

import os

import coxa
import h5py
import numpy as np
import pytest
import xarray as xr


def test_round_trip(result, tmp_path):
    path = result.save(tmp_path / "thrust.h5")
    loaded = coxa.load(path)
    assert isinstance(loaded, coxa.Result)
    xr.testing.assert_identical(loaded.dataset, result.dataset)
    for name in result.dataset.variables:
        assert loaded.dataset[name].dtype == result.dataset[name].dtype, name
    assert loaded.subject == result.subject and loaded.parameters == result.parameters
    assert loaded.summary().equals(result.summary())
    # the model is made again from what the file says
    q = result["position"].values[3]
    assert np.array_equal(loaded.model.muscle_lengths(q), result.model.muscle_lengths(q))


def test_saving_twice_replaces(result, tmp_path):
    path = tmp_path / "thrust.h5"
    result.save(path)
    result.save(path)
    assert os.listdir(tmp_path) == ["thrust.h5"]


def test_others_read_the_file(result, tmp_path):
    path = result.save(tmp_path / "thrust.h5")
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        opened.load()
    assert opened.sizes == result.dataset.sizes
    np.testing.assert_array_equal(opened["activation"], result["activation"])
    assert list(opened["muscle"].values) == list(result["muscle"].values)
    assert opened["hip_extension_moment"].attrs["units"] == "N m"
    with h5py.File(path) as file:
        assert file["activation"].dims[0][0].name == "/time"
        assert file.attrs["format"] in ("coxa-1", b"coxa-1")


def test_what_xarray_changed_can_be_saved(result, tmp_path):
    changed = coxa.Result(result.dataset.isel(time=slice(0, 5)))
    loaded = coxa.load(changed.save(tmp_path / "part.h5"))
    xr.testing.assert_identical(loaded.dataset, changed.dataset)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no/folder/r.h5", ["no/folder", "there is no folder"]),
        ("", ["is a folder", "name of a file"]),
    ],
)
def test_save_refuses(result, tmp_path, name, words):
    with pytest.raises(coxa.FileError) as error:
        result.save(tmp_path / name)
    for word in words:
        assert word.replace("is a folder", "it is a folder") in str(error.value)
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_save_into_a_read_only_folder(result, tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(coxa.FileError, match="Permission denied"):
            result.save(tmp_path / "r.h5")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("content", [b"", b"no HDF5 at all", b"\x89HDF\r\n\x1a\n" + bytes(100)])
def test_load_refuses_other_files(tmp_path, content):
    path = tmp_path / "r.h5"
    path.write_bytes(content)
    with pytest.raises(coxa.FileError, match="r.h5"):
        coxa.load(path)


def test_load_refuses_a_truncated_file(result, tmp_path):
    path = result.save(tmp_path / "r.h5")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(coxa.FileError, match="r.h5"):
        coxa.load(path)


def test_load_refuses_what_is_not_there(tmp_path):
    with pytest.raises(coxa.FileError, match="no such file"):
        coxa.load(tmp_path / "r.h5")


def test_a_model_that_has_moved_is_named(result, tmp_path):
    dataset = result.dataset.copy()
    dataset.attrs["model"] = str(tmp_path / "moved.osim")
    with pytest.raises(coxa.FileError, match="moved.osim"):
        _ = coxa.Result(dataset).model


def test_a_model_that_has_changed_is_said(result):
    dataset = result.dataset.copy()
    dataset.attrs["model_sha256"] = "0" * 64
    with pytest.warns(UserWarning, match="has changed"):
        _ = coxa.Result(dataset).model
