"""The contract of exercises: every one that is found keeps it, and each of its rules can be broken."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import threading
import time

import coxa
import numpy as np
import pytest
from coxa import scenario
from coxa.authoring import conformance, mechanics, rules
from coxa.authoring.catalogue import check_parameters
from coxa.models.model import default_model

LOAD = coxa.Parameter("load", 40, 0, 100, "kg", "bar and plates")


@pytest.mark.parametrize("name", coxa.exercises())
def test_every_exercise_keeps_the_contract(name):
    table = conformance.check(name)
    assert conformance.passed(table), "\n" + "\n".join(
        f"{rule}: {row['found']} (allowed: {row['allowed']})"
        for rule, row in table[~table["passed"]].iterrows()
    )


# ---- strangers that break one rule each


class Sound(coxa.Exercise):
    """Barbell hip thrust as it is, which a stranger may spoil in one way."""

    name = "stranger"
    muscles = ("glutes",)
    references = ("Contreras (2011) Strength Cond J 33(5):58-61",)
    parameters = (LOAD,)

    def build(self, model, p):
        return coxa.exercise("barbell_hip_thrust").build(model, load=p["load"])


def broken(exercise, *others, draws=4):
    """Rules that a registered class breaks, with what was found."""
    coxa.register(exercise)
    try:
        table = conformance.check("stranger", draws=draws, others=others)
    finally:
        coxa.unregister("stranger")
    return dict(table[~table["passed"]]["found"])


def test_a_sound_stranger_keeps_it():
    assert broken(Sound, *conformance.OTHERS, draws=8) == {}


class Undocumented(Sound):
    parameters = (LOAD, coxa.Parameter("x", 1, 0, 2, "furlong", ""))


class SaysTooLittle(Sound):
    description = "A lift."
    muscles = ("glutes", "gluts")
    references = ("somebody, somewhere",)


class Impossible(Sound):
    def build(self, model, p):
        raise coxa.InfeasibleMotion("decrease load")


class TooHeavy(Sound):
    parameters = (dataclasses.replace(LOAD, default=450, maximum=500),)


class Slides(Sound):
    def build(self, model, p):
        s = super().build(model, p)
        knee = scenario.site(model, "knee_r")
        # a support on a knee that moves
        s.supports = (*s.supports, scenario.Support("knee", [knee], friction=0.6))
        return s


class SlidesFreely(Sound):
    def build(self, model, p):
        s = super().build(model, p)
        knee = scenario.site(model, "knee_r")
        s.supports = (*s.supports, scenario.Support("knee", [knee], (1, 0, 0), friction=0))
        return s


class LosesItsGrip(Sound):
    def build(self, model, p):
        s = super().build(model, p)
        grip = s.grips[0]
        s.grips = (grip.replace(load=grip.load.replace(p_B=(0.5, 0, 0))), *s.grips[1:])
        return s


class FailsForSome(Sound):
    def build(self, model, p):
        if p["load"] > 50:
            raise ValueError("heavy")
        return super().build(model, p)


class NoReason(Sound):
    def build(self, model, p):
        if p["load"] > 50:
            raise coxa.InfeasibleMotion("it cannot be")
        return super().build(model, p)


class Forgetful(Sound):
    def __init__(self):
        self.builds = 0

    def build(self, model, p):
        self.builds += 1
        s = super().build(model, p)
        s.loads = [load.replace(mass=load.mass + 0.01 * self.builds) for load in s.loads]
        return s


class NotThreadSafe(Sound):
    def __init__(self):
        self.at_work = 0

    def build(self, model, p):
        self.at_work += 1
        time.sleep(0.002)  # lets another thread in
        crowd = self.at_work
        s = super().build(model, p)
        s.loads = [load.replace(mass=load.mass + crowd) for load in s.loads]
        self.at_work -= 1
        return s


class Leaks(Sound):
    def __init__(self):
        self.kept = []

    def build(self, model, p):
        s = super().build(model, p)
        self.kept.append(s.copy())
        return s


class OnlyTheTall(Sound):
    def build(self, model, p):
        if model.total_mass < 60:
            raise coxa.InfeasibleMotion("increase load: too light for this")
        return super().build(model, p)


@pytest.mark.parametrize(
    ("exercise", "rule", "text"),
    [
        (Undocumented, "parameters declared", "furlong"),
        (SaysTooLittle, "described", "no year in the reference"),
        (Impossible, "default motion", "decrease load"),
        (TooHeavy, "no reserve", "with reserves"),
        (Slides, "constraints", "support knee"),
        (SlidesFreely, "constraints", "support knee, off its surface"),
        (LosesItsGrip, "constraints", "grip"),
        (FailsForSome, "random parameters", "ValueError: heavy"),
        (Forgetful, "repeatable", "differs"),
        (NotThreadSafe, "thread-safe", "differs"),
        (Leaks, "memory", "bytes more per build"),
        (OnlyTheTall, "female, 1.52 m, 50 kg", "increase load"),
    ],
)
def test_each_rule_can_be_broken(exercise, rule, text):
    found = broken(exercise, *conformance.OTHERS[1:])
    assert rule in found and text in found[rule], found


def test_a_reason_that_names_nothing_is_told_apart():
    names = conformance._names
    assert names("decrease foot_distance", "foot_distance")
    assert not names("decrease my_foot_distance", "foot_distance")
    assert names("'left foot in its place' cannot be met", "right foot in its place")
    assert names("hip_flexion_l is at its end", "hip_flexion_r")
    assert not names("it cannot be", "load")
    # the core adds what was set away from its default where an author gives no name
    coxa.register(NoReason)
    try:
        with pytest.raises(coxa.InfeasibleMotion, match="it cannot be.*load = 80"):
            coxa.simulate("stranger", load=80)
    finally:
        coxa.unregister("stranger")


def test_parameters_that_no_registry_takes_are_told_too():
    # the registry refuses these before; the rule does not rely on it
    bad = {
        "Load": coxa.Parameter("Load", 1, 0, 2, "kg", "bar and plates"),
        "_deg": coxa.Parameter("knee_deg", 1, 0, 2, "m", "bend of knee"),
        "not finite": coxa.Parameter("load", 1, 0, float("inf"), "kg", "bar and plates"),
        "outside": coxa.Parameter("load", 5, 0, 1, "kg", "bar and plates"),
        "is empty": coxa.Parameter("load", 1, 1, 1, "kg", "bar and plates"),
        "what its default is": coxa.Parameter("load", None, 0, 1, "kg", "bar and plates"),
    }
    for text, parameter in bad.items():
        finding = conformance.check_parameters([parameter])
        assert not finding.passed and text in finding.found, finding
    assert "twice" in conformance.check_parameters([LOAD, LOAD]).found
    assert conformance.check_parameters([LOAD]).passed


# ---- rules about what the solver gives: spoiled results must be noticed


@pytest.fixture(scope="module")
def trial():
    model = coxa.scale(default_model(), conformance.PERSON)
    return model, rules.attempt(model, "barbell_hip_thrust", {})


def spoiled(trial, name, change):
    """The trial with one variable changed."""
    dims, values, attributes = trial.data["variables"][name]
    values = np.array(values)
    change(values)
    variables = {**trial.data["variables"], name: (dims, values, attributes)}
    return dataclasses.replace(trial, data={**trial.data, "variables": variables})


def balance(model, trial):
    findings = mechanics.check_balance(model, "no exercise", trial, conformance.PERSON)
    return [finding.passed for finding in findings]


def test_a_missing_newton_is_noticed(trial):
    model, sound = trial
    assert balance(model, sound) == [True, True]

    def add(values):
        values[50:60, 0, 1] += 0.01

    assert balance(model, spoiled(sound, "support_force", add)) == [False, True] or (
        balance(model, spoiled(sound, "support_force", add)) == [False, False]
    )
    assert balance(model, spoiled(sound, "support_moment", add))[1] is False

    def shift(values):
        values[:, 0] += 0.001 * np.arange(len(values)) ** 2

    assert balance(model, spoiled(sound, "linear_momentum", shift))[0] is False


def test_frames_with_reserves_are_left_out_of_the_balance(trial):
    model, sound = trial

    def add(values):
        values[50:60, 0, 1] += 100.0

    def flag(values):
        values[50:60] |= 2

    heavy = spoiled(sound, "support_force", add)
    assert balance(model, heavy)[0] is False
    assert balance(model, spoiled(heavy, "status", flag)) == [True, True]


def test_unsolved_frames_and_reserves_are_noticed(trial):
    _, sound = trial
    assert conformance.check_status(sound).passed
    for bit in (1, 2):

        def flag(values, bit=bit):
            values[7] |= bit

        assert not conformance.check_status(spoiled(sound, "status", flag)).passed


def test_a_foot_that_creeps_is_noticed(trial):
    model, sound = trial
    assert mechanics.check_constraints(model, sound).passed
    ankle = list(sound["coordinate"]).index("ankle_angle_r")

    def creep(values):
        values[:, ankle] += 1e-4 * np.linspace(0, 1, len(values))

    finding = mechanics.check_constraints(model, spoiled(sound, "position", creep))
    assert not finding.passed and "right_foot" in finding.found


def test_pressure_outside_the_base_is_noticed(trial):
    model, sound = trial
    assert mechanics.check_pressure(model, sound).passed

    def tilt(values):
        values[:, 0, 2] += 200.0  # N m about z on the right foot

    finding = mechanics.check_pressure(model, spoiled(sound, "support_moment", tilt))
    assert not finding.passed and "right_foot" in finding.found


def test_distance_from_a_base():
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5]], dtype=float)
    outside = mechanics._outside
    assert outside(square, np.array([0.5, 0.2])) == 0
    assert outside(square, np.array([2.0, 0.5])) == pytest.approx(1)
    assert outside(square, np.array([2.0, 2.0])) == pytest.approx(2**0.5)
    assert outside(square[:2], np.array([0.5, 0.3])) == pytest.approx(0.3)
    assert outside(square[:1], np.array([3.0, 4.0])) == pytest.approx(5)


def test_rates_of_known_curves():
    time = np.linspace(0, 1, 101)
    variables = {
        "time": (("time",), time, {}),
        "phase": (("time",), np.where(time < 0.5, 0, 2), {}),
        "repetition": (("time",), np.ones(101, dtype=int), {}),
    }
    fake = rules.Trial(True, "", {"variables": variables})
    # smooth in each phase, a corner between them
    values = np.where(time < 0.5, np.sin(3 * time), np.exp(time))[:, None]
    expected = np.where(time < 0.5, 3 * np.cos(3 * time), np.exp(time))[:, None]
    np.testing.assert_allclose(mechanics._rate(fake, values), expected, rtol=0, atol=1e-11)


def test_draws_are_those_of_the_seed_and_in_range():
    exercise = coxa.exercise("barbell_hip_thrust")
    draws = conformance.draw(exercise, 40, seed=3)
    assert draws == conformance.draw(exercise, 40, seed=3)
    assert draws != conformance.draw(exercise, 40, seed=4)
    for given in draws:
        check_parameters("barbell_hip_thrust", given)
    whole, few = (np.mean([len(d) for d in draws[i::2]]) for i in (0, 1))
    assert few < 0.5 * whole


# ---- command line


def conform(*names, plugins):
    command = [sys.executable, "-m", "coxa.commands", "conform", *names]
    environment = {**os.environ, "COXA_PLUGIN_PATH": str(plugins)}
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def test_the_command_tells_what_fails(tmp_path):
    (tmp_path / "lazy.py").write_text(
        "import coxa\n\n@coxa.register\nclass Lazy(coxa.Exercise):\n    'A lift.'\n\n"
        "    def build(self, model, p):\n"
        "        return coxa.exercise('barbell_hip_thrust').build(model)\n"
    )
    fine = conform("barbell_hip_thrust", plugins=tmp_path)
    assert fine.returncode == 0 and "conforms" in fine.stdout, fine.stdout + fine.stderr
    bad = conform("lazy", "--json", plugins=tmp_path)
    assert bad.returncode == 1, bad.stderr
    told = json.loads(bad.stdout)
    assert told["conform"] is False
    rules = told["exercises"]["lazy"]["rules"]
    assert rules["described"]["passed"] is False and "no reference" in rules["described"]["found"]
    unknown = conform("lasy", plugins=tmp_path)
    assert unknown.returncode == 2 and "did you mean 'lazy'" in unknown.stderr


def test_several_checks_at_once():
    # a checker of checkers: nothing is kept between calls
    tables = {}

    def work(key):
        tables[key] = conformance.check("barbell_hip_thrust", draws=2, others=())

    threads = [threading.Thread(target=work, args=(key,)) for key in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rules = [rule for rule in tables[0].index if rule != "memory"]  # that of the whole process
    assert tables[0].loc[rules, "passed"].all() and tables[1].loc[rules, "passed"].all()
