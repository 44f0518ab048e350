"""`_core.pyi` says what `_core` has: every name, base, property, parameter and default, both ways."""

import ast
import inspect
import re
from pathlib import Path
from typing import NamedTuple

import coxa
import pytest
from coxa import _core

TYPES = ast.parse((Path(coxa.__file__).parent / "_core.pyi").read_text())
# what Python and pybind11 give every class, and what the type object says
EVERYWHERE = {"__repr__", "__eq__", "__hash__", "__doc__", "__module__", "__weakref__"}
EVERYWHERE |= {"__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__copy__"}
# what pickling leaves on a class that has been pickled
EVERYWHERE |= {"__slotnames__"}
EVERYWHERE |= {"__deepcopy__", "_pybind11_conduit_v1_", "__firstlineno__", "__static_attributes__"}


class Signature(NamedTuple):
    """(name, default) of each parameter, `self` left out, `*` where only keywords follow; whether it returns None."""

    parameters: tuple[tuple[str, str | None], ...]
    returns_none: bool

    def called_by_position(self):
        """Without names, for operators, which pybind11 calls arg0."""
        return len(self.parameters), self.returns_none


def split(text):
    """Splits at the commas that lie in no bracket and no quote."""
    parts, depth, quote = [""], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        depth += (character in "([{<") - (character in ")]}>") if not quote else 0
        if character == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def from_docstring(line, of_class):
    """The signature in a line that pybind11 wrote: `f(self: C, name: type = default) -> type`."""
    inside, returned = re.fullmatch(r"\w+\((.*)\) -> (.*)", line).groups()
    parameters = []
    for part in split(inside):
        name, _, default = part.partition(" = ")
        parameters.append((name.partition(":")[0].strip(), default or None))
    if of_class and parameters and parameters[0][0] in {"self", "arg0"}:
        del parameters[0]
    return Signature(tuple(parameters), returned.strip() == "None")


def of_module(function, of_class):
    """Signatures of a bound function, one for each overload."""
    function = function.__func__ if isinstance(function, staticmethod) else function
    lines = function.__doc__.splitlines()
    if len(lines) > 1 and lines[1] == "Overloaded function.":
        lines = [match[1] for line in lines if (match := re.match(r"\d+\. (.*)", line))]
    else:
        lines = lines[:1]
    return [from_docstring(line, of_class) for line in lines]


def of_types(function, of_class):
    """The signature of a function of the type file."""
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    none = [None] * (len(positional) - len(given.defaults))
    pairs = list(zip([a.arg for a in positional], [*none, *given.defaults], strict=True))
    if given.vararg or given.kwonlyargs:
        pairs.append(("*args" if given.vararg else "*", None))
    pairs += zip([a.arg for a in given.kwonlyargs], given.kw_defaults, strict=True)
    if given.kwarg:
        pairs.append(("**kwargs", None))
    decorators = {getattr(d, "id", None) for d in function.decorator_list}
    if of_class and "staticmethod" not in decorators:
        del pairs[0]
    pairs = [(name, default and ast.unparse(default)) for name, default in pairs]
    return Signature(tuple(pairs), ast.unparse(function.returns) == "None")


class Types(NamedTuple):
    """What a module or class of the type file declares."""

    functions: dict[str, list[Signature]]
    properties: dict[str, bool]  # whether it can be set
    classes: dict[str, ast.ClassDef]


def declared(body, of_class):
    types = Types({}, {}, {})
    for node in body:
        if isinstance(node, ast.FunctionDef):
            decorators = [ast.unparse(d) for d in node.decorator_list]
            if "property" in decorators:
                types.properties[node.name] = False
            elif f"{node.name}.setter" in decorators:
                types.properties[node.name] = True
            else:
                types.functions.setdefault(node.name, []).append(of_types(node, of_class))
        elif isinstance(node, ast.AnnAssign):
            types.properties[node.target.id] = True
        elif isinstance(node, ast.ClassDef):
            types.classes[node.name] = node
    return types


def same_default(theirs, ours):
    """`...` in the type file stands for a value that has no short spelling."""
    if theirs is None or ours is None or ours == "...":
        return (theirs is None) == (ours is None)
    return ast.literal_eval(theirs) == ast.literal_eval(ours)


def same(name, theirs, ours):
    if name.startswith("__") and name != "__init__":
        return theirs.called_by_position() == ours.called_by_position()
    return (
        theirs.returns_none == ours.returns_none
        and [n for n, _ in theirs.parameters] == [n for n, _ in ours.parameters]
        and all(
            same_default(a, b)
            for (_, a), (_, b) in zip(theirs.parameters, ours.parameters, strict=True)
        )
    )


def differences(name, theirs, ours):
    """Overloads of a function that one side has and the other has not, or has twice."""
    return [
        *(f"{name}: the module has {t}" for t in theirs if not any(same(name, t, o) for o in ours)),
        *(f"{name}: the types say {o}" for o in ours if not any(same(name, t, o) for t in theirs)),
        *([f"{name}: {len(theirs)} overloads, not {len(ours)}"] if len(theirs) > len(ours) else []),
    ]


MODULE = declared(TYPES.body, of_class=False)
CLASSES = sorted(name for name, value in vars(_core).items() if inspect.isclass(value))


def test_module_names():
    ours = {
        name
        for name in {*MODULE.functions, *MODULE.classes, *MODULE.properties}
        if not name.startswith("_") or name == "__version__"
    }
    theirs = {name for name in vars(_core) if not name.startswith("_") or name == "__version__"}
    assert ours == theirs


@pytest.mark.parametrize("name", sorted(MODULE.functions))
def test_functions(name):
    assert not differences(name, of_module(getattr(_core, name), False), MODULE.functions[name])


@pytest.mark.parametrize("name", CLASSES)
def test_bases(name):
    theirs = [base.__name__ for base in getattr(_core, name).__bases__]
    ours = [base.id for base in MODULE.classes[name].bases] or ["pybind11_object"]
    assert theirs == ours


@pytest.mark.parametrize("name", CLASSES)
def test_members(name):
    cls = getattr(_core, name)
    types = declared(MODULE.classes[name].body, of_class=True)
    theirs = {key: value for key, value in vars(cls).items() if key not in EVERYWHERE}
    if not hasattr(theirs.get("__init__"), "__func__"):
        theirs.pop("__init__", None)  # nobody but the core makes these
    settable = {k: v.fset is not None for k, v in theirs.items() if isinstance(v, property)}
    methods = {k: v for k, v in theirs.items() if k not in settable}
    assert settable == types.properties
    assert methods.keys() == types.functions.keys()
    if is_record(cls):
        assert not record_differences(cls, types)
        del methods["__init__"], methods["replace"]
    wrong = [
        line
        for key, method in methods.items()
        for line in differences(
            key, of_module(method, not isinstance(method, staticmethod)), types.functions[key]
        )
    ]
    assert not wrong


def is_record(cls):
    """A plain value with all fields as arguments; pybind11 knows only *args and **kwargs of it."""
    return hasattr(cls, "replace") and "**kwargs" in (cls.__init__.__doc__ or "")


def record_differences(cls, types):
    (made,) = types.functions["__init__"]
    names = [name for name, _ in made.parameters]
    fields = [name for name, value in vars(cls).items() if isinstance(value, property)]
    wrong = []
    if names != fields:
        wrong.append(f"arguments {names}, fields {fields}")
    if any(default != "..." for _, default in made.parameters):
        wrong.append("a field has no default, or one that is not '...'")
    cls()
    if types.functions["replace"] != [Signature((("**kwargs", None),), False)]:
        wrong.append("replace takes fields by name")
    return wrong


def test_the_checks_see_what_they_should():
    line = "f(self: C, a: dict[str, int], b: str = 'x, (y', *, c: float = 0.1) -> None"
    found = from_docstring(line, True)
    assert found == Signature((("a", None), ("b", "'x, (y'"), ("*", None), ("c", "0.1")), True)

    def types(text):
        return of_types(ast.parse(text).body[0], True)

    same_text = "def f(self, a: int, b: str = 'x, (y', *, c: float = 0.1) -> None: ..."
    assert not differences("f", [found], [types(same_text)])
    for change in [("0.1", "0.2"), ("a:", "d:"), ("None", "int"), (" = 0.1", ""), ("*, ", "")]:
        assert len(differences("f", [found], [types(same_text.replace(*change))])) == 2
    assert len(CLASSES) > 30 and len(MODULE.functions) > 20
