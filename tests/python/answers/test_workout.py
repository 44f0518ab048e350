"""What sets and repetitions add up to, recomputed from the arrays of trials."""

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
from coxa.answers.worked import time_above

EXERCISE = "barbell_hip_thrust"
FRAMES = 101
GRAVITY = 9.80665  # m/s2, of OpenSim models


@pytest.fixture(scope="module")
def plan():
    return [
        coxa.Sets(EXERCISE, sets=2, reps=5, rest=90, load=60, hold=0.5),
        coxa.Sets(EXERCISE, sets=1, reps=3, rest=30, fraction=0.5),
    ]


@pytest.fixture(scope="module")
def workout(plan, athlete):
    return coxa.Workout(plan, athlete, frames=FRAMES)


@pytest.fixture(scope="module")
def repeated(athlete):
    """Five repetitions simulated one after the other, with the frames of one in each."""
    return coxa.simulate(
        EXERCISE, athlete, load=60, hold=0.5, repetitions=5, frames=5 * (FRAMES - 1) + 1
    )


# ---- multiplied is simulated


def test_a_set_is_its_repetitions_simulated(workout, repeated):
    """Repetitions are the same by construction: to rounding and the solver's tolerance, nothing is lost by multiplying."""
    data, one = repeated.dataset, workout.dataset.isel(set=0)
    time = data["time"].values
    assert float(one["duration"]) == pytest.approx(time[-1], rel=1e-12)
    for i, group in enumerate(data["group"].values):
        force = data["group_force"].sel(group=group).sum("side").values
        assert float(one["impulse"][i]) == pytest.approx(np.trapezoid(force, time), rel=1e-6), group
        assert float(one["peak_force"][i]) == pytest.approx(force.max(), rel=1e-6)
        active = data["group_activation"].sel(group=group).max("side").values
        assert float(one["peak_activation"][i]) == pytest.approx(active.max(), abs=1e-6)
        fine = np.linspace(0, time[-1], 400001)
        above = (np.interp(fine, time, active) > 0.2).mean() * time[-1]
        # a grain of the fine grid at each crossing, a few per repetition
        assert float(one["time_under_tension"][i]) == pytest.approx(above, abs=1e-3), group
    for k, joint in enumerate(("hip_extension", "knee_extension", "ankle_plantarflexion")):
        moment = data[f"{joint}_moment"].sum("side").values
        power = data[f"{joint}_power"].transpose("time", "side").values
        assert float(one["angular_impulse"][k]) == pytest.approx(
            np.trapezoid(moment, time), rel=1e-6, abs=1e-3
        )
        for name, sign in (("positive", 1), ("negative", -1)):
            part = sign * np.trapezoid(np.maximum(sign * power, 0), time, axis=0).sum()
            given = float(one[f"joint_work_{name}"][k])
            assert given == pytest.approx(part, rel=1e-6, abs=1e-3), joint
    assert float(one["angular_impulse"][3]) == pytest.approx(
        np.trapezoid(data["lumbar_extension_moment"].values, time), rel=1e-6
    )
    # and the hip's is that of the core's own summary
    assert float(one["angular_impulse"][0]) == pytest.approx(
        float(data["hip_extension_impulse"]), rel=1e-6
    )


def test_muscle_work_is_force_against_length(workout, repeated):
    data, one = repeated.dataset, workout.dataset.isel(set=0)
    force, length = data["muscle_force"].values, data["muscle_tendon_length"].values
    steps = -(force[1:] + force[:-1]) / 2 * np.diff(length, axis=0)
    names = data["muscle"].values.tolist()
    for name, sign in (("positive", 1), ("negative", -1)):
        assert float(one[f"muscle_work_{name}"]) == pytest.approx(
            sign * np.maximum(sign * steps, 0).sum(), rel=1e-6
        )
    for i, group in enumerate(data["group"].values):
        columns = [
            names.index(muscle)
            for g in repeated.model.groups
            if g.name == group
            for muscle in g.muscles
        ]
        own = steps[:, columns]
        assert float(one["work_positive"][i]) == pytest.approx(
            own[own > 0].sum(), rel=1e-6, abs=1e-6
        )
        assert float(one["work_negative"][i]) == pytest.approx(
            own[own < 0].sum(), rel=1e-6, abs=1e-6
        )


def test_each_distinct_trial_is_simulated_once(workout, plan, athlete, monkeypatch):
    from coxa.trials.simulation import Setup

    assert len(workout.results) == 2 and len(workout.max_loads) == 1
    calls = []
    original = Setup.simulate

    def counted(*arguments):
        calls.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(Setup, "simulate", counted)
    same = coxa.Sets(EXERCISE, sets=3, reps=9, load=60)
    coxa.Workout([same, same, coxa.Sets(EXERCISE, reps=1, load=40)], athlete, frames=11)
    assert len(calls) == 2


# ---- laws


def test_lifting_takes_m_g_h_and_lowering_gives_it_back(workout, repeated):
    """From rest to rest; the trapezium rule errs with the square of the step, the load's force bending once per phase."""
    data, one = repeated.dataset, workout.dataset.isel(set=0)
    height = data["load_position"].isel(load=0).sel(axis="y").values
    expected = 5 * 60 * GRAVITY * (height.max() - height.min())
    assert float(one["load_work_positive"]) == pytest.approx(expected, rel=1e-3)
    assert float(one["load_work_negative"]) == pytest.approx(-expected, rel=1e-3)


@pytest.mark.parametrize("name", [EXERCISE, "banded_hip_thrust", "cable_kickback", "back_squat"])
def test_a_repetition_gives_the_load_s_energy_back(athlete, name):
    """Weights, bands and cables are conservative: nothing is left on them after a repetition."""
    data = coxa.Workout([coxa.Sets(name, load=15)], athlete, frames=801).dataset
    up, down = float(data["load_work_positive"][0]), float(data["load_work_negative"][0])
    # the trapezium rule at steps of some milliseconds
    assert up > 5 and up + down == pytest.approx(0, abs=1e-3 * up)


def test_muscles_do_the_work_of_body_and_bar(athlete):
    """Over the way up, from rest to rest, muscles and actuators raise the common mass centre: W = M g dh."""
    result = coxa.simulate(EXERCISE, athlete, load=60, frames=1721)
    data = result.dataset
    top = int(np.flatnonzero(data["phase"].values == 0)[-1]) + 1
    assert float(data["time"][top]) == pytest.approx(0.8, abs=1e-12)

    def against(force, length):
        return ((force[1:] + force[:-1]) / 2 * np.diff(length, axis=0))[:top].sum()

    muscles = -against(data["muscle_force"].values, data["muscle_tendon_length"].values)
    actuators = against(data["actuator"].values, data["position"].values)
    rise = np.diff(data["center_of_mass"].sel(axis="y").values[[0, top]])[0]
    # friction at the trapezium rule's step of 2.5 ms: parts in a million
    assert muscles + actuators == pytest.approx((80 + 60) * GRAVITY * rise, rel=1e-5)


def test_time_above_counts_crossings_between_frames():
    time = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    values = np.array([0.0, 0.4, 0.4, 0.2, 0.2])
    # half of the first second; the last, level at the threshold itself, does not count
    assert time_above(time, values, 0.2) == pytest.approx(0.5 + 1 + 1)
    assert time_above(time, np.column_stack([values, 0 * values]), 0.2).tolist() == [2.5, 0]
    wave = np.linspace(0, 1, 10001)
    assert time_above(wave, np.sin(2 * np.pi * wave), 0.5) == pytest.approx(1 / 3, abs=1e-6)
    assert np.isnan(time_above(time, np.array([0, np.nan, 0.4, 0.4, 0.4]), 0.2))


def test_clock_and_tonnage(workout):
    data = workout.dataset
    first, second = 0.8 + 0.5 + 1.5, 0.8 + 2 + 1.5  # s, of one repetition each
    assert data["start"].values == pytest.approx([0, 5 * first + 90, 10 * first + 180], rel=1e-12)
    assert data["end"].values == pytest.approx(
        [5 * first, 10 * first + 90, 10 * first + 180 + 3 * second], rel=1e-12
    )
    # no rest after the last set
    assert workout.duration == pytest.approx(10 * first + 180 + 3 * second, rel=1e-12)
    half = float(data["load"][2])
    assert data["tonnage"].values == pytest.approx([300, 300, 3 * half], rel=1e-12)
    total = workout.total()
    assert total["tonnage"] == pytest.approx(600 + 3 * half, rel=1e-12)
    assert total["repetitions"] == 13
    # the bar is borne from the first moment to the last
    assert total["load_bearing_time"] == pytest.approx(10 * first + 3 * second, rel=1e-12)


def test_fraction_is_of_the_greatest_load(workout, athlete):
    limit = coxa.max_load(EXERCISE, athlete)
    assert float(workout.dataset["load"][2]) == 0.5 * limit.load
    (found,) = workout.max_loads.values()
    assert found.load == limit.load and found.limited_by == limit.limited_by


def test_no_load_is_no_tonnage(athlete):
    bare = coxa.Workout([coxa.Sets(EXERCISE, reps=2, load=0)], athlete, frames=21)
    assert bare.total()["tonnage"] == 0 and bare.total()["load_bearing_time"] == 0
    assert bare.total()["load_work_positive"] == 0
    assert float(bare.dataset["impulse"].sel(group="glutes")[0]) > 0


def test_table_and_groups_add_up(workout):
    table, groups, data = workout.table, workout.groups, workout.dataset
    assert list(table.index[:-1]) == [f"{EXERCISE} {n}" for n in (1, 2, 3)]
    for column in ("tonnage kg", "time s", "reps", "hip N m s", "glutes N s"):
        assert table[column]["total"] == pytest.approx(sum(table[column][:-1]), rel=1e-12)
    for group in data["group"].values:
        row = groups.loc[group]
        assert row["impulse N s"] == pytest.approx(float(data["impulse"].sel(group=group).sum()))
        assert row["peak force N"] == float(data["peak_force"].sel(group=group).max())
        assert row["work + J"] >= 0 >= row["work - J"]
        assert 0 <= row["tension s"] <= workout.total()["time_of_repetitions"] + 1e-9


def test_a_higher_threshold_is_exceeded_for_less_time(athlete):
    sets = [coxa.Sets(EXERCISE, load=110)]
    low = coxa.Workout(sets, athlete, frames=41, threshold=0.1)
    high = coxa.Workout(sets, athlete, frames=41, threshold=0.3)
    assert (low.groups["tension s"] >= high.groups["tension s"]).all()
    assert low.groups["tension s"]["glutes"] > high.groups["tension s"]["glutes"] > 0
    assert "above 0.3" in repr(high)


# ---- files, text, pictures


def test_hdf5_is_the_workout(workout, tmp_path):
    path = workout.save(tmp_path / "w.h5")
    again = coxa.load(path)
    assert isinstance(again, coxa.Workout) and os.listdir(tmp_path) == ["w.h5"]
    xr.testing.assert_identical(again.dataset, workout.dataset)
    assert repr(again) == repr(workout) and again.total() == workout.total()
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        assert opened.attrs["kind"] == "workout" and opened["impulse"].attrs["units"] == "N s"


def test_the_recorded_call_makes_it_again(workout):
    made = json.loads(workout.dataset.attrs["definition"])
    assert made["function"] == "coxa.Workout" and made["arguments"]["threshold"] == 0.2
    again = eval(workout.dataset.attrs["history"], {"coxa": coxa})
    assert json.loads(again.dataset.attrs["definition"]) == made
    for name, variable in workout.dataset.data_vars.items():
        assert np.array_equal(again.dataset[name].values, variable.values), name


def test_csv_and_json_hold_the_numbers(workout, tmp_path):
    with open(workout.save(tmp_path / "w.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    data = workout.dataset
    assert [row["set"] for row in rows] == [*data["set"].values, "total"]
    glutes = [float(row["glutes_impulse (N s)"]) for row in rows]
    assert glutes[:-1] == data["impulse"].sel(group="glutes").values.tolist()
    assert glutes[-1] == pytest.approx(sum(glutes[:-1]))
    peaks = [float(row["glutes_peak_activation"]) for row in rows]
    assert peaks[-1] == max(peaks[:-1])
    assert "No fatigue is modelled" in rows[-1]["statement"]
    text = json.loads(workout.save(tmp_path / "w.json").read_text())
    assert text["sets"][2]["load"] == float(data["load"][2])
    assert text["sets"][0]["groups"]["glutes"]["impulse"] == glutes[0]
    assert text["groups"]["glutes"]["impulse"] == pytest.approx(glutes[-1])
    assert text["total"]["tonnage"] == workout.total()["tonnage"]
    assert "not medical advice" in text["statement"] and text["solved"] is True


def test_the_statement_stands_where_users_read(workout):
    for text in (repr(workout), workout._repr_html_(), coxa.Workout.__doc__):
        text = " ".join(text.split())
        for words in (
            "Research software",
            "not medical advice",
            "not training advice",
            "No fatigue",
        ):
            assert words in text


def test_picture_shows_sets_and_groups(workout):
    figure = workout.plot()
    try:
        headings = " ".join(ax.get_title(loc="left") for ax in figure.axes)
        for word in ("adds up", "Impulse", "Time above 0.2", "Work", "Peak activation"):
            assert word in headings
        assert any("No fatigue" in text.get_text() for text in figure.texts)
        course = figure.axes[0]
        (line,) = course.lines
        total = float(workout.dataset["impulse"].sel(group="glutes").sum())
        assert line.get_ydata()[-1] == pytest.approx(total / 1000)
        figure.canvas.draw()
    finally:
        plt.close(figure)


def test_reserves_are_said(athlete):
    heavy = coxa.Workout([coxa.Sets(EXERCISE, load=400)], athlete, frames=11)
    assert heavy.solved and any("reserves" in text for text in heavy.warnings)
    assert "reserves" in repr(heavy)


# ---- at most two variations

THREE = [EXERCISE, "glute_bridge", "back_squat"]


def test_a_third_variation_is_refused_with_the_reason(athlete):
    names = [EXERCISE, "glute_bridge", EXERCISE, "back_squat"]
    with pytest.raises(coxa.InvalidArgument) as error:
        coxa.Workout([coxa.Sets(name) for name in names], athlete)
    for word in ("'back_squat'", "variation 3", "at most 2", "allow_more=True", *THREE[:2]):
        assert word in str(error.value)


def test_a_third_variation_may_be_asked_for(athlete):
    found = coxa.Workout([coxa.Sets(name) for name in THREE], athlete, frames=11, allow_more=True)
    assert found.dataset["exercise"].values.tolist() == THREE
    figure = found.plot()
    figure.canvas.draw()
    plt.close(figure)


def test_the_command_refuses_a_third_variation_and_can_be_told_to_take_it():
    plan = [f"{name}:1x2" for name in THREE]
    refused = run("workout", *plan, "--frames", 11)
    assert refused.returncode == 2 and refused.stderr.count("\n") == 1
    assert "back_squat" in refused.stderr and "at most 2" in refused.stderr
    taken = run("workout", *plan, "--frames", 11, "--allow-more", "--json")
    assert taken.returncode == 0, taken.stderr
    assert [row["exercise"] for row in json.loads(taken.stdout)["sets"]] == THREE


def test_legs_take_turns(athlete):
    name = "single_leg_hip_thrust"
    found = coxa.Workout(
        [coxa.Sets(name, sets=2, reps=3, rest=60, each_side=True)], athlete, frames=41
    ).dataset
    assert found["side"].values.tolist() == ["right", "left", "right", "left"]
    one = float(found["duration"][0])
    # the left leg follows the right without rest
    assert found["start"].values == pytest.approx([0, one, 2 * one + 60, 3 * one + 60])
    assert found["number"].values.tolist() == [1, 1, 2, 2]
    # a mirrored body does the same: to the tolerance of the solver
    right, left = found["impulse"].values[:2]
    assert right == pytest.approx(left, rel=1e-4)
    with pytest.raises(coxa.InvalidArgument, match="each_side and side"):
        coxa.Sets(name, each_side=True, side="left")


def test_one_exercise_done_in_three_ways_is_one_variation(athlete):
    sets = [coxa.Sets(EXERCISE, load=load, hold=0.5) for load in (40, 50, 60)]
    assert coxa.Workout(sets, athlete, frames=11).dataset.sizes["set"] == 3
