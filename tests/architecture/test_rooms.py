"""The rooms of the Python package: each sees only those before it, and no two modules import each other."""

import ast
import importlib
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "python" / "coxa"

#: First to last; the top holds the modules that users import by name, and `commands` uses the package as they do.
ROOMS = [
    "_core",
    "base",
    "models",
    "authoring",
    "trials",
    "studies",
    "answers",
    "literature",
    "figures",
    "top",
    "commands",
]

#: Hints that name what comes back through `base.doors`: needed by type checkers and editors, never imported.
HINTS = {
    ("trials.result", "answers.criteria"),
    ("trials.simulation", "answers.load_uncertainty"),
    ("studies.study", "answers.sensitivity"),
    ("studies.study", "answers.tornadoes"),
}

#: Libraries that may be imported inside functions: few calls need them, or a list of exercises can do without.
LATE = {"IPython", "SALib", "h5py", "matplotlib", "numpy", "pandas", "pyarrow", "rich", "scipy"}

FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(path):
    """Dotted name below `coxa`; that of the package itself is ''."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path) for path in FILES} | {"_core"}


def room_of(module):
    first, _, rest = module.partition(".")
    return first if rest or first in ROOMS else "top"


def imports(module, text, is_package=False):
    """Modules of coxa that a module imports anywhere in its text, and whether for type checkers only."""
    found = set()

    def target(name):
        # a name that is imported from a package is a module of it, or the package holds it
        while name not in MODULES:
            name = name.rpartition(".")[0]
        return name

    def visit(node, hint):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for alias in child.names:
                    if alias.name.split(".")[0] == "coxa":
                        found.add((target(alias.name.partition(".")[2]), hint))
            elif isinstance(child, ast.ImportFrom):
                base = (child.module or "").split(".")
                if child.level:
                    here = module.split(".") if module else []
                    up = child.level - is_package
                    base = here[: len(here) - up] + (base if child.module else [])
                elif base[0] == "coxa":
                    base = base[1:]
                else:
                    continue
                for alias in child.names:
                    found.add((target(".".join([*base, alias.name])), hint))
            only_hints = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
            visit(child, hint or only_hints)

    visit(ast.parse(text), False)
    return found - {(module, False), (module, True)}


def late(text):
    """Modules that are imported inside functions."""
    functions = (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef))
    inside = [node for function in functions for node in ast.walk(function)]
    found = {alias.name for node in inside if isinstance(node, ast.Import) for alias in node.names}
    return found | {
        "." * node.level + (node.module or "")
        for node in inside
        if isinstance(node, ast.ImportFrom)
    }


def upward(module, found):
    """Imports of a module that lie in a later room than its own."""
    own = ROOMS.index(room_of(module))
    return sorted(
        name
        for name, hint in found
        if ROOMS.index(room_of(name)) > own and not (hint and (module, name) in HINTS)
    )


def circles(graph):
    """Groups of modules of which each is reached from the others."""

    def reached(start):
        seen, todo = set(), [start]
        while todo:
            for name in graph.get(todo.pop(), ()):
                if name not in seen:
                    seen.add(name)
                    todo.append(name)
        return seen

    reach = {module: reached(module) for module in graph}
    return {
        frozenset(other for other in reach[module] if module in reach.get(other, ()))
        for module in graph
        if module in reach[module]
    }


ALL = {
    module_of(path): imports(module_of(path), path.read_text(), path.name == "__init__.py")
    for path in FILES
}


@pytest.mark.parametrize("module", sorted(ALL), ids=lambda name: name or "coxa")
def test_a_module_lies_in_a_room_and_sees_only_those_before_it(module):
    assert room_of(module) in ROOMS
    assert not upward(module, ALL[module]), f"{module} is in the room '{room_of(module)}'"


@pytest.mark.parametrize("path", FILES, ids=lambda path: module_of(path) or "coxa")
def test_imports_stand_at_the_top(path):
    assert not [name for name in late(path.read_text()) if name.split(".")[0] not in LATE]


def test_no_modules_import_each_other():
    # a hint is never executed: within a room, two modules may name each other's types
    graph = {module: {name for name, hint in found if not hint} for module, found in ALL.items()}
    assert not circles(graph)


def test_every_hint_that_looks_upward_is_needed():
    assert {
        (module, name) for module, found in ALL.items() for name, hint in found if hint
    } >= HINTS


def test_every_door_leads_somewhere():
    from coxa.base import doors

    for where in [*doors.PICTURES.values(), *doors.ANSWERS.values()]:
        module, _, name = where.partition(":")
        assert module in MODULES
        assert callable(getattr(importlib.import_module(f"coxa.{module}"), name))


def test_the_table_of_public_names_says_what_type_checkers_see():
    import coxa

    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    (hints,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.name: node.module
        for node in hints.body
        for alias in node.names
        if node.module is not None
    }
    assert seen == coxa._PLACES
    modules = {a.name for node in hints.body for a in node.names if node.module is None}
    assert modules == set(coxa._MODULES)


def test_completion_shows_every_public_name():
    import coxa

    assert set(coxa.__all__) <= set(dir(coxa))
    with pytest.raises(AttributeError, match="^module 'coxa' has no attribute 'simulat'$"):
        coxa.simulat  # noqa: B018


def test_the_checks_see_what_they_should():
    found = imports("trials.result", "def f():\n    from ..figures.trial import plot\n")
    assert found == {("figures.trial", False)} and upward("trials.result", found)
    found = imports("base.check", "if TYPE_CHECKING:\n    from ..trials import result\n")
    assert found == {("trials.result", True)} and upward("base.check", found)
    assert imports("commands.list", "import coxa\nimport coxa.faults\n") == {
        ("", False),
        ("faults", False),
    }
    assert late("import os\ndef f():\n    import numpy as np\n    from ..base import check\n") == {
        "numpy",
        "..base",
    }
    assert not upward("studies.study", imports("studies.study", "from .._core import Error\n"))
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == {frozenset("abc")}
    assert not circles({"a": {"b"}, "b": {"c"}})
    assert len(ALL) > 60 and {room_of(module) for module in ALL} == set(ROOMS) - {"_core"}
