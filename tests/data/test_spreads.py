"""Spreads of people and of what is not known, against the published tables they follow from."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

DATA = Path(__file__).resolve().parents[2] / "data"

# Ward et al. (2009), table 3: fibre length of 21 limbs, cm, mean and standard deviation
WARD = {
    "gluteus_maximus": [(15.69, 2.57)],
    "gluteus_medius": [(7.33, 1.57)],
    "hamstrings": [(9.76, 2.62), (11.03, 2.06), (19.30, 4.12), (6.90, 1.83)],
    "quadriceps": [(7.59, 1.28), (9.94, 1.76), (9.93, 2.03), (9.68, 2.30)],
    "hip_flexors": [(11.69, 1.66), (10.66, 1.86), (40.30, 4.63)],
    "adductors": [(10.82, 2.02), (10.31, 1.42), (14.44, 2.74), (22.78, 4.38)],
    "calves": [(5.10, 0.98), (5.88, 0.95), (4.40, 0.99)],
    "other": [
        (6.83, 0.79),
        (7.48, 1.13),
        (6.93, 1.14),
        (5.08, 0.63),
        (4.54, 0.65),
        (5.27, 1.29),
        (4.46, 1.06),
        (3.78, 0.49),
    ],
}

# shares of body mass after Dempster, in Winter (2009), table 4.1
DEMPSTER = {
    "thigh": 0.100,
    "shank": 0.0465,
    "foot": 0.0145,
    "trunk": 0.497,
    "upper_arm": 0.028,
    "forearm": 0.016,
    "hand": 0.006,
    "head": 0.081,
}


def read(path: str):
    return tomllib.loads((DATA / path).read_text())


@pytest.fixture(scope="module")
def spreads():
    return read("uncertainty/spreads.toml")


def test_every_source_is_known(spreads):
    sources = set(read("sources.toml"))
    for name, entry in spreads.items():
        if name == "truncation":
            continue
        keys = [entry["source"]] if isinstance(entry["source"], str) else entry["source"]
        assert keys and set(keys) <= sources, name
        # what is judgement says so in words and in the source
        assert ("judgement" in entry["basis"]) == ("judgement" in keys), name


def test_every_quantity_has_a_spread_within_its_limit(spreads):
    for name, entry in spreads.items():
        if name in ("truncation", "criterion"):
            continue
        for key, given in entry["quantities"].items():
            spread = given.get("spread", entry.get("spread"))
            assert spread > 0, (name, key)
            if given.get("unit", entry["unit"]) == entry["unit"]:
                assert spread <= entry["limit"], (name, key)


def test_fibre_lengths_are_those_of_ward(spreads):
    given = spreads["optimal_fiber_length"]["quantities"]
    every = []
    for name, muscles in WARD.items():
        ratios = [sd / mean for mean, sd in muscles]
        every += ratios
        # three digits
        assert given[name]["spread"] == pytest.approx(sum(ratios) / len(ratios), abs=5e-4), name
    assert given["gluteus_minimus"] == given["gluteus_medius"]
    trunk = sum(every) / len(every)
    for name in ("lower_back", "abdominals"):
        assert given[name]["spread"] == pytest.approx(trunk, abs=0.01), name


def test_segment_masses_follow_from_two_tables(spreads):
    # de Leva (1996), men, % of body mass
    de_leva = read("anthropometry/de_leva_1996.toml")
    errors = []
    for segment, share in DEMPSTER.items():
        errors.append(share / de_leva[segment]["male"]["mass"] - 1)
    apart = math.sqrt(sum(e * e for e in errors) / len(errors))
    assert apart == pytest.approx(0.13, abs=0.01)
    assert spreads["segment_masses"]["spread"] == pytest.approx(apart / math.sqrt(2), abs=0.01)


def test_strength_spreads_as_measured_torque():
    # 2.74 +- 0.58 N m/kg of 35 men, 2.20 +- 0.51 of 39 women
    measured = (35 * 0.58 / 2.74 + 39 * 0.51 / 2.20) / 74
    given = read("anthropometry/population.toml")["strength"]
    assert given["sd"] == pytest.approx(measured, abs=0.005)


def test_pooled_survey_correlates_as_known():
    # ANSUR II has 4082 men and 1986 women; both sexes together stature and mass correlate by 0.66 (recalled)
    survey = read("anthropometry/population.toml")["ansur_ii"]
    women = 1986 / 6068
    (male, female) = (survey[sex] for sex in ("male", "female"))
    gaps = [male[k][0] - female[k][0] for k in ("height", "mass")]

    def pooled(values, gap):
        return (1 - women) * values[0] + women * values[1] + women * (1 - women) * gap

    variances = [
        pooled([s[k][1] ** 2 for s in (male, female)], gap * gap)
        for k, gap in zip(("height", "mass"), gaps, strict=True)
    ]
    # log-normal with a spread of 16 %: correlation with the mass itself is within 1 % of that with its logarithm
    together = pooled(
        [s["correlation"] * s["height"][1] * s["mass"][1] for s in (male, female)],
        gaps[0] * gaps[1],
    )
    assert together / math.sqrt(variances[0] * variances[1]) == pytest.approx(0.66, abs=0.01)
