"""Main effects and response curves, against models known by formula."""

from __future__ import annotations

import sys
from pathlib import Path

import coxa
import numpy as np
import pytest
from coxa import main_effects, response
from coxa.answers.responses import weighted_quantiles
from scipy import stats

sys.path.insert(0, str(Path(__file__).parent))
from made_up_studies import as_grid, dataset, grid

# ---- main effects


@pytest.fixture(scope="module")
def crossed():
    columns = grid(load=[40.0, 60.0, 80.0], stance=["wide", "narrow"], rep=[0.0, 1.0])
    y = 2 * columns["load"] + 10 * (columns["stance"] == "wide") + 0 * columns["rep"]
    return dataset(columns, {"moment": y})


def test_means_of_levels(crossed):
    found = main_effects(crossed, "moment")
    table = found.table
    assert list(table.columns) == [
        *("factor", "level", "low", "high", "count", "mean", "conf_low", "conf_high"),
        *("effect", "share"),
    ]
    loads = table[table["factor"] == "load"]
    assert loads["level"].tolist() == ["40 kg", "60 kg", "80 kg"]
    assert loads["mean"].tolist() == [85.0, 125.0, 165.0] and set(loads["count"]) == {4}
    # the interval of the mean of 80, 90, 80, 90
    low, high = stats.t.interval(0.95, 3, 85, stats.sem([80, 90, 80, 90]))
    assert loads["conf_low"].iloc[0] == pytest.approx(low)
    assert loads["conf_high"].iloc[0] == pytest.approx(high)
    assert found.missing == 0


def test_shares_of_a_full_grid_are_those_of_the_analysis_of_variance(crossed):
    found = main_effects(crossed, "moment")
    share = found.table.groupby("factor")["share"].first()
    effect = found.table.groupby("factor")["effect"].first()
    # variances by hand: of 80, 120, 160, and of 0 and 10; there is no interaction
    load, stance = np.var([80, 120, 160]), np.var([0, 10])
    assert share["load"] == pytest.approx(load / (load + stance), rel=1e-12)
    assert share["stance"] == pytest.approx(stance / (load + stance), rel=1e-12)
    assert share["rep"] == pytest.approx(0, abs=1e-12)
    assert effect.to_dict() == {"load": 80.0, "stance": 10.0, "rep": 0.0}
    assert found.table["factor"].iloc[0] == "load"  # the most important first
    assert "chance" not in found.notes


def test_shares_of_draws_are_first_order_indices():
    rng = np.random.default_rng(0)
    u = rng.random((4000, 3))
    y = 3 * u[:, 0] + u[:, 1]
    table = dataset({"a": u[:, 0], "b": u[:, 1], "none": u[:, 2]}, {"y": y})
    found = main_effects(table, "y", bins=20)
    share = found.table.groupby("factor")["share"].first()
    # 20 bins keep 1 - 1/400 of a linear factor's variance; standard error of a share is about 0.01 here
    assert share["a"] == pytest.approx(0.9, abs=0.02)
    assert share["b"] == pytest.approx(0.1, abs=0.03)
    assert share["none"] < 0.01 and "less what chance would give" in found.notes
    bins = found.table[found.table["factor"] == "a"]
    assert set(bins["count"]) == {200}
    assert (bins["low"].to_numpy()[1:] == bins["high"].to_numpy()[:-1]).all()
    assert bins["level"].iloc[0].count(" to ") == 1


def test_grid_layout_gives_the_same(crossed):
    laid_out = as_grid(crossed, "load", "stance", "rep")
    assert dict(laid_out.sizes) == {"load": 3, "stance": 2, "rep": 2}
    one, two = (main_effects(d, "moment").table for d in (crossed, laid_out))
    columns = ["factor", "level"]
    one, two = (t.sort_values(columns).reset_index(drop=True) for t in (one, two))
    assert one[columns].equals(two[columns])
    # sums in another order
    assert np.allclose(one["mean"], two["mean"], rtol=1e-12)
    assert np.allclose(one["share"], two["share"], atol=1e-12)


def test_columns_that_follow_from_the_person_leave_a_grid_a_grid():
    columns = grid(load=[40.0, 60.0], subject=[0.0, 1.0, 2.0])
    columns["subject_mass"] = np.array([55.0, 70.0, 85.0])[columns["subject"].astype(int)]
    found = main_effects(
        dataset(columns, {"moment": columns["load"] + columns["subject_mass"]}), "moment"
    )
    share = found.table.groupby("factor")["share"].first()
    # variances by hand: of 40 and 60, and of 55, 70, 85
    assert share.to_dict() == pytest.approx({"load": 100 / 250, "subject": 150 / 250})


def test_failed_trials_are_left_out_and_counted(crossed):
    failed = crossed["load"].values == 80
    broken = dataset(
        {k: crossed[k].values for k in ("load", "stance", "rep")},
        {"moment": crossed["moment"].values},
        failed,
    )
    found = main_effects(broken, "moment")
    assert found.missing == 4 and "8 of 12 trials; 4 failed or without a value" in repr(found)
    loads = found.table[found.table["factor"] == "load"]
    assert loads["level"].tolist() == ["40 kg", "60 kg"]


def test_sides_are_averaged_or_selected():
    columns = {"load": np.array([1.0, 2.0, 3.0, 4.0])}
    values = np.column_stack([[1, 2, 3, 4], [3, 4, 5, 6]]).astype(float)
    table = dataset(columns, {"moment": values})
    both = main_effects(table, "moment")
    assert both.table["mean"].tolist() == [2, 3, 4, 5]
    assert both.measured.label == "greatest moment, mean of both sides"
    left = main_effects(table, "moment", select={"side": "left"})
    assert left.table["mean"].tolist() == [3, 4, 5, 6]
    assert left.measured.label == "greatest moment, left"
    with pytest.raises(coxa.UnknownName, match="no side of moment 'top'"):
        main_effects(table, "moment", select={"side": "top"})
    with pytest.raises(coxa.UnknownName, match="no dimension of moment 'group'"):
        main_effects(table, "moment", select={"group": "glutes"})


# ---- response curves


def test_weighted_quantiles():
    values = np.array([3.0, 1.0, 2.0, 7.0, 5.0])
    at = (0.1, 0.5, 0.8)
    equal = weighted_quantiles(values, np.ones(5), at)
    assert np.allclose(equal, np.quantile(values, at, method="hazen"))
    # a weight that goes to zero leaves the value out
    low = weighted_quantiles(values, np.array([1, 1, 1, 1e-12, 1]), at)
    assert np.allclose(low, np.quantile(values[values < 7], at, method="hazen"), atol=1e-6)


def test_levels_are_exact_quantiles():
    rng = np.random.default_rng(1)
    load = np.repeat([40.0, 60.0, 80.0], 50)
    y = load + rng.normal(size=150)
    found = response(dataset({"load": load, "x": rng.random(150)}, {"moment": y}), "moment", "load")
    assert found.table["load"].tolist() == [40.0, 60.0, 80.0]
    for i, level in enumerate((40, 60, 80)):
        low, median, high = np.quantile(y[load == level], (0.05, 0.5, 0.95))
        row = found.table.iloc[i]
        assert (row["low"], row["median"], row["high"]) == (low, median, high)
        assert row["count"] == 50


def test_a_straight_line_comes_back_exactly():
    x = np.sort(np.random.default_rng(2).random(40))
    found = response(dataset({"load": x}, {"moment": 5 * x - 1}), "moment", "load")
    assert len(found.table) == 60
    expected = 5 * found.table["load"] - 1
    for name in ("median", "low", "high"):
        assert np.allclose(found.table[name], expected, atol=1e-12), name


def test_bands_hold_their_part_of_the_noise():
    rng = np.random.default_rng(3)
    x = rng.random(4000)
    noise = rng.normal(size=4000)
    found = response(dataset({"load": x}, {"moment": 4 * x + noise}), "moment", "load", span=0.3)
    table = found.table
    # quantiles of a normal; standard error at an effective 700 points is 0.08 for the 5 % quantile
    assert np.abs(table["median"] - 4 * table["load"]).max() < 0.25
    assert np.abs(table["low"] - (4 * table["load"] - 1.645)).max() < 0.3
    assert np.abs(table["high"] - (4 * table["load"] + 1.645)).max() < 0.3
    curved = response(dataset({"load": x}, {"moment": np.sin(6 * x)}), "moment", "load", span=0.1)
    assert np.abs(curved.table["median"] - np.sin(6 * curved.table["load"])).max() < 0.03


def test_by_gives_each_level_its_line():
    load = np.tile([40.0, 60.0, 80.0], 20)
    kind = np.repeat(["squat", "thrust"], 30)
    y = load * np.where(kind == "squat", 1, 2)
    found = response(
        dataset({"load": load, "exercise": kind}, {"moment": y}), "moment", by="exercise"
    )
    assert found.lines == ["squat", "thrust"]
    table = found.table.set_index(["exercise", "load"])["median"]
    assert table["squat", 60] == 60 and table["thrust", 80] == 160
    mass = np.linspace(50, 90, 60)
    thirds = response(
        dataset({"load": load, "subject_mass": mass}, {"moment": y}), "moment", by="subject_mass"
    )
    assert thirds.lines == ["50 to 63.3 kg", "63.3 to 76.7 kg", "76.7 to 90 kg"]


def test_series_over_the_repetition():
    rng = np.random.default_rng(4)
    curves = rng.normal(size=(30, 11, 2))
    failed = np.zeros(30)
    failed[5] = 1
    table = dataset(
        {"load": np.repeat([1.0, 2.0], 15)}, {"peak": np.ones(30)}, failed, moment=curves
    )
    found = response(table, "moment", over="sample")
    kept = np.delete(curves, 5, axis=0).mean(axis=2)
    assert found.table["sample"].tolist() == np.linspace(0, 100, 11).tolist()
    assert np.allclose(found.table["median"], np.median(kept, axis=0))
    assert np.allclose(found.table["high"], np.quantile(kept, 0.95, axis=0))
    assert found.missing == 1 and set(found.table["count"]) == {29}
    right = response(table, "moment", over="sample", select={"side": "right"}, by="load")
    assert right.lines == ["1 kg", "2 kg"]
    assert np.allclose(
        right.table[right.table["load"] == "2 kg"]["median"], np.median(curves[15:, :, 0], axis=0)
    )
    # one point of it is a number like any other
    point = response(table, "moment", over="load", select={"sample": 50})
    assert point.table["median"].iloc[1] == pytest.approx(np.median(curves[15:, 5].mean(axis=1)))
    assert point.measured.label == "net moment, at 50 % of the repetition, mean of both sides"
