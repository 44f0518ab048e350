"""The trials of a study's rows: each is the simulation that it stands for."""

from __future__ import annotations

import _thread
import json
import threading
import time

import coxa
import numpy as np
import pytest
from coxa import _core
from coxa.base.resources import ANTHROPOMETRY
from coxa.models.model import default_model, scale

EXERCISE = "barbell_hip_thrust"


# ---- rows of a study


def row(exercise=EXERCISE, **changed):
    return {
        "exercise": exercise,
        "parameters": {},
        "offsets": {},
        "subject": None,
        "changes": {},
        "criterion": None,
    } | changed


def run(rows, series=(), samples=11, frames=5, options=None, **more):
    return _core.run_trials(
        default_model()._core,
        rows,
        _core.SimulateOptions(frames=frames, **(options or {})),
        list(series),
        samples,
        [("number", "1", "of the row", [float(i) for i in range(len(rows))])],
        ANTHROPOMETRY,
        **more,
    )


def values(dataset, name):
    return dataset["variables"][name][1]


def messages(dataset):
    return values(dataset, "trial_message")


def same(a, b):
    assert a["variables"].keys() == b["variables"].keys()
    for name, (dims, data, _) in a["variables"].items():
        other = b["variables"][name]
        assert dims == other[0]
        if isinstance(data, list):
            assert data == other[1]
        else:
            assert data.tobytes() == other[1].tobytes(), name


def test_a_row_is_a_simulation(athlete):
    changes = {"strength_hamstrings": 0.8, "joint_center_hip_x": 0.004}
    rows = [
        row(subject=athlete),
        row(subject=athlete, parameters={"load": 90, "hold": 0.5}, changes=changes, criterion=3.0),
        row("back_squat", subject=athlete, parameters={"bar_position": "low"}),
    ]
    found = run(rows, series=["hip_extension_moment"])
    assert messages(found) == ["", "", ""]
    model = scale(default_model(), athlete)
    singles = [
        coxa.simulate(EXERCISE, athlete, frames=5),
        coxa.simulate(
            EXERCISE, model=model.perturbed(**changes), frames=5, load=90, hold=0.5, criterion=3
        ),
        coxa.simulate("back_squat", athlete, bar_position="low", frames=5),
    ]
    for i, single in enumerate(singles):
        for name, entry in single.summary().iterrows():
            assert values(found, name)[i] == entry["value"] or np.isnan(entry["value"]), name
        series = values(found, "hip_extension_moment")[i]
        assert np.array_equal(series[[0, -1]], single["hip_extension_moment"].values[[0, -1]])
    # what only one exercise has is missing in the other
    assert np.isfinite(values(found, "peak_bench_force")).tolist() == [True, True, False]


def test_order_and_company_say_nothing(athlete):
    people = [athlete, coxa.Subject(mass=60), None]
    rows = [
        row(subject=people[i % 3], changes={} if i % 2 else {"strength_all": 1.1 + 0.01 * (i // 4)})
        for i in range(12)
    ]
    whole = run(rows)
    order = np.random.default_rng(1).permutation(12)
    shuffled = run([rows[i] for i in order])
    for name in ("peak_hip_extension_moment", "hamstrings_impulse", "largest_reserve"):
        assert np.array_equal(values(shuffled, name), values(whole, name)[order])
    assert len(np.unique(values(whole, "hamstrings_impulse"))) >= 8


def test_many_threads_at_once_give_the_same_bits(athlete):
    rows = [row(subject=athlete, parameters={"load": 20.0 * i}) for i in range(6)]
    expected, found = run(rows), {}
    threads = [threading.Thread(target=lambda i=i: found.update({i: run(rows)})) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(4):
        same(found[i], expected)


def test_other_threads_go_on_meanwhile():
    done, ticks = threading.Event(), []

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.002)

    thread = threading.Thread(target=tick)
    thread.start()
    begin = time.perf_counter()
    try:
        run([row()], frames=4001)
    finally:
        end = time.perf_counter()
        done.set()
        thread.join()
    # one trial: if it held the interpreter, nothing would tick within it
    inside = [t for t in ticks if begin + 0.2 * (end - begin) < t < end - 0.2 * (end - begin)]
    assert len(inside) >= 3


def test_offsets(athlete):
    found = coxa.simulate(EXERCISE, athlete, frames=5)
    distance = json.loads(found.dataset.attrs["parameters"])["foot_distance"]
    rows = [
        row(subject=athlete, offsets={"foot_distance": 0.03, "load": 5.0}),
        row(subject=athlete, parameters={"foot_distance": distance + 0.03, "load": 65.0}),
        row(
            subject=athlete,
            parameters={"load": 480.0},
            offsets={"load": 50.0, "foot_distance": 0.0},
        ),
        row(subject=athlete, parameters={"load": 500.0}),
        row("back_squat", offsets={"bar_position": 1.0}),
        row("back_squat", offsets={"loda": 1.0}),
    ]
    seen = {}
    table = run(rows, measure=lambda i, trial: seen.update({i: trial["parameters"]}) or {})
    peak = values(table, "peak_hip_extension_moment")
    assert peak[0] == peak[1] and peak[2] == peak[3] and peak[0] != peak[2]
    assert seen[0]["load"] == 65 and seen[0]["foot_distance"] == pytest.approx(distance + 0.03)
    assert seen[2]["load"] == coxa.exercise(EXERCISE).parameters["load"].maximum
    assert seen[2]["foot_distance"] is None
    assert messages(table)[4:] == [
        "back_squat: bar_position is one of some words; nothing can be added to it",
        messages(table)[5],
    ]
    assert "did you mean 'load'" in messages(table)[5]


def test_failures_are_rows(athlete):
    rows = [
        row(parameters={"foot_distance": 0.2}),
        row(),
        row("hip_trust"),
        row(changes={"strength_nobody": 2.0}),
        row(subject=coxa.Subject(mass=1000)),
        row(parameters={"load": -3.0}),
    ]
    table = run(rows, series=["status"])
    assert values(table, "trial_status").tolist() == [1, 0, 1, 1, 1, 1]
    words = [
        "foot_distance",
        "",
        "barbell_hip_thrust",
        "strength_nobody",
        "from 20 to 300 kg",
        "load",
    ]
    for text, word in zip(messages(table), words, strict=True):
        assert word in text
    assert values(table, "number").tolist() == [0, 1, 2, 3, 4, 5]
    peak = values(table, "peak_hip_extension_moment")
    assert np.isfinite(peak).tolist() == [False, True, False, False, False, False]
    for wrong, kind in (
        (0, coxa.InfeasibleMotion),
        (2, coxa.UnknownName),
        (5, coxa.InvalidArgument),
    ):
        with pytest.raises(kind):
            run([rows[1], rows[wrong]], strict=True)


def test_reserves_fail_a_strict_trial():
    heavy = row(parameters={"load": 400.0})
    assert values(run([heavy]), "trial_status").tolist() == [0]
    table = run([heavy], options={"strict": True})
    assert values(table, "trial_status").tolist() == [1] and "reserves" in messages(table)[0]
    with pytest.raises(coxa.UnsolvedFrame):
        run([heavy], options={"strict": True}, strict=True)


def test_series_of_different_supports_are_named():
    rows = [row(), row("back_squat")]
    with pytest.raises(coxa.InvalidArgument) as error:
        run(rows, series=["hip_extension_moment", "support_force"])
    assert str(error.value).startswith("trial 1: 'support_force' has ")
    assert "leave it out of the series" in str(error.value)
    table = run(rows, series=["hip_extension_moment"])
    assert values(table, "hip_extension_moment").shape == (2, 11, 2)
    with pytest.raises(coxa.UnknownName, match="no series 'hip_extension_momnt'; did you mean"):
        run(rows, series=["hip_extension_momnt"])


def test_measures_become_summaries(athlete):
    def measure(i, trial):
        dims, data, attributes = trial["variables"]["hip_extension_moment"]
        assert dims == ("time", "side") and attributes["units"] == "N m"
        assert trial["model"].total_mass == pytest.approx(athlete.mass)
        if i == 1:
            raise KeyError("nothing here")
        return {
            "mean_moment": ((), data.mean(), {"units": "N m", "long_name": "mean"}),
            "by_side": (("side",), data.max(axis=0), {"units": "N m"}),
            "by_band": (("band",), np.array([1, 2, 3]), {}),
        }

    rows = [row(subject=athlete, parameters={"load": 40.0 + i}) for i in range(3)]
    table = run(rows, series=["hip_extension_moment"], samples=5, measure=measure)
    assert messages(table) == ["", "measure: KeyError: 'nothing here'", ""]
    dims, data, attributes = table["variables"]["mean_moment"]
    assert dims == ("trial",) and attributes["role"] == "summary" and attributes["units"] == "N m"
    single = coxa.simulate(EXERCISE, athlete, load=42, frames=5)
    assert data[2] == single["hip_extension_moment"].values.mean() and np.isnan(data[1])
    assert values(table, "by_side").shape == (3, 2)
    assert np.array_equal(values(table, "by_side")[2], single["hip_extension_moment"].max("time"))
    assert values(table, "by_band")[0].tolist() == [1, 2, 3]
    # a trial that its measure failed is failed
    assert np.isnan(values(table, "peak_hip_extension_moment")[1])


@pytest.mark.parametrize(
    ("returned", "text"),
    [
        ({"x": ((), "words", {})}, "'x' is neither a number nor an array of numbers"),
        ({"x": (("a",), 1.0, {})}, "'x' has 0 dimensions and names for 1"),
        ({"x": (("side",), np.ones(3), {})}, "'x'"),
        ({"x": (("time",), np.ones(5), {})}, "'x' runs over time; a study keeps summaries: take its"
         " greatest value, mean or integral"),
        ({"load_travel": ((), 1.0, {})}, "load_travel"),
        ({"x": 1.0}, "it must return a dict of name to (dims, values, attributes)"),
        (1.0, "it must return a dict of name to (dims, values, attributes)"),
    ],
)  # fmt: skip
def test_measures_that_are_none(returned, text):
    table = run([row()], measure=lambda i, trial: returned)
    assert values(table, "trial_status").tolist() == [1]
    assert messages(table)[0].startswith("measure: InvalidArgument: ")
    assert text in messages(table)[0]


def test_exceptions_of_a_strict_measure_come_through():
    def fail(i, trial):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        run([row()], measure=fail, strict=True)


def test_rows_are_checked():
    with pytest.raises(coxa.InvalidArgument) as error:
        run([row(lod=1)])
    assert str(error.value) == (
        "a trial has no 'lod'; it has exercise, parameters, offsets, subject, changes and criterion"
    )


def test_ctrl_c_ends_it():
    rows = [row(parameters={"load": 0.1 * i}) for i in range(2000)]
    timer = threading.Timer(0.2, _thread.interrupt_main)
    begin = time.monotonic()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run(rows)
    # 2000 trials take longer by far
    assert time.monotonic() - begin < 5


def test_ctrl_c_in_a_measure_or_a_python_exercise_is_no_failed_trial():
    def interrupted(i, trial):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([row(), row()], measure=interrupted)

    class Interrupted(coxa.Exercise):
        name = "interrupted_exercise"
        title = "Interrupted"
        description = "Ctrl-C while it is built."
        muscles = ("gluteus_maximus",)
        parameters = ()

        def build(self, s, p):
            raise KeyboardInterrupt

    coxa.register(Interrupted)
    try:
        with pytest.raises(KeyboardInterrupt):
            run([row("interrupted_exercise"), row()])
    finally:
        _core.unregister_exercise("interrupted_exercise")


def test_stop_is_asked_between_trials():
    asked = []

    def stop():
        asked.append(len(asked))
        return len(asked) > 3

    with pytest.raises(coxa.Error) as error:
        run([row(parameters={"load": float(i)}) for i in range(10)], stop=stop)
    assert str(error.value) == "given up: asked to stop" and len(asked) == 4


def test_age_and_training_reach_a_study(tmp_path):
    """Each row is the simulation of that person."""
    person = dict(sex="male", mass=80, height=1.80)
    study = coxa.Study("barbell_hip_thrust", coxa.Subject(**person), frames=5, load=30).vary(
        subject_training=["untrained", "trained"], subject_age=[20.0, 60.0]
    )
    ds = study.run(tmp_path / "study.h5", workers=1)
    for trial in ds["trial"].values:
        row = ds.sel(trial=trial)
        who = coxa.Subject(
            **person, age=float(row["subject_age"]), training=str(row["subject_training"].values)
        )
        one = coxa.simulate("barbell_hip_thrust", who, frames=5, load=30)
        assert float(row["hamstrings_peak_activation"]) == float(one["hamstrings_peak_activation"])
    assert len(set(ds["hamstrings_peak_activation"].values.tolist())) > 1
