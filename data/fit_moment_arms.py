#!/usr/bin/env python3
"""Fit the muscle paths of the full-body model to measured moment arms.

    .venv/bin/python data/fit_moment_arms.py [GROUP ...]     write data/fullbody/{path,wrap,spline}_shifts.csv

The published paths (data/fullbody/path_points.csv, wrap_cylinders.csv, splines.csv) stay as they are; the shifts that this
script writes are added by fullbody_tables.py. Each group of muscles has its own fit: points, cylinders and radii may move
within bounds, so that the moment arms come within `INSIDE` SD of every measured value (data/strength/moment_arms.csv),
by the least shifts that achieve it, and vary without jumps over the whole range of the joint. Same tables, same shifts: the
search is seeded. Right side only; the left is its mirror image.

Needs the package coxa, built from any model: paths are evaluated by its engine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import build_model
import fullbody_tables
import numpy as np
from coxa.models import measured
from coxa.models.actions import states
from coxa.models.model import Model
from scipy.optimize import differential_evolution, least_squares

#: Source that the tables of shifts name (data/sources.toml).
SOURCE = "moment_arm_fit"

#: SD of the measured values within which the fit tries to come.
INSIDE = 0.85

#: Shift that costs as much as a deviation of 0.1 SD beyond `INSIDE`, m.
SHIFT = 0.02

#: Second differences of an arm over `STEP` degrees that count as a jump, m.
JUMP, STEP = 0.0005, 3.0

#: Abduction and rotation of the hip, rad, at which wrapped paths must not jump either.
SPREADS = ((0.0, 0.0), (0.26, 0.26), (0.26, -0.26), (-0.26, 0.26), (-0.26, -0.26))

#: Change of length over a step that the arm does not explain: the published cylinders of the gluteus maximus are too short at
#: the limits of adduction and rotation, with steps of up to this, m.
UNEXPLAINED = 8e-4

#: SD of the arms that a measured torque asks for, m.
ASKED = 0.01

#: Angles over which an arm must be smooth, deg.
RANGES = {
    "hip_flexion": (-15, 125),
    "hip_adduction": (-30, 25),
    "hip_rotation": (-35, 35),
    "knee_angle": (0, 125),
    "ankle_angle": (-35, 30),
}

X, Y, Z = range(3)


@dataclass(frozen=True)
class Free:
    """What may move: a path point, a cylinder's position or radius, or a spline's values."""

    table: str  # "path", "wrap" or "spline"
    name: str  # several, separated by spaces, move together
    axes: tuple[int, ...]  # of x, y, z; 3 is a cylinder's radius; for a spline, the knots
    bound: float  # m


@dataclass(frozen=True)
class Group:
    """Muscles that are fitted together."""

    muscles: dict[str, tuple[str, ...]]  # measured muscle: muscles of the model
    free: tuple[Free, ...]
    #: Series of measurements that are left out, and why.
    without: dict[str, str] = field(default_factory=dict)
    #: Search globally first: paths that can slip off a cylinder have no useful gradient.
    wide: bool = False
    #: Where in the band the arms about a coordinate should lie, against flexion of the joint: angles, deg, and SD there.
    lean: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = field(default_factory=dict)
    #: Arms of parts of a muscle about rotation of the hip, standing, m, that the measured torque asks for; SD `ASKED`.
    asked: dict[str, float] = field(default_factory=dict)
    #: Weight of smoothness: 0.5, or less where the published path already jumps beyond the measured range.
    smooth: float = 0.5


def point(name: str, bound: float = 20, axes: Sequence[int] = (X, Y, Z)) -> Free:
    return Free("path", name, tuple(axes), bound / 1000)


def wrap(name: str, bound: float = 12, axes: Sequence[int] = (X, Y, Z)) -> Free:
    return Free("wrap", name, tuple(axes), bound / 1000)


def radius(name: str, bound: float = 8) -> Free:
    return Free("wrap", name, (3,), bound / 1000)


# ---- what may move


def calf(name: str, cylinder: str, muscle: str) -> Group:
    # the condyle's cylinder decides: large steps make the path slip off it
    free = (point(f"{name}-P1", 35, (X, Y)), wrap(cylinder, 12, (X, Y)), radius(cylinder, 12))
    return Group({muscle: (name,)}, free, wide=True, smooth=0.1)


def foot(name: str, muscle: str, *points: int) -> Group:
    return Group({muscle: (name,)}, tuple(point(f"{name}-P{i}", 15) for i in points))


MAGNUS = tuple(f"addmag{part}_r" for part in ("Dist", "Isch", "Mid", "Prox"))
MAXIMUS = tuple(f"glmax{part}_r" for part in (1, 2, 3))
MEDIUS = tuple(f"glmed{part}_r" for part in (1, 2, 3))
MINIMUS = tuple(f"glmin{part}_r" for part in (1, 2, 3))
# rotation of the hip is as strong outward at 90 deg of flexion as at 0, and inward at 0 two thirds of that at 90, which the
# middle of the bands does not allow (README.md, "Moment arms")
OUTWARD = {"hip_rotation": ((0, 30, 90), (0.5, 0.0, -0.9))}
TURNING = {"hip_rotation": ((0, 30, 90), (0.9, 0.6, -0.9))}
QUADRICEPS = {
    "rectus_femoris": ("recfem_r",),
    "vastus_intermedius": ("vasint_r",),
    "vastus_lateralis": ("vaslat_r",),
    "vastus_medialis": ("vasmed_r",),
}

GROUPS: dict[str, Group] = {
    "hamstrings": Group(
        {"semitendinosus": ("semiten_r",), "semimembranosus": ("semimem_r",)},
        (
            point("semimem_r-P1", 25),
            point("semimem_r-P2", 15, (X, Y)),
            point("semiten_r-P1", 15),
            point("semiten_r-P2", 15, (X, Y)),
        ),
    ),
    "biceps_femoris": Group({"biceps_femoris_lh": ("bflh_r",)}, (point("bflh_r-P2", 15, (X, Y)),)),
    "adductor_magnus": Group(
        {"adductor_magnus": MAGNUS},
        # the proximal part is short: large shifts would leave it no tendon
        tuple(
            point(f"{name}-P{i}", 10 if "Prox" in name else 30 if i == 1 else 20)
            for name in MAGNUS
            for i in (1, 2)
        ),
    ),
    "gluteus_maximus": Group(
        {"gluteus_maximus": MAXIMUS},
        (
            *(point(f"{name}-P{i}", 25) for name in MAXIMUS for i in (2, 3)),
            *(wrap(f"Gmax{k}_at_pelvis_r", 20) for k in (1, 2, 3)),
            *(radius(f"Gmax{k}_at_pelvis_r") for k in (1, 2, 3)),
        ),
        lean=OUTWARD,
        wide=True,
    ),
    "gluteus_medius": Group(
        {"gluteus_medius": MEDIUS, "gluteus_minimus": MINIMUS},
        (
            *(point(f"{name}-P1", 25) for name in (*MEDIUS, *MINIMUS)),
            # both insert on the greater trochanter
            point(
                " ".join(
                    [*(f"{name}-P2_0" for name in MEDIUS), *(f"{name}-P2" for name in MINIMUS)]
                ),
                25,
            ),
        ),
        lean=OUTWARD,
        # people turn the hip inward with 45 N m, standing: the anterior fibres must do it
        asked={"glmed1_r": 0.02, "glmin1_r": 0.025},
    ),
    "psoas": Group(
        {"psoas": ("psoas_r",)},
        (
            *(point(f"psoas_r-P{i}", 25) for i in (2, 3)),
            wrap("PS_at_brim_r"),
            radius("PS_at_brim_r"),
        ),
        smooth=0.1,
    ),
    "iliacus": Group(
        {"iliacus": ("iliacus_r",)},
        (*(point(f"iliacus_r-P{i}") for i in (2, 3)), wrap("IL_at_brim_r"), radius("IL_at_brim_r")),
    ),
    "quadratus_femoris": Group(
        {"quadratus_femoris": ("quadfem_r",)},
        (point("quadfem_r-P1", 15), point("quadfem_r-P2", 15)),
    ),
    "tensor_fasciae_latae": Group(
        {"tfl": ("tfl_r",)}, tuple(point(f"tfl_r-P{i}", 30) for i in (1, 2, 3, 4))
    ),
    "quadriceps": Group(
        QUADRICEPS,
        (
            Free("spline", "patella_tx", tuple(range(13)), 0.01),
            Free("spline", "patella_ty", tuple(range(13)), 0.01),
            point("recfem_r-P2", 6, (X, Y)),
            point("recfem_r-P3", 6, (X, Y)),
        ),
        # torque is greatest at 60 to 75 deg, which arms in the middle of the band do not allow (README.md, "Moment arms")
        lean={"knee_angle": ((10, 40, 60, 80), (0.7, 0.5, -0.5, -0.9))},
        smooth=0.1,
    ),
    "gracilis": Group(
        {"gracilis": ("grac_r",)}, (point("grac_r-P2", 10), radius("GR_at_condyles_r"))
    ),
    "sartorius": Group(
        {"sartorius": ("sart_r",)}, (point("sart_r-P2", 10), point("sart_r-P3", 10))
    ),
    "gastrocnemius_lateralis": calf("gaslat_r", "GasLat_at_condyles_r", "gastrocnemius_lateralis"),
    "gastrocnemius_medialis": calf("gasmed_r", "GasMed_at_condyles_r", "gastrocnemius_medialis"),
    "soleus": Group(
        {"soleus": ("soleus_r",)},
        (point("soleus_r-P2", 10, (X, Y)),),
        without={
            "spoor_1990": "two legs, whose arms fall with plantarflexion where those of all others rise"
        },
    ),
    "extensor_digitorum": foot("edl_r", "edl", 2, 3),
    "extensor_hallucis": foot("ehl_r", "ehl", 3, 4),
    "flexor_digitorum": foot("fdl_r", "fdl", 2, 3),
    "flexor_hallucis": foot("fhl_r", "fhl", 2, 3),
    "peroneus_brevis": foot("perbrev_r", "peroneus_brevis", 3, 4),
    "peroneus_longus": foot("perlong_r", "peroneus_longus", 3, 4),
    "tibialis_posterior": foot("tibpost_r", "tibialis_posterior", 2, 3),
    "tibialis_anterior": foot("tibant_r", "tibialis_anterior", 3, 4),
}


# ---- one fit


class Fit:
    """The model of one group, with shifts."""

    def __init__(self, group: Group, file: Path):
        self.group, self.file = group, file
        self.slots = [(free, axis) for free in group.free for axis in free.axes]
        self.bounds = np.array([free.bound for free, _ in self.slots]) / SHIFT
        names = {name for parts in group.muscles.values() for name in parts}
        self.tables = fullbody_tables.load(moved={}, fits={})
        self.tables["muscles"] = [row for row in self.tables["muscles"] if row["name"] in names]
        self.tables["actuators"] = self.tables["groups"] = []
        self.wrapped = any(row["muscle"] in names for row in self.tables["path_wraps"])
        body = self.model(np.zeros(len(self.slots)))
        self.series = [
            within_range(body, series)
            for series in measured.moment_arms()
            if series.muscle in group.muscles and series.source not in group.without
        ]

    def shifts(self, d: np.ndarray) -> dict[str, dict[str, list[float]]]:
        """Shifts by table and name: x, y, z and radius, or one value per knot, m."""
        found: dict[str, dict[str, list[float]]] = {"path": {}, "wrap": {}, "spline": {}}
        for (free, axis), value in zip(self.slots, d * SHIFT, strict=True):
            for name in free.name.split():
                row = found[free.table].setdefault(name, [0.0] * max(4, len(free.axes)))
                row[axis] = float(value)
        return found

    def model(self, d: np.ndarray) -> Model:
        self.file.write_text(
            build_model.build(fullbody_tables.shifted(self.tables, self.shifts(d)))
        )
        return Model.load(self.file)

    def residuals(self, d: np.ndarray) -> np.ndarray:
        body = self.model(d)
        found, seen = [d * 0.1], set()
        for series in self.series:
            parts = [muscle.name for muscle in body.muscles]
            mine = arms(body, series, series.angle)
            z = (mean(body, series, mine, parts, self.group) - series.arm) / series.sd
            beyond = np.sign(z) * np.maximum(np.abs(z) - INSIDE, 0)
            found.append(5 * beyond * np.sqrt(5 / len(z)))
            found.append(0.02 * z)
            lean = self.group.lean.get(series.coordinate)
            if lean and series.against in ("hip_flexion", "knee_angle"):
                found.append(0.4 * (z - np.interp(series.angle, *lean)))
            key = (series.muscle, series.coordinate, series.against)
            if key in seen:
                continue
            seen.add(key)
            low, high = RANGES[series.against]
            each = arms(body, series, np.arange(low, high + 0.1, STEP))
            jump = np.diff(each, 2, axis=0) / 0.001
            found.append(self.group.smooth * np.where(np.abs(jump) > JUMP / 0.001, jump, 0).ravel())
        if self.group.asked:
            mine = body.moment_arms(states(body, {"hip_flexion": 0.0}))[0]
            parts = [muscle.name for muscle in body.muscles]
            column = body.coordinates.index("hip_rotation_r")
            off = [mine[parts.index(name), column] - arm for name, arm in self.group.asked.items()]
            found.append(np.array(off) / ASKED)
        if self.wrapped:
            found.append(self.jumps(body) / 0.0005)
        for free in self.group.free:
            if free.table == "spline":  # neighbouring knots move together
                mine = np.array([x for (f, _), x in zip(self.slots, d, strict=True) if f is free])
                found.append(2 * np.diff(mine, 2))
        return np.concatenate(found)

    def jumps(self, body: Model) -> np.ndarray:
        """Changes of length that the arms do not explain, where a path slips off its cylinder, m."""
        found = []
        for coordinate in RANGES:
            known = next(c for c in body.full_coordinates if c.name == f"{coordinate}_r")
            column = body.coordinates.index(f"{coordinate}_r")
            angles, step = np.linspace(known.minimum, known.maximum, 61, retstep=True)
            for apart, turned in SPREADS:
                q = np.zeros((len(angles), len(body.coordinates)))
                q[:, body.coordinates.index("hip_adduction_r")] = apart
                q[:, body.coordinates.index("hip_rotation_r")] = turned
                q[:, column] = angles
                arm = body.moment_arms(q)[:, :, column]
                explained = -step * (arm[1:] + arm[:-1]) / 2
                rest = np.diff(body.muscle_lengths(q), axis=0) - explained
                found.append(np.where(np.abs(rest) > UNEXPLAINED, rest, 0.0).ravel())
        return np.concatenate(found)

    def solve(self) -> np.ndarray:
        start = np.zeros(len(self.slots))
        if self.group.wide:
            box = list(zip(-self.bounds, self.bounds, strict=True))

            def cost(d: np.ndarray) -> float:
                return float((self.residuals(d) ** 2).sum())

            start = differential_evolution(
                cost, box, maxiter=40, popsize=10, seed=1, polish=False, init="sobol"
            ).x
        # about 1 and not 0, so that the step of the differences is relative to it: 200 micrometres, which sees past the
        # jumps of a wrapped path, then 20
        box = (1 - self.bounds - 1e-9, 1 + self.bounds + 1e-9)
        found = [start]
        for step in (1e-2, 1e-3):
            ended = least_squares(
                lambda x: self.residuals(x - 1),
                np.clip(found[-1] + 1, box[0] + 1e-12, box[1] - 1e-12),
                bounds=box,
                diff_step=step,
                x_scale=0.05,
                max_nfev=80,
            )
            found.append(ended.x - 1)
        return min(found, key=lambda d: (self.residuals(d) ** 2).sum())

    def report(self, d: np.ndarray) -> Iterator[str]:
        body = self.model(d)
        parts = [muscle.name for muscle in body.muscles]
        for series in self.series:
            mine = mean(body, series, arms(body, series, series.angle), parts, self.group)
            z = (mine - series.arm) / series.sd
            at = int(np.abs(z).argmax())
            yield (
                f"  {series.muscle} about {series.coordinate} against {series.against}, {series.source}:"
                f" {z[at]:+.2f} SD at {series.angle[at]:g} deg"
            )
        for table, rows in self.shifts(d).items():
            for name, values in rows.items():
                yield f"  {table} {name}: " + " ".join(f"{1000 * v:+.1f}" for v in values) + " mm"


def within_range(body: Model, series: measured.MomentArm) -> measured.MomentArm:
    """A series without the angles that the model cannot take."""
    name = f"{series.against}_r"
    known = next(c for c in body.full_coordinates if c.name == name)
    inside = (np.radians(series.angle) >= known.minimum) & (
        np.radians(series.angle) <= known.maximum
    )
    return replace(
        series, **{name: getattr(series, name)[inside] for name in ("angle", "arm", "sd")}
    )


def arms(body: Model, series: measured.MomentArm, angles: np.ndarray) -> np.ndarray:
    """[angles, muscles] about the coordinate of a series, m."""
    q = states(body, {series.against: angles})
    column = body.coordinates.index(f"{series.coordinate}_r")
    return body.moment_arms(q)[:, :, column]


def mean(
    body: Model, series: measured.MomentArm, each: np.ndarray, names: list[str], group: Group
) -> np.ndarray:
    """Mean over the parts of a muscle, weighted by their maximum isometric force."""
    parts = [names.index(name) for name in group.muscles[series.muscle]]
    force = np.array([body.muscles[i].max_isometric_force for i in parts])
    return each[:, parts] @ force / force.sum()


# ---- tables


def write(shifts: dict[str, dict[str, list[float]]]) -> None:
    heads = {
        "path": ["point", "dx", "dy", "dz"],
        "wrap": ["cylinder", "dx", "dy", "dz", "dradius"],
    }
    for table, head in heads.items():
        rows = [
            [name, *(f"{value:.5f}" for value in values[: len(head) - 1])]
            for name, values in sorted(shifts[table].items())
            if any(abs(value) >= 5e-6 for value in values)
        ]
        fullbody_tables.save(f"{table}_shifts", head, rows, SOURCE)
    rows = [
        [name, str(knot), f"{value:.6f}"]
        for name, values in sorted(shifts["spline"].items())
        for knot, value in enumerate(values)
    ]
    fullbody_tables.save("spline_shifts", ["spline", "knot", "dy"], rows, SOURCE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    given = parser.parse_args()
    unknown = set(given.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no group {', '.join(sorted(unknown))}; there are: {', '.join(GROUPS)}")
    kept = fullbody_tables.shifts()
    with tempfile.TemporaryDirectory() as folder:
        for name in given.groups or GROUPS:
            fit = Fit(GROUPS[name], Path(folder) / "model.osim")
            d = fit.solve()
            print(name, *fit.report(d), sep="\n", flush=True)
            for table, rows in fit.shifts(d).items():
                kept.setdefault(table, {}).update(rows)
    if not given.dry_run:
        write(kept)
    return 0


if __name__ == "__main__":
    sys.exit(main())
