"""The Python reference: the names of `coxa.__all__`, by kind."""

from __future__ import annotations

import inspect
from types import ModuleType

import coxa
from pages import sweep, write

INTRODUCTION = """Python reference
================

Every public name, as ``coxa.NAME``. Quantities are in SI units and radians, vectors in OpenSim's ground frame (x
forward, y up, z right). Errors are ``coxa.Error`` or a subclass of it, and also of the matching Python
built-in: ``except ValueError`` works.

"""


def kind(name: str) -> str:
    value = getattr(coxa, name)
    if isinstance(value, ModuleType):
        return "Modules"
    if inspect.isclass(value):
        return "Errors" if issubclass(value, Exception) else "Classes"
    return "Functions"


def generate() -> None:
    groups: dict[str, list[str]] = {"Functions": [], "Classes": [], "Modules": [], "Errors": []}
    for name in coxa.__all__:
        if not name.startswith("_"):
            groups[kind(name)].append(name)
    text = INTRODUCTION
    for title, names in groups.items():
        template = {"Classes": "class.rst", "Modules": "module.rst"}.get(title, "base.rst")
        listing = "\n".join(f"   coxa.{name}" for name in names)
        text += f"""{title}
{"-" * len(title)}

.. autosummary::
   :toctree: python
   :template: {template}

{listing}

"""
    sweep("python", [f"coxa.{name}" for name in coxa.__all__])
    write("python_reference.rst", text)
