"""Exercises side by side, recomputed from the arrays of single trials."""

from __future__ import annotations

import coxa
import matplotlib.pyplot as plt
import numpy as np
import pytest
from coxa.base import curves

EXERCISE = "barbell_hip_thrust"
FRAMES = 201
# (exercise and how, as labels): feet near and far, the bar lifted slowly
PLAN = {
    "near": (EXERCISE, {"foot_distance": 0.72}),
    "far": EXERCISE,
    "slow": (EXERCISE, {"concentric": 2.0, "hold": 0.5}),
}


@pytest.fixture(scope="module")
def found(athlete):
    return coxa.compare(PLAN, athlete, load=60, frames=FRAMES)


@pytest.fixture(scope="module")
def equal_effort(athlete):
    return coxa.compare(
        {"near": PLAN["near"], "slow": PLAN["slow"]}, athlete, fraction=0.6, frames=41
    )


# ---- curves: laws


def test_integrals_are_exact_for_lines_and_short_by_their_bound_for_parabolas():
    time = np.linspace(0, 2, 21)
    assert curves.integral(time, 3 * time + 1) == pytest.approx(8, abs=1e-14)
    # h^2/12 times duration times second derivative, here met exactly
    bound = 0.1**2 / 12 * 2 * 2
    assert curves.integral(time, time**2) - 8 / 3 == pytest.approx(bound, rel=1e-12)
    # a force that follows a spring: work is the change of k x^2 / 2 for any course of x, lines being exact
    x = np.cumsum(np.random.default_rng(1).normal(size=30))
    assert curves.work(5 * x, x).sum() == pytest.approx(2.5 * (x[-1] ** 2 - x[0] ** 2), rel=1e-12)


def test_windows_cut_and_sample_lines_exactly():
    time = np.linspace(0, 1, 8)
    line = np.column_stack([time, 2 - 3 * time])
    window = curves.Window(0.123, 0.87)
    times, cut = window.cut(time, line)
    assert times[0] == 0.123 and times[-1] == 0.87 and (np.diff(times) > 0).all()
    assert cut == pytest.approx(np.column_stack([times, 2 - 3 * times]), abs=1e-15)
    at = window.sample(time, line, np.array([0.0, 50.0, 100.0]))
    assert at[:, 0] == pytest.approx([0.123, (0.123 + 0.87) / 2, 0.87], abs=1e-15)
    thirds = window.thirds()
    assert [third.duration for third in thirds] == pytest.approx([window.duration / 3] * 3)
    assert thirds[0].start == window.start and thirds[2].end == window.end


def test_a_frame_that_is_hit_does_not_depend_on_an_unsolved_neighbour():
    time, values = np.array([0.0, 1.0, 2.0]), np.array([1.0, np.nan, 3.0])
    assert curves.interpolate(time, values, np.array([0.0, 2.0])).tolist() == [1, 3]
    assert np.isnan(curves.interpolate(time, values, np.array([0.5, 1.5]))).all()


@pytest.mark.parametrize("frames", [40, 101, 400])
@pytest.mark.parametrize("concentric", [0.37, 0.8, 3.0])
def test_the_lift_lasts_as_long_as_asked_wherever_the_frames_fall(athlete, frames, concentric):
    data = coxa.simulate(
        EXERCISE, athlete, concentric=concentric, hold=0.61, repetitions=2, frames=frames
    ).dataset
    lift = curves.lifting(data)
    assert lift.start == pytest.approx(0, abs=1e-9)
    # the law is inverted where it is at least 1e-2, from paths that hold to rounding
    assert lift.end == pytest.approx(concentric, abs=1e-9)
    assert curves.repetition(data).duration == pytest.approx(concentric + 0.61 + 1.5, abs=1e-12)


def test_a_path_by_another_law_goes_from_first_to_last_frame(result):
    data = result.dataset.copy(deep=True)
    data["path"].values[:] = np.linspace(0, 1, len(data["time"])) ** 1.5
    time, up = data["time"].values, np.flatnonzero(data["phase"].values == 0)
    assert curves.lifting(data) == curves.Window(time[up[0]], time[up[-1]])


def test_a_trial_without_a_lift_is_refused(result):
    data = result.dataset.copy(deep=True)
    data["phase"].values[:] = 2
    with pytest.raises(coxa.InvalidArgument, match="frames of lifting"):
        curves.lifting(data)


# ---- the table, recomputed


@pytest.fixture(scope="module")
def trials(athlete):
    """The same trials by `coxa.simulate`, cut to the lift by the duration that was asked for."""
    found = {}
    for label, (concentric, parameters) in {
        "near": (0.8, {"foot_distance": 0.72}),
        "far": (0.8, {}),
        "slow": (2.0, {"concentric": 2.0, "hold": 0.5}),
    }.items():
        data = coxa.simulate(EXERCISE, athlete, load=60, frames=FRAMES, **parameters).dataset
        found[label] = (concentric, data)
    return found


def lift_of(time, values, start, end):
    grid = np.unique(np.concatenate([[start, end], time[(time > start) & (time < end)]]))
    return grid, np.interp(grid, time, values)


def mean_of(time, values, start, end):
    return np.trapezoid(*reversed(lift_of(time, values, start, end))) / (end - start)


@pytest.mark.parametrize("label", PLAN)
def test_moments_are_those_of_the_trials(found, trials, label):
    concentric, data = trials[label]
    time = data["time"].values
    column = found.table[label]
    for name in ("hip_extension", "knee_extension", "ankle_plantarflexion", "lumbar_extension"):
        moment = data[f"{name}_moment"].values
        if moment.ndim == 2:
            assert column[f"peak_leg_{name}_moment"] == pytest.approx(
                lift_of(time, moment.mean(axis=1), 0, concentric)[1].max(), rel=1e-9
            )
            moment = moment.sum(axis=1)
        grid, lift = lift_of(time, moment, 0, concentric)
        assert column[f"peak_{name}_moment"] == pytest.approx(lift.max(), rel=1e-9)
        assert column[f"least_{name}_moment"] == pytest.approx(lift.min(), rel=1e-9)
        assert column[f"peak_{name}_moment_per_kg"] == pytest.approx(lift.max() / 80, rel=1e-9)
        percent = 100 * grid[lift.argmax()] / concentric
        assert column[f"peak_{name}_moment_percent"] == pytest.approx(percent, abs=1e-6)
        assert column[f"{name}_moment_impulse"] == pytest.approx(np.trapezoid(lift, grid), rel=1e-9)
        assert column[f"mean_{name}_moment"] == pytest.approx(
            np.trapezoid(lift, grid) / concentric, rel=1e-9
        )
        assert column[f"repetition_peak_{name}_moment"] == moment.max()
        assert column[f"repetition_{name}_moment_impulse"] == pytest.approx(
            np.trapezoid(moment, time), rel=1e-12
        )
    # and the impulse over the repetition is the summary's of the core
    assert column["repetition_hip_extension_moment_impulse"] == pytest.approx(
        float(data["hip_extension_impulse"]), rel=1e-12
    )
    assert column["peak_lumbar_compression"] == pytest.approx(
        lift_of(time, data["lumbar_compression"].values, 0, concentric)[1].max(), rel=1e-9
    )


@pytest.mark.parametrize("label", PLAN)
def test_thirds_tell_early_from_late(found, trials, label):
    concentric, data = trials[label]
    time, leg = data["time"].values, data["hip_extension_moment"].values.mean(axis=1)
    column, name = found.table[label], "leg_hip_extension_moment"
    early = mean_of(time, leg, 0, concentric / 3)
    late = mean_of(time, leg, 2 * concentric / 3, concentric)
    peak = lift_of(time, leg, 0, concentric)[1].max()
    assert column[f"first_third_{name}"] == pytest.approx(early, rel=1e-9)
    assert column[f"last_third_{name}"] == pytest.approx(late, rel=1e-9)
    assert column[f"first_third_{name}_of_peak"] == pytest.approx(early / peak, rel=1e-9)
    assert column[f"last_third_{name}_of_peak"] == pytest.approx(late / peak, rel=1e-9)
    assert column[f"{name}_late_to_early"] == pytest.approx(late / early, rel=1e-9)


@pytest.mark.parametrize("label", PLAN)
def test_groups_are_those_of_the_trials(found, trials, label):
    concentric, data = trials[label]
    time, column = data["time"].values, found.table[label]
    for group in data["group"].values:
        force = data["group_force"].sel(group=group).transpose("time", "side").values
        active = data["group_activation"].sel(group=group).transpose("time", "side").values
        both = force.sum(axis=1)
        assert column[f"peak_{group}_force"] == pytest.approx(
            lift_of(time, both, 0, concentric)[1].max(), rel=1e-9
        )
        assert column[f"mean_{group}_force"] == pytest.approx(
            mean_of(time, both, 0, concentric), rel=1e-9
        )
        assert column[f"peak_{group}_activation"] == pytest.approx(
            lift_of(time, active.mean(axis=1), 0, concentric)[1].max(), rel=1e-9
        )
        assert column[f"mean_{group}_activation"] == pytest.approx(
            mean_of(time, active.mean(axis=1), 0, concentric), rel=1e-9
        )
        if group not in ("lower_back", "abdominals"):
            assert column[f"mean_leg_{group}_force"] == pytest.approx(
                column[f"mean_{group}_force"] / 2, rel=1e-9
            )


def test_truncation_falls_with_the_square_of_the_step(athlete):
    """The stated error of the trapezium rule, on a real curve: a quarter for half the step."""
    means = [
        coxa.compare(
            [EXERCISE], athlete, load=60, frames=n, inertia=False, max_loads=False
        ).table.loc["mean_hip_extension_moment", EXERCISE]
        for n in (101, 201, 1601)
    ]
    coarse, fine = abs(means[0] - means[2]), abs(means[1] - means[2])
    # recruitment bends sharply where muscles come and go, which only makes it better or a little worse
    assert coarse < 2e-3 * means[2] and fine < 0.5 * coarse


def test_series_run_from_the_first_to_the_last_percent(found, trials):
    series = found.series
    assert dict(series.sizes) | {"exercise": 3, "percent": 101, "side": 2} == dict(series.sizes)
    assert "units" in series["hip_extension_moment"].attrs
    for label, (concentric, data) in trials.items():
        time = data["time"].values
        at = np.linspace(0, concentric, 101)
        for i, side in enumerate(("right", "left")):
            expected = np.interp(at, time, data["hip_extension_moment"].values[:, i])
            given = series["hip_extension_moment"].sel(exercise=label, side=side)
            assert given.values == pytest.approx(expected, rel=1e-9, abs=1e-9)
            whole = series["repetition_hip_extension_moment"].sel(exercise=label, side=side)
            assert whole.values == pytest.approx(
                np.interp(np.linspace(0, time[-1], 101), time, data["hip_extension_moment"][:, i]),
                rel=1e-9,
            )
        path = series["path"].sel(exercise=label).values
        # the top lies between two frames; the law is within 10 (h / T)^3 of it there
        short = 10 * (time[1] / concentric) ** 3
        assert path[0] == pytest.approx(0, abs=1e-9) and path[-1] == pytest.approx(1, abs=short)
        assert (np.diff(path) >= 0).all()


# ---- loads


def test_equal_load_is_equal(found):
    assert (found["load"].values == 60).all()
    assert [r.parameters["load"] for r in found.results.values()] == [60, 60, 60]
    assert "equal load, 60 kg" in repr(found)


def test_equal_fraction_is_equal(equal_effort, athlete):
    table = equal_effort.table
    for label, parameters in (("near", PLAN["near"][1]), ("slow", PLAN["slow"][1])):
        limit = coxa.max_load(EXERCISE, athlete, **parameters)
        assert table.loc["max_load", label] == limit.load
        assert table.loc["load", label] == 0.6 * limit.load
        assert equal_effort.results[label].parameters["load"] == 0.6 * limit.load
        assert table.loc["load_fraction", label] == pytest.approx(0.6, rel=1e-15)
        row = equal_effort.loads.loc[label]
        assert row["limited by"] == limit.limited_by
        assert row["at % up"] == pytest.approx(100 * limit.curve["path"].iloc[limit.frame])
        # the least of the sticking curve is the greatest load
        curve = equal_effort.series["sticking_curve"].sel(exercise=label)
        assert float(curve.min()) >= limit.load * (1 - 1e-9)
    assert table.loc["max_load", "near"] != table.loc["max_load", "slow"]
    assert "60 % of the greatest load" in equal_effort.basis


def test_loads_by_label_and_defaults(athlete):
    found = coxa.compare(
        {"a": EXERCISE, "b": EXERCISE}, athlete, loads={"b": 33}, frames=21, max_loads=False
    )
    assert found["load"].values.tolist() == [60, 33]
    assert found.loads["load is"].tolist() == ["the exercise's default", "as given"]
    assert found.loads["limited by"].tolist() == ["not sought", "not sought"]
    assert np.isnan(found["max_load"].values).all()


def test_a_load_beyond_the_greatest_is_said(athlete):
    found = coxa.compare([EXERCISE], athlete, load=400, frames=21)
    assert float(found["load_fraction"][0]) > 1
    assert any("400 kg is more than the greatest load" in text for text in found.warnings)
    assert any("reserves" in text for text in found.warnings)
    assert "more than the greatest load" in repr(found) and "more than the" in found._repr_html_()


def test_one_value_for_all_and_values_by_name(athlete):
    found = coxa.compare(
        {"a": EXERCISE, "b": (EXERCISE, {"hold": 0.5})},
        athlete,
        frames=21,
        max_loads=False,
        hold=1.0,
        a={"bench_height": 0.35},
    )
    a, b = (found.results[label].parameters for label in "ab")
    assert (a["hold"], a["bench_height"]) == (1.0, 0.35)
    assert (b["hold"], b["bench_height"]) == (0.5, 0.40)


# ---- one leg, no load, many


def test_one_leg_is_told_by_its_side(athlete):
    name = "single_leg_hip_thrust"
    found = coxa.compare(
        {"right": (name, {"side": "right"}), "left": (name, {"side": "left"}), "both": EXERCISE},
        athlete,
        loads={"both": 20},
        frames=101,
        max_loads=False,
    )
    assert found.loads["working leg"].tolist() == ["right", "left", "right and left"]
    series = found.series
    for side in ("right", "left"):
        given = series["leg_hip_extension_moment"].sel(exercise=side)
        assert np.array_equal(given, series["hip_extension_moment"].sel(exercise=side, side=side))
        data = found.results[side].dataset
        lift = data["phase"].values == 0
        force = data["group_force"].sel(side=side, group="glutes").values[lift].max()
        # frames against the curve between them
        peak = found.table.loc["peak_leg_glutes_force", side]
        assert peak == pytest.approx(force, rel=1e-2) and peak >= force
    # a mirrored body does the same: to the tolerance of the solver
    rows = ["peak_leg_hip_extension_moment", "mean_leg_glutes_force", "peak_lumbar_compression"]
    for row in rows:
        assert found.table.loc[row, "right"] == pytest.approx(
            found.table.loc[row, "left"], rel=1e-4
        )


def test_exercises_without_a_load_take_part_at_body_weight(athlete):
    name = "bodyweight_hip_thrust"
    assert "load" not in coxa.exercise(name).parameters
    found = coxa.compare([EXERCISE, name], athlete, fraction=0.5, frames=41)
    row = found.loads.loc[name]
    assert row["load kg"] == 0 and np.isnan(row["greatest load kg"])
    assert row["load is"].startswith("body weight")
    for text in (repr(found), found._repr_html_()):
        assert f"at body weight, having no load to set: {name}" in text
    with pytest.raises(coxa.InvalidArgument, match=f"{name} has no parameter load"):
        coxa.compare([name], athlete, loads={name: 20})


def test_many_exercises_fit_one_picture(athlete):
    plan = {f"bench {h:.2f}": (EXERCISE, {"bench_height": h}) for h in np.arange(0.34, 0.43, 0.01)}
    found = coxa.compare(plan, athlete, load=40, frames=21, max_loads=False)
    assert len(found.exercises) == 9
    figure = found.plot()
    figure.canvas.draw()
    styles = {
        (line.get_color(), line.get_linestyle())
        for ax in figure.axes
        if ax.get_title(loc="left") == "Hip moment"
        for line in ax.lines
        if len(line.get_xdata()) == 101
    }
    assert len(styles) == 9
    plt.close(figure)
