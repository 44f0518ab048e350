"""The expression language of measures: numbers computed from simulated trials.

A measure is an arithmetic expression with one number as its value:

    peak(hip_extension_moment, lift) / mass
    100 * travel(load_position["y"], lift)
    bridge.load_travel / thrust.load_travel

Names are the variables of a result file, `ground_force` (vertical, all supports summed), scalars of the trial
(`SCALARS`), `parameter["name"]`, and, if a finding has several trials, their labels followed by a dot.
Functions (`FUNCTIONS`) reduce a time series to a number within a window of the repetition. All values are in
SI units and radians, as in the file.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from .._core import InvalidArgument
from ..base import check

#: Scalars of a trial: body mass and load in kg, stature in m, body weight in N, the model's maximum load in kg.
SCALARS = ("mass", "height", "load", "body_weight", "greatest_load")

#: Windows of a repetition by phase: concentric, hold, eccentric, all; `path` is the concentric phase by position.
WINDOWS = ("lift", "top", "lowering", "rep", "path")

_FLAGS = {"lift": "concentric", "top": "hold", "lowering": "eccentric"}
_UNSOLVED = 1  # bit of status


class NoValue(Exception):
    """A measure has no value in these trials; the message gives the reason."""


@dataclass(frozen=True)
class Taken:
    """A simulated trial as seen by measures."""

    dataset: xr.Dataset
    scalars: Mapping[str, float]
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Window:
    """Part of a repetition: the fraction from `start` to `stop` of a phase."""

    name: str
    start: float = 0.0
    stop: float = 1.0

    def frames(self, dataset: xr.Dataset) -> np.ndarray:
        """Mask [frames] of the frames inside.

        Raises
        ------
        NoValue
            If the trial has no such phase, or no frame lies inside.
        """
        time = dataset["time"].values
        if self.name == "rep":
            inside = np.ones(time.size, bool)
        else:
            inside = _phase(dataset, _FLAGS.get(self.name, "concentric"))
        if not inside.any():
            raise NoValue(f"this trial has no phase {self.name!r}")
        if self.name == "path":
            place = dataset["path"].values
        else:
            begin, end = time[inside][0], time[inside][-1]
            place = (time - begin) / max(end - begin, 1e-12)
        # inclusive at both ends: a frame on an edge belongs to both neighbouring windows
        inside = inside & (place >= self.start - 1e-9) & (place <= self.stop + 1e-9)
        if not inside.any():
            raise NoValue(f"no frame lies in {self.name}[{self.start:g}:{self.stop:g}]")
        return inside


def _phase(dataset: xr.Dataset, meaning: str) -> np.ndarray:
    attributes = dataset["phase"].attrs
    words = str(attributes["flag_meanings"]).split()
    values = np.atleast_1d(attributes["flag_values"])
    if meaning not in words:
        return np.zeros(dataset["phase"].size, bool)
    return dataset["phase"].values == values[words.index(meaning)]


# ---- functions of time series


def _values(x: Any, taken: Taken, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Values and times of a time series inside a window; raises `NoValue` if any is missing."""
    if not isinstance(x, xr.DataArray) or "time" not in x.dims:
        raise NoValue("a function of a window takes a series over time, not a number")
    if extra := [str(dim) for dim in x.dims if dim != "time"]:
        label = x.coords[extra[0]].values[0] if extra[0] in x.coords else "..."
        raise NoValue(f'say which {extra[0]}, such as {x.name or "x"}["{label}"]')
    inside = window.frames(taken.dataset)
    values, time = x.values[inside], taken.dataset["time"].values[inside]
    if missing := int((~np.isfinite(values)).sum()):
        unsolved = int((taken.dataset["status"].values[inside] & _UNSOLVED != 0).sum())
        because = f" ({unsolved} frames could not be solved)" if unsolved else ""
        raise NoValue(
            f"{x.name or 'the series'} has no value in {missing} of {values.size} frames{because}"
        )
    return values, time


def _peak(taken: Taken, x: Any, window: Window) -> float:
    return float(_values(x, taken, window)[0].max())


def _least(taken: Taken, x: Any, window: Window) -> float:
    return float(_values(x, taken, window)[0].min())


def _integral(taken: Taken, x: Any, window: Window) -> float:
    values, time = _values(x, taken, window)
    return float((np.diff(time) * (values[1:] + values[:-1]) / 2).sum())


def _mean(taken: Taken, x: Any, window: Window) -> float:
    values, time = _values(x, taken, window)
    if values.size == 1:
        return float(values[0])
    return _integral(taken, x, window) / float(time[-1] - time[0])


def _start(taken: Taken, x: Any, window: Window) -> float:
    return float(_values(x, taken, window)[0][0])


def _end(taken: Taken, x: Any, window: Window) -> float:
    return float(_values(x, taken, window)[0][-1])


def _travel(taken: Taken, x: Any, window: Window) -> float:
    values = _values(x, taken, window)[0]
    return float(values.max() - values.min())


def _when(taken: Taken, x: Any, window: Window) -> float:
    values, time = _values(x, taken, window)
    return float((time[values.argmax()] - time[0]) / max(time[-1] - time[0], 1e-12))


def _at_peak(taken: Taken, y: Any, x: Any, window: Window) -> float:
    return float(_values(y, taken, window)[0][_values(x, taken, window)[0].argmax()])


def _norm(x: Any) -> Any:
    if not hasattr(x, "dims") or "axis" not in x.dims:
        raise NoValue("norm takes a vector, a variable with the dimension axis")
    return ((x**2).sum("axis", skipna=False)) ** 0.5


def _way(taken: Taken, x: Any, window: Window) -> float:
    """Length of a point's trajectory, m."""
    if not hasattr(x, "dims") or "axis" not in x.dims:
        raise NoValue("way takes a point, a variable with the dimension axis")
    extra = [str(dim) for dim in x.dims if dim not in ("time", "axis")]
    if extra:
        raise NoValue(f"say which {extra[0]}")
    inside = window.frames(taken.dataset)
    steps = np.diff(x.transpose("time", "axis").values[inside], axis=0)
    return float(np.linalg.norm(steps, axis=1).sum())


#: Functions of a time series and a window (default: the whole repetition), which give a number.
REDUCING: dict[str, Callable[..., float]] = {
    "peak": _peak,
    "least": _least,
    "mean": _mean,
    "integral": _integral,
    "start": _start,
    "end": _end,
    "travel": _travel,
    "when": _when,
    "at_peak": _at_peak,
    "way": _way,
}

#: Functions applied frame by frame: a series gives a series, a number a number.
MAPPING: dict[str, Callable[..., Any]] = {
    "norm": _norm,
    "degrees": lambda x: x * (180 / math.pi),
    "cosine": lambda x: np.cos(x),
    "sine": lambda x: np.sin(x),
    "angle": lambda y, x: np.arctan2(y, x),
    "absolute": lambda x: abs(x),
    "larger": lambda x, y: np.maximum(x, y),
    "smaller": lambda x, y: np.minimum(x, y),
}

FUNCTIONS = (*REDUCING, *MAPPING)

_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


# ---- expressions


@dataclass(frozen=True)
class Expression:
    """A parsed measure, checked as far as possible without a trial."""

    text: str
    node: ast.expr

    @classmethod
    def parse(cls, where: Any, text: object, labels: Iterable[str]) -> Expression:
        """Parse the text of a measure; `where` locates errors, `labels` are those of the finding's trials."""
        where.text(text)
        try:
            node = ast.parse(str(text).strip(), mode="eval").body
        except (SyntaxError, ValueError):
            raise where.wrong(f"cannot be read as a measure: {text!r}") from None
        _check(where, node, {label for label in labels if label})
        return cls(str(text), node)

    def __call__(self, trials: Mapping[str, Taken]) -> float:
        """The value of the measure in trials given by label; a single trial may be labelled "".

        Raises
        ------
        NoValue
            If the trials lack a quantity it needs, or the value is not one finite number.
        """
        taken = trials.get("") or next(iter(trials.values()))
        try:
            value = _Evaluation(trials, taken).of(self.node)
        except ZeroDivisionError:
            raise NoValue("divides by zero") from None
        if hasattr(value, "dims") and value.dims:
            raise NoValue(f"is a series over {', '.join(map(str, value.dims))}, not one number")
        # fractional powers of negative numbers are complex
        number = math.nan if isinstance(value, complex) else float(value)
        if not math.isfinite(number):
            raise NoValue(f"is {value}, not a number")
        return number


def _check(where: Any, node: ast.AST, labels: set[str]) -> None:
    """Refuse what no trial could evaluate: other syntax, unknown functions, misplaced windows."""
    if isinstance(node, ast.BinOp):
        if type(node.op) not in _OPERATORS:
            raise where.wrong("knows + - * / ** only")
        _check(where, node.left, labels)
        _check(where, node.right, labels)
    elif isinstance(node, ast.UnaryOp):
        if not isinstance(node.op, ast.USub | ast.UAdd):
            raise where.wrong("knows + - * / ** only")
        _check(where, node.operand, labels)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise where.wrong(f"{node.value!r} is no number")
    elif isinstance(node, ast.Name):
        if node.id in labels:
            raise where.wrong(
                f"{node.id} is a trial: say what of it, such as {node.id}.load_travel"
            )
        if node.id in WINDOWS or node.id in FUNCTIONS:
            raise where.wrong(f"{node.id} is no quantity; it goes with a series, as peak(x, lift)")
        if labels:
            # with several trials, every quantity must name its trial
            raise where.wrong(
                f"say of which trial: {' or '.join(f'{one}.{node.id}' for one in sorted(labels))}"
            )
    elif isinstance(node, ast.Attribute):
        if not isinstance(node.value, ast.Name) or node.value.id not in labels:
            name = ast.unparse(node.value)
            raise where.wrong(str(check.unknown("trial of this finding", name, sorted(labels))))
    elif isinstance(node, ast.Subscript):
        if not isinstance(node.value, ast.Name | ast.Attribute):
            raise where.wrong(f"{ast.unparse(node)}: only a variable has labels")
        if isinstance(node.value, ast.Name) and node.value.id in WINDOWS:
            raise where.wrong(
                f"{ast.unparse(node)} is a window; it goes with a series, as peak(x, lift[0:0.5])"
            )
        _check(where, node.value, labels)
        _labels(where, node)
    elif isinstance(node, ast.Call):
        _check_call(where, node, labels)
    else:
        raise where.wrong(f"{ast.unparse(node)!r} is nothing that a measure may say")


def _check_call(where: Any, node: ast.Call, labels: set[str]) -> None:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
        raise where.wrong(str(check.unknown("function", ast.unparse(node.func), FUNCTIONS)))
    name, arguments = node.func.id, list(node.args)
    if node.keywords:
        raise where.wrong(f"{name} takes no named arguments")
    series = 2 if name in ("at_peak", "angle", "larger", "smaller") else 1
    if name in REDUCING and len(arguments) == series + 1:
        _window(where, arguments.pop())
    if len(arguments) != series:
        of = f"{series} quantit{'y' if series == 1 else 'ies'}"
        more = " and perhaps a window" if name in REDUCING else ""
        raise where.wrong(f"{name} takes {of}{more}, not {len(node.args)} arguments")
    for argument in arguments:
        _check(where, argument, labels)


def _labels(where: Any, node: ast.Subscript) -> list[str]:
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for item in items:
        if not isinstance(item, ast.Constant) or not isinstance(item.value, str):
            raise where.wrong(f'{ast.unparse(node)}: labels are text, such as ["right"]')
    return [item.value for item in items]  # type: ignore[attr-defined]


def _window(where: Any, node: ast.expr) -> Window:
    name = node.value if isinstance(node, ast.Subscript) else node
    if not isinstance(name, ast.Name) or name.id not in WINDOWS:
        raise where.wrong(str(check.unknown("window", ast.unparse(node), WINDOWS)))
    if not isinstance(node, ast.Subscript):
        return Window(name.id)
    part = node.slice
    if not isinstance(part, ast.Slice) or part.step is not None:
        raise where.wrong(
            f"{ast.unparse(node)}: a part of a window is from:to, such as lift[0:1/3]"
        )
    start, stop = _share(where, part.lower, 0.0), _share(where, part.upper, 1.0)
    if not 0 <= start < stop <= 1:
        raise where.wrong(f"{ast.unparse(node)}: from and to are shares, rising from 0 to 1")
    return Window(name.id, start, stop)


def _share(where: Any, node: ast.expr | None, default: float) -> float:
    if node is None:
        return default
    _check(where, node, set())
    if any(isinstance(part, ast.Name) for part in ast.walk(node)):
        raise where.wrong(f"{ast.unparse(node)}: a share is a number")
    return float(_Evaluation({}, None).of(node))


class _Evaluation:
    """Evaluates a checked expression."""

    def __init__(self, trials: Mapping[str, Taken], taken: Taken | None):
        self._trials = trials
        self._taken = taken

    def of(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.UnaryOp):
            value = self.of(node.operand)
            return -value if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.BinOp):
            return _OPERATORS[type(node.op)](self.of(node.left), self.of(node.right))
        if isinstance(node, ast.Call):
            return self._call(node)
        return self._quantity(node)

    def _call(self, node: ast.Call) -> Any:
        name = node.func.id  # type: ignore[attr-defined]
        arguments = list(node.args)
        if name in MAPPING:
            return MAPPING[name](*map(self.of, arguments))
        window = Window("rep")
        if len(arguments) == (3 if name == "at_peak" else 2):
            window = _window(_Nowhere, arguments.pop())
        return REDUCING[name](self._whose(node), *map(self.of, arguments), window)

    def _whose(self, node: ast.AST) -> Taken:
        """The trial that the arguments of a function belong to."""
        labels = {
            part.value.id
            for part in ast.walk(node)
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name)
        }
        if len(labels) > 1:
            raise NoValue(
                f"a function takes series of one trial, not of {' and '.join(sorted(labels))}"
            )
        taken = self._trials[labels.pop()] if labels else self._taken
        assert taken is not None
        return taken

    def _quantity(self, node: ast.expr) -> Any:
        labels: list[str] = []
        if isinstance(node, ast.Subscript):
            labels = _labels(_Nowhere, node)
            node = node.value
        taken = self._whose(node)
        name = node.attr if isinstance(node, ast.Attribute) else node.id  # type: ignore[attr-defined]
        if name in SCALARS and not labels:
            if name not in taken.scalars:
                raise NoValue(f"this trial has no {name}")
            return taken.scalars[name]
        if name == "parameter":
            return _parameter(taken, labels)
        variable = both_sides(chosen(taken.dataset, name, labels))
        return variable if variable.dims else float(variable)


class _Nowhere:
    """Location passed to `Where` checks of an expression that has passed them before."""

    @staticmethod
    def wrong(text: str) -> InvalidArgument:
        return InvalidArgument(text)


def _parameter(taken: Taken, labels: list[str]) -> float:
    if len(labels) != 1 or labels[0] not in taken.parameters:
        known = ", ".join(taken.parameters)
        raise NoValue(f'no such parameter {labels}; parameter["..."] takes one of {known}')
    value = taken.parameters[labels[0]]
    if not isinstance(value, int | float):
        raise NoValue(f"parameter {labels[0]} is {value!r}, not a number")
    return float(value)


def chosen(dataset: xr.Dataset, name: str, labels: Iterable[str]) -> xr.DataArray:
    """A variable of a result, selected at the given labels.

    Raises
    ------
    NoValue
        If there is no such variable or label.
    """
    if name == "ground_force":
        return dataset["support_force"].sel(axis="y").sum("support", skipna=False).rename(name)
    if name not in dataset.data_vars and name not in ("time", "path"):
        raise NoValue(
            str(check.unknown("variable", name, [*map(str, dataset.data_vars), *SCALARS]))
        )
    variable = dataset[name]
    for label in labels:
        dims = [
            dim for dim in variable.dims if dim != "time" and label in variable.coords[dim].values
        ]
        if not dims:
            known = [
                str(value)
                for dim in variable.dims
                if dim != "time"
                for value in variable.coords[dim].values
            ]
            raise NoValue(str(check.unknown(f"label of {name}", label, known)))
        variable = variable.sel({dims[0]: label})
    return variable


def both_sides(variable: xr.DataArray) -> xr.DataArray:
    """Both sides combined: their mean for dimensionless variables (activations), else their sum."""
    if "side" not in variable.dims:
        return variable
    together = variable.sum if variable.attrs.get("units") != "1" else variable.mean
    return together("side", skipna=False, keep_attrs=True)
