"""Sensitivity indices, against models whose indices are known by formula."""

from __future__ import annotations

import itertools
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from coxa.answers.sensitivity import sensitivity

sys.path.insert(0, str(Path(__file__).parent))
from known_models import ISHIGAMI_S1, ISHIGAMI_ST, V1, V13, Model, Unit, V, ishigami, units

# ---- Ishigami & Homma (1990): indices by formula in Saltelli et al. (2008), Global Sensitivity Analysis, section 4


def test_formula_of_ishigami_is_the_published_one():
    # as printed: S1 = 0.3139, 0.4424, 0; ST = 0.5576, 0.4424, 0.2437
    assert np.round(ISHIGAMI_S1, 4).tolist() == [0.3139, 0.4424, 0.0]
    assert np.round(ISHIGAMI_ST, 4).tolist() == [0.5576, 0.4424, 0.2437]


@pytest.fixture(scope="module")
def found():
    return sensitivity(Model(units(3), y=ishigami), n=2048, second_order=True, seed=3)


def test_ishigami(found):
    table = found.table
    assert list(table.columns) == ["measure", "factor", "S1", "S1_conf", "ST", "ST_conf", "blocks"]
    assert table["factor"].tolist() == ["x1", "x2", "x3"]
    # errors of a scrambled Sobol sequence are far inside the bootstrap's intervals for independent points
    assert (np.abs(table["S1"] - ISHIGAMI_S1) < table["S1_conf"]).all()
    assert (np.abs(table["ST"] - ISHIGAMI_ST) < table["ST_conf"]).all()
    assert table[["S1_conf", "ST_conf"]].to_numpy().max() < 0.1
    assert found.trials == 2048 * 8 and found.dropped == 0 and found.warnings == []


def test_ishigami_second_order(found):
    by_pair = found.second.set_index(["factor", "other"])["S2"]
    expected = {("x1", "x2"): 0.0, ("x1", "x3"): V13 / V, ("x2", "x3"): 0.0}
    for pair, value in expected.items():
        # four standard errors of the estimator at n = 2048
        assert by_pair[pair] == pytest.approx(value, abs=0.06), pair


# ---- Sobol's g function: V_i = 1 / (3 (1 + a_i)^2), V = prod(1 + V_i) - 1

G = np.array([0, 1, 4.5, 9, 99, 99.0])


def g_function(u):
    return np.prod((np.abs(4 * u - 2) + G) / (1 + G), axis=1)


PART = 1 / (3 * (1 + G) ** 2)
WHOLE = np.prod(1 + PART) - 1
G_S1 = PART / WHOLE
G_ST = PART * np.array([np.prod(1 + np.delete(PART, i)) for i in range(len(G))]) / WHOLE


def test_g_function():
    table = sensitivity(Model(units(6), y=g_function), n=2048, seed=1).table
    assert np.abs(table["S1"] - G_S1).max() < 0.02
    assert np.abs(table["ST"] - G_ST).max() < 0.02
    # the last two decide nothing
    assert (table["ST"][4:] < 0.001).all()


def test_intervals_cover():
    # 95 % intervals of x1's total index over seeds; with 40 seeds fewer than 33 happen once in 10^3
    model = Model(units(3), y=ishigami)
    hits = 0
    for seed in range(40):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # n is small on purpose
            row = sensitivity(model, n=64, seed=seed, resamples=100).table.iloc[0]
        hits += abs(row["ST"] - ISHIGAMI_ST[0]) < row["ST_conf"]
    assert hits >= 33


def test_groups_have_the_index_of_their_parts_together():
    factors = [Unit("x1", group="pair"), Unit("x2"), Unit("x3", group="pair")]
    table = sensitivity(Model(factors, y=ishigami), n=1024, seed=2).table.set_index("factor")
    assert list(table.index) == ["pair", "x2"]
    # x1 and x3 together: their own parts and what they do together
    expected = (V1 + V13) / V
    assert table.loc["pair", "S1"] == pytest.approx(expected, abs=table.loc["pair", "S1_conf"])
    assert table.loc["pair", "ST"] == pytest.approx(expected, abs=table.loc["pair", "ST_conf"])
    single = sensitivity(Model(factors, y=ishigami), n=1024, seed=2, groups="factors")
    assert single.factors == ["x1", "x2", "x3"] and single.trials == 1024 * 5
    own = sensitivity(Model(factors, y=ishigami), n=1024, groups={"both": ["x1", "x2"]})
    assert own.factors == ["both", "x3"] and own.trials == 1024 * 4


def test_a_factor_of_several_numbers_is_one():
    model = Model(
        [Unit("crowd", dimensions=2), Unit("load")], y=lambda u: u[:, 0] + u[:, 1] + u[:, 2]
    )
    table = sensitivity(model, n=512).table
    assert table["factor"].tolist() == ["crowd", "load"]
    # three equal variances
    assert np.abs(table["S1"] - [2 / 3, 1 / 3]).max() < 0.02
    assert model.u.shape[1] == 3


def test_levels_take_part_like_numbers():
    def steps(u):
        return np.minimum((u[:, 0] * 3).astype(int), 2) * 1.0 + u[:, 1]

    model = Model([Unit("criterion", levels=["2", "3", "min-max"]), Unit("load")], y=steps)
    table = sensitivity(model, n=1024).table
    variance = np.array([2 / 3, 1 / 12])  # of 0, 1, 2 alike likely, and of a uniform number
    assert np.abs(table["S1"] - variance / variance.sum()).max() < 0.02


# ---- Morris


def test_morris_of_a_linear_model():
    slopes = np.array([3.0, -2.0, 0.0])
    found = sensitivity(Model(units(3), y=lambda u: u @ slopes + 5), "morris", 8, band=1)
    table = found.table
    assert list(table.columns) == [
        *("measure", "factor", "mu", "mu_star", "mu_star_conf", "sigma", "blocks")
    ]
    # exact but for rounding: an elementary effect of a linear model is its slope
    assert np.abs(table["mu"] - slopes).max() < 1e-12
    assert np.abs(table["mu_star"] - np.abs(slopes)).max() < 1e-12
    assert table["sigma"].max() < 1e-12 and table["mu_star_conf"].max() < 1e-12
    assert found.trials == 8 * 4
    # over nine tenths of the range
    table = sensitivity(Model(units(3), y=lambda u: u @ slopes), "morris", 8).table
    assert np.abs(table["mu"] - 0.9 * slopes).max() < 1e-12


def test_morris_tells_what_depends_on_others():
    model = Model(units(3), y=lambda u: 2 * u[:, 0] + (u[:, 1] - 0.5) * (u[:, 2] - 0.5))
    table = sensitivity(model, "morris", 40, band=1).table.set_index("factor")
    assert table.loc["x1", "sigma"] < 1e-12
    # x2's effect is x3 - 0.5 on a grid of 0, 1/3, 2/3, 1: sizes 1/2 and 1/6 alike likely
    assert table.loc["x2", "mu_star"] == pytest.approx(1 / 3, abs=3 * (1 / 6) / np.sqrt(40))
    assert table.loc["x2", "sigma"] == pytest.approx(np.sqrt((1 / 4 + 1 / 36) / 2), rel=0.2)


def test_morris_stays_inside_the_band_and_takes_far_trajectories():
    model = Model(units(4), y=lambda u: u.sum(axis=1))
    sensitivity(model, "morris", 6, pool=40, seed=5)
    assert model.u.min() == pytest.approx(0.05) and model.u.max() == pytest.approx(0.95)
    assert len(model.u) == 6 * 5

    def apart(u):
        blocks = u.reshape(6, 5, 4)
        return sum(
            np.linalg.norm(a[:, None] - b[None], axis=2).sum()
            for a, b in itertools.combinations(blocks, 2)
        )

    far = apart(model.u)
    sensitivity(model, "morris", 6, seed=5)
    assert far > apart(model.u)


def test_morris_of_a_group_has_no_sign():
    factors = [Unit("a", group="both"), Unit("b", group="both"), Unit("c")]
    table = sensitivity(
        Model(factors, y=lambda u: u @ np.array([1.0, 1.0, 2.0])), "morris", 12, band=1
    ).table.set_index("factor")
    assert np.isnan(table.loc["both", "mu"]) and table.loc["both", "mu_star"] > 0
    assert table.loc["c", "mu"] == pytest.approx(2)
