"""Sensitivity as it is run: designs, failed trials, warnings, measures, what is refused, and real studies."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import coxa
import numpy as np
import pytest
from coxa.answers.sensitivity import sensitivity

sys.path.insert(0, str(Path(__file__).parent))
from known_models import ISHIGAMI_S1, Model, Unit, ishigami, units


@pytest.fixture(scope="module")
def found():
    return sensitivity(Model(units(3), y=ishigami), n=2048, second_order=True, seed=3)


# ---- designs, seeds and what is passed on


def test_same_seed_same_result():
    model = Model(units(3), y=ishigami)
    for method, n in (("sobol", 128), ("morris", 10)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            one = sensitivity(model, method, n, seed=0)
            first = model.u
            two = sensitivity(model, method, n, seed=0)
            other = sensitivity(model, method, n, seed=1)
        assert np.array_equal(first, one.dataset.sizes["trial"] and first)
        assert one.table.equals(two.table), method
        assert not one.table.equals(other.table), method


def test_what_runs_the_trials_is_passed_on():
    model = Model(units(2), y=lambda u: u.sum(axis=1))
    sensitivity(model, "morris", 4, path="a.h5", workers=2)
    assert model.asked == [{"path": "a.h5", "workers": 2, "executor": None, "n": 12}]


def test_wrong_names_are_found_by_one_trial():
    model = Model(units(2), y=lambda u: u.sum(axis=1))
    with pytest.raises(coxa.UnknownName):
        sensitivity(model, n=64, measures=["why"], path="a.h5")
    assert [asked["n"] for asked in model.asked] == [1] and model.asked[0]["path"] is None


# ---- failed trials


def corner(share):
    return lambda u: (u[:, 0] < share) & (u[:, 1] < share)


def test_blocks_with_a_failed_trial_are_left_out():
    model = Model(units(3), fails=corner(0.1), y=ishigami)
    with pytest.warns(UserWarning, match="blocks had a failed trial and were left out"):
        found = sensitivity(model, n=1024)
    failed = corner(0.1)(model.u).reshape(1024, 5).any(axis=1)
    assert found.dropped == failed.sum() > 0
    assert (found.table["blocks"] == 1024 - found.dropped).all()
    # a hundredth of the cube is gone: indices move by no more than a few hundredths
    assert np.abs(found.table["S1"] - ISHIGAMI_S1).max() < 0.06
    assert f"{found.dropped} of 1024 blocks dropped" in repr(found)


def test_what_is_left_is_what_salib_says_of_it():
    from SALib.analyze import sobol

    model = Model(units(3), fails=corner(0.1), y=ishigami)
    with pytest.warns(UserWarning):
        found = sensitivity(model, n=256)
    keep = ~corner(0.1)(model.u).reshape(256, 5).any(axis=1)
    y = ishigami(model.u).reshape(256, 5)[keep].ravel()
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[0, 1]] * 3}
    expected = sobol.analyze(problem, y, calc_second_order=False)
    assert np.allclose(found.table["ST"], expected["ST"], rtol=1e-12)


def test_trajectories_with_a_failed_trial_are_left_out():
    model = Model(units(2), fails=lambda u: (u == u[0]).all(axis=1), y=lambda u: u @ [1.0, 3.0])
    with pytest.warns(UserWarning, match="of 30 trajectories had a failed trial"):
        found = sensitivity(model, "morris", 30, band=1)
    assert 1 <= found.dropped < 6
    assert np.allclose(found.table["mu"], [1, 3])


def test_too_many_lost_blocks_are_refused():
    model = Model(units(3), fails=corner(0.5), y=ishigami)
    with pytest.raises(coxa.InvalidArgument) as error:
        sensitivity(model, n=64, path="feet.h5")
    text = str(error.value)
    assert "of 64 blocks have a failed trial" in text and "at most 20% may be lost" in text
    assert "feet.h5" in text and "most often: the bar does not fit" in text
    assert "\n" not in text


def test_a_measure_that_some_trials_lack():
    def partly(u):
        return np.where(u[:, 0] < 0.02, np.nan, ishigami(u))

    found = sensitivity(Model(units(3), y=ishigami, part=partly), n=1024)
    blocks = found.table.groupby("measure")["blocks"].first()
    assert blocks["y"] == 1024 and 800 < blocks["part"] < 1024
    assert found.dropped == 0


# ---- warnings


def test_small_n_is_told():
    with pytest.warns(UserWarning, match="take a larger n, such as") as seen:
        found = sensitivity(Model(units(3), y=ishigami), n=16)
    assert [str(w.message) for w in seen] == found.warnings
    assert any("intervals are wider than +-0.1" in text for text in found.warnings)


def test_sums_above_one_are_told():
    import pandas as pd
    from coxa.answers.indices import doubts

    table = pd.DataFrame(
        {
            "measure": ["y", "y"],
            "factor": ["a", "b"],
            **{
                "S1": [0.9, 0.5],
                "S1_conf": [0.05, 0.05],
                "ST": [0.9, 0.5],
                "ST_conf": [0.05, 0.05],
            },
        }
    )
    assert doubts(table, 64) == [
        "first-order indices of y add up to 1.40, and cannot exceed 1; take a larger n, such as 256"
    ]
    table["S1"] = [0.6, 0.45]
    assert doubts(table, 64) == []


def test_n_is_rounded_up_to_a_power_of_two():
    with pytest.warns(UserWarning, match="n=1000 was taken as 1024: Sobol's sequence is balanced"):
        found = sensitivity(Model(units(3), y=ishigami), n=1000)
    assert found.n == 1024 and found.trials == 1024 * 5


@pytest.mark.filterwarnings("ignore:.*intervals are wider")
def test_levels_that_a_small_design_draws_alike_are_told():
    # dimensions 1 and 6 of a Sobol sequence (Joe & Kuo, 2008: m = 1, 1, 3, 3 for the sixth) agree in the first
    # binary digit of the first 16 points, scrambled or not
    factors = [Unit("sex", levels=["female", "male"]), *units(4)]
    model = Model(factors, y=lambda u: (u[:, 0] < 0.5) + u[:, 1])
    with pytest.warns(
        UserWarning, match="at n=16 the levels of sex are hardly drawn independently"
    ):
        found = sensitivity(model, n=16)
    blocks = model.u.reshape(16, -1, 5)
    differ = ((blocks[:, 0, 0] < 0.5) != (blocks[:, -1, 0] < 0.5)).mean()
    assert differ in (0, 1)
    if differ == 0:
        assert found.table.set_index("factor").loc["sex", ["S1", "ST"]].isna().all()
    found = sensitivity(model, n=256)
    assert not any("levels" in text for text in found.warnings)
    # variances 1/4 and 1/12
    assert found.table["S1"].iloc[0] == pytest.approx(0.75, abs=0.03)


# ---- measures


def test_measures_that_do_not_vary():
    model = Model(units(3), y=ishigami, flat=lambda u: np.full(len(u), 7.0) + 1e-9 * u[:, 0])
    found = sensitivity(model, n=512)
    assert found.measures == ["y"]
    with pytest.warns(UserWarning, match="flat does not vary; no indices of it"):
        found = sensitivity(model, n=512, measures=["flat", "y"])
    table = found.table.set_index("measure")
    assert table.loc["flat", "S1"].isna().all() and table.loc["y", "S1"].notna().all()
    with pytest.raises(coxa.InvalidArgument, match="no measure varies in these 640 trials"):
        sensitivity(Model(units(3), y=lambda u: np.ones(len(u))), n=128)


def test_bookkeeping_and_places_of_peaks_are_left_out():
    model = Model(
        units(3), peak=ishigami, peak_time=ishigami, peak_path=ishigami, largest_reserve=ishigami
    )
    assert sensitivity(model, n=512).measures == ["peak"]
    assert sensitivity(model, n=512, measures="peak_time").measures == ["peak_time"]


def test_result_as_text_and_json(found):
    text = repr(found)
    assert text.startswith("<coxa.Sensitivity sobol, n = 2048, 16384 trials>")
    assert text.index("x1") < text.index("x2") < text.index("x3")  # by total index
    assert found.top("y").index.tolist() == ["x1", "x2", "x3"]
    data = json.loads(found.to_json())
    assert data["indices"][0]["factor"] == "x1" and data["units"] == {"y": "N"}
    assert data["indices"][0]["S1"] == found.table["S1"][0]
    assert len(data["second_order"]) == 3 and data["trials"] == 16384


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"method": "fast"}, "InvalidArgument", "method must be 'sobol' or 'morris', not 'fast'"),
        ({"n": 1}, "InvalidArgument", "n must be a whole number of at least 2, not 1"),
        ({"n": 12.5}, "InvalidArgument", "n must be a whole number of at least 2, not 12.5"),
        ({"seed": -1}, "InvalidArgument", "seed must be a whole number of at least 0, not -1"),
        (
            {"resamples": 1},
            "InvalidArgument",
            "resamples must be a whole number of at least 10, not 1",
        ),
        ({"confidence": 95}, "InvalidArgument", "confidence must be above 0 and below 1, not 95"),
        ({"band": 0}, "InvalidArgument", "band must be above 0 and at most 1, not 0"),
        ({"measures": ["z"]}, "UnknownName", "no measure 'z'; did you mean 'y'?"),
        (
            {"measures": []},
            "InvalidArgument",
            "measures is empty; name at least one, or leave it out for all",
        ),
        ({"groups": "all"}, "InvalidArgument", "groups must be 'factors' or 'named', not 'all'"),
        (
            {"groups": {"g": ["x9"]}},
            "UnknownName",
            "no factor of this study 'x9'; did you mean 'x1'?",
        ),
        (
            {"groups": {"g": ["x1"], "h": ["x1"]}},
            "InvalidArgument",
            "x1 is in two groups: g and h; leave it in one",
        ),
        (
            {"groups": {"x3": ["x1"]}},
            "InvalidArgument",
            "group 'x3' has the name of a factor; call it otherwise",
        ),
        (
            {"pool": 99},
            "InvalidArgument",
            "pool belongs to method='morris'; leave it out with 'sobol'",
        ),
        (
            {"method": "morris", "n": 10, "pool": 10},
            "InvalidArgument",
            "pool must be more than n=10, not 10: n trajectories are taken of it",
        ),
        (
            {"method": "morris", "second_order": True},
            "InvalidArgument",
            "second_order needs method='sobol'; Morris's method has none",
        ),
    ],
)
def test_refused(options, error, text):
    with pytest.raises(getattr(coxa, error)) as seen:
        sensitivity(Model(units(3), y=ishigami), **{"n": 16, **options})
    assert str(seen.value) == text


def test_nothing_varies():
    with pytest.raises(coxa.InvalidArgument, match="nothing varies in this study; use study.vary"):
        sensitivity(Model([], y=ishigami))
    with pytest.raises(coxa.UnknownName, match="no measure in this analysis 'z'"):
        sensitivity(Model(units(3), y=ishigami), n=512).plot("z")


# ---- the real thing


def test_hip_thrusts(athlete, tmp_path):
    study = coxa.Study("barbell_hip_thrust", athlete, frames=7, hold=0.5)
    study.vary(load=(40, 80), bench_height=(0.38, 0.42)).uncertain("muscle_strength")
    names = ["peak_hip_extension_moment", "glutes_peak_force"]
    path = tmp_path / "morris.h5"
    found = study.sensitivity("morris", 4, measures=names, path=path, workers=2)
    assert found.trials == 4 * 4 and path.exists()
    # of 20 kg each way: the load decides the hip's moment, whoever is how strong
    assert found.top(names[0]).index[0] == "load"
    # what the load does to the moment in one trajectory, by hand
    values = found.dataset[names[0]].values.reshape(4, 4)
    load = found.dataset["load"].values.reshape(4, 4)
    step = np.abs(np.diff(load)) > 0
    effects = (np.diff(values) * np.sign(np.diff(load)))[step] / (2 / 3)
    assert found.top(names[0]).loc["load", "mu"] == pytest.approx(effects.mean(), rel=1e-9)
    # the same call again reads the file
    again = study.sensitivity("morris", 4, measures=names, path=path, workers=2)
    assert again.table.equals(found.table)
    everything = study.sensitivity("morris", 2, groups="factors")
    assert "strength_hamstrings" in everything.factors and len(everything.measures) > 20
    assert not any(name.endswith("_time") for name in everything.measures)


def test_pictures(tmp_path, found):
    import matplotlib.pyplot as plt

    some = Model(
        units(3), **{f"y{i}": (lambda u, i=i: ishigami(u) + i * u[:, 2]) for i in range(6)}
    )
    pictures = [
        found.plot(),
        sensitivity(some, "morris", 10).plot(),
        sensitivity(some, "morris", 10).plot("y0"),
    ]
    pictures.append(sensitivity(some, "morris", 10, measures=["y0", "y1"]).plot())
    for figure in pictures:
        figure.savefig(tmp_path / "one.png")
        plt.close(figure)
    assert (tmp_path / "one.png").stat().st_size > 10_000
