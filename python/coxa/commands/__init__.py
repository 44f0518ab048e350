"""The command `coxa`.

Exit status: 0 on success; 1 if the run itself failed (unsolved frames, an error in a plugin, a defect found by
doctor, a failing cue of check-form); 2 for invalid input, with one line on standard error. With `--json`,
standard output is a single JSON value and nothing else.
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
    """Run one command and return its exit status."""
    # not list(arguments): the command module `list` shadows the builtin here
    argv = sys.argv[1:] if arguments is None else [*arguments]
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
        # the reader closed the pipe: end quietly
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt as stop:
        # an interrupted study says what has been saved and how to resume
        print("coxa:", stop or "interrupted", file=sys.stderr)
        return 130


def _complain(error: Exception | str, status: int) -> int:
    print("coxa:", check.shortened(" ".join(str(error).split()), 2000), file=sys.stderr)
    return status


@contextmanager
def _reporting(verbosity: int) -> Iterator[None]:
    """Print the package's log on standard error, if requested."""
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
    """The command in `argv`; "" if only help or version is requested, None if all commands must be loaded."""
    if not argv:
        raise InvalidArgument("no command given (see coxa --help)")
    if argv[0].startswith("--print-completion"):
        return None
    name = next((word for word in argv if not word.startswith("-")), "")
    if name and name not in parser.COMMANDS:
        # argparse would list all commands; suggest the nearest instead
        raise check.unknown("command", name, parser.COMMANDS)
    return name
