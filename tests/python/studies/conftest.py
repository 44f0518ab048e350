"""A study that was never disturbed, and one of which parts are there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from coxa.studies import store as parts

sys.path.insert(0, str(Path(__file__).parent))
from study_folder import ATTRIBUTES, CHUNK, DEFINITION, TOTAL, load, run
from study_tasks import Sliced, compute


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return load(run(tmp_path_factory.mktemp("undisturbed") / "study.h5"))


@pytest.fixture
def store(tmp_path):
    """A folder with parts 0 and 2 of six."""
    path = tmp_path / "study.h5"
    with parts.Parts(path, DEFINITION, TOTAL, CHUNK, ATTRIBUTES) as store:
        for first in (8, 0):
            store.commit(first, compute(Sliced().part(first, CHUNK), first, CHUNK))
    return path
