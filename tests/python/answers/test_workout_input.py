"""Workouts as users give them: as text, by the command, and what is refused."""

from __future__ import annotations

import csv
import json
import os

import coxa
import pytest
from command_line import run
from coxa.answers.sets import parse_sets, read_plan
from coxa.commands import main

EXERCISE = "barbell_hip_thrust"


# ---- what is refused


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"exercise": "barbell_hip_trust"}, ["did you mean", EXERCISE]),
        ({"sets": 0}, [EXERCISE, "sets", "at least 1", "0"]),
        ({"reps": 2.5}, [EXERCISE, "reps", "whole", "2.5"]),
        ({"rest": -1}, ["rest", "0 s or more", "-1"]),
        ({"rest": "long"}, ["rest", "number in s", "'long'"]),
        ({"load": 60, "fraction": 0.5}, [EXERCISE, "load and fraction"]),
        ({"load": 900}, [EXERCISE, "900", "500 kg"]),
        ({"fraction": 1.5}, ["fraction", "1.5"]),
        ({"fraction": 70}, ["give 0.7"]),
        ({"repetitions": 3}, ["reps", "repetitions"]),
        ({"each_side": True}, [EXERCISE, "no parameter side"]),
        ({"bench_hight": 0.4}, ["bench_hight", "did you mean 'bench_height'"]),
        ({"bench_height": 4}, ["bench_height", "4", "0.6"]),
    ],
)
def test_sets_refuse(options, words):
    with pytest.raises(coxa.InvalidArgument) as error:
        coxa.Sets(**{"exercise": EXERCISE, "sets": 1, "reps": 1, **options})
    for word in words:
        assert word in str(error.value), str(error.value)


@pytest.mark.parametrize(
    ("sets", "options", "words"),
    [
        ([], {}, ["at least one coxa.Sets"]),
        ([EXERCISE], {}, ["list of coxa.Sets", EXERCISE]),
        (None, {"threshold": 1.5}, ["threshold", "1.5"]),
        (None, {"threshold": "high"}, ["threshold", "'high'"]),
        (None, {"frames": 1}, ["frames", "at least 2"]),
        (None, {"criterion": 9}, ["criterion", "9"]),
    ],
)
def test_workouts_refuse(sets, options, words):
    with pytest.raises(coxa.InvalidArgument) as error:
        coxa.Workout([coxa.Sets(EXERCISE)] if sets is None else sets, **options)
    for word in words:
        assert word in str(error.value), str(error.value)


def test_what_cannot_be_done_names_its_exercise(athlete):
    with pytest.raises(coxa.InfeasibleMotion, match=EXERCISE):
        coxa.Workout([coxa.Sets(EXERCISE, foot_distance=0.2)], athlete, frames=11)
    with pytest.raises(coxa.UnsolvedFrame, match=EXERCISE):
        coxa.Workout([coxa.Sets(EXERCISE, fraction=0.5)], coxa.Subject(strength=0.1), frames=11)


# ---- as text


def test_short_texts_are_sets():
    assert parse_sets(f"{EXERCISE}:3x8@80kg", 60) == coxa.Sets(EXERCISE, 3, 8, rest=60, load=80)
    assert parse_sets(f"{EXERCISE}:2x12@70%") == coxa.Sets(EXERCISE, 2, 12, fraction=0.7)
    assert parse_sets(f"{EXERCISE}:1x5", hold=1) == coxa.Sets(EXERCISE, 1, 5, hold=1)
    for text in (EXERCISE, f"{EXERCISE}:3", f"{EXERCISE}:3x8@80", f"{EXERCISE}:3x8@80lb", "3x8"):
        with pytest.raises(coxa.InvalidArgument, match="SETSxREPS"):
            parse_sets(text)
    with pytest.raises(coxa.InvalidArgument, match="not a number"):
        parse_sets(f"{EXERCISE}:3x8@8.0.0kg")


PLAN = f"""
rest = 60
allow_more = false
[athlete]
sex = "female"
mass = 62
height = 1.68
[[sets]]
exercise = "{EXERCISE}"
sets = 2
reps = 4
load = 40
hold = 0.5
[[sets]]
exercise = "{EXERCISE}"
sets = 1
reps = 2
rest = 0
fraction = 0.5
"""


def test_a_plan_is_read_from_toml(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(PLAN)
    plan, rest = read_plan(path)
    assert plan == [
        coxa.Sets(EXERCISE, 2, 4, rest=60, load=40, hold=0.5),
        coxa.Sets(EXERCISE, 1, 2, rest=0, fraction=0.5),
    ]
    assert rest["athlete"]["mass"] == 62 and rest["allow_more"] is False


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sets = 3", ["plan.toml", "no [[sets]]"]),
        ("[[sets]]\nreps = 3", ["plan.toml", "number 1", "no exercise"]),
        (f'[[sets]]\nexercise = "{EXERCISE}"\nrep = 3', ["plan.toml", "number 1", "rep"]),
        (f'[[sets]]\nexercise = "{EXERCISE}"\nload = "x"', ["plan.toml", "load", "'x'"]),
        (f'pause = 3\n[[sets]]\nexercise = "{EXERCISE}"', ["plan.toml", "pause"]),
        ("[[sets", ["plan.toml"]),
    ],
)
def test_bad_plans_are_refused(tmp_path, text, words):
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(coxa.Error) as error:
        read_plan(path)
    for word in words:
        assert word in str(error.value), str(error.value)


# ---- command line


def test_command_prints_tables_and_writes_files(tmp_path):
    found = run(
        *("workout", f"{EXERCISE}:2x3@60kg", f"{EXERCISE}:1x2@50%", "--rest", 45, "--frames", 21),
        *("--set", "hold=0.5", "--mass", 80, "--height", 1.8, "-o", "w.png", "-o", "w.h5"),
        cwd=tmp_path,
    )
    assert found.returncode == 0, found.stderr
    for word in ("3 sets", "total", "glutes", "not medical advice", "No fatigue", "wrote w.png"):
        assert word in found.stdout
    assert (tmp_path / "w.png").read_bytes()[:4] == b"\x89PNG"
    saved = coxa.load(tmp_path / "w.h5")
    assert saved.dataset["repetitions"].values.tolist() == [3, 3, 2]
    assert saved.duration == pytest.approx(8 * 2.8 + 90)


def test_command_reads_a_plan_and_gives_json_and_csv(tmp_path):
    (tmp_path / "plan.toml").write_text(PLAN)
    completed = run("workout", "plan.toml", "--frames", 21, "--json", cwd=tmp_path)
    assert completed.returncode == 0 and completed.stderr == "", completed.stderr
    given = json.loads(completed.stdout)
    assert given["subject"]["mass"] == 62 and len(given["sets"]) == 3
    plan, _ = read_plan(tmp_path / "plan.toml")
    athlete = coxa.Subject(sex="female", mass=62, height=1.68)
    assert given["total"] == coxa.Workout(plan, athlete, frames=21).total()
    text = run("workout", "plan.toml", "--frames", 21, "--csv", cwd=tmp_path)
    rows = list(csv.DictReader(text.stdout.splitlines()))
    assert rows[-1]["set"] == "total" and len(rows) == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["PLAN"]),
        ((EXERCISE,), [EXERCISE, "SETSxREPS"]),
        (("squats:3x8",), ["squats", EXERCISE]),
        ((f"{EXERCISE}:0x8",), ["sets", "at least 1"]),
        ((f"{EXERCISE}:3x8@900kg",), ["900", "500 kg"]),
        ((f"{EXERCISE}:3x8@120%",), ["fraction", "1.2"]),
        ((f"{EXERCISE}:3x8", "--set", "bench_hight=1"), ["bench_hight", "did you mean"]),
        ((f"{EXERCISE}:3x8", "--threshold", "2"), ["threshold", "2"]),
        ((f"{EXERCISE}:3x8", "-o", "w.doc"), ["w.doc", ".png"]),
        (("no.toml",), ["no.toml", "No such file"]),
        (("plan.toml", "--mass", "80"), ["plan.toml", "athlete", "--mass"]),
        (("plan.toml", "--rest", "80"), ["--rest", "file"]),
    ],
)
def test_command_refuses_in_one_line(tmp_path, monkeypatch, capsys, arguments, words):
    (tmp_path / "plan.toml").write_text(PLAN)
    monkeypatch.chdir(tmp_path)
    assert main(["workout", *arguments]) == 2
    found = capsys.readouterr()
    assert found.out == "" and found.err.count("\n") == 1, found.err
    for word in words:
        assert word in found.err, found.err
    assert os.listdir(tmp_path) == ["plan.toml"]
