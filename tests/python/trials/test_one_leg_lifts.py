"""Lifts that ask one leg for more than the other: balance, mirrors and statics by hand."""

from __future__ import annotations

import coxa
import numpy as np
import pytest

G = 9.80665
# strong enough for every default movement: the model's hips abduct weakly when deeply flexed (data/README.md)
MAN = coxa.Subject(sex="male", mass=80, height=1.80, training="trained", strength=2)
ONE_LEG = (
    "bulgarian_split_squat",
    "reverse_lunge",
    "step_up",
    "cable_kickback",
    "quadruped_hip_extension",
)
CRITERION = 1e-4  # of the largest: the recruitment's own tolerance, twice


def trial(name, frames=21, **parameters):
    return coxa.simulate(name, MAN, frames=frames, **parameters)


def site(result, name):
    return result["site_position"].sel(site=name).transpose("time", "axis").values


def force(result, support):
    return result["support_force"].sel(support=support).transpose("time", "axis").values


@pytest.mark.parametrize("name", ONE_LEG)
def test_the_left_leg_mirrors_the_right(name):
    right, left = trial(name, side="right"), trial(name, side="left")
    for moment in ("hip_extension_moment", "knee_extension_moment", "hip_abduction_moment"):
        a = right[moment].sel(side=["right", "left"]).values
        b = left[moment].sel(side=["left", "right"]).values
        assert np.abs(a - b).max() < CRITERION * np.abs(right["hip_extension_moment"]).max()


@pytest.mark.parametrize("name", ("reverse_lunge", "step_up"))
def test_the_working_foot_carries_everything_within_its_sole(name):
    result = trial(name, load=10)
    supports = set(map(str, result["support"].values))
    assert supports == {"right_foot"}
    # statics: what the floor gives is weight plus mass times the acceleration of the mass centre
    momentum = result["linear_momentum"].transpose("time", "axis").values[:, 1]
    assert np.abs(momentum[[0, -1]]).max() < 1e-9  # at rest at both ends
    weight = (80 + 10) * G
    impulse = np.trapezoid(force(result, "right_foot")[:, 1], result["time"].values)
    duration = float(result["time"][-1])
    # momentum returns to zero, so the mean force is the weight; trapezoids of 21 frames leave 1 %
    assert impulse / duration == pytest.approx(weight, rel=1e-2)
    pressure = result["center_of_pressure"].sel(support="right_foot")
    heel = np.minimum(site(result, "heel_medial_r")[:, 0], site(result, "heel_lateral_r")[:, 0])
    toe = np.maximum(site(result, "toe_medial_r")[:, 0], site(result, "toe_lateral_r")[:, 0])
    x = pressure.sel(axis="x").values
    assert (x > heel).all() and (x < toe).all()


def test_the_split_squat_shares_the_weight_as_stated():
    for share in (0.7, 0.84):
        result = trial("bulgarian_split_squat", front_share=share, load=0)
        front = force(result, "right_foot")[:, 1]
        rear = force(result, "left_foot")[:, 1]
        assert np.allclose(front / (front + rear), share, atol=1e-6)  # a row of the programme


def test_a_longer_split_squat_loads_the_hip_more():
    """Song et al. (2023): the peak hip extension moment grows with the step; the trunk leant alike."""
    peaks = [
        float(
            trial("bulgarian_split_squat", step_length=s, trunk_lean_deg=20)[
                "hip_extension_moment"
            ].max()
        )
        for s in (0.50, 0.60, 0.66)
    ]
    assert peaks[0] < peaks[1] < peaks[2]


def test_a_higher_box_bends_hip_and_knee_more():
    low, high = trial("step_up", box_height=0.15, load=0), trial("step_up", box_height=0.25, load=0)
    for coordinate in ("hip_flexion_r", "knee_angle_r"):
        q = "position"
        assert high[q].sel(coordinate=coordinate).max() > low[q].sel(coordinate=coordinate).max()


def test_the_stack_adds_its_lever_to_the_hip():
    """At rest the kicking hip's moment grows by weight of the stack times the cable's distance from the hip."""
    moments = []
    for load in (0.0, 10.0):
        result = coxa.simulate("cable_kickback", MAN, frames=11, load=load, inertia=False)
        moments.append(result["generalized_force"].sel(coordinate="hip_flexion_r").values)
    ankle, hip = site(result, "ankle_strap_r"), site(result, "hip_r")
    pull = result["load_force"].sel(load="cable").transpose("time", "axis").values
    assert np.linalg.norm(pull, axis=1) == pytest.approx(10 * G, rel=1e-9)
    # pelvis level and leg in its plane: hip flexion turns about z
    lever = np.cross(ankle - hip, pull)[:, 2]
    # the leg hangs a little out of the sagittal plane: its axis is within 1 % of z
    assert moments[1] - moments[0] == pytest.approx(-lever, rel=1e-2, abs=0.1)


def test_the_quadruped_stays_where_it_kneels():
    result = trial("quadruped_hip_extension")
    for name in ("palm_r", "palm_l", "knee_front_l"):
        place = site(result, name)
        assert np.abs(place - place[0]).max() < 1e-6  # the path's own tolerance is 1e-7
    trunk = (site(result, "shoulder_r") + site(result, "shoulder_l")) / 2 - (
        site(result, "hip_r") + site(result, "hip_l")
    ) / 2
    assert np.degrees(np.arctan2(trunk[:, 1], trunk[:, 0])) == pytest.approx(5, abs=1e-4)


def test_what_cannot_be_says_what_to_move():
    with pytest.raises(coxa.InfeasibleMotion, match="step_length"):
        trial("bulgarian_split_squat", step_length=1.1)
    with pytest.raises(coxa.InfeasibleMotion, match="less depth|thigh_angle_deg"):
        trial("reverse_lunge", thigh_angle_deg=-20)


@pytest.mark.parametrize("name", ("bulgarian_split_squat", "reverse_lunge"))
@pytest.mark.parametrize(("side", "toward"), (("right", 1), ("left", -1)))
def test_the_trunk_bends_toward_the_working_leg_which_spares_its_abductors(name, side, toward):
    # gravity alone: the trunk's weight comes nearer to the hip that carries it
    bent, upright = (
        trial(name, side=side, inertia=False, trunk_bend_deg=deg, trunk_lean_deg=20)
        for deg in (15, 0)
    )
    bottom = int(upright["knee_extension_moment"].sel(side=side).values.argmax())
    moved = site(bent, "head_vertex") - site(upright, "head_vertex")
    assert (
        toward * moved[bottom, 2] > 0.05
    )  # z points to the right; 0.5 m of trunk times sin 15 deg
    abduction = [r["hip_abduction_moment"].sel(side=side).values[bottom] for r in (bent, upright)]
    assert abduction[0] < abduction[1]


def test_the_bend_of_least_effort_lets_a_trained_person_lift_more():
    man = coxa.Subject(sex="male", mass=80, height=1.80, training="trained")
    found, upright = (
        coxa.max_load("bulgarian_split_squat", man, frames=21, **bend)
        for bend in ({}, {"trunk_bend_deg": 0})
    )
    assert found.load > upright.load
    assert 0 < found.technique["trunk_bend_deg"] <= 15
