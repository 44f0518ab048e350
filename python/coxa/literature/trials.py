"""Simulation of the trials of findings, each distinct one once, in threads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from .._core import Error
from ..authoring import catalogue
from ..base.constants import GRAVITY
from ..trials.simulation import max_load, simulate
from .measures import Taken
from .records import Load, Setting, Trial


class Failed(Exception):
    """A trial could not be simulated; the message gives the reason."""


class Bench:
    """Simulates trials and caches their results.

    Work is done in three rounds, since a load may be a fraction of a movement's maximum load, which may
    depend on a parameter value the exercise finds: found values, then maximum loads, then trials.
    """

    def __init__(self, named: Mapping[str, Trial], workers: int, report: Callable[[int, int], Any]):
        self._named = named
        self._workers = workers
        self._report = report
        self._found: dict[Trial, Any] = {}
        self._limits: dict[Trial, Any] = {}
        self._taken: dict[Trial, Any] = {}

    def run(self, trials: Iterable[Trial]) -> None:
        """Simulate the trials that have not been simulated yet."""
        wanted = list(dict.fromkeys(trials))
        movements = [
            movement for trial in wanted if (movement := self._movement(trial)) is not None
        ]
        relative = [
            t
            for t in [*wanted, *movements]
            if any(s.kind in ("add", "times") for _, s in t.settings)
        ]
        free = dict.fromkeys(_unset(trial) for trial in relative)
        rounds = (
            (self._found, free, self._find),
            (self._limits, dict.fromkeys(movements), self._limit),
            (self._taken, dict.fromkeys(wanted), self._simulate),
        )
        total = sum(len(keys) for _, keys, _ in rounds)
        done = 0
        for memory, keys, work in rounds:
            missing = [key for key in keys if key not in memory]
            done += len(keys) - len(missing)
            with ThreadPoolExecutor(self._workers) as pool:
                for key, value in zip(missing, pool.map(_catching(work), missing), strict=True):
                    memory[key] = value
                    done += 1
                    self._report(done, total)

    def taken(self, trial: Trial) -> Taken:
        """The result of a trial passed to `run`.

        Raises
        ------
        Failed
            If it could not be simulated.
        """
        return _value(self._taken[trial])

    # ---- work of each round

    def _find(self, trial: Trial) -> Mapping[str, Any]:
        """Values of the parameters that the exercise finds when they are not given."""
        given = self._given(trial)
        load = trial.load
        if load is not None and load.kind != "maximum":
            given["load"] = _kilograms(load, trial)
        result = simulate(trial.exercise, trial.subject, frames=2, **given)
        notes = {f"note {name}": _number(note) for name, note in result.notes.items()}
        return {**result.parameters, **notes}

    def _limit(self, trial: Trial) -> float:
        given = self._given(trial)
        return max_load(
            trial.exercise, trial.subject, frames=trial.frames, inertia=trial.inertia, **given
        ).load

    def _simulate(self, trial: Trial) -> Taken:
        given = self._given(trial)
        subject = trial.subject
        scalars = {
            "mass": subject.mass,
            "height": subject.height,
            "body_weight": subject.mass * GRAVITY,
        }
        if trial.load is not None:
            movement = self._movement(trial)
            if movement is not None:
                scalars["greatest_load"] = _value(self._limits[movement])
            given["load"] = _kilograms(trial.load, trial, scalars.get("greatest_load"))
        result = simulate(
            trial.exercise,
            subject,
            criterion=trial.criterion,
            inertia=trial.inertia,
            frames=trial.frames,
            **given,
        )
        parameters = result.parameters
        if isinstance(load := parameters.get("load"), int | float):
            scalars["load"] = float(load)
        return Taken(result.dataset, scalars, parameters)

    def _movement(self, trial: Trial) -> Trial | None:
        """The movement, without load, whose maximum load this trial's load is a fraction of."""
        if trial.load is None or trial.load.kind != "maximum":
            return None
        of = trial
        if trial.load.of:
            # the other trial's movement, performed by this trial's person
            of = replace(self._named[trial.load.of], subject=trial.subject)
        # with the same frames, so that the limit holds at every frame of the trial
        return replace(of, load=None, criterion=2, frames=trial.frames)

    def _given(self, trial: Trial) -> dict[str, Any]:
        found = self._found.get(_unset(trial))
        return {name: self._setting(trial, name, s, found) for name, s in trial.settings}

    def _setting(self, trial: Trial, name: str, setting: Setting, found: Any) -> float | str:
        if setting.kind == "value":
            return setting.value
        if setting.kind == "height":
            return float(setting.value) * trial.subject.height
        base = _value(found).get(f"note {setting.note}" if setting.note else name)
        if not isinstance(base, int | float):
            raise Failed(
                f"{trial.exercise} finds no value of {setting.note or name} that could be added to or multiplied"
            )
        return base + float(setting.value) if setting.kind == "add" else base * float(setting.value)


def _number(note: float | str) -> float | None:
    try:
        return float(note)
    except ValueError:
        return None


def _unset(trial: Trial) -> Trial:
    """The trial without settings that are relative to found values."""
    settings = tuple((name, s) for name, s in trial.settings if s.kind not in ("add", "times"))
    return replace(trial, settings=settings, criterion=2, frames=2, inertia=True)


def _kilograms(load: Load, trial: Trial, limit: float | None = None) -> float:
    if load.kind == "kg":
        return load.value
    if load.kind == "body mass":
        return load.value * trial.subject.mass
    assert limit is not None
    return load.value * limit


def _catching(work: Callable[[Trial], Any]) -> Callable[[Trial], Any]:
    def attempt(trial: Trial) -> Any:
        if trial.exercise not in catalogue.exercises():
            return Failed(f"exercise {trial.exercise} not found")
        try:
            return work(trial)
        except (Error, Failed) as error:
            return Failed(" ".join(str(error).split()))

    return attempt


def _value(outcome: Any) -> Any:
    if isinstance(outcome, Failed):
        raise outcome
    return outcome


def describe(trial: Trial, taken: Taken | None = None) -> str:
    """One-line description of a trial."""
    subject = trial.subject
    who = f"{subject.sex}, {subject.mass:g} kg, {subject.height:g} m"
    load = (
        "" if taken is None or "load" not in taken.scalars else f", {taken.scalars['load']:.0f} kg"
    )
    settings = {
        name: s.value if s.kind == "value" else f"{s.kind} {s.value:g}"
        for name, s in trial.settings
    }
    more = f", {json.dumps(settings)}" if settings else ""
    return f"{trial.exercise} ({who}){load}{more}"
