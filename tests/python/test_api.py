"""One trial through the Python interface."""

from __future__ import annotations

import gc
import json
import pickle
import re
import subprocess
import sys

import coxa
import numpy as np
import pytest
import xarray as xr

EXERCISE = "barbell_hip_thrust"


def test_import_is_light():
    heavy = "{'numpy', 'pandas', 'xarray', 'matplotlib', 'rich', 'h5py'}"
    code = f"import sys, coxa; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_public_name_exists():
    for name in coxa.__all__:
        assert getattr(coxa, name) is not None


# ---- errors


def test_errors_are_the_builtin_ones_too():
    assert issubclass(coxa.InvalidArgument, ValueError)
    assert issubclass(coxa.UnknownName, coxa.InvalidArgument)
    assert not issubclass(coxa.UnknownName, KeyError)  # whose text would be printed in quotes
    assert issubclass(coxa.InfeasibleMotion, coxa.InvalidArgument)
    assert issubclass(coxa.FileError, OSError)
    assert issubclass(coxa.PluginError, RuntimeError)
    assert issubclass(coxa.UnsolvedFrame, RuntimeError)
    for name in ("InvalidArgument", "FileError", "PluginError", "UnsolvedFrame"):
        assert issubclass(getattr(coxa, name), coxa.Error)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"sex": "man"}, ["'male'", "'female'", "'man'"]),
        ({"mass": -62}, ["mass", "above 0 kg", "-62"]),
        ({"mass": float("nan")}, ["mass", "finite", "nan"]),
        ({"mass": "62"}, ["mass", "number in kg", "'62'"]),
        ({"mass": True}, ["mass", "number", "True"]),
        ({"height": 0}, ["height", "above 0 m"]),
        ({"strength": float("inf")}, ["strength", "finite"]),
        ({"segment_lengths": {"tigh": 0.4}}, ["tigh", "did you mean 'thigh'"]),
        ({"segment_lengths": {"thigh": -0.4}}, ["thigh", "above 0 m"]),
        ({"segment_lengths": 0.4}, ["segment_lengths", "0.4"]),
    ],
)
def test_subject_refuses(given, words):
    with pytest.raises(coxa.InvalidArgument) as error:
        coxa.Subject(**given)
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize("given", [{"mass": 5000.0}, {"height": 180.0}])
def test_scaling_refuses_what_no_person_has(given):
    with pytest.raises(coxa.InvalidArgument) as error:
        coxa.simulate(EXERCISE, coxa.Subject(**given))
    assert next(iter(given)) in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "given", "kind", "words"),
    [
        (("barbell_hip_trust",), {}, coxa.UnknownName, ["barbell_hip_trust", "barbell_hip_thrust"]),
        ((EXERCISE,), {"bench_hight": 0.4}, coxa.UnknownName, ["bench_hight", "bench_height"]),
        ((EXERCISE,), {"load": 1e4}, coxa.InvalidArgument, ["load", "10000", "500", "kg"]),
        ((EXERCISE,), {"load": -1}, coxa.InvalidArgument, ["load", "-1", "kg"]),
        ((EXERCISE,), {"load": "heavy"}, coxa.InvalidArgument, ["load", "number in kg", "'heavy'"]),
        ((EXERCISE,), {"load": float("nan")}, coxa.InvalidArgument, ["load", "finite"]),
        ((EXERCISE,), {"repetitions": 1.5}, coxa.InvalidArgument, ["repetitions", "1.5"]),
        ((EXERCISE,), {"frames": 1}, coxa.InvalidArgument, ["frames", "at least 2"]),
        ((EXERCISE,), {"frames": 10.5}, coxa.InvalidArgument, ["frames", "10.5"]),
        ((EXERCISE,), {"criterion": 0.5}, coxa.InvalidArgument, ["criterion", "1 to 5", "0.5"]),
        (
            (EXERCISE,),
            {"criterion": "max"},
            coxa.InvalidArgument,
            ["criterion", "min-max", "'max'"],
        ),
        ((EXERCISE, "me"), {}, coxa.InvalidArgument, ["subject", "coxa.Subject", "'me'"]),
        ((EXERCISE,), {"model": 3}, coxa.InvalidArgument, ["model", "3"]),
        ((EXERCISE,), {"model": "no.osim"}, coxa.FileError, ["no.osim"]),
        (
            (EXERCISE,),
            {"bench_height": 0.2, "bottom_clearance": 0.4},
            coxa.InfeasibleMotion,
            ["bottom_clearance"],
        ),
    ],
)
def test_simulate_refuses(arguments, given, kind, words):
    with pytest.raises(kind) as error:
        coxa.simulate(*arguments, **given)
    assert "\n" not in str(error.value)
    for word in words:
        assert word in str(error.value)


# ---- exercises


def test_exercises_are_described():
    assert EXERCISE in coxa.exercises()
    found = coxa.exercise(EXERCISE)
    assert found.info.title and found.info.references
    load = found.parameters["load"]
    assert load.unit == "kg" and load.minimum <= load.default <= load.maximum
    assert found.parameters["foot_distance"].default is None  # found from the body
    text, html = repr(found.parameters), found.parameters._repr_html_()
    for name in found.parameters:
        assert name in text and name in html
    assert EXERCISE in repr(found) and EXERCISE in found._repr_html_()

    table = found.parameters.to_dataframe()
    assert table.loc["load", "unit"] == "kg"


def test_notebooks_show_results_and_studies_as_tables(result, athlete):
    html = result._repr_html_()
    assert "&lt;coxa.Result barbell_hip_thrust with 60 kg" in html
    assert "peak_hip_extension_moment" in html and html.count("<table") == 1
    study = coxa.Study(EXERCISE, athlete).vary(load=[40, 80], bench_height=(0.38, 0.42))
    html = study._repr_html_()
    assert "<td style='text-align:left'>0.38 to 0.42 m</td>" in html and "&lt;coxa.Study" in html


def test_angles_are_declared_in_degrees():
    for p in coxa.exercise(EXERCISE).parameters.values():
        assert p.name.endswith("_deg") == (p.unit == "deg")


def test_subject_is_a_value(athlete):
    same = coxa.Subject(sex="male", mass=80.0, height=1.8, training="trained")
    assert same == athlete and hash(same) == hash(athlete)
    assert coxa.Subject.from_json(athlete.to_json()) == athlete
    assert pickle.loads(pickle.dumps(athlete)) == athlete
    assert eval(repr(athlete), {"Subject": coxa.Subject}) == athlete
    odd = coxa.Subject(mass=80.123456789, segment_lengths={"thigh": 0.41})
    assert eval(repr(odd), {"Subject": coxa.Subject}) == odd
    with pytest.raises(AttributeError):
        athlete.mass = 90


# ---- results

TIME, SIDE, MUSCLE, AXIS = "time", "side", "muscle", "axis"
FORMAT = {
    "phase": (TIME,),
    "repetition": (TIME,),
    "position": (TIME, "coordinate"),
    "velocity": (TIME, "coordinate"),
    "acceleration": (TIME, "coordinate"),
    "generalized_force": (TIME, "coordinate"),
    "hip_extension_moment": (TIME, SIDE),
    "knee_extension_moment": (TIME, SIDE),
    "ankle_plantarflexion_moment": (TIME, SIDE),
    "hip_abduction_moment": (TIME, SIDE),
    "hip_external_rotation_moment": (TIME, SIDE),
    "hip_extension_power": (TIME, SIDE),
    "lumbar_extension_moment": (TIME,),
    "activation": (TIME, MUSCLE),
    "muscle_force": (TIME, MUSCLE),
    "passive_force": (TIME, MUSCLE),
    "fiber_length": (TIME, MUSCLE),
    "fiber_velocity": (TIME, MUSCLE),
    "muscle_tendon_length": (TIME, MUSCLE),
    "actuator": (TIME, "coordinate"),
    "reserve": (TIME, "coordinate"),
    "hip_extension_contribution": (TIME, SIDE, MUSCLE),
    "group_force": (TIME, SIDE, "group"),
    "group_activation": (TIME, SIDE, "group"),
    "support_force": (TIME, "support", AXIS),
    "support_moment": (TIME, "support", AXIS),
    "center_of_pressure": (TIME, "support", AXIS),
    "load_force": (TIME, "load", AXIS),
    "load_position": (TIME, "load", AXIS),
    "load_moment": (TIME, "load", AXIS),
    "center_of_mass": (TIME, AXIS),
    "linear_momentum": (TIME, AXIS),
    "angular_momentum": (TIME, AXIS),
    "site_position": (TIME, "site", AXIS),
    "joint_reaction_force": (TIME, "joint", AXIS),
    "joint_reaction_moment": (TIME, "joint", AXIS),
    "lumbar_compression": (TIME,),
    "lumbar_shear": (TIME,),
    "status": (TIME,),
}


def test_result_follows_the_format(result):
    for name, dims in FORMAT.items():
        assert result[name].dims == dims, name
    for name, variable in result.dataset.variables.items():
        assert variable.attrs.get("long_name"), name
        if variable.dtype.kind in "fi":
            assert variable.attrs.get("units"), name
    assert list(result["side"].values) == ["right", "left"]
    assert result["hip_extension_moment"].attrs["units"] == "N m"
    for name in ("phase", "status"):
        attrs = result[name].attrs
        flags = attrs.get("flag_values", attrs.get("flag_masks"))
        assert len(flags) == len(attrs["flag_meanings"].split())


def test_result_holds_what_makes_it_again(result, athlete):
    attrs = result.dataset.attrs
    assert attrs["format"] == "coxa-1" and attrs["exercise"] == EXERCISE
    assert json.loads(attrs["parameters"])["load"] == 60
    assert all(value is not None for value in result.parameters.values())
    assert result.subject == athlete
    assert attrs["model"] == "coxa_fullbody.osim" and len(attrs["model_sha256"]) == 64
    commit = attrs["coxa_version"].removeprefix(coxa.__version__)
    assert re.fullmatch(r"(\+g[0-9a-f]{7,}(\.dirty)?)?", commit)
    assert attrs["created"].endswith("+00:00")
    assert attrs["criterion"] == "2" and attrs["references"]

    again = eval(attrs["history"], {"coxa": coxa})
    assert_same(again.dataset, result.dataset)


def test_absent_variable_tells_why(result):
    with pytest.raises(coxa.UnknownName, match="'support_force_min'.*recorded only with intervals"):
        result["support_force_min"]
    lacking = coxa.Result(
        result.dataset.drop_vars(["lumbar_shear", "status"]).assign_attrs(
            absent="lumbar_compression: the model has no free coordinate lumbar_extension; "
            "lumbar_shear: the model has no free coordinate lumbar_bending"
        )
    )
    with pytest.raises(coxa.UnknownName, match="'lumbar_shear'.*no free coordinate lumbar_bending"):
        lacking["lumbar_shear"]
    with pytest.raises(coxa.UnknownName, match="no variable 'status'; there are: "):
        lacking["status"]


def test_unknown_variable_names_the_nearest(result):
    with pytest.raises(coxa.UnknownName, match="did you mean 'hip_extension_moment'"):
        result["hip_extention_moment"]
    assert "hip_extension_moment" in result and "hip" not in result


def test_tables_print_whole(result):
    summary = result.summary()
    assert {"value", "unit", "per kg", "at s", "% up", "meaning"} <= set(summary.columns)
    peak = summary.loc["peak_hip_extension_moment"]
    both = result["hip_extension_moment"].sum("side")
    assert peak["value"] == pytest.approx(float(both.max()), rel=1e-12)
    assert peak["per kg"] == pytest.approx(peak["value"] / 80, rel=1e-9)
    assert peak["at s"] == float(both.time[int(both.argmax("time"))])
    assert "..." not in str(summary) and "hip extension moment" in str(summary)

    groups = result.muscle_groups()
    assert {"glutes", "hamstrings", "quadriceps", "lower_back"} <= set(groups.index)
    assert groups["peak activation"].between(0, 1).all()


def test_runs_are_equal_to_the_last_bit(result, athlete):
    assert_same(coxa.simulate(EXERCISE, athlete, load=60, frames=21).dataset, result.dataset)


def test_inputs_are_left_as_they_are(athlete, model):
    parameters = {"load": 40, "frames": 5}
    before = athlete.to_json(), dict(parameters), repr(model.muscles), model.total_mass
    coxa.simulate(EXERCISE, model=model, **parameters)
    coxa.simulate(EXERCISE, athlete, **parameters)
    assert before == (athlete.to_json(), parameters, repr(model.muscles), model.total_mass)


def test_arrays_outlive_everything_else(athlete):
    result = coxa.simulate(EXERCISE, athlete, load=20, frames=5)
    expected = result["activation"].values.copy()
    view = result["activation"].values[1:, ::2]
    del result
    gc.collect()
    # memory that was given back would be used again by these
    for _ in range(3):
        coxa.simulate(EXERCISE, athlete, load=100, frames=5)
        gc.collect()
    assert np.array_equal(view, expected[1:, ::2])


def test_public_calls_under_forced_collection(athlete, tmp_path):
    threshold = gc.get_threshold()
    gc.set_threshold(1)
    try:
        result = coxa.simulate(EXERCISE, athlete, load=20, frames=3)
        result.save(tmp_path / "r.h5")
        loaded = coxa.load(tmp_path / "r.h5")
        q = loaded["position"].values
        loaded.model.positions(q)
        loaded.model.muscle_paths(q)
        loaded.summary()
    finally:
        gc.set_threshold(*threshold)
    assert_same(loaded.dataset, result.dataset)


def test_criteria_share_the_load_differently(athlete, result):
    cubic = coxa.simulate(EXERCISE, athlete, load=60, frames=21, criterion=3)
    assert cubic.dataset.attrs["criterion"] == "3"
    # what must be shared is the same, how it is shared is not
    np.testing.assert_allclose(cubic["position"], result["position"], atol=0)
    assert not np.allclose(cubic["activation"], result["activation"], atol=1e-3)


def test_result_without_inertia_is_statics(athlete):
    still = coxa.simulate(EXERCISE, athlete, load=60, frames=5, inertia=False)
    weight = 9.80665 * (80 + 60)
    up = still["support_force"].sel(axis="y").sum("support")
    np.testing.assert_allclose(up, weight, rtol=1e-9)


def assert_same(a: xr.Dataset, b: xr.Dataset) -> None:
    assert set(a.variables) == set(b.variables)
    for name in a.variables:
        left, right = a[name].values, b[name].values
        assert left.dtype == right.dtype and left.shape == right.shape, name
        assert left.tobytes() == right.tobytes() or np.array_equal(left, right), name
