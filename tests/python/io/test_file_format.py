"""What the file says of itself: units that UDUNITS and pint read, and the table that documents its variables."""

from __future__ import annotations

import json
import re

import coxa
import numpy as np
import pytest
from coxa import _core

pint = pytest.importorskip("pint")
UNITS = pint.UnitRegistry()

SHIPPED = [name for name in coxa.exercises() if coxa.exercise(name).origin.endswith(".so")]


def refused(dataset):
    """Units of variables, as text, that pint does not read."""
    wrong = {}
    for name, variable in dataset.variables.items():
        if (units := variable.attrs.get("units")) is None:
            continue
        try:
            UNITS.Unit(units)
        except Exception as error:
            wrong[name] = f"{units}: {error}"
    return wrong


def result_of(name, frames=2):
    return coxa.simulate(name, frames=frames, intervals=True)


@pytest.mark.parametrize("name", SHIPPED)
def test_pint_reads_every_unit_of_a_result(name):
    dataset = result_of(name).dataset
    assert dataset.attrs["Conventions"] == "CF-1.8" and dataset.attrs["title"]
    assert not refused(dataset)
    for variable in dataset.variables.values():
        assert variable.dtype.kind not in "fi" or "units" in variable.attrs


def test_pint_reads_every_unit_of_a_study():
    study = coxa.Study("barbell_hip_thrust", frames=3).vary(
        load=(40, 80), toe_out_deg=(5, 20), subject_mass=[60, 90], criterion=[2, 3]
    )
    study = study.uncertain().sample(2, seed=1)
    series = ["position", "velocity", "generalized_force", "angular_momentum", "fiber_velocity"]
    dataset = study.run(series=series, progress=False)
    assert not refused(dataset)
    assert UNITS.Unit(dataset["toe_out_deg"].attrs["units"]) == UNITS.degree
    assert dataset["coordinate_units"].dims == ("coordinate",)
    assert dataset.attrs["Conventions"] == "CF-1.8" and "study" in dataset.attrs["title"]


def test_a_wrong_unit_would_be_refused():
    dataset = result_of("barbell_hip_thrust").dataset.copy()
    dataset["position"].attrs["units"] = "N m or N"
    assert list(refused(dataset)) == ["position"]


@pytest.mark.parametrize(
    ("name", "rotation", "translation"),
    [
        ("position", "rad", "m"),
        ("velocity", "rad/s", "m/s"),
        ("acceleration", "rad/s^2", "m/s^2"),
        ("generalized_force", "N m/rad", "N"),
        ("reserve", "N m/rad", "N"),
        ("actuator", "N m/rad", "N"),
    ],
)
def test_units_of_a_coordinate_follow_from_the_attributes(name, rotation, translation):
    result = result_of("barbell_hip_thrust")
    attributes = result[name].attrs
    kinds = result[attributes["unit_variable"]]
    for unit, expected in (("rad", rotation), ("m", translation)):
        assert unit in kinds
        found = UNITS.Unit(attributes["units"]) * UNITS.Unit(unit) ** attributes["unit_exponent"]
        assert found == UNITS.Unit(expected)


# ---- the table of variables


def matching(name, described, labels):
    """What the table says of a variable, and its texts with the label in place of <group> or <support>."""
    if name in described:
        return described[name], described[name]["long_name"]
    for pattern, one in described.items():
        if place := re.search(r"<(\w+)>", pattern):
            for label in labels[place[1]]:
                if pattern.replace(place[0], label) == name:
                    return one, one["long_name"].replace(place[0], label.replace("_", " "))
    raise AssertionError(f"{name} is not in the table")


@pytest.mark.parametrize("name", ["barbell_hip_thrust", "banded_hip_thrust", "cable_kickback"])
def test_the_table_says_what_the_file_holds(name):
    dataset = result_of(name).dataset
    listed = [*_core.recorded_variables(), *_core.summary_variables()]
    described = {one["name"]: one for one in listed}
    assert len(described) == len(listed)
    labels = {d: [str(label) for label in dataset[d].values] for d in ("group", "support")}
    seen = set()
    for variable, held in dataset.variables.items():
        one, long_name = matching(variable, described, labels)
        seen.add(one["name"])
        assert held.dims == one["dims"], variable
        assert held.attrs["units"] == one["units"] and held.attrs["long_name"] == long_name
        for key, value in one["attributes"].items():
            np.testing.assert_array_equal(held.attrs[key], value)
    for one in listed:
        assert one["name"] in seen or one["condition"] or set(one["dims"]) - set(dataset.dims)


# ---- names that JSON must escape


def test_a_name_with_quotes_makes_a_scene_that_can_be_read(tmp_path):
    class Odd(coxa.Exercise):
        """A thrust on a bench with an awkward name."""

        name = "odd_bench"
        muscles = ("glutes",)
        references = ()
        parameters = ()

        def build(self, model, p):
            s = coxa.exercise("barbell_hip_thrust").build(model)
            bench, *rest = s.furniture
            s.furniture = (bench.replace(name='bench 16" \\ high\n'), *rest)
            return s

    coxa.register(Odd)
    try:
        result = coxa.simulate("odd_bench", frames=2)
        result.save(tmp_path / "odd.h5")
        for one in (result, coxa.load(tmp_path / "odd.h5")):
            assert one.scene["furniture"][0]["name"] == 'bench 16" \\ high\n'
            json.loads(one.dataset.attrs["scene"])
    finally:
        coxa.unregister("odd_bench")
