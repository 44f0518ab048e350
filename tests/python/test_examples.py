"""Every script of examples/ runs from an empty folder and leaves what it says; every study file is a study."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import matplotlib.image
import pytest
from coxa.commands.parser import parser
from coxa.studies.toml import read_study

FOLDER = Path(__file__).parents[2] / "examples"
EXAMPLES = sorted(FOLDER.glob("*.py"))
STUDIES = sorted((FOLDER / "studies").glob("*.toml"))


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(script, tmp_path):
    run = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        timeout=600,  # a minute on two idle cores at most
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout
    assert list(tmp_path.glob("*.h5"))
    assert not list(tmp_path.glob("*.parts"))
    if script.name >= "20":
        pictures = list(tmp_path.glob("*.png"))
        assert len(pictures) == 1
        # something is drawn on it: neither empty nor one colour
        assert matplotlib.image.imread(pictures[0])[..., :3].std() > 0.02


def test_every_example_is_in_the_list():
    text = (FOLDER / "README.md").read_text()
    for path in [*EXAMPLES, *STUDIES]:
        assert f"`{path.name}`" in text


@pytest.mark.parametrize("file", STUDIES, ids=lambda path: path.stem)
def test_study_file_is_a_study_and_says_how_to_run_it(file):
    study, _ = read_study(file)
    assert len(study) > 50
    plan = study.plan(1)
    # of one thread: nobody waits long for an example
    assert plan.trials == len(study) and plan.seconds < 120
    lines = [text for text in file.read_text().splitlines() if text.startswith("# coxa ")]
    assert lines and file.name in lines[0]
    for line in lines:
        parser().parse_args(line.split()[2:])


def test_a_study_file_runs_in_full(tmp_path):
    study, settings = read_study(FOLDER / "studies" / "load_and_technique.toml")
    ds = study.run(tmp_path / "out.h5", workers=2, **settings)
    assert dict(ds.sizes) == {
        **{"load": 4, "foot_distance": 7, "bench_height": 3},
        **{"sample": 101, "side": 2},
    }
    # with her feet next to the bench she cannot sit down far enough; farther away she can
    failed = (ds["trial_status"] != 0).mean(["load", "bench_height"]).values
    assert failed[0] == 1 and failed[-1] == 0 and (failed[:-1] >= failed[1:]).all()
