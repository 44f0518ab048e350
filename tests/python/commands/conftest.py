"""Commands run in this process, and a folder of study files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from coxa.commands import main

sys.path.insert(0, str(Path(__file__).parent))
from command_line import run
from study_definitions import DRAWN, GRID, RANGES


@pytest.fixture
def call(capsys):
    """Runs a command in this process: status, standard output, standard error."""

    def called(*arguments):
        status = main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return called


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Study files, two of them run."""
    path = tmp_path_factory.mktemp("studies")
    for name, text in {"grid": GRID, "drawn": DRAWN, "ranges": RANGES}.items():
        (path / f"{name}.toml").write_text(text)
    for name in ("grid", "drawn"):
        done = run("study", f"{name}.toml", "-o", f"{name}.h5", "--workers", 2, cwd=path)
        assert done.returncode == 0, done.stderr
    return path
