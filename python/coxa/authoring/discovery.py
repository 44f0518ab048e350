"""Exercises written in Python that others bring: entry points, and files in the folders of plugins.

The search runs once, when exercises are first asked for. Modules in C++ come first (bundled, then the folders of
COXA_PLUGIN_PATH, then the user's folder), then entry points of the group "coxa.exercises", then the `.py` files
of the same folders. Of two exercises with one name the first is kept. Whatever cannot be used is recorded with
its reason: never fatal, never silent.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
import logging
import os
import stat
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

from .. import _core
from .exercise import Exercise, Origin, reason, register, registered

#: Group of the entry points that bring exercises.
GROUP = "coxa.exercises"

_lock = threading.RLock()
_begun = False
_done = False
_skipped: list[tuple[str, str]] = []

log = logging.getLogger(__name__)


def discover() -> None:
    """Looks for exercises written in Python, once."""
    global _begun, _done
    if _done:
        return
    with _lock:
        # other threads wait; a plugin that asks while it is imported sees those found so far
        if _begun:
            return
        _begun = True
        for entry in _entry_points():
            _use_entry_point(entry)
        seen: set[Path] = set()
        for folder in _core.plugin_folders():
            for path in _python_files(Path(folder)):
                _use_file(path, seen)
        _done = True


def skipped() -> list[tuple[str, str]]:
    """Files and entry points that were looked at and are no exercise: where, and why."""
    return list(_skipped)


# ---- entry points


def _skip(where: str, why: str) -> None:
    log.warning("skipped %s: %s", where, why)
    _skipped.append((where, why))


def _entry_points() -> list[importlib.metadata.EntryPoint]:
    found = importlib.metadata.entry_points(group=GROUP)
    # one package may be seen through two folders of sys.path
    unique = {(entry.name, entry.value): entry for entry in found}
    return [unique[key] for key in sorted(unique)]


def _use_entry_point(entry: importlib.metadata.EntryPoint) -> None:
    package = f", of the package {entry.dist.name}" if entry.dist is not None else ""
    where = f"entry point {entry.name} = {entry.value}{package}"
    with Origin(where):
        before = set(_core.exercise_names())
        try:
            brought: Any = entry.load()
            if inspect.isclass(brought) and issubclass(brought, Exercise):
                if not _registered(brought):
                    register(brought)
            elif not isinstance(brought, ModuleType):
                raise TypeError(
                    f"it is a {type(brought).__name__}; an entry point names a subclass of"
                    " coxa.Exercise, or a module that registers one"
                )
            elif not _registers(brought) and set(_core.exercise_names()) == before:
                raise TypeError("no exercise in it: write @coxa.register above a subclass")
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # also SystemExit: whatever a stranger's import does
            _skip(where, reason(error))


def _registered(exercise: type) -> bool:
    return exercise in registered()


def _registers(module: ModuleType) -> bool:
    return any(value in registered() for value in vars(module).values() if inspect.isclass(value))


# ---- files


def _python_files(folder: Path) -> list[Path]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []  # recorded by the search for modules in C++, which looks at the same folders
    # a leading underscore or dot marks what others import: a helper, a cache, an editor's file
    return [folder / n for n in names if n.endswith(".py") and not n.startswith(("_", "."))]


def _use_file(path: Path, seen: set[Path]) -> None:
    try:
        real = path.resolve(strict=True)
        if not stat.S_ISREG(real.stat().st_mode):
            raise OSError("it is not a file")
        if real in seen:
            raise OSError(f"it is a file that was read before, {real}")
        seen.add(real)
    except (OSError, RuntimeError) as error:
        # RuntimeError: how Python before 3.13 names a loop of symbolic links
        text = getattr(error, "strerror", None) or str(error)
        _skip(str(path), f"cannot be read: {text}")
        return

    name = f"coxa_plugin_{path.stem}"
    if name in sys.modules:
        name = f"{name}_{len(seen)}"
    before = set(_core.exercise_names())
    with Origin(str(path)):
        try:
            spec = importlib.util.spec_from_file_location(name, path)
            if spec is None or spec.loader is None:
                raise ImportError("it is no Python source")
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            # no __pycache__ in a folder that is not ours
            keep, sys.dont_write_bytecode = sys.dont_write_bytecode, True
            try:
                spec.loader.exec_module(module)
            finally:
                sys.dont_write_bytecode = keep
            if set(_core.exercise_names()) == before:
                raise TypeError(
                    "no exercise in it: write @coxa.register above a subclass of coxa.Exercise"
                )
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # also SystemExit: whatever a stranger's file does
            new = sorted(set(_core.exercise_names()) - before)
            if not new:
                sys.modules.pop(name, None)
            kept = f"; registered before that: {', '.join(new)}" if new else ""
            _skip(str(path), reason(error, str(path)) + kept)
