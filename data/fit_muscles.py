#!/usr/bin/env python3
"""Fit strength, lengths and passive curves of the leg muscles to measured torques.

    .venv/bin/python data/fit_muscles.py     write data/fullbody/muscle_fits.csv

Run after fit_moment_arms.py. The published lengths and curves (muscles.csv, muscle_curves.csv) stay as they are; the changes
that this script writes are applied by fullbody_tables.py, on both sides alike.

Unknown are, for every leg muscle, its maximum isometric force (a factor of its group and one of its own), optimal fibre
length, tendon slack length, and the strains at which its passive force begins and reaches the isometric force. Measured are
the isometric torques of young men, the torque of the relaxed leg, and, for abduction, adduction and rotation of the hip, the
pool of adults, of whom men have `MEN` times the mean (data/strength). Each unknown has a prior: the published value, with
the fibre length of the published model in the anatomical posture, and a standard deviation from the spread between people.
Gauss and Newton's method, damped; same tables, same result.

Needs the package coxa, built from any model: torques are evaluated by its engine.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import build_model
import fullbody_tables
import numpy as np
from coxa.models import measured
from coxa.models.actions import ACTIONS, joint_angle, states
from coxa.models.model import Model

#: As in trials, where tendons are rigid.
TENDON = "rigid"

#: The unscaled model: a man, kg and m (Rajagopal et al. 2016).
MASS, HEIGHT = 75.337, 1.70

#: Torque of men over the mean of both sexes: mean over hip, knee and ankle of Anderson's young men of this size over the pool.
MEN = 1.16

#: Groups whose muscles share a factor of strength, by the beginnings of names.
GROUPS: dict[str, tuple[str, ...]] = {
    "gluteus_maximus_and_adductor_magnus": ("glmax", "addmag"),
    "hamstrings": ("semimem", "semiten", "bflh", "bfsh"),
    "abductors": ("glmed", "glmin", "tfl"),
    "deep_rotators": ("piri", "quadfem", "obtint", "obtext"),
    "hip_flexors": ("psoas", "iliacus", "sart"),
    "quadriceps": ("recfem", "vasint", "vaslat", "vasmed"),
    "adductors": ("addbrev", "addlong", "grac", "pect"),
    "plantarflexors": ("gaslat", "gasmed", "soleus"),
    # they turn the sole, and hardly add to plantarflexion
    "deep_calf": ("perbrev", "perlong", "tibpost", "fdl", "fhl"),
    "dorsiflexors": ("tibant", "edl", "ehl"),
}

#: Prior of the groups' factors: 0.45 of the published 60 N/cm2, 27 N/cm2, is the middle of physiological 20 to 40.
GROUP, GROUP_SD = np.log(0.45), 0.35

#: Standard deviations of the priors: own factor of force (log), lengths (optimal fibre lengths), strains.
PRIOR = {"force": 0.25, "fiber": 0.12, "tendon": 0.12, "zero": 0.15, "span": 0.5}

#: Steps of the difference quotients, and the greatest change from the published value.
STEPS = {"fiber": 0.005, "tendon": 0.005, "zero": 0.005, "span": 0.01}
BOUNDS = {"fiber": 0.4, "tendon": 0.6, "zero": 0.3, "span": 1.0}


@dataclass(frozen=True)
class Target:
    """Torques to be met: of an action, all agonists fully active, or of the relaxed leg."""

    name: str  # of an action, or the coordinate of a passive torque
    angles: np.ndarray  # deg
    held: dict[str, float]  # other joints, deg
    torque: np.ndarray  # N m
    sd: np.ndarray
    passive: bool = False


#: Torque of men's knee extensors per body mass by their angle, N m/kg, deg: midway and flexed, means over 411 studies (Sarabon
#: 2021; the angles are those of usual tests).
SARABON = {60.0: 3.19, 75.0: 3.19, 90.0: 2.78}


def people(name: str, angles: np.ndarray) -> np.ndarray:
    """Torque of young men: mean of the curve of Anderson (2007) and of the pool's times `MEN`, each where it reaches, and
    of Sarabon (2021) for the knee. Near extension of the knee the pool alone: the cosine lies far below it."""
    curve = measured.voluntary_torque(name, "male", angles, mass=MASS, height=HEIGHT)
    pool = measured.pooled_torque(name, "isometric")
    pooled = MEN * np.array([pool.at(angle, 16.0)[0] for angle in angles])
    if name == "knee_extension":
        curve = np.where(angles < 45, np.nan, curve)
        third = MASS * np.array([SARABON.get(float(angle), np.nan) for angle in angles])
        return np.nanmean([curve, pooled, third], axis=0)
    return np.nanmean([curve, pooled], axis=0)


def targets() -> list[Target]:
    found = []
    for name, low, high, step in (
        ("hip_extension", 0, 90, 15),
        ("hip_flexion", 0, 75, 15),
        ("knee_extension", 15, 105, 15),
        ("knee_flexion", 0, 105, 15),
        ("ankle_plantarflexion", -25, 20, 5),
        ("ankle_dorsiflexion", -25, 15, 5),
    ):
        angles = np.arange(low, high + 1.0, step)
        torque = people(name, angles)
        sd = np.maximum(0.08 * torque.max(), 0.1 * torque)
        if name == "hip_flexion":
            sd = np.where(
                angles > 45, 0.25 * torque, sd
            )  # people are tested up to 45 deg; beyond, a cosine is continued
        if name == "knee_extension":
            # the extensors carry every squat: exact between the angles that most people were tested at
            sd = np.select(
                [angles < 30, (angles >= 60) & (angles <= 90)],
                [0.3 * torque, 0.05 * torque],
                0.12 * torque,
            )
        found.append(Target(name, angles, dict(ACTIONS[name].posture), torque, sd))
    for name, angles in (("hip_abduction", (-10, 0, 10)), ("hip_adduction", (-20, -10, 0))):
        pool = measured.pooled_torque(name, "isometric")
        torque = MEN * np.interp(angles, pool.x, pool.torque)
        found.append(Target(name, np.array(angles, float), {}, torque, 0.12 * torque))
    # external rotation does not depend on flexion (Johnson and Hoffman 2010, Hoglund et al. 2014); internal rises with it
    for flexion, internal in ((10, 0.66), (40, 0.81), (90, 1.0)):
        posture = {"hip_flexion": float(flexion), "knee_angle": 90.0}
        for name, part in (("hip_external_rotation", 1.0), ("hip_internal_rotation", internal)):
            pool = measured.pooled_torque(name, "isometric")
            torque = np.array([MEN * part * np.interp(0, pool.x, pool.torque)])
            found.append(Target(name, np.zeros(1), posture, torque, 0.06 * torque))
    for coordinate, low, high, step, held in (
        ("hip_flexion", -10, 90, 10, {"knee_angle": 0.0}),
        ("hip_flexion", 0, 105, 15, {"knee_angle": 90.0}),
        ("knee_angle", 5, 110, 15, {"hip_flexion": 0.0}),
        ("knee_angle", 5, 80, 15, {"hip_flexion": 70.0}),
        ("ankle_angle", -30, 25, 5, {"knee_angle": 0.0}),
        ("ankle_angle", -30, 25, 5, {"knee_angle": 80.0}),
    ):
        angles = np.arange(low, high + 1.0, step)
        torque = measured.passive_torque(coordinate, {**held, coordinate: angles})
        sd = 3 + 0.2 * np.abs(torque)
        found.append(Target(coordinate, angles, held, torque, sd, passive=True))
    return found


# ---- the model as a function of the unknowns


def whole_of(name: str) -> str:
    """The muscle that a line of action is a part of."""
    return re.sub(r"(?<=^addmag)[A-Z].*|\d", "", name.removesuffix("_r"))


def group_of(name: str) -> str | None:
    """Group of a leg muscle; None for a muscle of the trunk."""
    for group, beginnings in GROUPS.items():
        if name.startswith(beginnings):
            return group
    return None


@dataclass
class Unknowns:
    group: np.ndarray  # logarithm of the factor of force of each group
    force: np.ndarray  # logarithm of the own factor of each whole muscle: its parts share it
    fiber: np.ndarray  # optimal fibre length over the published one
    tendon: np.ndarray  # change of the tendon slack length, in published optimal fibre lengths
    zero: np.ndarray  # change of the strain at which passive force begins
    span: np.ndarray  # factor on the strain from there to the isometric force

    def copy(self) -> Unknowns:
        return Unknowns(*(getattr(self, name).copy() for name in self.__dataclass_fields__))


class Legs:
    """The right leg's muscles."""

    def __init__(self, wanted: Sequence[Target], file: Path):
        self.file = file
        self.tables = fullbody_tables.load(fits={})
        rows = [
            r for r in self.tables["muscles"] if r["name"].endswith("_r") and group_of(r["name"])
        ]
        self.rows = rows
        self.names = [row["name"] for row in rows]
        self.fiber = np.array([float(row["optimal_fiber_length"]) for row in rows])
        self.member = np.array([list(GROUPS).index(group_of(name)) for name in self.names])
        wholes = [whole_of(name) for name in self.names]
        self.wholes = sorted(set(wholes))
        self.part_of = np.array([self.wholes.index(whole) for whole in wholes])
        self.curves = {row["muscle"]: row for row in self.tables["muscle_curves"]}
        n = len(rows)
        self.prior = Unknowns(
            np.full(len(GROUPS), GROUP), np.zeros(len(self.wholes)), np.ones(n), np.zeros(n), np.zeros(n), np.ones(n)
        )  # fmt: skip
        self.prior.tendon = self._same_fibers()
        body = self.model(self.prior)
        poses, arms, active = [], [], []
        for target in wanted:
            own = target.name if target.passive else ACTIONS[target.name].coordinate
            q = states(body, {**target.held, own: target.angles})
            joint = joint_angle(body, own)
            direction = joint.sign * (1 if target.passive else ACTIONS[target.name].direction)
            poses.append(q)
            arms.append(direction * body.moment_arms(q)[:, :, joint.column])
            active += [not target.passive] * len(q)
        self.q = np.concatenate(poses)
        self.arms, self.active = np.concatenate(arms), np.array(active)[:, None]
        self.torque = np.concatenate([target.torque for target in wanted])
        self.sd = np.concatenate([target.sd for target in wanted])

    def _same_fibers(self) -> np.ndarray:
        """Changes of tendon slack lengths that keep the fibre lengths of the published paths, standing upright."""
        lengths = []
        for moved in ({}, None):
            tables = fullbody_tables.load(moved=moved, fits={})
            tables["muscles"] = self.rows
            tables["actuators"] = tables["groups"] = []
            self.file.write_text(build_model.build(tables))
            body = Model.load(self.file)
            lengths.append(body.muscle_lengths(np.zeros(len(body.coordinates))))
        return (lengths[1] - lengths[0]) / self.fiber

    def fits(self, x: Unknowns) -> dict[str, dict[str, float]]:
        """Columns of muscle_fits.csv, by muscle."""
        found = {}
        factors = np.exp(x.group[self.member] + x.force[self.part_of])
        for i, (name, row) in enumerate(zip(self.names, self.rows, strict=True)):
            curve = self.curves[name]
            zero, one, stiffness = (
                float(curve[f"passive_{column}"])
                for column in (
                    "strain_at_zero_force",
                    "strain_at_one_norm_force",
                    "stiffness_at_one_norm_force",
                )
            )
            slack = float(row["tendon_slack_length"])
            start = zero + x.zero[i]
            found[name] = {
                "force_factor": factors[i],
                "optimal_fiber_length": self.fiber[i] * x.fiber[i],
                "tendon_slack_length": max(slack + x.tendon[i] * self.fiber[i], 0.3 * slack),
                "strain_at_zero_force": start,
                "strain_at_one_norm_force": start + (one - zero) * x.span[i],
                "stiffness_at_one_norm_force": stiffness / x.span[i],
            }
        return {name: {k: float(v) for k, v in values.items()} for name, values in found.items()}

    def model(self, x: Unknowns) -> Model:
        tables = fullbody_tables.fitted(self.tables, self.fits(x))
        tables["muscles"] = [
            row
            for row in tables["muscles"]
            if row["name"] in self.curves and row["name"] in self.names
        ]
        tables["actuators"] = tables["groups"] = []
        self.file.write_text(build_model.build(tables))
        return Model.load(self.file)

    def torques(self, x: Unknowns) -> np.ndarray:
        """[targets, muscles], N m."""
        body = self.model(x)
        rest = body.muscle_forces(self.q, 0 * self.q, 0.0, TENDON)
        full = body.muscle_forces(self.q, 0 * self.q, 1.0, TENDON)
        agonist = np.where(self.arms > 0, self.arms * (full - rest), 0.0)
        return np.where(self.active, agonist, self.arms * rest)


# ---- least squares


def deviations(legs: Legs, x: Unknowns) -> np.ndarray:
    """Distances from the priors, in SD."""
    return np.concatenate(
        [
            (x.group - GROUP) / GROUP_SD,
            *((getattr(x, name) - getattr(legs.prior, name)) / sd for name, sd in PRIOR.items()),
        ]
    )


def derivatives(legs: Legs, x: Unknowns, each: np.ndarray) -> np.ndarray:
    """[targets, unknowns] of the torques over their SD. A muscle's torque depends on its own unknowns only, so that one
    evaluation with all of a kind changed gives the derivatives by each."""
    columns = [each[:, legs.member == g].sum(axis=1)[:, None] for g in range(len(GROUPS))]
    columns += [each[:, legs.part_of == k].sum(axis=1)[:, None] for k in range(len(legs.wholes))]
    for name, step in STEPS.items():
        other = x.copy()
        setattr(other, name, getattr(other, name) + step)
        columns.append((legs.torques(other) - each) / step)
    return np.concatenate(columns, axis=1) / legs.sd[:, None]


def moved(legs: Legs, x: Unknowns, change: np.ndarray) -> Unknowns:
    new = x.copy()
    sizes = [len(GROUPS), len(legs.wholes)] + [len(legs.names)] * len(STEPS)
    parts = np.split(change, np.cumsum(sizes)[:-1])
    new.group = x.group + np.clip(parts[0], -0.3, 0.3)
    new.force = x.force + np.clip(parts[1], -0.2, 0.2)
    for name, part in zip(STEPS, parts[2:], strict=True):
        middle, width = getattr(legs.prior, name), BOUNDS[name]
        value = getattr(x, name) + np.clip(part, -0.1, 0.1)
        setattr(new, name, np.clip(value, middle - width, middle + width))
    new.span = np.maximum(new.span, 0.6)
    return new


def solve(legs: Legs) -> Unknowns:
    x, damping = legs.prior.copy(), 1.0
    each = legs.torques(x)
    weight = np.concatenate(
        [
            np.full(len(GROUPS), 1 / GROUP_SD),
            *(np.full(len(getattr(x, name)), 1 / sd) for name, sd in PRIOR.items()),
        ]
    )
    for _ in range(60):
        residual = (each.sum(axis=1) - legs.torque) / legs.sd
        away = deviations(legs, x)
        cost = residual @ residual + away @ away
        jacobian = derivatives(legs, x, each)
        normal = jacobian.T @ jacobian + np.diag(weight**2)
        gradient = jacobian.T @ residual + weight * away
        while damping < 1e8:
            scale = np.maximum((jacobian**2).sum(axis=0), 1e-3)
            trial = moved(legs, x, -np.linalg.solve(normal + damping * np.diag(scale), gradient))
            torques = legs.torques(trial)
            error = (torques.sum(axis=1) - legs.torque) / legs.sd
            off = deviations(legs, trial)
            if error @ error + off @ off < cost:
                break
            damping *= 4
        else:
            break
        gained = cost - (error @ error + off @ off)
        x, each, damping = trial, torques, max(damping / 5, 1e-6)
        if gained < 1e-4 * cost:
            break
    return x


def report(legs: Legs, wanted: Sequence[Target], x: Unknowns) -> None:
    torque = legs.torques(x).sum(axis=1)
    at = 0
    for target in wanted:
        n = len(target.angles)
        pairs = zip(target.angles, torque[at : at + n], target.torque, strict=True)
        held = " ".join(f"{name} {angle:g}" for name, angle in target.held.items())
        kind = "passive " if target.passive else ""
        print(
            f"{kind}{target.name} ({held}):",
            " ".join(f"{a:g}: {m:.0f}/{t:.0f}" for a, m, t in pairs),
        )
        at += n
    for group, factor in zip(GROUPS, np.exp(x.group), strict=True):
        print(f"{group}: {factor:.2f} x the published force, {60 * factor:.0f} N/cm2")


def write(fits: dict[str, dict[str, float]]) -> None:
    columns = ["muscle", *next(iter(fits.values()))]
    rows = [[name, *(f"{value:.6g}" for value in values.values())] for name, values in fits.items()]
    fullbody_tables.save("muscle_fits", columns, rows, "strength_fit")


def main() -> int:
    wanted = targets()
    with tempfile.TemporaryDirectory() as folder:
        legs = Legs(wanted, Path(folder) / "model.osim")
        x = solve(legs)
        report(legs, wanted, x)
    write(legs.fits(x))
    return 0


if __name__ == "__main__":
    sys.exit(main())
