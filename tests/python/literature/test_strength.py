"""Findings on strength: what they compare, and that their numbers are those of the curves and of the published tables."""

from __future__ import annotations

import coxa
import numpy as np
import pytest
from coxa.literature import run, strength
from coxa.literature.verdicts import VERDICTS
from coxa.models import measured


@pytest.fixture(scope="module")
def found():
    return coxa.validate("strength_*", progress=False)


def test_every_measurement_is_a_finding(found):
    names = [row.id for row in found.rows]
    assert len(set(names)) == len(names)
    assert sum(name.startswith("strength_arm_") for name in names) == len(measured.moment_arms())
    # six actions of two sexes, their fall with speed, ten pooled curves, six passive ones
    kinds = {"peak": 12, "speed": 6, "shape": 10, "passive": 6}
    for kind, count in kinds.items():
        assert sum(name.startswith(f"strength_{kind}_") for name in names) == count, kind
    for row in found.rows:
        assert row.verdict in VERDICTS and not row.differs
        assert row.source and row.reference and row.url.startswith("http") and row.read


def test_numbers_are_those_of_the_curves(found):
    rows = {row.id: row for row in found.rows}
    woman = coxa.strength_curves(strength.PEOPLE["female"], actions=["knee_extension"])
    still = woman.torques[woman.torques["speed_deg_s"] == 0]
    assert rows["strength_peak_knee_extension_female"].numbers[""] == still["torque"].max()
    man = coxa.strength_curves(strength.PEOPLE["male"])
    assert rows["strength_shape_knee_extension"].numbers[""] == pytest.approx(
        man.summary.loc["knee_extension", "shape_sd"]
    )
    worst = man.arms["deviation"].abs().max()
    arms = [row.numbers[""] for row in found.rows if "_arm_" in row.id and row.numbers]
    assert max(arms) == worst
    raised = man.passive[
        (man.passive["coordinate"] == "hip_flexion") & (man.passive["knee_angle"] == 0)
    ]
    apart = (raised["torque"] - raised["people"]).abs().max()
    assert rows["strength_passive_hip_flexion_knee_angle_0"].numbers[""] == apart


def test_verdicts_follow_the_bands(found):
    for row in found.rows:
        if row.id.startswith("strength_arm_") and row.numbers:
            assert (row.verdict == "agrees") == (row.numbers[""] <= 1), row.id
    # c1 m g h, Anderson et al. (2007), by hand: 0.163 x 75.337 x 9.80665 x 1.70, one SD of 22 %
    row = next(row for row in found.rows if row.id == "strength_peak_knee_extension_male")
    peak = 0.163 * 75.337 * 9.80665 * 1.70
    assert row.published == f"{peak:.1f} ± {0.22 * peak:.0f} N m"
    assert (row.verdict == "agrees") == (abs(row.numbers[""] - peak) <= 0.22 * peak + 0.1)


def test_own_tables_have_none_and_nothing_is_recorded(found, tmp_path):
    assert run.record(found) == []
    with pytest.raises(coxa.UnknownName, match="finding"):
        coxa.validate("strength_peak_elbow_flexion")
    one = coxa.validate("strength_arm_psoas_hip_flexion_hip_flexion_arnold_2000", progress=False)
    assert len(one.rows) == 1 and np.isfinite(one.rows[0].numbers[""])
