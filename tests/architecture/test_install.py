"""What is installed works away from the repository: the Python package, and the C++ library for another project."""

import os
import subprocess
import sys
from pathlib import Path

import coxa
import pytest

PACKAGE = Path(coxa.__file__).parent
BUILD = PACKAGE.parents[1]

if not (BUILD / "CMakeCache.txt").is_file():
    pytest.skip("coxa is not imported from a build tree", allow_module_level=True)


def run(*command, cwd, env=None):
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def clean_environment():
    """The environment without what would let an installed thing find the build tree."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONPATH", "LD_LIBRARY_PATH"}
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder that holds the package as a wheel does."""
    folder = tmp_path_factory.mktemp("site")
    run("cmake", "--install", BUILD, "--component", "python", "--prefix", folder, cwd=folder)
    return folder


def test_the_package_is_whole(site):
    package = site / "coxa"
    data = ["models/coxa_fullbody.osim", "literature/01_hip_thrust.toml"]
    for name in ["__init__.py", "py.typed", "libcoxa.so", *(f"data/{file}" for file in data)]:
        assert (package / name).is_file(), name
    assert list(package.glob("_core*.so")) and list(package.glob("*.pyi"))
    assert (package / "plugins" / "coxa_barbell_hip_thrust.so").is_file()
    assert not [path for path in package.rglob("*") if path.is_symlink()]


def test_the_package_works_away_from_the_build(site, tmp_path):
    program = f"""
import sys
sys.path = [{str(site)!r}] + [p for p in sys.path if p != {str(PACKAGE.parent)!r}]
import coxa
assert coxa.__file__.startswith({str(site)!r}), coxa.__file__
assert "barbell_hip_thrust" in coxa.exercises()
coxa.Subject(sex="female", mass=62, height=1.68)
maps = open("/proc/self/maps").read()
assert {str(site / "coxa" / "libcoxa.so")!r} in maps
assert {str(BUILD)!r} not in maps
"""
    run(sys.executable, "-c", program, cwd=tmp_path, env=clean_environment())


CONSUMER_CMAKE = """
cmake_minimum_required(VERSION 3.24)
project(outside LANGUAGES CXX)
find_package(coxa 0.1 REQUIRED)
add_executable(outside outside.cpp)
target_link_libraries(outside PRIVATE coxa::core)
"""

CONSUMER_CPP = """
#include <coxa/math/error.hpp>

int main() { return coxa::nearest_name("lode", {"load", "hold"}) == "load" ? 0 : 1; }
"""


@pytest.mark.parametrize("layout", ["cmake", "wheel"])
def test_another_cmake_project_finds_the_library(layout, site, tmp_path):
    prefix = tmp_path / "prefix"
    if layout == "cmake":
        run("cmake", "--install", BUILD, "--prefix", prefix, cwd=tmp_path)
        where = f"-DCMAKE_PREFIX_PATH={prefix}"
    else:
        where = f"-Dcoxa_DIR={site / 'coxa' / 'cmake'}"
    project = tmp_path / "outside"
    project.mkdir()
    (project / "CMakeLists.txt").write_text(CONSUMER_CMAKE)
    (project / "outside.cpp").write_text(CONSUMER_CPP)
    run("cmake", "-G", "Ninja", "-S", project, "-B", project / "build", where, cwd=tmp_path)
    run("cmake", "--build", project / "build", cwd=tmp_path)
    run(project / "build" / "outside", cwd=tmp_path, env=clean_environment())


def test_the_package_makes_and_checks_a_plugin(site, tmp_path):
    """What pip installs is enough to write an exercise in C++: one command makes it, one builds and checks it."""
    environment = {**clean_environment(), "PYTHONPATH": str(site)}
    environment["PATH"] = f"{tmp_path}:{environment['PATH']}"
    command = tmp_path / "coxa"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m coxa.commands "$@"\n')
    command.chmod(0o755)
    assert run("coxa", "cmake-dir", cwd=tmp_path, env=environment).strip() == str(
        site / "coxa" / "cmake"
    )
    run("coxa", "new-plugin", "low_bridge", cwd=tmp_path, env=environment)
    text = run("./check", "-G", "Ninja", cwd=tmp_path / "low_bridge", env=environment)
    assert "100% tests passed" in text
    cache = (tmp_path / "low_bridge" / "build" / "CMakeCache.txt").read_text()
    assert str(BUILD) not in cache
    run("coxa", "new-plugin", "high_bridge", "--python", cwd=tmp_path, env=environment)
    assert (tmp_path / "high_bridge" / "pyproject.toml").is_file()
