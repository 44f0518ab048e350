"""coxa.check_form of someone on the feet: squats, hinges, split stances, made by hand."""

from __future__ import annotations

import math

import coxa
import numpy as np
import pytest
import xarray as xr

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
