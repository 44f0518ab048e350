"""Strength found again from the joint torques that a person of known strength would have measured."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import coxa
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from coxa.answers.strengths import SETS
from coxa.answers.torques import JOINTS
from coxa.models.model import default_model

# at 21 frames the start of the lift is among them, where the hips limit the thrust
FAST = {"frames": 21}
THRUST, SQUAT, BRIDGE = "barbell_hip_thrust", "back_squat", "glute_bridge"


def load(exercise, subject, **parameters):
    return coxa.max_load(exercise, subject, **FAST, **parameters).load


@pytest.fixture(scope="module")
def person() -> coxa.Subject:
    return coxa.Subject(sex="male", mass=80, height=1.80, training="trained")


@pytest.fixture(scope="module")
def truth(person):
    """Hips stronger, knees weaker than the average: the knees limit the squat, the hips the thrust."""
    who = replace(
        person,
        group_strength={**dict.fromkeys(SETS["hip_extensors"], 1.1), "quadriceps": 0.85},
    )
    return who, {THRUST: load(THRUST, who), SQUAT: load(SQUAT, who)}


# ---- torques


def torque(model, joint, degrees, velocity=0.0, tendon="rigid", **posture):
    """Greatest torque of one joint of a model, from muscle forces and moment arms, by hand."""
    coordinate, direction, sign = {
        "hip_extension": ("hip_flexion_r", -1, 1),
        "knee_extension": ("knee_angle_r", -1, 1),
        "lumbar_extension": ("lumbar_extension", 1, -1),
    }[joint]
    names = list(model.coordinates)
    q, v = np.zeros(len(names)), np.zeros(len(names))
    for name, value in posture.items():
        q[names.index(name)] = math.radians(value)
    at = names.index(coordinate)
    q[at] = math.radians(sign * degrees)
    v[at] = direction * math.radians(velocity)
    arm = direction * model.moment_arms(q)[:, at]
    return float(arm @ model.muscle_forces(q, v, np.where(arm > 0, 1, 0.01), tendon))


def curves(model, tendon="rigid"):
    rows = []
    for angle in (10, 40, 70, 100):
        rows.append(("hip_extension", angle, 0, 90, None, None))
    for angle in (20, 50, 80):
        rows.append(("knee_extension", angle, 60, None, 85, None))
    for angle in (0, 20, 40):
        rows.append(("lumbar_extension", angle, 0, None, None, None))
    table = pd.DataFrame(
        rows,
        columns=[
            "joint",
            "angle_deg",
            "velocity_deg_s",
            "knee_flexion_deg",
            "hip_flexion_deg",
            "torque",
        ],
    )
    for i, row in table.iterrows():
        posture = {
            name: row[column]
            for name, column in (
                ("knee_angle_r", "knee_flexion_deg"),
                ("hip_flexion_r", "hip_flexion_deg"),
            )
            if not pd.isna(row[column])
        }
        table.loc[i, "torque"] = torque(
            model, row["joint"], row["angle_deg"], row["velocity_deg_s"], tendon, **posture
        )
    return table.astype({"torque": float, "knee_flexion_deg": float, "hip_flexion_deg": float})


KNOWN = {
    **dict.fromkeys(SETS["hip_extensors"], 0.8),
    "quadriceps": 1.3,
    "lower_back": 1.1,
}


@pytest.fixture(scope="module")
def measured(person):
    return curves(coxa.scale(default_model(), replace(person, group_strength=KNOWN)))


@pytest.mark.parametrize("tendon", ["rigid", "elastic"])
def test_torques_give_the_factors_back(person, tendon):
    known = replace(person, group_strength=KNOWN)
    table = curves(coxa.scale(default_model(), known), tendon)
    given = coxa.calibrate(person, torque_angle=table, tendon=tendon)
    assert list(given.factors.index) == ["hip_extensors", "knee_extensors", "trunk_extensors"]
    # linear least squares on exact data: to rounding, and the equilibrium of an elastic tendon
    assert given.factors["factor"].to_numpy() == pytest.approx([0.8, 1.3, 1.1], rel=1e-6)
    assert dict(given.subject.group_strength) == pytest.approx(KNOWN, rel=1e-6)
    assert given.table["error_percent"].abs().max() < 1e-4


def test_predictions_are_the_calibrated_persons_torques(person, measured):
    """With errors in the data no factors fit: what is told as predicted must be what the model then gives."""
    noisy = measured.copy()
    noisy["torque"] *= 1 + 0.05 * np.random.default_rng(1).standard_normal(len(noisy))
    given = coxa.calibrate(person, torque_angle=noisy)
    for who, column in ((person, "predicted_before"), (given.subject, "predicted_after")):
        expected = curves(coxa.scale(default_model(), who))["torque"]
        np.testing.assert_allclose(given.table[column], expected, rtol=1e-9)

    # a least-squares fit: no factor a little off does better
    def squares(groups):
        who = coxa.scale(default_model(), replace(person, group_strength=groups))
        return float(((curves(who)["torque"] - noisy["torque"]) ** 2).sum())

    found = dict(given.subject.group_strength)
    for name in SETS:
        if not set(SETS[name]) & set(found):
            continue
        for change in (0.99, 1.01):
            other = {**found, **{g: found[g] * change for g in SETS[name]}}
            assert squares(other) > given.chi2
    assert given.chi2 == pytest.approx(squares(found), rel=1e-6)


def test_intervals_hold_the_truth_as_often_as_they_say(person, measured):
    """40 noisy repeats of one curve: fewer than 33 hits of a 95 % interval have a chance of 1 in 10 000."""
    knee = measured[measured["joint"] == "knee_extension"]
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(40):
        noisy = knee.copy()
        noisy["torque"] += 10 * rng.standard_normal(len(noisy))
        row = coxa.calibrate(
            replace(person, group_strength={k: v for k, v in KNOWN.items() if k != "quadriceps"}),
            torque_angle=noisy,
        ).factors.loc["knee_extensors"]
        hits += row["low"] <= 1.3 <= row["high"]
    assert 33 <= hits


def test_stated_errors_weigh(person, measured):
    """Two torques that disagree: the factor goes with the exact one."""
    knee = measured[measured["joint"] == "knee_extension"].copy()
    hips = {k: v for k, v in KNOWN.items() if k != "quadriceps"}
    knee.loc[knee.index[0], "torque"] *= 1.5
    knee["sd"] = [100.0, 0.1, 0.1]
    given = coxa.calibrate(replace(person, group_strength=hips), torque_angle=knee)
    assert given.factors.loc["knee_extensors", "factor"] == pytest.approx(1.3, rel=1e-3)


def test_one_factor_from_torques(person, measured):
    knee = curves(coxa.scale(default_model(), replace(person, strength=1.25)))
    given = coxa.calibrate(person, torque_angle=knee, factors="one")
    assert given.subject == replace(person, strength=given.subject.strength)
    assert given.subject.strength == pytest.approx(1.25, rel=1e-9)


def test_a_single_torque_has_no_interval(person):
    given = coxa.calibrate(
        person,
        torque_angle={"joint": ["lumbar_extension"], "angle_deg": [20], "torque": [600.0]},
    )
    assert np.isnan(given.factors["low"]).all()
    assert given.notes == ("as many factors as torques: nothing is left to judge the factors by",)
    assert given.table["predicted_after"].iloc[0] == pytest.approx(600)


def test_every_joint_turns_the_way_it_says(person):
    """A positive torque for each name, of the order of hundreds of newton metres at most."""
    rows = [
        {
            "joint": joint,
            "angle_deg": 20.0,
            "torque": 100.0,
            **{name: 45.0 for name in JOINTS[joint].needs},
        }
        for joint in JOINTS
    ]
    table = pd.DataFrame(rows)
    for i, joint in enumerate(JOINTS):
        before = coxa.calibrate(
            person, torque_angle=table.iloc[[i]].dropna(axis=1), factors="one"
        ).table["predicted_before"]
        assert 20 < before.iloc[0] < 1000, joint


# ---- how it is told


def test_it_prints_plots_and_writes(person, measured, truth):
    lifts = coxa.calibrate(person, {THRUST: 140}, **FAST)
    assert repr(lifts).startswith("1 maxima: strength x ")
    for given in (lifts, coxa.calibrate(person, torque_angle=measured)):
        told = json.loads(given.to_json())
        assert len(told["measurements"]) == len(given.table)
        assert coxa.Subject.from_json(json.dumps(told["subject"])) == given.subject
        assert repr(given.subject) in repr(given)
        figure = given.plot()
        left, right = figure.axes
        assert [t.get_text() for t in right.get_yticklabels()] == [
            name.replace("_", " ") for name in given.factors.index
        ]
        plt.close(figure)


# ---- what cannot be done


def refused(*arguments, **options):
    with pytest.raises((coxa.InvalidArgument, coxa.UnknownName)) as error:
        coxa.calibrate(*arguments, **{**FAST, **options})
    return str(error.value)


ROW = {"joint": ["lumbar_extension"], "angle_deg": [20.0], "torque": [300.0]}


@pytest.mark.parametrize(
    ("change", "options", "text"),
    [
        ({"torque": None}, {}, "torque_angle has no column torque; it has joint, angle_deg"),
        ({"joint": ["back"]}, {}, "no joint of torque_angle 'back'; "),
        ({"torqe": [3.0]}, {}, "no column of torque_angle 'torqe'; did you mean 'torque'?"),
        (
            {"torque": [-3.0]},
            {},
            "torque in row 0 of torque_angle must be above 0 N m, not -3",
        ),
        (
            {"angle_deg": ["x"]},
            {},
            "angle_deg in row 0 of torque_angle must be a number in deg, not 'x'",
        ),
        (
            {"joint": ["hip_extension"]},
            {},
            "row 0 of torque_angle: hip_extension depends on knee_flexion_deg, which is not given",
        ),
        (
            {"lumbar_flexion_deg": [3.0]},
            {},
            "row 0 of torque_angle: lumbar_flexion_deg of lumbar_extension is its angle_deg; leave it out",
        ),
        (
            {"angle_deg": [200.0]},
            {},
            "row 0 of torque_angle: lumbar_extension at -200 deg is outside the model's -60 to",
        ),
        (
            {"torque": [9000.0]},
            {},
            "the torques ask for trunk_extensors x 1",
        ),
        (
            {},
            {"factors": ["knee_extensors"]},
            "no torque that was given depends on the knee_extensors; leave that factor out or measure it",
        ),
        ({}, {"sd": 0.1}, "sd goes with maxima; torques have their sd in a column of that name"),
        ({}, {"tendon": "stiff"}, "tendon must be 'rigid' or 'elastic', not 'stiff'"),
    ],
)
def test_bad_torques_are_named(person, change, options, text):
    table = {k: v for k, v in {**ROW, **change}.items() if v is not None}
    assert refused(person, torque_angle=table, **options).startswith(text)


def test_torques_that_cannot_tell_factors_apart_are_refused(person):
    table = {
        "joint": ["hip_extension"],
        "angle_deg": [40.0],
        "torque": [300.0],
        "knee_flexion_deg": [90.0],
    }
    assert refused(person, torque_angle=table, factors=["glutes", "hamstrings"]) == (
        "1 torques cannot tell the factors of glutes, hamstrings apart; name fewer in factors, or measure at"
        " other angles and joints"
    )
