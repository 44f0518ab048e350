"""`coxa new-plugin`: what it writes builds, is found, and keeps the contract, away from the repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import coxa
import pytest
from coxa.authoring.new_plugin import cmake_dir, new_plugin

COMPILER = shutil.which("c++") or shutil.which("g++")


@pytest.fixture
def environment(tmp_path):
    """One where the command `coxa` is the one under test, and nothing else of ours is found."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    command = bin_folder / "coxa"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m coxa.commands "$@"\n')
    command.chmod(0o755)
    package = Path(coxa.__file__).parents[1]
    return {
        **{k: v for k, v in os.environ.items() if k != "COXA_PLUGIN_PATH"},
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(package),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }


def run(*command, cwd, env):
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.skipif(not (COMPILER and shutil.which("cmake")), reason="no compiler or no cmake")
def test_a_project_in_cpp_builds_and_conforms_with_one_command(tmp_path, environment):
    run("coxa", "new-plugin", "low_bridge", cwd=tmp_path, env=environment)
    project = tmp_path / "low_bridge"
    source = (project / "low_bridge.cpp").read_text()
    assert len(source.splitlines()) < 75 and "class LowBridge final" in source
    assert os.stat(project / "check").st_mode & stat.S_IXUSR

    text = run("./check", cwd=project, env=environment)
    assert "100% tests passed" in text
    plugin = project / "build" / "coxa_low_bridge.so"
    environment["COXA_PLUGIN_PATH"] = str(plugin.parent)
    told = json.loads(run("coxa", "describe", "low_bridge", "--json", cwd="/", env=environment))
    assert told["origin"] == str(plugin) and told["title"] == "Low bridge"
    result = json.loads(
        run(
            *("coxa", "simulate", "low_bridge", "--load", "30", "--frames", "11", "--json"),
            cwd="/",
            env=environment,
        )
    )
    assert result["solved"] and result["summary"]["peak_hip_extension_moment"]["value"] > 50


def test_a_package_in_python_conforms(tmp_path, environment):
    run("coxa", "new-plugin", "low_bridge", "--python", cwd=tmp_path, env=environment)
    project = tmp_path / "low_bridge"
    text = run(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=project, env=environment
    )
    assert "2 passed" in text

    # dropped into a folder of plugins
    environment["COXA_PLUGIN_PATH"] = str(project)
    told = json.loads(run("coxa", "describe", "low_bridge", "--json", cwd="/", env=environment))
    assert told["origin"] == str(project / "low_bridge.py")

    # installed: what pip leaves of the entry point in pyproject.toml
    del environment["COXA_PLUGIN_PATH"]
    site = tmp_path / "site"
    info = site / "low_bridge-7.0.dist-info"
    info.mkdir(parents=True)
    shutil.copy(project / "low_bridge.py", site)
    toml = (project / "pyproject.toml").read_text()
    section = toml.split('[project.entry-points."coxa.exercises"]\n')[1].split("\n\n")[0]
    (info / "entry_points.txt").write_text("[coxa.exercises]\n" + section.replace('"', "") + "\n")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: low-bridge\nVersion: 7.0\n")
    environment["PYTHONPATH"] += f":{site}"
    told = json.loads(run("coxa", "describe", "low_bridge", "--json", cwd="/", env=environment))
    assert told["origin"] == "entry point low_bridge = low_bridge, of the package low-bridge"


def test_both_languages_say_the_same(tmp_path, environment):
    run("coxa", "new-plugin", "low_bridge", "--python", cwd=tmp_path, env=environment)
    source = (tmp_path / "low_bridge" / "low_bridge.py").read_text()
    words = [line.split("s.")[1].split("(")[0] for line in source.splitlines() if "    s." in line]
    template = Path(coxa.__file__).parent / "authoring" / "templates" / "cpp" / "exercise.cpp.in"
    said = re.findall(r"^    (\w+)\(s\b", template.read_text(), re.MULTILINE)
    assert words == said
    assert len(words) >= 8


def test_the_example_is_what_the_command_writes(tmp_path):
    example = Path(__file__).parents[3] / "examples" / "plugin"
    if not example.is_dir():
        pytest.skip("the sources are not here")
    made = new_plugin("step_bridge", folder=tmp_path / "made")
    files = sorted(path.name for path in made.iterdir())
    assert files == sorted(path.name for path in example.iterdir() if path.name != "build")
    for name in files:
        if name != "README.md":  # which names the compiler of this build
            assert (made / name).read_text() == (example / name).read_text(), name


@pytest.mark.parametrize("name", ["Bridge", "my-lift", "2nd", "", "a__b", "a_", "lift!", "l" * 64])
def test_names_that_cannot_be_are_refused(name, tmp_path):
    with pytest.raises(coxa.InvalidArgument):
        new_plugin(name, folder=tmp_path / "there")
    assert list(tmp_path.iterdir()) == []


def test_taken_names_are_refused(tmp_path):
    with pytest.raises(coxa.InvalidArgument, match="already, from .*barbell_hip_thrust"):
        new_plugin("barbell_hip_thrust", folder=tmp_path / "there")
    for name in ("json", "class", "coxa"):
        with pytest.raises(coxa.InvalidArgument, match="of Python"):
            new_plugin(name, folder=tmp_path / "there", python=True)
    assert list(tmp_path.iterdir()) == []


def test_what_exists_is_left_as_it_is(tmp_path):
    folder = tmp_path / "low_bridge"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    link = tmp_path / "link"
    link.symlink_to("nowhere")
    for place in (folder, folder / "mine.txt", link):
        with pytest.raises(coxa.FileError, match="exists already"):
            new_plugin("low_bridge", folder=place)
    with pytest.raises(coxa.FileError, match="there is no folder"):
        new_plugin("low_bridge", folder=tmp_path / "absent" / "there")
    assert [p.name for p in folder.iterdir()] == ["mine.txt"]
    assert (folder / "mine.txt").read_text() == "mine"


def test_it_appears_whole_or_not_at_all(tmp_path, monkeypatch):
    from coxa.authoring import new_plugin as module

    files = {**module.FILES["cpp"], "absent.in": "absent"}
    monkeypatch.setitem(module.FILES, "cpp", files)
    with pytest.raises(coxa.FileError, match="cannot make"):
        new_plugin("low_bridge", folder=tmp_path / "there")
    assert list(tmp_path.iterdir()) == []


def test_cmake_finds_us():
    folder = cmake_dir()
    for name in ("coxaConfig.cmake", "coxaTargets.cmake", "coxaExercise.cmake"):
        assert (folder / name).is_file()
    done = subprocess.run(
        [sys.executable, "-m", "coxa.commands", "cmake-dir"], capture_output=True, text=True
    )
    assert done.stdout.strip() == str(folder)
