"""The command `coxa`.

Exit status: 0 if all went well; 1 if the run itself failed (unsolved frames, a plugin's error, a finding of
doctor, a cue of check-form that fails); 2 for bad input, with one line on standard error. With `--json`, standard
output holds one JSON object and nothing else.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .._core import Error, InvalidArgument, PluginError, UnsolvedFrame
from ..base import check
from . import parser
from .output import BAD_INPUT, FAILED, OK


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    argv = sys.argv[1:] if arguments is None else [*arguments]  # the module `list` is here, too
    try:
        options = parser.parser(_command(argv)).parse_args(argv)
        with _reporting(options.verbose):
            return options.run(options)
    except (UnsolvedFrame, PluginError) as error:
        return _complain(error, FAILED)
    except Error as error:
        return _complain(error, BAD_INPUT)
    except MemoryError:
        return _complain("memory ran out; lower frames, workers or the number of trials", BAD_INPUT)
    except BrokenPipeError:
        # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt as stop:
        # a study says what is safe, and how to go on
        print("coxa:", stop or "interrupted", file=sys.stderr)
        return 130


def _complain(error: Exception | str, status: int) -> int:
    print("coxa:", check.shortened(" ".join(str(error).split()), 2000), file=sys.stderr)
    return status


@contextmanager
def _reporting(verbosity: int) -> Iterator[None]:
    """Shows on standard error what the package logs, if asked to."""
    if not verbosity:
        yield
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("coxa: %(message)s"))
    log = logging.getLogger("coxa")
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO if verbosity == 1 else logging.DEBUG)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


def _command(argv: Sequence[str]) -> str | None:
    """The command that is called; '' where only help or the version is asked for, None where all commands are."""
    if not argv:
        raise InvalidArgument("no command given (see coxa --help)")
    if argv[0].startswith("--print-completion"):
        return None
    name = next((word for word in argv if not word.startswith("-")), "")
    if name and name not in parser.COMMANDS:
        # argparse would list all commands where the nearest says more
        raise check.unknown("command", name, parser.COMMANDS)
    return name
