"""coxa.check_form: each cue can pass and can fail, its value is what the sites say, its limit what the table says."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import coxa
import numpy as np
import pytest
import xarray as xr
from coxa.commands import main
from coxa.faults import before_after, consequences
from coxa.trials.cues import CUES
from coxa.trials.form import BASES, COLUMNS, read_limits

TABLES = Path(__file__).parents[3] / "data" / "form"
EXERCISE = "barbell_hip_thrust"
FRAMES = 31


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LIMITS = {row["cue"]: row for row in rows("cues.csv")}


@pytest.fixture(scope="module")
def thrust(athlete):
    """A trial that is done well."""
    return coxa.simulate(EXERCISE, athlete, load=60, frames=FRAMES)


@pytest.fixture(scope="module")
def form(thrust):
    return coxa.check_form(thrust)


def edited(result, change) -> coxa.Result:
    """A copy of a trial whose dataset was changed."""
    dataset = result.dataset.copy(deep=True)
    return coxa.Result(change(dataset) or dataset)


def middle(dataset: xr.Dataset, *sites: str) -> np.ndarray:
    """Mean of some sites, [time, 3] m."""
    chosen = dataset["site_position"].sel(site=list(sites)).mean("site")
    return chosen.transpose("time", "axis").values


def both(dataset: xr.Dataset, site: str) -> np.ndarray:
    return middle(dataset, f"{site}_r", f"{site}_l")


def move(dataset: xr.Dataset, site: str, by: tuple[float, float, float], frames=None) -> None:
    where = {"site": list(dataset["site"].values).index(site)}
    if frames is not None:
        where["time"] = frames
    dataset["site_position"][where] += xr.DataArray(list(by), dims="axis")


def turn(dataset: xr.Dataset, coordinate: str, degrees: float, frames=slice(None)) -> None:
    column = list(dataset["coordinate"].values).index(coordinate)
    dataset["position"][{"coordinate": column, "time": frames}] += math.radians(degrees)


def nearest_limit(cue, values: np.ndarray) -> float:
    """What is farthest from the middle of a cue's two limits."""
    return values[np.abs(values - (cue.limit.low + cue.limit.high) / 2).argmax()]


# ---- the table of limits -------------------------------------------------------------------------------


def test_every_cue_has_one_row_and_every_row_a_cue():
    assert list(LIMITS) == list(CUES)
    assert tuple(rows("cues.csv")[0]) == COLUMNS


def test_every_limit_has_a_basis_and_a_source_that_is_listed():
    known = {row["source"]: row for row in rows("sources.csv")}
    used = set()
    for row in LIMITS.values():
        assert row["basis"] in BASES
        assert row["low"] or row["high"]
        assert row["sources"].split()
        used |= set(row["sources"].split())
    assert used == set(known)
    for row in known.values():
        assert row["read"] in ("abstract", "page", "transcription", "recalled")
        assert row["citation"]


def test_limits_are_those_of_the_table(form):
    for cue in form:
        row = LIMITS[cue.name]
        assert cue.limit.low == (float(row["low"]) if row["low"] else -math.inf)
        assert cue.limit.high == (float(row["high"]) if row["high"] else math.inf)
        assert (cue.limit.basis, cue.unit) == (row["basis"], row["unit"])


def test_another_table_gives_another_verdict(thrust, tmp_path):
    def write(**changed) -> Path:
        table = [
            {**row, **(changed if row["cue"] == "bench_height" else {})} for row in LIMITS.values()
        ]
        path = tmp_path / "limits.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(table)
        return path

    assert coxa.check_form(thrust)["bench_height"].passed
    stricter = coxa.check_form(thrust, limits=write(high="39", sources="my_coach"))["bench_height"]
    assert stricter.failed and stricter.limit.sources == ("my_coach",)
    for wrong in (
        {"high": "tall"},
        {"low": "nan"},
        {"low": "50", "high": "40"},
        {"basis": "hearsay"},
        {"cue": "bench_heigth"},
        {"cue": "heels_down"},
    ):
        with pytest.raises(coxa.Error, match="bench_height|bench_heigth|heels_down"):
            coxa.check_form(thrust, limits=write(**wrong))


def test_a_table_that_is_none(tmp_path):
    with pytest.raises(coxa.FileError):
        read_limits(tmp_path / "absent.csv")
    with pytest.raises(coxa.FileError):
        read_limits(tmp_path)
    short = tmp_path / "short.csv"
    short.write_text("cue,title\nneutral_spine,x\n")
    with pytest.raises(coxa.InvalidArgument, match="lacks"):
        read_limits(short)
    short.write_text(",".join(COLUMNS) + "\n")
    with pytest.raises(coxa.InvalidArgument, match="no cue"):
        read_limits(short)


# ---- a trial done well ---------------------------------------------------------------------------------


def test_a_good_thrust_passes(form):
    assert form.passed and not form.failed
    # only what needs someone on the feet is left out
    assert {cue.name for cue in form.not_applicable} == {
        "squat_depth",
        "balanced",
        "bar_over_midfoot",
    }
    for cue in form.not_applicable:
        assert "back" in cue.reason
        assert math.isnan(cue.value)


def test_values_are_those_of_the_sites(thrust, form):
    data = thrust.dataset
    top = data["path"].values >= data["path"].values.max() - 1e-6
    hips, shoulders, neck = both(data, "hip"), both(data, "shoulder"), middle(data, "c7")

    trunk = np.degrees(
        np.arcsin((hips - shoulders)[:, 1] / np.linalg.norm(hips - shoulders, axis=1))
    )
    assert form["back_level"].value == pytest.approx(
        trunk[top][np.abs(trunk[top]).argmax()], abs=1e-6
    )

    line = (both(data, "hip") - neck) / np.linalg.norm(hips - neck, axis=1)[:, None]
    bench = data["center_of_pressure"].sel(support="bench").transpose("time", "axis").values
    share = 100 * ((bench - neck) * line).sum(axis=1) / np.linalg.norm(hips - neck, axis=1)
    assert form["shoulder_blades"].value == pytest.approx(
        nearest_limit(form["shoulder_blades"], share)
    )
    assert form["bench_height"].value == pytest.approx(100 * thrust.parameters["bench_height"])

    heel = middle(data, "heel_medial_r", "heel_lateral_r")
    ball = middle(data, "ball_medial_r", "ball_lateral_r")
    lift = 100 * (heel - ball)[:, 1]
    assert form["heels_down"].value == pytest.approx(lift.max(), abs=1e-3)

    # feet straight ahead, so that inward is sideways
    outside = {}
    for side, sign in (("right", 1), ("left", -1)):
        s = side[0]
        knee = middle(data, f"knee_{s}")
        heel = middle(data, f"heel_medial_{s}", f"heel_lateral_{s}")
        outside[side] = np.degrees(np.arctan(sign * (heel - knee)[:, 2] / (knee - heel)[:, 1]))
    worst = max(angle.max() for angle in outside.values())
    assert form["knees_over_toes"].value == pytest.approx(
        worst, abs=0.2
    )  # the sole's axis: 0.1 deg

    buttocks = min(middle(data, f"buttock_{s}")[:, 1].min() for s in "rl")
    plates = data["load_position"].isel(load=0).sel(axis="y").values.min() - 0.225
    assert form["no_floor_touch"].value == pytest.approx(100 * min(buttocks, plates), abs=1e-3)

    step = float(data["time"][1] - data["time"][0])
    assert form["hold_at_top"].value == pytest.approx(thrust.parameters["hold"], abs=step)
    assert form["controlled_descent"].value == pytest.approx(
        thrust.parameters["eccentric"], abs=step
    )

    names = list(data["coordinate"].values)
    hip = np.degrees(data["position"].values[:, names.index("hip_flexion_r")])
    knee = np.degrees(data["position"].values[:, names.index("knee_angle_r")])
    assert form["full_lockout"].value == pytest.approx(hip[top].max())
    assert form["feet_distance"].value == pytest.approx(knee[top][0])


def test_drop_is_the_fall_of_the_mass_centre(thrust, form):
    # twice differenced heights are coarser than the momentum's rate
    data = thrust.dataset
    height = data["center_of_mass"].sel(axis="y").values
    fall = -np.gradient(np.gradient(height, data["time"].values), data["time"].values) / 9.80665
    down = data["phase"].values == 2
    assert form["no_drop"].value == pytest.approx(100 * fall[down].max(), rel=0.3)
    weight = data["support_force"].sel(axis="y").sum("support").values
    mass = 80 + 60
    assert form["no_drop"].value == pytest.approx(
        100 * (1 - weight[down].min() / (mass * 9.80665)), abs=2
    )


def test_pressure_place_weighs_heel_and_ball(thrust, form):
    # along a sole that points ahead: heel 0, line of the ball 100
    data = thrust.dataset
    places = []
    for support, s in (("right_foot", "r"), ("left_foot", "l")):
        point = data["center_of_pressure"].sel(support=support).transpose("time", "axis").values
        heel = middle(data, f"heel_medial_{s}", f"heel_lateral_{s}")
        a, b = middle(data, f"ball_medial_{s}"), middle(data, f"ball_lateral_{s}")
        line = a[:, 0] + (point - a)[:, 2] / (b - a)[:, 2] * (b - a)[:, 0]
        places.append(100 * (point - heel)[:, 0] / (line - heel[:, 0]))
    found = form["whole_foot"]
    assert found.value == pytest.approx(nearest_limit(found, np.concatenate(places)), abs=1)


# ---- faults by the parameters --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cue", "fault", "value", "phase"),
    [
        ("neutral_spine", {"lumbar_extension_deg": 20}, 20, "hold"),
        ("neck_in_line", {"neck_flexion_deg": -30}, 30, "up"),
        ("neck_in_line", {"neck_flexion_deg": 45}, -45, "up"),
        ("heels_down", {"heel_height": 0.03}, 3, None),
        ("bench_height", {"bench_height": 0.30}, 30, None),
        ("bench_height", {"bench_height": 0.50}, 50, None),
        ("hold_at_top", {"hold": 0.5}, 0.5, "hold"),
        ("controlled_descent", {"eccentric": 0.5}, 0.5, "down"),
        ("no_drop", {"eccentric": 0.4, "load": 20}, None, "down"),
        ("knees_over_toes", {"stance_width": 0.65}, None, None),
        ("whole_foot", {"heel_height": 0.03}, None, None),
    ],
)
def test_a_fault_fails_its_cue(athlete, cue, fault, value, phase):
    trial = coxa.simulate(EXERCISE, athlete, frames=61, **{"load": 60, **fault})
    found = coxa.check_form(trial)[cue]
    assert found.failed and found.spans and found.failing == (1,)
    assert not found.limit.low <= found.value <= found.limit.high
    if value is not None:
        step = float(trial["time"][1] - trial["time"][0]) if found.unit == "s" else 0
        assert found.value == pytest.approx(value, abs=max(step, 0.01))
    if phase is not None:
        assert found.phase == phase
    start, end = found.spans[0]
    assert 0 <= start <= end <= float(trial["time"][-1])
    assert 0 <= found.percent <= 100


def test_feet_near_and_far_fail_opposite_ways(athlete, thrust):
    place = thrust.parameters["foot_distance"]

    def shins(distance):
        trial = coxa.simulate(EXERCISE, athlete, load=60, frames=FRAMES, foot_distance=distance)
        return coxa.check_form(trial)

    near, far = shins(place - 0.15), shins(place + 0.12)
    assert near["shins_upright"].failed and near["shins_upright"].value < 0
    assert far["shins_upright"].failed and far["shins_upright"].value > 0
    assert near["feet_distance"].value > far["feet_distance"].value
    assert far["feet_distance"].failed


def test_farther_feet_ask_more_of_the_hamstrings_and_less_of_the_quadriceps(athlete, thrust):
    # Lehecka et al. (2017): straighter knees, busier hamstrings
    place = thrust.parameters["foot_distance"]
    ways = {
        str(shift): coxa.simulate(
            EXERCISE, athlete, load=60, frames=FRAMES, foot_distance=place + shift
        )
        for shift in (-0.12, 0.0, 0.10)
    }
    table = consequences(ways)
    hamstrings = [float(x) for x in table.loc["hamstrings, mean force, kN"]]
    quadriceps = [float(x) for x in table.loc["quadriceps, mean force, kN"]]
    assert hamstrings == sorted(hamstrings) and quadriceps == sorted(quadriceps, reverse=True)


def test_a_lower_back_that_arches_leaves_the_hips_short(athlete):
    trial = coxa.simulate(EXERCISE, athlete, load=60, frames=FRAMES, lumbar_extension_deg=20)
    found = coxa.check_form(trial)
    assert found["back_level"].passed and found["full_lockout"].failed


# ---- faults in a copied trial --------------------------------------------------------------------------


def test_head_that_turns_or_tilts(thrust):
    for coordinate, word in (("neck_bending", "tilted"), ("neck_rotation", "turned")):
        trial = edited(thrust, lambda data, c=coordinate: turn(data, c, -15))
        found = coxa.check_form(trial)["head_straight"]
        assert found.failed and found.value == pytest.approx(15) and found.of == word


def test_pelvis_that_drops(thrust):
    width = np.linalg.norm(
        middle(thrust.dataset, "hip_r") - middle(thrust.dataset, "hip_l"), axis=1
    )
    rise = math.tan(math.radians(8)) * float(width[0])
    trial = edited(thrust, lambda data: move(data, "hip_r", (0, rise, 0)))
    found = coxa.check_form(trial)["pelvis_level"]
    assert found.failed and found.value == pytest.approx(8, abs=1e-6)


@pytest.mark.parametrize("share", [0.03, 0.6])
def test_neck_or_loin_on_the_bench(thrust, share):
    def slide(data):
        neck, hips = middle(data, "c7"), both(data, "hip")
        bench = list(data["support"].values).index("bench")
        data["center_of_pressure"][{"support": bench}] = xr.DataArray(
            neck + share * (hips - neck), dims=("time", "axis")
        )

    found = coxa.check_form(edited(thrust, slide))["shoulder_blades"]
    assert found.failed and found.value == pytest.approx(100 * share)


def test_hips_that_stop_short_in_one_repetition(athlete):
    trial = coxa.simulate(EXERCISE, athlete, load=60, frames=61, repetitions=3, hold=0.6)
    repetition = trial["repetition"].values

    def shorten(data):
        frames = np.flatnonzero(repetition == 2)
        turn(data, "hip_flexion_l", 20, frames)
        turn(data, "hip_flexion_r", 20, frames)

    before, after = coxa.check_form(trial), coxa.check_form(edited(trial, shorten))
    assert before["full_lockout"].passed
    found = after["full_lockout"]
    assert (
        found.failed and found.repetition == 2 and found.failing == (2,) and found.repetitions == 3
    )
    assert found.value == pytest.approx(before["full_lockout"].value + 20, abs=0.1)
    times = trial["time"].values[repetition == 2]
    assert all(times[0] <= a <= b <= times[-1] for a, b in found.spans)
    assert "repetition 2" in found.where
    # every hold was too short, each on its own
    assert before["hold_at_top"].failing == (1, 2, 3) and len(before["hold_at_top"].spans) == 3


def test_back_that_stays_low(thrust):
    def raise_shoulders(data):
        for site in ("shoulder_r", "shoulder_l"):
            move(data, site, (0, 0.15, 0))

    found = coxa.check_form(edited(thrust, raise_shoulders))["back_level"]
    assert found.failed and found.value < -10


def test_floor_that_is_touched(thrust):
    def lower(data):
        move(data, "buttock_l", (0, -0.05, 0))

    found = coxa.check_form(edited(thrust, lower))["no_floor_touch"]
    bottom = 100 * (middle(thrust.dataset, "buttock_l")[:, 1].min() - 0.05)
    assert (
        found.failed and found.of == "buttocks" and found.value == pytest.approx(bottom, abs=1e-3)
    )
    assert found.phase in ("up", "down")

    def lower_plates(data):
        data["load_position"].loc[{"axis": "y"}] -= 0.1

    assert coxa.check_form(edited(thrust, lower_plates))["no_floor_touch"].of == "barbell"


# ---- what a trial lacks --------------------------------------------------------------------------------


def test_unsolved_frames_are_left_out_and_counted(thrust, form):
    lost = [3, 4, 17]

    def lose(data):
        for variable in data.data_vars.values():
            if "time" in variable.dims and variable.dtype.kind == "f" and variable.name != "path":
                variable[{"time": lost}] = np.nan

    found = coxa.check_form(edited(thrust, lose))
    assert [cue.verdict for cue in found] == [cue.verdict for cue in form]
    assert found["neutral_spine"].gaps == 3 and form["neutral_spine"].gaps == 0
    assert not math.isnan(found["whole_foot"].value)


def test_nothing_solved_is_nothing_judged(thrust):
    def lose(data):
        for variable in data.data_vars.values():
            if "time" in variable.dims and variable.dtype.kind == "f":
                variable[:] = np.nan

    found = coxa.check_form(edited(thrust, lose))
    values = {cue.name for cue in found if cue.verdict != "not applicable"}
    # durations are known from the phases alone
    assert values <= {"controlled_descent"}
    assert all(cue.reason for cue in found.not_applicable)


def test_any_variable_may_be_absent(thrust):
    for name in list(thrust.dataset.variables):
        dims = thrust.dataset[name].dims
        if name in thrust.dataset.dims and name != "time":
            continue
        if name == "time" or not dims or "time" not in dims:
            continue
        found = coxa.check_form(edited(thrust, lambda data, n=name: data.drop_vars(n)))
        assert len(found) == len(CUES)
        for cue in found.not_applicable:
            assert cue.reason


def test_any_attribute_may_be_absent(thrust):
    def forget(data):
        data.attrs = {"format": "coxa-1"}

    found = coxa.check_form(edited(thrust, forget))
    assert found["neutral_spine"].passed and found["bench_height"].passed


def test_names_do_not_matter_and_neither_does_the_place(thrust, form):
    def rename(data):
        data = data.assign_coords(support=["plate 1", "plate 2", "thing"], load=["x"])
        data.attrs["exercise"] = "something_else"
        scene = json.loads(data.attrs["scene"])
        scene["loads"][0]["name"] = "x"
        data.attrs["scene"] = json.dumps(scene)
        for name in ("site_position", "center_of_pressure", "load_position", "center_of_mass"):
            data[name].loc[{"axis": "x"}] += 2.0
            data[name].loc[{"axis": "z"}] -= 1.0
        return data

    found = coxa.check_form(edited(thrust, rename))
    for cue, other in zip(form, found, strict=True):
        assert cue.verdict == other.verdict
        assert cue.value == pytest.approx(other.value, nan_ok=True)


def test_one_leg_alone_is_judged_alone(thrust):
    # the left foot carries nothing and its hip neither moves nor pushes
    def lift(data):
        left = list(data["support"].values).index("left_foot")
        data["support_force"][{"support": left}] = 0
        data["center_of_pressure"][{"support": left}] = np.nan
        data["hip_extension_moment"][{"side": list(data["side"].values).index("left")}] = 0
        for site in ("heel_medial_l", "heel_lateral_l"):
            move(data, site, (0, 0.3, 0))
        turn(data, "knee_angle_l", -60)
        turn(data, "hip_flexion_l", 40)

    found = coxa.check_form(edited(thrust, lift))
    assert found.passed
    for name in ("heels_down", "whole_foot", "knees_over_toes", "full_lockout", "feet_distance"):
        assert found[name].of == "right"


# ---- someone on the feet -------------------------------------------------------------------------------


def stick_squat(
    thigh: float = 0.0,
    bar: float = 0.0,
    *,
    lean: float = 0.0,
    weight_of_bar: float = 80.0,
    shin: float = 25.0,
    hanging: bool = False,
    stride: float = 0.0,
    toes: float = 0.0,
    plates: bool = True,
) -> coxa.Result:
    """A measured trial without a model: stick figure whose thigh ends `thigh` deg above the horizontal.

    Bar `bar` m ahead of the middle of the feet, all together `lean` m ahead of that of heels and balls, person of 75 kg, `stride` m between the feet, toes out by `toes` deg about the
    heels, force plates if `plates`.
    """
    n = 21
    bend = np.concatenate([np.linspace(0, 1, 11), np.linspace(1, 0, 11)[1:]])
    axis = ("x", "y", "z")
    sites: dict[str, np.ndarray] = {}

    def put(name, x, y, z):
        sites[name] = np.column_stack(np.broadcast_arrays(x, y, z, np.zeros(n)))[:, :3]

    thigh_at = np.radians(90 + bend * (thigh - 90))
    shin_at = np.radians(bend * shin)
    for s, z in (("r", 0.1), ("l", -0.1)):
        back = stride if s == "l" else 0.0
        out = np.sign(z)
        put(f"heel_medial_{s}", -back, 0, z - 0.03 * out)
        put(f"heel_lateral_{s}", -back, 0, z + 0.03 * out)
        put(f"ball_medial_{s}", 0.2 - back, 0, z - 0.04 * out)
        put(f"ball_lateral_{s}", 0.16 - back, 0, z + 0.04 * out)
        put(f"toe_medial_{s}", 0.26 - back, 0, z - 0.03 * out)
        put(f"toe_lateral_{s}", 0.22 - back, 0, z + 0.03 * out)
        for name in ("ball_medial", "ball_lateral", "toe_medial", "toe_lateral"):
            x, side = sites[f"{name}_{s}"][0, 0] + back, sites[f"{name}_{s}"][0, 2] - z
            c, d = np.cos(np.radians(toes)), np.sin(np.radians(toes)) * out
            put(f"{name}_{s}", c * x - d * side - back, 0, z + d * x + c * side)
        put(f"ankle_{s}", 0.05 - back, 0.08, z)
        knee_x, knee_y = 0.05 + 0.43 * np.sin(shin_at), 0.08 + 0.43 * np.cos(shin_at)
        put(f"knee_{s}", knee_x - back, knee_y, z)
        hip_x, hip_y = knee_x - 0.42 * np.cos(thigh_at), knee_y + 0.42 * np.sin(thigh_at)
        put(f"hip_{s}", hip_x, hip_y, z)
        put(f"shoulder_{s}", hip_x + 0.2 * bend, hip_y + 0.45, 0.2 * out)
        put(f"scapula_{s}", hip_x + 0.1 * bend - 0.1, hip_y + 0.35, 0.1 * out)
        put(f"buttock_{s}", hip_x - 0.12, hip_y - 0.05, 0.07 * out)
    put("c7", hip_x + 0.2 * bend - 0.05, hip_y + 0.5, 0)
    middle_x = 0.13  # of the foot, heel to toes; of heel and ball 0.09
    load_y = np.full(n, 0.25) if hanging else hip_y + 0.5
    weight = np.zeros((n, 2, 3))
    weight[:, :, 1] = (75 + weight_of_bar) / 2 * 9.80665
    pressure = np.zeros((n, 2, 3))
    pressure[:, 0] = [0.1, 0, 0.1]
    pressure[:, 1] = [0.1 - stride, 0, -0.1]
    flexion = np.column_stack([np.pi / 2 - thigh_at + np.radians(40) * bend] * 2)
    knees = np.column_stack([np.pi / 2 - thigh_at + shin_at] * 2)
    data = {
        "site_position": (("time", "site", "axis"), np.stack(list(sites.values()), axis=1)),
        "position": (("time", "coordinate"), np.hstack([flexion, knees])),
        "load_position": (
            ("time", "load", "axis"),
            np.column_stack([np.full(n, middle_x + bar), load_y, np.zeros(n)])[:, None],
        ),
        "center_of_mass": (("time", "axis"), np.tile([0.09 + lean, 1.0, 0.0], (n, 1))),
        "load_force": (
            ("time", "load", "axis"),
            np.tile([0.0, -9.80665 * weight_of_bar, 0.0], (n, 1, 1)),
        ),
        "phase": (("time",), np.where(np.arange(n) <= 10, 2, 0)),
    }
    if plates:
        data["support_force"] = (("time", "support", "axis"), weight)
        data["center_of_pressure"] = (("time", "support", "axis"), pressure)
    dataset = xr.Dataset(
        data,
        {
            "time": np.linspace(0, 3, n),
            "site": list(sites),
            "axis": list(axis),
            "coordinate": ["hip_flexion_r", "hip_flexion_l", "knee_angle_r", "knee_angle_l"],
            "load": ["weight"],
            "side": ["right", "left"],
            "support": ["plate_1", "plate_2"],
        },
    )
    return coxa.Result(dataset)


def test_a_measured_squat_is_judged_by_depth_and_bar():
    found = coxa.check_form(stick_squat(thigh=2, bar=0.01))
    assert found["squat_depth"].passed and found["squat_depth"].value == pytest.approx(2)
    assert found["squat_depth"].phase == "down"  # the last frame of the way down
    # a foot of 0.26 m
    assert found["bar_over_midfoot"].passed
    assert found["bar_over_midfoot"].value == pytest.approx(100 * 0.01 / 0.26)
    assert found["full_lockout"].passed and found["heels_down"].passed
    assert found["whole_foot"].value == pytest.approx(100 * 0.1 / 0.18)
    for name in (
        "shoulder_blades",
        "bench_height",
        "back_level",
        "feet_distance",
        "no_floor_touch",
    ):
        assert found[name].verdict == "not applicable"
    assert "no coordinate lumbar_extension" in found["neutral_spine"].reason


def test_balance_is_that_of_body_and_bar():
    found = coxa.check_form(stick_squat(lean=0.03, bar=0.10, weight_of_bar=40))
    assert found["balanced"].passed
    assert found["balanced"].value == pytest.approx(100 * 0.03 / 0.26)
    assert "lighter than the body" in found["bar_over_midfoot"].reason
    assert coxa.check_form(stick_squat(lean=-0.07))["balanced"].failed
    # a pull keeps its bar over the foot whatever it weighs
    pull = coxa.check_form(stick_squat(bar=0.10, weight_of_bar=40, hanging=True))
    assert pull["bar_over_midfoot"].failed


def test_feet_turned_out_leave_the_bar_where_it_is():
    found = coxa.check_form(stick_squat(thigh=2, bar=0.01, toes=25))["bar_over_midfoot"]
    shift = 0.13 * (1 - math.cos(math.radians(25)))  # the toes come nearer to the heels
    assert found.value == pytest.approx(100 * (0.01 + shift) / 0.26, abs=0.01)


def test_knees_inside_toes_that_point_out_fail():
    found = coxa.check_form(stick_squat(thigh=2, toes=45))["knees_over_toes"]
    # knees stay straight ahead of the heels
    assert found.failed and found.of == "right"
    assert coxa.check_form(stick_squat(thigh=2))["knees_over_toes"].value == pytest.approx(
        0, abs=1e-6
    )


def test_a_shallow_squat_and_a_bar_too_far_ahead_fail():
    found = coxa.check_form(stick_squat(thigh=20, bar=0.10))
    assert found["squat_depth"].failed and found["squat_depth"].value == pytest.approx(20)
    assert found["bar_over_midfoot"].failed
    assert found["bar_over_midfoot"].value == pytest.approx(100 * 0.10 / 0.26)


def test_pulls_hinges_and_split_stances_are_told_apart():
    pull = coxa.check_form(stick_squat(thigh=20, hanging=True))["squat_depth"]
    assert "hangs" in pull.reason
    split = coxa.check_form(stick_squat(stride=0.6))
    for name in ("squat_depth", "balanced", "bar_over_midfoot"):
        assert "side by side" in split[name].reason
    assert split["heels_down"].of == "right"  # the rear foot stands on its ball
    assert "stays behind" in split["full_lockout"].reason


def test_without_force_plates_feet_stand_where_they_are_lowest():
    found = coxa.check_form(stick_squat(thigh=2, plates=False))
    assert found["heels_down"].passed and found["squat_depth"].passed
    assert "no centre of pressure" in found["whole_foot"].reason
    assert "nothing supports the back" in found["bench_height"].reason


# ---- every exercise ---


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("name", coxa.exercises())
def test_every_exercise_is_judged(name, athlete):
    """Also a stranger's: what applies follows from supports, legs and loads."""
    try:
        trial = coxa.simulate(name, athlete, frames=21)
    except coxa.InfeasibleMotion as error:
        pytest.skip(str(error))
    found = coxa.check_form(trial)
    for cue in found:
        if cue.verdict == "not applicable":
            assert cue.reason
        else:
            assert math.isfinite(cue.value) and cue.repetition == 1 and 0 <= cue.percent <= 100
            slack = cue.resolution + 1e-6
            inside = cue.limit.low - slack <= cue.value <= cue.limit.high + slack
            assert cue.failed != inside
    supports = " ".join(str(support) for support in trial["support"].values)
    if "bench" in supports and "thrust" in name:
        assert found["shoulder_blades"].passed and found["back_level"].passed
        assert found["bench_height"].value == pytest.approx(100 * trial.parameters["bench_height"])
    if "squat" in name or "deadlift" in name:
        assert found["shoulder_blades"].verdict == "not applicable"
    # the side that works is the one that was asked for
    side = trial.parameters.get("side")
    if side is not None and found["full_lockout"].value_text:
        assert found["full_lockout"].of == side


# ---- the answer ----------------------------------------------------------------------------------------


def test_a_file_gives_what_its_result_gives(thrust, form, tmp_path):
    path = thrust.save(tmp_path / "thrust.h5")
    for given in (path, str(path), coxa.load(path)):
        found = coxa.check_form(given)
        for cue, other in zip(form, found, strict=True):
            assert cue.verdict == other.verdict
            assert cue.value == pytest.approx(other.value, nan_ok=True)


def test_what_is_no_trial(athlete, tmp_path):
    with pytest.raises(coxa.InvalidArgument, match="Result"):
        coxa.check_form(3)
    with pytest.raises(coxa.FileError):
        coxa.check_form(tmp_path / "absent.h5")
    study = coxa.Study(EXERCISE, athlete).vary(load=[40, 60])
    study.run(tmp_path / "study.h5")
    with pytest.raises(coxa.InvalidArgument, match="study"):
        coxa.check_form(tmp_path / "study.h5")


def test_table_prints_and_is_a_sequence(thrust, form):
    assert len(form) == len(list(form)) == len(CUES)
    assert form[0] is form["neutral_spine"]
    with pytest.raises(coxa.UnknownName, match="neutral_spine"):
        form["neutral_spin"]
    text = repr(form)
    for cue in form:
        assert cue.title in text
    assert "no published study of injury" in text
    assert "Research software" in text
    html = form._repr_html_()
    assert html.count("<tr") == len(form) + 1 and "<script" not in html
    frame = form.to_dataframe()
    assert list(frame.index) == list(CUES)
    assert frame.loc["bench_height", "value"] == pytest.approx(40)
    assert frame.loc["squat_depth", "reason"]


def test_a_table_of_notebooks_escapes(thrust):
    def rename(data):
        data.attrs["exercise"] = "<script>"

    assert "<script" not in coxa.check_form(edited(thrust, rename))._repr_html_()


# ---- command line --------------------------------------------------------------------------------------


def test_command_line(athlete, thrust, tmp_path, capsys):
    good = thrust.save(tmp_path / "good.h5")
    bad = coxa.simulate(EXERCISE, athlete, load=60, frames=21, hold=0.5).save(tmp_path / "bad.h5")
    assert main(["check-form", str(good)]) == 0
    assert "all 17 cues" in capsys.readouterr().out
    assert main(["check-form", str(bad)]) == 1
    assert "FAIL" in capsys.readouterr().out
    assert main(["check-form", str(bad), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["failed"] == ["hold_at_top"] and not answer["passed"]
    by_name = {cue["name"]: cue for cue in answer["cues"]}
    assert by_name["neutral_spine"]["high"] == float(LIMITS["neutral_spine"]["high"])
    for wrong in (
        [str(tmp_path / "absent.h5")],
        [],
        [str(good), "--limits", str(tmp_path / "absent.csv")],
    ):
        assert main(["check-form", *wrong]) == 2
        told = capsys.readouterr()
        assert told.out == "" and told.err.startswith("coxa: ") and told.err.count("\n") == 1


# ---- before and after ----------------------------------------------------------------------------------


def test_consequences_are_those_of_the_results(athlete, thrust):
    arched = coxa.simulate(EXERCISE, athlete, load=60, frames=FRAMES, lumbar_extension_deg=20)
    table = consequences({"good": thrust, "arched": arched})
    for name, result in (("good", thrust), ("arched", arched)):
        summary = result.summary()["value"]
        for joint in ("hip_extension_moment", "knee_extension_moment", "lumbar_extension_moment"):
            row = f"{joint.replace('_', ' ')}, greatest, N m"
            assert table.loc[row, name] == pytest.approx(summary[f"peak_{joint}"])
        assert table.loc["lumbar compression, greatest, kN", name] == pytest.approx(
            summary["peak_lumbar_compression"] / 1000
        )
        seconds = float(result["time"][-1])
        assert table.loc["glutes, mean force, kN", name] * seconds * 1000 == pytest.approx(
            summary["glutes_impulse"], rel=1e-6
        )
    assert table.loc["cues that fail", "good"] == "-"
    assert "neutral_spine" in table.loc["cues that fail", "arched"]


def test_before_after_draws_every_way(thrust, tmp_path):
    import matplotlib.pyplot as plt

    figure = before_after({"one": thrust, "two": thrust}, "Twice the same")
    # two postures, groups, four series and the colour bar
    assert len(figure.axes) == 8
    figure.savefig(tmp_path / "x.png")
    assert (tmp_path / "x.png").stat().st_size > 10_000
    plt.close(figure)
    for wrong in (
        {"one": thrust},
        {str(i): thrust for i in range(5)},
        {"a": thrust, "b": 3},
        [thrust],
    ):
        with pytest.raises(coxa.InvalidArgument):
            before_after(wrong)
    with pytest.raises(coxa.InvalidArgument):
        consequences({"one": thrust})
