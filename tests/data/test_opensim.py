"""The model in OpenSim itself: a development test, skipped where the package is not installed."""

from __future__ import annotations

import csv
import math
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

opensim = pytest.importorskip("opensim", reason="needs the package opensim (PyPI, 4.5 or later)")

sys.path.insert(0, str(Path(__file__).resolve().parent))
import build_model  # noqa: E402
import fibre_ranges  # noqa: E402
import fullbody_tables  # noqa: E402
import make_reference  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "data" / "models" / "coxa_fullbody.osim"
PUBLISHED = ROOT.parent / "shared" / "reference" / "models" / "RajagopalLaiUhlrich2023.osim"
REFERENCE = Path(__file__).resolve().parent / "coxa_fullbody_reference"


@pytest.fixture(scope="module")
def rigid() -> make_reference.Reference:
    return make_reference.Reference(MODEL, rigid_tendons=True)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> make_reference.Reference:
    """Our model before fit_moment_arms.py and fit_muscles.py."""
    path = tmp_path_factory.mktemp("model") / "published.osim"
    path.write_text(build_model.build(fullbody_tables.load(moved={}, fits={})))
    return make_reference.Reference(path, rigid_tendons=True)


@pytest.fixture(scope="module")
def states(rigid):
    return make_reference.draw_states(rigid)


def test_loads_without_a_word_of_warning():
    script = (
        "import opensim\n"
        f"model = opensim.Model({str(MODEL)!r})\n"
        "state = model.initSystem()\n"
        "print(model.getNumCoordinates(), model.getMuscles().getSize())\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    said = (run.stdout + run.stderr).lower()
    assert "42 92" in said
    for word in ("warning", "error", "unknown", "unrecognized", "not a recognized", "ignored"):
        assert word not in said, said


def test_masses(rigid):
    assert rigid.model.getTotalMass(rigid.state) == pytest.approx(75.337, abs=1e-9)


def test_soles_are_flat(rigid):
    rigid.set([c.getDefaultValue() for c in rigid.coordinates], [0.0] * len(rigid.names))
    rigid.model.realizePosition(rigid.state)
    markers = rigid.model.getMarkerSet()
    heights = [
        markers.get(f"{part}_{edge}_{side}").getLocationInGround(rigid.state).get(1)
        for part in ("heel", "ball", "toe")
        for edge in ("medial", "lateral")
        for side in "rl"
    ]
    # the published knee leans by its last polynomial coefficients, 4e-8 rad, at zero
    assert max(heights) - min(heights) < 1e-8
    # floor to vertex is the stature that the published model has
    vertex = markers.get("head_vertex").getLocationInGround(rigid.state).get(1)
    assert vertex - heights[0] == pytest.approx(1.70, abs=0.01)


def test_lengths_and_moment_arms_are_finite(rigid, states):
    for q, u, _ in states:
        rigid.set(q, u)
        assert all(math.isfinite(v) for row in rigid.rigid() for v in row)
        assert all(math.isfinite(arm) for _, _, arm in rigid.moment_arms())


def test_legs_are_the_published_legs(published):
    """Before the fits, muscle lengths and moment arms equal those of the published model, knees below 120 deg."""
    rigid = published
    if not PUBLISHED.exists():
        pytest.skip("the reference model is not beside this repository")
    theirs = make_reference.Reference(PUBLISHED, rigid_tendons=True)
    shared = [(rigid.names.index(name), i) for i, name in enumerate(theirs.names)]
    dice = random.Random(1)
    for _ in range(6):
        q, u = [0.0] * len(rigid.names), [0.0] * len(rigid.names)
        for coordinate, name in zip(rigid.coordinates, rigid.names, strict=True):
            if name.endswith("_beta"):
                continue
            low, high = coordinate.getRangeMin(), coordinate.getRangeMax()
            if name.startswith("knee"):
                high = math.radians(119.9)
            if name.startswith(("hip_flexion", "arm", "pro_sup", "pelvis", "lumbar")):
                low, high = max(low, -0.3), min(high, 1.5)  # ranges that both models allow
            q[rigid.names.index(name)] = dice.uniform(low, high)
            u[rigid.names.index(name)] = dice.gauss(0.0, 1.0)
        for side in "rl":
            driver, driven = (rigid.names.index(f"knee_angle_{side}{e}") for e in ("", "_beta"))
            q[driven], u[driven] = q[driver], u[driver]
        rigid.set(q, u)
        theirs.set([q[i] for i, _ in shared], [u[i] for i, _ in shared])
        rigid.model.realizeVelocity(rigid.state)
        theirs.model.realizeVelocity(theirs.state)
        mine = {m.getName(): m for m in rigid.muscles}
        for muscle in theirs.muscles:
            name = muscle.getName()
            assert mine[name].getLength(rigid.state) == pytest.approx(
                muscle.getLength(theirs.state), abs=1e-12
            ), name
            assert mine[name].getLengtheningSpeed(rigid.state) == pytest.approx(
                muscle.getLengtheningSpeed(theirs.state), abs=1e-11
            ), name
            for i, j in shared:
                if rigid.names[i].split("_")[0] not in ("hip", "knee", "ankle", "subtalar", "mtp"):
                    continue
                assert mine[name].computeMomentArm(
                    rigid.state, rigid.coordinates[i]
                ) == pytest.approx(
                    muscle.computeMomentArm(theirs.state, theirs.coordinates[j]), abs=1e-11
                ), name


def quadriceps_arms(reference: make_reference.Reference) -> dict[str, list[float]]:
    """Arms at 90, 91 ... 140 deg of knee flexion, m."""
    names, muscles = reference.names, {m.getName(): m for m in reference.muscles}
    knee = names.index("knee_angle_r")
    arms = {name: [] for name in ("recfem_r", "vasint_r", "vaslat_r", "vasmed_r")}
    degrees = range(90, 141)
    for angle in degrees:
        q = [0.0] * len(names)
        q[knee] = q[names.index("knee_angle_r_beta")] = math.radians(angle)
        reference.set(q, [0.0] * len(names))
        reference.model.realizePosition(reference.state)
        for name, values in arms.items():
            values.append(
                -muscles[name].computeMomentArm(reference.state, reference.coordinates[knee])
            )
    return arms


def test_patella_goes_on_smoothly(published, rigid):
    """Before the fits quadriceps arms stay within what they are from 90 to 120 deg; never do they jump."""
    for name, values in quadriceps_arms(published).items():
        below, extended = values[:31], values[31:]
        # 1.2 mm: the published arms still rise at 120 deg and cannot stop at once
        assert max(extended) < max(below) + 0.0012, name
        assert min(extended) > min(below) - 0.0012, name
        assert max(abs(b - a) for a, b in pairwise(values)) < 0.0015, name  # m
    for name, values in quadriceps_arms(rigid).items():
        assert max(abs(b - a) for a, b in pairwise(values)) < 0.0015, name


def test_reference_files_are_what_opensim_computes(rigid, states):
    """The committed figures, recomputed: tolerances cover other versions and processors."""
    with (REFERENCE / "states.csv").open(newline="") as file:
        written = list(csv.DictReader(file))
    assert len(written) == len(states)
    for row, (q, u, udot) in zip(written, states, strict=True):
        for kind, values in (("q", q), ("u", u), ("udot", udot)):
            for name, value in zip(rigid.names, values, strict=True):
                assert float(row[f"{kind}:{name}"]) == pytest.approx(value, abs=1e-11)
    with (REFERENCE / "muscles.csv").open(newline="") as file:
        lengths = {(int(r["state"]), r["muscle"]): float(r["length"]) for r in csv.DictReader(file)}
    with (REFERENCE / "inverse_dynamics.csv").open(newline="") as file:
        forces = {
            (int(r["state"]), r["coordinate"]): float(r["generalized_force"])
            for r in csv.DictReader(file)
        }
    for index, (q, u, udot) in enumerate(states):
        rigid.set(q, u)
        rigid.model.realizePosition(rigid.state)
        for muscle in rigid.muscles:
            assert muscle.getLength(rigid.state) == pytest.approx(
                lengths[index, muscle.getName()], abs=1e-10
            )
        for name, value in zip(rigid.names, rigid.inverse_dynamics(udot), strict=True):
            assert value == pytest.approx(forces[index, name], rel=1e-9, abs=1e-9)
    size = sum(path.stat().st_size for path in REFERENCE.glob("*.csv"))
    assert size < 600_000


def trunk_extension(reference: make_reference.Reference, degrees: float) -> float:
    """Greatest isometric extension torque of the trunk at a lumbar angle, N m."""
    index = reference.names.index("lumbar_extension")
    q = [c.getDefaultValue() for c in reference.coordinates]
    q[index] = math.radians(degrees)
    reference.set(q, [0.0] * len(q))
    torque = 0.0
    extensors = [m for m in reference.muscles if m.getName().startswith("ercspn")]
    for muscle in extensors:
        muscle.setActivation(reference.state, 1.0)
    reference.model.realizeDynamics(reference.state)
    for muscle in extensors:
        arm = muscle.computeMomentArm(reference.state, reference.coordinates[index])
        torque += arm * muscle.getTendonForce(reference.state)
    return torque


def test_trunk_strength_is_the_sourced_one(rigid):
    """OpenSim gives the curve of README.md, "Trunk strength"; test_trunk.py compares it with people."""
    for degrees, torque in ((20, 399), (0, 471), (-20, 521), (-40, 498), (-60, 496)):
        assert trunk_extension(rigid, degrees) == pytest.approx(torque, abs=1.0)


def test_fibres_leave_their_range_only_where_said():
    """The muscles listed in data/README.md, "Fibre ranges", and no others."""
    found = {name[:-2] for name, r in fibre_ranges.measure().items() if r.leaves()}
    assert found == {
        "bflh",
        "extobl",
        "gaslat",
        "gasmed",
        "glmed1",
        "glmin1",
        "glmin2",
        "glmin3",
        "iliacus",
        "intobl",
        "piri",
        "quadfem",
        "recfem",
        "semimem",
        "soleus",
        "tfl",
    }
    lines = fibre_ranges.measure_lines()
    left = {
        line: {n[:-2] for n, r in ranges.items() if r.leaves()} for line, ranges in lines.items()
    }
    assert left == {
        "hip thrust": {"gasmed", "quadfem", "recfem", "semimem", "tfl"},
        "squat": {"glmin2", "iliacus", "quadfem", "tfl"},
        "deadlift": {"iliacus", "quadfem", "tfl"},
    }


def test_integrates():
    model = opensim.Model(str(MODEL))
    state = model.initSystem()
    model.equilibrateMuscles(state)
    manager = opensim.Manager(model)
    state.setTime(0.0)
    manager.initialize(state)
    end = manager.integrate(0.1)
    assert end.getTime() == pytest.approx(0.1)
    assert all(math.isfinite(end.getY().get(i)) for i in range(end.getNY()))
    # unsupported, it falls: the mass centre by g t^2 / 2 to within what joints and muscles exchange
    model.realizePosition(end)
    fallen = model.calcMassCenterPosition(end).get(1)
    start = model.initSystem()
    model.realizePosition(start)
    drop = model.calcMassCenterPosition(start).get(1) - fallen
    # internal forces do not move the mass centre; 1e-5 m is the integrator's accuracy
    assert drop == pytest.approx(9.80665 * 0.1**2 / 2, abs=1e-5)
