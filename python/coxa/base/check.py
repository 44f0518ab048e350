"""Argument checks; each error states what was given and what is allowed."""

from __future__ import annotations

import math
import numbers
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .._core import FileError, InvalidArgument, UnknownName, nearest_name


def shown(value: object) -> str:
    """`value` as shown in an error message: one line of bounded length."""
    if isinstance(value, int) and abs(value) >= 10**40:
        return f"a whole number of {math.log10(abs(value)):.0f} digits"
    try:
        text = repr(value).replace("\n", " ")
    except (RecursionError, ValueError):  # nested too deeply, or contains a huge integer
        text = f"a {type(value).__name__}"
    return shortened(text)


def shortened(text: str, most: int = 200) -> str:
    """A text shortened to at most `most` characters by cutting out its middle."""
    return text if len(text) <= most else f"{text[: most - 50]} ... {text[-40:]}"


def number(name: str, value: object, unit: str = "") -> float:
    """Convert to float; `unit` is used in the error text only.

    Raises
    ------
    InvalidArgument
        If `value` is not a real number (`bool` counts as none) or not finite.
    """
    of = f" in {unit}" if unit and unit != "1" else ""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InvalidArgument(f"{name} must be a number{of}, not {shown(value)}")
    try:
        result = float(value)
    except OverflowError:
        raise InvalidArgument(f"{name} must be a finite number{of}, not {shown(value)}") from None
    if not math.isfinite(result):
        raise InvalidArgument(f"{name} must be a finite number{of}, not {result}")
    return result


def positive(name: str, value: object, unit: str = "") -> float:
    """Like `number`, and greater than zero."""
    result = number(name, value, unit)
    if result <= 0:
        raise InvalidArgument(f"{name} must be above 0 {unit}".rstrip() + f", not {result:g}")
    return result


def choice(name: str, value: object, allowed: Iterable[str]) -> str:
    """One of the `allowed` words."""
    words = list(allowed)
    if value not in words:
        raise InvalidArgument(f"{name} must be {' or '.join(map(repr, words))}, not {shown(value)}")
    return str(value)


def unknown(kind: str, name: object, candidates: Iterable[str]) -> UnknownName:
    """The error for an unknown name: suggests the nearest of `candidates`, or lists them all."""
    names = list(candidates)
    near = nearest_name(str(name), names)
    hint = f"; did you mean {near!r}?" if near else f"; there are: {', '.join(names) or 'none'}"
    return UnknownName(f"no {kind} {shown(str(name))}{hint}")


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A temporary path to write to, renamed to the target once it is complete."""
    partial = target.with_name(f".{target.stem}.partial{target.suffix}")
    try:
        yield partial
        os.replace(partial, target)
    except OSError as error:
        raise FileError(f"cannot write {target}: {error.strerror or error}") from None
    finally:
        partial.unlink(missing_ok=True)


def output_path(path: str | os.PathLike[str], suffixes: Iterable[str] = ()) -> Path:
    """Check that a file can be written at `path`, before any computation starts.

    Raises
    ------
    FileError
        If its folder does not exist or is not writable, or if `path` itself is a folder or write-protected.
    InvalidArgument
        If `path` does not end with one of `suffixes` (when given).
    """
    target = Path(path)
    allowed = list(suffixes)
    if allowed and target.suffix.lower() not in allowed:
        raise InvalidArgument(f"{target} must end with {' or '.join(allowed)}")
    folder = target.parent
    if not folder.exists():
        raise FileError(f"cannot write {target}: there is no folder {folder}; make it first")
    if not folder.is_dir():
        raise FileError(f"cannot write {target}: {folder} is not a folder")
    if target.is_dir():
        raise FileError(f"cannot write {target}: it is a folder; give the name of a file")
    try:
        # creating a file is the only reliable test: it covers read-only disks, quotas and access lists
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".coxa-"):
            pass
    except OSError as error:
        raise FileError(f"cannot write {target}: {error.strerror}: {folder}") from None
    if target.exists() and not os.access(target, os.W_OK):
        raise FileError(f"cannot write {target}: it is write-protected")
    return target
