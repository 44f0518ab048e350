"""The parser of `coxa`; the arguments of each command are in its own module."""

from __future__ import annotations

import argparse
import importlib

import shtab

from .. import _core
from .arguments import Parser

#: Summaries of the commands in the order of `coxa --help`. Each module has `add` (its arguments) and `run`.
COMMANDS = {
    "list": "the exercises that were found",
    "describe": "what an exercise is and what can be set",
    "simulate": "simulate one exercise by one person",
    "plot": "draw a result",
    "check-form": "check the cues of a coach on a result",
    "max-load": "the heaviest load that can be lifted",
    "compare": "exercises by one person, side by side",
    "workout": "what sets and repetitions of one or two variations add up to",
    "study": "simulate many trials, as a file says",
    "sensitivity": "which factor of a study decides what",
    "effects": "what a study's factors do to a measure",
    "tornado": "each factor of a study from low to high by itself",
    "optimize": "the best way to do an exercise within limits",
    "calibrate": "strength from what a person lifts at most",
    "criterion-spread": "how far a result depends on how muscles share the work",
    "export": "a study as a flat table for R, spreadsheets and databases",
    "validate": "simulated beside published, finding by finding, with verdicts",
    "conform": "hold exercises to the contract of a plugin",
    "new-plugin": "begin an exercise of one's own in a new folder",
    "cmake-dir": "where CMake finds coxa, for -Dcoxa_DIR",
    "model-info": "what a model holds, and what looks wrong in it",
    "doctor": "whether this installation works",
}


def parser(only: str | None = None) -> Parser:
    """The parser with the arguments of every command; with `only`, other command modules are not imported."""
    top = Parser(
        prog="coxa",
        description="What an exercise asks of the hip and of every muscle around it. "
        "Research software: not medical or training advice.",
    )
    top.add_argument("--version", action="version", version=f"coxa {_core.build_version}")
    # suppressed in subcommands, so that their default does not overwrite a -v before the command
    _add_verbose(top, default=0)
    shtab.add_argument_to(
        top,
        "--print-completion",
        help='completion for a shell, such as: eval "$(coxa --print-completion bash)"',
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
        help="say on standard error what is going on; twice for more",
    )


def _complete_paths(parser: argparse.ArgumentParser) -> None:
    """Enable shell completion of paths, recognised by the metavar: FILE, PNG, STUDY.h5."""
    for action in parser._actions:
        text = str(action.metavar)
        if "." in text or text in {"FILE", "PATH", "FOLDER", "PNG", "GIF", "CSV"}:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
