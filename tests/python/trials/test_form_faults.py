"""coxa.check_form: each cue can fail, by a parameter or in a copied trial, and what a fault changes."""

from __future__ import annotations

import math

import coxa
import numpy as np
import pytest
import xarray as xr
from changed_trials import both, edited, middle, move, turn
from coxa.faults import before_after, consequences

EXERCISE = "barbell_hip_thrust"
FRAMES = 31


@pytest.fixture(scope="module")
def thrust(athlete):
    """A trial that is done well."""
    return coxa.simulate(EXERCISE, athlete, load=60, frames=FRAMES)


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
