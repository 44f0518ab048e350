"""What a finding measures of a trial, and the verdict on it, known by hand."""

from __future__ import annotations

import re

import coxa
import numpy as np
import pytest
import xarray as xr
from coxa.base.constants import GRAVITY
from coxa.literature.measures import Expression, NoValue, Taken
from coxa.literature.table import Published, Where, brzycki
from coxa.literature.verdicts import verdict

nan, inf = float("nan"), float("inf")


# ---- rules: verdicts known by hand


@pytest.mark.parametrize(
    ("published", "numbers", "expected"),
    [
        # mean and two standard deviations: 2.17 to 4.09
        (Published("value", value=3.13, sd=0.48), [3.13], "agrees"),
        (Published("value", value=3.13, sd=0.48), [4.089], "agrees"),
        (Published("value", value=3.13, sd=0.48), [2.171], "agrees"),
        (Published("value", value=3.13, sd=0.48), [4.10], "disagrees"),
        (Published("value", value=3.13, sd=0.48, neutral=0), [6.0], "direction only"),
        (Published("value", value=3.13, sd=0.48, neutral=0), [-1.0], "disagrees"),
        (Published("value", value=-10, sd=2, neutral=0), [-3], "direction only"),
        (Published("value", value=-10, sd=2, neutral=0), [0.5], "disagrees"),
        (Published("value", value=-10, sd=2, neutral=0), [0], "disagrees"),
        # another band than two deviations, and a share of the value
        (Published("value", value=10, sd=1, deviations=1), [11.5], "disagrees"),
        (Published("value", value=-10, within=0.25), [-12.4], "agrees"),
        (Published("value", value=-10, within=0.25), [-12.6], "disagrees"),
        # a ratio has a direction about 1
        (Published("range", low=1.12, high=1.48, neutral=1), [1.2], "agrees"),
        (Published("range", low=1.12, high=1.48, neutral=1), [2.0], "direction only"),
        (Published("range", low=1.12, high=1.48, neutral=1), [0.9], "disagrees"),
        (Published("range", low=0), [1e-9], "agrees"),
        (Published("range", low=0), [-1e-9], "disagrees"),
        (Published("range", low=5, neutral=0), [1], "direction only"),
        (Published("range", high=-5, neutral=0), [-1], "direction only"),
        (Published("range", high=10), [10.9], "disagrees"),
        # orders: two names have no middle ground, three have
        (Published("order", order=("a", "b")), {"a": 2, "b": 1}, "agrees"),
        (Published("order", order=("a", "b")), {"a": 1, "b": 2}, "disagrees"),
        (Published("order", order=("a", "b")), {"b": 2, "a": 1}, "disagrees"),
        (Published("order", order=("a", "b")), {"a": 1.005, "b": 1}, "disagrees"),
        (Published("order", order=("a", "b")), {"a": 1, "b": -1}, "agrees"),
        (Published("order", order=("a", "b", "c")), {"a": 3, "b": 2, "c": 1}, "agrees"),
        (Published("order", order=("a", "b", "c")), {"a": 3, "b": 4, "c": 1}, "direction only"),
        (Published("order", order=("a", "b", "c")), {"a": 1, "b": 4, "c": 3}, "disagrees"),
        # an order whose members have bands of their own
        (
            Published("order", order=("a", "b"), values={"a": (155, 28), "b": (24, 27)}),
            {"a": 200, "b": 30},
            "agrees",
        ),
        (
            Published("order", order=("a", "b"), values={"a": (155, 28), "b": (24, 27)}),
            {"a": 300, "b": 30},
            "direction only",
        ),
        # trends: a step of less than 1 % is none
        (Published("monotone", way="rises"), [1, 2, 3], "agrees"),
        (Published("monotone", way="rises"), [1, 2, 1.999, 3], "agrees"),
        (Published("monotone", way="rises"), [1, 3, 2], "direction only"),
        (Published("monotone", way="rises"), [3, 2, 1], "disagrees"),
        (Published("monotone", way="rises"), [1, 1.005], "disagrees"),
        (Published("monotone", way="falls"), [3, 2, 1], "agrees"),
        (Published("monotone", way="falls"), [3, 4, 1], "direction only"),
        (Published("monotone", way="falls"), [-1, -2], "agrees"),
        (Published("unchanged", within=0.1), [10, 10.9, 9.1], "agrees"),
        (Published("unchanged", within=0.1), [10, 11.1], "disagrees"),
        (Published("unchanged", within=0.1), [-10, -10.9], "agrees"),
        # on a scale that no simulation has, the direction is all that can be reproduced
        (
            Published("order", order=("a", "b"), comparable=False),
            {"a": 2, "b": 1},
            "direction only",
        ),
        (Published("order", order=("a", "b"), comparable=False), {"a": 1, "b": 2}, "disagrees"),
    ],
)
def test_verdicts_known_by_hand(published, numbers, expected):
    if isinstance(numbers, list):
        numbers = {str(i): value for i, value in enumerate(numbers)}
    assert verdict(published, numbers) == expected


def test_repetitions_become_a_share_of_the_maximum():
    # Brzycki (1993): 36 / (37 - n) times the load of n repetitions is the maximum
    assert brzycki(1) == 1
    assert brzycki(10) == 0.75
    assert brzycki(6) == pytest.approx(31 / 36)


# ---- measures: a trial made by hand


def trial(**replacing):
    """Up for 1 s, held for 1 s, down for 2 s, at 10 frames a second; body of 80 kg, bar of 20 kg."""
    time = np.linspace(0, 4, 41)
    phase = np.where(time < 1, 0, np.where(time < 2, 1, 2)).astype(np.int32)
    path = np.clip(np.where(time < 1, time, np.where(time < 2, 1, 2 - time / 2)), 0, 1)
    side = ["right", "left"]
    ramp = 10 * time  # 0 to 40 N m
    flags = {
        "flag_values": np.array([0, 1, 2], np.int32),
        "flag_meanings": "concentric hold eccentric",
    }
    variables = {
        "phase": ("time", phase, flags),
        "path": ("time", path),
        "status": ("time", np.zeros(41, np.int32)),
        "moment": (("time", "side"), np.stack([ramp, 3 * ramp], 1), {"units": "N m"}),
        "group_activation": (
            ("time", "side", "group"),
            np.stack([np.full((41, 2), 0.2), np.tile([0.4, 0.6], (41, 1))], 2),
            {"units": "1"},
        ),
        "point": (("time", "axis"), np.stack([time, 0 * time, 2 * time], 1), {"units": "m"}),
        "support_force": (
            ("time", "support", "axis"),
            np.tile([[1.0, 100.0, 2.0], [-1.0, 50.0, 0.0]], (41, 1, 1)),
            {"units": "N"},
        ),
        "load_travel": ((), 0.4, {"units": "m"}),
    }
    variables |= replacing
    coordinates = {
        "time": time,
        "side": side,
        "group": ["hamstrings", "glutes"],
        "axis": ["x", "y", "z"],
        "support": ["right_foot", "bench"],
    }
    scalars = {"mass": 80.0, "height": 1.8, "load": 20.0, "body_weight": 80 * GRAVITY}
    return Taken(
        xr.Dataset(variables, coordinates), scalars, {"foot_distance": 0.8, "band": "blue"}
    )


def value(text, taken=None, **others):
    trials = {"": taken or trial()} if not others else others
    return Expression.parse(Where("here"), text, list(others))(trials)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # both sides of a moment are summed: 40 t; those of an activation averaged
        ("peak(moment)", 160),
        ('peak(moment["right"], rep)', 40),
        ("least(moment, rep)", 0),
        ("peak(moment, lift)", 36),
        ("start(moment, top)", 40),
        ("end(moment, lift)", 36),
        ("mean(moment, rep)", 80),
        ("integral(moment, rep)", 320),
        ("travel(moment, lift)", 36),
        ('mean(group_activation["glutes"], rep)', 0.5),
        ('mean(group_activation["glutes", "left"], rep)', 0.6),
        ('mean(group_activation["left", "glutes"], rep)', 0.6),
        # parts of a phase by time, both edges included: 0, 0.1, 0.2, 0.3 s
        ("peak(moment, lift[0:1/3])", 12),
        ("least(moment, lift[2/3:1])", 24),
        # parts of the way up by place
        ("peak(moment, path[0:0.5])", 20),
        ("least(moment, path[0.5:])", 20),
        ("when(moment, lift)", 1),
        ("when(0 - moment, lift)", 0),
        ('at_peak(moment["right"], moment, lowering)', 40),
        ("peak(absolute(0 - moment), rep)", 160),
        ("degrees(angle(1, 1))", 45),
        ("degrees(angle(1, 0 - 1))", 135),
        ("larger(1, 2) + smaller(1, 2)", 3),
        ("peak(norm(point), rep)", 4 * 5**0.5),
        ("way(point, rep)", 4 * 5**0.5),
        ("mean(ground_force, rep)", 150),
        ("100 * load_travel / (mass + load)", 0.4),
        ("body_weight / mass", GRAVITY),
        ('parameter["foot_distance"] ** 2', 0.64),
        ("-load_travel + 2 * 3", 5.6),
    ],
)
def test_measures_known_by_hand(text, expected):
    assert value(text) == pytest.approx(expected, rel=1e-12)


def test_measures_of_several_trials():
    double = trial(moment=(("time", "side"), np.full((41, 2), 5.0), {"units": "N m"}))
    assert value("peak(a.moment, rep) / peak(b.moment, rep)", a=trial(), b=double) == 16
    assert value('a.load_travel + b.parameter["foot_distance"]', a=trial(), b=double) == 0.4 + 0.8
    assert value("larger(peak(a.moment), peak(b.moment))", a=trial(), b=double) == 160


def with_gap(first, last):
    moment = np.ones((41, 2))
    moment[first : last + 1] = nan
    status = np.zeros(41, np.int32)
    status[first : last + 1] = 1
    return trial(moment=(("time", "side"), moment, {"units": "N m"}), status=("time", status))


def test_missing_frames_are_no_value_only_where_they_are_asked_for():
    gap = with_gap(5, 7)
    assert value("mean(moment, lowering)", gap) == 2
    with pytest.raises(
        NoValue, match=r"no value in 3 of 10 frames \(3 frames could not be solved\)"
    ):
        value("mean(moment, lift)", gap)
    # one side missing is not half a value
    half = trial()
    half.dataset["moment"][3, 1] = nan
    with pytest.raises(NoValue, match="1 of 41"):
        value("peak(moment, rep)", half)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("peak(momemt)", "did you mean 'moment'"),
        ('peak(moment["wright"])', "did you mean 'right'"),
        ("moment", "series over time"),
        ("peak(load_travel)", "series over time, not a number"),
        ('peak(support_force["bench"])', "say which axis"),
        ("mean(group_activation)", "say which group"),
        ("load_travel / (mass - 80)", "divides by zero"),
        ("(0 - mass) ** 0.5", "not a number"),
        ("greatest_load", "no greatest_load"),
        ('parameter["feet"]', "foot_distance"),
        ('parameter["band"]', "'blue', not a number"),
    ],
)
def test_what_a_trial_does_not_have(text, words):
    with pytest.raises(NoValue, match=words):
        value(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("peak(moment", "cannot be read"),
        ("peek(moment)", "did you mean 'peak'"),
        ("peak()", "1 quantity"),
        ("peak(moment, lift, top)", "1 quantity"),
        ("at_peak(moment)", "2 quantities"),
        ("peak(moment, lifted)", "did you mean 'lift'"),
        ("peak(moment, lift[0.5:0.2])", "rising from 0 to 1"),
        ("peak(moment, lift[0:2])", "rising from 0 to 1"),
        ("peak(moment, lift[0])", "from:to"),
        ("peak(moment, lift[0:mass])", "a share is a number"),
        ("lift", "no quantity"),
        ("peak", "no quantity"),
        ("'text'", "no number"),
        ("moment[0]", "labels are text"),
        ("peak(moment, during=lift)", "named arguments"),
        ("moment if mass else load", "nothing that a measure may say"),
        ("__import__('os')", "no function"),
        ("mass.real", "no trial"),
        ("(lambda: 1)()", "no function"),
        ("[1, 2]", "nothing that a measure may say"),
        ("mass // 2", "only"),
        ("not mass", "only"),
    ],
)
def test_what_a_measure_may_not_say(text, words):
    with pytest.raises(coxa.InvalidArgument, match=re.escape(words)) as error:
        Expression.parse(Where("file", "finding x", "measure"), text, [])
    assert "file: finding x: measure:" in str(error.value)


def test_with_several_trials_a_measure_says_whose():
    for text, words in (
        ("peak(moment)", "say of which trial: a.moment or b.moment"),
        ("a / b", "a is a trial"),
        ("c.moment", "no trial of this finding 'c'"),
    ):
        with pytest.raises(coxa.InvalidArgument, match=words):
            Expression.parse(Where("here"), text, ["a", "b"])
    mixed = Expression.parse(Where("here"), "peak(a.moment + b.moment)", ["a", "b"])
    with pytest.raises(NoValue, match="of one trial"):
        mixed({"a": trial(), "b": trial()})
