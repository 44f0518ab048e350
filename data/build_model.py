#!/usr/bin/env python3
"""Write data/models/coxa_fullbody.osim from the tables in data/fullbody.

    python3 data/build_model.py            write the model
    python3 data/build_model.py --check    compare with the file on disk; status 1 if it differs

Needs only the standard library. fullbody_tables.py reads the tables; scaled trunk strength and radians are derived here.
Same tables, same bytes.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from xml.sax.saxutils import escape

from fullbody_tables import TableError, load, numbers, text

DATA = Path(__file__).resolve().parent
MODEL = DATA / "models" / "coxa_fullbody.osim"

DOCUMENT_VERSION = 40000  # of the published model; every OpenSim 4 reads it
GRAVITY = 9.80665  # m/s^2, standard gravity (CGPM 1901)


# xml ---------------------------------------------------------------------------------------------


class Xml:
    """Indented elements, in the order in which they are asked for."""

    def __init__(self) -> None:
        self.lines = ['<?xml version="1.0" encoding="UTF-8" ?>']
        self.open: list[str] = []

    def line(self, content: str) -> None:
        self.lines.append("\t" * len(self.open) + content)

    def begin(self, tag: str, name: str | None = None, **attributes: str) -> None:
        if name is not None:
            attributes = {"name": name, **attributes}
        self.line("<" + tag + "".join(f' {k}="{escape(v)}"' for k, v in attributes.items()) + ">")
        self.open.append(tag)

    def end(self) -> None:
        tag = self.open.pop()
        self.line(f"</{tag}>")

    def leaf(self, tag: str, value: object = "") -> None:
        content = value if isinstance(value, str) else text(value)
        self.line(f"<{tag}>{escape(content)}</{tag}>" if content else f"<{tag} />")

    def empty(self, tag: str, name: str) -> None:
        self.line(f'<{tag} name="{escape(name)}" />')


def write_function(xml: Xml, model: dict, kind: str, parameters: str, name: str | None) -> None:
    tags = {
        "linear": "LinearFunction",
        "polynomial": "PolynomialFunction",
        "constant": "Constant",
        "spline": "SimmSpline",
    }
    if kind not in tags:
        raise TableError(f"no function '{kind}'; there are: {', '.join(tags)}")
    xml.begin(tags[kind], name)
    if kind == "spline":
        knots = [row for row in model["splines"] if row["spline"] == parameters]
        if len(knots) < 3:
            raise TableError(f"spline '{parameters}' has {len(knots)} knots, needs 3 or more")
        xml.leaf("x", [float(row["x"]) for row in knots])
        xml.leaf("y", [float(row["y"]) for row in knots])
    elif kind == "constant":
        xml.leaf("value", float(parameters))
    else:
        xml.leaf("coefficients", [float(value) for value in parameters.split()])
    xml.end()


def write_bodies(xml: Xml, model: dict) -> None:
    xml.begin("BodySet", "bodyset")
    xml.begin("objects")
    for name, body in model["bodies"].items():
        xml.begin("Body", name)
        cylinders = [row for row in model["wrap_cylinders"] if row["body"] == name]
        if cylinders:
            xml.begin("WrapObjectSet", "wrapobjectset")
            xml.begin("objects")
            for row in cylinders:
                xml.begin("WrapCylinder", row["name"])
                xml.leaf("active", "true")
                xml.leaf("xyz_body_rotation", numbers(row, "rx", "ry", "rz"))
                xml.leaf("translation", numbers(row, "tx", "ty", "tz"))
                xml.leaf("quadrant", row["quadrant"])
                xml.leaf("radius", float(row["radius"]))
                xml.leaf("length", float(row["length"]))
                xml.end()
            xml.end()
            xml.end()
        xml.leaf("mass", body["mass"])
        xml.leaf("mass_center", body["mass_center"])
        xml.leaf("inertia", body["inertia"])
        xml.end()
    xml.end()
    xml.end()


def write_joints(xml: Xml, model: dict) -> None:
    xml.begin("JointSet", "jointset")
    xml.begin("objects")
    for joint in model["joints"]:
        xml.begin(joint["type"], joint["name"])
        frames = {end: f"{joint[end]}_offset" for end in ("parent", "child")}
        xml.leaf("socket_parent_frame", frames["parent"])
        xml.leaf("socket_child_frame", frames["child"])
        xml.begin("coordinates")
        for row in model["coordinates"]:
            if row["joint"] != joint["name"]:
                continue
            xml.begin("Coordinate", row["name"])
            scale = {"deg": math.radians, "m": float}[row["unit"]]
            xml.leaf("default_value", scale(float(row["default"])))
            xml.leaf("default_speed_value", 0.0)
            xml.leaf("range", [scale(value) for value in numbers(row, "min", "max")])
            xml.leaf("clamped", row["clamped"])
            xml.leaf("locked", row["locked"])
            xml.end()
        xml.end()
        xml.begin("frames")
        for end in ("parent", "child"):
            xml.begin("PhysicalOffsetFrame", frames[end])
            body = joint[end]
            xml.leaf("socket_parent", "/ground" if body == "ground" else f"/bodyset/{body}")
            xml.leaf("translation", numbers(joint, *(f"{end}_t_{axis}" for axis in "xyz")))
            xml.leaf("orientation", numbers(joint, *(f"{end}_r_{axis}" for axis in "xyz")))
            xml.end()
        xml.end()
        if joint["type"] == "CustomJoint":
            axes = [row for row in model["axes"] if row["joint"] == joint["name"]]
            wanted = [f"{kind}{i}" for kind in ("rotation", "translation") for i in (1, 2, 3)]
            if [row["axis"] for row in axes] != wanted:
                raise TableError(f"axes.csv: joint '{joint['name']}' needs the axes {wanted}")
            xml.begin("SpatialTransform")
            for row in axes:
                xml.begin("TransformAxis", row["axis"])
                xml.leaf("coordinates", row["coordinate"])
                xml.leaf("axis", numbers(row, "x", "y", "z"))
                write_function(xml, model, row["function"], row["parameters"], "function")
                xml.end()
            xml.end()
        xml.end()
    xml.end()
    xml.end()


def write_constraints(xml: Xml, model: dict) -> None:
    xml.begin("ConstraintSet", "constraintset")
    xml.begin("objects")
    for row in model["couplings"]:
        xml.begin("CoordinateCouplerConstraint", row["name"])
        xml.leaf("isEnforced", "true")
        xml.begin("coupled_coordinates_function")
        write_function(xml, model, row["function"], row["parameters"], None)
        xml.end()
        xml.leaf("independent_coordinate_names", row["independent"])
        xml.leaf("dependent_coordinate_name", row["dependent"])
        xml.leaf("scale_factor", 1.0)
        xml.end()
    xml.end()
    xml.end()


def write_muscle(xml: Xml, model: dict, row: dict) -> None:
    name = row["name"]
    factor = row["force_factor"]
    factor = float(model["strength"][factor]["value"] if factor in model["strength"] else factor)
    curves = next(c for c in model["muscle_curves"] if c["muscle"] == name)

    xml.begin("Millard2012EquilibriumMuscle", name)
    xml.begin("GeometryPath", "geometrypath")
    xml.begin("PathPointSet")
    xml.begin("objects")
    for point in (p for p in model["path_points"] if p["muscle"] == name):
        xml.begin("PathPoint", point["name"])
        xml.leaf("socket_parent_frame", f"/bodyset/{point['body']}")
        xml.leaf("location", numbers(point, "x", "y", "z"))
        xml.end()
    xml.end()
    xml.end()
    wraps = [w for w in model["path_wraps"] if w["muscle"] == name]
    if wraps:
        xml.begin("PathWrapSet")
        xml.begin("objects")
        for index, wrap in enumerate(wraps):
            xml.begin("PathWrap", "pathwrap" if index == 0 else f"pathwrap_{index}")
            xml.leaf("wrap_object", wrap["cylinder"])
            xml.leaf("method", wrap["method"])
            xml.leaf("range", f"{wrap['first_point']} {wrap['last_point']}")
            xml.end()
        xml.end()
        xml.end()
    xml.end()
    xml.leaf("max_isometric_force", factor * float(row["max_isometric_force"]))
    for key in (
        "optimal_fiber_length",
        "tendon_slack_length",
        "pennation_angle_at_optimal",
        "max_contraction_velocity",
    ):
        xml.leaf(key, float(row[key]))
    xml.leaf("ignore_tendon_compliance", "false")
    xml.leaf("fiber_damping", float(row["fiber_damping"]))
    xml.leaf("default_activation", 0.01)
    xml.leaf("minimum_activation", 0.01)
    for prefix, tag in (
        ("active", "ActiveForceLengthCurve"),
        ("velocity", "ForceVelocityCurve"),
        ("passive", "FiberForceLengthCurve"),
        ("tendon", "TendonForceLengthCurve"),
    ):
        xml.begin(tag, f"{name}_{tag}")
        for key, value in curves.items():
            if key.startswith(prefix + "_"):
                xml.leaf(key.removeprefix(prefix + "_"), float(value))
        xml.end()
    xml.end()


def write_forces(xml: Xml, model: dict) -> None:
    xml.begin("ForceSet", "forceset")
    xml.begin("objects")
    for row in model["muscles"]:
        write_muscle(xml, model, row)
    for row in model["actuators"]:
        up, down = numbers(row, "strength_positive", "strength_negative")
        strength = max(up, down)
        xml.begin("CoordinateActuator", row["name"])
        xml.leaf("min_control", -down / strength)
        xml.leaf("max_control", up / strength)
        xml.leaf("coordinate", row["coordinate"])
        xml.leaf("optimal_force", strength)
        xml.end()
    xml.end()
    xml.begin("groups")
    for row in model["groups"]:
        xml.begin("ObjectGroup", row["group"])
        xml.leaf("members", row["members"])
        xml.end()
    xml.end()
    xml.end()


def write_sites(xml: Xml, model: dict) -> None:
    xml.begin("MarkerSet", "markerset")
    xml.begin("objects")
    for row in model["sites"]:
        xml.begin("Marker", row["name"])
        xml.leaf("socket_parent_frame", f"/bodyset/{row['body']}")
        xml.leaf("location", numbers(row, "x", "y", "z"))
        xml.leaf("fixed", "true")
        xml.end()
    xml.end()
    xml.end()


CREDITS = (
    "Skeleton, leg muscles, wrapping cylinders and patella: Rajagopal et al. (2016) with the"
    " changes of Lai et al. (2017) and Uhlrich et al. (2022). Trunk muscles: Delp et al. (1990) and"
    " Anderson and Pandy (1999), as in gait2392. Head: de Leva (1996). Generated by"
    " data/build_model.py of coxa from data/fullbody; every figure has its source there."
)
PUBLICATIONS = (
    "Rajagopal et al. (2016), doi:10.1109/TBME.2016.2586891; Lai, Arnold and Wakeling (2017),"
    " doi:10.1007/s10439-017-1920-7; Uhlrich et al. (2022), doi:10.1038/s41598-022-13386-9; Delp et"
    " al. (1990), doi:10.1109/10.102791; Anderson and Pandy (1999), doi:10.1080/10255849908907988;"
    " de Leva (1996), doi:10.1016/0021-9290(95)00178-6"
)


def build(model: dict | None = None) -> str:
    """The whole model as text, from the tables on disk or those given."""
    model = load() if model is None else model
    xml = Xml()
    xml.begin("OpenSimDocument", Version=str(DOCUMENT_VERSION))
    xml.begin("Model", "coxa_fullbody")
    xml.leaf("credits", CREDITS)
    xml.leaf("publications", PUBLICATIONS)
    xml.leaf("length_units", "meters")
    xml.leaf("force_units", "N")
    xml.leaf("gravity", [0.0, -GRAVITY, 0.0])
    write_bodies(xml, model)
    write_joints(xml, model)
    write_constraints(xml, model)
    write_forces(xml, model)
    write_sites(xml, model)
    xml.end()
    xml.end()
    return "\n".join(xml.lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare only; write nothing")
    parser.add_argument("--output", type=Path, default=MODEL, help="default: %(default)s")
    arguments = parser.parse_args()
    try:
        content = build().encode()
    except (TableError, OSError, ValueError, KeyError) as error:
        print(f"build_model: {error}", file=sys.stderr)
        return 2
    if arguments.check:
        if not arguments.output.exists() or arguments.output.read_bytes() != content:
            print(
                f"build_model: {arguments.output} is not what the tables give; run"
                " data/build_model.py",
                file=sys.stderr,
            )
            return 1
        return 0
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
