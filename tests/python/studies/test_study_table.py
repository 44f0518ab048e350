"""Studies as flat tables: what pandas, pyarrow and the csv module read back is what the dataset holds."""

from __future__ import annotations

import builtins
import csv
import io
import tracemalloc

import coxa
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from coxa.studies import table as study_table


def made(trials=7, seed=0):
    """A dataset as a study gives it, with a failed trial and labels."""
    rng = np.random.default_rng(seed)
    failed = np.arange(trials) == 2
    peak = np.where(failed, np.nan, rng.normal(200, 30, trials))
    side = np.where(failed[:, None], np.nan, rng.normal(90, 5, (trials, 2)))
    message = np.where(failed, 'no foot_distance, says "the leg"', "").astype(object)
    words = np.array(["glute_bridge", "back_squat"] * trials, dtype=object)[:trials]
    return xr.Dataset(
        {
            "trial_status": ("trial", failed.astype(np.int32)),
            "trial_message": ("trial", message),
            "load": (
                "trial",
                rng.uniform(20, 90, trials),
                {"role": "parameter", "units": "kg", "long_name": "load"},
            ),
            "exercise": ("trial", words, {"role": "parameter", "units": "1"}),
            "peak_hip_extension_moment": (
                "trial",
                peak,
                {"role": "summary", "units": "N m", "long_name": "greatest moment"},
            ),
            "foot_force": (("trial", "side"), side, {"role": "summary", "units": "N"}),
            "hip_extension_moment": (
                ("trial", "sample", "side"),
                rng.normal(size=(trials, 3, 2)),
                {"units": "N m"},
            ),
            "time": (("trial", "sample"), rng.uniform(size=(trials, 3)), {"units": "s"}),
        },
        {
            "trial": np.arange(trials, dtype=float),
            "side": ["right", "left"],
            "sample": [0.0, 50.0, 100.0],
        },
        {"format": "coxa-1", "exercise": "glute_bridge, back_squat", "history": "coxa.Study(...)"},
    )


@pytest.fixture(scope="module")
def flat():
    return made()


@pytest.fixture(scope="module")
def grid():
    """Two loads by three bench heights; the bench's number is known from one dimension alone."""
    peak = np.arange(6.0).reshape(2, 3)
    return xr.Dataset(
        {
            "trial_status": (("load", "bench_height"), np.zeros((2, 3), dtype=np.int32)),
            "trial_message": (("load", "bench_height"), np.full((2, 3), "", dtype=object)),
            "peak": (("bench_height", "load"), peak.T, {"role": "summary", "units": "N m"}),
            "bench": ("bench_height", [1.0, 2.0, 3.0], {"role": "parameter", "units": "1"}),
            "moment": (
                ("load", "bench_height", "sample"),
                np.arange(12.0).reshape(2, 3, 2),
                {"units": "N m"},
            ),
            "time": (("load", "bench_height", "sample"), np.arange(12.0).reshape(2, 3, 2) / 10),
        },
        {
            "load": ("load", [40.0, 80.0], {"units": "kg", "role": "parameter"}),
            "bench_height": ("bench_height", [0.3, 0.4, 0.5], {"units": "m", "role": "parameter"}),
            "sample": [0.0, 100.0],
        },
    )


# ---- tables


def test_one_row_per_trial(flat):
    table = study_table.to_dataframe(flat)
    assert table.index.name == "trial" and len(table) == 7
    assert list(table.columns) == [
        *("load", "exercise", "trial_status", "trial_message"),
        *("peak_hip_extension_moment", "foot_force_right", "foot_force_left"),
    ]
    for name in ("load", "peak_hip_extension_moment", "trial_status"):
        np.testing.assert_array_equal(table[name].to_numpy(), flat[name].values)
    for side in ("right", "left"):
        np.testing.assert_array_equal(
            table[f"foot_force_{side}"].to_numpy(), flat["foot_force"].sel(side=side).values
        )
    assert table["exercise"].tolist() == flat["exercise"].values.tolist()
    units = table.attrs["units"]
    assert units["load"] == "kg" and units["foot_force_left"] == "N"
    assert set(units) == set(table.columns)


def test_a_grid_is_flattened_as_xarray_flattens_it(grid):
    table = study_table.to_dataframe(grid)
    assert table.index.tolist() == list(range(6))
    assert list(table.columns[:3]) == ["load", "bench_height", "bench"]
    reference = grid[["peak", "bench"]].to_dataframe(["load", "bench_height"]).reset_index()
    for name in ("load", "bench_height", "peak", "bench"):
        np.testing.assert_array_equal(table[name], reference[name])


def test_series_are_long(flat):
    table = study_table.series_dataframe(flat, "hip_extension_moment")
    assert list(table.columns) == ["trial", "sample", "time", "side", "value"]
    assert len(table) == 7 * 3 * 2
    # pandas' own way from array to long table
    reference = flat["hip_extension_moment"].to_series()
    own = table.set_index(["trial", "sample", "side"])["value"]
    pd.testing.assert_series_equal(
        own.sort_index(), reference.sort_index(), check_names=False, check_index_type=False
    )
    time = table.drop_duplicates(["trial", "sample"])["time"].to_numpy()
    np.testing.assert_array_equal(time, flat["time"].values.reshape(-1))
    assert table.attrs["units"]["value"] == "N m" and table.attrs["units"]["time"] == "s"


def test_series_of_a_grid(grid):
    table = study_table.series_dataframe(grid, "moment")
    np.testing.assert_array_equal(table["value"], np.arange(12.0))
    np.testing.assert_array_equal(table["time"], np.arange(12.0) / 10)
    np.testing.assert_array_equal(table["trial"], np.repeat(np.arange(6), 2))
    np.testing.assert_array_equal(table["sample"], np.tile([0.0, 100.0], 6))


def test_a_label_that_would_hide_another_column_says_its_dimension():
    given = made().assign(
        foot_force_right=("trial", np.zeros(7), {"role": "summary", "units": "N"})
    )
    table = study_table.to_dataframe(given)
    assert table["foot_force_right"].eq(0).all()
    assert "foot_force_side_right" in table and "foot_force_left" in table


# ---- files


def test_csv_comes_back(flat, tmp_path):
    path = coxa.export(flat, tmp_path / "study.csv")
    back = pd.read_csv(path, keep_default_na=False, na_values={"load": [""]})
    own = study_table.to_dataframe(flat).reset_index()
    assert list(back.columns) == list(own.columns)
    # every digit is written
    assert back["load"].tolist() == own["load"].tolist()
    peak = pd.to_numeric(back["peak_hip_extension_moment"])
    np.testing.assert_array_equal(peak, own["peak_hip_extension_moment"])
    assert back["trial_message"].tolist() == own["trial_message"].tolist()
    # one line for each trial, so that line-wise tools work
    assert len(path.read_text().splitlines()) == 8
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert rows[2]["trial_status"] == "1" and rows[2]["peak_hip_extension_moment"] == ""


def test_csv_with_units(flat, tmp_path):
    path = coxa.export(flat, tmp_path / "study.csv", units=True)
    head = path.read_text().splitlines()[0].split(",")
    assert "load [kg]" in head and "foot_force_left [N]" in head
    assert "exercise" in head and "trial_status" in head


def test_parquet_comes_back_with_units_and_provenance(flat, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = coxa.export(flat, tmp_path / "study.parquet")
    back = parquet.read_table(path)
    own = study_table.to_dataframe(flat).reset_index()
    assert back.column_names == list(own.columns)
    for name in own.columns:
        given, found = own[name].to_numpy(), back.column(name).to_numpy()
        if given.dtype.kind == "f":
            np.testing.assert_array_equal(found, given)
        else:
            assert found.tolist() == given.tolist(), name
    field = back.schema.field("load")
    assert field.metadata == {b"units": b"kg", b"long_name": b"load"}
    assert b"coxa.Study" in back.schema.metadata[b"coxa"]
    assert pd.read_parquet(path)["load"].tolist() == own["load"].tolist()


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("name", ["flat", "grid"])
@pytest.mark.parametrize("most", [1, 5, 17])
def test_pieces_make_the_whole(request, monkeypatch, tmp_path, suffix, name, most):
    """However little fits into memory, the file is the same."""
    pytest.importorskip("pyarrow")
    dataset = request.getfixturevalue(name)
    read = pd.read_csv if suffix == ".csv" else pd.read_parquet
    series = "moment" if name == "grid" else "hip_extension_moment"
    for given in (None, series):
        whole = coxa.export(dataset, tmp_path / f"whole{suffix}", series=given)
        monkeypatch.setattr(study_table, "_AT_ONCE", most)
        cut = coxa.export(dataset, tmp_path / f"cut{suffix}", series=given)
        monkeypatch.undo()
        pd.testing.assert_frame_equal(read(whole), read(cut))
        if suffix == ".csv":
            assert whole.read_bytes() == cut.read_bytes()


def test_memory_is_flat(tmp_path, monkeypatch):
    """Ten times the trials take little more memory, read from a file piece by piece."""
    pytest.importorskip("pyarrow")

    def peak(trials):
        rng = np.random.default_rng(1)
        columns = {
            f"summary_{i}": ("trial", rng.normal(size=trials), {"role": "summary"})
            for i in range(12)
        }
        columns["trial_status"] = ("trial", np.zeros(trials, dtype=np.int32))
        columns["trial_message"] = ("trial", np.full(trials, "", dtype=object))
        source = tmp_path / f"{trials}.h5"
        xr.Dataset(columns).to_netcdf(source, engine="h5netcdf")
        del columns
        with xr.open_dataset(source, engine="h5netcdf") as opened:
            tracemalloc.start()
            coxa.export(opened, tmp_path / "out.parquet")
            used = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return used

    monkeypatch.setattr(study_table, "_AT_ONCE", 15_000)
    peak(100)  # what is imported and cached at first use
    small, large = peak(2_000), peak(20_000)
    # all at once would be 20 000 x 12 numbers, 1.9 MB, ten times that of the small one
    assert large < 1.5 * small
    assert large < 1_200_000


def test_the_accessor_of_a_dataset(flat, tmp_path):
    pytest.importorskip("pyarrow")
    pd.testing.assert_frame_equal(flat.coxa.to_dataframe(), study_table.to_dataframe(flat))
    long = flat.coxa.series_dataframe("hip_extension_moment")
    assert len(long) == 42
    assert flat.coxa.to_csv(tmp_path / "a.csv").exists()
    assert flat.coxa.to_parquet(tmp_path / "a.parquet").exists()
    with pytest.raises(coxa.InvalidArgument, match=r"a\.csv must end with \.parquet"):
        flat.coxa.to_parquet(tmp_path / "a.csv")


# ---- what cannot be


def test_what_is_no_study():
    with pytest.raises(coxa.InvalidArgument) as error:
        study_table.to_dataframe(xr.Dataset({"a": ("x", [1.0])}))
    assert str(error.value) == (
        "a table needs what study.run() gives, or coxa.load() of its file, not a dataset without"
        " trial_status"
    )


def test_a_series_that_is_not_there(flat):
    with pytest.raises(coxa.UnknownName) as error:
        study_table.series_dataframe(flat, "hip_extension_momnt")
    assert str(error.value) == (
        "no series in this study 'hip_extension_momnt'; did you mean 'hip_extension_moment'?"
    )


def test_without_pyarrow_one_line_says_what_to_install(flat, tmp_path, monkeypatch):
    whole = builtins.__import__

    def without(name, *arguments, **options):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return whole(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    target = tmp_path / "study.parquet"
    with pytest.raises(coxa.InvalidArgument) as error:
        coxa.export(flat, target)
    assert str(error.value) == (
        f"cannot write {target}: pyarrow is not installed; run: pip install"
        ' "coxa[parquet]", or write .csv'
    )
    assert not target.exists()


def test_a_suffix_that_is_not_known(flat, tmp_path):
    target = tmp_path / "study.xlsx"
    with pytest.raises(coxa.InvalidArgument) as error:
        coxa.export(flat, target)
    assert str(error.value) == f"{target} must end with .csv or .parquet"


def test_units_of_parquet_are_there_anyway(flat, tmp_path):
    with pytest.raises(coxa.InvalidArgument, match="units belongs to .csv; a.parquet has units"):
        coxa.export(flat, tmp_path / "a.parquet", units=True)


def test_a_file_that_fails_half_way_leaves_nothing(flat, tmp_path, monkeypatch):
    target = tmp_path / "study.csv"
    target.write_text("before")

    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    with pytest.raises(coxa.FileError) as error:
        coxa.export(flat, target)
    assert str(error.value) == f"cannot write {target}: No space left on device"
    assert target.read_text() == "before" and list(tmp_path.iterdir()) == [target]


def test_one_trial_is_no_study(result, tmp_path):
    path = result.save(tmp_path / "one.h5")
    with pytest.raises(coxa.InvalidArgument) as error:
        coxa.export(path, tmp_path / "one.csv")
    assert str(error.value) == (
        f"{path} holds one trial, not a study of many trials; 'coxa study' makes one"
    )
