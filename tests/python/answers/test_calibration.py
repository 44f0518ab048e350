"""Strength found again from what a person of known strength would have measured."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import coxa
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from coxa.answers.strengths import SETS
from coxa.answers.torques import JOINTS
from coxa.models.model import default_model

FAST = {"frames": 11}
THRUST, STEP, BRIDGE = "barbell_hip_thrust", "step_up", "glute_bridge"

#: With a barbell the arms hold nothing: the legs decide.
ON_THE_BACK = {"held": "barbell"}

#: Root finding stops at 1e-6 of the logarithm of strength; loads are linear programmes, exact to about 1e-6.
ROOT = 1e-5


def load(exercise, subject, **parameters):
    return coxa.max_load(exercise, subject, **FAST, **parameters).load


@pytest.fixture(scope="module")
def person() -> coxa.Subject:
    return coxa.Subject(sex="male", mass=80, height=1.80)


# ---- one strength


def test_one_maximum_is_met(person):
    given = coxa.calibrate(person, {THRUST: 140}, **FAST)
    assert load(THRUST, given.subject) == pytest.approx(140, rel=ROOT)
    row = given.table.loc[THRUST]
    assert row["predicted_before"] == load(THRUST, person)
    assert row["measured"] == 140 and row["error"] == pytest.approx(0, abs=140 * ROOT)
    assert row["strength_alone"] == given.subject.strength
    assert given.factors.loc["strength", "factor"] == pytest.approx(given.subject.strength)


def test_strength_is_found_again(person):
    """The greatest loads of someone 1.3 times as strong, from one measured for 0.8."""
    strong = replace(person, strength=1.3)
    maxima = {name: load(name, strong) for name in (THRUST, BRIDGE)}
    given = coxa.calibrate(replace(person, strength=0.8), maxima, **FAST)
    assert given.subject.strength == pytest.approx(1.3, rel=1e-3)
    assert given.factors.loc["strength", "factor"] == pytest.approx(1.3 / 0.8, rel=1e-3)
    assert given.table["strength_alone"].to_numpy() == pytest.approx(1.3, rel=1e-4)
    assert given.chi2 < 1e-3 and given.notes == ()
    low, high = given.factors.loc["strength", ["low", "high"]]
    assert low < 1.3 / 0.8 < high


def test_maxima_that_disagree_are_met_in_the_least_squares(person):
    """No strength of a fine scan has a smaller sum of squares; each exercise's own strength is told."""
    maxima = {THRUST: 130.0, BRIDGE: 320.0}
    sd = {THRUST: 0.03, BRIDGE: 0.06}
    given = coxa.calibrate(person, maxima, sd=sd, **FAST)

    def squares(strength):
        who = replace(person, strength=strength)
        return sum(((load(n, who) - m) / m / sd[n]) ** 2 for n, m in maxima.items())

    low, high = sorted(given.table["strength_alone"])
    assert low < given.subject.strength < high
    for name, value in maxima.items():
        alone = replace(person, strength=given.table.loc[name, "strength_alone"])
        assert load(name, alone) == pytest.approx(value, rel=ROOT)
    assert given.chi2 == pytest.approx(squares(given.subject.strength), rel=1e-6)
    # the minimum is flat: a relative 1e-4 of a sum is a relative 1e-2 of its place
    assert given.chi2 <= min(squares(s) for s in np.linspace(low, high, 9)) * (1 + 1e-4)
    # they disagree: the interval is that of sd, widened by the root of chi2 over what is left, 1
    x = math.log(given.subject.strength)
    slopes = [
        (load(n, replace(person, strength=math.exp(x + 0.01))) - load(n, given.subject))
        / (0.01 * m * sd[n])
        for n, m in maxima.items()
    ]
    half = 1.96 * math.sqrt(given.chi2 / np.square(slopes).sum())
    factor = given.factors.loc["strength"]
    assert math.log(factor["high"] / factor["factor"]) == pytest.approx(half, rel=1e-3)
    assert "not explained within two standard deviations of the test" in given.notes[0]


def test_the_technique_of_the_test_counts(person):
    technique = {"bench_height": 0.35, "toe_out_deg": 10}
    strong = replace(person, strength=1.2)
    maxima = {THRUST: load(THRUST, strong, **technique)}
    given = coxa.calibrate(person, maxima, parameters={THRUST: technique}, **FAST)
    assert given.subject.strength == pytest.approx(1.2, rel=1e-4)
    other = coxa.calibrate(person, maxima, **FAST)
    assert other.subject.strength != pytest.approx(1.2, rel=5e-3)


# ---- groups


@pytest.fixture(scope="module")
def truth(person):
    """Hips stronger, knees weaker than the average: the knees limit the step up, the hips the thrust."""
    who = replace(
        person,
        group_strength={**dict.fromkeys(SETS["hip_extensors"], 1.1), "quadriceps": 0.85},
    )
    return who, {THRUST: load(THRUST, who), STEP: load(STEP, who, **ON_THE_BACK)}


def test_as_many_factors_as_maxima_are_found_again(person, truth):
    who, maxima = truth
    given = coxa.calibrate(
        person,
        maxima,
        factors=["hip_extensors", "knee_extensors"],
        spread=math.inf,
        parameters={STEP: ON_THE_BACK},
        **FAST,
    )
    # the derivative is a difference over 1 %, the end of the iteration 1e-4 of the logarithms
    assert given.factors["factor"].to_numpy() == pytest.approx([1.1, 0.85], rel=2e-3)
    assert dict(given.subject.group_strength) == pytest.approx(dict(who.group_strength), rel=2e-3)
    assert given.subject.strength == 1
    assert given.table["error_percent"].abs().max() < 0.1
    assert given.factors["spread"].isna().all()


def test_what_is_not_measured_stays_average_and_is_told(person, truth):
    _, maxima = truth
    given = coxa.calibrate(person, maxima, factors="groups", parameters={STEP: ON_THE_BACK}, **FAST)
    assert list(given.factors.index) == [
        "strength",
        "hip_extensors",
        "knee_extensors",
        "trunk_extensors",
    ]
    trunk = given.factors.loc["trunk_extensors"]
    # neither lift is limited by the back: its factor and its interval are those of the spread, 16 %
    assert trunk["factor"] == pytest.approx(1, abs=1e-3)
    assert trunk["informed"] == pytest.approx(0, abs=1e-3)
    spread = math.sqrt(math.log(1 + 0.16**2))
    assert trunk["spread"] == pytest.approx(spread)
    assert trunk["high"] == pytest.approx(math.exp(1.96 * spread), rel=1e-3)
    informed = given.factors["informed"]
    assert informed["knee_extensors"] > 0.1
    # two measurements cannot take away more variance than that of two factors
    assert 1 < informed.sum() <= 2
    assert any("next to nothing about the trunk extensors" in note for note in given.notes)
    # the knees of this person are weak for the hips, whatever the common factor
    factors = given.factors["factor"]
    assert factors["knee_extensors"] < factors["hip_extensors"]


def test_the_spread_holds_factors_towards_one(person, truth):
    """A narrower spread gives a factor nearer to 1 and a worse fit, in that order."""
    _, maxima = truth
    factors = ["hip_extensors"]
    off, misfit = [], []
    for spread in (0.02, 0.2):
        given = coxa.calibrate(
            person, {THRUST: maxima[THRUST]}, factors=factors, spread=spread, **FAST
        )
        off.append(abs(math.log(given.factors.loc["hip_extensors", "factor"])))
        misfit.append(given.chi2)
    assert off[0] < off[1]
    assert misfit[0] > misfit[1]


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


@pytest.mark.parametrize(
    ("maxima", "options", "text"),
    [
        (None, {}, "give maxima, such as {'back_squat': 120}, or torque_angle, not both"),
        ({}, {}, "maxima must map exercises to kg, such as {'back_squat': 120}, not {}"),
        ({"hip_thrust": 100}, {}, "no exercise 'hip_thrust'; "),
        (
            {"bodyweight_hip_thrust": 100},
            {},
            "bodyweight_hip_thrust has no load, so it has no greatest one; leave it out",
        ),
        ({THRUST: -5}, {}, "maximum of barbell_hip_thrust must be above 0 kg, not -5"),
        (
            {THRUST: 700},
            {},
            "maximum of barbell_hip_thrust must be above 0 and below 500 kg, not 700",
        ),
        (
            {"dumbbell_hip_thrust": 0.2},
            {},
            "maximum of dumbbell_hip_thrust must be above 0.5 and below 120 kg, not 0.2",
        ),
        (
            {THRUST: 100},
            {"factors": "each"},
            "factors must be 'one', 'groups' or a list of muscle groups or sets of them, such as"
            " ['hip_extensors', 'quadriceps'], not 'each'",
        ),
        (
            {THRUST: 100},
            {"factors": ["hamstring"]},
            "no muscle group or set 'hamstring'; did you mean 'hamstrings'?",
        ),
        (
            {THRUST: 100},
            {"factors": ["glutes", "hip_extensors"]},
            "factors glutes and hip_extensors both hold gluteus_maximus; leave one of them out",
        ),
        (
            {THRUST: 100},
            {"factors": "groups", "spread": math.inf},
            "1 maxima cannot give 4 factors (strength, hip_extensors, knee_extensors, trunk_extensors)",
        ),
        (
            {THRUST: 100},
            {"parameters": {THRUST: {"load": 60}}},
            "load of barbell_hip_thrust is its maximum; leave it out of parameters",
        ),
        (
            {THRUST: 100},
            {"parameters": {"back_squat": {}}},
            "no exercise with a maximum 'back_squat'; ",
        ),
        ({THRUST: 100}, {"sd": 0}, "sd must be above 0, not 0"),
        ({THRUST: 100}, {"spread": -1}, "spread must be above 0, not -1"),
        ({THRUST: 100}, {"workers": 0}, "workers must be a whole number of at least 1, not 0"),
    ],
)
def test_bad_maxima_are_named(person, maxima, options, text):
    assert refused(person, maxima, **options).startswith(text)


def test_a_maximum_out_of_reach_says_how_far(person):
    light = coxa.Subject(sex="female", mass=45, height=1.5)
    text = refused(light, {"bulgarian_split_squat": 490})
    most = coxa.max_load("bulgarian_split_squat", replace(light, strength=5.0), **FAST)
    assert text == (
        "maximum of bulgarian_split_squat: 490 kg is out of reach: at strength 5, the most allowed,"
        f" {most.load:.1f} kg is the greatest load, limited by {most.limited_by}; check the value and the"
        " technique (parameters)"
    )


def test_a_maximum_below_what_the_exercise_asks_says_so(person):
    """Holding the head up at the top needs a strength that lifts more than 1 kg already."""
    text = refused(person, {THRUST: 1})
    told = re.fullmatch(
        r"maximum of barbell_hip_thrust: 1 kg is below what the exercise asks of anyone who can do it: the least"
        r" strength that allows it, (0\.\d{3}), lifts (\d+\.\d) kg",
        text,
    )
    assert told, text
    who = replace(person, strength=float(told[1]) * 0.99)
    with pytest.raises((coxa.UnsolvedFrame, coxa.InfeasibleMotion)):
        load(THRUST, who)
    assert load(THRUST, replace(person, strength=float(told[1]) * 1.01)) == pytest.approx(
        float(told[2]), rel=0.1
    )


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
