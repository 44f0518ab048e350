"""The bundled model's legs are those of the people whom data/fit_moment_arms.py and data/fit_muscles.py were given."""

from __future__ import annotations

import csv
from pathlib import Path

import coxa
import numpy as np
import pandas as pd
import pytest
from coxa.models import measured
from coxa.models.actions import ACTIONS, muscle_torques
from coxa.models.model import Model, default_model

TABLE = Path(__file__).resolve().parents[3] / "data" / "fullbody" / "muscle_fits.csv"

MASS, HEIGHT = 75.337, 1.70  # of the unscaled model

#: Series that the paths cannot follow within one SD, and why (data/README.md, "Moment arms").
KNOWN = {
    ("quadratus_femoris", "chen_franklin_2024"): 1.3,  # beyond 95 deg of flexion
    ("soleus", "spoor_1990"): 4.2,  # two legs, which contradict all others
    ("gluteus_maximus", "blemker_2005"): 1.05,  # at 40 deg of abduction
    ("psoas", "blemker_2005"): 1.1,  # at 35 deg of abduction
}

#: N/cm2; the published forces are 60 times the areas of the muscles.
PUBLISHED_TENSION = 60


@pytest.fixture(scope="module")
def model() -> Model:
    return default_model()


@pytest.fixture(scope="module")
def curves(model):
    return coxa.strength_curves(model=model)


@pytest.fixture(scope="module")
def man():
    """Curves of the man whom the unscaled model is: with people of his size beside them."""
    return coxa.strength_curves(coxa.Subject(sex="male", mass=MASS, height=HEIGHT))


def test_moment_arms_are_as_measured(curves):
    arms = curves.moment_arms
    worst = arms.assign(off=arms["deviation"].abs()).groupby(["muscle", "source"])["off"].max()
    assert len(worst) >= 38
    for series, off in worst.items():
        assert off <= KNOWN.get(series, 1.0), series
    assert all(worst[series] > 1 for series in KNOWN), "no longer an exception"


def shape(rows: pd.DataFrame, low: float, high: float) -> pd.DataFrame:
    return rows[
        (rows["angle_deg"] >= low) & (rows["angle_deg"] <= high) & (rows["speed_deg_s"] == 0)
    ]


@pytest.mark.parametrize(
    "action, low, high",
    [
        ("hip_extension", 0, 90),
        ("hip_flexion", 15, 45),
        ("knee_extension", 45, 105),
        ("knee_flexion", 30, 90),
        ("ankle_plantarflexion", -15, 15),
        ("ankle_dorsiflexion", -25, 15),
    ],
)
def test_torques_are_those_of_young_men_or_of_the_pool(man, action, low, high):
    """Not below nor above both Anderson's by 20 %, a coefficient of variation between people, and the pool's by its SD."""
    rows = shape(man.torques.query("action == @action"), low, high)
    assert len(rows) >= 7
    sd, people = rows["pooled_sd"], rows["voluntary"]
    least = np.fmin(0.8 * people, rows["pooled"] - sd)
    most = np.fmax(1.2 * people, rows["pooled"] + sd)
    assert rows["torque"].between(least, most).all(), rows


@pytest.mark.parametrize("flexion, inward", [(10, 0.66), (40, 0.81), (90, 1.0)])
def test_rotation_at_every_flexion(model, flexion, inward):
    """Outward as strong bent as straight (Johnson and Hoffman 2010, Hoglund et al. 2014), inward growing with flexion:
    within one SD of the pool, in which men and women are."""
    posture = {"hip_flexion": flexion, "knee_angle": 90}
    for action, part in (("hip_external_rotation", 1.0), ("hip_internal_rotation", inward)):
        torque = muscle_torques(model, ACTIONS[action], [0.0], posture=posture).active.sum()
        pool = measured.pooled_torque(action, "isometric")
        mean, sd = pool.at(0)
        assert abs(torque - part * mean) <= sd, action


def test_relaxed_leg_is_as_measured(curves):
    """Riener and Edrich (1999): within 12 N m where ten people were moved, 15 % of an active torque."""
    rows = curves.passive
    inside = rows[(rows["hip_flexion"].between(0, 80)) & (rows["ankle_angle"].between(-30, 20))]
    inside = inside[inside["knee_angle"] >= 5]
    assert (np.abs(inside["torque"] - inside["people"]) <= 12).all(), inside


def test_straight_leg_raise_is_not_stopped_by_the_hamstrings(curves):
    raised = curves.passive.query("coordinate == 'hip_flexion' and knee_angle == 0")
    at_80 = raised[raised["hip_flexion"] == 80].iloc[0]
    assert at_80["torque"] == pytest.approx(at_80["people"], rel=0.2)


def test_specific_tension_is_physiological():
    """Physiological is 20 to 40 N/cm2: so is the mean, and most muscles within 5 of it."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tension = np.array([PUBLISHED_TENSION * float(row["force_factor"]) for row in rows])
    assert 20 < tension.mean() < 40
    assert (
        10 < tension.min() and tension.max() < 90
    )  # gluteus minimus (data/README.md, "Leg strength")
    assert np.mean((tension > 15) & (tension < 45)) > 0.5
