"""Named groups of what is not known exactly."""

from __future__ import annotations

import math
import pickle

import coxa
import numpy as np
import pytest
from coxa.models.model import default_model
from coxa.studies import uncertainty
from coxa.uncertainty import Quantity, group, groups, offered, table
from scipy import stats

NAMES = [
    "muscle_strength",
    "optimal_fiber_length",
    "tendon_slack_length",
    "segment_masses",
    "joint_centers",
    "bar_position",
    "foot_placement",
    "friction",
    "criterion",
]
NUMBERS = [q for name in NAMES for q in group(name).quantities if q.distribution != "levels"]
IDS = [q.name for q in NUMBERS]

CUT = 2.5  # standard deviations; spreads.toml, truncation


@pytest.fixture(scope="module")
def changes():
    return {p.name: p for p in default_model().perturbations()}


def reference(q: Quantity):
    """The distribution by scipy: of the value, or of its logarithm."""
    if q.distribution == "lognormal":
        s = math.sqrt(math.log(1 + q.spread**2))
        return stats.truncnorm(-CUT, CUT, loc=math.log(q.center), scale=s)
    return stats.truncnorm(-CUT, CUT, loc=q.center, scale=q.spread)


def on_normal_scale(q: Quantity, values):
    return np.log(values) if q.distribution == "lognormal" else values


def test_groups():
    assert groups() == NAMES


@pytest.mark.parametrize("q", NUMBERS, ids=IDS)
def test_quantiles_are_those_of_scipy(q):
    u = np.concatenate([[0, 1e-9], np.linspace(0.01, 0.99, 25), [1 - 1e-9, 1]])
    # rounding of inverse distribution functions next to the ends
    tolerance = 1e-9 * reference(q).std()
    assert on_normal_scale(q, q.value(u)) == pytest.approx(reference(q).ppf(u), abs=tolerance)


@pytest.mark.parametrize("q", NUMBERS, ids=IDS)
def test_moments_of_many(q):
    n = 100_000
    values = q.value(np.random.default_rng(7).random(n))
    assert q.low <= values.min() and values.max() <= q.high
    given, expected = on_normal_scale(q, values), reference(q)
    # five standard errors; the tails are lighter than normal ones
    assert given.mean() == pytest.approx(expected.mean(), abs=5 * expected.std() / math.sqrt(n))
    assert given.std() == pytest.approx(expected.std(), rel=5 / math.sqrt(2 * n))


@pytest.mark.parametrize("q", NUMBERS, ids=IDS)
def test_spread_is_what_it_is_called(q):
    # midpoints of equal shares of the probability
    p = (np.arange(200_000) + 0.5) / 200_000
    if q.distribution == "lognormal":
        s = math.sqrt(math.log(1 + q.spread**2))
        whole = stats.lognorm(s, scale=q.center)
        assert whole.std() / whole.mean() == pytest.approx(q.spread, rel=1e-12)
        assert whole.median() == q.center == 1
    else:
        whole = stats.norm(q.center, q.spread)
        assert q.center == 0
    # cut at 2.5 standard deviations: 4.5 % less (data/uncertainty/README.md)
    values = on_normal_scale(q, q.value(p))
    s = on_normal_scale(q, whole.ppf(stats.norm.cdf(1))) - on_normal_scale(q, whole.median())
    assert values.std() / s == pytest.approx(0.9546, abs=2e-4)


def test_criterion_is_drawn_alike():
    (q,) = group("criterion").quantities
    assert q.kind == "criterion" and q.levels == ("1", "2", "3", "5", "min-max")
    assert q.value(np.array([0, 0.19, 0.2, 0.5, 0.8, 1])) == [
        "1",
        "1",
        "2",
        "3",
        "min-max",
        "min-max",
    ]
    n = 100_000
    counts = np.unique(q.value(np.random.default_rng(1).random(n)), return_counts=True)[1]
    assert len(counts) == 5
    # below the 1 - 1e-6 quantile of chi-square with four degrees of freedom
    assert ((counts - n / 5) ** 2 / (n / 5)).sum() < stats.chi2(4).isf(1e-6)
    for level in q.levels:  # each is a criterion of coxa.simulate
        from coxa.trials.options import check_criterion

        check_criterion(level if level == "min-max" else float(level))


def test_uniform():
    s = 0.2
    q = Quantity("x", "m", "", "offset", "x", "uniform", 1.0, s, 1 - s * 3**0.5, 1 + s * 3**0.5)
    u = np.linspace(0, 1, 11)
    assert q.value(u) == pytest.approx(stats.uniform(q.low, q.high - q.low).ppf(u), rel=1e-14)
    assert stats.uniform(q.low, q.high - q.low).std() == pytest.approx(s)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "criterion"])
def test_a_given_spread_scales_all(name):
    default = group(name)
    mean = table().loc[name, "mean_spread"]
    of_unit = [q.spread for q in default.quantities if q.unit == default.unit]
    assert np.mean(of_unit) == pytest.approx(mean, rel=1e-12)
    half = group(name, mean / 2)
    for before, after in zip(default.quantities, half.quantities, strict=True):
        assert after.spread == pytest.approx(before.spread / 2, rel=1e-12)
        assert after.name == before.name and after.high < before.high
    same = group(name, mean)
    assert [q.spread for q in same.quantities] == pytest.approx(
        [q.spread for q in default.quantities], rel=1e-12
    )


def test_units_that_differ_scale_together():
    spreads = {q.target: (q.spread, q.unit) for q in group("foot_placement", 0.04).quantities}
    assert spreads["foot_distance"] == (pytest.approx(0.04), "m")
    assert spreads["toe_out_deg"] == (pytest.approx(6.0), "deg")


def test_published_spreads():
    def spreads(name):
        return {q.target: q.spread for q in group(name).quantities}

    # Erskine et al. (2009): 16 %
    assert set(spreads("muscle_strength").values()) == {0.16}
    # Ward et al. (2009), table 3: gluteus maximus 15.69 +- 2.57 cm, medius 7.33 +- 1.57 cm
    fibers = spreads("optimal_fiber_length")
    assert fibers["optimal_fiber_length_gluteus_maximus"] == pytest.approx(2.57 / 15.69, abs=5e-4)
    assert fibers["optimal_fiber_length_gluteus_medius"] == pytest.approx(1.57 / 7.33, abs=5e-4)
    # Mantovani et al. (2016): 12.3 +- 5.9 mm in space
    hip = math.hypot(12.3, 5.9) / math.sqrt(3) / 1000
    assert spreads("joint_centers")["joint_center_hip_y"] == pytest.approx(hip, abs=2e-4)


def test_the_model_knows_all_changes(changes):
    for q in NUMBERS:
        if q.kind != "change":
            continue
        change = changes[q.target]
        assert change.unit == q.unit
        assert change.neutral == q.center, q.name
        assert change.minimum < q.low < q.high < change.maximum, q.name


def test_every_muscle_and_segment_is_uncertain(changes):
    held = {q.target for q in NUMBERS if q.kind == "change"}
    for prefix in ("strength_", "optimal_fiber_length_", "tendon_slack_length_", "segment_mass_"):
        parts = {p.name for p in changes.values() if p.name.startswith(prefix) and p.independent}
        # actuators stand for joints without muscles
        assert parts - {"strength_actuators"} == {t for t in held if t.startswith(prefix)}


def test_no_spread_leaves_what_the_model_takes(changes):
    for name in ("muscle_strength", "optimal_fiber_length", "tendon_slack_length", "joint_centers"):
        limit = uncertainty._tables()[name]["limit"]
        for q in group(name, limit).quantities:
            change = changes[q.target]
            ends = q.value(np.array([0.0, 0.5, 1.0]))
            assert change.minimum <= ends[0] < ends[1] < ends[2] <= change.maximum, q.name
    # where the range cuts first, the density between is kept: scipy with unequal ends
    (q,) = (q for q in group("joint_centers", 0.02).quantities if q.target == "joint_center_hip_x")
    assert (q.low, q.high) == (-0.05, 0.05) and q.spread * CUT > 0.05
    u = np.linspace(0, 1, 21)
    expected = stats.truncnorm(-0.05 / q.spread, 0.05 / q.spread, scale=q.spread).ppf(u)
    assert q.value(u) == pytest.approx(expected, abs=1e-12)


def targets(name, exercise, changes):
    parameters = coxa.exercise(exercise).parameters
    return [q.target for q in group(name).applicable(parameters, set(changes))]


def test_what_applies_to_an_exercise(changes):
    assert targets("bar_position", "barbell_hip_thrust", changes) == ["bar_position"]
    # a squat's is one of two words
    assert targets("bar_position", "back_squat", changes) == []
    assert targets("friction", "back_squat", changes) == ["floor_friction"]
    assert targets("friction", "back_extension_45", changes) == ["pad_friction"]
    assert targets("foot_placement", "barbell_hip_thrust", changes) == [
        "foot_distance",
        "stance_width",
        "toe_out_deg",
    ]
    assert len(targets("muscle_strength", "back_squat", changes)) == 12
    assert targets("criterion", "back_squat", changes) == ["criterion"]
    # a model that has only some of it
    only = {"strength_calves", "strength_arms"}
    found = group("muscle_strength").applicable({}, only)
    assert [q.name for q in found] == ["strength_calves"]


def test_every_offset_is_a_parameter_of_some_exercise(changes):
    names = coxa.exercises()
    for q in NUMBERS:
        if q.kind == "offset":
            given = [coxa.exercise(name).parameters.get(q.target) for name in names]
            fitting = [p for p in given if p is not None and not p.choices]
            assert fitting and {p.unit for p in fitting} == {q.unit}, q.name


def test_says_what_an_exercise_offers(changes):
    parameters = coxa.exercise("back_squat").parameters
    assert offered(parameters, set(changes)) == [n for n in NAMES if n != "bar_position"]
    assert offered(parameters, set()) == ["foot_placement", "friction", "criterion"]
    assert group("bar_position").applicable(parameters, set()) == ()
    with pytest.raises(coxa.InvalidArgument) as caught:
        group("bar_position").applicable(parameters, set(), required=True)
    assert str(caught.value) == (
        "uncertain bar_position: the exercise has none of bar_position, dumbbell_position as a"
        " number; it offers foot_placement, friction, criterion"
    )


def test_table():
    made = table()
    assert list(made.index) == NAMES
    for name, row in made.iterrows():
        assert row["description"] and row["basis"] and row["source"], name
    assert "Ward SR" in made.loc["optimal_fiber_length", "source"]
    assert "[recalled]" in made.loc["criterion", "source"]
    assert "Judgement" in made.loc["friction", "source"]
    assert made.loc["foot_placement", "spread"] == "normal, SD 0.02 m and 3 deg, cut at 2.5 SD"
    assert made.loc["muscle_strength", "spread"] == "lognormal, CV 0.16, cut at 2.5 SD"
    assert made.loc["criterion", "spread"] == "1, 2, 3, 5, min-max, each as likely"


def test_names_differ_and_nothing_is_undescribed():
    every = [q for name in NAMES for q in group(name).quantities]
    assert len({q.name for q in every}) == len(every)
    for q in every:
        assert q.kind in uncertainty.KINDS and q.distribution in uncertainty.DISTRIBUTIONS
        assert q.description and "{" not in q.description
        assert pickle.loads(pickle.dumps(q)).name == q.name


@pytest.mark.parametrize(
    ("name", "spread", "text"),
    [
        ("muscle_strength", 0, "spread of muscle_strength must be above 0, not 0"),
        ("friction", -0.1, "spread of friction must be above 0, not -0.1"),
        ("bar_position", -1, "spread of bar_position must be above 0 m, not -1"),
        ("bar_position", "1 cm", "spread of bar_position must be a number in m, not '1 cm'"),
        (
            "muscle_strength",
            20,
            "spread of muscle_strength must be at most 0.5, not 20: it is a coefficient of variation"
            " (0.1 is 10 %)",
        ),
        (
            "foot_placement",
            2,
            "spread of foot_placement must be at most 0.1 m, not 2: it is a standard deviation",
        ),
        (
            "criterion",
            1,
            "criterion takes no spread: it is one of 1, 2, 3, 5, min-max; for others use"
            " vary(criterion=[...])",
        ),
        ("friction", math.inf, "spread of friction must be a finite number, not inf"),
    ],
)
def test_refuses_spreads(name, spread, text):
    with pytest.raises(coxa.InvalidArgument) as caught:
        group(name, spread)
    assert str(caught.value) == text


def test_refuses_names_and_numbers():
    with pytest.raises(coxa.UnknownName) as unknown:
        group("muscle_strengths")
    assert str(unknown.value) == (
        "no group of uncertainties 'muscle_strengths'; did you mean 'muscle_strength'?"
    )
    q = NUMBERS[0]
    for u in ([0.5, 1.5], [math.nan], [[0.5]]):
        with pytest.raises(coxa.InvalidArgument) as caught:
            q.value(np.array(u))
        assert str(caught.value) == (
            "strength_gluteus_maximus: u must be a list of numbers from 0 to 1"
        )
