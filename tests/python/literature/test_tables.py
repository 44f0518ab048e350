"""Tables of findings: what is read from them, and which mistakes are named."""

from __future__ import annotations

import sys
from pathlib import Path

import coxa
import pytest
from coxa.literature.table import read_table

sys.path.insert(0, str(Path(__file__).parent))
from own_tables import FINDING, HEAD, write

# ---- tables


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
        ('subject = "man"', 'subject = "nobody"', ["trials.thrust: subject", "nobody"]),
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
