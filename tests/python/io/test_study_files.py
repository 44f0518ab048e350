"""Joining the files of a study's parts: the result is what one great file of all trials would be."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import zlib

import h5py
import numpy as np
import pytest
import xarray as xr
from coxa import FileError, InvalidArgument, _core

MISSING = -2147483647
SAMPLES = 101

# bytes of the checksum at the end of a part
SEAL = 48


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


ATTRIBUTES = {"exercise": "barbell_hip_thrust", "criterion": 2.0, "parameters": "{}" * 40_000}


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


def spoil(name, entry, value):
    """A change of the second part: entry 0 dims, 1 values, 2 attributes of a variable."""

    def change(i, dataset):
        if i == 1:
            parts = list(dataset["variables"][name])
            parts[entry] = {**parts[2], **value} if entry == 2 else value
            dataset["variables"][name] = tuple(parts)

    return change


def other_side(i, dataset):
    if i == 1:
        dataset["variables"]["side"] = (("side",), ["left", "right"], {"long_name": "side"})


def longer(i, dataset):
    if i == 1:
        dataset["dims"]["none"] = 1
        dataset["variables"]["empty"] = (("trial", "none"), np.zeros((10, 1)), {"units": "N"})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (spoil("peak", 2, {"units": "N"}), "'peak' has units 'N m' in the first and 'N' in the second"),
        (
            spoil("status", 2, {"flag_masks": np.array([1, 4], np.int32)}),
            "'status' has flag_masks (1, 2) in the first and (1, 4) in the second",
        ),
        (
            spoil("peak", 2, {"role": "parameter"}),
            "'peak' has role 'summary' in the first and 'parameter' in the second",
        ),
        (other_side, "the labels of 'side' differ"),
        (spoil("mass", 1, np.array(63.0)), "the values of 'mass' differ"),
        (longer, "the dimension 'none' has 0 entries in the first and 1 in the second"),
        (
            spoil("peak", 1, np.zeros(10, np.int32)),
            "'peak' holds another type of value in the first than in the second",
        ),
    ],
)  # fmt: skip
def test_parts_that_contradict_each_other(folder, tmp_path, change, says):
    paths = write_parts(folder, [10, 10], change)
    with pytest.raises(FileError) as caught:
        _core.join_hdf5(paths, tmp_path / "out.h5", {})
    assert str(caught.value) == f'cannot join "{paths[0]}" and "{paths[1]}": {says}'
    assert sorted(p.name for p in tmp_path.iterdir()) == ["parts"]


def test_other_dimensions_contradict(folder, tmp_path):
    def change(i, dataset):
        if i == 1:
            dataset["variables"]["peak"] = (("trial", "side"), np.zeros((10, 2)), {"units": "N m"})

    with pytest.raises(FileError, match=r"'peak' has the dimensions \(trial\) in the first and "):
        _core.join_hdf5(write_parts(folder, [10, 10], change), tmp_path / "out.h5", {})


def test_descriptions_may_differ_and_the_first_one_stays(folder, tmp_path):
    change = spoil("force", 2, {"long_name": "another word for it"})
    _core.join_hdf5(write_parts(folder, [10, 10], change), tmp_path / "out.h5", {})
    assert seen(tmp_path / "out.h5")["force"].attrs["long_name"] == "force"


def test_trials_must_be_complete(folder, tmp_path):
    paths = write_parts(folder, [10, 10, 10])

    def refusal(parts, error=FileError):
        with pytest.raises(error) as caught:
            _core.join_hdf5(parts, tmp_path / "out.h5", {})
        return str(caught.value)

    gap = (
        "cannot join the parts: trials {} to {} are in none of them; the next one after these is {}"
    )
    assert refusal([paths[0], paths[2]]) == gap.format(10, 19, f'"{paths[2]}"')
    assert refusal(paths[1:]) == gap.format(0, 9, f'"{paths[1]}"')
    twice = f'cannot join "{paths[1]}" and "{paths[1]}": both hold trial 10'
    assert refusal([*paths, paths[1]]) == twice
    assert "there are no parts" in refusal([], InvalidArgument)

    with h5py.File(paths[1], "r+") as f:
        f["trial"][3] = 99
    assert "000001.h5" in refusal(paths)
    assert "its trials are not consecutive: after 12 comes 99" in refusal(paths)

    def without(i, dataset):
        if i == 1:
            del dataset["variables"]["trial"]

    paths = write_parts(folder, [10, 10], without)
    assert refusal(paths) == (
        f"cannot read \"{paths[1]}\": it is no part of a study: it has no integer coordinate 'trial'"
    )


def test_damaged_parts_are_named(folder, tmp_path):
    paths = write_parts(folder, [64, 64, 64])
    sound = paths[1].read_bytes()

    def refusal(content):
        paths[1].write_bytes(content)
        with pytest.raises(FileError) as caught:
            _core.join_hdf5(paths, tmp_path / "out.h5", {})
        text = str(caught.value)
        assert str(paths[1]) in text and "\n" not in text
        assert sorted(p.name for p in tmp_path.iterdir()) == ["parts"], "no temporary file stays"
        return text

    for length in range(0, len(sound), len(sound) // 12 + 1):
        refusal(sound[:length])
    assert "truncated" in refusal(sound[:-100])
    with h5py.File(paths[0]) as f:
        info = f["force"].id.get_chunk_info(1)
    flipped = bytearray(sound)
    flipped[info.byte_offset + info.size // 2] ^= 0x10
    assert "its checksum says; restore it from a copy" in refusal(bytes(flipped))
    # the same without the checksum that coxa writes at the end
    bare = sound[:-SEAL]
    assert "failed to read the variable force" in refusal(bytes(flipped[:-SEAL]))
    newer = bare.replace(b"coxa-1\0", b"coxa-2\0")
    assert newer != bare
    assert "its format is 'coxa-2', this version of coxa reads 'coxa-1'" in refusal(newer)
    assert "it is not an HDF5 file" in refusal(b"hello")
    paths[1].write_bytes(sound)
    _core.join_hdf5(paths, tmp_path / "out.h5", {})


def test_a_damaged_part_does_not_spoil_the_end_of_the_program(folder, tmp_path):
    paths = write_parts(folder, [64, 64])
    content = bytearray(paths[1].read_bytes())
    content[content.index(b"OHDR", 10_000) + 30] ^= 2  # HDF5 loses memory over such headers
    paths[1].write_bytes(bytes(content[:-SEAL]))
    text = in_new_process(JOIN.format(path=sys.path), tmp_path / "out.h5", *paths)
    assert text.startswith(f'cannot read "{paths[1]}": HDF5 failed to open ')
    assert "checksum" in text


def test_random_damage_never_crashes_or_passes_for_series(folder, tmp_path):
    """Bytes lost or changed anywhere: an error that names a file, or numbers outside the compressed pieces."""
    paths = write_parts(folder, [64, 64])
    sound = paths[1].read_bytes()
    series = stacked(0, 128)["variables"]["force"][1]
    random = np.random.default_rng(5)
    refused = 0
    for _ in range(150):
        content = bytearray(sound)
        for place in random.integers(0, len(sound), random.integers(1, 6)):
            content[place] ^= 1 << random.integers(8)
        paths[1].write_bytes(bytes(content))
        try:
            _core.join_hdf5(paths, tmp_path / "out.h5", {})
        except FileError as error:
            refused += 1
            assert str(tmp_path) in str(error) and "\n" not in str(error)
        else:
            with h5py.File(tmp_path / "out.h5") as f:
                np.testing.assert_array_equal(f["force"], series)
    assert refused > 50


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


def test_a_target_that_is_open_elsewhere_or_absent(folder, tmp_path):
    paths = write_parts(folder, [10])
    with pytest.raises(FileError, match="does not exist; create it first"):
        _core.join_hdf5(paths, tmp_path / "absent" / "out.h5", {})
    _core.join_hdf5(paths, tmp_path / "out.h5", {})
    with h5py.File(tmp_path / "out.h5"):
        with pytest.raises(FileError, match="open elsewhere"):
            _core.join_hdf5(paths, tmp_path / "out.h5", {})
    _core.join_hdf5(paths, tmp_path / "out.h5", {})


def test_attributes_that_cannot_be_stored(folder, tmp_path):
    paths = write_parts(folder, [10])
    with pytest.raises(InvalidArgument, match="zero byte"):
        _core.join_hdf5(paths, tmp_path / "out.h5", {"history": "a\0b"})
    with pytest.raises(InvalidArgument, match="the only format that is written"):
        _core.join_hdf5(paths, tmp_path / "out.h5", {"format": "coxa-2"})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["parts"]


def in_new_process(code, *arguments, **environment):
    """Runs Python code to its end, exit handlers of HDF5 included, and gives what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


JOIN = """
import sys
sys.path[:0] = {path!r}
from coxa import FileError, _core
try:
    _core.join_hdf5(sys.argv[2:], sys.argv[1], {{}})
except FileError as error:
    print(error)
"""


@pytest.mark.parametrize("limit", [0, 50_000, 400_000])
def test_a_file_that_may_not_grow(folder, tmp_path, limit):
    paths = write_parts(folder, [64, 64])
    code = (
        "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    ) + JOIN.format(path=sys.path)
    text = in_new_process(code, tmp_path / "out.h5", *paths)
    assert text.startswith(f'cannot write "{tmp_path}/out.h5": File too large: it needs ')
    assert sorted(p.name for p in tmp_path.iterdir()) == ["parts"]


def test_a_full_disk_is_one_clear_error_and_leaves_nothing(folder, tmp_path):
    disk = os.environ.get("COXA_TEST_SMALL_DISK")
    if disk is None:
        pytest.skip("COXA_TEST_SMALL_DISK names no small file system")
    paths = write_parts(folder, [64, 64])
    text = in_new_process(JOIN.format(path=sys.path), f"{disk}/out.h5", *paths)
    needed, free = map(int, re.findall(r"(\d+) bytes, (\d+) are free", text)[0])
    assert text.startswith(f'cannot write "{disk}/out.h5": the disk is full: the file needs ')
    assert free <= 65536 < needed
    assert not os.listdir(disk)


FAILING_WRITES = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
/* the disk fails under the temporary file from the fifth write on */
ssize_t pwrite64(int file, const void *data, size_t size, off_t place) {
  static int count = 0;
  static ssize_t (*real)(int, const void *, size_t, off_t);
  char link[64], path[512] = "";
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  if (readlink(link, path, sizeof path - 1) > 0 && strstr(path, ".part") && ++count >= 5) {
    errno = EIO;
    return -1;
  }
  return real(file, data, size, place);
}
ssize_t pwrite(int file, const void *data, size_t size, off_t place) {
  return pwrite64(file, data, size, place);
}
"""


def test_a_failing_disk_is_one_clear_error_and_no_crash_at_the_end(folder, tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or "LD_PRELOAD" in os.environ:
        pytest.skip("needs a C compiler, and the place of a library that is loaded first")
    (tmp_path / "failing.c").write_text(FAILING_WRITES)
    library = tmp_path / "parts" / "failing.so"
    command = [compiler, "-w", "-shared", "-fPIC", "-o", library, tmp_path / "failing.c", "-ldl"]
    subprocess.run(command, check=True)
    (tmp_path / "failing.c").unlink()
    paths = write_parts(folder, [64, 64, 64])
    text = in_new_process(
        JOIN.format(path=sys.path), tmp_path / "out.h5", *paths, LD_PRELOAD=str(library)
    )
    assert text == (
        f'cannot write "{tmp_path}/out.h5": HDF5 failed to write a chunk: file write failed: '
        "Input/output error\n"
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["parts"]


def test_room_set_aside_is_given_back(folder, tmp_path):
    _core.join_hdf5(write_parts(folder, [64, 64]), tmp_path / "out.h5", {})
    stat = os.stat(tmp_path / "out.h5")
    assert stat.st_blocks * 512 <= stat.st_size + 4096 * 2
