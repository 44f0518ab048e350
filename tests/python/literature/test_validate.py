"""Published findings: runs, recording, what a run writes, and the command."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import coxa
import pytest
from coxa.literature import report, run

sys.path.insert(0, str(Path(__file__).parent))
from own_tables import FINDING, HEAD, write

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
