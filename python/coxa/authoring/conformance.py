"""The contract of an exercise, checked on any registered one: bundled or third-party, in C++ or Python.

>>> coxa.conformance.check("barbell_hip_thrust")

Every rule is evaluated from the result's arrays and the scenario, independently of the solver's own
diagnostics. Each finding states what was measured and what is allowed.
"""

from __future__ import annotations

import ctypes
import gc
import math
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from .. import _core
from ..base.limits import check_count
from ..base.resources import ANTHROPOMETRY
from ..base.tables import Table
from ..models.model import Model, default_model, scale
from ..models.subject import Subject
from . import catalogue
from .catalogue import ExerciseDescription
from .mechanics import check_balance, check_constraints, check_pressure
from .parameters import Parameter
from .rules import Finding, Trial, attempt

#: Units a parameter may have.
UNITS = ("kg", "m", "s", "deg", "N", "1")

#: The default parameters must need no reserves for PERSON, who is strong; OTHERS, far from average size, must have a motion.
PERSON = Subject(sex="male", mass=75, height=1.75, training="trained", strength=1.5)

OTHERS = (
    Subject(sex="male", mass=100, height=1.95),
    Subject(sex="female", mass=50, height=1.52),
)

DRAWS = 24

SEED = 1

BUILDS = 30  # at most, to measure memory growth over

BYTES_PER_BUILD = 256.0  # less than one object: a leak keeps at least one allocation per build


def check(
    name: str,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    person: Subject = PERSON,
    others: Sequence[Subject] = OTHERS,
) -> Table:
    """Check one exercise against the contract.

    Parameters
    ----------
    name : str
        One of `coxa.exercises()`.
    draws : int
        Number of random parameter sets from the declared ranges.
    seed : int
        Of the random sets.
    person : Subject
        For whom default parameters must give a trial without reserves.
    others : sequence of Subject
        Further people for whom default parameters must give a motion.

    Returns
    -------
    DataFrame
        One row per rule: whether it `passed`, what was `found`, what is `allowed`.

    Raises
    ------
    UnknownName
        If there is no such exercise.
    InvalidArgument
        If `draws` or `seed` is out of range.
    """
    check_count("draws", draws)
    check_count("seed", seed)
    findings = list(_findings(catalogue.exercise(name), draws, seed, person, others))
    rows = [(f.passed, f.found, f.allowed) for f in findings]
    table = Table(rows, columns=["passed", "found", "allowed"], index=[f.rule for f in findings])
    return table.rename_axis("rule")


def passed(table: Table) -> bool:
    """Whether every rule of a table from `check` passed."""
    return bool(table["passed"].all())


def _findings(
    exercise: ExerciseDescription, draws: int, seed: int, person: Subject, others: Sequence[Subject]
) -> Iterator[Finding]:
    yield check_parameters(list(exercise.parameters.values()))
    yield check_info(exercise)

    model = scale(default_model(), person)
    trial = attempt(model, exercise.name, {})
    yield Finding("default motion", trial.ok, trial.text, "a motion")
    if not trial.ok:
        return
    yield check_status(trial)
    yield check_constraints(model, trial)
    yield from check_balance(model, exercise.name, trial, person)
    yield check_pressure(model, trial)
    finding, feasible = check_draws(exercise, model, trial, draws, seed)
    yield finding
    yield check_repeats(model, exercise.name, trial)
    yield check_threads(model, exercise.name, feasible)
    yield check_memory(model, exercise.name)
    for other in others:
        yield check_person(exercise.name, other)


# ---- declarations


def check_parameters(parameters: Sequence[Parameter]) -> Finding:
    """Names, units, ranges and descriptions of the parameters are valid."""
    wrong = []
    for p in parameters:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", p.name):
            wrong.append(f"{p.name!r} is not snake_case")
        if p.unit not in UNITS:
            wrong.append(f"{p.name}: no unit {p.unit!r}")
        if (p.unit == "deg") != p.name.endswith("_deg"):
            wrong.append(f"{p.name}: a name ends in _deg if and only if the unit is deg")
        if len(p.description.split()) < 2 and not p.choices or not p.description.strip():
            wrong.append(f"{p.name}: its description {p.description!r} says too little")
        if not (math.isfinite(p.minimum) and math.isfinite(p.maximum)):
            wrong.append(f"{p.name}: its range {p.range_text} is not finite")
        elif p.minimum >= p.maximum and len(p.choices) != 1:
            wrong.append(f"{p.name}: its range {p.range_text} is empty")
        elif isinstance(p.default, (int, float)) and not p.minimum <= p.default <= p.maximum:
            wrong.append(f"{p.name}: its default {p.default:g} is outside {p.range_text}")
        if p.default is None and "default" not in p.description:
            wrong.append(f"{p.name}: its description does not say what its default is")
    names = [p.name for p in parameters]
    wrong += [f"{name} is declared twice" for name in sorted(set(names)) if names.count(name) > 1]
    return Finding(
        "parameters declared",
        not wrong,
        "; ".join(wrong) or f"{len(names)} parameters",
        f"snake_case, a description, finite ranges, units {', '.join(UNITS)}",
    )


def check_info(exercise: ExerciseDescription) -> Finding:
    """Title, description, references and muscle groups are given."""
    info, wrong = exercise.info, []
    sided = [group.name for group in default_model().groups]
    groups = sorted({name.removesuffix("_r").removesuffix("_l") for name in sided})
    if not re.fullmatch(r"[a-z][a-z0-9_]*", info.name):
        wrong.append(f"its name {info.name!r} is not snake_case")
    if not info.title.strip():
        wrong.append("it has no title")
    if len(info.description.split()) < 5:
        wrong.append(f"its description {info.description!r} says too little")
    if not info.muscles:
        wrong.append("it names no muscle groups")
    wrong += [f"there is no muscle group {m!r}" for m in info.muscles if m not in groups]
    if not info.references:
        wrong.append("it gives no reference")
    # a reference needs at least a year to be found again
    wrong += [
        f"no year in the reference {reference!r}"
        for reference in info.references
        if not re.search(r"\b(1[89]|20)\d\d\b", reference)
    ]
    return Finding(
        "described",
        not wrong,
        "; ".join(wrong) or f"for {', '.join(info.muscles)}; {len(info.references)} references",
        f"title, description, references with a year, muscle groups {', '.join(groups)}",
    )


def check_status(trial: Trial) -> Finding:
    """Every frame is solved without reserves."""
    status = trial["status"]
    unsolved, reserves = int((status & 1 > 0).sum()), int((status & 2 > 0).sum())
    text = f"{unsolved} unsolved frames, {reserves} with reserves"
    if reserves:
        worst = np.unravel_index(np.nanargmax(np.abs(trial["reserve"])), trial["reserve"].shape)
        coordinate = trial["coordinate"][worst[1]]
        text += f", most on {coordinate}: {trial['reserve'][worst]:.3g}"
    return Finding("no reserve", unsolved == reserves == 0, text, "none at the default load")


# ---- random parameters


def draw(exercise: ExerciseDescription, count: int, seed: int) -> list[dict[str, float | str]]:
    """Random parameter sets, uniform over the declared ranges.

    Even sets vary every parameter, those without a default half the time. In odd sets three of four
    parameters are left at their default, since few corners of a high-dimensional box are feasible postures.
    """
    rng = np.random.default_rng(seed)
    sets = []
    for i in range(count):
        given: dict[str, float | str] = {}
        for p in exercise.parameters.values():
            value = float(rng.uniform(p.minimum, p.maximum))
            chance = float(rng.uniform())
            if i % 2 and chance > 0.25 or p.default is None and chance > 0.5:
                continue
            if p.choices:
                given[p.name] = p.choices[min(int(value + 0.5), len(p.choices) - 1)]
            else:
                given[p.name] = float(round(value)) if p.integer else value
        sets.append(given)
    return sets


def check_draws(
    exercise: ExerciseDescription, model: Model, trial: Trial, count: int, seed: int
) -> tuple[Finding, list[dict[str, float | str]]]:
    """Random parameters give a motion, or an error that names a parameter or task to change."""
    scenario = trial.scenario
    tasks = [task.name for task in scenario.tasks]
    tasks += [goal.name for goal in (scenario.start, scenario.end, scenario.drive)]
    known = [*exercise.parameters, *tasks]
    wrong, refused = [], 0
    feasible: list[dict[str, float | str]] = [{}]
    for given in draw(exercise, count, seed):
        tried = attempt(model, exercise.name, given, frames=3)
        if tried.ok:
            feasible.append(given)
        elif not isinstance(tried.error, _core.InfeasibleMotion):
            wrong.append((tried.text, given))
        elif not any(_names(tried.text, word) for word in known):
            wrong.append((f"names neither a parameter nor a task: {tried.text}", given))
        else:
            refused += 1
    if wrong:
        text, given = wrong[0]
        values = ", ".join(
            f"{k}={v if isinstance(v, str) else f'{v:.4g}'}" for k, v in given.items()
        )
        found = f"{len(wrong)} of {count} failed; the first: {text} (given {values})"
    else:
        found = f"{len(feasible) - 1} of {count} have a motion, {refused} a named reason"
    finding = Finding(
        "random parameters",
        not wrong,
        found,
        "a motion, or InfeasibleMotion that names a parameter or task",
    )
    return finding, feasible


def _names(text: str, word: str) -> bool:
    # right and left versions of a task count as the same
    text, word = (re.sub(r"\b(right|left)\b", "side", t) for t in (text, word))
    text, word = (re.sub(r"_[rl]\b", "", t) for t in (text, word))
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])", text) is not None


# ---- reproducibility and memory


def check_repeats(model: Model, name: str, trial: Trial) -> Finding:
    """A second run gives bit-equal arrays."""
    again = attempt(model, name, {}, frames=len(trial["time"]))
    differing = (
        ["it failed: " + again.text] if not again.ok else _differences(trial.data, again.data)
    )
    return Finding(
        "repeatable", not differing, "; ".join(differing[:3]) or "bit for bit", "bit-equal twice"
    )


def check_threads(model: Model, name: str, sets: Sequence[dict[str, float | str]]) -> Finding:
    """Trials give bit-equal arrays alone and on four concurrent threads."""
    given = list((list(sets) * 8)[:8])
    options = _core.SimulateOptions(frames=11)

    def part(i: int) -> dict[str, Any]:
        rows = [{"exercise": name, "parameters": p} for p in given[2 * i : 2 * i + 2]]
        return _core.run_trials(model._core, rows, options, ["position"], 11, [], ANTHROPOMETRY)

    alone = [part(i) for i in range(4)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(part, range(4)))
    pairs = zip(alone, together, strict=True)
    differing = [text for pair in pairs for text in _differences(*pair)]
    failed = [m for p in alone for m in p["variables"]["trial_message"][1] if m]
    if failed:
        differing.append(f"a trial that had a motion alone failed in a study: {failed[0]}")
    return Finding(
        "thread-safe",
        not differing,
        "; ".join(differing[:3]) or f"{len(given)} trials, bit for bit",
        "bit-equal on 1 and 4 threads",
    )


def _differences(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    names = list(first["variables"])
    if names != list(second["variables"]):
        return ["not the same variables"]
    different = []
    for name in names:
        a, b = (np.asarray(run["variables"][name][1]) for run in (first, second))
        if a.shape != b.shape or a.tobytes() != b.tobytes():
            different.append(f"{name} differs")
    return different


def check_memory(model: Model, name: str) -> Finding:
    """Repeated building does not grow memory."""
    measure = _memory()
    if measure is None:
        return Finding("memory", True, "cannot be measured on this system", "flat over builds")

    def build(count: int) -> float:
        for _ in range(count):
            _core.build_scenario(model, name, {})
        gc.collect()
        return measure()

    begun = time.perf_counter()
    build(3)
    # fewer repetitions of slow builds: about half a second in all
    each = (time.perf_counter() - begun) / 3
    count = int(min(max(0.25 / each, 5), BUILDS // 2))
    # a leak grows in both halves; a cache that fills once grows in the first only
    start, half = build(0), build(count)
    growth = min(half - start, build(count) - half) / count
    return Finding(
        "memory",
        growth < BYTES_PER_BUILD,
        f"{max(growth, 0):.0f} bytes more per build",
        f"less than {BYTES_PER_BUILD:.0f}",
    )


def _memory() -> Callable[[], float] | None:
    """A function that gives bytes in use: malloc's (glibc 2.33 or newer) plus Python's blocks at 64 bytes each."""
    try:
        libc = ctypes.CDLL(None)
        libc.mallinfo2.restype = _Mallinfo2
    except (OSError, AttributeError):
        return None

    def measure() -> float:
        info = libc.mallinfo2()
        return float(info.uordblks + info.hblkhd) + 64.0 * sys.getallocatedblocks()

    return measure


class _Mallinfo2(ctypes.Structure):
    _names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in _names.split()]


def check_person(name: str, subject: Subject) -> Finding:
    """Another person has a motion with default parameters, with constraints and balance met."""
    who = f"{subject.sex}, {subject.height:g} m, {subject.mass:g} kg"
    model = scale(default_model(), subject)
    trial = attempt(model, name, {})
    if not trial.ok:
        return Finding(who, False, trial.text, "a motion with default parameters")
    unsolved = int((trial["status"] & 1 > 0).sum())
    parts = [check_constraints(model, trial), check_pressure(model, trial)]
    parts += list(check_balance(model, name, trial, subject)) if unsolved == 0 else []
    wrong = [f"{part.rule}: {part.found}" for part in parts if not part.passed]
    if unsolved:
        wrong.append(f"{unsolved} unsolved frames")
    return Finding(
        who, not wrong, "; ".join(wrong) or trial.text, "a motion with default parameters, balanced"
    )
