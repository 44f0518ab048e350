#!/usr/bin/env python3
"""Write coxa_fullbody_reference/*.csv: what OpenSim computes on data/models/coxa_fullbody.osim.

    python tests/data/make_reference.py

Needs the package `opensim` (PyPI, 4.5 or later). The files are committed, so that the engine can be
compared with OpenSim where that package is not installed. Columns, SI units and radians:

    states.csv            state, then q:, u:, udot: of every coordinate. Coupled coordinates satisfy
                          their coupling in q and u; their udot is drawn freely, used as it stands
    bodies.csv            mass centre and origin of each body in ground, rotation matrix by rows
    inverse_dynamics.csv  generalized force of every coordinate for q, u, udot: gravity on, no
                          muscles, no constraint forces, full set of coordinates
    muscles.csv           path length and its rate; with a rigid tendon at activation 0.5: fibre
                          length, multipliers, cosine of pennation, tendon force; with the elastic
                          tendon in static equilibrium at activation 0.5: tendon force, fibre length
    moment_arms.csv       OpenSim's moment arm where it exceeds 1e-7 m; effective for coupled ones

State 0 is the default pose at rest; the others are drawn at random over the postures that exercises
reach, two of them with the knees bent beyond the published patella splines. In states 1, 4, 7, 10 the knees
rest while everything else moves: OpenSim's velocity terms of a joint with several rotations on one coordinate
are not the derivative of its own velocity (tests/core/body/dynamics_test.cpp).
"""

from __future__ import annotations

import argparse
import csv
import math
import random
from pathlib import Path

import opensim

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "data" / "models" / "coxa_fullbody.osim"
OUTPUT = Path(__file__).resolve().parent / "coxa_fullbody_reference"

STATES = 12
SEED = 20160701  # any fixed number; this one is the month of Rajagopal et al. (2016)
ACTIVATION = 0.5
SMALLEST_MOMENT_ARM = 1e-7  # m

# postures that exercises reach: degrees or metres, by the name without its side
POSTURES = {
    "pelvis_tilt": (-90, 120),
    "pelvis_list": (-20, 20),
    "pelvis_rotation": (-30, 30),
    "pelvis_tx": (-0.5, 0.5),
    "pelvis_ty": (0.3, 1.1),
    "pelvis_tz": (-0.5, 0.5),
    "hip_flexion": (-17, 120),
    "hip_adduction": (-30, 15),
    "hip_rotation": (-25, 25),
    "knee_angle": (0, 130),
    "ankle_angle": (-30, 30),
    "subtalar_angle": (-15, 15),
    "mtp_angle": (-30, 20),
    "lumbar_extension": (-60, 20),
    "lumbar_bending": (-15, 15),
    "lumbar_rotation": (-7, 7),
    "neck_extension": (-40, 40),
    "neck_bending": (-20, 20),
    "neck_rotation": (-40, 40),
    "arm_flex": (-60, 120),
    "arm_add": (-60, 20),
    "arm_rot": (-40, 40),
    "elbow_flex": (0, 120),
    "pro_sup": (0, 150),
    "wrist_flex": (-40, 40),
    "wrist_dev": (-20, 25),
}
DEEP_KNEE = (125, 140)  # deg, of the last two states


def base_name(coordinate: str) -> str:
    return coordinate[:-2] if coordinate.endswith(("_r", "_l")) else coordinate


def number(value: float) -> str:
    return f"{value:.12g}"


class Reference:
    """A model in OpenSim with the calls that this file needs."""

    def __init__(self, path: Path, rigid_tendons: bool) -> None:
        opensim.Logger.setLevelString("Error")
        self.model = opensim.Model(str(path))
        muscles = self.model.updMuscles()
        for i in range(muscles.getSize()):
            muscles.get(i).set_ignore_tendon_compliance(rigid_tendons)
        self.state = self.model.initSystem()
        coordinates = self.model.getCoordinateSet()
        self.coordinates = [coordinates.get(i) for i in range(coordinates.getSize())]
        self.names = [coordinate.getName() for coordinate in self.coordinates]
        for coordinate in self.coordinates:
            coordinate.setLocked(self.state, False)
        self.model.realizePosition(self.state)
        # place of each coordinate in OpenSim's own order of speeds
        for i, coordinate in enumerate(self.coordinates):
            coordinate.setSpeedValue(self.state, float(i + 1))
        order = [self.state.getU().get(j) for j in range(self.state.getNU())]
        self.place = [order.index(float(i + 1)) for i in range(len(self.names))]
        muscles = self.model.getMuscles()
        self.muscles = [muscles.get(i) for i in range(muscles.getSize())]

    def set(self, q: list[float], u: list[float]) -> None:
        for coordinate, value, speed in zip(self.coordinates, q, u, strict=True):
            coordinate.setValue(self.state, value, False)
            coordinate.setSpeedValue(self.state, speed)

    def bodies(self) -> list[list]:
        self.model.realizePosition(self.state)
        ground = self.model.getGround()
        table = []
        bodies = self.model.getBodySet()
        for i in range(bodies.getSize()):
            body = bodies.get(i)
            pose = body.getTransformInGround(self.state)
            center = body.findStationLocationInAnotherFrame(
                self.state, body.getMassCenter(), ground
            )
            rotation = pose.R().asMat33()
            table.append(
                [body.getName()]
                + [center.get(k) for k in range(3)]
                + [pose.p().get(k) for k in range(3)]
                + [rotation.get(r, c) for r in range(3) for c in range(3)]
            )
        return table

    def inverse_dynamics(self, udot: list[float]) -> list[float]:
        forces = self.model.getForceSet()
        for i in range(forces.getSize()):
            forces.get(i).setAppliesForce(self.state, False)
        vector = opensim.Vector(self.state.getNU(), 0.0)
        for place, value in zip(self.place, udot, strict=True):
            vector.set(place, value)
        solver = opensim.InverseDynamicsSolver(self.model)
        self.model.realizeDynamics(self.state)
        tau = solver.solve(self.state, vector)
        for i in range(forces.getSize()):
            forces.get(i).setAppliesForce(self.state, True)
        return [tau.get(place) for place in self.place]

    def rigid(self) -> list[list]:
        for muscle in self.muscles:
            muscle.setActivation(self.state, ACTIVATION)
        self.model.realizeDynamics(self.state)
        s = self.state
        return [
            [
                m.getLength(s),
                m.getLengtheningSpeed(s),
                m.getFiberLength(s),
                m.getActiveForceLengthMultiplier(s),
                m.getPassiveForceMultiplier(s),
                m.getForceVelocityMultiplier(s),
                m.getCosPennationAngle(s),
                m.getTendonForce(s),
            ]
            for m in self.muscles
        ]

    def elastic(self) -> list[list]:
        """Tendon force and fibre length at rest; nan where OpenSim finds no equilibrium."""
        table = []
        for muscle in self.muscles:
            muscle.setActivation(self.state, ACTIVATION)
            try:
                muscle.computeEquilibrium(self.state)
                self.model.realizeDynamics(self.state)
                table.append([muscle.getTendonForce(self.state), muscle.getFiberLength(self.state)])
            except RuntimeError:
                table.append([math.nan, math.nan])
        return table

    def moment_arms(self) -> list[tuple[str, str, float]]:
        self.model.realizePosition(self.state)
        table = []
        for muscle in self.muscles:
            for coordinate in self.coordinates:
                arm = muscle.computeMomentArm(self.state, coordinate)
                if abs(arm) > SMALLEST_MOMENT_ARM:
                    table.append((muscle.getName(), coordinate.getName(), arm))
        return table


def couplings(model: opensim.Model) -> dict[str, str]:
    """Dependent coordinate -> the one that drives it, one to one (data/fullbody/couplings.csv)."""
    pairs = {}
    constraints = model.getConstraintSet()
    for i in range(constraints.getSize()):
        coupler = opensim.CoordinateCouplerConstraint.safeDownCast(constraints.get(i))
        drivers = coupler.getIndependentCoordinateNames()
        pairs[coupler.getDependentCoordinateName()] = drivers.get(0)
    return pairs


def draw_states(reference: Reference) -> list[tuple[list[float], list[float], list[float]]]:
    """q, u, udot of every state: 12 significant digits, as they are written."""
    dice = random.Random(SEED)
    driven = couplings(reference.model)
    default = [coordinate.getDefaultValue() for coordinate in reference.coordinates]
    zero = [0.0] * len(default)
    states = [(default, zero, zero)]
    for index in range(1, STATES):
        q, u, udot = {}, {}, {}
        for coordinate in reference.coordinates:
            name = coordinate.getName()
            udot[name] = float(number(dice.gauss(0.0, 2.0)))
            if name in driven:
                continue
            low, high = POSTURES[base_name(name)]
            if index >= STATES - 2 and name.startswith("knee_angle"):
                low, high = DEEP_KNEE
            value = dice.uniform(low, high)
            metres = name in ("pelvis_tx", "pelvis_ty", "pelvis_tz")
            q[name] = float(number(value if metres else math.radians(value)))
            u[name] = float(number(dice.gauss(0.0, 1.0)))
            if index % 3 == 1 and name.startswith("knee_angle"):
                u[name] = 0.0
        for dependent, driver in driven.items():
            q[dependent], u[dependent] = q[driver], u[driver]
        states.append(tuple([table[name] for name in reference.names] for table in (q, u, udot)))
    return states


def read_states(path: Path, names: list[str]) -> list[tuple[list[float], list[float], list[float]]]:
    with path.open(newline="") as file:
        return [
            tuple([float(row[f"{kind}:{name}"]) for name in names] for kind in ("q", "u", "udot"))
            for row in csv.DictReader(file)
        ]


def write(path: Path, head: list[str], table: list[list]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        for row in table:
            writer.writerow([number(v) if isinstance(v, float) else v for v in row])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--states", type=Path, help="use these instead of drawing them")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()

    rigid = Reference(arguments.model, rigid_tendons=True)
    elastic = Reference(arguments.model, rigid_tendons=False)
    states = read_states(arguments.states, rigid.names) if arguments.states else draw_states(rigid)

    tables: dict[str, list] = {
        name: [] for name in ("states", "bodies", "inverse_dynamics", "muscles", "moment_arms")
    }
    for index, (q, u, udot) in enumerate(states):
        row: list = [index]
        for values in zip(q, u, udot, strict=True):
            row.extend(values)
        tables["states"].append(row)
        rigid.set(q, u)
        elastic.set(q, [0.0] * len(u))
        tables["bodies"] += [[index, *body] for body in rigid.bodies()]
        tau = rigid.inverse_dynamics(udot)
        tables["inverse_dynamics"] += [
            [index, *pair] for pair in zip(rigid.names, tau, strict=True)
        ]
        for muscle, a, b in zip(rigid.muscles, rigid.rigid(), elastic.elastic(), strict=True):
            tables["muscles"].append([index, muscle.getName(), *a, *b])
        tables["moment_arms"] += [[index, *arm] for arm in rigid.moment_arms()]

    arguments.output.mkdir(parents=True, exist_ok=True)
    heads = {
        "states": ["state"] + [f"{k}:{n}" for n in rigid.names for k in ("q", "u", "udot")],
        "bodies": ["state", "body", "com_x", "com_y", "com_z", "origin_x", "origin_y", "origin_z"]
        + [f"R{r}{c}" for r in (1, 2, 3) for c in (1, 2, 3)],
        "inverse_dynamics": ["state", "coordinate", "generalized_force"],
        "muscles": [
            "state",
            "muscle",
            "length",
            "speed",
            "rigid_fiber_length",
            "rigid_active_fl",
            "rigid_passive_fl",
            "rigid_fv",
            "rigid_cos_pennation",
            "rigid_tendon_force_a0.5",
            "elastic_equilibrium_tendon_force_a0.5_static",
            "elastic_equilibrium_fiber_length_a0.5_static",
        ],
        "moment_arms": ["state", "muscle", "coordinate", "moment_arm"],
    }
    for name, table in tables.items():
        write(arguments.output / f"{name}.csv", heads[name], table)


if __name__ == "__main__":
    main()
