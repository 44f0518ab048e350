"""The tables of data/fullbody, with what is derived from them and what the fits changed. Read by build_model.py.

Needs only the standard library. The tables hold published figures; the few that are derived (the split of head and torso) are
derived here, where the arithmetic can be read. Shifts of paths and fits of muscles stand in tables of their own and are added
last, so that `load(moved={}, fits={})` is the published model.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import tomllib

TABLES = Path(__file__).resolve().parent / "fullbody"


class TableError(Exception):
    """A table that cannot be turned into a model."""


# tables ------------------------------------------------------------------------------------------


def rows(name: str) -> list[dict[str, str]]:
    """Rows of a table as dictionaries; every cell present, no spaces around it."""
    path = TABLES / f"{name}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    for number, row in enumerate(table, start=2):
        if None in row or None in row.values():
            raise TableError(f"{path.name}, line {number}: wrong number of cells")
    return table


def save(name: str, columns: Sequence[str], table: Iterable[Sequence[str]], source: str) -> None:
    """Write a table of fitted values; every row names the source."""
    with (TABLES / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*columns, "source"])
        out.writerows([*row, source] for row in table)


def toml(path: Path) -> dict:
    with path.open("rb") as file:
        return tomllib.load(file)


def numbers(row: dict[str, str], *names: str) -> list[float]:
    return [float(row[name]) for name in names]


def text(values: float | list[float]) -> str:
    """Shortest decimal that reads back as the same double, several separated by spaces."""
    if not isinstance(values, (list, tuple)):
        values = [values]
    parts = [repr(float(value) + 0.0) for value in values]  # + 0.0 turns -0.0 into 0.0
    return " ".join(part[:-2] if part.endswith(".0") else part for part in parts)


# what is derived ---------------------------------------------------------------------------------


def split_torso(torso: dict, total_mass: float, head: dict) -> tuple[dict, dict, list[float]]:
    """Head and what remains of the torso, so that both together are the published torso.

    Returns the remaining torso, the head (in its own frame, origin at the C7/T1 joint) and the
    position of that joint in the torso, m. Mass, mass centre and inertia of the two about their
    common mass centre, at neutral neck, equal the published figures exactly.
    """
    stature = head["stature"]["value"]
    figures = head["head"]
    length = figures["length_fraction"] * stature
    mass = figures["mass_fraction"] * total_mass

    # joint: from the cervicale towards the suprasternale, turned upwards (Reed et al. 1999)
    neck = head["neck"]
    cervicale, suprasternale = neck["cervicale"], neck["suprasternale"]
    depth = math.dist(cervicale, suprasternale)
    angle = math.atan2(suprasternale[1] - cervicale[1], suprasternale[0] - cervicale[0])
    angle += math.radians(neck["elevation"])
    joint = [
        cervicale[0] + neck["depth_fraction"] * depth * math.cos(angle),
        cervicale[1] + neck["depth_fraction"] * depth * math.sin(angle),
        0.0,
    ]

    # mass centre: above the cervicale by de Leva's fraction, straight above the joint
    height = cervicale[1] + (1.0 - figures["mass_center"]) * length
    center = [joint[0], height, 0.0]
    radii = [figures[f"radius_{axis}"] for axis in ("sagittal", "longitudinal", "transverse")]
    inertia = [mass * (radius * length) ** 2 for radius in radii] + [0.0, 0.0, 0.0]

    rest_mass = torso["mass"] - mass
    rest_center = [
        (torso["mass"] * whole - mass * part) / rest_mass
        for whole, part in zip(torso["mass_center"], center, strict=True)
    ]
    # two-body form of the parallel axes theorem: reduced mass times the distance of the centres
    reduced = mass * rest_mass / torso["mass"]
    x, y, z = (a - b for a, b in zip(center, rest_center, strict=True))
    apart = [y * y + z * z, x * x + z * z, x * x + y * y, -x * y, -x * z, -y * z]
    rest_inertia = [
        whole - part - reduced * term
        for whole, part, term in zip(torso["inertia"], inertia, apart, strict=True)
    ]
    rest = {"mass": rest_mass, "mass_center": rest_center, "inertia": rest_inertia}
    part = {
        "mass": mass,
        "mass_center": [a - b for a, b in zip(center, joint, strict=True)],
        "inertia": inertia,
        # the highest point, for the site head_vertex
        "vertex": [center[0] - joint[0], cervicale[1] + length - joint[1], 0.0],
    }
    return rest, part, joint


Shifts = dict[str, dict[str, list[float]]]


def shifts() -> Shifts:
    """What fit_moment_arms.py moved: by table and name, x, y, z and radius, or one value per knot, m."""
    found: Shifts = {"path": {}, "wrap": {}, "spline": {}}
    for row in rows("path_shifts"):
        found["path"][row["point"]] = [*numbers(row, "dx", "dy", "dz"), 0.0]
    for row in rows("wrap_shifts"):
        found["wrap"][row["cylinder"]] = numbers(row, "dx", "dy", "dz", "dradius")
    for row in rows("spline_shifts"):
        found["spline"].setdefault(row["spline"], []).append(float(row["dy"]))
    return found


def shifted(model: dict, moved: Shifts) -> dict:
    """The tables with shifts added; those of the right side, mirrored, also on the left."""

    # the published names of the left points are not always those of the right ones: their order is
    order: dict[str, list[str]] = {}
    for row in model["path_points"]:
        order.setdefault(row["muscle"], []).append(row["name"])
    of_right = {
        name: order[re.sub("_l$", "_r", muscle)][k]
        for muscle, names in order.items()
        for k, name in enumerate(names)
    }

    def change(row: dict[str, str], table: str, right: str, columns: str) -> dict[str, str]:
        own = moved.get(table, {}).get(right)
        if own is None:
            return row
        signs = [1.0, 1.0, 1.0 if row["name"] == right else -1.0, 1.0]
        new = dict(row)
        for column, value, sign in zip(columns.split(), own, signs, strict=False):
            new[column] = text(float(row[column]) + sign * value)
        return new

    known = {
        "path": {row["name"] for row in model["path_points"]},
        "wrap": {row["name"] for row in model["wrap_cylinders"]},
        "spline": {row["spline"] for row in model["splines"]},
    }
    for table, shift in moved.items():
        lost = sorted(set(shift) - known[table])
        if lost:
            raise TableError(f"{table}_shifts.csv: no {lost[0]} to shift")
    result = dict(model)
    result["path_points"] = [
        change(row, "path", of_right[row["name"]], "x y z") for row in model["path_points"]
    ]
    result["wrap_cylinders"] = [
        change(row, "wrap", re.sub("_l$", "_r", row["name"]), "tx ty tz radius")
        for row in model["wrap_cylinders"]
    ]
    for name, values in moved.get("spline", {}).items():
        knot = 0
        splines = []
        for row in result["splines"]:
            if row["spline"] == name:
                # the last shift also holds for the knots that extend the published ones
                dy = values[min(knot, len(values) - 1)]
                row = {**row, "y": text(float(row["y"]) + dy)}
                knot += 1
            splines.append(row)
        result["splines"] = splines
    return result


Fits = dict[str, dict[str, float]]


def fits_of_tables() -> Fits:
    """What fit_muscles.py changed: by muscle of the right side, the columns of the table."""
    columns = (
        "force_factor optimal_fiber_length tendon_slack_length strain_at_zero_force strain_at_one_norm_force"
        " stiffness_at_one_norm_force"
    ).split()
    return {
        row["muscle"]: dict(zip(columns, numbers(row, *columns), strict=True))
        for row in rows("muscle_fits")
    }


def fitted(model: dict, changed: Fits) -> dict:
    """The tables with fits applied to both sides."""
    lost = sorted(set(changed) - {row["name"] for row in model["muscles"]})
    if lost:
        raise TableError(f"muscle_fits.csv: no muscle {lost[0]}")

    def change(row: dict[str, str], key: str, names: dict[str, str]) -> dict[str, str]:
        own = changed.get(re.sub("_l$", "_r", row[key]))
        return (
            row if own is None else {**row, **{new: text(own[name]) for name, new in names.items()}}
        )

    lengths = ("force_factor", "optimal_fiber_length", "tendon_slack_length")
    strains = ("strain_at_zero_force", "strain_at_one_norm_force", "stiffness_at_one_norm_force")
    return {
        **model,
        "muscles": [change(row, "name", {n: n for n in lengths}) for row in model["muscles"]],
        "muscle_curves": [
            change(row, "muscle", {n: f"passive_{n}" for n in strains})
            for row in model["muscle_curves"]
        ],
    }


def load(moved: Shifts | None = None, fits: Fits | None = None) -> dict:
    """All tables, with the derived figures filled in, shifts added and fits applied: those of the tables, unless given."""
    model: dict = {
        name: rows(name)
        for name in (
            "joints",
            "axes",
            "splines",
            "coordinates",
            "couplings",
            "muscles",
            "muscle_curves",
            "path_points",
            "path_wraps",
            "wrap_cylinders",
            "sites",
            "groups",
            "actuators",
        )
    }
    model["strength"] = toml(TABLES / "strength.toml")
    head = toml(TABLES / "head.toml")

    bodies = {
        row["name"]: {
            "mass": float(row["mass"]),
            "mass_center": numbers(row, "mass_center_x", "mass_center_y", "mass_center_z"),
            "inertia": numbers(row, "ixx", "iyy", "izz", "ixy", "ixz", "iyz"),
        }
        for row in rows("bodies")
    }
    total = math.fsum(body["mass"] for body in bodies.values())
    bodies["torso"], bodies["head"], joint = split_torso(bodies["torso"], total, head)
    vertex = bodies["head"].pop("vertex")
    # the head stands after the torso, the order in which a reader expects it
    order = [name for name in bodies if name != "head"]
    order.insert(order.index("torso") + 1, "head")
    model["bodies"] = {name: bodies[name] for name in order}

    neck = {"name": "neck", "type": "CustomJoint", "parent": "torso", "child": "head"}
    for end in ("parent", "child"):
        for kind in ("t", "r"):
            for axis, value in zip(
                "xyz", joint if (end, kind) == ("parent", "t") else [0.0] * 3, strict=True
            ):
                neck[f"{end}_{kind}_{axis}"] = text(value)
    names = [row["name"] for row in model["joints"]]
    model["joints"].insert(names.index("back") + 1, neck)

    site = dict(
        zip(
            ("name", "body", "x", "y", "z"),
            ("head_vertex", "head", *map(text, vertex)),
            strict=True,
        )
    )
    model["sites"].append(site)
    model = shifted(model, shifts() if moved is None else moved)
    return fitted(model, fits_of_tables() if fits is None else fits)
