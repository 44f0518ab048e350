"""What a study says it will do: factors, designs, files, and what it refuses."""

from __future__ import annotations

import json
import math
import pickle

import coxa
import numpy as np
import pytest
from coxa.models.model import default_model
from coxa.studies.toml import read_study
from scipy.stats import qmc, truncnorm

EXERCISE = "barbell_hip_thrust"


@pytest.fixture
def study(athlete):
    return coxa.Study(EXERCISE, athlete, frames=11, hold=0.5)


def column(study, name):
    return [row[name] for row in study.trials()]


# ---- designs


def test_levels_alone_are_every_combination_in_order(study):
    study.vary(load=[60, 80], bench_height=[0.38, 0.40, 0.42])
    assert len(study) == 6
    assert column(study, "load") == [60, 60, 60, 80, 80, 80]
    assert column(study, "bench_height") == [0.38, 0.40, 0.42] * 2
    assert study.grid is None


def test_grid_spaces_ranges_and_lays_out_dimensions(study):
    study.vary(load=[60, 80], foot_distance=(0.6, 0.8)).sample(3, method="grid")
    assert column(study, "foot_distance") == pytest.approx([0.6, 0.7, 0.8] * 2, abs=1e-15)
    names = [name for name, *_ in study.grid]
    assert names == ["load", "foot_distance"]
    assert [len(values) for *_, values in study.grid] == [2, 3]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("sobol", lambda: qmc.Sobol(2, rng=7).random(8)),
        ("lhs", lambda: qmc.LatinHypercube(2, rng=7).random(8)),
        ("random", lambda: np.random.default_rng(7).random((8, 2))),
    ],
)
def test_draws_are_scipys(study, method, expected):
    study.vary(load=(50, 100), foot_distance=(0.6, 0.8)).sample(8, method=method, seed=7)
    u = expected()
    # rounding of one product and one sum
    assert column(study, "load") == pytest.approx((50 + 50 * u[:, 0]).tolist(), rel=1e-15)
    assert column(study, "foot_distance") == pytest.approx(
        (0.6 + 0.2 * u[:, 1]).tolist(), rel=1e-15
    )


def test_levels_are_drawn_alike_often(study):
    study.vary(load=[40, 60, 80, 100]).sample(64, method="sobol", seed=3)
    values, counts = np.unique(column(study, "load"), return_counts=True)
    assert values.tolist() == [40, 60, 80, 100]
    assert counts.tolist() == [16] * 4  # a Sobol sequence is balanced over powers of two


def test_same_seed_same_trials_other_seed_others(study):
    study.vary(load=(50, 100))
    one = column(study.sample(16, seed=1), "load")
    assert one == column(study.sample(16, seed=1), "load")
    assert one != column(study.sample(16, seed=2), "load")


def test_paired_levels_meet_every_draw(study):
    study.vary(load=[60, 80], foot_distance=(0.6, 0.8)).sample(5, paired="load")
    assert len(study) == 10
    feet = column(study, "foot_distance")
    assert feet[::2] == feet[1::2] and len(set(feet)) == 5
    assert column(study, "load") == [60, 80] * 5


def test_several_exercises_and_people(athlete):
    other = coxa.Subject(sex="female", mass=55, height=1.6)
    study = coxa.Study([EXERCISE, "glute_bridge"], [athlete, other]).vary(load=[40])
    assert len(study) == 4
    rows = study.rows()
    assert [row["exercise"] for row in rows] == [EXERCISE, EXERCISE, "glute_bridge", "glute_bridge"]
    assert [row["subject"] for row in rows] == [athlete, other] * 2
    assert [row["subject_mass"] for row in study.trials()] == [athlete.mass, 55] * 2


def test_fields_of_the_person_and_loads_relative_to_it(athlete):
    study = coxa.Study(EXERCISE, athlete).vary(subject_mass=[60, 90], load_per_mass=[0.5, 1.0])
    rows = study.rows()
    assert [row["subject"].mass for row in rows] == [60, 60, 90, 90]
    assert [row["subject"].height for row in rows] == [athlete.height] * 4
    assert [row["parameters"]["load"] for row in rows] == [30, 60, 45, 90]


def test_population_gives_other_people(athlete):
    study = coxa.Study(EXERCISE, coxa.Population("both")).vary(load=[60]).sample(64, seed=1)
    people = [row["subject"] for row in study.rows()]
    assert len(set(people)) == 64
    assert {p.sex for p in people} == {"male", "female"}


def test_uncertain_quantities_have_their_spread(study):
    study.uncertain("bar_position", joint_centers=0.01).sample(512, method="sobol", seed=1)
    offsets = [row["offsets"]["bar_position"] for row in study.rows()]
    hip = [row["changes"]["joint_center_hip_x"] for row in study.rows()]
    assert abs(np.mean(hip)) < 1e-4  # quasi-random means of 512 points
    # the given spread is the group's mean; hip, knee and ankle stand as 8 to 5 to 4
    expected = 0.01 * 8 / np.mean([8, 5, 4]) * truncnorm(-2.5, 2.5).std()
    assert np.std(hip) == pytest.approx(expected, rel=0.01)  # of 512 quasi-random points
    assert np.std(offsets) > 0


def test_a_repeated_group_takes_the_last_spread(study):
    study.uncertain("friction").uncertain(friction=0.2)
    assert study.to_dict()["uncertain"] == {"friction": 0.2}


def test_evaluate_takes_points_of_the_cube(study):
    study.vary(load=(40, 80), bench_height=[0.38, 0.42])
    ds = study.evaluate([[0.0, 0.0], [0.5, 0.9], [1.0, 0.4]])
    assert ds["load"].values.tolist() == [40, 60, 80]
    assert ds["bench_height"].values.tolist() == [0.38, 0.42, 0.38]


@pytest.mark.parametrize(
    ("u", "words"),
    [
        ([[0.5]], r"shape \(n, 2\).*\(1, 1\)"),
        ([[0.5, 1.5]], "between 0 and 1"),
        ([[0.5, math.nan]], "between 0 and 1"),
        (np.empty((0, 2)), r"\(0, 2\)"),
    ],
)
def test_evaluate_refuses(study, u, words):
    study.vary(load=(40, 80), bench_height=(0.38, 0.42))
    with pytest.raises(coxa.InvalidArgument, match=words):
        study.evaluate(u)


# ---- what is refused, one line each


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ({"laod": [20]}, ["laod", "did you mean 'load'"]),
        ({"load": [20, 1e4]}, ["load", "10000"]),
        ({"load": (20, 1e4)}, ["load", "10000"]),
        ({"load": ["heavy"]}, ["load", "'heavy'"]),
        ({"load": 20}, ["load", "list of levels", "20"]),
        ({"load": "20"}, ["load", "list of levels"]),
        ({"load": []}, ["load", "no levels"]),
        ({"load": [20, 20]}, ["load", "twice"]),
        ({"load": (80, 60)}, ["load", "empty range", "lower end first"]),
        ({"load": (80, 80)}, ["load", "empty range"]),
        ({"hold": [1.0, 2.0]}, ["hold", "fixed at 0.5"]),
        ({"subject": [75]}, ["subject", "coxa.Subject", "75"]),
        ({"subject": []}, ["subject", "no levels"]),
        ({"subject_mass": [-1]}, ["mass", "above 0"]),
        ({"exercise": ["hip_trust"]}, ["hip_trust"]),
        ({"criterion": [2, 9]}, ["criterion", "from 1 to 5", "9"]),
        ({"load": [20], "load_per_mass": [1.0]}, ["load and load_per_mass", "give one"]),
        ({"strength_quadriceps": [0]}, ["strength_quadriceps", "0"]),
    ],
)
def test_vary_refuses(study, levels, words):
    with pytest.raises(coxa.InvalidArgument) as error:
        study.vary(**levels)
    for word in words:
        assert word in str(error.value)
    assert "\n" not in str(error.value)
    assert study.levels == {}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda s: s.sample(100, method="sobool"), "'sobool'"),
        (lambda s: s.sample(0), "n must be a whole number of at least 1"),
        (lambda s: s.sample(1, method="grid"), "at least 2"),
        (lambda s: s.sample(2.5), "n must be a whole number"),
        (lambda s: s.sample(method="lhs"), "needs n"),
        (lambda s: s.sample(4, seed=-1), "seed"),
        (lambda s: s.sample(4, method="grid", paired="load"), "in a grid all levels meet"),
        (lambda s: s.vary(load=(20, 60)).design(), "load: a continuous range .* needs sample"),
        (lambda s: s.uncertain("friction").design(), "needs sample"),
        (
            lambda s: s.uncertain("friction").sample(3, method="grid").design(),
            "drawn at random and has no grid",
        ),
        (lambda s: s.vary(load=(20, 60)).sample(4, paired="load").design(), "has no levels"),
        (lambda s: s.vary(load=[20]).sample(4, paired="laod").design(), "factor to pair 'laod'"),
        (lambda s: s.uncertain("muscle_strenth"), "muscle_strenth"),
        (lambda s: s.uncertain(muscle_strength=-0.1), "muscle_strength"),
        (lambda s: s.vary(criterion=[2, 3]).uncertain("criterion"), "varied and uncertain"),
        (lambda s: s.uncertain("criterion").vary(criterion=[2, 3]), "varied and uncertain"),
        (lambda s: s.vary(load=[20]).vary(load_per_mass=[1.0]), "load and load_per_mass"),
        (
            lambda s: s.vary(bench_height=[0.4]).vary(exercise=[EXERCISE, "glute_bridge"]),
            "bench_height is varied already and is no parameter of glute_bridge",
        ),
        (lambda s: s.measure(max), "give a function by name"),
        (lambda s: s.measure(peak=3), "measure peak must be a function"),
        (lambda s: s.vary(exercise=[EXERCISE, "glute_bridge"]).vary(exercise=["x"]), "already"),
    ],
)
def test_other_calls_refuse(study, call, words):
    with pytest.raises(coxa.InvalidArgument, match=words) as error:
        call(study)
    assert "\n" not in str(error.value)


def test_what_is_varied_must_belong_to_every_exercise(athlete):
    study = coxa.Study([EXERCISE, "glute_bridge"], athlete)
    with pytest.raises(coxa.InvalidArgument, match="bench_height is no parameter of glute_bridge"):
        study.vary(bench_height=[0.4])


def test_groups_that_an_exercise_lacks_are_refused(athlete):
    with pytest.raises(coxa.InvalidArgument, match="bar_position"):
        coxa.Study("back_squat", athlete).uncertain("bar_position")


# ---- measures


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (lambda r: 1 / 0, "measure: .*ZeroDivisionError"),
        (lambda r: r["hip_extension_moment"], "measure.*labelled"),
        (lambda r: [1.0, 2.0], r"measure.*shape \(2,\)"),
        (lambda r: "high", "measure.*'high'"),
    ],
)
def test_a_wrong_measure_is_found_before_the_work(study, measure, words, tmp_path):
    study.vary(load=[40, 60]).measure(mine=measure)
    with pytest.raises(coxa.InvalidArgument, match=words) as error:
        study.run(tmp_path / "study.h5")
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_summary_is_found_before_the_work(study):
    study.vary(load=[40]).measure("peak_hip_extension_momnet")
    with pytest.raises(coxa.InvalidArgument, match="did you mean 'peak_hip_extension_moment'"):
        study.run()


def test_measures_are_kept_beside_chosen_summaries(study):
    def swing(result):
        moment = result["hip_extension_moment"]
        return moment.max("time") - moment.min("time")

    study.vary(load=[40, 60]).measure(
        "peak_lumbar_compression", swing=swing, loads=lambda r: r.parameters["load"]
    )
    ds = study.run(workers=1)
    kept = [name for name, v in ds.variables.items() if v.attrs.get("role") == "summary"]
    assert sorted(kept) == ["loads", "peak_lumbar_compression", "swing"]
    assert ds["loads"].values.tolist() == [40, 60]
    assert ds["swing"].dims == ("trial", "side")
    moment = ds["hip_extension_moment"]
    # 101 samples of 11 frames meet every frame, so extremes agree to rounding
    expected = moment.max("sample") - moment.min("sample")
    np.testing.assert_allclose(ds["swing"], expected, rtol=1e-12)


def test_a_measure_that_fails_later_is_a_failed_trial(study):
    def fussy(result):
        if result.parameters["load"] == 60:
            raise ValueError("not this one")
        return 1.0

    ds = study.vary(load=[40, 60, 80]).measure(fussy=fussy).run(workers=2)
    assert ds["trial_status"].values.tolist() == [0, 1, 0]
    assert "ValueError: not this one" in str(ds["trial_message"].values[1])


# ---- files and provenance

TOML = """
exercise = "barbell_hip_thrust"

[subject]
sex = "female"
mass = 62
height = 1.68

[options]
frames = 11

[parameters]
hold = 0.5

[vary]
load = [60, 80]
foot_distance = { low = 0.65, high = 0.8 }

[uncertain]
muscle_strength = true
joint_centers = 0.008

[sample]
n = 4
method = "lhs"
seed = 5

[measure]
summaries = ["peak_hip_extension_moment"]
functions = { twice = "mine.py:twice" }

[run]
series = ["hip_extension_moment"]
"""


@pytest.fixture
def toml(tmp_path):
    (tmp_path / "mine.py").write_text(
        "def twice(result):\n    return 2 * result.parameters['load']\n"
    )
    path = tmp_path / "study.toml"
    path.write_text(TOML)
    return path


def test_toml_says_the_same_as_python(toml):
    read, run = read_study(toml)
    athlete = coxa.Subject(sex="female", mass=62, height=1.68)
    written = (
        coxa.Study(EXERCISE, athlete, frames=11, hold=0.5)
        .vary(load=[60, 80], foot_distance=(0.65, 0.8))
        .uncertain("muscle_strength", joint_centers=0.008)
        .sample(4, method="lhs", seed=5)
    )
    assert read.trials() == written.trials()
    assert run == {"series": ["hip_extension_moment"]}
    ds = read.run(**run)
    assert (ds["twice"] == 2 * ds["load"]).all()


def test_a_study_says_itself_again(toml):
    read, _ = read_study(toml)
    plain = read.to_dict()
    plain.pop("measure")
    again = coxa.Study.from_dict(json.loads(json.dumps(plain)))
    assert again.trials() == read.trials()
    assert again.to_dict() == plain


def test_history_makes_the_study_again(study):
    study.vary(load=[40, 60], toe_out_deg=(0, 10)).uncertain(friction=0.1).sample(4, seed=2)
    ds = study.run(series=())
    again = eval(ds.attrs["history"], {"coxa": coxa})
    assert np.array_equal(again["peak_hip_extension_moment"], ds["peak_hip_extension_moment"])
    assert json.loads(ds.attrs["definition"])["sample"] == {
        "method": "sobol",
        "n": 4,
        "seed": 2,
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("[vary]", "[varied]"), "no key of a study 'varied'; did you mean 'vary'"),
        (("load = [60, 80]", "laod = [60]"), "did you mean 'load'"),
        (("low = 0.65, high = 0.8", "low = 0.65"), "needs low and high"),
        (("low = 0.65, high = 0.8", "from = 0.65"), "no key of the range foot_distance 'from'"),
        (("mass = 62", "weight = 62"), "no key of a subject 'weight'"),
        (("seed = 5", "sed = 5"), "did you mean 'seed'"),
        (('exercise = "barbell_hip_thrust"', ""), "a study needs an exercise"),
        (("mine.py:twice", "mine.py:thrice"), "thrice"),
        (("mine.py:twice", "yours.py:twice"), "there is no file .*yours.py"),
        (("mine.py:twice", "twice"), "'module:function'"),
        (("frames = 11", "frames = "), "it is no TOML.*line"),
        (('series = ["hip_extension_moment"]', 'series = "x"'), "series must be a list of names"),
    ],
)
def test_toml_refuses_with_its_name(toml, change, words):
    toml.write_text(TOML.replace(*change))
    with pytest.raises(coxa.Error, match=words) as error:
        read_study(toml)
    assert "\n" not in str(error.value)
    assert "study.toml" in str(error.value) or "yours.py" in str(error.value)


def test_a_missing_toml_is_named(tmp_path):
    with pytest.raises(coxa.FileError, match="there is no such file"):
        read_study(tmp_path / "none.toml")


# ---- plans, and what is sent to workers


def test_plan_knows_trials_and_bytes(study, tmp_path):
    study.vary(load=(40, 90)).sample(40)
    plan = study.plan(workers=1)
    study.run(tmp_path / "study.h5", workers=1, progress=False)
    assert plan.trials == 40 and "40 trials" in repr(plan) and plan.seconds > 0
    # whole file against two parts: the header counts once, compression differs by content
    assert plan.bytes == pytest.approx((tmp_path / "study.h5").stat().st_size, rel=0.3)


def test_a_part_of_a_spec_survives_pickling(study):
    from coxa.studies.part import run_part

    study.vary(load=[40, 60, 80])
    spec = study._spec(study.design(), None, 11)
    there = pickle.loads(pickle.dumps(spec.part(1, 2)))
    assert run_part(there, 1, 2) == run_part(spec, 1, 2)


def test_a_model_made_in_memory_cannot_be_sent(athlete):
    model = coxa.scale(default_model(), athlete)
    study = coxa.Study(EXERCISE, model=model).vary(load=[40])
    with pytest.raises(coxa.InvalidArgument, match="made in memory.*save it"):
        pickle.dumps(study._spec(study.design(), None, 11))
