"""Joining the files of a study's parts: the result is what one great file of all trials would be."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
from coxa import FileError, InvalidArgument, _core

sys.path.insert(0, str(Path(__file__).parent))
from study_parts import MISSING, SAMPLES, assert_same_to_the_bit, seen, stacked, write_parts

ATTRIBUTES = {"exercise": "barbell_hip_thrust", "criterion": 2.0, "parameters": "{}" * 40_000}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "parts").mkdir()
    return tmp_path / "parts"


# one part; equal parts with a shorter last one; parts too small to be compressed; a first one shorter than the rest; all
# different
CUTS = [[1], [100], [64, 64, 64, 8], [4] * 20, [10, 64, 64], [50, 3, 64, 33], [1] * 7]


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
@pytest.mark.parametrize("sizes", CUTS, ids=lambda sizes: "-".join(map(str, sizes[:5])))
def test_the_joined_file_looks_like_one_file_of_all_trials(folder, tmp_path, sizes, engine):
    pytest.importorskip({"netcdf4": "netCDF4"}.get(engine, engine))
    paths = write_parts(folder, sizes)
    _core.join_hdf5(paths[::-1], tmp_path / "joined.h5", ATTRIBUTES)  # in any order
    whole = stacked(0, sum(sizes))
    whole["attributes"] = ATTRIBUTES
    _core.write_hdf5(whole, tmp_path / "whole.h5")
    assert_same_to_the_bit(
        seen(tmp_path / "joined.h5", engine), seen(tmp_path / "whole.h5", engine)
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["joined.h5", "parts", "whole.h5"]
    assert len(list(folder.iterdir())) == len(sizes), "the parts are left alone"


def test_our_reader_reads_it_too(folder, tmp_path):
    _core.join_hdf5(write_parts(folder, [64, 64, 2]), tmp_path / "joined.h5", ATTRIBUTES)
    read, whole = _core.read_hdf5(tmp_path / "joined.h5"), stacked(0, 130)
    assert read["attributes"] == {**ATTRIBUTES, "format": "coxa-1"}
    assert read["dims"] == whole["dims"] and list(read["variables"]) == list(whole["variables"])
    for name, (dims, values, _) in whole["variables"].items():
        assert read["variables"][name][0] == dims
        np.testing.assert_array_equal(read["variables"][name][1], values)


def chunks(array):
    """Place and bytes of every chunk as it lies in the file."""
    return [
        (info.chunk_offset, array.id.read_direct_chunk(info.chunk_offset))
        for info in map(array.id.get_chunk_info, range(array.id.get_num_chunks()))
    ]


def test_series_are_copied_without_compressing_them_again(folder, tmp_path):
    paths = write_parts(folder, [64, 64, 5])
    # the same numbers compressed harder: bytes that this library would never write
    for path in paths:
        with h5py.File(path, "r+") as f:
            array = f["force"]
            if array.chunks is None:
                continue
            place = (0, 0, 0, 0)
            _, packed = array.id.read_direct_chunk(place)
            packed = zlib.compress(zlib.decompress(packed), 9)
            array.id.write_direct_chunk(place, packed)
    _core.join_hdf5(paths, tmp_path / "joined.h5", {})
    np.testing.assert_array_equal(
        seen(tmp_path / "joined.h5")["force"], stacked(0, 133)["variables"]["force"][1]
    )
    with h5py.File(tmp_path / "joined.h5") as joined:
        kept = chunks(joined["force"])
        found = []
        for i, path in enumerate(paths[:2]):
            with h5py.File(path) as part:
                assert part["force"].chunks == joined["force"].chunks
                found += [((p[0] + 64 * i, *p[1:]), b) for p, b in chunks(part["force"])]
        assert kept[: len(found)] == found and len(kept) > len(found)
        assert joined["peak"].chunks is None and joined["trial"].chunks is None
        assert joined["peak_side"].chunks is None, "summaries are one block, quick to load"


def test_our_compression_is_that_of_hdf5(tmp_path):
    values = stacked(0, 64)["variables"]["force"][1]
    (tmp_path / "ours.h5").write_bytes(_core.hdf5_image(stacked(0, 64)))
    with h5py.File(tmp_path / "ours.h5") as ours, h5py.File(tmp_path / "theirs.h5", "w") as theirs:
        array = ours["force"]
        assert array.shuffle and array.compression == "gzip" and array.compression_opts == 1
        again = theirs.create_dataset(
            "force", data=values, chunks=array.chunks, shuffle=True, compression=1
        )
        assert len(chunks(array)) == 2 and len(chunks(again)) == 2
        for (place, (mask, packed)), (where, (other, expected)) in zip(
            chunks(array), chunks(again), strict=True
        ):
            # another zlib may pack otherwise; what comes out of it may not differ
            assert (place, mask) == (where, other) and mask == 0
            assert zlib.decompress(packed) == zlib.decompress(expected)


def test_noise_that_does_not_shrink(folder, tmp_path):
    noise = np.frombuffer(np.random.default_rng(1).bytes(64 * SAMPLES * 8)).reshape(64, SAMPLES)

    def change(i, dataset):
        dataset["variables"]["time"] = (("trial", "sample"), noise, {"units": "s"})

    _core.join_hdf5(write_parts(folder, [64, 64], change), tmp_path / "joined.h5", {})
    read = seen(tmp_path / "joined.h5")["time"].values
    assert read.tobytes() == np.concatenate([noise, noise]).tobytes()
    with h5py.File(tmp_path / "joined.h5") as f:
        assert all(mask == 2 for _, (mask, _) in chunks(f["time"])), "stored, not deflated"


GRIDS = {
    "load": [("load", "kg", "bar and plates", [60.0 + i for i in range(13)])],
    "words": [
        ("load", "kg", "bar and plates", np.arange(60.0, 73)),
        ("stance", "1", "stance", ["w0", "w1"]),
        ("tilt", "degree", "tilt", [0, 1, 2, 3, 4]),
    ],
}


@pytest.mark.parametrize("sizes", [[130], [64, 64, 2], [7] * 18 + [4], [50, 80]], ids=str)
def test_a_grid_takes_the_place_of_trial(folder, tmp_path, sizes):
    _core.join_hdf5(
        write_parts(folder, sizes), tmp_path / "grid.h5", {"exercise": "x"}, GRIDS["words"]
    )
    for engine in ("h5netcdf", "netcdf4"):
        if engine == "netcdf4":
            pytest.importorskip("netCDF4")
        ds = seen(tmp_path / "grid.h5", engine)
        assert dict(ds.sizes) == {
            "load": 13, "stance": 2, "tilt": 5, "sample": SAMPLES, "side": 2, "group": 11, "none": 0,
        }  # fmt: skip
        assert list(ds["stance"].values) == ["w0", "w1"]
        assert ds["load"].attrs == {
            "long_name": "bar and plates",
            "units": "kg",
            "role": "parameter",
        }
        grid = ("load", "stance", "tilt")
        assert ds["trial"].dims == grid and ds["trial"].dtype == np.int32
        np.testing.assert_array_equal(ds["trial"].values.ravel(), np.arange(130))
        for name, (dims, values, _) in stacked(0, 130)["variables"].items():
            if dims[:1] != ("trial",) or name in grid or name == "trial":
                continue
            assert ds[name].dims == (*grid, *dims[1:])
            expected = np.reshape(values, (13, 2, 5, *np.shape(values)[1:]))
            np.testing.assert_array_equal(ds[name].values, expected, name)
        assert ds["force"].sel(load=71, stance="w1", tilt=2).shape == (SAMPLES, 2, 11)


def test_grids_that_do_not_fit(folder, tmp_path):
    paths = write_parts(folder, [20, 10])

    def refusal(*grid, error=InvalidArgument):
        with pytest.raises(error) as caught:
            _core.join_hdf5(paths, tmp_path / "out.h5", {}, list(grid))
        assert sorted(p.name for p in tmp_path.iterdir()) == ["parts"]
        return str(caught.value)

    assert refusal(("a", "1", "", [1.0, 2.0]), ("b", "1", "", ["x"])) == (
        "grid: it has 2 trials (a 2 x b 1), the parts have 30"
    )
    for taken in ("peak_side", "trial", "sample"):
        assert f"'{taken}'" in refusal((taken, "1", "", np.arange(30.0)))
    assert "'group'" in refusal(("group", "1", "", np.arange(30.0)))
    assert "use letters" in refusal(("foot width", "1", "", np.arange(30.0)))
    wrong = refusal(
        ("load", "kg", "", [60.0, 61.0, 62.5]),
        ("other", "1", "", np.arange(10.0)),
        error=FileError,
    )
    assert "000001.h5" in wrong and "trial 20 has load 62, the grid says 62.5" in wrong
    wrong = refusal(
        ("load", "kg", "", [60.0, 61.0, 62.0]),
        ("stance", "kg", "", ["w0", "wide"]),
        ("other", "1", "", np.arange(5.0)),
        error=FileError,
    )
    assert "trial 5 has stance w1, the grid says wide" in wrong


def test_what_only_some_parts_have_is_missing_elsewhere(folder, tmp_path):
    def change(i, dataset):
        if i != 1:
            for name in ("peak", "force", "status", "stance", "peak_side"):
                del dataset["variables"][name]
            del dataset["dims"]["group"]
        else:
            dataset["variables"]["count"] = (("trial",), np.arange(64, dtype=np.int32), {})

    _core.join_hdf5(write_parts(folder, [64, 64, 10], change), tmp_path / "joined.h5", {})
    whole = stacked(0, 138)["variables"]
    for engine in ("h5netcdf", "netcdf4"):
        if engine == "netcdf4":
            pytest.importorskip("netCDF4")
        ds = seen(tmp_path / "joined.h5", engine)
        for name in ("peak", "force", "status", "peak_side"):
            assert np.isnan(ds[name][:64]).all() and np.isnan(ds[name][128:]).all()
            np.testing.assert_array_equal(ds[name][64:128], whole[name][1][64:128])
        assert list(ds["stance"].values) == 64 * [""] + whole["stance"][1][64:128] + 10 * [""]
        np.testing.assert_array_equal(ds["count"][64:128], np.arange(64))
        assert np.isnan(ds["count"][:64]).all(), "integers say that they are missing"
        np.testing.assert_array_equal(ds["time"], whole["time"][1])
    with h5py.File(tmp_path / "joined.h5") as f:
        assert f["count"].attrs["_FillValue"] == MISSING and (f["count"][:64] == MISSING).all()


def test_h5dump_reads_it(folder, tmp_path):
    program = shutil.which("h5dump")
    if program is None:
        pytest.skip("h5dump is not installed")
    _core.join_hdf5(write_parts(folder, [64, 6]), tmp_path / "j.h5", {}, None)
    run = [program, "-d", "/peak_side", "-d", "/stance", str(tmp_path / "j.h5")]
    text = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    assert "(69,0)" in text and '"w", "0"' in text and "DIMENSION_LIST" in text


def test_dimension_scales_are_as_hdf5_makes_them(folder, tmp_path):
    """Lists written by ourselves against those of HDF5's own function, through h5py."""
    _core.join_hdf5(write_parts(folder, [64, 6]), tmp_path / "j.h5", {})
    with h5py.File(tmp_path / "j.h5", "r+") as f:
        assert f["force"].dims[0][0] == f["trial"] and f["force"].dims[3][0] == f["group"]
        ours = f["trial"].attrs["REFERENCE_LIST"]
        users = {f[entry["dataset"]].name for entry in ours}
        assert {"/force", "/peak", "/stance"} <= users and "/mass" not in users
        f.create_dataset("scale", data=np.arange(70.0))
        f["scale"].make_scale("scale")
        f["theirs"] = np.zeros(70)
        f["theirs"].dims[0].attach_scale(f["scale"])
        theirs = f["scale"].attrs["REFERENCE_LIST"]
        assert ours.dtype.names == theirs.dtype.names
        kinds = (
            f["force"].attrs.get_id("DIMENSION_LIST"),
            f["theirs"].attrs.get_id("DIMENSION_LIST"),
        )
        assert kinds[0].get_type() == kinds[1].get_type()
        # and HDF5 can undo what we tied
        f["force"].dims[0].detach_scale(f["trial"])
        left = {f[entry["dataset"]].name for entry in f["trial"].attrs["REFERENCE_LIST"]}
        assert left == users - {"/force"}


def test_image_is_the_file(tmp_path):
    _core.write_hdf5(stacked(0, 70), tmp_path / "a.h5")
    image = _core.hdf5_image(stacked(0, 70))
    assert isinstance(image, bytes) and image == (tmp_path / "a.h5").read_bytes()


def test_many_threads_make_images_at_once():
    expected = [_core.hdf5_image(stacked(64 * i, 64)) for i in range(4)]
    failures = []

    def work(i):
        for _ in range(5):
            if _core.hdf5_image(stacked(64 * i, 64)) != expected[i]:
                failures.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
