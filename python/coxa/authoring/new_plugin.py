"""Generator of a plugin project: a small working exercise with its build and its test."""

from __future__ import annotations

import keyword
import os
import re
import shutil
import sys
from pathlib import Path

from .. import _core
from .._core import FileError, InvalidArgument
from ..base.resources import PACKAGE
from . import catalogue

TEMPLATES = Path(__file__).parent / "templates"

#: Template and target file by language; @NAME@ stands for the name of the exercise.
FILES = {
    "cpp": {
        "CMakeLists.txt.in": "CMakeLists.txt",
        "exercise.cpp.in": "@NAME@.cpp",
        "check.in": "check",
        "README.md.in": "README.md",
        "gitignore.in": ".gitignore",
    },
    "python": {
        "pyproject.toml.in": "pyproject.toml",
        "exercise.py.in": "@NAME@.py",
        "test.py.in": "tests/test_@NAME@.py",
        "README.md.in": "README.md",
        "gitignore.in": ".gitignore",
    },
}

#: The plugin descriptor holds a name of up to 63 characters.
LONGEST_NAME = 63


def cmake_dir() -> Path:
    """Folder of coxaConfig.cmake, for `-Dcoxa_DIR` or `find_package(coxa)`.

    Raises
    ------
    FileError
        If this installation has none.
    """
    folder = PACKAGE / "cmake"
    if not (folder / "coxaConfig.cmake").is_file():
        raise FileError(
            f"{folder} holds no coxaConfig.cmake: this installation of coxa cannot be built against;"
            " install it with pip"
        )
    return folder


def new_plugin(
    name: str, *, folder: str | os.PathLike[str] | None = None, python: bool = False
) -> Path:
    """Create a stand-alone project with one exercise, which builds and passes the contract as it is.

    Parameters
    ----------
    name : str
        Of the new exercise, snake_case.
    folder : path, optional
        Folder to create; by default `name` in the current folder.
    python : bool
        Create a Python package with an entry point instead of a CMake project.

    Returns
    -------
    Path
        The created folder.

    Raises
    ------
    InvalidArgument
        If `name` is not a valid name or is already taken.
    FileError
        If the folder exists or cannot be created.
    """
    _check_name(name, python)
    target = Path(name if folder is None else folder)
    if os.path.lexists(target):
        raise FileError(f"{target} exists already; give another --folder, or move it away")
    if not target.absolute().parent.is_dir():
        raise FileError(f"cannot make {target}: there is no folder {target.absolute().parent}")
    language = "python" if python else "cpp"
    title = name.replace("_", " ").capitalize()
    words = {
        "NAME": name,
        "TITLE": title,
        "CLASS": "".join(part.capitalize() for part in name.split("_")),
        "PACKAGE": name.replace("_", "-").strip("-"),
        "VERSION": _core.__version__,
        "COMPILER": _core.plugin_compiler(),
    }
    # written to a temporary sibling and renamed, so that it appears complete or not at all
    partial = target.with_name(f".{target.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        for source, place in FILES[language].items():
            file = partial / _filled(place, words)
            file.parent.mkdir(parents=True, exist_ok=True)
            text = (TEMPLATES / language / source).read_text(encoding="utf-8")
            file.write_text(_filled(text, words), encoding="utf-8")
            if place == "check":
                file.chmod(0o755)
        os.rename(partial, target)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise FileError(f"cannot make {target}: {error.strerror}") from None
    return target


def _filled(text: str, words: dict[str, str]) -> str:
    return re.sub(r"@([A-Z]+)@", lambda found: words[found[1]], text)


def _check_name(name: str, python: bool) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name.endswith("_") or "__" in name:
        raise InvalidArgument(
            f"{name!r} cannot name an exercise: use small letters, digits and single underscores, a"
            " letter first, such as paused_bridge"
        )
    if len(name) > LONGEST_NAME:
        raise InvalidArgument(f"{name!r} has {len(name)} characters; at most {LONGEST_NAME} fit")
    if name in catalogue.exercises():
        raise InvalidArgument(
            f"there is an exercise {name!r} already, from {catalogue.exercise(name).origin};"
            " choose another name"
        )
    if python and (keyword.iskeyword(name) or name in sys.stdlib_module_names or name == "coxa"):
        raise InvalidArgument(f"{name!r} is a word or module of Python; choose another name")
