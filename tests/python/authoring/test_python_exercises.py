"""Exercises written in Python: registration, choices, errors, threads."""

from __future__ import annotations

import subprocess
import sys

import coxa
import numpy as np
import pytest
from coxa import scenario


class PauseThrust(coxa.Exercise):
    """Barbell hip thrust with a pause at the top, and a word that decides how fast it goes."""

    muscles = ("glutes", "hamstrings")
    references = ("Contreras et al. (2015) J Appl Biomech 31:452",)
    parameters = (
        coxa.Parameter("load", 60, 0, 500, "kg", "bar and plates"),
        coxa.Parameter("pause", 4, 0.1, 30, "s", "at the top"),
        coxa.Parameter("toe_out_deg", 10, 0, 30, "deg", "feet turned out"),
        coxa.Parameter("foot_distance", None, 0.2, 1.2, "m", "default: from the body"),
        coxa.Parameter("speed", "slow", choices=("slow", "fast"), description="of the way up"),
    )

    def build(self, model, p):
        thrust = coxa.exercise("barbell_hip_thrust")
        s = thrust.build(model, **p.declared("load", "toe_out_deg", "foot_distance"))
        up, hold, down = s.repetition
        up = up.replace(duration=0.6 if p["speed"] == "fast" else 1.2)
        s.repetition = (up, hold.replace(duration=p["pause"]), down)
        return s


@pytest.fixture
def register():
    """Registers classes and takes them out again."""
    names = []

    def add(given, **options):
        before = set(coxa.exercises())
        coxa.register(given, **options)
        names.extend(set(coxa.exercises()) - before)
        return given

    yield add
    for name in names:
        coxa.unregister(name)


@pytest.fixture
def pause_thrust(register):
    register(PauseThrust)
    return "pause_thrust"


def exercise_of(build, name="made_here", **attributes):
    """A class with this `build`."""
    attributes = {"name": name, "build": build, **attributes}
    return type("Made", (coxa.Exercise,), attributes)


# ---- like any other exercise


def test_it_is_listed_and_described(pause_thrust):
    assert pause_thrust in coxa.exercises()
    found = coxa.exercise(pause_thrust)
    assert found.info.title == "Pause thrust"
    assert found.info.description == PauseThrust.__doc__
    assert "PauseThrust" in found.origin and __file__ in found.origin
    assert list(found.parameters) == [p.name for p in PauseThrust.parameters]
    speed = found.parameters["speed"]
    assert speed.default == "slow" and speed.choices == ("slow", "fast")
    assert "slow, fast" in repr(found) and "slow, fast" in found._repr_html_()
    assert found.parameters["foot_distance"].default is None


def test_it_simulates_with_its_own_timing(pause_thrust):
    result = coxa.simulate(pause_thrust, load=40, pause=2, speed="fast", frames=21)
    assert result.solved
    assert float(result["time"][-1]) == pytest.approx(0.6 + 2 + 1.5)
    assert result.parameters["speed"] == "fast"
    assert result.parameters["foot_distance"] == pytest.approx(float(result.notes["foot_distance"]))
    assert "speed='fast'" in result.dataset.attrs["history"]


def test_what_derives_from_another_moves_as_it_does(pause_thrust):
    ours = coxa.simulate(pause_thrust, load=40, toe_out_deg=15, frames=2)
    theirs = coxa.simulate("barbell_hip_thrust", load=40, toe_out_deg=15, frames=2)
    # first and last frame are the bottom in both, whatever the timing: the same posture to the bit
    np.testing.assert_array_equal(ours["position"].values, theirs["position"].values)


def test_parameters_reach_build_in_si_units(register):
    seen = {}

    def build(self, model, p):
        seen.update({name: p[name] for name in p})
        seen["declared"] = p.declared()
        seen["automatic"] = p.automatic("foot_distance")
        seen["model"] = model
        assert "nonsense" not in p and len(p) == 5 and p.exercise == "made_here"
        with pytest.raises(coxa.UnknownName, match="foot_distance"):
            p["foot_distanc"]
        return coxa.exercise("barbell_hip_thrust").build(model)

    register(exercise_of(build, parameters=PauseThrust.parameters))
    coxa.simulate("made_here", toe_out_deg=18, frames=2)
    assert seen["toe_out_deg"] == pytest.approx(np.pi / 10)
    assert seen["declared"]["toe_out_deg"] == 18 and seen["declared"]["speed"] == "slow"
    assert "foot_distance" not in seen["declared"]
    assert seen["foot_distance"] is None and seen["automatic"] is True
    assert seen["speed"] == "slow"
    assert isinstance(seen["model"], coxa.Model) and seen["model"].total_mass == pytest.approx(75)


def test_a_study_runs_it_on_threads_bit_for_bit(pause_thrust, tmp_path):
    study = coxa.Study(pause_thrust, frames=11).vary(load=[20, 40, 60], speed=["slow", "fast"])
    one = study.run(workers=1)
    four = study.run(tmp_path / "study.h5", workers=4)
    assert not any(one["trial_message"].values)
    for name in one.variables:
        assert one[name].values.tobytes() == four[name].values.tobytes(), name
    assert list(one["speed"].values) == ["slow", "fast"] * 3
    assert list(coxa.load(tmp_path / "study.h5")["speed"].values) == ["slow", "fast"] * 3


def test_max_load_takes_it(pause_thrust):
    assert coxa.max_load(pause_thrust, frames=11).load > 60


# ---- choices


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"speed": "fats"}, coxa.UnknownName, "did you mean 'fast'"),
        ({"speed": 1}, coxa.InvalidArgument, "one of the words slow, fast"),
        ({"load": "slow"}, coxa.InvalidArgument, "number in kg"),
        ({"speeed": "slow"}, coxa.UnknownName, "did you mean 'speed'"),
    ],
)
def test_choices_are_words(pause_thrust, given, error, text):
    with pytest.raises(error, match=text):
        coxa.simulate(pause_thrust, **given)
    with pytest.raises(error, match=text):
        coxa.Study(pause_thrust, **given)


def test_choices_are_checked_where_they_are_declared():
    side = coxa.Parameter("side", "left", choices=["right", "left"], description="working leg")
    assert side.choices == ("right", "left") and (side.minimum, side.maximum) == (0, 1)
    assert side.default_text == "left" and side.range_text == "right, left"
    with pytest.raises(coxa.InvalidArgument, match="none of its choices"):
        coxa.Parameter("side", "both", choices=("right", "left"))
    with pytest.raises(coxa.InvalidArgument, match="has no choices"):
        coxa.Parameter("side", "right")
    with pytest.raises(coxa.InvalidArgument, match="list of words"):
        coxa.Parameter("side", "right", choices="right")


# ---- registration


def test_a_duplicate_name_tells_both_origins(pause_thrust):
    twin = exercise_of(PauseThrust.build, name=pause_thrust)
    with pytest.raises(coxa.PluginError) as error:
        coxa.register(twin)
    assert "Made" in str(error.value) and "PauseThrust" in str(error.value)
    with pytest.raises(coxa.PluginError, match="there is one already, from .*barbell_hip_thrust"):
        coxa.register(exercise_of(PauseThrust.build, name="barbell_hip_thrust"), replace=True)


def test_a_notebook_may_replace_its_own(pause_thrust):
    @coxa.register(replace=True)
    class Again(PauseThrust):
        name = pause_thrust
        title = "Another"

    assert coxa.exercise(pause_thrust).info.title == "Another"
    assert coxa.exercise(pause_thrust).info.description == PauseThrust.__doc__, "inherited"
    coxa.register(exercise_of(PauseThrust.build, name=pause_thrust), replace=True)
    assert coxa.exercise(pause_thrust).info.description == "", "that of the base class says nothing"


def test_a_study_refuses_to_mix_two_exercises_of_one_name(register):
    order = []

    def build(self, model, p):
        order.append(self.mark)
        if len(order) == 1:
            coxa.register(exercise_of(build, mark="new"), replace=True)
        return coxa.exercise("barbell_hip_thrust").build(model)

    register(exercise_of(build, mark="old", parameters=PauseThrust.parameters[:1]))
    study = coxa.Study("made_here", frames=3).vary(load=[10, 20])
    with pytest.raises(
        coxa.PluginError, match="made_here was registered anew.*run the study again"
    ):
        study.run(workers=1)
    assert order == ["old"]
    coxa.simulate("made_here", frames=2)
    assert order[-1] == "new"


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"name": "Not Snake"}, "small letters"),
        ({"name": 3}, "name must be text"),
        ({"muscles": "glutes"}, "muscles must be a list"),
        ({"references": [3]}, "references must be a list"),
        ({"parameters": ["load"]}, "list of coxa.Parameter"),
        ({"parameters": (coxa.Parameter("load", 5, 0, 1, "kg", "bar"),)}, "outside its range"),
        ({"parameters": (coxa.Parameter("load", 5),)}, "its range is nan"),
        ({"parameters": (coxa.Parameter("knee_deg", 1, 0, 2, "rad", "knee"),)}, "_deg"),
        ({"parameters": (coxa.Parameter("load", 1, 0, 2, "kg", "bar"),) * 2}, "declared twice"),
    ],
)
def test_ill_declared_exercises_are_refused(attributes, text):
    before = coxa.exercises()
    with pytest.raises(coxa.PluginError, match=text):
        coxa.register(exercise_of(PauseThrust.build, **attributes))
    assert coxa.exercises() == before


def test_what_is_no_exercise_is_refused():
    for given in (3, dict, PauseThrust()):
        with pytest.raises(coxa.PluginError, match="subclass of coxa.Exercise"):
            coxa.register(given)
    with pytest.raises(coxa.PluginError, match="no method build"):
        coxa.register(type("Lazy", (coxa.Exercise,), {}))

    class Broken(coxa.Exercise):
        def __init__(self):
            raise RuntimeError("the dog ate it")

        build = PauseThrust.build

    with pytest.raises(coxa.PluginError, match="failed on creation.*the dog ate it"):
        coxa.register(Broken)


def test_modules_cannot_be_taken_out():
    with pytest.raises(coxa.PluginError, match="comes from a module"):
        coxa.unregister("barbell_hip_thrust")
    with pytest.raises(coxa.UnknownName):
        coxa.unregister("nonsense")


# ---- what goes wrong in build


def failing(how):
    def build(self, model, p):
        if how == "infeasible":
            raise coxa.InfeasibleMotion("decrease load")
        if how == "argument":
            raise coxa.InvalidArgument("load is odd")
        if how == "site":
            return coxa.ScenarioBuilder(model, p).site("elbow_grease")
        if how == "none":
            return None
        if how == "exit":
            sys.exit(3)
        if how == "deep":
            return coxa.exercise("made_here").build(model)
        if how == "index":
            s = coxa.exercise("barbell_hip_thrust").build(model)
            bad = s.supports[0].replace(points=(scenario.ContactPoint(99, (0, 0, 0)),))
            s.supports = (bad,)
            return s
        if how in ("body", "coordinate"):
            task = scenario.HoldPoint(99) if how == "body" else scenario.HoldCoordinate(-1)
            s = coxa.exercise("barbell_hip_thrust").build(model)
            s.tasks = (*s.tasks, ("a strange task", task))
            return s
        if how == "measure":
            s = coxa.ScenarioBuilder(model, p)
            s.top(("a strange task", scenario.HoldCoordinate(1000)), "no help")
        if how == "empty":
            return coxa.Scenario()
        if how == "unfinished":
            return coxa.ScenarioBuilder(model, p).finish()
        return 1 / 0

    return build


@pytest.mark.parametrize(
    ("how", "error", "text"),
    [
        ("infeasible", coxa.InfeasibleMotion, "^made_here: decrease load$"),
        ("argument", coxa.InvalidArgument, "made_here: load is odd"),
        ("site", coxa.UnknownName, "elbow_grease"),
        ("none", coxa.PluginError, "made_here.*NoneType.*return s.finish"),
        ("exit", coxa.PluginError, "made_here.*SystemExit: 3"),
        ("deep", coxa.PluginError, "made_here.*RecursionError"),
        ("index", coxa.PluginError, "body number 99"),
        ("body", coxa.InvalidArgument, "made_here.*'a strange task' is about body number 99"),
        ("coordinate", coxa.InvalidArgument, "'a strange task' is about coordinate number -1"),
        ("measure", coxa.InvalidArgument, "'a strange task' is about coordinate number 1000"),
        ("empty", coxa.PluginError, "first guess"),
        ("unfinished", coxa.InvalidArgument, "made_here"),
        ("division", coxa.PluginError, r"made_here.*ZeroDivisionError.*test_python_exercises.py"),
    ],
)
def test_failures_of_build_are_ours_and_named(register, how, error, text):
    register(exercise_of(failing(how)))
    with pytest.raises(error, match=text) as caught:
        coxa.simulate("made_here")
    assert caught.type is error


def test_a_study_records_the_failures_of_build(register):
    def build(self, model, p):
        if p["load"] > 30:
            raise ValueError("too heavy for me")
        return coxa.exercise("barbell_hip_thrust").build(model, load=p["load"])

    register(exercise_of(build, parameters=PauseThrust.parameters[:1]))
    ds = coxa.Study("made_here", frames=5).vary(load=[20, 40, 25, 50]).run(workers=3)
    assert list(ds["trial_status"].values) == [0, 1, 0, 1]
    assert "too heavy for me" in str(ds["trial_message"].values[1])


def test_the_interpreter_ends_well_with_exercises_registered():
    program = """
import coxa, threading
from coxa import scenario

@coxa.register
class Late(coxa.Exercise):
    parameters = (coxa.Parameter("load", 20, 0, 100, "kg", "bar and plates"),)
    def build(self, model, p):
        return coxa.exercise("barbell_hip_thrust").build(model, load=p["load"])

print(coxa.simulate("late", frames=3).solved)
# work under way while the interpreter goes
loads = [float(load) for load in range(1, 90)]
study = coxa.Study("late", frames=11).vary(load=loads)
threading.Thread(target=lambda: study.run(workers=2), daemon=True).start()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "True"
    assert done.returncode == 0, done.stderr
