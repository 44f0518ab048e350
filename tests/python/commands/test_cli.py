"""The command `coxa`, run as users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import coxa
import pytest
from command_line import run
from coxa import _core

EXERCISE = "barbell_hip_thrust"


def only_json(completed):
    """Standard output is one JSON object, standard error is empty."""
    assert completed.returncode == 0, completed.stderr
    assert completed.stderr == ""
    return json.loads(completed.stdout)


# ---- what works


def test_version():
    found = run("--version")
    assert found.returncode == 0 and found.stdout == f"coxa {_core.build_version}\n"
    assert found.stdout.startswith(f"coxa {coxa.__version__}")


def test_help_lists_the_commands_that_are_there():
    found = run("-h")
    assert found.returncode == 0
    for name in (
        "list",
        "describe",
        "simulate",
        "plot",
        "max-load",
        "compare",
        "workout",
        "study",
        "sensitivity",
        "effects",
        "tornado",
        "optimize",
        "calibrate",
        "criterion-spread",
        "export",
        "model-info",
        "doctor",
    ):
        assert name in found.stdout
    for name in ("analyze",):
        assert f" {name} " not in found.stdout


def test_list_and_describe():
    assert EXERCISE in run("list").stdout
    found = run("describe", EXERCISE)
    assert found.returncode == 0
    for word in ("bench_height", "0.2 to 0.6", "from the body"):
        assert word in found.stdout
    names = [p["name"] for p in only_json(run("describe", EXERCISE, "--json"))["parameters"]]
    assert "load" in names
    assert EXERCISE in [e["name"] for e in only_json(run("list", "--json"))["exercises"]]


def test_simulate_writes_a_file_and_a_table(tmp_path):
    out = tmp_path / "out.h5"
    found = run(
        *("simulate", EXERCISE, "--load", 60, "--sex", "female", "--mass", 62, "--height", 1.68),
        *("--set", "hold=0.5", "eccentric=1", "--set", "toe_out_deg=5", "--frames", 11, "-o", out),
    )
    assert found.returncode == 0, found.stderr
    for word in ("woman, 62 kg, 1.68 m", "hip extension moment", "glutes", f"wrote {out}"):
        assert word in found.stdout
    assert os.listdir(tmp_path) == ["out.h5"]
    result = coxa.load(out)
    assert result.subject == coxa.Subject(sex="female", mass=62, height=1.68)
    assert result.parameters["load"] == 60 and result.parameters["toe_out_deg"] == 5
    assert result.dataset.sizes["time"] == 11

    # drawn from the file alone
    drawn = run("plot", out, "-o", tmp_path / "p.png", "--animate", tmp_path / "p.gif")
    assert drawn.returncode == 0, drawn.stderr
    assert (tmp_path / "p.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "p.gif").read_bytes()[:4] == b"GIF8"
    assert run("plot", "out.h5", cwd=tmp_path).stdout == "wrote out.png\n"
    assert sorted(os.listdir(tmp_path)) == ["out.h5", "out.png", "p.gif", "p.png"]


def test_simulate_json(tmp_path):
    out = tmp_path / "out.h5"
    found = only_json(run("simulate", EXERCISE, "--load", 60, "--frames", 11, "-o", out, "--json"))
    assert found["exercise"] == EXERCISE and found["solved"] is True
    assert found["file"] == str(out) and out.exists()
    assert found["subject"]["mass"] == 75
    peak = found["summary"]["peak_hip_extension_moment"]
    assert peak["unit"] == "N m" and peak["value"] > 0 and peak["per_kg"] > 0
    assert found["muscle_groups"]["glutes"]["peak_activation"] > 0


def test_command_line_and_python_agree(tmp_path, athlete):
    out = tmp_path / "out.h5"
    person = ("--mass", 80, "--height", 1.8, "--training", "trained")
    run("simulate", EXERCISE, *person, "--load", 60, "--frames", 7, "-o", out)
    ours = coxa.simulate(EXERCISE, athlete, load=60, frames=7)
    assert (coxa.load(out)["activation"].values == ours["activation"].values).all()


def test_max_load():
    found = only_json(run("max-load", EXERCISE, "--frames", 11, "--json"))
    assert 20 < found["load"] < 500 and found["limited_by"]
    assert len(found["curve"]["load"]) == 11
    assert found["load"] == pytest.approx(min(found["curve"]["load"]))
    text = run("max-load", EXERCISE, "--frames", 11).stdout
    assert f"{found['load']:.1f} kg" in text and found["limited_by"] in text
    assert found["limits"][0]["name"] == found["limited_by"]
    for limit in found["limits"][1:]:
        assert f"+{limit['margin_kg']:.1f} kg: {limit['name']}" in text


def test_model_info():
    from coxa.base.resources import DEFAULT_MODEL

    found = run("model-info", DEFAULT_MODEL)
    assert found.returncode == 0, found.stderr
    for word in ("pelvis", "knee_angle_r", "driven by knee_angle_r", "glmax1_r", "hamstrings"):
        assert word in found.stdout
    data = only_json(run("model-info", DEFAULT_MODEL, "--json"))
    assert len(data["muscles"]) == 92 and data["findings"] == []
    assert data["total_mass"] == pytest.approx(sum(b["mass"] for b in data["bodies"]))


def test_model_info_finds_what_is_wrong(tmp_path):
    from coxa.base.resources import DEFAULT_MODEL

    text = DEFAULT_MODEL.read_text()
    assert "<inertia>0.1028 0.0871 0.0579 0 0 0</inertia>" in text
    path = tmp_path / "m.osim"
    path.write_text(text.replace("<inertia>0.1028 0.0871 0.0579 0 0 0<", "<inertia>0 0 0 0 0 0<"))
    found = only_json(run("model-info", path, "--json"))
    assert any("pelvis" in finding and "no inertia" in finding for finding in found["findings"])


def test_doctor(tmp_path):
    found = run("doctor", cwd=tmp_path)
    assert found.returncode == 0, found.stdout
    for word in ("python", "HDF5", EXERCISE, "coxa_fullbody"):
        assert word in found.stdout
    assert only_json(run("doctor", "--json", cwd=tmp_path))["healthy"] is True
    assert os.listdir(tmp_path) == []


def test_doctor_names_a_broken_plugin(tmp_path):
    (tmp_path / "broken.so").write_bytes(b"\x7fELF" + bytes(60))
    environment = {**os.environ, "COXA_PLUGIN_PATH": str(tmp_path)}
    found = run("doctor", env=environment)
    assert found.returncode == 1 and "broken.so" in found.stdout
    # the others still work
    assert EXERCISE in run("list", env=environment).stdout


def test_output_may_be_cut_off_by_the_reader():
    command = f"{sys.executable} -m coxa.commands describe {EXERCISE} | head -1"
    found = subprocess.run(
        command, shell=True, capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stderr == ""


# ---- what is refused: one line that says which input, what was given, what is allowed

SIMULATE = ("simulate", EXERCISE, "--frames", "5")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["no command", "--help"]),
        (("simulat",), ["simulat", "did you mean 'simulate'"]),
        (("analyze",), ["no command 'analyze'"]),
        (("simulate",), ["NAME"]),
        (("describe", "barbell_hip_trust"), ["barbell_hip_trust", "did you mean", EXERCISE]),
        (("simulate", "squat"), ["squat", EXERCISE]),
        (("simulate", "squat", "--set", "x=1"), ["squat", EXERCISE]),
        ((*SIMULATE, "--set", "bench_hight=0.4"), ["bench_hight", "did you mean 'bench_height'"]),
        ((*SIMULATE, "--set", "bench_height=abc"), ["bench_height", "number in m", "'abc'"]),
        ((*SIMULATE, "--set", "bench_height=40cm"), ["bench_height", "number in m", "'40cm'"]),
        ((*SIMULATE, "--set", "bench_height=nan"), ["bench_height", "finite", "nan"]),
        ((*SIMULATE, "--set", "bench_height=4"), ["bench_height", "4", "0.2", "0.6", "m"]),
        ((*SIMULATE, "--set", "bench_height"), ["NAME=VALUE", "'bench_height'"]),
        ((*SIMULATE, "--load", "60", "--set", "load=70"), ["load", "twice"]),
        ((*SIMULATE, "--load", "heavy"), ["--load", "number in kg", "'heavy'"]),
        ((*SIMULATE, "--load", "-5"), ["load", "-5", "kg"]),
        ((*SIMULATE, "--mass", "-70"), ["mass", "above 0 kg", "-70"]),
        ((*SIMULATE, "--mass", "nan"), ["mass", "finite"]),
        ((*SIMULATE, "--height", "180"), ["height", "180"]),
        ((*SIMULATE, "--sex", "man"), ["--sex", "man", "female"]),
        ((*SIMULATE, "--criterion", "9"), ["criterion", "1 to 5", "9"]),
        ((*SIMULATE, "--criterion", "max"), ["criterion", "min-max", "'max'"]),
        (("simulate", EXERCISE, "--frames", "1"), ["frames", "at least 2", "1"]),
        (("simulate", EXERCISE, "--frames", "many"), ["--frames", "whole number", "'many'"]),
        ((*SIMULATE, "--model", "no.osim"), ["no.osim", "no such file"]),
        ((*SIMULATE, "--model", "."), [".", "no such file"]),
        ((*SIMULATE, "-o", "no/folder/out.h5"), ["no/folder", "there is no folder"]),
        ((*SIMULATE, "-o", "."), ["is a folder", "name of a file"]),
        ((*SIMULATE, "--speed", "3"), ["--speed"]),
        (
            (*SIMULATE, "--set", "bench_height=0.2", "bottom_clearance=0.4"),
            ["bottom_clearance", "decrease"],
        ),
        (("plot", "no.h5"), ["no.h5", "no such file"]),
        (("plot", "text.h5"), ["text.h5"]),
        (("plot", "text.h5", "-o", "p.doc"), ["p.doc", ".png"]),
        (("plot", "text.h5", "-o", "no/p.png"), ["no", "there is no folder"]),
        (("model-info", "text.h5"), ["text.h5"]),
        (("max-load", EXERCISE, "--set", "load=60"), ["load", "leave it out"]),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(tmp_path, arguments, words):
    (tmp_path / "text.h5").write_text("this is no HDF5 file")
    found = run(*arguments, cwd=tmp_path)
    assert found.returncode == 2, found.stderr
    assert found.stdout == ""
    assert found.stderr.startswith("coxa: ") and found.stderr.count("\n") == 1
    for word in words:
        assert word in found.stderr
    assert os.listdir(tmp_path) == ["text.h5"]


def test_truncated_model_is_refused(tmp_path):
    from coxa.base.resources import DEFAULT_MODEL

    whole = DEFAULT_MODEL.read_bytes()
    (tmp_path / "half.osim").write_bytes(whole[: len(whole) // 2])
    found = run(*SIMULATE, "--model", "half.osim", "-o", "out.h5", cwd=tmp_path)
    assert found.returncode == 2 and found.stderr.count("\n") == 1 and "half.osim" in found.stderr
    assert os.listdir(tmp_path) == ["half.osim"]


def test_output_is_checked_before_the_run(tmp_path):
    """A trial that would take minutes is refused at once."""
    found = run(
        "simulate", EXERCISE, "--frames", 200000, "-o", tmp_path / "no" / "out.h5", cwd=tmp_path
    )
    assert found.returncode == 2


def test_strict_failure_is_status_1(tmp_path):
    """A load that nobody lifts needs reserves: a warning, unless asked to be strict."""
    heavy = ("simulate", EXERCISE, "--load", 500, "--mass", 50, "--height", 1.6, "--frames", 5)
    strict = run(*heavy, "--strict", "-o", "out.h5", cwd=tmp_path)
    assert strict.returncode == 1, strict.stdout
    assert strict.stderr.count("\n") == 1 and "reserve" in strict.stderr
    assert os.listdir(tmp_path) == []

    lenient = run(*heavy, "-o", "out.h5", cwd=tmp_path)
    assert lenient.returncode == 0
    assert "reserve used" in lenient.stderr
    assert os.listdir(tmp_path) == ["out.h5"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_unwritable_folder(tmp_path):
    tmp_path.chmod(0o500)
    try:
        found = run(*SIMULATE, "-o", tmp_path / "out.h5")
    finally:
        tmp_path.chmod(0o700)
    assert found.returncode == 2 and found.stderr.count("\n") == 1
