"""What coxa writes, OpenSim reads to the same model. Needs the development package `opensim` (PyPI)."""

from pathlib import Path

import numpy as np
import pytest

osim = pytest.importorskip("opensim", reason="the opensim package is not installed")
coxa = pytest.importorskip("coxa", reason="coxa is not built for this Python")

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = ROOT.parent / "shared" / "reference"
MODELS = [
    ROOT / "data" / "models" / "coxa_fullbody.osim",
    REFERENCE / "models" / "RajagopalLaiUhlrich2023.osim",
    REFERENCE / "models" / "gait2392_millard2012muscle.osim",
    REFERENCE / "squat" / "manually_scaled.osim",
]


def opened(path):
    osim.Logger.setLevelString("error")
    model = osim.Model(str(path))
    return model, model.initSystem()


def at_random(model, state, seed):
    """Coordinates inside their ranges, within a radian or a metre; seed 0 keeps the default pose."""
    random = np.random.default_rng(seed)
    for coordinate in model.getCoordinateSet():
        low, high = max(coordinate.getRangeMin(), -1), min(coordinate.getRangeMax(), 1)
        value = random.uniform(low, high)
        if seed and not coordinate.getDefaultLocked():
            coordinate.setValue(state, value, False)
    model.realizePosition(state)


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_written_model_is_the_same_in_opensim(path, tmp_path):
    if not path.exists():
        pytest.skip(f"{path.name} is absent")
    copy = tmp_path / "copy.osim"
    coxa.Model.load(path).save(copy)
    (first, first_state), (second, second_state) = opened(path), opened(copy)

    # sums of about twenty masses: rounding only
    assert second.getTotalMass(second_state) == pytest.approx(
        first.getTotalMass(first_state), rel=1e-14
    )
    assert second.getMuscles().getSize() == first.getMuscles().getSize()
    assert second.getNumMarkers() == first.getNumMarkers()
    names = [c.getName() for c in first.getCoordinateSet()]
    assert sorted(c.getName() for c in second.getCoordinateSet()) == sorted(names)
    for name in names:
        a, b = first.getCoordinateSet().get(name), second.getCoordinateSet().get(name)
        assert (a.getRangeMin(), a.getRangeMax()) == (b.getRangeMin(), b.getRangeMax()), name
        assert (
            a.getDefaultValue() == b.getDefaultValue()
            and a.getDefaultLocked() == b.getDefaultLocked()
        ), name

    for seed in range(4):
        # the order of coordinates may differ, so set the second from the first
        at_random(first, first_state, seed)
        for name in names:
            if not first.getCoordinateSet().get(name).getDefaultLocked():
                value = first.getCoordinateSet().get(name).getValue(first_state)
                second.getCoordinateSet().get(name).setValue(second_state, value, False)
        second.realizePosition(second_state)
        for body in first.getBodySet():
            there = second.getBodySet().get(body.getName())
            a, b = body.getPositionInGround(first_state), there.getPositionInGround(second_state)
            assert np.allclose(
                [a[i] for i in range(3)], [b[i] for i in range(3)], rtol=0, atol=1e-13
            )
        # orientations pass through three angles: a few roundings, some over lever arms of a metre
        for muscle in first.getMuscles():
            there = second.getMuscles().get(muscle.getName())
            assert there.getLength(second_state) == pytest.approx(
                muscle.getLength(first_state), abs=1e-13
            )


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_muscles_pull_the_same_in_opensim(path, tmp_path):
    if not path.exists():
        pytest.skip(f"{path.name} is absent")
    copy = tmp_path / "copy.osim"
    coxa.Model.load(path).save(copy)
    forces = []
    for model, state in (opened(path), opened(copy)):
        for muscle in model.getMuscles():
            muscle.setActivation(state, 0.5)
        model.equilibrateMuscles(state)
        model.realizeDynamics(state)
        forces.append({m.getName(): m.getTendonForce(state) for m in model.getMuscles()})
    for name, force in forces[0].items():
        # OpenSim iterates to 1e-8 of a muscle's strength
        assert forces[1][name] == pytest.approx(force, rel=1e-6, abs=1e-3), name


PEOPLE = {
    "trained woman": coxa.Subject(sex="female", mass=62, height=1.68, age=45, training="trained"),
    "weak": coxa.Subject(mass=80, height=1.80, strength=0.6, group_strength={"hamstrings": 0.8}),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_strength_is_the_same_in_opensim(who, tmp_path):
    """Passive and active fibre forces of a person of other strength, muscle by muscle, in OpenSim."""
    model = coxa.scale(coxa.Model.load(MODELS[0]), PEOPLE[who])
    model.save(tmp_path / "person.osim")
    there, _ = opened(tmp_path / "person.osim")
    for muscle in there.updMuscles():
        millard = osim.Millard2012EquilibriumMuscle.safeDownCast(muscle)
        millard.set_ignore_tendon_compliance(True)
        millard.set_ignore_activation_dynamics(True)
    state = there.initSystem()
    names = list(model.coordinates)
    compared = 0
    for seed in range(6):
        at_random(there, state, seed)
        q = np.array([there.getCoordinateSet().get(name).getValue(state) for name in names])
        relaxed, active = (model.muscle_forces(q, np.zeros_like(q), a) for a in (0.0, 1.0))
        lengths = model.muscle_lengths(q)
        for muscle in there.updMuscles():
            muscle.setActivation(state, 1.0)
        there.realizeDynamics(state)
        for i, each in enumerate(model.muscles):
            muscle = there.getMuscles().get(each.name)
            millard = osim.Millard2012EquilibriumMuscle.safeDownCast(muscle)
            # paths around cylinders differ a little; fibres are clamped near half their length
            if abs(millard.getLength(state) - lengths[i]) > 1e-9:
                continue
            if millard.getNormalizedFiberLength(state) < 0.55:
                continue
            passive = millard.getPassiveFiberForceAlongTendon(state)
            full = millard.getActiveFiberForceAlongTendon(state)
            # OpenSim interpolates its curves: 1e-6 of the maximum isometric force
            least = 1e-6 * each.max_isometric_force
            assert passive == pytest.approx(relaxed[i], rel=1e-5, abs=least), each.name
            assert full == pytest.approx(active[i] - relaxed[i], rel=1e-5, abs=least), each.name
            compared += passive > 10
    assert compared > 20
