"""Strength by sex, age and training: against the published tables, and how it is told, stored and drawn."""

from __future__ import annotations

import json
import math

import coxa
import numpy as np
import pytest
import tomllib
from command_line import run
from coxa.base.resources import DATA
from coxa.models import measured
from coxa.models.model import default_model
from coxa.models.population import Population
from coxa.models.subject import TRAINING
from coxa.studies import factors
from coxa.studies.columns import column_names

TABLE = tomllib.loads((DATA / "anthropometry" / "strength.toml").read_text(encoding="utf-8"))
ACTIONS = (
    "hip_extension",
    "hip_flexion",
    "knee_extension",
    "knee_flexion",
    "ankle_plantarflexion",
    "ankle_dorsiflexion",
)
SIZE = {"mass": 70, "height": 1.70}


def forces(subject):
    return {m.name: m.max_isometric_force for m in coxa.scale(default_model(), subject).muscles}


def peaks(subject):
    curves = coxa.strength_curves(subject, actions=ACTIONS, speeds=[0])
    found = curves.torques.groupby("action", sort=False)
    return found["torque"].max(), found["voluntary"].max(), curves.passive["torque"]


@pytest.fixture(scope="module")
def young():
    return peaks(coxa.Subject(**SIZE))


# ---- numbers


def test_table_is_that_of_anderson():
    for row in measured.rows("voluntary_torque"):
        group = ("18", "55", "65").index(row["youngest"])
        assert TABLE["sex_and_age"][row["action"]][row["sex"]][group] == float(row["c1"])


@pytest.mark.parametrize("training", TRAINING[1:])
def test_what_was_not_measured_is_the_mean_of_what_was(training):
    rows = TABLE["training"][training]
    known = [row["factor"] for row in rows.values() if not row.get("assumed")]
    assert sorted(rows) == sorted(ACTIONS) and len(known) >= 2
    for row in rows.values():
        assert row["source"]
        if row.get("assumed"):
            assert row["factor"] == pytest.approx(np.mean(known), abs=0.005)  # written so


@pytest.mark.parametrize("age", [60, 75])
def test_torques_of_older_men_are_those_of_anderson(young, age):
    torque, people, _ = peaks(coxa.Subject(**SIZE, age=age))
    ratio, published = torque / young[0], people / young[1]
    assert published["knee_extension"] < 0.97  # the curves beside are of that age
    # muscles of two joints take the mean of their actions, and muscles of other actions give a fifth of hip flexion; those of
    # one joint take the action's own
    np.testing.assert_allclose(ratio, published, rtol=0.11)
    one_joint = ["knee_extension", "ankle_dorsiflexion"]
    np.testing.assert_allclose(ratio[one_joint], published[one_joint], rtol=0.01)


def test_torques_of_women_are_those_of_anderson(young):
    torque, people, _ = peaks(coxa.Subject(sex="female", **SIZE))
    ratio, published = torque / young[0], people / young[1]
    # other lengths of segments beside the muscles of two joints
    np.testing.assert_allclose(ratio, published, rtol=0.14)
    one_joint = ["hip_flexion", "knee_extension", "ankle_dorsiflexion"]
    np.testing.assert_allclose(ratio[one_joint], published[one_joint], rtol=0.025)


@pytest.mark.parametrize("training", TRAINING[1:])
def test_trained_people_are_strong_but_not_stiff(young, training):
    torque, _, passive = peaks(coxa.Subject(**SIZE, training=training))
    for action, row in TABLE["training"][training].items():
        # two-joint muscles again
        assert torque[action] / young[0][action] == pytest.approx(row["factor"], rel=0.02)
    # a straight-leg raise meets 131 N m, and would meet 45 % more if passive forces followed
    stiffer = np.abs(passive - young[2]).max()
    assert stiffer < 0.1 * np.abs(young[2]).max()


def test_default_is_the_young_untrained_man():
    usual = forces(coxa.Subject(**SIZE))
    for same in ({"age": 18}, {"age": 21.5}, {"training": "untrained"}, {"sex": "male"}):
        assert forces(coxa.Subject(**SIZE, **same)) == usual


def test_only_the_nearest_age_group_is_beside():
    at = [
        measured.voluntary_torque("knee_extension", "male", [60], mass=70, height=1.7, age=age)[0]
        for age in (None, 25, 39, 41, 64, 66, 90)
    ]
    assert at[0] == at[1] == at[2] > at[3] == at[4] > at[5] == at[6]


# ---- the subject


def test_goes_through_text_and_back():
    who = coxa.Subject(sex="female", mass=62, height=1.68, age=45, training="recreational")
    assert coxa.Subject.from_json(who.to_json()) == who
    assert eval(repr(who), {"Subject": coxa.Subject}) == who
    assert who.who == "recreationally trained woman of 45 years, 62 kg, 1.68 m"
    usual = coxa.Subject()
    assert not {"age", "training"} & set(json.loads(usual.to_json()))
    assert usual.who == "untrained man of 18 to 25 years, 75 kg, 1.75 m"


@pytest.mark.parametrize(
    "given, words",
    [
        ({"age": 12}, "age is 12 years; it must be from 18 to 90 years"),
        ({"age": -1}, "age must be above 0 years, not -1"),
        ({"age": "old"}, "age must be a number"),
        ({"training": "elite"}, "'untrained' or 'recreational' or 'trained', not 'elite'"),
    ],
)
def test_refuses(given, words):
    with pytest.raises(coxa.InvalidArgument, match=words):
        forces(coxa.Subject(**given))


# ---- where people are given


def test_command_line_says_whose_load_it_is():
    words = ("max-load", "glute_bridge", "--frames", 5, "--sex", "female", "--age", 60)
    told = run(*words, "--training", "trained").stdout
    assert "for: trained woman of 60 years, 75 kg, 1.75 m" in told


def test_population_of_an_age_and_training():
    plain, aged = Population(), Population(age=(20, 80), training="trained")
    assert aged.dimensions == plain.dimensions + 1 == 5
    u = np.random.default_rng(1).random((32, 5))
    # drawn after the others: size and strength stay
    for a, b in zip(plain.subjects(u[:, :4]), aged.subjects(u), strict=True):
        assert (a.sex, a.mass, a.height, a.strength) == (b.sex, b.mass, b.height, b.strength)
        assert a.age is None and 20 <= b.age <= 80 and b.training == "trained"
    assert Population.from_dict(json.loads(json.dumps(aged.to_dict()))) == aged
    assert eval(repr(aged)) == aged
    assert {p.age for p in Population(age=50).sample(4)} == {50.0}
    assert set(plain.to_dict()) == {"sex", "source", "strength_spread", "share_of_women"}
    for wrong in ((80, 20), 12, (20, 95), (1, 2, 3)):
        with pytest.raises(coxa.InvalidArgument, match="age must be"):
            Population(age=wrong)


def test_study_has_columns_of_what_is_given():
    people = [coxa.Subject(), coxa.Subject(age=60, training="trained")]
    columns = factors.people(people).columns([0, 1])
    found = {name: values for name, _, _, values in columns}
    assert math.isnan(found["subject_age"][0]) and found["subject_age"][1] == 60
    assert found["subject_training"] == ["untrained", "trained"]
    usual = factors.people([coxa.Subject(), coxa.Subject(mass=80)]).columns([0, 1])
    assert not {"subject_age", "subject_training"} & {name for name, *_ in usual}
    crowd = factors.people(Population("female", age=(20, 30)))
    assert column_names(crowd)[-1] == "subject_age"
    assert "subject_age" in {name for name, *_ in crowd.columns(crowd.values(np.zeros((1, 4))))}
    varied = coxa.Study("glute_bridge", frames=5).vary(
        subject_age=(20, 70), subject_training=["untrained", "trained"]
    )
    drawn = [row["subject"] for row in varied.sample(8, seed=1).rows()]
    assert {p.training for p in drawn} == {"untrained", "trained"}
    assert all(20 <= p.age <= 70 for p in drawn)
