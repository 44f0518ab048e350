"""Results that a study keeps of each trial: time series, summaries, and user-defined functions."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from .._core import InvalidArgument
from ..trials.result import Result
from .factors import Factor

Measure = Callable[[Result], Any]

#: Variables a study keeps over the repetition by default.
SERIES = (
    "hip_extension_moment",
    "knee_extension_moment",
    "ankle_plantarflexion_moment",
    "lumbar_extension_moment",
    "group_activation",
    "group_force",
    "support_force",
    "status",
)


@dataclass(frozen=True)
class Measures:
    """Arguments of `Study.measure`.

    Attributes
    ----------
    summaries : tuple of str
        Summaries to keep; if empty, all.
    functions : mapping of str to callable
        Measures written in Python.
    """

    summaries: tuple[str, ...] = ()
    functions: Mapping[str, Measure] = field(default_factory=dict)

    def and_also(self, summaries: Sequence[str], functions: Mapping[str, Measure]) -> Measures:
        """These measures and additional ones."""
        for name in summaries:
            if not isinstance(name, str):
                raise InvalidArgument(
                    f"measure takes names of summaries; give a function by name: measure(my_name={name!r})"
                )
        for name, function in functions.items():
            if not callable(function):
                raise InvalidArgument(
                    f"measure {name} must be a function of a Result, not {function!r}"
                )
        names = tuple(dict.fromkeys((*self.summaries, *summaries)))
        return Measures(names, {**self.functions, **functions})

    def to_dict(self) -> dict[str, Any]:
        """Names of summaries, and locations of functions."""
        found: dict[str, Any] = {}
        if self.summaries:
            found["summaries"] = list(self.summaries)
        if self.functions:
            found["functions"] = {
                name: f"{f.__module__}:{getattr(f, '__qualname__', repr(f))}"
                for name, f in self.functions.items()
            }
        return found

    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of each function's source."""
        return {name: _fingerprint(function) for name, function in self.functions.items()}


def _fingerprint(function: Measure) -> str:
    try:
        text = inspect.getsource(function).encode()
    except (TypeError, OSError):
        code = getattr(function, "__code__", None)
        text = code.co_code if code is not None else repr(function).encode()
    return hashlib.sha256(text).hexdigest()


def series_of(given: Sequence[str] | None, factors: Sequence[Factor]) -> tuple[str, ...]:
    """Time series to keep; by default those of `SERIES`."""
    if given is None:
        # exercises differ in their supports
        several = any(f.name == "exercise" and f.count(0) > 1 for f in factors)
        return tuple(s for s in SERIES if not (several and s == "support_force"))
    series = (given,) if isinstance(given, str) else tuple(given)
    varied = {f.name for f in factors}
    if "load" in varied and (carried := [n for n in series if n.startswith("load_")]):
        raise InvalidArgument(
            f"series {carried[0]} lies on the dimension load, which is also what this study varies;"
            " leave it out and simulate the trial that you need it of"
        )
    return series


def measured(name: str, value: Any) -> tuple[tuple[str, ...], Any, dict[str, Any]]:
    """The value of a measure as a variable.

    Raises
    ------
    InvalidArgument
        If it is neither a number nor an xarray.DataArray of numbers on labelled dimensions of a result.
    """
    attributes: dict[str, Any] = {"long_name": name.replace("_", " "), "units": "1"}
    if isinstance(value, xr.DataArray):
        attributes.update({k: v for k, v in value.attrs.items() if k in ("long_name", "units")})
        unlabelled = [str(d) for d in value.dims if d not in value.coords or d == "time"]
        array = np.asarray(value.values)
        if array.dtype.kind in "fiub" and not unlabelled:
            return tuple(map(str, value.dims)), array.astype(float), attributes
        what = f"an array {dict(value.sizes)}" if unlabelled else f"{array.dtype} values"
    else:
        array = np.asarray(value)
        if array.dtype.kind in "fiub" and array.ndim == 0:
            return (), array.astype(float), attributes
        what = f"an array of shape {array.shape}" if array.ndim else repr(value)
    raise InvalidArgument(
        f"measure {name} gave {what}; it must return one number, or a DataArray on labelled dimensions such"
        " as side or group (take its max, mean or sel over time)"
    )
