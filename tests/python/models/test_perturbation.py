"""Changed models, subjects with their own strengths, and the trials of a study's rows."""

from __future__ import annotations

import _thread
import json
import math
import pickle
import threading
import time

import coxa
import numpy as np
import pytest
from coxa import _core
from coxa.base.resources import ANTHROPOMETRY
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


def test_doubled_strength_doubles_tension(model):
    # the curves do not know the force: twice the force to the last bit
    q = postures(model)
    v, a = np.full_like(q, 0.2), np.full((len(q), len(model.muscles)), 0.5)
    usual = model.muscle_forces(q, v, a)
    strong = model.perturbed(strength_hamstrings=2).muscle_forces(q, v, a)
    changed = [m.name[:-2] in ("bflh", "bfsh", "semimem", "semiten") for m in model.muscles]
    assert sum(changed) == 8
    np.testing.assert_array_equal(strong, usual * np.where(changed, 2.0, 1.0))


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


# ---- rows of a study


def row(exercise=EXERCISE, **changed):
    return {
        "exercise": exercise,
        "parameters": {},
        "offsets": {},
        "subject": None,
        "changes": {},
        "criterion": None,
    } | changed


def run(rows, series=(), samples=11, frames=5, options=None, **more):
    return _core.run_trials(
        default_model()._core,
        rows,
        _core.SimulateOptions(frames=frames, **(options or {})),
        list(series),
        samples,
        [("number", "1", "of the row", [float(i) for i in range(len(rows))])],
        ANTHROPOMETRY,
        **more,
    )


def values(dataset, name):
    return dataset["variables"][name][1]


def messages(dataset):
    return values(dataset, "trial_message")


def same(a, b):
    assert a["variables"].keys() == b["variables"].keys()
    for name, (dims, data, _) in a["variables"].items():
        other = b["variables"][name]
        assert dims == other[0]
        if isinstance(data, list):
            assert data == other[1]
        else:
            assert data.tobytes() == other[1].tobytes(), name


def test_a_row_is_a_simulation(athlete):
    changes = {"strength_hamstrings": 0.8, "joint_center_hip_x": 0.004}
    rows = [
        row(subject=athlete),
        row(subject=athlete, parameters={"load": 90, "hold": 0.5}, changes=changes, criterion=3.0),
        row("back_squat", subject=athlete, parameters={"bar_position": "low"}),
    ]
    found = run(rows, series=["hip_extension_moment"])
    assert messages(found) == ["", "", ""]
    model = scale(default_model(), athlete)
    singles = [
        coxa.simulate(EXERCISE, athlete, frames=5),
        coxa.simulate(
            EXERCISE, model=model.perturbed(**changes), frames=5, load=90, hold=0.5, criterion=3
        ),
        coxa.simulate("back_squat", athlete, bar_position="low", frames=5),
    ]
    for i, single in enumerate(singles):
        for name, entry in single.summary().iterrows():
            assert values(found, name)[i] == entry["value"] or np.isnan(entry["value"]), name
        series = values(found, "hip_extension_moment")[i]
        assert np.array_equal(series[[0, -1]], single["hip_extension_moment"].values[[0, -1]])
    # what only one exercise has is missing in the other
    assert np.isfinite(values(found, "peak_bench_force")).tolist() == [True, True, False]


def test_order_and_company_say_nothing(athlete):
    people = [athlete, coxa.Subject(mass=60), None]
    rows = [
        row(subject=people[i % 3], changes={} if i % 2 else {"strength_all": 1.1 + 0.01 * (i // 4)})
        for i in range(12)
    ]
    whole = run(rows)
    order = np.random.default_rng(1).permutation(12)
    shuffled = run([rows[i] for i in order])
    for name in ("peak_hip_extension_moment", "hamstrings_impulse", "largest_reserve"):
        assert np.array_equal(values(shuffled, name), values(whole, name)[order])
    assert len(np.unique(values(whole, "hamstrings_impulse"))) >= 8


def test_many_threads_at_once_give_the_same_bits(athlete):
    rows = [row(subject=athlete, parameters={"load": 20.0 * i}) for i in range(6)]
    expected, found = run(rows), {}
    threads = [threading.Thread(target=lambda i=i: found.update({i: run(rows)})) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(4):
        same(found[i], expected)


def test_other_threads_go_on_meanwhile():
    done, ticks = threading.Event(), []

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.002)

    thread = threading.Thread(target=tick)
    thread.start()
    begin = time.perf_counter()
    try:
        run([row()], frames=4001)
    finally:
        end = time.perf_counter()
        done.set()
        thread.join()
    # one trial: if it held the interpreter, nothing would tick within it
    inside = [t for t in ticks if begin + 0.2 * (end - begin) < t < end - 0.2 * (end - begin)]
    assert len(inside) >= 3


def test_offsets(athlete):
    found = coxa.simulate(EXERCISE, athlete, frames=5)
    distance = json.loads(found.dataset.attrs["parameters"])["foot_distance"]
    rows = [
        row(subject=athlete, offsets={"foot_distance": 0.03, "load": 5.0}),
        row(subject=athlete, parameters={"foot_distance": distance + 0.03, "load": 65.0}),
        row(
            subject=athlete,
            parameters={"load": 480.0},
            offsets={"load": 50.0, "foot_distance": 0.0},
        ),
        row(subject=athlete, parameters={"load": 500.0}),
        row("back_squat", offsets={"bar_position": 1.0}),
        row("back_squat", offsets={"loda": 1.0}),
    ]
    seen = {}
    table = run(rows, measure=lambda i, trial: seen.update({i: trial["parameters"]}) or {})
    peak = values(table, "peak_hip_extension_moment")
    assert peak[0] == peak[1] and peak[2] == peak[3] and peak[0] != peak[2]
    assert seen[0]["load"] == 65 and seen[0]["foot_distance"] == pytest.approx(distance + 0.03)
    assert seen[2]["load"] == coxa.exercise(EXERCISE).parameters["load"].maximum
    assert seen[2]["foot_distance"] is None
    assert messages(table)[4:] == [
        "back_squat: bar_position is one of some words; nothing can be added to it",
        messages(table)[5],
    ]
    assert "did you mean 'load'" in messages(table)[5]


def test_failures_are_rows(athlete):
    rows = [
        row(parameters={"foot_distance": 0.2}),
        row(),
        row("hip_trust"),
        row(changes={"strength_nobody": 2.0}),
        row(subject=coxa.Subject(mass=1000)),
        row(parameters={"load": -3.0}),
    ]
    table = run(rows, series=["status"])
    assert values(table, "trial_status").tolist() == [1, 0, 1, 1, 1, 1]
    words = [
        "foot_distance",
        "",
        "barbell_hip_thrust",
        "strength_nobody",
        "from 20 to 300 kg",
        "load",
    ]
    for text, word in zip(messages(table), words, strict=True):
        assert word in text
    assert values(table, "number").tolist() == [0, 1, 2, 3, 4, 5]
    peak = values(table, "peak_hip_extension_moment")
    assert np.isfinite(peak).tolist() == [False, True, False, False, False, False]
    for wrong, kind in (
        (0, coxa.InfeasibleMotion),
        (2, coxa.UnknownName),
        (5, coxa.InvalidArgument),
    ):
        with pytest.raises(kind):
            run([rows[1], rows[wrong]], strict=True)


def test_reserves_fail_a_strict_trial():
    heavy = row(parameters={"load": 400.0})
    assert values(run([heavy]), "trial_status").tolist() == [0]
    table = run([heavy], options={"strict": True})
    assert values(table, "trial_status").tolist() == [1] and "reserves" in messages(table)[0]
    with pytest.raises(coxa.UnsolvedFrame):
        run([heavy], options={"strict": True}, strict=True)


def test_series_of_different_supports_are_named():
    rows = [row(), row("back_squat")]
    with pytest.raises(coxa.InvalidArgument) as error:
        run(rows, series=["hip_extension_moment", "support_force"])
    assert str(error.value).startswith("trial 1: 'support_force' has ")
    assert "leave it out of the series" in str(error.value)
    table = run(rows, series=["hip_extension_moment"])
    assert values(table, "hip_extension_moment").shape == (2, 11, 2)
    with pytest.raises(coxa.UnknownName, match="no series 'hip_extension_momnt'; did you mean"):
        run(rows, series=["hip_extension_momnt"])


def test_measures_become_summaries(athlete):
    def measure(i, trial):
        dims, data, attributes = trial["variables"]["hip_extension_moment"]
        assert dims == ("time", "side") and attributes["units"] == "N m"
        assert trial["model"].total_mass == pytest.approx(athlete.mass)
        if i == 1:
            raise KeyError("nothing here")
        return {
            "mean_moment": ((), data.mean(), {"units": "N m", "long_name": "mean"}),
            "by_side": (("side",), data.max(axis=0), {"units": "N m"}),
            "by_band": (("band",), np.array([1, 2, 3]), {}),
        }

    rows = [row(subject=athlete, parameters={"load": 40.0 + i}) for i in range(3)]
    table = run(rows, series=["hip_extension_moment"], samples=5, measure=measure)
    assert messages(table) == ["", "measure: KeyError: 'nothing here'", ""]
    dims, data, attributes = table["variables"]["mean_moment"]
    assert dims == ("trial",) and attributes["role"] == "summary" and attributes["units"] == "N m"
    single = coxa.simulate(EXERCISE, athlete, load=42, frames=5)
    assert data[2] == single["hip_extension_moment"].values.mean() and np.isnan(data[1])
    assert values(table, "by_side").shape == (3, 2)
    assert np.array_equal(values(table, "by_side")[2], single["hip_extension_moment"].max("time"))
    assert values(table, "by_band")[0].tolist() == [1, 2, 3]
    # a trial that its measure failed is failed
    assert np.isnan(values(table, "peak_hip_extension_moment")[1])


@pytest.mark.parametrize(
    ("returned", "text"),
    [
        ({"x": ((), "words", {})}, "'x' is neither a number nor an array of numbers"),
        ({"x": (("a",), 1.0, {})}, "'x' has 0 dimensions and names for 1"),
        ({"x": (("side",), np.ones(3), {})}, "'x'"),
        ({"x": (("time",), np.ones(5), {})}, "'x' runs over time; a study keeps summaries: take its"
         " greatest value, mean or integral"),
        ({"load_travel": ((), 1.0, {})}, "load_travel"),
        ({"x": 1.0}, "it must return a dict of name to (dims, values, attributes)"),
        (1.0, "it must return a dict of name to (dims, values, attributes)"),
    ],
)  # fmt: skip
def test_measures_that_are_none(returned, text):
    table = run([row()], measure=lambda i, trial: returned)
    assert values(table, "trial_status").tolist() == [1]
    assert messages(table)[0].startswith("measure: InvalidArgument: ")
    assert text in messages(table)[0]


def test_exceptions_of_a_strict_measure_come_through():
    def fail(i, trial):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        run([row()], measure=fail, strict=True)


def test_rows_are_checked():
    with pytest.raises(coxa.InvalidArgument) as error:
        run([row(lod=1)])
    assert str(error.value) == (
        "a trial has no 'lod'; it has exercise, parameters, offsets, subject, changes and criterion"
    )


def test_ctrl_c_ends_it():
    rows = [row(parameters={"load": 0.1 * i}) for i in range(2000)]
    timer = threading.Timer(0.2, _thread.interrupt_main)
    begin = time.monotonic()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run(rows)
    # 2000 trials take longer by far
    assert time.monotonic() - begin < 5


def test_ctrl_c_in_a_measure_or_a_python_exercise_is_no_failed_trial():
    def interrupted(i, trial):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([row(), row()], measure=interrupted)

    class Interrupted(coxa.Exercise):
        name = "interrupted_exercise"
        title = "Interrupted"
        description = "Ctrl-C while it is built."
        muscles = ("gluteus_maximus",)
        parameters = ()

        def build(self, s, p):
            raise KeyboardInterrupt

    coxa.register(Interrupted)
    try:
        with pytest.raises(KeyboardInterrupt):
            run([row("interrupted_exercise"), row()])
    finally:
        _core.unregister_exercise("interrupted_exercise")


def test_stop_is_asked_between_trials():
    asked = []

    def stop():
        asked.append(len(asked))
        return len(asked) > 3

    with pytest.raises(coxa.Error) as error:
        run([row(parameters={"load": float(i)}) for i in range(10)], stop=stop)
    assert str(error.value) == "given up: asked to stop" and len(asked) == 4
