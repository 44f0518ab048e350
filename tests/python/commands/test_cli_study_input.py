"""Bad input of the commands about many trials: one line that says what was given, what is allowed, what to do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from study_definitions import GRID

EXERCISE = "barbell_hip_thrust"


# ---- bad input is one line that says what was given, what is allowed, what to do


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ("study", "grid.h5", "-o", "out.h5"),
            "grid.h5 holds results; this command takes the file that says what to simulate, such as study.toml",
        ),
        (("study", "grid.toml"), "give -o OUT.h5, the file to write, or --dry-run"),
        (("study", "no.toml", "-o", "out.h5"), "cannot read no.toml: there is no such file"),
        (
            ("study", "grid.toml", "-o", "no/out.h5"),
            "cannot write no/out.h5: there is no folder no; make it first",
        ),
        (
            ("study", "grid.toml", "-o", "drawn.h5"),
            "drawn.h5 holds another study: ",
        ),
        (
            ("study", "grid.toml", "-o", "out.h5", "--workers", "0"),
            "workers must be a whole number of at least 1, not 0",
        ),
        (
            ("study", "grid.toml", "-o", "out.h5", "--chunk", "x"),
            "argument --chunk: must be a whole number, not 'x' (see coxa study --help)",
        ),
        (
            ("sensitivity", "grid.h5"),
            "grid.h5 holds results; this command takes the file that says what to simulate, such as study.toml",
        ),
        (
            ("sensitivity", "ranges.toml", "-n", "1"),
            "n must be a whole number of at least 2, not 1",
        ),
        (
            ("sensitivity", "ranges.toml", "-o", "a.txt"),
            "a.txt must end with .png or .pdf or .svg or .jpg",
        ),
        (
            ("effects", "grid.toml", "peak_hip_extension_moment"),
            "grid.toml says what to simulate; run 'coxa study grid.toml -o study.h5' first and give study.h5",
        ),
        (
            ("effects", "grid.h5", "peak_hip_extension_momnt"),
            "no measure 'peak_hip_extension_momnt'; did you mean 'peak_hip_extension_moment'?",
        ),
        (
            ("effects", "grid.h5", "peak_hip_extension_moment", "--by", "load"),
            "--by goes with --over or --paired",
        ),
        (
            ("effects", "grid.h5", "peak_hip_extension_moment", "--between", "40", "60"),
            "--between goes with --paired FACTOR",
        ),
        (
            (
                *("effects", "grid.h5", "peak_hip_extension_moment"),
                *("--paired", "load", "--between", "40", "much"),
            ),
            "--between load must be a number in kg, not 'much'",
        ),
        (
            ("effects", "grid.h5", "hip_extension_moment", "--over", "sample", "--select", "right"),
            "--select takes DIM=LABEL, not 'right'",
        ),
        (
            ("effects", "no.h5", "x"),
            "cannot read no.h5: there is no such file, nor a folder no.h5.parts",
        ),
        (
            ("optimize", EXERCISE, "--maximize", "glutes_impulse", "--over", "foot=0.6:0.8"),
            "no parameter of barbell_hip_thrust 'foot'; ",
        ),
        (
            ("optimize", EXERCISE, "--maximize", "glutes_impulse", "--over", "foot_distance"),
            "--over takes NAME=LOW:HIGH or NAME=A,B,C, not 'foot_distance'",
        ),
        (
            ("optimize", EXERCISE, "--maximize", "glutes_impulse", "--over", "load=a:80"),
            "--over load must be a number in kg, not 'a'",
        ),
        (
            (
                *("optimize", EXERCISE, "--maximize", "glutes_impulse", "--over", "load=40:80"),
                *("--limit", "reserve_frames=0", "reserve_frames=1"),
            ),
            "--limit reserve_frames is given twice",
        ),
        (
            ("calibrate", "--mass", "80"),
            "give what the person lifts, such as --max barbell_hip_thrust=140, or --torques FILE.csv",
        ),
        (
            ("calibrate", "--max", f"{EXERCISE}=heavy"),
            "--max barbell_hip_thrust must be a number in kg, not 'heavy'",
        ),
        (
            ("calibrate", "--max", "back_squt=100"),
            "no exercise 'back_squt'; did you mean 'back_squat'?",
        ),
        (("calibrate", "--torques", "no.csv"), "cannot read no.csv: there is no such file"),
        (
            ("criterion-spread", "grid.h5", "--load", "60"),
            "grid.h5 says what was simulated; leave out --load",
        ),
        (("export", "grid.h5", "out.xlsx"), "out.xlsx must end with .csv or .parquet"),
        (
            ("export", "grid.h5", "out.csv", "--series", "hip_moment"),
            "no series in this study 'hip_moment'; ",
        ),
        (
            ("export", "grid.toml", "out.csv"),
            "grid.toml says what to simulate; run 'coxa study grid.toml -o study.h5' first and give study.h5",
        ),
    ],
)
def test_bad_input_is_one_line(folder, call, monkeypatch, arguments, text):
    monkeypatch.chdir(folder)
    before = sorted(os.listdir(folder))
    status, out, err = call(*arguments)
    assert status == 2 and out == ""
    assert len(err.splitlines()) == 1
    line = err.strip().removeprefix("coxa: ")
    assert line.startswith(text) if text.endswith(" ") else line == text
    assert sorted(os.listdir(folder)) == before


def test_a_mistake_in_the_file_names_the_file(call, tmp_path):
    file = tmp_path / "wrong.toml"
    file.write_text(GRID.replace("[vary]", "[vari]"))
    status, _, err = call("study", file, "-o", tmp_path / "out.h5")
    assert status == 2
    assert err == f"coxa: {file}: no key of a study 'vari'; did you mean 'vary'?\n"
