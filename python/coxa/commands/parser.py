"""The parser of `coxa`; the arguments of each command are in its own module."""

from __future__ import annotations

import argparse
import importlib

import shtab

from .. import _core
from .arguments import Parser

#: Summaries of the commands in the order of `coxa --help`. Each module has `add` (its arguments) and `run`.
COMMANDS = {
    "list": "list the available exercises",
    "describe": "describe an exercise and its parameters",
    "simulate": "simulate one exercise performed by one person",
    "plot": "plot a result",
    "check-form": "check coaching cues on a result",
    "max-load": "find the heaviest load that can be lifted",
    "strength": "compare the strength of a person's joints and muscles with measurements",
    "compare": "compare exercises performed by one person",
    "workout": "total the sets and repetitions of one or two exercise variations",
    "study": "simulate many trials defined in a file",
    "sensitivity": "rank the factors of a study by their influence",
    "effects": "show the effects of a study's factors on a measure",
    "tornado": "vary each factor of a study from low to high, one at a time",
    "optimize": "find the best way to do an exercise within limits",
    "calibrate": "fit a person's strength to their maximum lifts or torques",
    "criterion-spread": "show how a result depends on the recruitment criterion",
    "export": "export a study as a flat table for R, spreadsheets and databases",
    "validate": "compare simulations with published findings",
    "conform": "check exercises against the plugin contract",
    "new-plugin": "create the project of a new exercise",
    "cmake-dir": "print the CMake package directory, for -Dcoxa_DIR",
    "model-info": "summarise a model and check its plausibility",
    "doctor": "check this installation",
}


def parser(only: str | None = None) -> Parser:
    """The parser with the arguments of every command; with `only`, other command modules are not imported."""
    top = Parser(
        prog="coxa",
        description="Biomechanics of hip-extension exercises: joint moments, muscle and support forces. "
        "Research software: not medical or training advice.",
    )
    top.add_argument("--version", action="version", version=f"coxa {_core.build_version}")
    # suppressed in subcommands, so that their default does not overwrite a -v before the command
    _add_verbose(top, default=0)
    shtab.add_argument_to(
        top,
        "--print-completion",
        help='print shell completion; use with eval "$(coxa --print-completion bash)"',
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for name, text in COMMANDS.items():
        sub = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if only in (None, name):
            module = importlib.import_module("." + name.replace("-", "_"), __package__)
            module.add(sub)
            _add_verbose(sub, default=argparse.SUPPRESS)
            _complete_paths(sub)
            sub.set_defaults(run=module.run)
    return top


def _add_verbose(parser: argparse.ArgumentParser, default: int | str) -> None:
    parser.add_argument(
        "-v",
        "--verbose",
        action="count",
        default=default,
        help="log progress on standard error; repeat for more detail",
    )


def _complete_paths(parser: argparse.ArgumentParser) -> None:
    """Enable shell completion of paths, recognised by the metavar: FILE, PNG, STUDY.h5."""
    for action in parser._actions:
        text = str(action.metavar)
        if "." in text or text in {"FILE", "PATH", "FOLDER", "PNG", "GIF", "CSV"}:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
