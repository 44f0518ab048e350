"""The words that exercises written in Python are made of, and the command line that shows them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import coxa
import numpy as np
import pytest
from coxa import scenario

REPOSITORY = Path(__file__).parents[3]


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


def exercise_of(build, name="made_here", **attributes):
    """A class with this `build`."""
    attributes = {"name": name, "build": build, **attributes}
    return type("Made", (coxa.Exercise,), attributes)


# ---- words and elements


def test_every_word_of_the_vocabulary_is_there():
    folder = REPOSITORY / "core/include/coxa/exercise"
    if not folder.is_dir():
        pytest.skip("the sources are not here")
    headers = [folder / "builder.hpp", *sorted(folder.glob("words/*.hpp"))]
    text = "".join(re.sub(r"//.*", "", header.read_text()) for header in headers)
    words = set(re.findall(r"\b([a-z_]+)\(\s*(?:const )?ScenarioBuilder& s\b", text))
    words |= set(re.findall(r"\b([a-z_]+)\(Side side\)", text)) | {"declares", "value"}
    assert len(words) > 70
    assert [word for word in sorted(words) if not hasattr(coxa.ScenarioBuilder, word)] == []
    shared = set(re.findall(r"COXA_EXPORT [^;]*?\b([a-z_]+_parameters?)\(", text))
    assert len(shared) >= 6
    assert [name for name in sorted(shared) if not hasattr(scenario, name)] == []


def test_every_field_of_the_elements_is_there():
    rooms = [REPOSITORY / "core/include/coxa" / room for room in ("motion", "setting")]
    headers = [header for room in rooms for header in sorted(room.glob("*.hpp"))]
    headers.append(REPOSITORY / "core/include/coxa/exercise/scenario.hpp")
    if not all(header.is_file() for header in headers):
        pytest.skip("the sources are not here")
    text = "".join(re.sub(r"//.*", "", header.read_text()) for header in headers)
    structs = dict(re.findall(r"\nstruct (\w+) \{(.*?)\n\};", text, re.DOTALL))
    assert {"Support", "Band", "Cable", "Anchor", "Scenario", "HoldPoint"} <= set(structs)
    functions = set(re.findall(r"COXA_EXPORT [^;{]*?\b([a-z_]+)\(", text)) - {
        "measure",  # of a skeleton; ScenarioBuilder has the words
        "solve_motion",
    }
    assert [name for name in sorted(functions) if not hasattr(scenario, name)] == []
    plan = re.findall(r"(\w+)(?:\[\d\])?(?: = [^;]*|\{[^;]*\})?;", structs.pop("MovementPlan"))
    renamed = {"from": "start", "to": "end"}
    for name, body in structs.items():
        fields = re.findall(
            r"(\w+)(?:\[\d\])?(?: = [^;]*|\{[^;{}]*\})?;", re.sub(r"enum .*", "", body)
        )
        # the fields of the setting are the scenario's
        bound = scenario.Scenario if name == "Setting" else getattr(scenario, name)
        if name == "Scenario":
            fields = plan
        missing = [f for f in fields if not hasattr(bound, renamed.get(f, f))]
        assert missing == [], name


def test_elements_do_not_change_in_place(model):
    s = coxa.exercise("barbell_hip_thrust").build(model, load=50)
    hold = s.repetition[1]
    with pytest.raises(AttributeError):
        hold.duration = 5
    with pytest.raises(AttributeError):
        s.repetition.append(hold)
    with pytest.raises(ValueError):
        s.guess[0] = 1
    assert hold.replace(duration=5) != hold and hold.replace() == hold
    copy = s.copy()
    copy.loads = ()
    assert len(s.loads) == 1 and s.loads[0].mass == 50
    assert "Phase(kind='hold'" in repr(hold)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: scenario.Support("floor", [1]), "Support.points"),
        (lambda: scenario.Support("floor", normal=(1, 2)), "Support.normal"),
        (lambda: scenario.Support("floor", nope=1), "has no 'nope'; it has: name"),
        (lambda: scenario.Support("floor", name="wall"), "name is given twice"),
        (lambda: scenario.Phase("jump", 1), "Phase.kind"),
        (lambda: scenario.NamedTask("feet", 3), "NamedTask.task"),
        (lambda: scenario.Phase("hold", 1, 0, 1, 2), "at most 4 values"),
        (lambda: scenario.DrivePoint(p_W=3), "function of the path"),
        (lambda: scenario.thera_band("pink"), "pink"),
    ],
)
def test_ill_made_elements_say_what_is_wrong(make, text):
    with pytest.raises(coxa.InvalidArgument, match=text):
        make()


def test_elements_hold_what_they_were_given():
    point = scenario.ContactPoint(3, np.array([1.0, 2.0, 3.0]))
    assert point.p_B == (1, 2, 3) and point.body == 3
    task = scenario.NamedTask("heels", scenario.PointHeight([point, point], 0.2))
    assert task.task.points == (point, point)
    load = scenario.barbell(100, 1, (0, 0, 0))
    assert load.mass == 100 and np.array(load.inertia).shape == (3, 3)
    rotation, place = load.X_BL
    assert np.array_equal(rotation, np.eye(3)) and place == (0, 0, 0)


def test_a_curve_in_python_leads_a_point(register):
    def build(self, model, p):
        s = coxa.exercise("barbell_hip_thrust").build(model)
        if p["how"] == "straight":
            # the bar's height as a curve instead of the trunk's inclination: the same ends, another way
            return s
        name = "a point of the pelvis"
        task = scenario.DrivePoint(1, (0, 0, 0), lambda path: 1 / 0)
        s.tasks = (*s.tasks, (name, task))
        return s

    choice = coxa.Parameter("how", "straight", choices=("straight", "broken"), description="way")
    register(exercise_of(build, parameters=(choice,)))
    assert coxa.simulate("made_here", frames=2).solved
    with pytest.raises(coxa.PluginError, match="ZeroDivisionError"):
        coxa.simulate("made_here", how="broken", frames=2)


def test_words_make_an_exercise(register):
    def build(self, model, p):
        s = coxa.ScenarioBuilder(model, p)
        s.lie_down(0.2)
        s.stand(0)
        s.rest("step", "scapula", (0, 0.2, 0), 0.6)
        s.neutral_spine()
        s.arms_across_chest()
        s.drive_hips_up(0)
        s.tempo("bottom")
        return s  # finish is understood

    parameters = coxa.join(
        scenario.thrust_parameters(),
        scenario.feet_parameters(),
        scenario.tempo_parameters(1, 1, 1),
        scenario.spine_parameters(),
    )
    register(exercise_of(build, parameters=parameters))
    result = coxa.simulate("made_here", frames=11)
    assert result.solved and float(result.notes["trunk_inclination_top_deg"]) == pytest.approx(0)


def test_join_lets_the_later_declaration_win():
    first = coxa.Parameter("load", 60, 0, 500, "kg", "bar and plates")
    other = coxa.Parameter("hold", 2, 0, 5, "s", "at the top")
    last = coxa.Parameter("load", 20, 0, 100, "kg", "dumbbell")
    assert coxa.join((first, other), (last,)) == (last, other)


def test_the_exercise_of_the_tutorial_works(register):
    tutorial = REPOSITORY / "docs" / "tutorials" / "exercise_in_python.md"
    if not tutorial.is_file():
        pytest.skip("the sources are not here")
    source = re.findall(r"```python\n(.*?)```", tutorial.read_text(), re.DOTALL)[0]
    space: dict = {}
    exec(compile(source.replace("@coxa.register", ""), str(tutorial), "exec"), space)
    register(space["StepBridge"])
    table = coxa.conformance.check("step_bridge", draws=4, others=())
    assert table["passed"].all(), table.to_string()
    assert coxa.simulate("step_bridge", arms="free", frames=5).solved
    text = tutorial.read_text()
    for name in set(re.findall(r"\bs\.([a-z_]+)\(", text)) - {"build"}:
        assert hasattr(coxa.ScenarioBuilder, name), name


# ---- command line


def run(*arguments, **options):
    command = [sys.executable, "-m", "coxa.commands", *arguments]
    return subprocess.run(command, capture_output=True, text=True, **options)


PLUGIN = """
import coxa

@coxa.register
class Worded(coxa.Exercise):
    '''Barbell hip thrust at one of two speeds.'''
    muscles = ("glutes",)
    references = ("Contreras (2011)",)
    parameters = (coxa.Parameter("speed", "slow", choices=("slow", "fast"), description="way up"),)

    def build(self, model, p):
        s = coxa.exercise("barbell_hip_thrust").build(model)
        up, hold, down = s.repetition
        s.repetition = (up.replace(duration=0.5 if p["speed"] == "fast" else 1), hold, down)
        return s
"""


def test_the_command_line_takes_and_shows_words(tmp_path, monkeypatch):
    (tmp_path / "worded.py").write_text(PLUGIN)
    monkeypatch.setenv("COXA_PLUGIN_PATH", str(tmp_path))
    shown = run("describe", "worded")
    assert "slow, fast" in shown.stdout, shown.stderr
    parameter = json.loads(run("describe", "worded", "--json").stdout)["parameters"][0]
    assert parameter["choices"] == ["slow", "fast"] and parameter["default"] == "slow"
    done = run("simulate", "worded", "--set", "speed=fast", "--frames", "3", "--json")
    assert json.loads(done.stdout)["parameters"] == {"speed": "fast"}, done.stderr
    wrong = run("simulate", "worded", "--set", "speed=fats")
    assert wrong.returncode == 2 and "did you mean 'fast'" in wrong.stderr
