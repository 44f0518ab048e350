"""Strength curves: against OpenSim's muscles, published tables and hand sums; other models; what they print."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import coxa
import matplotlib.pyplot as plt
import numpy as np
import pytest
from command_line import run
from coxa.answers.strength_curves import KINDS
from coxa.models import measured
from coxa.models.actions import ACTIONS, JOINT_ANGLES, muscle_torques
from coxa.models.model import default_model

ROOT = Path(__file__).resolve().parents[3]
GAIT = ROOT.parent / "shared" / "reference" / "models" / "gait2392_millard2012muscle.osim"
MODEL = ROOT / "data" / "models" / "coxa_fullbody.osim"


@pytest.fixture(scope="module")
def man() -> coxa.Subject:
    return coxa.Subject(sex="male", mass=80, height=1.80)


@pytest.fixture(scope="module")
def curves(man):
    return coxa.strength_curves(man)


# ---- people


@pytest.mark.parametrize(
    "action, angles, published",
    [
        # Rajagopal et al. (2016) and data/README.md evaluate the same table independently, N m
        ("hip_extension", [0, 30, 60, 90], [127, 187, 201, 166]),
        ("knee_extension", [15, 30, 60, 75, 90], [94, 148, 204, 200, 175]),
        ("ankle_plantarflexion", [-20, 0, 10, 20], [59, 101, 113, 119]),
    ],
)
def test_voluntary_torques(action, angles, published):
    found = measured.voluntary_torque(action, "male", angles, mass=75.337, height=1.70)
    assert found == pytest.approx(published, abs=0.6)  # printed without decimals


def test_voluntary_torque_falls_with_speed_and_is_never_negative():
    at = [
        measured.voluntary_torque("knee_extension", "female", [60], speed, mass=60, height=1.65)[0]
        for speed in (0, 60, 180, 300)
    ]
    assert at == sorted(at, reverse=True) and at[-1] > 0
    far = measured.voluntary_torque("hip_flexion", "male", [170], mass=80, height=1.8)
    assert far == [0]


def test_passive_torques_of_people():
    """Values of equations 1 to 3 of Riener and Edrich (1999), evaluated by hand with the paper's signs."""
    hip = math.exp(1.4655 - 0.0750 * 80) - math.exp(1.3403 + 0.0305 * 80) + 8.072
    assert measured.passive_torque("hip_flexion", {"hip_flexion": 80}) == pytest.approx(hip)
    phi = -20  # the paper's ankle angle: plantarflexion positive
    ankle = math.exp(2.1016 - 0.0843 * phi) - math.exp(-7.9763 + 0.1949 * phi) - 1.792
    found = measured.passive_torque("ankle_angle", {"ankle_angle": 20})
    assert found == pytest.approx(-ankle)
    assert -45 < found < -35  # a stretched calf pulls the foot down


def test_every_measured_muscle_is_named_and_has_its_sign():
    """Muscles act as anatomy says: a wrong sign or a swapped column would show."""
    acts = {"semimembranosus": -1, "psoas": 1, "adductor_magnus": -1, "quadratus_femoris": -1}
    for series in measured.moment_arms():
        assert any(r["muscle"] == series.muscle for r in measured.rows("muscles"))
        assert series.coordinate in JOINT_ANGLES and series.against in JOINT_ANGLES
        assert (np.abs(series.arm) < 0.1).all() and (series.sd >= measured.LEAST_SD).all()
        if series.coordinate == "hip_flexion" and series.muscle in acts:
            assert (np.sign(series.arm) == acts[series.muscle]).all()
        if series.coordinate == "ankle_angle":
            up = {"edl", "ehl", "tibialis_anterior"}
            assert (np.sign(series.arm) == (1 if series.muscle in up else -1)).all(), series.muscle
        if series.muscle.startswith("vastus"):
            assert (series.arm < 0).all()


# ---- the model


def test_torque_is_the_sum_over_agonists(man, curves):
    """By hand, from the public mechanics of the model."""
    body = coxa.scale(default_model(), man)
    q = np.zeros(len(body.coordinates))
    q[body.coordinates.index("hip_flexion_r")] = math.radians(60)
    q[body.coordinates.index("knee_angle_r")] = math.radians(90)
    arms = body.moment_arms(q)[:, body.coordinates.index("hip_flexion_r")]
    force = body.muscle_forces(q, 0 * q, 1.0, "rigid")
    rest = body.muscle_forces(q, 0 * q, 0.0, "rigid")
    torque = -(arms * (force - rest))[arms < 0].sum()
    rows = curves.torques.query("action == 'hip_extension' and speed_deg_s == 0")
    row = rows[rows["angle_deg"] == 60].iloc[0]
    assert row["torque"] == pytest.approx(torque, rel=1e-12)  # rounding
    assert row["passive"] == pytest.approx(-(arms * rest).sum(), rel=1e-12)


def test_both_sides_and_all_actions(man, curves):
    left = coxa.strength_curves(man, side="l")
    # the published model's sides differ by 1e-5 in lengths (data/README.md)
    right, other = curves.torques["torque"], left.torques["torque"]
    assert other.to_numpy() == pytest.approx(right.to_numpy(), rel=1e-3, abs=0.05)
    assert list(curves.summary.index) == list(ACTIONS)
    assert (curves.torques["torque"] > 0).all()


def test_torque_falls_with_speed(curves):
    for _, rows in curves.speeds.groupby("action"):
        peaks = rows.sort_values("speed_deg_s")["peak"].to_numpy()
        assert (np.diff(peaks) < 0).all()


@pytest.mark.parametrize("action", ["hip_extension", "knee_extension", "ankle_plantarflexion"])
def test_isometric_torques_agree_with_opensim(action):
    opensim = pytest.importorskip("opensim", reason="the opensim package is not installed")
    opensim.Logger.setLevelString("error")
    model = opensim.Model(str(MODEL))
    for i in range(model.updMuscles().getSize()):
        muscle = opensim.Millard2012EquilibriumMuscle.safeDownCast(model.updMuscles().get(i))
        muscle.setMinimumActivation(0.0)
    state = model.initSystem()
    spec, angles, posture = ACTIONS[action], (10.0, 45.0), ACTIONS[action].posture
    if action == "ankle_plantarflexion":
        # with a straight knee OpenSim's calves skip an arc (tests/python/trials/test_against_opensim.py)
        angles, posture = (-10.0, 10.0), {"knee_angle": 80}
    mine = muscle_torques(default_model(), spec, angles, posture=posture, tendon="elastic")
    coordinate = model.getCoordinateSet().get(f"{spec.coordinate}_r")
    for angle, active in zip(angles, mine.active.sum(axis=1), strict=True):
        for name, held in posture.items():
            model.getCoordinateSet().get(f"{name}_r").setValue(state, math.radians(held), False)
        coordinate.setValue(state, math.radians(angle), True)
        total = 0.0
        muscles = model.updMuscles()
        for i in range(muscles.getSize()):
            muscle = opensim.Millard2012EquilibriumMuscle.safeDownCast(muscles.get(i))
            arm = spec.direction * muscle.computeMomentArm(state, coordinate)
            if arm <= 0:
                continue
            force = []
            for activation in (1.0, 0.0):
                muscle.setActivation(state, activation)
                muscle.computeEquilibrium(state)
                model.realizeDynamics(state)
                force.append(muscle.getTendonForce(state))
            total += arm * (force[0] - force[1])
        # round a cylinder OpenSim takes a detour, so its arms differ (tests/python/trials/test_against_opensim.py)
        assert active == pytest.approx(total, rel=1e-3)


# ---- other models


def test_model_whose_knee_flexion_is_negative():
    if not GAIT.exists():
        pytest.skip("the reference models are not beside this repository")
    curves = coxa.strength_curves(model=GAIT, actions=["knee_extension", "hip_extension"])
    assert curves.subject is None and curves.torques["voluntary"].isna().all()
    knee = curves.torques.query("action == 'knee_extension' and speed_deg_s == 0")
    assert knee["angle_deg"].min() >= 0 and knee["torque"].max() > 100
    vasti = curves.moment_arms.query("muscle == 'vastus_lateralis'")
    assert (vasti["arm"] < 0).all()
    # gait2392 has it, the bundled model has not
    assert "quadratus_femoris" not in curves.missing


def test_model_without_legs_is_refused():
    if not GAIT.exists():
        pytest.skip("the reference models are not beside this repository")
    with pytest.raises(coxa.InvalidArgument, match="has none of the coordinates"):
        coxa.strength_curves(model=GAIT.parent / "double_pendulum.osim")


# ---- errors and output


@pytest.mark.parametrize(
    "given, text",
    [
        ({"actions": ["hip_extensoin"]}, "did you mean 'hip_extension'"),
        ({"actions": "hip_extension"}, "must be a list"),
        ({"actions": []}, "must be a list"),
        ({"speeds": [-60]}, "0 or more"),
        ({"speeds": ["fast"]}, "speed must be a number"),
        ({"side": "right"}, "side must be"),
        ({"tendon": "stiff"}, "tendon must be"),
    ],
)
def test_errors_in_one_line(given, text):
    with pytest.raises(coxa.Error, match=text) as error:
        coxa.strength_curves(**given)
    assert "\n" not in str(error.value)


def test_what_is_printed_and_kept(curves):
    text = repr(curves)
    assert "hip_extension" in text and "measured series within one SD" in text
    assert curves.missing == () and "not in the model" not in text
    fewer = replace(curves, missing=("quadratus_femoris",))
    assert "not in the model: quadratus_femoris" in repr(fewer)
    kept = json.loads(curves.to_json())
    assert len(kept["torques"]) == len(curves.torques)
    assert set(curves.arms["source"]) <= set(_sources())
    assert "<table" in curves._repr_html_()


def _sources():
    tomllib = pytest.importorskip("tomllib", reason="needs Python 3.11")
    return tomllib.loads((ROOT / "data" / "sources.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", KINDS)
def test_figures(curves, kind):
    figure = curves.plot(kind)
    panels = [ax for ax in figure.axes if ax.get_title(loc="left")]
    lines = [line for ax in panels for line in ax.get_lines() if line.get_label() == "model"]
    assert panels and (kind == "passive" or len(lines) == len(panels))
    plt.close(figure)
    with pytest.raises(coxa.InvalidArgument, match="kind must be"):
        curves.plot("torques")


def test_command(tmp_path):
    picture = tmp_path / "arms.png"
    done = run("strength", "--action", "hip_extension", "--kind", "moment_arms", "-o", picture)
    assert done.returncode == 0, done.stderr
    assert "hip_extension" in done.stdout and picture.stat().st_size > 10_000
    done = run("strength", "--action", "hip_extension", "--json")
    assert {row["action"] for row in json.loads(done.stdout)["torques"]} == {"hip_extension"}
    done = run("strength", "--action", "hip_exten")
    assert done.returncode == 2 and "hip_extension" in done.stderr
