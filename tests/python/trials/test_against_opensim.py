"""coxa and OpenSim side by side: masses, places, forces, muscles, motion. Skipped without OpenSim.

The models are the one that comes with coxa and two persons', written by coxa and read by both.
Where coxa and OpenSim differ, the tests show why, from what OpenSim itself says:

- A knee has three rotations on one coordinate. Simbody takes the rate of the second axis from the
  velocity of the whole body instead of from that of the first axis (`FunctionBased`, `buildHdot`),
  so that OpenSim's acceleration of the shank is not the derivative of OpenSim's velocity.
- Where a path touches a cylinder, OpenSim slides the points into one plane: a detour with kinks,
  whose pull is not the gradient of its length. By the same rule coxa finds the same numbers, but
  only its C++ offers it (geometry_models_test.cpp).
- Over two cylinders at once, OpenSim adds arcs and straight pieces of different iterations.

`pytest -rA` shows the differences that were met.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from itertools import pairwise
from pathlib import Path

import coxa
import numpy as np
import pytest

opensim = pytest.importorskip("opensim", reason="the opensim package is not installed")

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "data"))
import make_reference  # noqa: E402

GRAVITY = np.array([0, -9.80665, 0])  # m/s2, as the model file has it
KNEES = ("knee_angle_r", "knee_angle_l")
LENGTHS = ("pelvis_tx", "pelvis_ty", "pelvis_tz")
LARGEST_DETOUR = 1e-3  # m, of OpenSim's way round cylinders; 0.3 mm round both of a calf


def array(vector) -> np.ndarray:
    return np.array([vector.get(i) for i in range(vector.size())])


def axes(rotation) -> np.ndarray:
    matrix = rotation.asMat33()
    return np.array([[matrix.get(i, j) for j in range(3)] for i in range(3)])


class Pair:
    """One model file, read by coxa and by OpenSim. States are full, in the order of the file."""

    def __init__(self, path: Path):
        self.path = path
        self.coxa = coxa.Model.load(path)
        self.opensim = make_reference.Reference(path, rigid_tendons=True)
        bodies = self.opensim.model.getBodySet()
        self.bodies = [bodies.get(body.name) for body in self.coxa.bodies]
        self.names = [c.name for c in self.coxa.full_coordinates]
        self.independent = [i for i, c in enumerate(self.coxa.full_coordinates) if c.independent]
        self.drivers = {
            i: self.names.index(c.driven_by)
            for i, c in enumerate(self.coxa.full_coordinates)
            if c.driven_by
        }
        self.knees = [i for i, name in enumerate(self.names) if name in KNEES]

    def put(self, q, u) -> None:
        self.opensim.set(list(map(float, q)), list(map(float, u)))
        self.opensim.model.realizeVelocity(self.opensim.state)

    def draw(self, seed: int, *, knees_rest: bool = False, knee: float | None = None):
        """A state and accelerations, over the postures that exercises reach; `knee` in rad."""
        dice = np.random.default_rng(seed)
        q = np.zeros(len(self.names))
        for i, name in enumerate(self.names):
            if i not in self.drivers:
                value = dice.uniform(*make_reference.POSTURES[make_reference.base_name(name)])
                q[i] = value if name in LENGTHS else np.radians(value)
        u, udot = dice.normal(0, 1, len(q)), dice.normal(0, 2, len(q))
        if knee is not None:
            q[self.knees] = knee
        if knees_rest:
            u[self.knees] = 0
        for driven, driver in self.drivers.items():
            q[driven], u[driven] = q[driver], u[driver]
        return q, u, udot

    def velocities(self, q, u) -> np.ndarray:
        """[bodies, 6] that OpenSim gives: angular velocity, velocity of the mass centre."""
        self.put(q, u)
        state = self.opensim.state
        return np.array(
            [
                np.hstack(
                    [
                        array(body.getVelocityInGround(state).get(0)),
                        array(body.findStationVelocityInGround(state, body.getMassCenter())),
                    ]
                )
                for body in self.bodies
            ]
        )

    def accelerations(self, q, u, udot) -> np.ndarray:
        """[bodies, 6] derivatives of OpenSim's velocities along the motion."""

        def at(t):
            return self.velocities(q + t * u + t * t / 2 * udot, u + t * udot)

        # fourth order: 1e-12 of truncation, 1e-12 of rounding
        h = 1e-3
        return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)

    def newton_euler(self, q, u, udot) -> np.ndarray:
        """Generalized forces that OpenSim's velocities demand, without its accelerations."""
        slopes, now = self.accelerations(q, u, udot), self.velocities(q, u)
        state = self.opensim.state
        wrenches = []
        for body, slope, velocity in zip(self.bodies, slopes, now, strict=True):
            R = axes(body.getTransformInGround(state).R())
            moments, products = body.getInertia().getMoments(), body.getInertia().getProducts()
            xx, yy, zz, xy, xz, yz = *array(moments), *array(products)
            inertia = R @ np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]) @ R.T
            omega = velocity[:3]
            moment = inertia @ slope[:3] + np.cross(omega, inertia @ omega)
            wrenches.append(np.hstack([moment, body.getMass() * (slope[3:] - GRAVITY)]))
        unit = np.eye(len(q))
        return np.array([(self.velocities(q, e) * wrenches).sum() for e in unit])

    def energy(self, q, u) -> float:
        """Kinetic and of gravity, J, by OpenSim."""
        self.put(q, u)
        model, state = self.opensim.model, self.opensim.state
        height = model.calcMassCenterPosition(state).get(1)
        return model.calcKineticEnergy(state) - model.getTotalMass(state) * GRAVITY[1] * height


@pytest.fixture(scope="module", params=["generic", "woman", "exported"])
def pair(request, tmp_path_factory) -> Pair:
    folder = tmp_path_factory.mktemp("models")
    if request.param == "generic":
        return Pair(make_reference.MODEL)
    if request.param == "woman":
        woman = coxa.Subject(
            sex="female", mass=62, height=1.66, strength=0.9, segment_lengths={"thigh": 0.40}
        )
        path = folder / "woman.osim"
        coxa.scale(coxa.Model.load(make_reference.MODEL), woman).save(path)
        return Pair(path)
    result = request.getfixturevalue("result")
    return Pair(result.export_opensim(folder / "opensim") / "model.osim")


# ---- masses and places


def test_masses_and_places(pair):
    # sums of two dozen masses and a dozen rotations over metres: rounding only
    assert pair.coxa.total_mass == pytest.approx(
        pair.opensim.model.getTotalMass(pair.opensim.state), rel=1e-14
    )
    assert pair.names == pair.opensim.names
    markers = pair.opensim.model.getMarkerSet()
    for seed in range(5):
        q, u, _ = pair.draw(seed)
        pair.put(q, u)
        state = pair.opensim.state
        here = pair.coxa.positions(q, full=True)
        for i, (body, peer) in enumerate(zip(pair.coxa.bodies, pair.bodies, strict=True)):
            assert body.mass == pytest.approx(peer.getMass(), rel=1e-15)
            center = here.bodies[i] + here.rotations[i] @ body.center_of_mass
            theirs = peer.findStationLocationInGround(state, peer.getMassCenter())
            np.testing.assert_allclose(center, array(theirs), rtol=0, atol=1e-9)
        for i, site in enumerate(pair.coxa.sites):
            theirs = markers.get(site.name).getLocationInGround(state)
            np.testing.assert_allclose(here.sites[i], array(theirs), rtol=0, atol=1e-9)


# ---- forces


def test_generalized_forces_where_knees_rest(pair):
    for seed in range(5):
        q, u, udot = pair.draw(10 + seed, knees_rest=True)
        pair.put(q, u)
        theirs = np.array(pair.opensim.inverse_dynamics(list(udot)))
        ours = pair.coxa.inverse_dynamics(q, u, udot, full=True)
        assert abs(ours - theirs).max() < 1e-8 * abs(theirs).max()


def test_generalized_forces_where_knees_move(pair):
    """Newton and Euler, fed with OpenSim's velocities, ask for coxa's forces, not for OpenSim's."""
    for seed, knee in ((20, None), (21, None), (22, 0.05), (23, 0.1)):
        q, u, udot = pair.draw(seed, knee=knee)
        demanded = pair.newton_euler(q, u, udot)
        pair.put(q, u)
        theirs = np.array(pair.opensim.inverse_dynamics(list(udot)))
        ours = pair.coxa.inverse_dynamics(q, u, udot, full=True)
        scale = abs(demanded).max()
        print(
            f"forces, knees move: coxa {abs(ours - demanded).max() / scale:.1e},"
            f" OpenSim {abs(theirs - demanded).max() / scale:.1e} of the largest"
        )
        assert abs(ours - demanded).max() < 1e-8 * scale
        if knee is not None:  # near extension, where the knee's other rotations turn together
            assert abs(theirs - demanded).max() > 1e-6 * scale
        # what OpenSim adds: under 0.03 rad/s2 of the shank per (rad/s)2, see the next test
        assert abs(theirs - demanded).max() < 1e-3 * scale


def test_opensim_accelerates_the_knee_by_more_than_its_velocity_changes(pair):
    """The shank's angular acceleration is b' c' (dq/dt)^2 more than the slope of its velocity.

    b(q) and c(q) are the second and the third angle of the knee.
    """
    q, u, _ = pair.draw(30, knee=0.1)
    speed = 2.0  # rad/s
    u[[i for i, name in enumerate(pair.names) if name.startswith("knee_angle")]] = speed
    pair.put(q, u)
    model, state = pair.opensim.model, pair.opensim.state
    forces = model.getForceSet()
    for i in range(forces.getSize()):
        forces.get(i).setAppliesForce(state, False)
    model.realizeAcceleration(state)
    udot = array(state.getUDot())[pair.opensim.place]
    reported = np.array([array(body.getAccelerationInGround(state).get(0)) for body in pair.bodies])
    slopes = pair.accelerations(q, u, udot)[:, :3]
    pair.put(q, u)
    tree = ElementTree.parse(pair.path)
    for side in "rl":
        joint = tree.find(f".//CustomJoint[@name='walker_knee_{side}']")
        angles = [
            np.polynomial.Polynomial(
                [float(word) for word in axis.findtext(".//coefficients").split()][::-1]
            )
            for axis in joint.findall("SpatialTransform/TransformAxis")[1:3]
        ]
        b, c = angles
        knee = q[pair.names.index(f"knee_angle_{side}")]
        # third axis x second axis, in the frame of the shank's side of the joint
        direction = np.array([np.cos(c(knee)), 0, np.sin(c(knee))])
        frame = model.getJointSet().get(f"walker_knee_{side}").getChildFrame()
        product = b.deriv()(knee) * c.deriv()(knee) * speed**2
        added = axes(frame.getTransformInGround(state).R()) @ direction * product
        i = [body.name for body in pair.coxa.bodies].index(f"tibia_{side}")
        print("shank, rad/s2: reported - slope", reported[i] - slopes[i], "predicted", added)
        assert np.linalg.norm(added) > 0.02
        np.testing.assert_allclose(reported[i] - slopes[i], added, rtol=0, atol=1e-8)
        # the thigh, which no such joint carries, keeps to its velocity
        i = [body.name for body in pair.coxa.bodies].index(f"femur_{side}")
        np.testing.assert_allclose(reported[i], slopes[i], rtol=0, atol=1e-8)


# ---- muscles


def missing_arc(muscle, state) -> float:
    """How much OpenSim's arcs lack of the shortest lines over the cylinders between their ends, m."""
    path = muscle.getGeometryPath().getCurrentPath(state)
    points = [path.get(i) for i in range(path.getSize())]
    missing = 0.0
    for first, last in pairwise(points):
        on, off = map(opensim.PathWrapPoint.safeDownCast, (first, last))
        if not (on and off and on.getWrapObject().getName() == off.getWrapObject().getName()):
            continue
        cylinder = opensim.WrapCylinder.safeDownCast(on.getWrapObject())
        body = cylinder.getFrame().getTransformInGround(state)
        axis = axes(body.R()) @ axes(cylinder.getTransform().R())[:, 2]
        chord = array(last.getLocationInGround(state)) - array(first.getLocationInGround(state))
        along = chord @ axis
        across, radius = np.linalg.norm(chord - along * axis), cylinder.get_radius()
        helix = np.hypot(2 * radius * np.arcsin(min(1, across / (2 * radius))), along)
        missing += max(0, helix - off.getWrapLength(state))
    return missing


def test_muscle_lengths_and_moment_arms(pair):
    muscles = pair.opensim.muscles
    assert [m.getName() for m in muscles] == [m.name for m in pair.coxa.muscles]
    cylinders = np.array([m.getGeometryPath().getWrapSet().getSize() for m in muscles])
    assert set(cylinders) == {0, 1, 2}
    coordinates = [pair.opensim.coordinates[i] for i in pair.independent]
    state, still = pair.opensim.state, np.zeros(len(pair.names))

    def length(m, q) -> float:
        pair.put(pair.coxa.expand(q), still)
        return muscles[m].getLength(state)

    apart, detours, short, judged = [], [], [], 0
    for seed, knee in ((40, 0.1), (41, None), (42, None), (43, None), (203, None), (205, None)):
        q, _, _ = pair.draw(seed, knee=knee)
        pair.put(q, still)
        theirs = np.array([m.getLength(state) for m in muscles])
        their_arms = np.array(
            [[m.computeMomentArm(state, c) for c in coordinates] for m in muscles]
        )
        # where OpenSim's arcs do not reach from end to end, its length is no path's
        missing = np.array([missing_arc(m, state) for m in muscles])
        no_path = missing > 1e-9
        assert not no_path[cylinders < 2].any()
        ours = pair.coxa.muscle_lengths(q, full=True)
        arms = pair.coxa.moment_arms(q, full=True)[:, pair.independent]

        free = cylinders == 0
        np.testing.assert_allclose(ours[free], theirs[free], rtol=0, atol=1e-9)
        np.testing.assert_allclose(arms[free], their_arms[free], rtol=0, atol=1e-6)

        # round a cylinder coxa takes the shortest way
        wraps = (cylinders > 0) & ~no_path
        longer = (theirs - ours)[wraps]
        assert longer.min() > -1e-9 and longer.max() < LARGEST_DETOUR
        detours.extend(longer)
        apart.extend(abs(arms - their_arms)[wraps].max(axis=1))
        # and there, too, once OpenSim's arcs are whole
        longer = (theirs + missing - ours)[no_path]
        assert longer.min(initial=0) > -1e-9 and longer.max(initial=0) < LARGEST_DETOUR
        short.extend((ours - theirs)[no_path])

        # where the arms are far apart, OpenSim's own lengths change rather as coxa's arm says
        independent = q[pair.independent]
        for m, i in np.argwhere((abs(arms - their_arms) > 5e-4) & wraps[:, None]):
            h = 1e-5 * np.eye(len(independent))[i]
            slope = -(length(m, independent + h) - length(m, independent - h)) / 2e-5
            assert abs(arms[m, i] - slope) < 0.5 * abs(their_arms[m, i] - slope)
            judged += 1
    print(
        f"cylinders: OpenSim longer by at most {max(detours):.1e} m; arms apart by"
        f" {np.median(apart):.1e} (median), {np.quantile(apart, 0.95):.1e} (95 %),"
        f" {max(apart):.1e} m (most), {judged} of them judged; no path {len(short)} times,"
        f" then {min(short):.1e} to {max(short):.1e} m shorter than coxa's"
    )
    assert np.median(apart) < 1e-5
    assert np.quantile(apart, 0.95) < 1e-3
    # the calves over condyles and shank, knee nearly straight
    assert len(short) >= 4
    assert judged > 0


# ---- motion

DURATION = 0.1  # s


def opensim_integrates(path, q, u):
    """State after `DURATION` of free motion: gravity and inertia only."""
    model = opensim.Model(str(path))
    forces, muscles = model.updForceSet(), model.updMuscles()
    for i in range(forces.getSize()):
        forces.get(i).set_appliesForce(False)
    for i in range(muscles.getSize()):
        # no states of muscles, which would only take time
        muscles.get(i).set_ignore_tendon_compliance(True)
        muscles.get(i).set_ignore_activation_dynamics(True)
    model.set_assembly_accuracy(1e-13)
    state = model.initSystem()
    coordinates = [model.getCoordinateSet().get(i) for i in range(len(q))]
    for coordinate, value, speed in zip(coordinates, q, u, strict=True):
        if not coordinate.getLocked(state):
            coordinate.setValue(state, float(value), False)
            coordinate.setSpeedValue(state, float(speed))
    manager = opensim.Manager(model)
    manager.setIntegratorAccuracy(1e-10)
    state.setTime(0)
    manager.initialize(state)
    end = manager.integrate(DURATION)
    return (
        np.array([c.getValue(end) for c in coordinates]),
        np.array([c.getSpeedValue(end) for c in coordinates]),
    )


def runge_kutta(acceleration, q, v, steps):
    h = DURATION / steps
    for _ in range(steps):
        a1 = acceleration(q, v)
        v2 = v + h / 2 * a1
        a2 = acceleration(q + h / 2 * v, v2)
        v3 = v + h / 2 * a2
        a3 = acceleration(q + h / 2 * v2, v3)
        v4 = v + h * a3
        a4 = acceleration(q + h * v3, v4)
        q = q + h / 6 * (v + 2 * v2 + 2 * v3 + v4)
        v = v + h / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
    return q, v


def coxa_integrates(model, q, v, steps=100):
    tau = np.zeros_like(q)
    return runge_kutta(lambda q, v: model.forward_dynamics(q, v, tau), q, v, steps)


@pytest.mark.parametrize(("seed", "knee"), [(50, None), (51, None), (52, 0.1)])
def test_moves_to_the_same_state_but_for_the_knee(pair, seed, knee):
    q, u, _ = pair.draw(seed, knee=knee)
    free = pair.independent
    their_q, their_v = (values[free] for values in opensim_integrates(pair.path, q, u))
    our_q, our_v = coxa_integrates(pair.coxa, q[free], u[free])
    coarse, _ = coxa_integrates(pair.coxa, q[free], u[free], steps=50)
    assert abs(coarse - our_q).max() < 1e-8  # and a fifteenth of that is left with the finer steps

    def added(q, v):
        """Generalized forces that OpenSim adds in the knee (see above), full."""
        full, rates = pair.coxa.expand(q), np.zeros(len(pair.names))
        rates[free] = v
        for driven, driver in pair.drivers.items():
            rates[driven] = rates[driver]
        none = np.zeros_like(rates)
        pair.put(full, rates)
        theirs = np.array(pair.opensim.inverse_dynamics(list(none)))
        return full, rates, theirs - pair.coxa.inverse_dynamics(full, rates, none, full=True)

    def as_opensim(q, v):
        full, rates, force = added(q, v)
        return pair.coxa.forward_dynamics(full, rates, -force, full=True)[free]

    # the states differ by what that term does over the time: at most its largest acceleration,
    # twice integrated, and half as much again because it is known at three states only
    largest = max(
        abs(as_opensim(q, v) - pair.coxa.forward_dynamics(q, v, np.zeros_like(q))).max()
        for q, v in ((q[free], u[free]), (our_q, our_v), (their_q, their_v))
    )
    apart, speeds_apart = abs(their_q - our_q).max(), abs(their_v - our_v).max()
    assert apart < 1.5 * largest * DURATION**2 / 2 + 1e-8
    assert speeds_apart < 1.5 * largest * DURATION + 1e-7

    # with that term put into coxa, nothing is left
    same_q, same_v = runge_kutta(as_opensim, q[free], u[free], steps=50)
    start = pair.energy(q, u)

    def gained(q, v):
        full, rates, _ = added(q, v)
        return pair.energy(full, rates) - start

    print(
        f"free motion: apart {apart:.1e} rad or m, {speeds_apart:.1e} per s; with OpenSim's term"
        f" {abs(same_q - their_q).max():.1e}, {abs(same_v - their_v).max():.1e}; energy gained:"
        f" coxa {gained(our_q, our_v):.1e}, OpenSim {gained(their_q, their_v):.1e} of {start:.0f} J"
    )
    np.testing.assert_allclose(same_q, their_q, rtol=0, atol=1e-8)
    np.testing.assert_allclose(same_v, their_v, rtol=0, atol=1e-6)
    # nothing but gravity acts, so energy stays, by OpenSim's own account of it
    assert abs(gained(our_q, our_v)) < 1e-6
    if knee is not None:
        assert abs(gained(their_q, their_v)) > 1e-5


@pytest.mark.parametrize("seed", [60, 61, 62])
def test_moves_to_the_same_state_with_locked_knees(pair, seed, tmp_path):
    angles = {"r": 0.7, "l": 1.2}
    tree = ElementTree.parse(pair.path)
    for coordinate in tree.iter("Coordinate"):
        name = coordinate.get("name")
        if name.startswith("knee_angle"):
            coordinate.find("default_value").text = str(angles[name.split("_")[2]])
            coordinate.find("locked").text = str(name in KNEES).lower()
    path = tmp_path / "locked.osim"
    tree.write(path)
    model = coxa.Model.load(path)
    free = [i for i, c in enumerate(model.full_coordinates) if c.independent]
    assert len(free) == len(pair.independent) - 2

    q, u, _ = pair.draw(seed)
    for i, name in enumerate(pair.names):
        if name.startswith("knee_angle"):
            q[i], u[i] = angles[name.split("_")[2]], 0
    their_q, their_v = (values[free] for values in opensim_integrates(path, q, u))
    our_q, our_v = coxa_integrates(model, q[free], u[free])
    print(
        f"locked knees: apart {abs(their_q - our_q).max():.1e} rad or m,"
        f" {abs(their_v - our_v).max():.1e} per s; moved {abs(our_q - q[free]).max():.2f}"
    )
    # OpenSim's integrator was asked for 1e-10 of each step; there are some tens of them
    np.testing.assert_allclose(our_q, their_q, rtol=0, atol=1e-8)
    np.testing.assert_allclose(our_v, their_v, rtol=0, atol=1e-7)


# ---- a result


def read_table(path):
    """Columns of a .sto file, by name."""
    lines = path.read_text().splitlines()
    end = lines.index("endheader")
    names = lines[end + 1].split("\t")
    values = np.array([[float(word) for word in line.split()] for line in lines[end + 2 :] if line])
    return dict(zip(names, values.T, strict=True))


def test_an_exported_hip_thrust_needs_the_same_moments(athlete, tmp_path, monkeypatch):
    result = coxa.simulate("barbell_hip_thrust", athlete, load=60, hold=0.5, frames=201)
    monkeypatch.chdir(result.export_opensim(tmp_path / "opensim"))
    assert opensim.InverseDynamicsTool("inverse_dynamics.xml").run()
    theirs = read_table(Path("inverse_dynamics.sto"))
    np.testing.assert_allclose(theirs["time"], result["time"], atol=1e-9)

    # OpenSim differentiates a quintic spline through the frames. Where phases meet, jerk jumps, and
    # the spline rings: it falls to 0.43 per frame (root of the quintic B-spline), to 3 mN after ten
    phase = result["phase"].values
    whole = np.arange(10, len(phase) - 10)
    inside = np.array([k for k in whole if len(set(phase[k - 10 : k + 11])) == 1])
    assert len(inside) > 100
    atol = 0.01  # N or N m: 1e-5 of the body's weight, 5e-5 of the hip's moment

    def show(name, apart, unit):
        at_worst = abs(apart).max()
        print(f"{name}: apart {abs(apart[inside]).max():.1e} {unit}, where it rings {at_worst:.1e}")

    for name, unit in (
        *((f"pelvis_{axis}_force", "N") for axis in ("tx", "ty", "tz")),
        *((f"pelvis_{angle}_moment", "N m") for angle in ("tilt", "list", "rotation")),
    ):
        show(name, theirs[name], unit)
        np.testing.assert_allclose(theirs[name][inside], 0, atol=atol, err_msg=name)
        assert abs(theirs[name]).max() < 0.03 * 80 * 9.81

    for side, label in (("r", "right"), ("l", "left")):
        # the patella's share counts too: it follows the knee one to one
        extension = -theirs[f"knee_angle_{side}_moment"] - theirs[f"knee_angle_{side}_beta_force"]
        moments = {
            "hip_extension_moment": -theirs[f"hip_flexion_{side}_moment"],
            "hip_abduction_moment": -theirs[f"hip_adduction_{side}_moment"],
            "hip_external_rotation_moment": -theirs[f"hip_rotation_{side}_moment"],
            "knee_extension_moment": extension,
            "ankle_plantarflexion_moment": -theirs[f"ankle_angle_{side}_moment"],
        }
        for name, values in moments.items():
            ours = result[name].sel(side=label).values
            show(f"{name} {side}, up to {abs(ours).max():.1f} N m", values - ours, "N m")
            np.testing.assert_allclose(
                values[inside], ours[inside], rtol=0, atol=atol, err_msg=name
            )
            # over all frames, a percent of the hip's moment
            np.testing.assert_allclose(values, ours, rtol=0, atol=2.2, err_msg=name)
