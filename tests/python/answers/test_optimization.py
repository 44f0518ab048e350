"""The best way to do an exercise, against grids, roots and functions whose optimum is known."""

from __future__ import annotations

import json
import re

import coxa
import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.optimize import brentq

EXERCISE = "barbell_hip_thrust"
FAST = {"frames": 11}


def trial(athlete, **parameters):
    return coxa.simulate(EXERCISE, athlete, **FAST, **parameters)


# ---- against what is known


def test_a_paraboloid_has_its_top_where_it_was_put(athlete):
    """A function of the parameters alone: the optimum is known exactly."""

    def hill(result):
        p = result.parameters
        return -(((p["load"] - 77) / 40) ** 2) - ((p["bench_height"] - 0.42) / 0.1) ** 2

    best = coxa.optimize(
        EXERCISE,
        hill,
        athlete,
        over={"load": (40, 140), "bench_height": (0.3, 0.5)},
        trials=128,
        **FAST,
    )
    # twice the tolerance of the search, 0.1 % of each range
    assert best.parameters["load"] == pytest.approx(77, abs=0.2)
    assert best.parameters["bench_height"] == pytest.approx(0.42, abs=4e-4)
    assert best.converged and best.objective == "hill" and best.binding == []
    assert best.value == hill(best.result)


def test_the_limit_binds_where_a_root_finder_meets_it(athlete):
    """The greatest load within one limit is the root of that limit: another method, the same answer."""
    allowed = 300.0  # N m

    def moment(load):
        return float(trial(athlete, load=load)["peak_hip_extension_moment"]) - allowed

    root = brentq(moment, 20, 200, xtol=1e-6)
    best = coxa.optimize(
        EXERCISE,
        lambda result: result.parameters["load"],
        athlete,
        over={"load": (20, 200)},
        limits={"peak_hip_extension_moment": allowed},
        trials=64,
        **FAST,
    )
    # inside the limit, and by no more than the search's tolerance of the range
    assert root - 0.36 <= best.parameters["load"] <= root
    assert best.binding == ["peak_hip_extension_moment"]
    row = best.limits.loc["peak_hip_extension_moment"]
    assert row["slack"] == pytest.approx(allowed - row["value"]) and row["slack"] >= 0
    assert row["unit"] == "N m" and row["greatest"] == allowed


@pytest.fixture(scope="module")
def grid(athlete):
    """Objective and limit on a fine grid of foot distance and load."""
    feet, loads = np.linspace(0.65, 0.9, 26), np.linspace(40, 140, 21)
    found = np.full((len(feet), len(loads), 2), np.nan)
    for i, foot in enumerate(feet):
        for j, load in enumerate(loads):
            result = trial(athlete, foot_distance=foot, load=load)
            found[i, j] = [
                float(result[name])
                for name in ("gluteus_maximus_impulse", "peak_lumbar_compression")
            ]
    return found


OVER = {"foot_distance": (0.65, 0.9), "load": (40, 140)}


@pytest.fixture(scope="module")
def optimum(athlete):
    return coxa.optimize(
        EXERCISE,
        "gluteus_maximus_impulse",
        athlete,
        over=OVER,
        limits={"peak_lumbar_compression": 2500},
        trials=200,
        **FAST,
    )


def test_a_fine_grid_finds_nothing_better(optimum, grid):
    impulse, compression = grid[..., 0], grid[..., 1]
    within = np.where(compression <= 2500, impulse, -np.inf)
    i, j = np.unravel_index(np.argmax(within), within.shape)
    assert optimum.value >= within[i, j]
    # the optimum lies between grid points: it is better by no more than the steepest cell there
    near = impulse[max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2]
    assert optimum.value <= within[i, j] + (near.max() - near.min())
    feet, loads = np.linspace(0.65, 0.9, 26), np.linspace(40, 140, 21)
    assert optimum.parameters["foot_distance"] == pytest.approx(feet[i], abs=0.02)
    assert optimum.parameters["load"] == pytest.approx(loads[j], abs=5)


def test_the_optimum_is_what_simulate_gives(optimum, athlete):
    again = trial(athlete, **optimum.parameters)
    assert float(again["gluteus_maximus_impulse"]) == optimum.value
    assert float(again["peak_lumbar_compression"]) <= 2500
    assert optimum.unit == "N s" and optimum.result.parameters == again.parameters


def test_history_holds_every_trial(optimum):
    history = optimum.history
    assert len(history) <= 200
    assert (history["stage"] == "scan").sum() == 64  # a power of two, at most half of 200
    inside = history[history["feasible"]]
    assert inside["objective"].max() == optimum.value
    assert (inside["peak_lumbar_compression"] <= 2500).all()
    beyond = history[~history["feasible"]]
    assert len(beyond) and (beyond["violated"] == "peak_lumbar_compression").all()
    assert history["load"].between(40, 140).all()


def test_workers_do_not_change_it(athlete):
    kinds = [
        coxa.optimize(
            EXERCISE,
            "glutes_impulse",
            athlete,
            over={"load": (40, 140), "foot_distance": (0.65, 0.9)},
            limits={"peak_lumbar_compression": 2500},
            trials=48,
            workers=workers,
            seed=3,
            **FAST,
        )
        for workers in (1, 3)
    ]
    assert kinds[0].parameters == kinds[1].parameters
    assert kinds[0].history.equals(kinds[1].history)


def test_the_least_is_found_too(athlete):
    best = coxa.optimize(
        EXERCISE,
        "peak_hip_extension_moment",
        athlete,
        over={"load": (40, 140)},
        maximize=False,
        trials=32,
        **FAST,
    )
    # less load asks for less: the end of the range holds it
    assert best.parameters["load"] == pytest.approx(40, abs=0.1)
    assert best.binding == ["load"]


# ---- levels, words, what cannot be


def test_levels_and_words_are_all_tried(athlete):
    best = coxa.optimize(
        "back_squat",
        "peak_lumbar_extension_moment",
        athlete,
        over={"bar_position": ("high", "low"), "load": [20, 30], "repetitions": (1, 2)},
        **FAST,
    )
    direct = {
        (bar, load, n): float(
            coxa.simulate(
                "back_squat", athlete, bar_position=bar, load=load, repetitions=n, **FAST
            )["peak_lumbar_extension_moment"]
        )
        for bar in ("high", "low")
        for load in (20, 30)
        for n in (1, 2)
    }
    assert len(best.history) == 8 and best.converged
    assert tuple(best.parameters.values()) == max(direct, key=direct.get)
    assert best.value == max(direct.values())


def test_levels_beside_ranges(athlete):
    """Each level is scanned; the best combination is that of the better level alone."""
    arguments = {"trials": 64, "limits": {"peak_lumbar_compression": 2500}, **FAST}
    both, *single = (
        coxa.optimize(
            EXERCISE,
            "glutes_impulse",
            athlete,
            over={"load": (40, 140), "toe_out_deg": levels},
            **arguments,
        )
        for levels in ([0, 10], [0], [10])
    )
    assert set(both.history["toe_out_deg"]) == {0, 10}
    better = max(single, key=lambda one: one.value)
    assert both.parameters["toe_out_deg"] == better.parameters["toe_out_deg"]
    # each search is exact to 0.1 % of the range, over which the objective more than doubles
    assert both.value == pytest.approx(better.value, rel=5e-3)


def test_motions_that_cannot_be_are_passed_over(athlete):
    best = coxa.optimize(
        EXERCISE,
        "glutes_impulse",
        athlete,
        over={"foot_distance": (0.2, 1.2)},
        trials=32,
        load=60,
        **FAST,
    )
    impossible = best.history[best.history["objective"].isna()]
    assert len(impossible) > 0 and not impossible["feasible"].any()
    assert impossible["violated"].str.len().min() > 10
    assert best.value == best.history["objective"].max()
    assert "fixed" not in best.parameters and best.result.parameters["load"] == 60


def test_form_holds_it(athlete):
    best = coxa.optimize(
        EXERCISE,
        "hip_extension_impulse",
        athlete,
        over={"foot_distance": (0.65, 0.95), "bench_height": (0.32, 0.5)},
        limits={"form": True, "reserve_frames": 0},
        trials=96,
        load=60,
        **FAST,
    )
    form = coxa.check_form(best.result)
    assert form.passed and not form.failed
    cues = best.limits[best.limits["kind"] == "cue"]
    assert set(cues.index) <= {f"form {cue.name}" for cue in form}
    assert (cues["slack"] >= 0).all()
    # a cue and a parameter of the same name are two rows
    assert {"form bench_height", "bench_height"} <= set(best.limits.index)
    # some cue was in the way of some trial
    assert best.history["violated"].str.contains("form ").any()


def test_one_cue_by_name(athlete):
    best = coxa.optimize(
        EXERCISE,
        "hip_extension_impulse",
        athlete,
        over={"foot_distance": (0.65, 0.95)},
        limits={"form": ["shins_upright"]},
        trials=32,
        load=60,
        **FAST,
    )
    assert coxa.check_form(best.result)["shins_upright"].passed
    assert list(best.limits.index) == ["form shins_upright", "foot_distance"]


# ---- how it is told


def test_it_prints_and_writes(optimum, athlete):
    text = repr(optimum)
    assert text.startswith(
        "barbell_hip_thrust: greatest gluteus_maximus_impulse "
    ) and text.splitlines()[1].startswith("held by ")
    told = json.loads(optimum.to_json())
    assert told["parameters"] == optimum.parameters and told["value"] == optimum.value
    assert told["limits"]["peak_lumbar_compression"]["greatest"] == 2500
    assert told["subject"]["mass"] == 80 and told["trials"] == len(optimum.history)
    figure = optimum.plot()
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["foot distance", "load"]
    marker = figure.axes[1].lines[-1].get_xydata()[0]
    assert tuple(marker) == (optimum.parameters["load"], optimum.value)
    plt.close(figure)


def test_what_is_beyond_the_person_is_said(athlete):
    best = coxa.optimize(EXERCISE, "glutes_impulse", athlete, over={"load": [100, 300]}, **FAST)
    assert best.parameters["load"] == 300
    assert (
        "frames ask for more than muscles and supports can give; limits={'reserve_frames': 0}"
        in repr(best)
    )


# ---- what cannot be done


def test_nothing_within_the_limits_says_which(athlete):
    with pytest.raises(coxa.InfeasibleMotion) as error:
        coxa.optimize(
            EXERCISE,
            "glutes_impulse",
            athlete,
            over={"load": [80, 100]},
            limits={"peak_lumbar_compression": 100, "reserve_frames": 0},
            **FAST,
        )
    least = float(trial(athlete, load=80)["peak_lumbar_compression"])
    assert str(error.value) == (
        "none of 2 trials of barbell_hip_thrust is within all limits: peak_lumbar_compression is never at most"
        f" 100: the nearest is {least:.4g} with load=80. Relax it or widen what is searched over"
    )


def test_limits_that_exclude_each_other_say_so(athlete):
    low, high = (
        float(trial(athlete, load=load)["peak_hip_extension_moment"]) for load in (60, 100)
    )
    with pytest.raises(coxa.InfeasibleMotion) as error:
        coxa.optimize(
            EXERCISE,
            "glutes_impulse",
            athlete,
            over={"load": [60, 100]},
            limits={
                "peak_hip_extension_moment": (None, (low + high) / 2),
                "peak_knee_extension_moment": (
                    float(trial(athlete, load=100)["peak_knee_extension_moment"]) - 1e-6,
                    None,
                ),
            },
            **FAST,
        )
    assert "each is met by some trials, never all at once. Nearest, with load=" in str(error.value)


def test_nothing_possible_says_why(athlete):
    with pytest.raises(
        coxa.InfeasibleMotion,
        match=r"none of 2 trials of barbell_hip_thrust could be simulated; the first: .{20,}",
    ):
        coxa.optimize(
            EXERCISE, "glutes_impulse", athlete, over={"foot_distance": [0.2, 0.21]}, **FAST
        )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            {"over": {}},
            "over must map parameters to (low, high) or a list of levels, such as {'load': (40, 120)}, not {}",
        ),
        (
            {"over": {"lod": (1, 2)}},
            "no parameter of barbell_hip_thrust 'lod'; did you mean 'load'?",
        ),
        ({"over": {"load": 60}}, "over load must be (low, high) or a list of levels, not 60"),
        ({"over": {"load": (90, 60)}}, "over load: the range 90 to 60 holds nothing"),
        ({"over": {"load": []}}, "over load has no levels; give at least one"),
        ({"over": {"load": [60, 60]}}, "over load has the same level twice: [60.0, 60.0]"),
        (
            {"over": {"load": (40, 90)}, "load": 60},
            "load is fixed at 60.0 and searched over; leave one",
        ),
        (
            {"limits": 5},
            "limits must map summaries to a greatest value or (low, high), such as"
            " {'peak_lumbar_compression': 4000}, not 5",
        ),
        (
            {"limits": {"peak_lumbar_compression": (1, 2, 3)}},
            "limit peak_lumbar_compression must be a greatest value or (low, high), not (1, 2, 3)",
        ),
        (
            {"limits": {"peak_lumbar_compression": None}},
            "limit peak_lumbar_compression allows everything; give a value or leave it out",
        ),
        (
            {"limits": {"peak_lumbar_compression": (5, 2)}},
            "limit peak_lumbar_compression allows from 5 to 2: nothing",
        ),
        ({"limits": {"form": ["heel_down"]}}, "no cue 'heel_down'; did you mean 'heels_down'?"),
        ({"limits": {"form": 3}}, "limit form must be True or a list of cues, not 3"),
        (
            {"limits": {"peak_lumbar_compresion": 5}},
            "no summary of barbell_hip_thrust 'peak_lumbar_compresion'; did you mean"
            " 'peak_lumbar_compression'?",
        ),
        (
            {"objective": "peak_hip_moment"},
            "no summary of barbell_hip_thrust 'peak_hip_moment'; there are: peak_hip_extension_moment, least_hip",
        ),
        (
            {"objective": 3},
            "objective must be the name of a summary or a function of a Result, not 3",
        ),
        ({"objective": lambda result: "x"}, "the objective must return a number, not str"),
        ({"trials": 2}, "trials=2 is too few for 1 combinations of levels; give at least 8"),
        ({"tolerance": 0.5}, "tolerance must be from 1e-9 to 0.05, not 0.5"),
        ({"workers": 0}, "workers must be a whole number of at least 1, not 0"),
        ({"criterion": 9}, "criterion must be from 1 to 5 or 'min-max', not 9"),
    ],
)
def test_bad_input_is_named(athlete, arguments, text):
    given = {"objective": "glutes_impulse", "over": {"load": (40, 60)}, "trials": 16, **arguments}
    objective = given.pop("objective")
    with pytest.raises((coxa.InvalidArgument, coxa.UnknownName), match="^" + re.escape(text)):
        coxa.optimize(EXERCISE, objective, athlete, **given)
