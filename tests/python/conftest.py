"""Shared by the tests of the Python package."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "Agg")

import coxa
import pytest

# modules that test files share, such as command_line
sys.path.insert(0, str(Path(__file__).parent))

EXERCISE = "barbell_hip_thrust"


@pytest.fixture(scope="session")
def athlete() -> coxa.Subject:
    return coxa.Subject(sex="male", mass=80, height=1.80, training="trained")


@pytest.fixture(scope="session")
def result(athlete: coxa.Subject) -> coxa.Result:
    """One short trial; tests leave it as it is."""
    return coxa.simulate(EXERCISE, athlete, load=60, frames=21)


@pytest.fixture(scope="session")
def model(athlete: coxa.Subject) -> coxa.Model:
    from coxa.models.model import default_model

    return coxa.scale(default_model(), athlete)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a study is to be."""
    return tmp_path / "study.h5"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A folder in which the tasks of `study_tasks` leave a file for each part."""
    folder = tmp_path / "log"
    folder.mkdir()
    return folder
