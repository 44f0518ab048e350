"""Models and what holds them travel to other processes, and can be copied."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import coxa
import numpy as np
import pytest
from coxa.base.resources import DEFAULT_MODEL
from coxa.models.model import default_model


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.osim"
    path.write_bytes(DEFAULT_MODEL.read_bytes() + b"\n<!-- mine -->\n")
    return path


@pytest.fixture
def foreign(mine: Path) -> coxa.Model:
    """A model from a file of the user's, scaled and changed."""
    scaled = coxa.scale(coxa.Model.load(mine), coxa.Subject(sex="female", mass=62, height=1.68))
    return scaled.perturbed(strength_glutes=1.2, joint_center_hip_x=0.004)


def everything(model: coxa.Model) -> bytes:
    q = np.array([c.default for c in model.full_coordinates if c.independent])
    parts = [model.positions(q).sites, model.mass_matrix(q), model.moment_arms(q)]
    parts.append(model.muscle_forces(q, 0, 0.3))
    return b"".join(np.ascontiguousarray(part).tobytes() for part in parts)


def test_a_pickled_model_is_the_same_to_the_bit(foreign: coxa.Model):
    other = pickle.loads(pickle.dumps(foreign))
    assert everything(other) == everything(foreign)
    assert (other.name, other.source, other.sha256) == (
        foreign.name,
        foreign.source,
        foreign.sha256,
    )


def test_it_needs_its_file_once_only(foreign: coxa.Model, mine: Path):
    pickled = pickle.dumps(foreign)
    mine.unlink()
    other = pickle.loads(pickled)
    again = pickle.loads(pickle.dumps(other))
    assert everything(again) == everything(foreign)


def test_a_model_whose_file_changed_or_went_is_not_pickled(foreign: coxa.Model, mine: Path):
    mine.write_bytes(mine.read_bytes() + b" ")
    with pytest.raises(coxa.FileError, match="has changed since it was read; load it again"):
        pickle.dumps(foreign)
    mine.unlink()
    with pytest.raises(coxa.FileError, match="mine.osim cannot be read"):
        pickle.dumps(foreign)


def test_the_bundled_model_is_not_read_again():
    assert pickle.loads(pickle.dumps(default_model())) is default_model()


def test_a_model_is_its_own_copy(model: coxa.Model):
    assert copy.copy(model) is model and copy.deepcopy(model) is model


def test_a_result_can_be_pickled_and_copied(result: coxa.Result):
    for other in (pickle.loads(pickle.dumps(result)), copy.copy(result), copy.deepcopy(result)):
        assert other.dataset.identical(result.dataset)
        assert other.subject == result.subject
        assert everything(other.model) == everything(result.model)
    assert copy.deepcopy(result).dataset is not result.dataset


def test_a_study_and_its_options_can_be_pickled(athlete: coxa.Subject):
    study = coxa.Study("glute_bridge", athlete, frames=5, criterion=3, inertia=False)
    study = study.vary(load=[0, 20])
    other = pickle.loads(pickle.dumps(study))
    assert repr(other) == repr(study)
    assert other.run().drop_attrs().identical(study.run().drop_attrs())


def test_max_load_and_check_form_can_be_pickled(result: coxa.Result, athlete: coxa.Subject):
    form = coxa.check_form(result)
    assert repr(pickle.loads(pickle.dumps(form))) == repr(form)
    limit = coxa.max_load("glute_bridge", athlete, frames=5)
    assert repr(pickle.loads(pickle.dumps(limit))) == repr(limit)


def test_a_model_goes_to_another_process(foreign: coxa.Model):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(repr, foreign).result() == repr(foreign)
