"""Exercises side by side: files, text, pictures, what is refused, and the command."""

from __future__ import annotations

import csv
import json
import os

import coxa
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from command_line import run
from coxa.commands import main
from coxa.reading import load_trial

EXERCISE = "barbell_hip_thrust"
FRAMES = 201
# (exercise and how, as labels): feet near and far, the bar lifted slowly
PLAN = {
    "near": (EXERCISE, {"foot_distance": 0.72}),
    "far": EXERCISE,
    "slow": (EXERCISE, {"concentric": 2.0, "hold": 0.5}),
}


@pytest.fixture(scope="module")
def found(athlete):
    return coxa.compare(PLAN, athlete, load=60, frames=FRAMES)


@pytest.fixture(scope="module")
def equal_effort(athlete):
    return coxa.compare(
        {"near": PLAN["near"], "slow": PLAN["slow"]}, athlete, fraction=0.6, frames=41
    )


# ---- files, text, pictures


def test_hdf5_is_the_comparison(found, tmp_path):
    path = found.save(tmp_path / "c.h5")
    again = coxa.load(path)
    assert isinstance(again, coxa.Comparison) and os.listdir(tmp_path) == ["c.h5"]
    xr.testing.assert_identical(again.dataset, found.dataset)
    assert repr(again) == repr(found)
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        assert opened.sizes["exercise"] == 3 and opened.attrs["kind"] == "comparison"
    with pytest.raises(coxa.InvalidArgument, match="holds a comparison, not one trial"):
        load_trial(path)
    figure = again.plot()  # without trials there are no postures, but all curves
    figure.canvas.draw()
    plt.close(figure)


def test_the_recorded_call_makes_it_again(equal_effort):
    made = json.loads(equal_effort.dataset.attrs["definition"])
    assert made["function"] == "coxa.compare" and list(made["exercises"]) == ["near", "slow"]
    again = eval(equal_effort.dataset.attrs["history"], {"coxa": coxa})
    assert json.loads(again.dataset.attrs["definition"]) == made
    for name in equal_effort.table.index:
        assert np.array_equal(again[name].values, equal_effort[name].values, equal_nan=True), name


def test_csv_and_json_hold_the_table(found, tmp_path):
    with open(found.save(tmp_path / "c.csv"), newline="") as file:
        rows = {row["quantity"]: row for row in csv.DictReader(file)}
    data = json.loads(found.save(tmp_path / "c.json").read_text())
    for name, row in found.table.iterrows():
        for label in PLAN:
            given = rows[name][label]
            value = data["exercises"][label]["quantities"][name]
            if np.isnan(row[label]):
                assert given == "" and value is None
            else:
                assert float(given) == row[label] == value
        assert rows[name]["unit"] == row["unit"] == data["units"][name]
    assert rows["limited_by"]["near"] == found.loads.loc["near", "limited by"]
    assert "not medical advice" in rows["statement"]["meaning"] + data["statement"]
    assert sorted(os.listdir(tmp_path)) == ["c.csv", "c.json"]


def test_text_says_what_counts(found):
    for text in (repr(found), found._repr_html_()):
        for word in (
            *PLAN,
            "per working leg",
            "first third",
            "last third",
            "greatest load",
            "N m/kg",
        ):
            assert word in text
        assert "not medical advice, not training advice" in text
    assert all(len(row) == 4 for row in found.short())


def test_picture_shows_every_exercise_and_curve(found):
    figure = found.plot()
    try:
        headings = " ".join(ax.get_title() + ax.get_title(loc="left") for ax in figure.axes)
        words = (*PLAN, "Hip", "over its peak", "Knee", "Lumbar moment", "compression", "Sticking")
        for word in (*words, "Activation", "Force"):
            assert word in headings, word
        hip = next(ax for ax in figure.axes if ax.get_title(loc="left") == "Hip moment")
        drawn = [line.get_ydata() for line in hip.lines if len(line.get_xdata()) == 101]
        for given, label in zip(drawn, PLAN, strict=True):
            assert np.array_equal(given, found["leg_hip_extension_moment"].sel(exercise=label))
        figure.canvas.draw()
    finally:
        plt.close(figure)


def test_sticking_curve_of_a_greatest_load(equal_effort, tmp_path):
    limit = equal_effort.max_loads["near"]
    figure = limit.plot()
    try:
        ax = figure.axes[0]
        (dot,) = [line for line in ax.lines if line.get_marker() == "o"]
        assert dot.get_ydata()[0] == limit.load
        words = " ".join(text.get_text() for text in [*ax.texts, *figure.texts])
        assert f"{limit.load:.1f} kg" in words and limit.limited_by.replace("_", " ") in words
        figure.canvas.draw()
    finally:
        plt.close(figure)


# ---- what is refused


@pytest.mark.parametrize(
    ("exercises", "options", "words"),
    [
        ([], {}, ["no exercise"]),
        (["barbell_hip_trust"], {}, ["barbell_hip_trust", "did you mean", EXERCISE]),
        ([EXERCISE, EXERCISE], {}, [EXERCISE, "twice", "labels"]),
        (3, {}, ["names", "3"]),
        ({"a": (EXERCISE, 7)}, {}, ["'a'", "mapping", "7"]),
        ({"": EXERCISE}, {}, ["label"]),
        ([EXERCISE], {"load": 60, "fraction": 0.5}, ["load and fraction", "exclude"]),
        ([EXERCISE], {"load": "heavy"}, ["load", "number", "heavy"]),
        ([EXERCISE], {"load": 900}, [EXERCISE, "900", "500"]),
        ([EXERCISE], {"fraction": 0}, ["fraction", "above 0"]),
        ([EXERCISE], {"fraction": 70}, ["fraction", "70", "give 0.7"]),
        ([EXERCISE], {"fraction": 0.5, "max_loads": False}, ["fraction", "max_loads"]),
        ([EXERCISE], {"loads": 60}, ["loads", "60"]),
        ([EXERCISE], {"loads": {"squat": 60}}, ["squat", EXERCISE]),
        ([EXERCISE], {"bench_hight": 0.4}, ["bench_hight", "did you mean 'bench_height'"]),
        ([EXERCISE], {"bench_height": 4.0}, [EXERCISE, "bench_height", "4", "0.6"]),
        ([EXERCISE], {"other": {"hold": 1}}, ["other", EXERCISE]),
        ([EXERCISE], {EXERCISE: {"load": 60}}, [EXERCISE, "loads={"]),
        ([EXERCISE], {"repetitions": 3}, [EXERCISE, "one repetition"]),
        ([EXERCISE], {"frames": 1}, ["frames", "at least 2"]),
        ({"weird": (EXERCISE, {"foot_distance": 0.2})}, {"max_loads": False}, ["weird", "foot_distance"]),
    ],
)  # fmt: skip
def test_refusals_name_the_thing(athlete, exercises, options, words):
    with pytest.raises(coxa.InvalidArgument) as error:
        coxa.compare(exercises, athlete, **{"frames": 11, **options})
    for word in words:
        assert word in str(error.value), str(error.value)


def test_too_weak_for_a_fraction_is_an_error_and_for_a_load_a_remark():
    weak = coxa.Subject(strength=0.1)
    with pytest.raises(coxa.UnsolvedFrame, match=EXERCISE):
        coxa.compare([EXERCISE], weak, fraction=0.5, frames=11)
    found = coxa.compare([EXERCISE], weak, load=60, frames=11)
    assert "impossible" in found.loads["limited by"].iloc[0]


@pytest.mark.parametrize("name", ["c.doc", "no/c.h5", "."])
def test_save_refuses(found, tmp_path, name):
    with pytest.raises(coxa.Error):
        found.save(tmp_path / name)
    assert os.listdir(tmp_path) == []


# ---- command line


def test_command_prints_tables_and_writes_files(tmp_path):
    found = run(
        *("compare", f"near={EXERCISE}", f"far={EXERCISE}", "--load", 60, "--frames", 21),
        *("--set", "near.foot_distance=0.72", "hold=0.5", "--mass", 80, "--height", 1.8),
        *("-o", "c.png", "-o", "c.h5"),
        cwd=tmp_path,
    )
    assert found.returncode == 0, found.stderr
    for word in ("near", "far", "equal load, 60 kg", "hip moment per working leg", "wrote c.png"):
        assert word in found.stdout
    assert "not medical advice" in found.stdout
    assert (tmp_path / "c.png").read_bytes()[:4] == b"\x89PNG"
    saved = coxa.load(tmp_path / "c.h5")
    near, far = (json.loads(str(text)) for text in saved["parameters"].values)
    assert (near["foot_distance"], near["hold"], far["hold"]) == (0.72, 0.5, 0.5)
    assert sorted(os.listdir(tmp_path)) == ["c.h5", "c.png"]


def test_command_json_and_csv_are_python_s(athlete):
    person = ("--mass", 80, "--height", 1.8, "--training", "trained", "--frames", 21)
    completed = run("compare", EXERCISE, "--fraction", 0.5, *person, "--json")
    assert completed.returncode == 0 and completed.stderr == ""
    given = json.loads(completed.stdout)
    ours = coxa.compare([EXERCISE], athlete, fraction=0.5, frames=21)
    one = given["exercises"][EXERCISE]
    assert one["load"] == 0.5 * one["max_load"] and one["limited_by"]
    for name, value in ours.table[EXERCISE].items():
        assert one["quantities"][name] == pytest.approx(value, nan_ok=True), name
    text = run("compare", EXERCISE, "--loads", f"{EXERCISE}=45", *person, "--no-max-load", "--csv")
    assert text.returncode == 0, text.stderr
    rows = {row["quantity"]: row for row in csv.DictReader(text.stdout.splitlines())}
    assert float(rows["load"][EXERCISE]) == 45


def test_command_max_load_draws(tmp_path):
    found = run("max-load", EXERCISE, "--frames", 11, "-o", "m.png", cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert "wrote m.png" in found.stdout and os.listdir(tmp_path) == ["m.png"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["NAME"]),
        (("squat",), ["squat", EXERCISE]),
        ((EXERCISE, EXERCISE), [EXERCISE, "twice", "near="]),
        ((EXERCISE, "--load", "60", "--fraction", "0.5"), ["not allowed with"]),
        ((EXERCISE, "--loads", f"{EXERCISE}:45"), ["NAME=KG"]),
        ((EXERCISE, "--set", "bench_hight=1"), ["bench_hight", "did you mean"]),
        ((EXERCISE, "--set", "squat.hold=1"), ["squat", EXERCISE]),
        ((EXERCISE, "--set", "hold=long"), ["hold", "number in s", "'long'"]),
        ((EXERCISE, "--set", "hold=1", f"{EXERCISE}.hold=1"), ["hold", "twice"]),
        ((EXERCISE, "-o", "c.doc"), ["c.doc", ".png"]),
        ((EXERCISE, "--csv", "--json"), ["--csv and --json"]),
    ],
)
def test_command_refuses_in_one_line(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert main(["compare", *arguments]) == 2
    found = capsys.readouterr()
    assert found.out == "" and found.err.count("\n") == 1
    for word in words:
        assert word in found.err, found.err
    assert os.listdir(tmp_path) == []
