"""Every count has a limit, and what a call needs is known before it starts."""

import itertools
import math
import timeit

import coxa
import numpy as np
import pytest
from coxa import _core
from coxa.base import check, estimate
from coxa.base.limits import LIMITS, check_count
from coxa.models.model import default_model


@pytest.mark.parametrize("name", LIMITS)
def test_limits_are_inclusive_and_stated(name):
    row = LIMITS[name]
    assert check_count(name, row.least) == row.least
    assert check_count(name, np.int64(row.most)) == row.most
    with pytest.raises(coxa.InvalidArgument) as error:
        check_count(name, row.most + 1)
    assert str(error.value) == (
        f"{name} must be a whole number from {row.least} to {row.most}, not {row.most + 1}; {row.instead}"
    )
    with pytest.raises(coxa.InvalidArgument, match=f"of at least {row.least}, not {row.least - 1}"):
        check_count(name, row.least - 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "not True"),
        (np.True_, "True"),
        (101.0, "not 101.0"),
        (np.float64(101), "101.0"),
        (math.nan, "not nan"),
        ("101", "not '101'"),
        (2**64, "from 2 to 100000, not 18446744073709551616"),
        (np.uint64(2**64 - 1), "from 2 to 100000"),
        (10**5000, "from 2 to 100000, not a whole number of 5000 digits"),
        (-(10**5000), "at least 2, not a whole number of 5000 digits"),
    ],
    ids=[*"abcdefghij"],
)
def test_what_is_no_count(value, text):
    with pytest.raises(coxa.InvalidArgument) as error:
        check_count("frames", value)
    assert text in str(error.value) and "\n" not in str(error.value)


def test_values_are_shown_on_one_short_line():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    for value in ("x" * 10**6, list(range(10**5)), deep, np.zeros((50, 50)), [10**5000]):
        text = check.shown(value)
        assert "\n" not in text and len(text) <= 200
    with pytest.raises(coxa.UnknownName) as error:
        coxa.exercise("x" * 10**6)
    assert len(str(error.value)) < 1500


def test_the_core_has_the_same_limit_of_frames():
    most = LIMITS["frames"].most
    options = _core.SimulateOptions(frames=most + 1)
    with pytest.raises(coxa.InvalidArgument, match=f"at most {most} frames; given {most + 1}"):
        _core.simulate(default_model()._core, "glute_bridge", {}, options)


def test_the_core_limits_repetitions():
    class Endless(coxa.Exercise):
        """A bridge that is repeated for ever."""

        def build(self, model, p):
            scenario = coxa.exercise("glute_bridge").build(model)
            scenario.repetitions = 1001
            return scenario

    coxa.register(Endless)
    try:
        with pytest.raises(
            coxa.InvalidArgument, match="at most 1000 repetitions; given 1001; simulate one"
        ):
            coxa.simulate("endless")
    finally:
        coxa.unregister("endless")


def test_infinite_lists_are_refused():
    with pytest.raises(coxa.InvalidArgument, match="levels of load must be .* to 10000"):
        coxa.Study("glute_bridge").vary(load=itertools.repeat(40))


def test_a_study_is_counted_and_not_drawn():
    study = coxa.Study("glute_bridge").vary(load=(40, 60), hold=[1, 2], repetitions=(1, 3))
    assert len(study.sample(7, method="grid")) == 7 * 2 * 3 == len(study.design())
    assert len(study.sample(5, paired="hold")) == 10 == len(study.design())
    study.sample(10_000_000)
    assert timeit.timeit(lambda: len(study), number=1) < 1


def test_a_trial_is_estimated_in_microseconds():
    muscles = len(default_model().muscles)
    each = min(timeit.repeat(lambda: estimate.trial(muscles, 101), number=100, repeat=5)) / 100
    assert each < 1e-4


def test_memory_of_a_trial_is_as_estimated(result):
    frames = result.dataset.sizes["time"]
    estimated = estimate.trial(len(result.model.muscles), frames).memory
    assert result.dataset.nbytes == pytest.approx(estimated, rel=0.15)


def test_what_memory_cannot_hold_is_refused(monkeypatch):
    monkeypatch.setattr(estimate, "available_memory", lambda: 3e8)
    with pytest.raises(coxa.InvalidArgument) as error:
        coxa.simulate("glute_bridge", frames=50_000)
    assert str(error.value) == (
        "a trial with frames=50000 would take about 544 MB of memory, and 300 MB are available; lower frames"
    )
    study = coxa.Study("glute_bridge").vary(load=(40, 60)).sample(100_000)
    with pytest.raises(coxa.InvalidArgument, match="and 300 MB are available; lower workers"):
        study.run(series=("activation",), samples=1001)
    with pytest.raises(coxa.InvalidArgument, match="trials at once with frames=20000 .* lower"):
        coxa.compare(["glute_bridge", "back_squat"], frames=20_000)
    # what is small needs no look
    monkeypatch.setattr(estimate, "available_memory", lambda: 0)
    estimate.require_memory("this", 1e8, "that")


def test_available_memory_respects_the_process_limit(monkeypatch):
    there = estimate.available_memory()
    assert 1e6 < there < 1e15
    mapped = int(open("/proc/self/statm").read().split()[0]) * 4096
    monkeypatch.setattr(estimate.resource, "getrlimit", lambda _: (mapped + 10**6, 0))
    assert estimate.available_memory() < 2e6


def test_a_plan_of_long_trials_is_estimated_alone():
    study = coxa.Study("glute_bridge", frames=90_000, intervals=True).vary(load=[40, 60])
    plan = study.plan(workers=1)
    assert plan.trials == 2 and plan.seconds > 100 and plan.bytes > 0 and plan.memory > 8e8
    assert "of memory" in repr(plan)


def test_pictures_of_an_animation(result, tmp_path):
    target = tmp_path / "slow.gif"
    with pytest.raises(coxa.InvalidArgument, match="pictures of this animation .* raise speed"):
        result.animate(target, speed=1e-300)
    with pytest.raises(coxa.InvalidArgument, match="fps must be a whole number from 1 to 240"):
        result.animate(target, fps=2**32)
    assert not target.exists()
