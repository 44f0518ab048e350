"""Tornado and paired comparisons, against models known by formula; what is refused; effects in real studies."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import coxa
import numpy as np
import pandas as pd
import pytest
from coxa import main_effects, paired, response, tornado
from coxa.base.wording import humanized
from coxa.studies.columns import flat
from scipy import stats

sys.path.insert(0, str(Path(__file__).parent))
from made_up_studies import as_grid, dataset, grid


@pytest.fixture(scope="module")
def crossed():
    columns = grid(load=[40.0, 60.0, 80.0], stance=["wide", "narrow"], rep=[0.0, 1.0])
    y = 2 * columns["load"] + 10 * (columns["stance"] == "wide") + 0 * columns["rep"]
    return dataset(columns, {"moment": y})


# ---- tornado


@dataclass
class Straight:
    """A factor from low to high, or levels."""

    name: str
    low: float = 0.0
    high: float = 1.0
    levels: list | None = None
    unit: str = "kg"
    description: str = "a number"
    dimensions: int = 1

    def values(self, u):
        if self.levels is not None:
            return [
                self.levels[min(int(v * len(self.levels)), len(self.levels) - 1)] for v in u[:, 0]
            ]
        return self.low + (self.high - self.low) * u[:, 0]


class Linear:
    """Load, width and a word."""

    def __init__(self, fails=lambda load: load < -1):
        self.factors = [
            Straight("load", 0, 100),
            Straight("width", 0, 1, unit="m"),
            Straight("stance", levels=["narrow", "middle", "wide"], unit="1"),
        ]
        self.fails = fails

    def evaluate(self, u, path=None, workers=None, *, executor=None, series=()):
        columns = {f.name: np.array(f.values(u[:, [i]])) for i, f in enumerate(self.factors)}
        y = 2 * columns["load"] - 30 * columns["width"]
        y = y + np.select([columns["stance"] == "narrow", columns["stance"] == "wide"], [7, -4], 0)
        return dataset(columns, {"moment": y}, self.fails(columns["load"]))


def test_tornado_of_a_linear_model():
    found = tornado(Linear(), "moment")
    assert found.base == pytest.approx(100 - 15)
    table = found.table.set_index("factor")
    assert list(table.index) == ["load", "width", "stance"]
    # nine tenths of the range times the slope
    assert table.loc["load", "change"] == pytest.approx(180)
    assert table.loc["width", "change"] == pytest.approx(27)
    assert table.loc["width", "at_low"] == pytest.approx(85 + 13.5)
    assert table.loc["width", "at_high"] == pytest.approx(85 - 13.5)
    assert table.loc["load", ["low_value", "high_value"]].tolist() == ["5 kg", "95 kg"]
    assert table.loc["stance", "change"] == pytest.approx(11)
    assert table.loc["stance", ["low_value", "high_value"]].tolist() == ["wide", "narrow"]
    assert found.middle == {"load": "50 kg", "width": "0.5 m", "stance": "middle"}
    assert found.dataset.sizes["trial"] == 1 + 2 + 2 + 3
    narrow = tornado(Linear(), "moment", band=0.5).table.set_index("factor")
    assert narrow.loc["load", "change"] == pytest.approx(100)


def test_tornado_counts_what_failed():
    found = tornado(Linear(lambda load: load > 90), "moment")
    row = found.table.set_index("factor").loc["load"]
    assert row["failed"] == 1 and found.missing == 1 and np.isnan(row["at_high"])
    assert row["change"] == pytest.approx(90)  # from the low end to the base
    with pytest.raises(coxa.InvalidArgument) as error:
        tornado(Linear(lambda load: load == 50), "moment")
    assert str(error.value) == (
        "the trial with every factor at its median gave no moment: it does not fit; vary other ranges"
    )


# ---- paired comparisons


@pytest.fixture(scope="module")
def techniques():
    rng = np.random.default_rng(5)
    n = 60
    mass = np.repeat(rng.uniform(50, 90, n), 2)
    kind = np.tile(["thrust", "squat"], n)
    person = np.repeat(rng.normal(0, 20, n), 2)
    y = 100 + person + np.where(kind == "thrust", 5, 0) + rng.normal(0, 3, 2 * n)
    order = rng.permutation(2 * n)
    columns = {"exercise": kind[order], "subject_mass": mass[order]}
    return dataset(columns, {"moment": y[order]}), y[0::2], y[1::2]


def test_pairs_are_the_paired_t_test(techniques):
    table, thrust, squat = techniques
    found = paired(table, "moment", a="thrust", b="squat")
    row = found.table.iloc[0]
    test = stats.ttest_rel(thrust, squat)
    low, high = test.confidence_interval(0.95)
    d = thrust - squat
    assert row["pairs"] == 60 and row["a"] == "thrust" and row["b"] == "squat"
    assert row["difference"] == pytest.approx(d.mean())
    assert (row["t_low"], row["t_high"]) == (pytest.approx(low), pytest.approx(high))
    assert row["dz"] == pytest.approx(test.statistic / np.sqrt(60))
    assert row["share"] == (thrust > squat).mean()
    assert row["mean_a"] == pytest.approx(thrust.mean())
    # normal differences: the bootstrap says nearly the same; its interval is a tenth of a standard error rough
    se = d.std(ddof=1) / np.sqrt(60)
    assert abs(row["bca_low"] - low) < 0.2 * se and abs(row["bca_high"] - high) < 0.2 * se
    assert (row["low"], row["high"]) == pytest.approx(tuple(np.quantile(d, (0.05, 0.95))))
    assert found.alone == 0 and found.missing == 0
    # people differ by far more than techniques, and pairs take that away
    assert abs(test.statistic) > 3 * abs(stats.ttest_ind(thrust, squat).statistic)


def test_bootstrap_is_that_of_scipy(techniques):
    table, thrust, squat = techniques
    row = paired(table, "moment", a="thrust", b="squat", seed=4, resamples=500).table.iloc[0]
    again = paired(table, "moment", a="thrust", b="squat", seed=4, resamples=500).table.iloc[0]
    assert row["bca_low"] == again["bca_low"]
    matched = paired(table, "moment", a="thrust", b="squat").pairs
    d = (matched["value_a"] - matched["value_b"]).to_numpy()
    expected = stats.bootstrap(
        (d,), np.mean, n_resamples=500, method="BCa", rng=np.random.default_rng(4)
    ).confidence_interval
    # the same draws, added up in another order
    assert (row["bca_low"], row["bca_high"]) == pytest.approx(tuple(expected), rel=1e-9)


def test_order_of_levels_turns_the_sign(techniques):
    table = techniques[0]
    one = paired(table, "moment", a="thrust", b="squat").table.iloc[0]
    two = paired(table, "moment", a="squat", b="thrust").table.iloc[0]
    assert one["difference"] == pytest.approx(-two["difference"])
    assert one["share"] == pytest.approx(1 - two["share"])
    # two levels need not be named
    assert paired(table, "moment").table.iloc[0]["difference"] == two["difference"]


def test_failed_partners_leave_the_other_alone(techniques):
    table = techniques[0]
    failed = np.zeros(120)
    failed[:3] = 1
    columns = {k: table[k].values for k in ("exercise", "subject_mass")}
    broken = paired(dataset(columns, {"moment": table["moment"].values}, failed), "moment")
    assert (
        broken.missing == 3
        and broken.table["pairs"].iloc[0] + broken.alone == 60 - 3 + broken.alone
    )
    assert 2 * broken.table["pairs"].iloc[0] + broken.alone == 117
    assert "117 of 120 trials; 3 failed or without a value" in repr(broken)


def test_pairs_of_a_grid_by_another_factor():
    columns = grid(load=[40.0, 60.0, 80.0], stance=["narrow", "wide"], rep=np.arange(9.0))
    y = columns["load"] * (1 + 0.5 * (columns["stance"] == "wide")) + columns["rep"]
    table = as_grid(dataset(columns, {"moment": y}), "load", "stance", "rep")
    found = paired(table, "moment", "stance", "wide", "narrow", by="load")
    assert found.table["load"].tolist() == ["40 kg", "60 kg", "80 kg"]
    assert found.table["difference"].tolist() == [20, 30, 40]
    # no spread at all: the interval is the number
    assert (found.table["t_low"] == found.table["difference"]).all()
    assert (found.table["bca_high"] == found.table["difference"]).all()
    assert found.table["dz"].isna().all() and (found.table["share"] == 1).all()
    # a factor with three levels: every two; numbers can be compared too
    found = paired(table, "moment", "load")
    assert found.table[["a", "b"]].to_numpy().tolist() == [
        [40, 60],
        [40, 80],
        [60, 80],
    ]
    assert len(paired(table, "moment", "load", a=80).table) == 2


def test_what_one_of_the_two_does_not_have_cannot_differ():
    rng = np.random.default_rng(6)
    load = np.repeat(rng.uniform(40, 80, 10), 2)
    kind = np.tile(["squat", "thrust"], 10)
    bench = np.where(kind == "thrust", np.repeat(rng.random(10), 2), np.nan)
    columns = {"exercise": kind, "load": load, "bench_height": bench}
    assert (
        paired(dataset(columns, {"y": load + (kind == "thrust")}), "y").table["pairs"].iloc[0] == 10
    )


def test_a_person_is_their_mass_and_height():
    person = np.tile([0.0, 1.0], 5)
    columns = {
        "subject": person,
        "subject_mass": np.where(person == 0, 60.0, 80.0),
        "load": np.repeat(np.arange(5.0), 2),
    }
    table = dataset(columns, {"y": columns["load"] + person})
    assert paired(table, "y", "subject").table["pairs"].iloc[0] == 5
    # but a study over masses has no pairs that differ in load alone if masses differ too
    columns = {"load": person, "subject_mass": np.arange(10.0) + 50}
    with pytest.raises(coxa.InvalidArgument) as error:
        paired(dataset(columns, {"y": person}), "y", "load")
    assert str(error.value) == (
        "no two trials with a value differ in load alone; make pairs with study.sample(n, paired=('load',)) or"
        " method='grid'"
    )


# ---- what is refused


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda d: main_effects(d, "momnt"), "UnknownName", "no measure 'momnt'; did you mean 'moment'?"),
        (
            lambda d: main_effects(d, "moment", ["laod"]),
            "UnknownName",
            "no varied parameter 'laod'; did you mean 'load'?",
        ),
        (lambda d: main_effects(d, "moment", bins=1), "InvalidArgument", "bins must be a whole number of at least 2, not 1"),
        (lambda d: main_effects(d, "moment", confidence=95), "InvalidArgument", "confidence must be above 0 and below 1, not 95"),
        (lambda d: response(d, "moment", "load", band=1), "InvalidArgument", "band must be above 0 and below 1, not 1"),
        (lambda d: response(d, "moment", "load", span=0), "InvalidArgument", "span must be above 0 and at most 1, not 0"),
        (
            lambda d: response(d, "moment", "load", by="load"),
            "InvalidArgument",
            "by is 'load', which is what over is; give another one",
        ),
        (lambda d: response(d, "moment", "sample"), "UnknownName", "no series in this dataset 'moment'; there are: none"),
        (
            lambda d: paired(d, "moment", "stance", "wide", "wide"),
            "InvalidArgument",
            "a and b are both 'wide'; give two levels of stance",
        ),
        (lambda d: paired(d, "moment", "stance", "wise"), "UnknownName", "no stance 'wise'; did you mean 'wide'?"),
        (lambda d: paired(d, "moment", "load", 50), "InvalidArgument", "no trial has load 50; there are: 40, 60, 80"),
        (lambda d: paired(d, "moment", "exercise"), "UnknownName", "no varied parameter 'exercise'; there are: load, stance, rep"),
    ],
)  # fmt: skip
def test_refused(crossed, call, error, text):
    with pytest.raises(getattr(coxa, error)) as seen:
        call(crossed)
    assert str(seen.value) == text


def test_other_refusals():
    with pytest.raises(coxa.InvalidArgument) as error:
        main_effects({"y": 1}, "y")
    assert str(error.value) == (
        "dataset must be what study.run() gives, or coxa.load() of its file, not dict"
    )
    columns = {"load": np.arange(6.0)}
    empty = dataset(columns, {"moment": np.zeros(6)}, np.ones(6))
    with pytest.raises(coxa.InvalidArgument) as error:
        main_effects(empty, "moment")
    assert str(error.value) == "moment has a value in 0 of 6 trials; at least 2 are needed"
    many = dataset({"load": np.linspace(0, 1, 50)}, {"moment": np.zeros(50)})
    with pytest.raises(coxa.InvalidArgument) as error:
        paired(many, "moment", "load")
    assert str(error.value) == (
        "load takes 50 values and makes no pairs; vary it by levels, such as study.vary(load=[0, 1])"
    )
    with pytest.raises(coxa.InvalidArgument, match="give over='sample' to coxa.response"):
        response(dataset(columns, {"peak": np.ones(6)}, moment=np.ones((6, 3))), "moment", "load")
    same = dataset({"load": np.ones(4)}, {"moment": np.ones(4)})
    with pytest.raises(coxa.InvalidArgument, match="nothing varies in this dataset"):
        main_effects(same, "moment")


def test_labels_are_words():
    assert humanized("toe_out_deg") == "Toe out"
    table = dataset(
        grid(toe_out_deg=[0.0, 15.0], stance=["hip_wide", "narrow"]), {"y": np.arange(4.0)}
    )
    found = main_effects(table, "y")
    assert set(found.table["level"]) == {"0°", "15°", "hip wide", "narrow"}
    assert found.columns["toe_out_deg"].axis == "Toe out (°)"


def test_flat_keeps_every_variable(crossed):
    laid_out = as_grid(crossed, "load", "stance", "rep")
    back = flat(laid_out)
    assert back.sizes == {"trial": 12}
    frame = pd.DataFrame({name: back[name].values for name in ("load", "stance", "rep", "moment")})
    expected = pd.DataFrame({name: crossed[name].values for name in frame})
    keys = ["load", "stance", "rep"]
    frame, expected = (f.sort_values(keys).reset_index(drop=True) for f in (frame, expected))
    pd.testing.assert_frame_equal(frame, expected)


# ---- the real thing


@pytest.fixture(scope="module")
def thrusts(athlete):
    study = coxa.Study("barbell_hip_thrust", athlete, frames=11, hold=0.5)
    return study.vary(load=[40, 80], bench_height=[0.38, 0.42]).run(workers=2)


def test_hip_thrusts(thrusts):
    found = main_effects(thrusts, "peak_hip_extension_moment")
    assert found.table["factor"].iloc[0] == "load"
    y, load = thrusts["peak_hip_extension_moment"].values, thrusts["load"].values
    means = found.table[found.table["factor"] == "load"]["mean"]
    assert np.allclose(means, [y[load == 40].mean(), y[load == 80].mean()])
    curve = response(thrusts, "hip_extension_moment", "sample", by="load")
    assert len(curve.table) == 2 * 101
    two = paired(thrusts, "peak_hip_extension_moment", "load", 80, 40).table.iloc[0]
    assert two["pairs"] == 2 and two["share"] == 1 and two["difference"] > 0


def test_a_grid_of_exercises_and_people(athlete, tmp_path):
    study = coxa.Study(["barbell_hip_thrust", "back_squat"], frames=11).vary(
        load=[20, 40], subject=[athlete, coxa.Subject()]
    )
    study.measure("glutes_peak_force", sides=lambda r: r["hip_extension_moment"].max("time"))
    table = study.sample(method="grid").run(tmp_path / "grid.h5", workers=2)
    assert "load" in table.dims and "trial" not in table.dims
    found = main_effects(table, "glutes_peak_force")
    shares = found.table.groupby("factor")["share"].first()
    assert set(shares.index) == {"exercise", "subject", "load"}
    # of a full grid the parts add up to one with the interactions, which are not asked for
    assert 0 < shares.sum() < 1 and found.notes == (
        "share: variance of the level means over that of all trials"
    )
    two = paired(table, "sides", a="barbell_hip_thrust", b="back_squat", select={"side": "left"})
    y = table["sides"].sel(side="left")
    d = y.sel(exercise="barbell_hip_thrust") - y.sel(exercise="back_squat")
    assert two.table["pairs"].iloc[0] == 4
    assert two.table["difference"].iloc[0] == pytest.approx(float(d.mean()))
    assert two.table["a"].iloc[0] == "barbell_hip_thrust"


def test_paired_draws_and_tornado_of_a_population():
    study = coxa.Study(["barbell_hip_thrust", "back_squat"], coxa.Population(), frames=11)
    study.vary(load=(20, 40)).sample(6, paired="exercise")
    two = paired(study.run(series=(), workers=2), "peak_hip_extension_moment")
    assert two.table["pairs"].iloc[0] == 6 and two.alone == 0
    found = study.tornado("peak_hip_extension_moment").table.set_index("factor")
    people = ["subject_sex", "subject_height", "subject_mass", "subject_strength"]
    assert set(found.index) == {"exercise", "load", *people}
    assert found.loc["load", ["low_value", "high_value"]].tolist() == ["21 kg", "39 kg"]
    assert found.loc["subject_sex", ["low_value", "high_value"]].tolist() == ["female", "male"]
    assert found.loc["subject_mass", "change"] > 0


def test_pictures(tmp_path, thrusts):
    import matplotlib.pyplot as plt

    figures = [
        main_effects(thrusts, "glutes_peak_force").plot(),
        response(thrusts, "glutes_peak_force").plot(),
        response(thrusts, "hip_extension_moment", "sample", by="load").plot(),
        paired(thrusts, "glutes_peak_force", "load", by="bench_height").plot(),
        tornado(Linear(), "moment").plot(),
        tornado(Linear(lambda load: load != 50), "moment").plot(),
    ]
    for figure in figures:
        figure.savefig(tmp_path / "one.png")
        plt.close(figure)
    assert (tmp_path / "one.png").stat().st_size > 10_000


def test_no_module_hides_a_function():
    """Importing `coxa.x` sets `coxa.x` to the module, so no exported function or class may have its name."""
    modules = {file.stem for file in Path(coxa.__file__).parent.iterdir()}
    exported = {name for name in coxa.__all__ if not isinstance(getattr(coxa, name), ModuleType)}
    assert {"answers", "studies", "trials"} <= modules and {"paired", "response"} <= exported
    assert not modules & exported
