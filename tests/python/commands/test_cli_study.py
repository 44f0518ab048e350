"""The commands about many trials, run as users run them."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import coxa
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from command_line import run
from study_definitions import GRID, RANGES

EXERCISE = "barbell_hip_thrust"


@pytest.fixture
def asked(call):
    """The one JSON object that a command prints."""

    def parsed(*arguments):
        status, out, err = call(*arguments, "--json")
        assert status == 0 and err == "", err
        return json.loads(out)

    return parsed


# ---- study


def test_study_says_how_it_went_and_what_comes_next(folder):
    done = run("study", "grid.toml", "-o", "grid.h5", cwd=folder)
    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "6 of 9 trials simulated, 3 failed"
    assert lines[1].startswith("  3 such as: barbell_hip_thrust: the movement needs knee_angle_r")
    assert "2 trials need in some frames what no muscle can give (reserve_frames)" in lines
    assert lines[-2] == "wrote grid.h5"
    # the line can be copied
    assert lines[-1] == (
        "next: coxa effects grid.h5 peak_hip_extension_moment, or coxa export grid.h5 study.csv"
    )


def test_study_as_json(folder, asked, tmp_path):
    found = asked("study", folder / "grid.toml", "-o", tmp_path / "out.h5", "--chunk", 2)
    assert (found["trials"], found["ok"], found["failed"]) == (9, 6, 3)
    assert found["reasons"][0]["count"] == 3
    assert found["study"]["vary"] == {"load": [40, 60, 300], "foot_distance": [0.5, 0.7, 0.8]}
    assert os.listdir(tmp_path) == ["out.h5"]
    # what the file holds is what Python's study gives
    own = coxa.Study.from_dict(found["study"]).run(workers=1, series=(), samples=11)
    ds = coxa.load(found["file"])
    for name in ("peak_hip_extension_moment", "trial_status", "load"):
        np.testing.assert_array_equal(ds[name].values, own[name].values)
    assert ds.sizes["sample"] == 11


def test_dry_run_writes_nothing(folder, asked, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = asked("study", folder / "grid.toml", "--dry-run", "--workers", 1)
    assert found["trials"] == 9 and found["seconds"] > 0 and found["bytes"] > 0
    status, out, _ = call("study", folder / "grid.toml", "--dry-run", "--workers", 1)
    assert status == 0 and out.startswith("9 trials, about ")
    assert out.splitlines()[-1] == f"next: coxa study {folder / 'grid.toml'} -o study.h5"
    assert os.listdir(tmp_path) == []


def test_a_study_of_which_no_trial_works_fails(call, tmp_path):
    file = tmp_path / "none.toml"
    file.write_text(GRID.replace("[0.5, 0.7, 0.8]", "[0.50, 0.51]"))
    status, out, _ = call("study", file, "-o", tmp_path / "none.h5")
    assert status == 1
    assert out.splitlines()[0] == "0 of 6 trials simulated, 6 failed"
    # reasons that differ in numbers alone are one
    assert out.splitlines()[1].startswith("  6 such as: ")


def test_ctrl_c_says_how_to_go_on(tmp_path):
    """Stopped in the middle: one line, status 130; the same command then makes the same file."""
    file = tmp_path / "long.toml"
    file.write_text(
        RANGES.replace("frames = 11", "frames = 101") + "[sample]\nn = 96\n[run]\nseries = []\n"
    )
    command = [sys.executable, "-m", "coxa.commands", "study", "long.toml", "-o", "long.h5"]
    command += ["--chunk", "2", "--workers", "1"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    parts = tmp_path / "long.h5.parts"
    end = time.monotonic() + 120
    while len(list(parts.glob("*.h5"))) < 2 and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, (out, err)
    assert out == ""
    lines = err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("coxa: stopped: ")
    assert "of 96 trials are safe in long.h5.parts; the same call goes on" in lines[0]
    assert not (tmp_path / "long.h5").exists()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(tmp_path)) == ["long.h5", "long.toml"]
    assert coxa.load(tmp_path / "long.h5").sizes["trial"] == 96


# ---- sensitivity, effects, tornado


def test_sensitivity(folder, call, asked, tmp_path):
    arguments = ["sensitivity", folder / "ranges.toml", "-n", 4, "--workers", 2]
    arguments += ["--measure", "peak_hip_extension_moment"]
    kept = tmp_path / "trials.h5"
    found = asked(*arguments, "--save", kept)
    assert (
        found["method"] == "sobol" and found["trials"] == 16 and found["trials_file"] == str(kept)
    )
    top = max(found["indices"], key=lambda row: row["ST"])
    assert top["factor"] == "load"
    assert coxa.load(kept).sizes["trial"] == 16
    picture = tmp_path / "m.png"
    status, out, _ = call(*arguments, "--method", "morris", "-o", picture)
    assert status == 0 and "mu star" in out and f"wrote {picture}" in out
    assert picture.stat().st_size > 10_000


def test_main_effects(folder, call, asked, tmp_path):
    found = asked("effects", folder / "grid.h5", "peak_hip_extension_moment")
    assert (found["kind"], found["unit"], found["missing"]) == ("main_effects", "N m", 3)
    means = {row["level"]: row["mean"] for row in found["table"] if row["factor"] == "load"}
    ds = coxa.load(folder / "grid.h5")
    peak = ds["peak_hip_extension_moment"]
    for load in (40, 60, 300):
        assert means[f"{load} kg"] == pytest.approx(float(peak.sel(load=load).mean()), rel=1e-12)
    picture = tmp_path / "effects.png"
    status, out, _ = call("effects", folder / "grid.h5", "peak_hip_extension_moment", "-o", picture)
    assert status == 0 and "3 failed or without a value" in out and picture.exists()


def test_response_by_another(folder, asked):
    found = asked(
        *("effects", folder / "grid.h5", "peak_hip_extension_moment"),
        *("--over", "foot_distance", "--by", "load"),
    )
    ds = coxa.load(folder / "grid.h5")
    row = next(r for r in found["table"] if r["foot_distance"] == 0.7 and r["load"] == "60 kg")
    assert row["median"] == float(ds["peak_hip_extension_moment"].sel(foot_distance=0.7, load=60))


def test_response_over_the_repetition(folder, asked):
    arguments = ("effects", folder / "grid.h5", "hip_extension_moment", "--over", "sample")
    found = asked(*arguments, "--select", "side=right")
    assert [row["sample"] for row in found["table"]] == list(range(0, 101, 10))
    moment = coxa.load(folder / "grid.h5")["hip_extension_moment"].sel(side="right")
    assert found["table"][0]["median"] == pytest.approx(
        float(moment.isel(sample=0).median()), rel=1e-12
    )


def test_paired(folder, asked):
    found = asked(
        *("effects", folder / "drawn.h5", "peak_hip_extension_moment", "--paired", "exercise"),
        *("--between", "glute_bridge", "barbell_hip_thrust"),
    )
    (row,) = found["table"]
    assert row["pairs"] == 4 and row["a"] == "glute_bridge"
    ds = coxa.load(folder / "drawn.h5")
    peak = ds["peak_hip_extension_moment"].values
    bridge = ds["exercise"].values == "glute_bridge"
    assert row["difference"] == pytest.approx((peak[bridge] - peak[~bridge]).mean(), rel=1e-12)


def test_paired_between_numbers(folder, asked):
    found = asked(
        *("effects", folder / "grid.h5", "peak_hip_extension_moment", "--paired", "load"),
        *("--between", "60", "40"),
    )
    assert [(row["a"], row["b"]) for row in found["table"]] == [(60.0, 40.0)]


def test_tornado(folder, call, asked, tmp_path):
    found = asked("tornado", folder / "ranges.toml", "peak_hip_extension_moment")
    assert found["table"][0]["factor"] == "load" and found["table"][0]["high_value"] == "78 kg"
    by_hand = coxa.simulate(EXERCISE, load=60, foot_distance=0.75, frames=11)
    assert found["base"] == pytest.approx(float(by_hand["peak_hip_extension_moment"]), rel=1e-9)
    picture = tmp_path / "tornado.png"
    status, out, _ = call(
        "tornado", folder / "ranges.toml", "peak_hip_extension_moment", "-o", picture
    )
    assert status == 0 and "with all at their medians" in out and picture.exists()


# ---- answers


def test_optimize(call, asked, tmp_path):
    arguments = ["optimize", EXERCISE, "--mass", 80, "--load", 60, "--frames", 11]
    arguments += ["--trials", 24, "--over", "foot_distance=0.65:0.85"]
    found = asked(
        *arguments, "--minimize", "peak_hip_extension_moment", "--limit", "reserve_frames=0"
    )
    own = coxa.optimize(
        *(EXERCISE, "peak_hip_extension_moment", coxa.Subject(mass=80)),
        over={"foot_distance": (0.65, 0.85)},
        limits={"reserve_frames": 0},
        maximize=False,
        trials=24,
        load=60,
        frames=11,
    )
    assert found["parameters"] == own.parameters and found["value"] == own.value
    picture = tmp_path / "best.png"
    status, out, _ = call(
        *arguments, "--maximize", "gluteus_maximus_impulse", "--form", "-o", picture
    )
    assert status == 0 and "form shins_upright" in out and picture.exists()


def test_optimize_over_levels(asked):
    found = asked(
        *("optimize", "banded_hip_thrust", "--maximize", "gluteus_medius_impulse"),
        *("--over", "band=red,silver", "load=40,50", "--frames", 11),
        *("--limit", "peak_lumbar_compression=:90000"),
    )
    assert found["parameters"] == {"band": "silver", "load": 50.0}
    assert found["trials"] == 4


def test_calibrate(call, asked, tmp_path):
    arguments = ["calibrate", "--mass", 80, "--max", f"{EXERCISE}=180", "--frames", 21]
    found = asked(*arguments)
    own = coxa.calibrate(coxa.Subject(mass=80), {EXERCISE: 180}, frames=21)
    assert found["subject"]["strength"] == own.subject.strength > 1
    status, out, _ = call(*arguments, "-o", tmp_path / "fit.png", "--set", f"{EXERCISE}.hold=1")
    assert status == 0 and "predicted after" in out and (tmp_path / "fit.png").exists()


def test_calibrate_from_torques(asked, tmp_path):
    file = tmp_path / "torques.csv"
    file.write_text(
        "# isometric\njoint,angle_deg,torque,hip_flexion_deg\n"
        "knee_extension,60,200,80\nknee_extension,80,210,80\n"
    )
    found = asked("calibrate", "--mass", 80, "--torques", file)
    assert found["kind"] == "torques" and list(found["factors"]) == ["knee_extensors"]


def test_criterion_spread(asked, call, result, tmp_path):
    file = result.save(tmp_path / "one.h5")
    found = asked("criterion-spread", file, "--criteria", 2, 3)
    row = found["summaries"]["gluteus_maximus_impulse"]
    assert row["value"] == float(result["gluteus_maximus_impulse"])
    assert row["3"] != row["2"] and found["criteria"] == ["2", "3"]
    status, out, _ = call(
        *("criterion-spread", EXERCISE, "--load", 60, "--frames", 11, "--criteria", 2, "min-max"),
        *("-o", tmp_path / "spread.png"),
    )
    assert status == 0 and "do not depend on the criterion" in out
    assert (tmp_path / "spread.png").exists()


# ---- export


def test_export(folder, asked, call, tmp_path):
    target = tmp_path / "grid.csv"
    found = asked("export", folder / "grid.h5", target, "--units")
    assert found == {"file": str(target), "trials": 9}
    with open(target, newline="") as file:
        rows = list(csv.DictReader(file))
    ds = coxa.load(folder / "grid.h5")
    assert len(rows) == 9
    for row in rows:
        place = {
            "load": float(row["load [kg]"]),
            "foot_distance": float(row["foot_distance [m]"]),
        }
        given = float(ds["peak_hip_extension_moment"].sel(place))
        text = row["peak_hip_extension_moment [N m]"]
        assert (text == "" and np.isnan(given)) or float(text) == given
        assert (row["trial_status"] == "1") == (text == "")
    status, out, _ = call(
        *("export", folder / "grid.h5", tmp_path / "moment.csv", "--series", "hip_extension_moment")
    )
    assert status == 0 and out == f"wrote {tmp_path / 'moment.csv'}: 9 trials\n"
    assert len((tmp_path / "moment.csv").read_text().splitlines()) == 1 + 9 * 11 * 2


def test_export_as_parquet(folder, asked, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    asked("export", folder / "drawn.h5", tmp_path / "drawn.parquet")
    table = parquet.read_table(tmp_path / "drawn.parquet")
    assert table.num_rows == 8
    assert table.schema.field("hip_extension_impulse").metadata[b"units"] == b"N m s"
