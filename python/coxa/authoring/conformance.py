"""The contract of an exercise, checked on any that was found: bundled, a stranger's, in C++ or in Python.

>>> coxa.conformance.check("barbell_hip_thrust")

Every rule is measured again from the result's arrays and the scenario, not taken from what the solver says of
itself. Each finding tells what was measured and what is allowed.
"""

from __future__ import annotations

import ctypes
import gc
import json
import math
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
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
from .parameters import Parameter

#: Units that a parameter may have.
UNITS = ("kg", "m", "s", "deg", "N", "1")

#: For whom the default parameters must do without reserves, and two people far from the mean who must find a motion.
PERSON = Subject(sex="male", mass=75, height=1.75)
OTHERS = (
    Subject(sex="male", mass=100, height=1.95),
    Subject(sex="female", mass=50, height=1.52),
)

DRAWS = 24
SEED = 1

#: m, how far what is held may move; the solver's own bound is 1e-7 m or rad, and a segment is shorter than 1 m
HELD = 1e-6
#: of the weight (times stature for moments), what may be missing in the balance with the rate of momentum
BALANCE = 1e-6
STENCIL = 9  # points of a difference formula
STEP = (
    0.01  # s at most between frames; minimum-jerk phases of 0.8 s are then differentiated to 1e-7
)
BUILDS = 30  # over which memory is watched at most
BYTES_PER_BUILD = 256.0  # less than one object: a leak keeps at least one allocation of each build


@dataclass(frozen=True)
class Finding:
    """One rule, and what was found."""

    rule: str
    passed: bool
    found: str
    allowed: str


def check(
    name: str,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    person: Subject = PERSON,
    others: Sequence[Subject] = OTHERS,
) -> Table:
    """Holds one exercise to the contract.

    Parameters
    ----------
    name : str
        One of `coxa.exercises()`.
    draws : int
        Random sets of parameters from the declared ranges.
    seed : int
        Of the draws.
    person : Subject
        Who does it.
    others : sequence of Subject
        Who must be able to do it with default parameters, too.

    Returns
    -------
    DataFrame
        One row per rule: whether it `passed`, what was `found`, what is `allowed`.

    Raises
    ------
    UnknownName
        If there is no such exercise.
    """
    check_count("draws", draws)
    check_count("seed", seed)
    findings = list(_findings(catalogue.exercise(name), draws, seed, person, others))
    rows = [(f.passed, f.found, f.allowed) for f in findings]
    table = Table(rows, columns=["passed", "found", "allowed"])
    table.index = [f.rule for f in findings]
    table.index.name = "rule"
    return table


def passed(table: Table) -> bool:
    """Whether every rule holds."""
    return bool(table["passed"].all())


def _findings(
    exercise: ExerciseDescription, draws: int, seed: int, person: Subject, others: Sequence[Subject]
) -> Iterator[Finding]:
    yield check_parameters(list(exercise.parameters.values()))
    yield check_info(exercise)

    model = scale(default_model(), person)
    trial = _attempt(model, exercise.name, {})
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


# ---- what it says of itself


def check_parameters(parameters: Sequence[Parameter]) -> Finding:
    """Names, units, ranges and descriptions of the parameters."""
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
    """Title, description, references and muscle groups."""
    info, wrong = exercise.info, []
    groups = sorted({group.name.removesuffix("_r").removesuffix("_l") for group in _groups()})
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
    # a reference can be found again by its year at least
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


def _groups() -> Sequence[Any]:
    return default_model().groups


# ---- trials


@dataclass(frozen=True)
class _Trial:
    """A simulation that was tried: the core's dataset, or why there is none."""

    ok: bool
    text: str
    data: dict[str, Any]
    scenario: _core.Scenario = field(default_factory=_core.Scenario)
    error: Exception | None = None

    def __getitem__(self, name: str) -> np.ndarray:
        return self.data["variables"][name][1]

    def __contains__(self, name: str) -> bool:
        return name in self.data["variables"]

    def label(self, dimension: str, name: str) -> int:
        return list(self[dimension]).index(name)

    @property
    def attributes(self) -> dict[str, Any]:
        return self.data["attributes"]

    @property
    def scene(self) -> dict[str, Any]:
        return json.loads(self.attributes["scene"])


def _attempt(model: Model, name: str, given: dict[str, Any], frames: int | None = None) -> _Trial:
    scenario = _core.Scenario()
    try:
        if frames is None:
            scenario = _core.build_scenario(model, name, given)
            frames = _frames(scenario)
        options = _core.SimulateOptions(frames=frames)
        data = _core.simulate(model._core, name, given, options)
    except Exception as error:
        return _Trial(False, f"{type(error).__name__}: {error}", {}, error=error)
    return _Trial(True, f"{len(data['variables']['time'][1])} frames", data, scenario)


def _frames(scenario: _core.Scenario) -> int:
    durations = [phase.duration for phase in scenario.repetition]
    moving = [p.duration for p in scenario.repetition if p.start != p.end] or durations
    # at least 80 points on the shortest movement, as many as 0.8 s has at the largest step
    step = min(STEP, min(moving, default=1.0) / 80)
    total = sum(durations) * scenario.repetitions
    return int(min(max(round(total / step), 100), 4000)) + 1


def check_status(trial: _Trial) -> Finding:
    """Every frame solved without reserves."""
    status = trial["status"]
    unsolved, reserves = int((status & 1 > 0).sum()), int((status & 2 > 0).sum())
    text = f"{unsolved} unsolved frames, {reserves} with reserves"
    if reserves:
        worst = np.unravel_index(np.nanargmax(np.abs(trial["reserve"])), trial["reserve"].shape)
        coordinate = trial["coordinate"][worst[1]]
        text += f", most on {coordinate}: {trial['reserve'][worst]:.3g}"
    return Finding("no reserve", unsolved == reserves == 0, text, "none at the default load")


def _points(model: Model, trial: _Trial, points: Sequence[dict[str, Any]]) -> np.ndarray:
    """Where points of bodies are, (frames, points, 3), from the coordinates of the result."""
    at = model.positions(trial["position"])
    names = [body.name for body in model.bodies]
    found = []
    for point in points:
        body = names.index(point["body"])
        found.append(at.bodies[:, body] + at.rotations[:, body] @ np.asarray(point["point"]))
    return np.stack(found, axis=1)


def _touching(trial: _Trial, support: _core.Support) -> np.ndarray:
    """Frames in which a support touches, by the path that the scenario gives it."""
    path = trial["path"]
    return (path >= support.path_from) & (path <= support.path_to)


def check_constraints(model: Model, trial: _Trial) -> Finding:
    """Points that press on the world, hands on their load and what is anchored stay where they are."""
    worst, where = float(trial.attributes["constraint_error"]), "the solver's own"

    def note(moved: float, what: str) -> None:
        nonlocal worst, where
        if not moved <= worst:
            worst, where = moved, what

    for support in trial.scenario.supports:
        frames = _touching(trial, support)
        drawn = next(d for d in trial.scene["supports"] if d["name"] == support.name)
        if not frames.any():
            continue
        places = _points(model, trial, drawn["points"])[frames]
        normal = np.asarray(support.normal)
        note(
            float(np.ptp(places @ normal, axis=0).max()), f"support {support.name}, off its surface"
        )
        if support.friction > 0:
            # what sticks does not slide; only what slides freely may
            note(
                float(np.ptp(places, axis=0).max()),
                f"support {support.name}, along its surface",
            )
    for grip in trial.scene["grips"]:
        hand = {"body": grip["body"], "point": grip["point"]}
        load = {"body": grip["load_body"], "point": grip["load_point"]}
        pair = _points(model, trial, [hand, load])
        note(float(np.abs(pair[:, 0] - pair[:, 1]).max()), f"grip {grip['name']}")
    for anchor in trial.scene.get("anchors", ()):
        held = np.asarray(anchor["strength"]) > 0
        place = _points(model, trial, [anchor["end"]])[:, 0, held]
        note(float(np.ptp(place, axis=0).max(initial=0.0)), f"anchor {anchor['name']}")
    return Finding(
        "constraints",
        worst < HELD,
        f"{worst:.1e} m ({where})",
        f"nothing held moves {HELD:g} m; only a support without friction slides",
    )


def check_balance(model: Model, name: str, trial: _Trial, person: Subject) -> Iterator[Finding]:
    """Forces on body and loads give the rate of their momentum, from the arrays alone."""
    missing = _missing(model, trial)
    if max(missing[0], missing[1] / person.height) > BALANCE:
        # perhaps the differences are too coarse for this movement: closer frames tell
        finer = _attempt(model, name, {}, frames=2 * len(trial["time"]) - 1)
        if finer.ok:
            missing = _missing(model, finer)
    yield _balanced(
        "forces balance",
        missing[0],
        "of the weight",
        "supports + loads + weight = rate of momentum",
    )
    yield _balanced(
        "moments balance",
        missing[1] / person.height,
        "of weight times stature",
        "moments about the centre of mass = rate of angular momentum",
    )


def _balanced(rule: str, missing: float, of: str, law: str) -> Finding:
    if math.isnan(missing):
        return Finding(rule, True, "no frame without reserves to check", law)
    return Finding(rule, missing <= BALANCE, f"{missing:.1e} {of}", f"{BALANCE:g}: {law}")


def _missing(model: Model, trial: _Trial) -> tuple[float, float]:
    scene = trial.scene
    gravity = np.asarray(model._core.gravity)
    mass = model.total_mass + sum(load["mass"] for load in scene["loads"])
    weight = mass * float(np.linalg.norm(gravity))
    center = trial["center_of_mass"]

    force = trial["support_force"].sum(axis=1)
    arm = trial["support_origin"][None] - center[:, None]
    moment = (trial["support_moment"] + np.cross(arm, trial["support_force"])).sum(axis=1)
    # what the world does to the body besides: cables, bands that end on it, anchors; the rest is inside
    for pull in _pulls_of_world(trial):
        index = trial.label("load", pull)
        force = force + trial["load_force"][:, index]
        arm = trial["load_position"][:, index] - center
        moment = moment + trial["load_moment"][:, index]
        moment = moment + np.cross(arm, trial["load_force"][:, index])
    for anchor in scene.get("anchors", ()):
        index = trial.label("grip", anchor["name"])
        force = force + trial["grip_force"][:, index]
        arm = trial["grip_position"][:, index] - center
        moment = moment + np.cross(arm, trial["grip_force"][:, index])

    rate = _rate(trial, np.hstack([trial["linear_momentum"], trial["angular_momentum"]]))
    # a reserve is a force of nothing; another rule counts those frames
    known = ~np.isnan(rate[:, 0]) & (trial["status"] & 3 == 0)
    if not known.any():
        # nothing to say of a trial that rests on reserves throughout; a movement too short to tell is wrong
        lost = math.nan if (trial["status"] & 3 != 0).all() else math.inf
        return lost, lost
    lost = force + mass * gravity - rate[:, :3]
    turned = moment - rate[:, 3:]
    return tuple(
        float(np.nan_to_num(np.abs(x[known]), nan=np.inf).max()) / weight for x in (lost, turned)
    )


def _pulls_of_world(trial: _Trial) -> list[str]:
    names = [cable["name"] for cable in trial.scene.get("cables", ())]
    labels = list(trial["load"])
    for band in trial.scene.get("bands", ()):
        ends = [f"{band['name']}_on_{end['body']}" for end in band["ends"]]
        found = [end for end in ends if end in labels]
        names += found if len(found) == 1 else []
    return names


def _rate(trial: _Trial, values: np.ndarray) -> np.ndarray:
    """Time derivative within each phase, where a motion is smooth; NaN in phases of too few frames."""
    time = trial["time"]
    rate = np.full_like(values, np.nan)
    labels = trial["phase"] + 10 * trial["repetition"]
    edges = np.flatnonzero(np.diff(labels)) + 1
    for first, last in zip([0, *edges], [*edges, len(time)], strict=True):
        if last - first < STENCIL:
            continue
        for k in range(first, last):
            start = min(max(k - STENCIL // 2, first), last - STENCIL)
            part = slice(start, start + STENCIL)
            rate[k] = _weights(k - start, time[1] - time[0]) @ values[part]
    return rate


_weights_of: dict[int, Any] = {}


def _weights(at: int, step: float) -> np.ndarray:
    """Weights of equally spaced values in the first derivative at one of them."""
    if at not in _weights_of:
        x = np.arange(STENCIL) - float(at)
        right = np.zeros(STENCIL)
        right[1] = 1.0
        _weights_of[at] = np.linalg.solve(np.vander(x, increasing=True).T, right)
    return _weights_of[at] / step


def check_pressure(model: Model, trial: _Trial) -> Finding:
    """The centre of pressure of each support, from its force and moment, lies between its points."""
    worst, where = -math.inf, "nothing presses"
    for support in trial.scenario.supports:
        s = trial.label("support", support.name)
        drawn = next(d for d in trial.scene["supports"] if d["name"] == support.name)
        normal = np.asarray(support.normal)
        across = np.cross(normal, [0.0, 0.0, 1.0] if abs(normal[2]) < 0.9 else [1.0, 0.0, 0.0])
        across /= np.linalg.norm(across)
        plane = np.stack([across, np.cross(normal, across)])
        points = _points(model, trial, drawn["points"])
        origin, force = trial["support_origin"][s], trial["support_force"][:, s]
        moment = trial["support_moment"][:, s]
        pressing = force @ normal
        # a force this small has no place: rows are met to 1e-10 of the largest
        for k in np.flatnonzero(pressing > 1e-6 * pressing.max(initial=0.0))[::5]:
            # the point of the plane through the points about which the force does not tilt
            center = points[k].mean(axis=0)
            about = moment[k] - np.cross(center - origin, force[k])
            place = plane @ np.cross(normal, about) / pressing[k]
            corners = (points[k] - center) @ plane.T
            # points above or below that plane let friction shift it
            rise = np.abs((points[k] - center) @ normal).max()
            slide = np.linalg.norm(force[k] - pressing[k] * normal) / pressing[k]
            out = _outside(corners, place) - rise * slide
            if out > worst:
                worst, where = out, f"{support.name} at {trial['time'][k]:.2f} s"
    text = "inside" if worst <= 0 else f"{worst:.1e} m outside ({where})"
    return Finding("centre of pressure", worst < HELD, text, "inside each support's base")


def _outside(corners: np.ndarray, place: np.ndarray) -> float:
    """Distance of a point from the convex hull of corners in a plane, m; 0 inside."""
    hull = _hull(corners)
    least, inside = math.inf, len(hull) > 2
    for a, b in zip(hull, [*hull[1:], hull[0]], strict=True):
        edge = b - a
        length = float(edge @ edge)
        t = 0.0 if length == 0 else min(1.0, max(0.0, float((place - a) @ edge) / length))
        least = min(least, float(np.linalg.norm(place - a - t * edge)))
        inside = inside and edge[0] * (place - a)[1] - edge[1] * (place - a)[0] >= 0
    return 0.0 if inside else least


def _hull(corners: np.ndarray) -> list[np.ndarray]:
    # monotone chain, counterclockwise (Andrew 1979)
    ordered = sorted({tuple(c) for c in corners.tolist()})
    if len(ordered) < 3:
        return [np.asarray(c) for c in ordered]

    def half(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for p in points:
            while len(chain) > 1:
                (ax, ay), (bx, by) = chain[-2], chain[-1]
                if (bx - ax) * (p[1] - ay) - (by - ay) * (p[0] - ax) > 0:
                    break
                chain.pop()
            chain.append(p)
        return chain[:-1]

    return [np.asarray(c) for c in half(ordered) + half(ordered[::-1])]


# ---- random parameters


def draw(exercise: ExerciseDescription, count: int, seed: int) -> list[dict[str, float | str]]:
    """Sets of parameters, uniform over what is declared: every other set from the whole box, the rest with one
    in four away from its default, since few corners of a box of many sides are postures of a body."""
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
    exercise: ExerciseDescription, model: Model, trial: _Trial, count: int, seed: int
) -> tuple[Finding, list[dict[str, float | str]]]:
    """Random parameters give a motion, or a reason that names what to change."""
    scenario = trial.scenario
    tasks = [task.name for task in scenario.tasks]
    tasks += [goal.name for goal in (scenario.start, scenario.end, scenario.drive)]
    known = [*exercise.parameters, *tasks]
    wrong, refused = [], 0
    feasible: list[dict[str, float | str]] = [{}]
    for given in draw(exercise, count, seed):
        tried = _attempt(model, exercise.name, given, frames=3)
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
    # the same task of the other side is the same task
    text, word = (re.sub(r"\b(right|left)\b", "side", t) for t in (text, word))
    text, word = (re.sub(r"_[rl]\b", "", t) for t in (text, word))
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])", text) is not None


# ---- the same again


def check_repeats(model: Model, name: str, trial: _Trial) -> Finding:
    """A second run gives the same bits."""
    again = _attempt(model, name, {}, frames=len(trial["time"]))
    differing = (
        ["it failed: " + again.text] if not again.ok else _differences(trial.data, again.data)
    )
    return Finding(
        "repeatable", not differing, "; ".join(differing[:3]) or "bit for bit", "bit-equal twice"
    )


def check_threads(model: Model, name: str, sets: Sequence[dict[str, float | str]]) -> Finding:
    """A study gives the same bits on one and on four threads."""
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
    """Building again and again does not use more and more memory."""
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
    # slow builds are watched over fewer of them, within half a second
    each = (time.perf_counter() - begun) / 3
    count = int(min(max(0.25 / each, 5), BUILDS // 2))
    # a cache that fills once is no leak: only what grows in both halves is
    start, half = build(0), build(count)
    growth = min(half - start, build(count) - half) / count
    return Finding(
        "memory",
        growth < BYTES_PER_BUILD,
        f"{max(growth, 0):.0f} bytes more per build",
        f"less than {BYTES_PER_BUILD:.0f}",
    )


def _memory() -> Callable[[], float] | None:
    """Bytes in use: those of malloc (glibc 2.33 on) and Python's own blocks, of 64 bytes on average."""
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
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    ]


def check_person(name: str, subject: Subject) -> Finding:
    """Someone else can do it, with everything held and balanced."""
    who = f"{subject.sex}, {subject.height:g} m, {subject.mass:g} kg"
    model = scale(default_model(), subject)
    trial = _attempt(model, name, {})
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
