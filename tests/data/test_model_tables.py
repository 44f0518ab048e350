"""The tables of data/fullbody and the model that they give. Needs no package but pytest."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

tomllib = pytest.importorskip("tomllib", reason="data/build_model.py needs Python 3.11")

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
TABLES = DATA / "fullbody"
MODEL = DATA / "models" / "coxa_fullbody.osim"
REFERENCE = ROOT.parent / "shared" / "reference" / "models"

# relative difference between the sides of the published model: its optimiser stopped there
SIDES = 1e-5


def table(name: str | Path) -> list[dict[str, str]]:
    path = TABLES / f"{name}.csv" if isinstance(name, str) else name
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def toml(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def vector(element: ET.Element, tag: str) -> list[float]:
    return [float(value) for value in element.findtext(tag).split()]


def named(root: ET.Element, tag: str) -> dict[str, ET.Element]:
    return {element.get("name"): element for element in root.iter(tag)}


@pytest.fixture(scope="module")
def model() -> ET.Element:
    return ET.parse(MODEL).getroot()


def published(name: str) -> ET.Element:
    path = REFERENCE / name
    if not path.exists():
        pytest.skip(f"the reference model {name} is not beside this repository")
    return ET.parse(path).getroot()


@pytest.fixture(scope="module")
def rajagopal() -> ET.Element:
    return published("RajagopalLaiUhlrich2023.osim")


@pytest.fixture(scope="module")
def gait() -> ET.Element:
    return published("gait2392_millard2012muscle.osim")


# generation --------------------------------------------------------------------------------------


def test_file_is_what_the_tables_give():
    run = subprocess.run([sys.executable, DATA / "build_model.py", "--check"], capture_output=True)
    assert run.returncode == 0, run.stderr.decode()


def test_check_notices_a_change(tmp_path):
    other = tmp_path / "model.osim"
    other.write_bytes(MODEL.read_bytes().replace(b"<mass>", b"<mass> ", 1))
    command = [sys.executable, DATA / "build_model.py", "--check", "--output", other]
    assert subprocess.run(command, capture_output=True).returncode == 1


def test_patella_rows_are_what_the_script_gives():
    run = subprocess.run(
        [sys.executable, DATA / "patella_extension.py"], capture_output=True, text=True, check=True
    )
    given = [line.split(",") for line in run.stdout.split()]
    rows = [list(row.values()) for row in table("splines") if row["source"] == "patella_extension"]
    assert [row[:2] for row in given] == [row[:2] for row in rows]
    for mine, theirs in zip(given, rows, strict=True):  # another libm may differ in the last digits
        assert float(mine[2]) == pytest.approx(float(theirs[2]), abs=1e-12)


def test_every_source_is_known():
    sources = toml(DATA / "sources.toml")
    for key, entry in sources.items():
        assert entry["citation"] and entry["read"] in (
            "model",
            "abstract",
            "transcription",
            "recalled",
            "derived",
        ), key
        assert entry["doi"] or entry.get("url") or entry["read"] in ("derived", "recalled"), key
    used = set()
    strength = DATA / "strength"
    for path in (*TABLES.glob("*.csv"), *strength.glob("*.csv")):
        if path.name == "muscles.csv" and path.parent == strength:
            continue  # names, not figures
        rows = table(path)
        assert "source" in rows[0], path.name
        for row in rows:
            used |= {value for column, value in row.items() if column.endswith("source")}
    folders = (TABLES, DATA / "anthropometry", strength)
    for path in (path for folder in folders for path in folder.glob("*.toml")):
        content = toml(path)
        sections = [content, *(v for v in content.values() if isinstance(v, dict))]
        entries = [v for s in sections for k, v in s.items() if k.endswith("source")]
        found = {key for v in entries for key in (v if isinstance(v, list) else [v])}
        assert found, f"{path.name} names no source"
        used |= found
    assert used <= set(sources), used - set(sources)


# content -----------------------------------------------------------------------------------------


def test_total_mass_is_the_published_one(model):
    total = math.fsum(float(body.findtext("mass")) for body in model.iter("Body"))
    assert total == pytest.approx(75.337, abs=1e-12)


def test_head_and_torso_together_are_the_published_torso(model):
    """Mass, mass centre and inertia about it, at neutral neck."""
    whole = next(row for row in table("bodies") if row["name"] == "torso")
    bodies = named(model, "Body")
    neck = named(model, "CustomJoint")["neck"]
    joint = vector(next(neck.iter("PhysicalOffsetFrame")), "translation")

    parts = []
    for name, origin in (("torso", [0.0, 0.0, 0.0]), ("head", joint)):
        center = [a + b for a, b in zip(vector(bodies[name], "mass_center"), origin, strict=True)]
        parts.append(
            (float(bodies[name].findtext("mass")), center, vector(bodies[name], "inertia"))
        )
    mass = sum(part[0] for part in parts)
    center = [sum(m * c[i] for m, c, _ in parts) / mass for i in range(3)]
    inertia = [0.0] * 6
    for m, c, own in parts:
        x, y, z = (a - b for a, b in zip(c, center, strict=True))
        apart = (y * y + z * z, x * x + z * z, x * x + y * y, -x * y, -x * z, -y * z)
        inertia = [i + o + m * a for i, o, a in zip(inertia, own, apart, strict=True)]

    assert mass == pytest.approx(float(whole["mass"]), abs=1e-12)
    for value, axis in zip(center, "xyz", strict=True):
        assert value == pytest.approx(float(whole[f"mass_center_{axis}"]), abs=1e-12)
    for value, key in zip(inertia, ("ixx", "iyy", "izz", "ixy", "ixz", "iyz"), strict=True):
        assert value == pytest.approx(float(whole[key]), abs=1e-12)


def test_inertias_are_possible(model):
    """Positive, and no principal moment exceeds the sum of the other two (rounding apart)."""
    for name, body in named(model, "Body").items():
        a, b, c = sorted(vector(body, "inertia")[:3])
        assert a > 0 and a + b >= c * (1 - 1e-9), name


def test_head_is_de_leva_s():
    figures, men = toml(TABLES / "head.toml"), toml(DATA / "anthropometry" / "de_leva_1996.toml")
    head, table_2 = figures["head"], men["head_2"]["male"]
    assert head["mass_fraction"] == table_2["mass"]
    assert head["mass_center"] == table_2["center"]
    assert head["length_fraction"] == pytest.approx(
        table_2["length"] / men["statures"]["male"], abs=5e-6
    )
    for axis in ("sagittal", "transverse", "longitudinal"):
        assert head[f"radius_{axis}"] == table_2[axis]


def test_every_coordinate_has_what_moves_it(model):
    """Muscles or an actuator, never an actuator beside the large muscles."""
    actuated = {row["coordinate"] for row in table("actuators")}
    muscled = {
        "hip_flexion",
        "hip_adduction",
        "hip_rotation",
        "knee_angle",
        "ankle_angle",
        "subtalar_angle",
        "lumbar_extension",
        "lumbar_bending",
        "lumbar_rotation",
    }
    driven = {row["dependent"] for row in table("couplings")}
    for row in table("coordinates"):
        name = row["name"]
        base = name[:-2] if name.endswith(("_r", "_l")) else name
        if name.startswith("pelvis") or name in driven:
            assert name not in actuated
        else:
            assert (name in actuated) != (base in muscled), name
    for actuator in model.iter("CoordinateActuator"):
        assert float(actuator.findtext("optimal_force")) > 0
        assert -1 <= float(actuator.findtext("min_control")) <= 0
        assert 0 <= float(actuator.findtext("max_control")) <= 1


def test_coordinates_cover_the_exercises(model):
    ranges = {
        name: [math.degrees(v) for v in vector(c, "range")]
        for name, c in named(model, "Coordinate").items()
    }
    for side in "rl":
        assert ranges[f"hip_flexion_{side}"][0] >= -20 and ranges[f"hip_flexion_{side}"][1] >= 130
        assert ranges[f"knee_angle_{side}"] == pytest.approx([0, 140], abs=1e-9)
        assert ranges[f"arm_flex_{side}"] == pytest.approx([-90, 180])
        last = [float(row["x"]) for row in table("splines")][-1]
        assert math.radians(145) == pytest.approx(last, abs=1e-5)
    assert ranges["pelvis_tilt"] == pytest.approx([-180, 180])
    assert all(c.findtext("locked") == "false" for c in model.iter("Coordinate"))


def test_soles_are_flat(model):
    """With foot joints at zero the foot's bodies are parallel: all sole sites have one height."""
    joints = {row["name"]: row for row in table("joints")}
    sites = {row["name"]: row for row in table("sites")}
    for side in "rl":
        lift = float(joints[f"mtp_{side}"]["parent_t_y"])
        heights = [
            float(sites[f"{part}_{edge}_{side}"]["y"]) + (lift if part == "toe" else 0.0)
            for part in ("heel", "ball", "toe")
            for edge in ("medial", "lateral")
        ]
        assert max(heights) - min(heights) < 1e-15
        # the toe frame keeps its orientation, so that "parallel" holds
        for axis in "xyz":
            row = joints[f"mtp_{side}"]
            assert row[f"parent_r_{axis}"] == row[f"child_r_{axis}"]


def test_all_sites_and_groups_are_there(model):
    sites = set(named(model, "Marker"))
    for name in (
        "heel_medial",
        "heel_lateral",
        "ball_medial",
        "ball_lateral",
        "toe_medial",
        "toe_lateral",
        "scapula",
        "hip_crease",
        "palm",
        "buttock",
        "hip",
        "knee",
        "ankle",
        "shoulder",
        "elbow",
        "wrist",
        "shoulder_back",
        "knee_front",
        "instep",
        "thigh_front",
        "thigh_band",
        "heel_cord",
        "ankle_strap",
    ):
        assert {f"{name}_r", f"{name}_l"} <= sites
    assert {"hip_crease", "c7", "sternum", "head_vertex"} <= sites
    assert {"trapezius", "low_bar", "front_rack"} <= sites
    muscles = set(named(model, "Millard2012EquilibriumMuscle"))
    groups = named(model, "ObjectGroup")
    for name in (
        "glutes",
        "gluteus_maximus",
        "gluteus_medius",
        "gluteus_minimus",
        "hamstrings",
        "quadriceps",
        "hip_flexors",
        "adductors",
        "calves",
        "lower_back",
        "abdominals",
    ):
        for side in "rl":
            members = groups[f"{name}_{side}"].findtext("members").split()
            assert members and set(members) <= muscles
            assert all(member.endswith(side) for member in members)
    assert len(muscles) == 86


def mirrored(name: str) -> str:
    return name[:-2] + "_l" if name.endswith("_r") else name


def test_sides_mirror_each_other():
    def close(a: str, b: str, sign: float) -> bool:
        return float(a) == pytest.approx(sign * float(b), rel=SIDES, abs=1e-12)

    def pairs(name: str, key: str = "name"):
        rows = {row[key]: row for row in table(name)}
        for right, row in rows.items():
            if right.endswith("_r"):
                assert mirrored(right) in rows, right
                yield row, rows[mirrored(right)]

    for name, flipped in (
        ("bodies", {"mass_center_z", "ixz", "iyz"}),
        ("sites", {"z"}),
        ("muscles", set()),
        ("actuators", set()),
        ("coordinates", set()),
    ):
        for right, left in pairs(name):
            for column, value in right.items():
                if column in ("name", "coordinate", "joint", "body"):
                    assert left[column] == mirrored(value)
                elif "source" in column or column in (
                    "note",
                    "unit",
                    "clamped",
                    "locked",
                    "force_factor",
                ):
                    continue
                else:
                    assert close(left[column], value, -1 if column in flipped else 1), right
    for right, left in pairs("muscle_curves", "muscle"):
        for column in list(right)[1:-1]:
            assert close(left[column], right[column], 1), right["muscle"]
    points = table("path_points")
    left_points = [p for p in points if p["muscle"].endswith("_l")]
    right_points = [p for p in points if p["muscle"].endswith("_r")]
    assert len(left_points) == len(right_points)
    for right, left in zip(
        sorted(right_points, key=lambda p: p["name"].replace("_r", "")),
        sorted(left_points, key=lambda p: p["name"].replace("_l", "")),
        strict=True,
    ):
        assert left["body"] == mirrored(right["body"])
        assert all(close(left[k], right[k], -1 if k == "z" else 1) for k in "xyz"), right["name"]
    different = []
    for right, left in pairs("wrap_cylinders"):
        for column in ("tx", "ty", "tz", "rx", "ry", "radius", "length"):
            sign = -1 if column in ("tz", "rx", "ry") else 1
            assert close(left[column], right[column], sign), right["name"]
        if right["quadrant"] != left["quadrant"]:
            different.append(right["name"])
    # published so: the short head of biceps femoris (README.md, "What is as published")
    assert different == ["BF_at_gastroc_r"]


# figures that others published -------------------------------------------------------------------


def test_bodies_and_joints_equal_the_published(model, rajagopal):
    theirs, ours = named(rajagopal, "Body"), {row["name"]: row for row in table("bodies")}
    assert set(theirs) == set(ours)
    for name, body in theirs.items():
        assert float(ours[name]["mass"]) == float(body.findtext("mass"))
        assert [float(ours[name][f"mass_center_{k}"]) for k in "xyz"] == vector(body, "mass_center")
        assert [float(ours[name][k]) for k in ("ixx", "iyy", "izz", "ixy", "ixz", "iyz")] == vector(
            body, "inertia"
        )

    for tag in ("CustomJoint", "PinJoint", "UniversalJoint"):
        theirs, ours = named(rajagopal, tag), named(model, tag)
        assert set(ours) - set(theirs) <= {"neck"} and set(theirs) <= set(ours)
        for name, joint in theirs.items():
            mine = ours[name]
            assert [c.get("name") for c in joint.iter("Coordinate")] == [
                c.get("name") for c in mine.iter("Coordinate")
            ]
            for frame, other in zip(
                joint.iter("PhysicalOffsetFrame"), mine.iter("PhysicalOffsetFrame"), strict=True
            ):
                assert frame.findtext("socket_parent") == other.findtext("socket_parent")
                assert vector(frame, "translation") == vector(other, "translation")
                assert vector(frame, "orientation") == vector(other, "orientation")
            for axis, other in zip(
                joint.iter("TransformAxis"), mine.iter("TransformAxis"), strict=True
            ):
                assert axis.get("name") == other.get("name")
                assert (axis.findtext("coordinates") or "").strip() == (
                    other.findtext("coordinates") or ""
                ).strip()
                assert vector(axis, "axis") == vector(other, "axis")
                function = next(e for e in axis if e.get("name") == "function")
                mine_function = next(e for e in other if e.get("name") == "function")
                assert function.tag == mine_function.tag
                for leaf in function:
                    published_values = vector(function, leaf.tag)
                    values = vector(mine_function, leaf.tag)
                    assert values[: len(published_values)] == published_values
                    assert len(values) == len(published_values) or function.tag == "SimmSpline"


def test_ranges_said_to_be_published_are(rajagopal):
    theirs = named(rajagopal, "Coordinate")
    for row in table("coordinates"):
        if row["range_source"] != "rajagopal_lai_uhlrich":
            continue
        scale = math.radians if row["unit"] == "deg" else float
        low, high = vector(theirs[row["name"]], "range")
        # the published radians are rounded: 2.618 is 150 deg
        assert scale(float(row["min"])) == pytest.approx(low, abs=1e-4), row["name"]
        assert scale(float(row["max"])) == pytest.approx(high, abs=1e-4), row["name"]


def compare_muscles(
    mine: ET.Element, theirs: ET.Element, factor: float, changed: frozenset[str] = frozenset()
) -> None:
    """Equal to the last digit, but for a factor on the force and what `changed` names."""
    name = mine.get("name")
    assert float(mine.findtext("max_isometric_force")) == pytest.approx(
        factor * float(theirs.findtext("max_isometric_force")), rel=1e-15
    ), name
    for tag in ("optimal_fiber_length", "tendon_slack_length", "pennation_angle_at_optimal"):
        same = float(mine.findtext(tag)) == float(theirs.findtext(tag))
        assert same == (tag not in changed), (name, tag)
    for curve in ("ActiveForceLengthCurve", "ForceVelocityCurve", "FiberForceLengthCurve"):
        for leaf in theirs.find(curve):
            same = float(mine.find(curve).findtext(leaf.tag)) == float(leaf.text)
            assert same == (leaf.tag not in changed), (name, leaf.tag)
    points, published_points = list(mine.iter("PathPoint")), list(theirs.iter("PathPoint"))
    assert len(points) == len(published_points)
    for point, other in zip(points, published_points, strict=True):
        assert point.get("name") == other.get("name")
        assert point.findtext("socket_parent_frame") == other.findtext("socket_parent_frame")
        assert vector(point, "location") == vector(other, "location"), name
    if "PathWrap" in changed:
        assert theirs.find(".//PathWrap") is None
        return
    for wrap, other in zip(mine.iter("PathWrap"), theirs.iter("PathWrap"), strict=True):
        assert [wrap.findtext(tag) for tag in ("wrap_object", "method", "range")] == [
            other.findtext(tag) for tag in ("wrap_object", "method", "range")
        ], name


def test_leg_muscles_and_cylinders_equal_the_published(model, rajagopal):
    tag = "Millard2012EquilibriumMuscle"
    theirs, ours = named(rajagopal, tag), named(model, tag)
    assert len(theirs) == 80
    for name, muscle in theirs.items():
        compare_muscles(ours[name], muscle, 1.0)
    cylinders = named(model, "WrapCylinder")
    assert set(cylinders) == set(named(rajagopal, "WrapCylinder")) | {"lumbar_extensors"}
    for body in rajagopal.iter("Body"):
        for cylinder in body.iter("WrapCylinder"):
            row = next(r for r in table("wrap_cylinders") if r["name"] == cylinder.get("name"))
            mine = cylinders[cylinder.get("name")]
            assert row["body"] == body.get("name")
            assert mine.findtext("quadrant") == cylinder.findtext("quadrant")
            for key in ("xyz_body_rotation", "translation", "radius", "length"):
                assert vector(mine, key) == vector(cylinder, key)


def test_trunk_muscles_equal_the_published_but_for_what_is_said(model, gait):
    """data/README.md, "Trunk strength": factors, and lever, fibre and passive curve of the back."""
    tag = "Millard2012EquilibriumMuscle"
    theirs, ours = named(gait, tag), named(model, tag)
    factors = {key: entry["value"] for key, entry in toml(TABLES / "strength.toml").items()}
    lengths = next(iter(theirs["ercspn_r"].iter("FiberForceLengthCurve")))
    back = {"tendon_slack_length", "PathWrap"} | {
        leaf.tag
        for leaf in lengths
        if leaf.tag in ("strain_at_one_norm_force", "stiffness_at_one_norm_force")
    }
    for side in "rl":
        for muscle, factor, changed in (
            ("ercspn", "trunk_extensors", frozenset(back)),
            ("intobl", "trunk_obliques", frozenset()),
            ("extobl", "trunk_obliques", frozenset()),
        ):
            name = f"{muscle}_{side}"
            compare_muscles(ours[name], theirs[name], factors[factor], changed)


def test_back_wraps_about_the_axis_of_the_lumbar_joint(model):
    """Centred on it, so that the lever keeps its length; the origin stays outside."""
    cylinder = named(model, "WrapCylinder")["lumbar_extensors"]
    joint = next(named(model, "CustomJoint")["back"].iter("PhysicalOffsetFrame"))
    assert vector(cylinder, "translation") == vector(joint, "translation")
    assert vector(cylinder, "xyz_body_rotation") == vector(joint, "orientation") == [0, 0, 0]
    x, y, _ = vector(cylinder, "translation")
    points = {p["name"]: p for p in table("path_points")}
    for side in "rl":
        origin = points[f"ercspn_{side}-P1"]
        distance = math.hypot(float(origin["x"]) - x, float(origin["y"]) - y)
        assert distance > 1.05 * float(cylinder.findtext("radius"))


# anthropometry -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def de_leva() -> dict:
    return toml(DATA / "anthropometry" / "de_leva_1996.toml")


@pytest.mark.parametrize("sex", ["male", "female"])
def test_de_leva_masses_add_up(de_leva, sex):
    pairs = ("upper_arm", "forearm", "hand", "thigh", "shank", "foot")
    total = sum(
        de_leva[name][sex]["mass"] * (2 if name in pairs else 1)
        for name in ("head", "trunk", *pairs)
    )
    assert total == pytest.approx(1.0, abs=1.5e-4)  # published to four digits
    trunk = sum(de_leva[f"{part}_trunk"][sex]["mass"] for part in ("upper", "middle", "lower"))
    assert trunk == pytest.approx(de_leva["trunk"][sex]["mass"], abs=1.5e-4)


@pytest.mark.parametrize("sex", ["male", "female"])
def test_variants_of_a_segment_have_one_mass_centre(de_leva, sex):
    """The endpoints differ, the person does not: this ties lengths to centre fractions."""

    def from_first(name: str) -> float:
        return de_leva[name][sex]["length"] * de_leva[name][sex]["center"]

    def from_last(name: str) -> float:
        return de_leva[name][sex]["length"] - from_first(name)

    near = {"abs": 0.2}  # mm; fractions have four digits
    for a, b in (
        ("head", "head_2"),
        ("forearm", "forearm_2"),
        ("hand", "hand_2"),
        ("shank", "shank_2"),
        ("shank", "shank_3"),
    ):
        assert from_first(a) == pytest.approx(from_first(b), **near), a
    for a, b in (("trunk", "trunk_2"), ("trunk", "trunk_3"), ("upper_trunk", "upper_trunk_2")):
        assert from_last(a) == pytest.approx(from_last(b), **near), a
    thirds = sum(de_leva[f"{part}_trunk"][sex]["length"] for part in ("upper", "middle", "lower"))
    assert thirds == pytest.approx(de_leva["trunk"][sex]["length"], **near)


def test_segment_fractions_are_lengths_by_stature(de_leva):
    lengths = toml(DATA / "anthropometry" / "segment_lengths.toml")
    names = {
        "upper_arm": "upper_arm",
        "forearm": "forearm",
        "hand": "hand",
        "thigh": "thigh",
        "shank": "shank",
        "foot": "foot",
        "trunk": "trunk_3",
        "trunk_to_cervicale": "trunk_2",
        "head": "head_2",
    }
    for name, segment in names.items():
        for sex in ("male", "female"):
            expected = de_leva[segment][sex]["length"] / de_leva["statures"][sex]
            assert lengths[name][sex] == pytest.approx(expected, abs=1e-5), name


def test_segment_bodies_exist(model):
    lengths = toml(DATA / "anthropometry" / "segment_lengths.toml")
    bodies = set(named(model, "Body"))
    scaled = {
        b for entry in lengths.values() if isinstance(entry, dict) for b in entry.get("bodies", [])
    }
    assert scaled == bodies


def test_muscle_volumes_are_consistent(model):
    volume = toml(DATA / "anthropometry" / "muscle_volume.toml")
    muscles = volume["muscle"]
    assert len(muscles) == 35
    # the parts must make the whole: slopes 1, offsets 0, within the digits of the table
    assert sum(m["slope_of_total"] for m in muscles.values()) == pytest.approx(1, abs=2e-3)
    assert sum(m["offset"] for m in muscles.values()) == pytest.approx(0, abs=1.0)
    named_here = [name for m in muscles.values() for name in m["muscles"]]
    legs = {
        row["name"][:-2]
        for row in table("muscles")
        if not row["name"].startswith(("ercspn", "intobl", "extobl"))
    }
    assert sorted(named_here) == sorted(legs)
