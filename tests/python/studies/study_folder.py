"""What the tests of studies on disk share: the study that they run, how it is opened and compared, and a process of its own."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import coxa
from coxa.studies import opening, running
from study_tasks import Sliced, compute

DEFINITION = {"exercise": "x", "levels": {"load": [40, 60]}, "n": 22}
ATTRIBUTES = {"format": "coxa-1", "kind": "study", "exercise": "x"}
TOTAL, CHUNK = 22, 4


def run(path, spec=None, *, task=compute, definition=DEFINITION, total=TOTAL, **options):
    options = {"chunk": CHUNK, "workers": 2, "attributes": ATTRIBUTES, **options}
    return running.run(task, spec or Sliced(), total, path, definition=definition, **options)


def load(path):
    with opening.load_study(path) as dataset:
        return dataset.load()


def same(one, other):
    """Every array, to the last bit."""
    assert set(one.variables) == set(other.variables)
    for name in one.variables:
        assert one[name].dims == other[name].dims, name
        if one[name].dtype.kind in "OU":
            assert one[name].values.tolist() == other[name].values.tolist(), name
        else:
            assert one[name].dtype == other[name].dtype, name
            assert one[name].values.tobytes() == other[name].values.tobytes(), name


def script(program, *, shell=(), **options):
    """A Python process of its own."""
    prelude = f"""
        import os, signal, sys
        sys.path[:0] = {[str(Path(__file__).parent), str(Path(coxa.__file__).parents[1])]!r}
        from coxa import _core
        from coxa.studies import opening, running
        from coxa.studies import store as parts
        from study_tasks import *
    """
    command = [sys.executable, "-c", textwrap.dedent(prelude) + textwrap.dedent(program)]
    return subprocess.Popen(
        [*shell, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
