"""Shared options of the commands, and conversion of option texts to values."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import coxa

from ..authoring.catalogue import known
from ..base import check
from ..models.subject import TRAINING
from .output import PICTURES


class Parser(argparse.ArgumentParser):
    """Argument parser that reports errors in one line."""

    def error(self, message: str) -> NoReturn:
        raise coxa.InvalidArgument(f"{message} (see {self.prog} --help)")


def number_in(unit: str) -> Any:
    """An argparse type for numbers, whose error names the unit."""

    def parse(text: str) -> float:
        try:
            return float(text)
        except ValueError:
            of = f" in {unit}" if unit else ""
            raise argparse.ArgumentTypeError(f"must be a number{of}, not {text!r}") from None

    return parse


def whole_number(text: str) -> int:
    """An argparse type for integers."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text!r}") from None


# ---- shared options


def add_list(
    sub: argparse.ArgumentParser, name: str, metavar: str, text: str, required: bool = False
) -> None:
    """An option that takes one value or more, and can be repeated; `text` is its help."""
    how: dict[str, Any] = {"nargs": "+", "action": "extend", "default": [], "required": required}
    sub.add_argument(name, metavar=metavar, help=text, **how)


def add_json(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


#: Options that describe a person.
PERSON = ("sex", "mass", "height", "strength", "age", "training")


def add_person(sub: argparse.ArgumentParser) -> None:
    who = sub.add_argument_group("the person")
    who.add_argument("--sex", choices=("male", "female"), help="sex, default male")
    who.add_argument(
        "--mass", metavar="KG", type=number_in("kg"), help="body mass in kg, default 75"
    )
    who.add_argument(
        "--height", metavar="M", type=number_in("m"), help="stature in m, default 1.75"
    )
    who.add_argument(
        "--strength",
        metavar="FACTOR",
        type=number_in(""),
        help="factor on the strength of every muscle, default 1",
    )
    who.add_argument(
        "--age", metavar="YEARS", type=number_in("years"), help="age in years, default 18 to 25"
    )
    who.add_argument("--training", choices=TRAINING, help="resistance training, default untrained")
    who.add_argument(
        "--model",
        metavar="M.osim",
        help="OpenSim 4 model instead of the bundled one; scaled only if a person is given",
    )


def add_settings(sub: argparse.ArgumentParser, frames: int = 101, of: str = "NAME=VALUE") -> None:
    add_list(sub, "--set", of, "parameters of the exercise, listed by 'coxa describe NAME'")
    sub.add_argument(
        "--frames", type=whole_number, default=frames, help=f"number of frames, default {frames}"
    )


def add_workers(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--workers", metavar="N", type=whole_number, help="number of threads, default all cores"
    )


def add_picture(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("-o", "--output", metavar="PNG", help="write a figure")


# ---- conversion


def subject_of(options: argparse.Namespace) -> coxa.Subject | None:
    """The person given by options; None if only --model is given: it is then used unscaled."""
    given = {name: getattr(options, name) for name in PERSON if getattr(options, name) is not None}
    return None if options.model and not given else coxa.Subject(**given)


def parameters_of(options: argparse.Namespace) -> dict[str, float | str]:
    """Exercise parameters from --load and --set NAME=VALUE."""
    declared = coxa.exercise(options.name).parameters
    given: dict[str, float | str] = {}
    load = getattr(options, "load", None)
    if load is not None:
        given["load"] = load
    for item in options.set:
        name, equals, text = item.partition("=")
        if not equals:
            raise coxa.InvalidArgument(f"--set takes NAME=VALUE, not {item!r}")
        if name not in declared:
            raise check.unknown(f"parameter of {options.name}", name, declared)
        if name in given:
            raise coxa.InvalidArgument(f"{name} is given twice")
        given[name] = _parameter(declared[name], name, text)
    return given


def called(function: Any, options: argparse.Namespace, **more: Any) -> Any:
    """Call `coxa.simulate` or a similar function with the arguments of the command line."""
    known(options.name)
    parameters: dict[str, Any] = parameters_of(options)
    person = subject_of(options)
    return function(
        options.name, person, model=options.model, frames=options.frames, **more, **parameters
    )


def parameters_of_many(
    items: Sequence[str], exercises: dict[str, str]
) -> dict[str, dict[str, float | str]]:
    """Parameters by label: LABEL.NAME=VALUE for one, NAME=VALUE for all exercises that have it."""
    given: dict[str, dict[str, float | str]] = {label: {} for label in exercises}
    for item in items:
        left, equals, text = item.partition("=")
        if not equals:
            raise coxa.InvalidArgument(f"--set takes [EXERCISE.]NAME=VALUE, not {item!r}")
        label, dot, name = left.rpartition(".")
        if dot and label not in exercises:
            raise check.unknown("exercise here", label, exercises)
        takers = [label] if dot else list(exercises)
        declared = {taker: coxa.exercise(exercises[taker]).parameters for taker in takers}
        takers = [taker for taker in takers if name in declared[taker]]
        if not takers:
            known = sorted({p for parameters in declared.values() for p in parameters})
            raise check.unknown(f"parameter of {label or 'any of these'}", name, known)
        for taker in takers:
            called = f"{name} of {taker}"
            if name in given[taker]:
                raise coxa.InvalidArgument(f"{called} is given twice")
            given[taker][name] = _parameter(declared[taker][name], called, text)
    return given


def _parameter(declared: coxa.Parameter, called: str, text: str) -> float | str:
    """A parameter's value: its text if it has choices, otherwise a number."""
    if declared.choices:
        return text
    try:
        return float(text)
    except ValueError:
        unit = "" if declared.unit == "1" else f" in {declared.unit}"
        raise coxa.InvalidArgument(
            f"{called} must be a number{unit} from {declared.range_text}, not {text!r}"
        ) from None


def criterion_of(text: str) -> float | str:
    """A criterion: an exponent, or a word such as min-max."""
    try:
        return float(text)
    except ValueError:
        return text


def pairs_of(option: str, items: Sequence[str], form: str) -> dict[str, str]:
    """Texts by name, from items NAME=TEXT."""
    found: dict[str, str] = {}
    for item in items:
        name, equals, text = item.partition("=")
        if not (name and equals and text):
            raise coxa.InvalidArgument(f"{option} takes {form}, not {item!r}")
        if name in found:
            raise coxa.InvalidArgument(f"{option} {name} is given twice")
        found[name] = text
    return found


def value_of(option: str, name: str, text: str, unit: str = "") -> float:
    try:
        return float(text)
    except ValueError:
        of = f" in {unit}" if unit and unit != "1" else ""
        raise coxa.InvalidArgument(f"{option} {name} must be a number{of}, not {text!r}") from None


def picture_of(options: argparse.Namespace) -> Path | None:
    return None if options.output is None else check.output_path(options.output, PICTURES)
