"""Published findings: rules, measures, the table, and what a run writes."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import coxa
import numpy as np
import pytest
import xarray as xr
from coxa.literature import bundled, report, run
from coxa.literature.measures import GRAVITY, Expression, NoValue, Taken
from coxa.literature.table import Published, Where, brzycki, read_table, read_tables
from coxa.literature.verdicts import VERDICTS, verdict

ROOT = Path(__file__).resolve().parents[3]
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


# ---- tables

HEAD = """
section = "mine"

[sources.me]
cite = "Me 2026"
text = "Me (2026) A paper"
url = "https://example.org"
read = "the paper"

[subjects.man]
sex = "male"
mass = 80
height = 1.80
basis = "the paper"

[trials.thrust]
exercise = "barbell_hip_thrust"
subject = "man"
load = 60
frames = 11
set = { hold = 0.5 }
"""

FINDING = """
[findings.one]
statement = "bar travel"
source = "me"
condition = "one man"
trials = "thrust"
measure = "100 * load_travel"
published = { value = 40, sd = 5, unit = "cm" }
"""


def write(folder, text, name="mine.toml"):
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("section =", "section", ["mine.toml", "not a TOML file"]),
        ("[findings.one]", "[findigns.one]", ["findigns", "did you mean 'findings'"]),
        ('source = "me"', 'source = "you"', ["finding one: source", "no source 'you'"]),
        ('source = "me"\n', "", ["finding one", "has no field 'source'"]),
        ('condition = "one man"\n', "", ["finding one", "'condition'"]),
        ('condition = "one man"', 'condition = ""', ["finding one: condition", "text"]),
        ('statement = "bar travel"', "statement = 3", ["finding one: statement", "text, not 3"]),
        ('trials = "thrust"', 'trials = "trust"', ["finding one: trials", "did you mean 'thrust'"]),
        ('trials = "thrust"\n', "", ["finding one", "trials", "not_simulated"]),
        ('measure = "100 * load_travel"\n', "", ["finding one", "exactly one of measure"]),
        ("100 * load_travel", "100 * lode(", ["finding one: measure", "cannot be read"]),
        (", sd = 5", "", ["finding one: published", "exactly one of sd"]),
        ("sd = 5", 'sd = "5"', ["finding one: published: sd", "number, not '5'"]),
        ("sd = 5", "sd = -5", ["finding one: published: sd", "above 0"]),
        ("sd = 5", "sd = nan", ["finding one: published: sd", "number"]),
        ("sd = 5", "within = 0.1", ["finding one: published", "basis"]),
        ("value = 40, sd = 5, ", "", ["finding one: published", "exactly one of value"]),
        ("value = 40, sd = 5", "rises = true", ["finding one: published", "at least two numbers"]),
        ("value = 40, sd = 5", "range = [5, 4]", ["published: range", "must rise"]),
        ("value = 40, sd = 5", "range = 4", ["published: range", "two numbers"]),
        ("value = 40, sd = 5", 'order = ["a", "b"]', ["published", "two numbers"]),
        ("sd = 5", "sd = 5, comparable = false", ["published", "needs text"]),
        ("sd = 5", "sd = 5, order = []", ["published", "exactly one of"]),
        ("sd = 5", "sd = 5, verdict = 1", ["published", "no field 'verdict'"]),
        ('sex = "male"', 'sex = "man"', ["subjects.man", "'male'"]),
        ("mass = 80", "mass = -80", ["subjects.man", "mass"]),
        ("mass = 80", "weight = 80", ["subjects.man", "no field 'weight'"]),
        ('basis = "the paper"\n', "", ["subjects.man", "basis"]),
        ("load = 60", "load = -1", ["trials.thrust: load", "at least 0"]),
        ("load = 60", "load = { fraction = 0 }", ["trials.thrust: load: fraction", "above 0"]),
        ("load = 60", "load = { }", ["trials.thrust: load", "exactly one of"]),
        ("load = 60", "load = { repetitions = 30 }", ["load: repetitions", "1 to 12"]),
        ("load = 60", 'load = { fraction = 1, of = "x" }', ["load: of", "no trial 'x'"]),
        ("load = 60", 'load = { body_mass = 1, of = "thrust" }', ["load: of", "goes with"]),
        ('subject = "man"', 'subject = "woman"', ["trials.thrust: subject", "woman"]),
        ("set = { hold = 0.5 }", "set = { hold = [1] }", ["trials.thrust: set: hold", "[1]"]),
        (
            "set = { hold = 0.5 }",
            "set = { hold = { ad = 1 } }",
            ["set: hold", "did you mean 'add'"],
        ),
        ("frames = 11", "frame = 11", ["trials.thrust", "did you mean 'frames'"]),
        ('exercise = "barbell_hip_thrust"', 'like = "thrust"', ["trials.thrust", "like this one"]),
        ("frames = 11", 'like = "nothing"', ["trials.thrust: like", "no trial 'nothing'"]),
        ('trials = "thrust"', 'trials = "thrust"\nverdict = "fine"', ["finding one", "'agrees'"]),
        (
            'trials = "thrust"',
            'trials = "thrust"\nverdict = "not simulated"',
            ["finding one: verdict"],
        ),
        (
            'trials = "thrust"',
            'trials = "thrust"\nnot_simulated = "why"',
            ["one: trials", "go with"],
        ),
        (
            'trials = "thrust"',
            'trials = "thrust"\nlevels = { load = [1] }',
            ["levels: load", "two"],
        ),
        ('trials = "thrust"', 'trials = "thrust"\nlevels = { load = [1, 1] }', ["load", "twice"]),
        ('trials = "thrust"', 'trials = "thrust"\nlevels = { }', ["levels", "one parameter"]),
        ('trials = "thrust"', 'trials = "thrust"\ndigits = 0', ["digits", "at least 1"]),
        ('trials = "thrust"', 'trials = { "a b" = "thrust" }', ["trials: a b", "no name"]),
    ],
)
def test_a_mistake_names_file_finding_and_field(old, new, words, tmp_path):
    text = HEAD + FINDING
    assert old in text
    path = write(tmp_path, text.replace(old, new, 1))
    with pytest.raises(coxa.InvalidArgument) as error:
        read_table(path)
    for word in [str(path), *words]:
        assert word in str(error.value)


def test_files_that_are_no_tables(tmp_path):
    with pytest.raises(coxa.FileError, match="no.toml"):
        read_table(tmp_path / "no.toml")
    with pytest.raises(coxa.InvalidArgument, match="no findings"):
        read_table(write(tmp_path, HEAD))
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(coxa.InvalidArgument, match="not a TOML file"):
        read_table(binary)


def test_a_table_may_name_what_the_package_names(tmp_path):
    shared = FINDING.replace('"me"', '"bezodis_2017"').replace('"thrust"', '"thrust_70"')
    found = read_table(write(tmp_path, shared)).findings[0]
    assert found.source.cite == "Bezodis 2017" and found.trials[""].load.value == 0.70
    # its own stands before the package's
    own = read_table(write(tmp_path, HEAD + FINDING)).findings[0]
    assert own.trials[""].load.value == 60


def test_levels_and_changes_of_a_trial(tmp_path):
    text = FINDING.replace('measure = "100', 'each = "100').replace(
        "value = 40, sd = 5", "rises = true"
    )
    text += (
        "levels = { load = [20, { body_mass = 1 }, { fraction = 0.5 }, { repetitions = 10 }] }\n"
    )
    loads = [t.load for t in read_table(write(tmp_path, HEAD + text)).findings[0].trials.values()]
    assert [(load.kind, load.value) for load in loads] == [
        *(("kg", 20), ("body mass", 1), ("maximum", 0.5), ("maximum", 0.75))
    ]
    text = FINDING.replace(
        'trials = "thrust"', 'trials = { like = "thrust", set = { eccentric = 2 } }'
    )
    trial = read_table(write(tmp_path, HEAD + text)).findings[0].trials[""]
    assert [name for name, _ in trial.settings] == ["eccentric", "hold"] and trial.frames == 11


# ---- the table that comes with the package


@pytest.fixture(scope="module")
def table():
    return read_tables(bundled.files())


def test_every_finding_is_whole(table):
    assert len(table.findings) > 100
    for finding in table.findings:
        for text in (finding.statement, finding.condition, report.published(finding)):
            assert text.strip(), finding.id
        source = finding.source
        assert source.url.startswith("http") and re.search(r"\d{4}|web page", source.cite), (
            finding.id
        )
        assert finding.read or source.read, finding.id
        assert finding.recorded in VERDICTS, f"{finding.id}: no verdict is recorded"
        if finding.not_simulated:
            assert finding.recorded == "not simulated"
        else:
            assert report.rule(finding.published), finding.id


def test_every_disagreement_has_a_likely_cause(table):
    for finding in table.findings:
        if finding.recorded == "disagrees":
            assert finding.note, f"{finding.id} disagrees and has no note"


def test_emg_is_never_compared_as_a_number(table):
    for finding in table.findings:
        published = finding.published
        if re.search(r"MVI?C|EMG", published.text) and not finding.not_simulated:
            assert published.kind not in ("value", "range") and not published.values, finding.id
            assert not published.comparable, finding.id


def test_no_source_is_named_twice_or_never(table):
    keys = [finding.source.key for finding in table.findings]
    texts = "".join(path.read_text() for path in bundled.files())
    for key in re.findall(r"^\[sources\.(\w+)\]", texts, re.MULTILINE):
        assert key in keys, f"source {key} is named by no finding"


# ---- runs


def run_table(tmp_path, text, **options):
    return coxa.validate(table=write(tmp_path, HEAD + text), **options)


def test_a_run_says_what_was_simulated(tmp_path):
    found = run_table(tmp_path, FINDING)
    (row,) = found.rows
    one = coxa.simulate(
        *("barbell_hip_thrust", coxa.Subject(sex="male", mass=80, height=1.80)),
        **{"load": 60, "hold": 0.5, "frames": 11},
    )
    assert row.numbers == {"": 100 * float(one["load_travel"])}
    assert row.verdict == "agrees" and row.recorded == "" and found.ok
    assert row.simulated == f"{row.numbers['']:.1f} cm"
    assert row.published == "40 ± 5 cm" and row.rule == "mean ± 2 SD: 30 to 50"
    assert row.source == "Me 2026" and row.url == "https://example.org"
    assert "male, 80 kg, 1.8 m" in row.trials[0] and "60 kg" in row.trials[0]
    assert found.counts() == {"agrees": 1} and "1 agrees" in repr(found)


def test_laws_hold_in_the_vocabulary(tmp_path):
    text = """
[findings.weight]
statement = "supports carry the weight when nothing moves"
source = "me"
condition = "statics"
trials = { like = "thrust", frames = 201, set = { hold = 2 } }
measure = "mean(ground_force, top[0.2:0.8]) / (body_weight + 9.80665 * load)"
published = { value = 1, within = 1e-6, basis = "statics" }

[findings.fall]
statement = "and never pull"
source = "me"
condition = "statics"
trials = "thrust"
measure = "least(ground_force, rep)"
published = { above = 0, unit = "N" }

[findings.share]
statement = "half of the heaviest load is half of it"
source = "me"
condition = "arithmetic"
trials = { like = "thrust", load = { fraction = 0.5 } }
measure = "load / greatest_load"
published = { value = 0.5, within = 1e-9, basis = "arithmetic" }

[findings.farther]
statement = "feet 5 cm farther than the exercise puts them"
source = "me"
condition = "arithmetic"
trials = { near = "thrust", far = { like = "thrust", set = { foot_distance = { add = 0.05 } } } }
measure = 'far.parameter["foot_distance"] - near.parameter["foot_distance"]'
published = { value = 0.05, within = 1e-6, basis = "arithmetic" }
"""
    for row in run_table(tmp_path, text).rows:
        assert row.verdict == "agrees", row


def test_what_cannot_be_run_is_an_error_and_never_a_pass(tmp_path):
    text = """
[trials.none]
exercise = "no_such_exercise"
subject = "man"

[trials.impossible]
like = "thrust"
set = { foot_distance = 0.2 }

[trials.unknown]
like = "thrust"
set = { feet = 0.2 }
""" + "".join(
        FINDING.replace("findings.one", f"findings.{name}").replace('"thrust"', f'"{name}"')
        for name in ("thrust", "none", "impossible", "unknown")
    )
    text = text.replace('"100 * load_travel"', '"100 * load_trav"', 1)
    rows = {row.id: row for row in run_table(tmp_path, text).rows}
    assert {row.verdict for row in rows.values()} == {"error"}
    assert all(row.differs for row in rows.values())
    assert rows["none"].simulated == "exercise no_such_exercise not found"
    assert "foot_distance" in rows["impossible"].simulated
    assert "feet" in rows["unknown"].simulated
    assert "load_trav" in rows["thrust"].simulated and "measure" in rows["thrust"].simulated


def test_not_simulated_says_why(tmp_path):
    text = """
[findings.growth]
statement = "muscles grow"
source = "me"
condition = "nine weeks"
published = { text = "3 cm2" }
not_simulated = "growth is no part of the model"
"""
    found = run_table(tmp_path, text)
    assert found.rows[0].verdict == "not simulated" and found.ok
    assert "growth is no part of the model" in found.to_markdown()


def test_each_distinct_trial_is_simulated_once(tmp_path, monkeypatch):
    from coxa.literature import trials

    calls = []

    def counted(kind, work):
        def call(*args, **kwargs):
            calls.append((kind, args[0], kwargs.get("load")))
            return work(*args, **kwargs)

        return call

    monkeypatch.setattr(trials, "simulate", counted("simulate", trials.simulate))
    monkeypatch.setattr(trials, "max_load", counted("max_load", trials.max_load))
    half = FINDING.replace('"thrust"', '{ like = "thrust", load = { fraction = 0.5 } }')
    third = FINDING.replace('"thrust"', '{ like = "thrust", load = { fraction = 0.3 } }')
    text = "".join(
        one.replace("findings.one", f"findings.n{i}")
        for i, one in enumerate([FINDING, FINDING, half, half, third])
    )
    found = run_table(tmp_path, text, workers=3)
    assert len(found.rows) == 5 and found.counts() == {"agrees": 5}
    assert [kind for kind, *_ in calls].count("max_load") == 1
    assert [kind for kind, *_ in calls].count("simulate") == 3


def test_any_number_of_workers_gives_the_same_numbers(tmp_path):
    text = FINDING.replace('measure = "100', 'each = "100').replace(
        "value = 40, sd = 5", "rises = true"
    )
    text += "levels = { bench_height = [0.36, 0.40, 0.44] }\n"
    one, three = (run_table(tmp_path, text, workers=n).rows[0] for n in (1, 3))
    assert one.numbers == three.numbers and list(one.numbers) == ["0.36", "0.4", "0.44"]


def test_only_takes_names_and_patterns(tmp_path):
    text = "".join(FINDING.replace("one", name) for name in ("one_a", "one_b", "two"))
    # the condition of each says who
    assert [r.id for r in run_table(tmp_path, text, only="two").rows] == ["two"]
    assert [r.id for r in run_table(tmp_path, text, only=["two", "one_*"]).rows] == [
        *("one_a", "one_b", "two")
    ]
    with pytest.raises(coxa.UnknownName, match="did you mean 'two'"):
        run_table(tmp_path, text, only="twoo")
    with pytest.raises(coxa.InvalidArgument, match="only"):
        run_table(tmp_path, text, only=[])
    with pytest.raises(coxa.InvalidArgument, match="workers"):
        run_table(tmp_path, text, workers=0)


def test_unsolved_and_reserve_frames_are_remarked(tmp_path):
    heavy = FINDING.replace('"thrust"', '{ like = "thrust", load = 450 }')
    (row,) = run_table(tmp_path, heavy).rows
    assert re.search(r"\d+ of 11 frames (unsolved|with reserves)", row.remarks)


# ---- recording


def test_record_writes_verdicts_and_nothing_else(tmp_path):
    text = HEAD + "# a comment\n" + FINDING.replace("value = 40", "value = 400") + "\n# the end"
    two = FINDING.replace("findings.one", "findings.two") + 'verdict = "disagrees" # old\n'
    path = write(tmp_path, text + two)
    found = coxa.validate(table=path)
    assert [row.verdict for row in found.rows] == ["disagrees", "agrees"]
    assert [row.id for row in found.differing] == ["two"]
    changes = run.record(found)
    assert [change.split(" (")[0] for change in changes] == [
        *("one: nothing -> disagrees", "two: disagrees -> agrees")
    ]
    after = path.read_text()
    assert after.replace('verdict = "disagrees"\n', "", 1) == (text + two).replace(
        'verdict = "disagrees" # old', 'verdict = "agrees"'
    )
    again = coxa.validate(table=path)
    assert again.ok and [row.recorded for row in again.rows] == ["disagrees", "agrees"]
    assert run.record(again) == [] and path.read_text() == after


def test_errors_are_not_recorded(tmp_path):
    path = write(tmp_path, HEAD.replace("barbell_hip_thrust", "nothing") + FINDING)
    before = path.read_text()
    assert run.record(coxa.validate(table=path)) == [] and path.read_text() == before


# ---- what is written


def test_csv_and_markdown(tmp_path):
    text = FINDING.replace("bar travel", "bar | travel").replace(
        'trials = "thrust"', 'trials = "thrust"\nnote = "because, \\"so\\""\nverdict = "agrees"'
    )
    found = run_table(tmp_path, text)
    assert found.save(tmp_path / "out.csv") == tmp_path / "out.csv"
    with open(tmp_path / "out.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    assert list(row) == list(report.COLUMNS)
    assert row["verdict"] == "agrees" and row["note"] == 'because, "so"'
    found.save(tmp_path / "out.md")
    lines = (tmp_path / "out.md").read_text().splitlines()
    assert lines[0] == "| Finding | Published | Simulated | Verdict | Source |"
    assert lines[2].startswith("| bar \\| travel | 40 ± 5 cm | ") and lines[2].endswith(
        "| agrees | Me 2026 |"
    )
    mixed = write(tmp_path, f"above\n{report.BEGIN}\nold\n{report.END}\nbelow\n", "mixed.md")
    found.save(mixed)
    above, table, below = re.split("<!-- validate:.*-->", mixed.read_text())
    assert (above, table.strip(), below) == ("above\n", found.to_markdown().strip(), "\nbelow\n")
    frame = found.to_dataframe()
    assert frame.loc["one", "verdict"] == "agrees"


def test_files_appear_whole_or_not_at_all(tmp_path, monkeypatch):
    found = run_table(tmp_path, FINDING)
    target = tmp_path / "out.csv"
    target.write_text("old")
    target.chmod(0o640)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report.os, "fsync", fail)
    with pytest.raises(coxa.FileError, match="No space left"):
        found.save(target)
    assert target.read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["mine.toml", "out.csv"]
    monkeypatch.undo()
    found.save(target)
    assert target.read_text().startswith("id,section") and target.stat().st_mode & 0o777 == 0o640
    for bad, words in (("out.txt", "must end with"), ("no/out.csv", "no folder")):
        with pytest.raises(coxa.Error, match=words):
            found.save(tmp_path / bad)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        *((3.126, "3.13"), (0.5, "0.500"), (12345.6, "12300"), (0.012345, "0.0123"), (0, "0")),
        *((-40.04, "-40.0"), (99.96, "100.0"), (1e-9, "0.00000000100")),
    ],
)
def test_numbers_are_three_digits_long(given, text):
    assert report.number(given) == text


# ---- the command


def command(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "coxa.commands", "validate", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
        **options,
    )


def test_exit_statuses(tmp_path):
    path = write(tmp_path, HEAD + FINDING)
    found = command("--table", path)
    assert found.returncode == 0, found.stderr
    for word in ("bar travel", "40 ± 5 cm", "agrees", "Me 2026", "1 findings: 1 agrees"):
        assert word in found.stdout
    path.write_text(path.read_text() + 'verdict = "disagrees"\n')
    found = command("--table", path, "--csv", tmp_path / "v.csv", "--markdown", tmp_path / "v.md")
    assert found.returncode == 1
    assert found.stderr.startswith("coxa: one: agrees, recorded disagrees (")
    assert (tmp_path / "v.csv").exists() and (tmp_path / "v.md").exists()
    found = command("--table", path, "--record")
    assert found.returncode == 0 and "disagrees -> agrees" in found.stderr
    assert command("--table", path).returncode == 0
    for arguments, words in (
        (("--table", tmp_path / "no.toml"), "no.toml"),
        (("--only", "nothing_of_that_name"), "no finding"),
        (("--csv", tmp_path / "no" / "v.csv"), "no folder"),
        (("--csv", tmp_path / "v.md"), "must end with"),
        (("--workers", "0"), "workers"),
        (("--markdown", "-", "--json"), "standard output"),
    ):
        found = command(*arguments)
        assert found.returncode == 2, arguments
        assert words in found.stderr and found.stderr.count("\n") == 1 and found.stdout == ""


def test_json_is_one_object_and_markdown_can_be_printed(tmp_path):
    path = write(tmp_path, HEAD + FINDING)
    found = command("--table", path, "--json")
    assert found.returncode == 0 and found.stderr == ""
    told = json.loads(found.stdout)
    assert told["ok"] and told["counts"] == {"agrees": 1}
    assert told["findings"][0]["id"] == "one" and told["findings"][0]["numbers"]
    printed = command("--table", path, "--markdown", "-")
    assert printed.stdout == coxa.validate(table=path).to_markdown()


def test_a_missing_exercise_is_a_failure(tmp_path):
    path = write(tmp_path, HEAD.replace("barbell_hip_thrust", "nothing") + FINDING)
    found = command("--table", path)
    assert found.returncode == 1 and "exercise nothing not found" in found.stderr


# ---- the table of the documentation, and the whole of it


def documented_rows():
    text = (ROOT / "docs" / "reference" / "validation_table.md").read_text()
    block = text.split(report.BEGIN)[1].split(report.END)[0]
    lines = [line for line in block.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_the_documentation_shows_the_recorded_verdicts(table):
    rows = documented_rows()
    assert len(rows) == len(table.findings)
    for finding, (statement, published, simulated, said, source) in zip(
        table.findings, rows, strict=True
    ):
        assert statement == finding.statement and source == finding.source.cite
        assert published == report.published(finding), finding.id
        assert said == finding.recorded, finding.id
        assert simulated, finding.id


def numbers_in(text):
    return [float(word) for word in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", text)]


def test_the_whole_table_gives_the_recorded_verdicts_and_the_documented_numbers():
    found = coxa.validate()
    differing = [f"{row.id}: {row.verdict}, recorded {row.recorded}" for row in found.differing]
    assert not differing
    for row, (_, _, simulated, *_) in zip(found.rows, documented_rows(), strict=True):
        # three digits: other compilers may round the last one differently
        shown, now = numbers_in(simulated), numbers_in(row.simulated)
        assert len(shown) == len(now), row.id
        assert np.allclose(shown, now, rtol=0.02, atol=0.002), (row.id, simulated, row.simulated)
