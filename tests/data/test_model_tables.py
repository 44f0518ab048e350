"""The tables of data/fullbody and the model that they give. Needs no package but pytest."""

from __future__ import annotations

import math
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from model_tables import DATA, MODEL, SIDES, TABLES, named, table, toml, vector


@pytest.fixture(scope="module")
def model() -> ET.Element:
    return ET.parse(MODEL).getroot()


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
        "deep_rotators",
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
    assert len(muscles) == 92


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
