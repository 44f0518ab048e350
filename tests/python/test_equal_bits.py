"""No result changes by a bit unless somebody meant it to."""

from __future__ import annotations

import importlib.util
import platform
from pathlib import Path

import pytest


def test_every_exercise_gives_the_bits_that_it_gave():
    path = Path(__file__).with_name("equal_bits.py")
    spec = importlib.util.spec_from_file_location("equal_bits", path)
    equal_bits = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(equal_bits)

    reference = equal_bits.reference()
    here = (platform.machine(), equal_bits.processor())
    if here != (reference["machine"], reference["processor"]):
        pytest.skip("the reference was computed on another kind of processor")
    assert not equal_bits.differences(reference)
