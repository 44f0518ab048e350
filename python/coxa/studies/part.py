"""One part of a study, computed: from rows to the bytes of a file. What an executor's worker runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import xarray as xr

from .. import _core
from .._core import FileError, InvalidArgument, PluginError
from ..authoring.exercise import register_here, registered_class
from ..base.resources import ANTHROPOMETRY
from ..base.tables import to_xarray
from ..models.model import Model, default_model
from ..trials.options import Options
from ..trials.result import Result
from ..trials.simulation import effective_parameters
from .factors import Design, Row

Measure = Callable[[Result], Any]

#: Models that this process has read, by the SHA-256 of their file.
_models: dict[str, Model] = {}


@dataclass(frozen=True)
class Spec:
    """All that a worker needs to compute trials; can be sent to another process.

    Attributes
    ----------
    model : Model
        Before it is scaled to anybody. Another process reads it again from its file.
    design : Design
        Trials from number `first` on.
    series, samples
        What is kept over the repetition.
    summaries : tuple of str or None
        Which summaries are kept; None keeps all.
    functions : mapping of str to callable
        Measures in Python.
    provenance : mapping
        Attributes that results share, for measures that look at them.
    """

    model: Model
    options: Options
    design: Design
    series: tuple[str, ...]
    samples: int
    summaries: tuple[str, ...] | None
    functions: Mapping[str, Measure]
    provenance: Mapping[str, Any]
    first: int = 0
    exercises: Mapping[str, type] = field(default_factory=dict)  # in Python, for other processes

    def part(self, first: int, count: int) -> Spec:
        """What is needed for some of the trials."""
        return replace(self, design=self.design.part(first - self.first, count), first=first)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        if not self.model.sha256:
            raise InvalidArgument(
                "a model made in memory cannot be sent to other processes; save it with"
                " model.save('mine.osim') and give model='mine.osim', or use workers= instead of executor="
            )
        bundled = self.model.sha256 == default_model().sha256
        state["model"] = ("" if bundled else self.model.source, self.model.sha256)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        source, sha256 = state["model"]
        if sha256 not in _models:
            model = Model.load(source) if source else default_model()
            if model.sha256 != sha256:
                raise FileError(
                    f"model {source or 'of this installation'} is another one on this worker (SHA-256"
                    f" {model.sha256[:12]}, the study has {sha256[:12]}); use one version of coxa and one file"
                )
            _models[sha256] = model
        self.__dict__.update(state, model=_models[sha256])
        register_here(self.exercises)


def run_part(spec: Spec, first: int, count: int) -> bytes:
    """Trials `first` to `first + count` of a study, as an HDF5 file in memory.

    A trial that fails is a row with `trial_status` 1 and the reason. Nothing but the arguments
    decides the arrays.
    """
    return _core.hdf5_image(run_rows(spec, first, count))


def run_rows(spec: Spec, first: int, count: int) -> dict[str, Any]:
    """The same as the core's dataset."""
    for name, exercise in spec.exercises.items():
        if registered_class(name) is not exercise:
            raise PluginError(
                f"exercise {name} was registered anew while its study ran; run the study again"
            )
    design = spec.design.part(first - spec.first, count)
    rows = [design.row(i) for i in range(len(design))]

    def measure(i: int, trial: dict[str, Any]) -> dict[str, Any]:
        return measures(spec, rows[i], trial)

    dataset = _core.run_trials(
        spec.model._core,
        rows,
        spec.options.core,
        list(spec.series),
        spec.samples,
        design.columns(),
        ANTHROPOMETRY,
        measure if spec.functions else None,
        spec.options.strict,
    )
    variables = dataset["variables"]
    dims, numbers, attributes = variables["trial"]
    variables["trial"] = (dims, numbers + first, attributes)
    if spec.summaries is not None:
        for name, (_, _, attributes) in list(variables.items()):
            dropped = name not in spec.summaries and name not in spec.functions
            if attributes.get("role") == "summary" and dropped:
                del variables[name]
    dataset["attributes"].update({"format": "coxa-1", "kind": "study"})
    return dataset


def measures(spec: Spec, row: Row, trial: dict[str, Any]) -> dict[str, Any]:
    """What the study's functions say of one trial: name to (dims, values, attributes)."""
    dataset = to_xarray(trial)
    subject = row["subject"]
    given = {name: value for name, value in trial["parameters"].items() if value is not None}
    parameters = effective_parameters(row["exercise"], given, dataset.attrs)
    dataset.attrs.update(
        spec.provenance,
        exercise=row["exercise"],
        parameters=json.dumps(parameters),
        subject="" if subject is None else subject.to_json(),
    )
    result = Result(dataset, model=Model(trial["model"]))
    found = {}
    for name, function in spec.functions.items():
        found[name] = measured(name, function(result))
    return found


def measured(name: str, value: Any) -> tuple[tuple[str, ...], Any, dict[str, Any]]:
    """A measure's value as a variable.

    Raises
    ------
    InvalidArgument
        Unless it is one number, or an xarray.DataArray of numbers on dimensions that a result labels.
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


def python_exercises(names: Sequence[str]) -> dict[str, type]:
    """Those of some exercises that were written in Python."""
    found = {name: registered_class(name) for name in names}
    return {name: cls for name, cls in found.items() if cls is not None}
