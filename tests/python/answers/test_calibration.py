"""Strength found again from the maxima that a person of known strength would have lifted."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import coxa
import numpy as np
import pytest
from coxa.answers.strengths import SETS

# at 21 frames the start of the lift is among them, where the hips limit the thrust
FAST = {"frames": 21}
THRUST, SQUAT, BRIDGE = "barbell_hip_thrust", "back_squat", "glute_bridge"

#: Root finding stops at 1e-6 of the logarithm of strength; loads are linear programmes, exact to about 1e-6.
ROOT = 1e-5


def load(exercise, subject, **parameters):
    return coxa.max_load(exercise, subject, **FAST, **parameters).load


@pytest.fixture(scope="module")
def person() -> coxa.Subject:
    return coxa.Subject(sex="male", mass=80, height=1.80, training="trained")


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
    """Hips stronger, knees weaker than the average: the knees limit the squat, the hips the thrust."""
    who = replace(
        person,
        group_strength={**dict.fromkeys(SETS["hip_extensors"], 1.1), "quadriceps": 0.85},
    )
    return who, {THRUST: load(THRUST, who), SQUAT: load(SQUAT, who)}


def test_as_many_factors_as_maxima_are_found_again(person, truth):
    who, maxima = truth
    given = coxa.calibrate(
        person,
        maxima,
        factors=["hip_extensors", "knee_extensors"],
        spread=math.inf,
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
    given = coxa.calibrate(person, maxima, factors="groups", **FAST)
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
    """With legs so strong, holding the head up at the top needs a strength that lifts more than 1 kg already."""
    legs = dict.fromkeys((*SETS["hip_extensors"], "quadriceps"), 2.0)
    person = replace(person, group_strength=legs)
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
