"""Sets of an exercise, and plans of them as text or TOML."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._core import Error, InvalidArgument
from ..authoring import catalogue
from ..base import check
from ..base.limits import check_count
from ..base.toml_file import read_toml
from .comparing import check_fraction


@dataclass(frozen=True, init=False)
class Sets:
    """One or more sets of an exercise.

    Parameters
    ----------
    exercise : str
        A name from `coxa.exercises()`.
    sets, reps : int
        Number of sets and of repetitions per set, at least 1.
    rest : float
        Rest after each set except the last of the workout, s.
    load : float, optional
        kg; without `load` or `fraction`, the exercise's default, or body weight if it has no parameter load.
    fraction : float, optional
        Load as a fraction, above 0 to 1, of the person's maximum load in this exercise (`coxa.max_load`).
    each_side : bool
        For one-legged exercises: every set is done with the right leg, then without rest with the left.
    **parameters
        Parameters listed by `coxa.exercise(name).parameters`, except `repetitions`, which is set by `reps`.

    Raises
    ------
    InvalidArgument
        For an invalid name, value or combination.
    """

    exercise: str
    sets: int
    reps: int
    rest: float
    load: float | None
    fraction: float | None
    each_side: bool
    parameters: Mapping[str, Any]

    def __init__(
        self,
        exercise: str,
        sets: int = 1,
        reps: int = 1,
        *,
        rest: float = 120.0,
        load: float | None = None,
        fraction: float | None = None,
        each_side: bool = False,
        **parameters: Any,
    ):
        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        declared = catalogue.exercise(exercise).parameters
        put("exercise", exercise)
        put("sets", check_count(f"sets of {exercise}", sets, "sets"))
        put("reps", check_count(f"reps of {exercise}", reps, "reps"))
        put("rest", check.number(f"rest of {exercise}", rest, "s"))
        if self.rest < 0:
            raise InvalidArgument(f"rest of {exercise} must be 0 s or more, not {self.rest:g}")
        if load is not None and fraction is not None:
            raise InvalidArgument(f"{exercise}: load and fraction exclude each other; give one")
        if "load" not in declared and (load is not None or fraction is not None):
            given = "load" if load is not None else "fraction"
            raise InvalidArgument(f"{exercise} has no parameter load; leave {given} out")
        if load is not None:
            catalogue.check_parameters(exercise, {"load": load})
        put("load", None if load is None else float(load))
        put("fraction", None if fraction is None else check_fraction(fraction))
        if "repetitions" in parameters:
            raise InvalidArgument(f"{exercise}: give reps instead of the parameter repetitions")
        put("each_side", bool(each_side))
        if each_side and ("side" not in declared or "side" in parameters):
            raise InvalidArgument(
                f"{exercise}: each_side and side exclude each other; leave one out"
                if "side" in declared
                else f"{exercise} has no parameter side; leave each_side out"
            )
        catalogue.check_parameters(exercise, parameters)
        put("parameters", dict(parameters))

    def __repr__(self) -> str:
        parts = [repr(self.exercise), f"sets={self.sets}", f"reps={self.reps}"]
        parts.append(f"rest={self.rest:g}")
        if self.load is not None:
            parts.append(f"load={self.load!r}".removesuffix(".0"))
        if self.fraction is not None:
            parts.append(f"fraction={self.fraction!r}")
        if self.each_side:
            parts.append("each_side=True")
        parts += [f"{key}={value!r}" for key, value in self.parameters.items()]
        return f"coxa.Sets({', '.join(parts)})"

    def trials(self) -> list[dict[str, Any]]:
        """Parameters, without load, of the trials that make up a set: one, or one per side."""
        if not self.each_side:
            return [dict(self.parameters)]
        return [{**self.parameters, "side": side} for side in ("right", "left")]


_BLOCK = re.compile(
    r"(?P<exercise>\w+):(?P<sets>\d+)x(?P<reps>\d+)(?:@(?P<value>[0-9.]+)(?P<unit>kg|%))?(?P<each>/side)?"
)


def parse_sets(text: str, rest: float = 120.0, **parameters: Any) -> Sets:
    """Sets from a short text: `NAME:SETSxREPS`, then `@80kg` or `@70%` (of the maximum load), then `/side`.

    Raises
    ------
    InvalidArgument
        If the text does not have this form.
    """
    match = _BLOCK.fullmatch(text)
    if match is None:
        raise InvalidArgument(
            f"{text!r} is not NAME:SETSxREPS, NAME:SETSxREPS@80kg or NAME:SETSxREPS@70%"
            " (with /side at the end to take the legs in turn)"
        )
    value = match["value"]
    try:
        amount = None if value is None else float(value)
    except ValueError:
        raise InvalidArgument(f"{value!r} in {text!r} is not a number") from None
    return Sets(
        match["exercise"],
        int(match["sets"]),
        int(match["reps"]),
        rest=rest,
        load=amount if match["unit"] == "kg" else None,
        fraction=None if amount is None or match["unit"] == "kg" else amount / 100,
        each_side=match["each"] is not None,
        **parameters,
    )


def read_plan(path: str | os.PathLike[str]) -> tuple[list[Sets], dict[str, Any]]:
    """Read a plan from a TOML file: its sets, and its other entries (`athlete` and options of `Workout`).

        allow_more = false
        [athlete]
        sex = "female"
        mass = 62
        height = 1.68
        [[sets]]
        exercise = "barbell_hip_thrust"
        sets = 3
        reps = 8
        rest = 120
        fraction = 0.7
        bench_height = 0.42

    Raises
    ------
    FileError
        If the file cannot be read or is not TOML.
    InvalidArgument
        For an invalid entry; the message names the file and the entry.
    """
    name = os.fspath(path)
    document = read_toml(path)
    blocks = document.pop("sets", None)
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise InvalidArgument(f"{name} has no [[sets]]; each names exercise, sets and reps")
    plan = []
    rest = document.pop("rest", 120.0)
    for i, block in enumerate(blocks):
        given = {"rest": rest, **block}
        if "exercise" not in given:
            raise InvalidArgument(f"{name}: [[sets]] number {i + 1} names no exercise")
        try:
            plan.append(Sets(given.pop("exercise"), **given))
        except Error as error:
            raise type(error)(f"{name}: [[sets]] number {i + 1}: {error}") from None
    options = {"athlete", "model", "criterion", "frames", "inertia", "threshold", "allow_more"}
    for key in document:
        if key not in options:
            raise check.unknown(f"entry of {name}", key, sorted(options | {"rest", "sets"}))
    return plan, document
