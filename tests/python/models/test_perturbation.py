"""Changed models, and subjects with their own strengths."""

from __future__ import annotations

import json
import math
import pickle

import coxa
import numpy as np
import pytest
from coxa.models.model import default_model, scale

EXERCISE = "barbell_hip_thrust"
SIDES = ("_r", "_l")


def masses(model):
    return {body.name: body.mass for body in model.bodies}


def forces(model):
    return {muscle.name: muscle.max_isometric_force for muscle in model.muscles}


def postures(model, count=4):
    rng = np.random.default_rng(5)
    q = np.tile([c.default for c in model.full_coordinates if c.independent], (count, 1))
    return q + rng.uniform(-0.4, 0.4, q.shape)


# ---- perturbed


def test_list_says_what_can_be_changed(model):
    listed = {p.name: p for p in model.perturbations()}
    assert listed["strength_quadriceps"] == (
        "strength_quadriceps",
        "1",
        "factor on the maximum isometric force of the quadriceps (recfem, vasint, vaslat, vasmed)",
        1.0,
        0.05,
        5.0,
        True,
    )
    assert listed["joint_center_hip_z"].unit == "m"
    assert (
        listed["joint_center_hip_z"].description == "shift of the hip joint in its parent, outward"
    )
    assert listed["segment_mass_thigh"].description == (
        "factor on mass and inertia of the thigh (femur, patella) against the rest of the body"
    )
    assert not listed["strength_glutes"].independent and not listed["strength_all"].independent


def test_doubled_strength_doubles_active_tension(model):
    q = postures(model)
    # 0.6 rad of hip flexion stretch the hamstrings until some are taut when relaxed
    q[:, [model.coordinates.index("hip_flexion" + side) for side in SIDES]] += 0.6
    v, a = np.full_like(q, 0.2), np.full((len(q), len(model.muscles)), 0.5)
    doubled = model.perturbed(strength_hamstrings=2)
    relaxed, slack = (m.muscle_forces(q, v, 0.0) for m in (model, doubled))
    usual, strong = (m.muscle_forces(q, v, a) for m in (model, doubled))
    changed = [m.name[:-2] in ("bflh", "bfsh", "semimem", "semiten") for m in model.muscles]
    assert sum(changed) == 8
    active = (usual - relaxed) * np.where(changed, 2.0, 1.0)
    # rounding of forces of at most some kN
    np.testing.assert_allclose(strong - slack, active, rtol=1e-12, atol=1e-9)
    # others to the bit; relaxed ones as a curve of the same family allows, and far from doubled
    np.testing.assert_array_equal(np.delete(slack, np.flatnonzero(changed), 1),
                                  np.delete(relaxed, np.flatnonzero(changed), 1))  # fmt: skip
    most = np.array([m.max_isometric_force for m in model.muscles])
    assert (np.abs(slack - relaxed) / most).max() < 0.02
    assert (relaxed[:, changed] / most[changed]).max() > 0.05


def test_shorter_tendon_is_a_longer_fibre(model):
    # a rigid tendon that is shorter by d leaves the fibre what a path that is longer by d would: the ankle is
    # turned until the path of the usual muscle is
    q = postures(model, 1)
    at = [m.name for m in model.muscles].index("soleus_r")
    muscle, length = model.muscles[at], model.muscle_lengths(q)[0, at]
    factor = 0.98
    changed = model.perturbed(tendon_slack_length_calves=factor)
    extra = muscle.tendon_slack_length * (1 - factor)
    ones = np.ones((1, len(model.muscles)))
    zero = np.zeros_like(q)
    given = changed.muscle_forces(q, zero, ones)[0, at]
    ankle = model.coordinates.index("ankle_angle_r")
    low, high = q.copy(), q.copy()
    high[0, ankle] += 0.6
    assert model.muscle_lengths(high)[0, at] > length + extra
    for _ in range(60):
        middle = (low + high) / 2
        longer = model.muscle_lengths(middle)[0, at] > length + extra
        low, high = (low, middle) if longer else (middle, high)
    expected = model.muscle_forces(low, zero, ones)[0, at]
    # bisected to the last digits of the length; the force changes by about 1e5 N per m
    assert given == pytest.approx(expected, rel=1e-9)
    assert abs(given / model.muscle_forces(q, zero, ones)[0, at] - 1) > 0.01


def test_masses_are_redistributed(model):
    factors = {"thigh": 1.2, "trunk": 0.9, "foot": 2.0}
    changed = masses(model.perturbed(**{f"segment_mass_{k}": f for k, f in factors.items()}))
    segment = {"femur": "thigh", "patella": "thigh", "torso": "trunk"}
    segment |= dict.fromkeys(("talus", "calcn", "toes"), "foot")
    before = masses(model)
    raw = {
        name: mass * factors.get(segment.get(name.removesuffix("_r").removesuffix("_l")), 1.0)
        for name, mass in before.items()
    }
    total = sum(before.values())
    for name, mass in raw.items():
        assert changed[name] == pytest.approx(mass * total / sum(raw.values()), rel=1e-13)
    assert sum(changed.values()) == pytest.approx(total, rel=1e-15)


def test_weight_on_the_ground_stays(model):
    q = postures(model)
    ty = model.coordinates.index("pelvis_ty")
    zero = np.zeros_like(q)
    for changes in (
        {"segment_mass_head": 3.0},
        {"segment_mass_shank": 0.3, "joint_center_knee_x": 0.02},
    ):
        tau = model.perturbed(**changes).inverse_dynamics(q, zero, zero)
        np.testing.assert_allclose(tau[:, ty], model.total_mass * 9.80665, rtol=1e-13)


def test_shifted_hips_move_the_legs(model):
    q = postures(model)
    names = [site.name for site in model.sites]
    hips = [names.index("hip" + side) for side in SIDES]
    knees = [names.index("knee" + side) for side in SIDES]
    before = model.positions(q).sites
    after = model.perturbed(joint_center_hip_z=0.01).positions(q).sites
    width = np.linalg.norm(before[:, hips[0]] - before[:, hips[1]], axis=-1)
    np.testing.assert_allclose(
        np.linalg.norm(after[:, hips[0]] - after[:, hips[1]], axis=-1), width + 0.02, rtol=1e-13
    )
    np.testing.assert_allclose(
        after[:, knees] - after[:, hips], before[:, knees] - before[:, hips], atol=1e-14
    )


def test_changes_are_the_same_on_both_sides(model):
    # in a symmetric posture the two legs of a changed model are mirror images
    q = postures(model, 1)[0]
    names = list(model.coordinates)
    for i, name in enumerate(names):
        if name.endswith("_l"):
            q[i] = q[names.index(name[:-2] + "_r")]
        elif name in ("lumbar_bending", "lumbar_rotation"):
            q[i] = 0
    changed = model.perturbed(
        joint_center_hip_x=0.01,
        joint_center_hip_z=0.02,
        joint_center_knee_y=-0.01,
        joint_center_ankle_z=0.005,
        segment_mass_foot=1.3,
    )
    muscles = [m.name for m in model.muscles]
    lengths = dict(zip(muscles, changed.muscle_lengths(q), strict=True))
    usual = dict(zip(muscles, model.muscle_lengths(q), strict=True))
    for name in muscles:
        if name.endswith("_r"):
            # the sides of the model itself agree to the digits of its file
            asymmetry = abs(usual[name] - usual[name[:-2] + "_l"])
            assert abs(lengths[name] - lengths[name[:-2] + "_l"]) <= asymmetry + 1e-6, name
    assert max(abs(lengths[n] - usual[n]) for n in muscles) > 0.01


def test_moment_does_not_ask_how_strong_one_is(model):
    # standing still on two feet: the sum of their forces follows from weight, and lateral friction has no
    # moment about the hips' common axis. The lean is given: where it is found, effort decides, and that
    # does ask for strength. Not deep, where doubled passive forces would need reserves.
    still = {"inertia": False, "frames": 3, "load": 20, "trunk_lean_deg": 40, "thigh_angle_deg": 20}
    strong = model.perturbed(strength_all=2)
    usual, other = (coxa.simulate("back_squat", model=m, **still) for m in (model, strong))
    for result in (usual, other):
        assert (result["status"] == 0).all()
    for joint in ("hip_extension_moment", "lumbar_extension_moment"):
        a, b = (np.asarray(r[joint]).reshape(3, -1).sum(axis=1) for r in (usual, other))
        # the solver meets its equations to 1e-9 of some 100 N m
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-6, err_msg=joint)
    # but how hard it is
    a, b = (float(r["group_activation"].max()) for r in (usual, other))
    assert b < a


def test_weak_hamstrings_do_less(model):
    impulse = {}
    for factor in (1.0, 0.4):
        weak = model.perturbed(strength_hamstrings=factor)
        result = coxa.simulate(EXERCISE, model=weak, frames=11, load=60)
        impulse[factor] = float(result["hamstrings_impulse"])
    assert impulse[0.4] < 0.8 * impulse[1.0]


def test_perturbed_refuses(model):
    with pytest.raises(coxa.UnknownName, match="did you mean 'strength_quadriceps'"):
        model.perturbed(strength_quadricep=1.1)
    with pytest.raises(coxa.InvalidArgument) as error:
        model.perturbed(strength_calves=True)
    assert str(error.value) == "strength_calves must be a number, not True"
    with pytest.raises(coxa.InvalidArgument) as error:
        model.perturbed(joint_center_hip_x=1)
    assert str(error.value) == (
        "joint_center_hip_x is 1 m; it must be from -0.05 to 0.05 m: a shift, where 0 changes nothing"
    )
    with pytest.raises(coxa.InvalidArgument, match="finite"):
        model.perturbed(strength_calves=math.nan)


def test_a_changed_model_is_a_model(model, tmp_path):
    changed = model.perturbed(strength_glutes=1.2, segment_mass_thigh=1.1, joint_center_hip_x=0.01)
    assert "changed: joint_center_hip_x 0.01 m, segment_mass_thigh 1.1" in changed.source
    changed.save(tmp_path / "changed.osim")
    again = coxa.Model.load(tmp_path / "changed.osim")
    # files hold every digit
    assert forces(again) == forces(changed) and masses(again) == masses(changed)
    assert changed.sites == again.sites


# ---- strength of a subject's muscle groups


def test_group_strength_scales_the_group():
    person = {"sex": "female", "mass": 62, "height": 1.68}
    usual = scale(default_model(), coxa.Subject(**person))
    strong = scale(default_model(), coxa.Subject(**person, group_strength={"quadriceps": 1.3}))
    assert forces(strong) == forces(usual.perturbed(strength_quadriceps=1.3))
    assert forces(strong)["vasmed_l"] == forces(usual)["vasmed_l"] * 1.3
    assert forces(strong)["psoas_l"] == forces(usual)["psoas_l"]
    limp = scale(default_model(), coxa.Subject(**person, group_strength={"actuators": 0.5}))
    assert [a.upper for a in limp.actuators] == [a.upper * 0.5 for a in usual.actuators]
    assert forces(limp) == forces(usual)


def test_subject_keeps_group_strength():
    subject = coxa.Subject(mass=70, group_strength={"quadriceps": 1.3, "calves": 0.9})
    assert eval(repr(subject), {"Subject": coxa.Subject}) == subject
    assert pickle.loads(pickle.dumps(subject)) == subject
    assert coxa.Subject.from_json(subject.to_json()) == subject
    assert subject != coxa.Subject(mass=70)
    with pytest.raises(TypeError):
        subject.group_strength["calves"] = 2
    # the order in which they were given says nothing
    turned = coxa.Subject(mass=70, group_strength={"calves": 0.9, "quadriceps": 1.3})
    assert turned == subject and hash(turned) == hash(subject)
    lengths = {"thigh": 0.44, "shank": 0.42}
    a = coxa.Subject(segment_lengths=lengths)
    b = coxa.Subject(segment_lengths=dict(reversed(lengths.items())))
    assert a == b and hash(a) == hash(b)


def test_json_without_group_strength_is_as_it_was():
    old = '{"sex": "male", "mass": 80.0, "height": 1.8, "strength": 1.0, "segment_lengths": {}}'
    subject = coxa.Subject.from_json(old)
    assert subject == coxa.Subject(mass=80, height=1.8) and not subject.group_strength
    assert subject.to_json() == old
    assert json.loads(coxa.Subject(group_strength={"calves": 2}).to_json())["group_strength"] == {
        "calves": 2.0
    }


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("quadriceps", "group_strength must map muscle groups to factors, not 'quadriceps'"),
        ({1: 2}, "group_strength must name muscle groups, not 1"),
        ({"calves": -1}, "strength of calves must be above 0, not -1"),
        ({"calves": "2"}, "strength of calves must be a number, not '2'"),
    ],
)
def test_group_strength_refuses(given, text):
    with pytest.raises(coxa.InvalidArgument) as error:
        coxa.Subject(group_strength=given)
    assert str(error.value) == text


def test_group_that_the_model_lacks():
    with pytest.raises(
        coxa.UnknownName, match="no muscle group 'hamstring'; did you mean 'hamstrings'"
    ):
        scale(default_model(), coxa.Subject(group_strength={"hamstring": 1}))
    with pytest.raises(coxa.InvalidArgument, match="strength of calves is 9 times the usual"):
        scale(default_model(), coxa.Subject(group_strength={"calves": 9}))
