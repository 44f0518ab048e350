"""Many trials at once."""

from __future__ import annotations

import os

import coxa
import numpy as np
import pytest
import xarray as xr
from coxa.models.model import default_model
from coxa.studies import computing as module

EXERCISE = "barbell_hip_thrust"


@pytest.fixture(scope="module")
def study(athlete):
    return coxa.Study(EXERCISE, athlete, frames=11, hold=0.5).vary(
        load=[40, 80], bench_height=[0.38, 0.42]
    )


@pytest.fixture(scope="module")
def table(study):
    return study.run(workers=1)


def test_grid_is_full_and_in_order(study, table):
    assert len(study) == 4 and "4 trials" in repr(study)
    assert table.sizes["trial"] == 4
    assert table["load"].values.tolist() == [40, 40, 80, 80]
    assert table["bench_height"].values.tolist() == [0.38, 0.42, 0.38, 0.42]
    assert table["load"].attrs["units"] == "kg"
    assert (table["trial_status"].values == 0).all()


def test_rows_are_the_single_trials(table, athlete):
    one = coxa.simulate(EXERCISE, athlete, load=80, bench_height=0.38, hold=0.5, frames=11)
    for name, row in one.summary().iterrows():
        assert float(table[name][2]) == row["value"] or np.isnan(row["value"]), name
    # samples at 0 and 100 % are frames
    series = table["hip_extension_moment"][2]
    assert np.array_equal(series[0], one["hip_extension_moment"][0])
    assert np.array_equal(series[-1], one["hip_extension_moment"][-1])


@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_gives_the_same_bits(study, table, workers):
    other = study.run(workers=workers)
    assert set(other.variables) == set(table.variables)
    for name in table.variables:
        assert other[name].values.tobytes() == table[name].values.tobytes(), name


def test_file_is_the_dataset(study, table, tmp_path):
    path = tmp_path / "study.h5"
    written = study.run(path, workers=2)
    assert os.listdir(tmp_path) == ["study.h5"]
    loaded = coxa.load(path)
    assert isinstance(loaded, xr.Dataset)
    xr.testing.assert_identical(loaded, written)
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        assert opened.sizes["trial"] == 4 and opened.sizes["sample"] == 101
    assert loaded.attrs["format"] == "coxa-1"
    again = eval(loaded.attrs["history"], {"coxa": coxa})
    assert np.array_equal(again["peak_hip_extension_moment"], table["peak_hip_extension_moment"])


def test_failed_trials_are_rows_with_a_reason(athlete):
    study = coxa.Study(EXERCISE, athlete, frames=5).vary(foot_distance=[0.2, 0.75])
    table = study.run(workers=2)
    assert table["trial_status"].values.tolist() == [1, 0]
    assert "foot_distance" in str(table["trial_message"].values[0])
    assert str(table["trial_message"].values[1]) == ""
    peak = table["peak_hip_extension_moment"].values
    assert np.isnan(peak[0]) and np.isfinite(peak[1])


def test_run_refuses(study, tmp_path):
    with pytest.raises(coxa.FileError, match="there is no folder"):
        study.run(tmp_path / "no" / "study.h5")
    with pytest.raises(coxa.InvalidArgument, match="workers"):
        study.run(workers=0)
    with pytest.raises(coxa.InvalidArgument, match="load_force"):
        study.run(series=["load_force"])
    with pytest.raises(coxa.InvalidArgument, match="hip_extension"):
        study.run(series=["hip_extension"])
    assert os.listdir(tmp_path) == []


def test_a_grid_study_opens_as_the_full_grid(athlete, tmp_path):
    study = coxa.Study(EXERCISE, athlete, frames=5).vary(
        foot_distance=[0.2, 0.72, 0.78], load=[40, 80]
    )
    rows = study.run(workers=2)
    grid = study.sample(method="grid").run(tmp_path / "grid.h5", workers=2, chunk=1)
    with xr.open_dataset(tmp_path / "grid.h5", engine="h5netcdf") as opened:
        assert dict(opened["peak_hip_extension_moment"].sizes) == {"foot_distance": 3, "load": 2}
        assert opened["hip_extension_moment"].dims == ("foot_distance", "load", "sample", "side")
        assert opened["load"].attrs["units"] == "kg"
        assert opened["load"].values.tolist() == [40, 80]
    for name in ("peak_hip_extension_moment", "trial_status", "hip_extension_moment"):
        flat = grid[name].values.reshape(rows[name].shape)
        assert flat.tobytes() == rows[name].values.tobytes(), name
    one = grid["peak_hip_extension_moment"].sel(foot_distance=0.78, load=80)
    again = coxa.simulate(EXERCISE, athlete, frames=5, foot_distance=0.78, load=80)
    assert float(one) == float(again["peak_hip_extension_moment"])


def test_strict_ends_at_the_first_failure(athlete, tmp_path):
    study = coxa.Study(EXERCISE, athlete, frames=5, strict=True)
    with pytest.raises(coxa.InfeasibleMotion, match="foot_distance"):
        study.vary(foot_distance=[0.72, 0.2]).run(tmp_path / "study.h5", workers=1)
    heavy = coxa.Study(EXERCISE, athlete, frames=5, strict=True).vary(load=[60, 480])
    with pytest.raises(coxa.UnsolvedFrame):
        heavy.run(workers=1)


def test_several_exercises_share_what_they_have(athlete):
    study = coxa.Study([EXERCISE, "glute_bridge"], athlete, frames=5).vary(load=[40, 60])
    table = study.run(workers=2)
    assert table["exercise"].values.tolist() == [EXERCISE] * 2 + ["glute_bridge"] * 2
    assert "support_force" not in table and "group_force" in table
    bench = table["peak_bench_force"].values
    assert np.isfinite(bench[:2]).all() and np.isnan(bench[2:]).all()
    for i, (name, load) in enumerate([(EXERCISE, 40), (EXERCISE, 60), ("glute_bridge", 40)]):
        one = coxa.simulate(name, athlete, load=load, frames=5)
        assert float(table["glutes_impulse"][i]) == float(one["glutes_impulse"])


def test_uncertain_rows_are_single_trials_of_a_changed_model(athlete):
    study = coxa.Study(EXERCISE, athlete, frames=5).uncertain("muscle_strength", "segment_masses")
    table = study.sample(3, seed=4).run(workers=1)
    row = study.rows()[2]
    model = coxa.scale(default_model(), athlete).perturbed(**row["changes"])
    one = coxa.simulate(EXERCISE, model=model, frames=5)
    assert float(table["glutes_impulse"][2]) == float(one["glutes_impulse"])
    other = coxa.simulate(EXERCISE, athlete, frames=5)
    assert float(table["glutes_impulse"][2]) != float(other["glutes_impulse"])


def test_criteria_can_be_a_factor(athlete):
    study = coxa.Study(EXERCISE, athlete, frames=5).vary(criterion=[1, 2, "min-max"])
    table = study.run(workers=1)
    assert table["criterion"].values.tolist() == ["1", "2", "min-max"]
    for i, p in enumerate([1, 2, "min-max"]):
        one = coxa.simulate(EXERCISE, athlete, frames=5, criterion=p)
        assert float(table["glutes_impulse"][i]) == float(one["glutes_impulse"])


def test_an_offset_moves_what_the_body_decides(athlete):
    study = coxa.Study(EXERCISE, athlete, frames=5).uncertain("foot_placement")
    row = study.sample(2, seed=3).rows()[0]
    table = study.run(workers=1)
    found = coxa.simulate(EXERCISE, athlete, frames=5).parameters
    given = {name: found[name] + amount for name, amount in row["offsets"].items()}
    one = coxa.simulate(EXERCISE, athlete, frames=5, **given)
    # found values are noted to the digits of a text
    assert float(table["glutes_impulse"][0]) == pytest.approx(
        float(one["glutes_impulse"]), rel=1e-6
    )


def test_a_study_that_is_whole_is_opened_and_not_run(athlete, tmp_path, monkeypatch):
    study = coxa.Study(EXERCISE, athlete, frames=5).vary(load=[40, 60])
    first = study.run(tmp_path / "study.h5", workers=1).load()
    monkeypatch.setattr(module, "run_part", None)
    xr.testing.assert_identical(study.run(tmp_path / "study.h5").load(), first)
    with pytest.raises(coxa.FileError, match="study.h5.*another study"):
        study.vary(hold=[1.0]).run(tmp_path / "study.h5")
