"""How sure a greatest load is: its spread between people, and its independence of the recruitment criterion."""

import json

import coxa
import numpy as np
import pytest
from command_line import run
from coxa.answers.criteria import CRITERIA
from coxa.answers.load_uncertainty import between_people, joints
from coxa.trials.options import Options
from coxa.trials.simulation import set_up
from scipy import stats

WOMAN = coxa.Subject(sex="female", mass=62, height=1.68, training="trained")
FRAMES = 9


@pytest.fixture(scope="module")
def limit():
    return coxa.max_load("barbell_hip_thrust", WOMAN, frames=FRAMES)


@pytest.fixture(scope="module")
def asked(limit):
    return limit.uncertainty(draws=8)


def test_percentiles_of_one_factor_are_loads_of_log_normal_strengths(asked):
    # the distribution from scipy: log-normal of mean 1, whatever ours is made of
    sigma = np.sqrt(np.log1p(asked.spread**2))
    strengths = stats.lognorm(sigma, scale=np.exp(-(sigma**2) / 2)).ppf([0.1, 0.5, 0.9])
    for strength, found in zip(strengths, asked.table.loc["together"], strict=True):
        who = coxa.Subject(
            sex="female", mass=62, height=1.68, training="trained", strength=strength
        )
        alone = coxa.max_load("barbell_hip_thrust", who, frames=FRAMES)
        # the cut at 0.1 and 99.9 % moves the 10th and 90th percentile by 0.05 % of strength
        assert found == pytest.approx(alone.load, rel=2e-3)


def test_independent_joints_are_people_of_group_strength(limit):
    few = limit.uncertainty(draws=1, seed=3)
    factors = joints(limit.setup.generic)
    groups = [group for factor in factors for group in factor.groups]
    known = {p.name for p in coxa.Model.load(limit.setup.generic.source).perturbations()}
    # every muscle group once (the glutes as their three parts), and the actuators
    whole = {"strength_all", "strength_glutes"}
    assert sorted(f"strength_{group}" for group in groups) == sorted(
        name for name in known - whole if name.startswith("strength_")
    )
    # one person: all percentiles are hers
    assert few.table.loc["independent"].nunique() == 1
    assert few.table.loc["independent", "p50"] != pytest.approx(limit.load, rel=1e-3)


def test_no_spread_is_the_load_itself(limit):
    sure = limit.uncertainty(1e-9, draws=2)
    np.testing.assert_allclose(sure.table, limit.load, rtol=1e-6)


def test_greater_spread_is_less_sure(limit, asked):
    wide = limit.uncertainty(2 * asked.spread, draws=8)
    width = [table["p90"] - table["p10"] for table in (asked.table, wide.table)]
    assert (width[1] > 1.5 * width[0]).all()


@pytest.mark.parametrize("name", ["barbell_hip_thrust", "back_squat", "conventional_deadlift"])
def test_the_greatest_load_is_that_of_every_criterion(name):
    limits = [
        set_up(name, WOMAN, None, Options(criterion=p, frames=FRAMES)).max_load({})
        for p in CRITERIA
    ]
    assert len({limit.load for limit in limits}) == 1
    load, technique = limits[0].load, limits[0].technique
    for p in CRITERIA:
        how = {"frames": FRAMES, "criterion": p, **technique}
        below = coxa.simulate(name, WOMAN, load=load - 0.01, **how)
        assert below["reserve_frames"] == 0 and below["unsolved_frames"] == 0
        above = coxa.simulate(name, WOMAN, load=load + 0.5, **how)
        assert above["reserve_frames"] > 0


def test_forces_are_of_the_technique_of_the_greatest_load():
    limit = coxa.max_load("back_squat", WOMAN, frames=FRAMES)
    assert limit.technique
    found = limit.uncertainty(draws=1).forces.loc["quadriceps", "force"]
    trial = coxa.simulate("back_squat", WOMAN, load=limit.load, frames=FRAMES, **limit.technique)
    force = trial["group_force"].sel(group="quadriceps").isel(time=limit.frame).sum()
    assert found == pytest.approx(float(force))


def test_forces_over_criteria_are_those_of_trials(limit, asked):
    trials = [
        coxa.simulate("barbell_hip_thrust", WOMAN, load=limit.load, frames=FRAMES, criterion=p)
        for p in CRITERIA
    ]
    back = [
        float(t["group_force"].sel(group="lower_back").isel(time=limit.frame).sum()) for t in trials
    ]
    row = asked.forces.loc["lower_back"]
    assert row["least"] == pytest.approx(min(back)) and row["greatest"] == pytest.approx(max(back))
    assert row["greatest"] > 1.05 * row["least"]
    assert row["force"] == pytest.approx(back[CRITERIA.index(2)])
    # the hamstrings limit: no criterion can ask less of them
    assert limit.limits["element"][0] == "semimem_r"
    hamstrings = asked.forces.loc["hamstrings"]
    assert hamstrings["greatest"] == pytest.approx(hamstrings["least"], rel=2e-3)


def test_who_is_too_weak_has_no_load():
    weak = coxa.Subject(training="trained", strength=0.8)
    found = coxa.max_load("single_leg_hip_thrust", weak, frames=FRAMES).uncertainty(0.5, draws=2)
    assert np.isnan(found.table.loc["together", "p10"])
    assert found.table.loc["together", "p90"] > found.limit.load
    assert json.loads(found.to_json())["percentiles"]["together"]["p10"] is None
    assert "strength of this person was given" in repr(found)


@pytest.mark.parametrize(
    ("training", "spread"),
    [
        ("untrained", 0.22),  # Population
        ("recreational", (0.15 / 1.15 + 0.16 / 1.20) / 2),  # Aagaard and others, Arampatzis
        ("trained", 162 / 992),  # Maughan 1984: 992 +- 162 N
    ],
)
def test_spread_is_as_published(training, spread):
    found, source = between_people(coxa.Subject(training=training))
    assert found == pytest.approx(spread, rel=0.03)
    assert "knee extension" in source


def test_refused():
    bare = coxa.max_load("barbell_hip_thrust", model=coxa.Model.load(_bundled()), frames=5)
    with pytest.raises(coxa.InvalidArgument, match="uncertainty needs a person"):
        bare.uncertainty()
    someone = coxa.max_load("barbell_hip_thrust", frames=5)
    for wrong, text in (
        ({"spread": 0.6}, "at most 0.5"),
        ({"spread": -1}, "spread must be above 0"),
        ({"draws": 0}, "draws must be a whole number"),
    ):
        with pytest.raises(coxa.InvalidArgument, match=text):
            someone.uncertainty(**wrong)


def _bundled():
    return set_up("barbell_hip_thrust", None, None, Options()).generic.source


def test_on_the_command_line():
    person = "--sex female --mass 62 --height 1.68 --training trained --frames 5".split()
    told = run("max-load", "barbell_hip_thrust", *person, "--uncertainty").stdout
    assert "all weak or all strong" in told and "each by itself" in told
    assert "same under every recruitment criterion" in " ".join(told.split())
    told = json.loads(
        run("max-load", "barbell_hip_thrust", *person, "--uncertainty", "--json").stdout
    )
    part = told["uncertainty"]
    assert part["depends_on_criterion"] is False
    together = part["percentiles"]["together"]
    assert together["p10"] < told["load"] < together["p90"]
    assert set(part["forces"]["quadriceps"]) == {"force", "least", "greatest"}
    assert "uncertainty" not in json.loads(
        run("max-load", "barbell_hip_thrust", *person, "--json").stdout
    )


def test_picture(asked):
    pytest.importorskip("matplotlib")
    axes = asked.plot().axes
    assert [ax.get_title(loc="left") for ax in axes] == ["Greatest load", "Forces at that load"]
