"""Where exercises are looked for, in which order, and what is said of everything that is skipped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import coxa
import pytest

GOOD = """
import coxa

@coxa.register
class {cls}(coxa.Exercise):
    '''Barbell hip thrust as it is, under another name.'''
    name = "{name}"
    title = "{title}"

    def build(self, model, p):
        return coxa.exercise("barbell_hip_thrust").build(model)
"""


def plugin(name, title="One", cls="One"):
    return GOOD.format(name=name, title=title, cls=cls)


@pytest.fixture
def places(tmp_path):
    """Folders of plugins, and a folder of installed packages."""
    folders = {name: tmp_path / name for name in ("first", "second", "site")}
    folders["user"] = tmp_path / "data" / "coxa" / "plugins"
    for folder in folders.values():
        folder.mkdir(parents=True)
    return folders


def environment(places):
    package = Path(coxa.__file__).parents[1]
    return {
        **os.environ,
        "COXA_PLUGIN_PATH": f"{places['first']}:{places['second']}",
        "XDG_DATA_HOME": str(places["user"].parents[1]),
        "PYTHONPATH": f"{package}:{places['site']}",
        "PYTHONDONTWRITEBYTECODE": "",
    }


def run(places, *arguments):
    command = [sys.executable, "-m", "coxa.commands", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(places))
    assert done.stdout.startswith("{"), done.stderr
    return json.loads(done.stdout)


def found(places):
    return {e["name"]: e["origin"] for e in run(places, "list")["exercises"]}


def reasons(places):
    checks = run(places, "doctor")["checks"]
    return [check["text"] for check in checks if check["name"] == "skipped plugin"]


def install(site, package, entries, **modules):
    """A package as pip leaves it."""
    for name, source in modules.items():
        (site / f"{name}.py").write_text(source)
    info = site / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    lines = "\n".join(f"{name} = {value}" for name, value in entries.items())
    (info / "entry_points.txt").write_text(f"[coxa.exercises]\n{lines}\n")


def test_files_of_every_folder_are_found(places):
    (places["first"] / "one.py").write_text(plugin("in_first"))
    (places["second"] / "two.py").write_text(plugin("in_second"))
    (places["user"] / "three.py").write_text(plugin("in_user"))
    (places["first"] / "_helper.py").write_text("raise RuntimeError('helpers are not run')")
    (places["first"] / "notes.txt").write_text("not looked at")
    exercises = found(places)
    assert exercises["in_first"] == str(places["first"] / "one.py")
    assert exercises["in_second"] == str(places["second"] / "two.py")
    assert exercises["in_user"] == str(places["user"] / "three.py")
    assert "barbell_hip_thrust" in exercises
    assert reasons(places) == []
    assert not (places["first"] / "__pycache__").exists(), (
        "a folder that is not ours stays as it is"
    )


def test_the_first_of_two_wins_and_the_other_is_told(places):
    (places["first"] / "a.py").write_text(plugin("twin", "First"))
    (places["second"] / "b.py").write_text(plugin("twin", "Second"))
    (places["user"] / "c.py").write_text(plugin("barbell_hip_thrust"))
    install(places["site"], "thrusts", {"twin": "twin_of_site"}, twin_of_site=plugin("twin"))
    exercises = found(places)
    assert exercises["twin"].startswith("entry point twin = twin_of_site, of the package thrusts")
    assert exercises["barbell_hip_thrust"].endswith(".so"), "modules come before what is in Python"
    told = reasons(places)
    assert len(told) == 3
    for name in ("a.py", "b.py"):
        (text,) = [text for text in told if name in text]
        assert "there is one already, from entry point twin" in text
    (text,) = [text for text in told if "c.py" in text]
    assert "coxa_barbell_hip_thrust.so" in text


def test_entry_points_name_modules_or_classes(places):
    bare = plugin("by_class").replace("@coxa.register\n", "")
    install(
        places["site"],
        "lifts",
        {"whole": "lift_module", "one": "lift_class:One", "again": "lift_module:One"},
        lift_module=plugin("by_module"),
        lift_class=bare,
    )
    exercises = found(places)
    assert "entry point whole = lift_module, of the package lifts" in exercises["by_module"] or (
        "entry point again" in exercises["by_module"]
    )
    assert "entry point one = lift_class:One" in exercises["by_class"]
    assert reasons(places) == []


def test_everything_skipped_is_told_with_its_reason(places):
    first = places["first"]
    bad = {
        "imports.py": ("import nobody_has_this", "No module named 'nobody_has_this'"),
        "raises.py": ("\n\n1 / 0", "ZeroDivisionError: division by zero (line 3)"),
        "exits.py": ("raise SystemExit(3)", "SystemExit: 3"),
        "syntax.py": ("def broken(:", "SyntaxError"),
        "empty.py": ("", "no exercise in it: write @coxa.register"),
        "bytes.py": ("\0", ""),
        "encoding.py": ("# -*- coding: klingon -*-", "klingon"),
    }
    for name, (text, _) in bad.items():
        (first / name).write_text(text)
    half = plugin("kept") + "\nraise ValueError('too late')\n"
    (first / "half.py").write_text(half)
    (first / "folder.py").mkdir()
    os.mkfifo(first / "pipe.py")
    (first / "loop.py").symlink_to("loop.py")
    (first / "dangling.py").symlink_to("nowhere.py")
    (first / "one.py").write_text(plugin("one"))
    (first / "alias.py").symlink_to("one.py")
    (first / "text.so").write_text("this is not a library")
    install(
        places["site"],
        "strange",
        {
            "absent": "nobody_has_this",
            "attribute": "strange_module:nothing",
            "number": "strange_module:number",
            "silent": "strange_module",
        },
        strange_module="number = 3\n",
    )

    exercises = found(places)
    assert "kept" in exercises and "one" in exercises, "what works is there"
    told = reasons(places)
    for name, (_, reason) in bad.items():
        (text,) = [text for text in told if f"/{name}" in text.split(": ")[0]]
        assert reason in text, text

    def told_of(name):
        (text,) = [text for text in told if name in text.split(": ")[0]]
        return text

    assert "too late" in told_of("half.py") and "registered before that: kept" in told_of("half.py")
    assert "not a file" in told_of("folder.py")
    assert "not a file" in told_of("pipe.py")
    assert "ymbolic link" in told_of("loop.py") or "ymlink loop" in told_of("loop.py")
    assert "No such file" in told_of("dangling.py")
    assert "read before" in told_of("one.py") or "read before" in told_of("alias.py")
    assert "not a shared library" in told_of("text.so")
    assert "nobody_has_this" in told_of("entry point absent")
    assert "nothing" in told_of("entry point attribute")
    assert "it is a int" in told_of("entry point number")
    assert "no exercise in it" in told_of("entry point silent")
    assert len(told) == len(bad) + 11, told


def test_a_folder_that_is_not_there_is_told(places):
    places["first"].rmdir()
    (text,) = reasons(places)
    assert str(places["first"]) in text and "No such file" in text


def test_a_plugin_may_ask_for_exercises_while_it_is_imported(places):
    source = plugin("asks") + "\nassert 'barbell_hip_thrust' in coxa.exercises()\n"
    (places["first"] / "asks.py").write_text(source)
    assert "asks" in found(places) and reasons(places) == []


def test_doctor_prints_reasons_as_a_table_too(places):
    (places["first"] / "raises.py").write_text("1 / 0")
    command = [sys.executable, "-m", "coxa.commands", "doctor"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(places))
    assert done.returncode == 1
    assert "raises.py" in done.stdout and "ZeroDivisionError" in done.stdout
