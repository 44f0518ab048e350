"""Many trials at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import coxa
import numpy as np
import pytest
import xarray as xr

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


def test_progress_counts_up(athlete):
    from coxa import _core

    study = coxa.Study(EXERCISE, athlete, frames=5).vary(load=[20, 30, 40])
    setup, seen = study._setup, []
    _core.run_study(
        setup.model._core, EXERCISE, study.trials(), setup.options, 2, seen.append, [], [], 11
    )
    assert seen == sorted(seen) and seen[-1] == 3


def test_an_exception_of_progress_comes_through(athlete):
    from coxa import _core

    def fail(finished):
        raise RuntimeError(f"enough after {finished}")

    study = coxa.Study(EXERCISE, athlete, frames=101).vary(load=[20, 30, 40])
    setup = study._setup
    with pytest.raises(RuntimeError, match="enough after"):
        _core.run_study(
            setup.model._core, EXERCISE, study.trials(), setup.options, 1, fail, [], [], 11
        )


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ({"load": (20, 100)}, ["load", "continuous range", "levels only at present", "[20, 100]"]),
        ({"laod": [20]}, ["laod", "did you mean 'load'"]),
        ({"load": [20, 1e4]}, ["load", "10000"]),
        ({"load": 20}, ["load", "list of levels", "20"]),
        ({"load": "20"}, ["load", "list of levels"]),
        ({"load": []}, ["load", "no levels"]),
        ({"load": [20, 20]}, ["load", "twice"]),
        ({"hold": [1.0, 2.0]}, ["hold", "fixed at 0.5"]),
    ],
)
def test_vary_refuses(athlete, levels, words):
    study = coxa.Study(EXERCISE, athlete, hold=0.5)
    with pytest.raises(coxa.InvalidArgument) as error:
        study.vary(**levels)
    for word in words:
        assert word in str(error.value)
    assert study.levels == {}


def test_sampling_says_that_it_is_not_there(athlete):
    with pytest.raises(coxa.InvalidArgument, match="levels only at present"):
        coxa.Study(EXERCISE, athlete).sample(100, method="sobol")


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


def test_interrupt_stops_cleanly(tmp_path):
    path = tmp_path / "study.h5"
    code = f"""
        import sys, threading, os, signal, time
        import coxa
        from coxa import _core
        study = coxa.Study("{EXERCISE}").vary(load=[20 + i / 10 for i in range(400)])
        study.trials()
        import coxa.tables
        # a job that the shell put in the background starts with interrupts ignored
        signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        study.run({str(path)!r}, workers=2)
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == -signal.SIGINT and "KeyboardInterrupt" in run.stderr
    assert os.listdir(tmp_path) == []
