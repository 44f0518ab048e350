"""Discovery of third-party exercises written in Python: entry points and files in plugin folders.

The search runs once, when exercises are first requested. The order is: C++ modules (bundled, then the
folders of COXA_PLUGIN_PATH, then the user's folder), entry points of the group "coxa.exercises", then
`.py` files of the same folders. The first exercise of a name wins. Whatever cannot be loaded is recorded
with the reason and logged; it is never an error.
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

#: Entry-point group of exercises.
GROUP = "coxa.exercises"

_lock = threading.RLock()
_begun = False
_done = False
_skipped: list[tuple[str, str]] = []

log = logging.getLogger(__name__)


def discover() -> None:
    """Search for exercises written in Python; later calls do nothing."""
    global _begun, _done
    if _done:
        return
    with _lock:
        # other threads wait for the lock; re-entry from a plugin's import sees what was found so far
        if _begun:
            return
        _begun = True
        for entry in _entry_points():
            _use_entry_point(entry)
        seen: set[Path] = set()
        for folder in _core.plugin_folders():
            for path in _python_files(Path(folder)):
                _use_file(path, seen)
        for where, why in _core.skipped_plugins():
            log.warning("skipped %s: %s", where, why)
        _done = True


def skipped() -> list[tuple[str, str]]:
    """Files and entry points that could not be used: location and reason."""
    return list(_skipped)


# ---- entry points


def _skip(where: str, why: str) -> None:
    log.warning("skipped %s: %s", where, why)
    _skipped.append((where, why))


def _entry_points() -> list[importlib.metadata.EntryPoint]:
    found = importlib.metadata.entry_points(group=GROUP)
    # a package may be visible through two folders of sys.path
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
                if brought not in registered():
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
        except BaseException as error:  # including SystemExit: third-party code may raise anything
            _skip(where, reason(error))


def _registers(module: ModuleType) -> bool:
    return any(value in registered() for value in vars(module).values() if inspect.isclass(value))


# ---- files


def _python_files(folder: Path) -> list[Path]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []  # the search for C++ modules records the error: it visits the same folders
    # a leading underscore or dot marks helpers, caches and editor files, not plugins
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
        # Python before 3.13 raises RuntimeError for a loop of symbolic links
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
            # do not write __pycache__ into the user's plugin folder
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
        except BaseException as error:  # including SystemExit: third-party code may raise anything
            new = sorted(set(_core.exercise_names()) - before)
            if not new:
                sys.modules.pop(name, None)
            kept = f"; registered before that: {', '.join(new)}" if new else ""
            _skip(str(path), reason(error, str(path)) + kept)
