"""The parser of `coxa`: every command with its line of help; each has a module of its own."""

from __future__ import annotations

import importlib

from .. import _core
from .arguments import Parser

#: The commands, as `coxa --help` lists them. Each module has `add`, its arguments, and `run`.
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
    """The parser with the arguments of every command, or of `only` one: the others are then not imported."""
    top = Parser(
        prog="coxa",
        description="What an exercise asks of the hip and of every muscle around it. "
        "Research software: not medical or training advice.",
    )
    top.add_argument("--version", action="version", version=f"coxa {_core.build_version}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for name, text in COMMANDS.items():
        sub = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if only in (None, name):
            module = importlib.import_module("." + name.replace("-", "_"), __package__)
            module.add(sub)
            sub.set_defaults(run=module.run)
    return top
