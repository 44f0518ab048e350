"""Computation of one part of a study, from trial inputs to the bytes of a file; runs in workers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .. import _core
from .._core import FileError, InvalidArgument, PluginError
from ..authoring.exercise import register_here, registered_class
from ..base.resources import ANTHROPOMETRY
from ..base.tables import to_xarray
from ..models.model import Model, default_model
from ..trials.options import Options
from ..trials.result import Result
from ..trials.simulation import effective_parameters
from .design import Design
from .factors import Row
from .measures import Measures, measured

#: Models read by this process, by the SHA-256 of their file.
_models: dict[str, Model] = {}


@dataclass(frozen=True)
class Spec:
    """Everything a worker needs to compute trials; can be pickled.

    Attributes
    ----------
    model : Model
        Unscaled. Other processes read it from its file.
    design : Design
        Trials from number `first` on.
    series, samples
        Time series to keep, and their number of points per repetition.
    measures : Measures
    provenance : mapping
        Attributes shared by all results, for measures that read them.
    """

    model: Model
    options: Options
    design: Design
    series: tuple[str, ...]
    samples: int
    measures: Measures
    provenance: Mapping[str, Any]
    first: int = 0
    exercises: Mapping[str, type] = field(default_factory=dict)  # Python classes, for workers

    def part(self, first: int, count: int) -> Spec:
        """The specification of `count` trials from number `first` on."""
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
    """Simulate trials `first` to `first + count` of a study; gives an HDF5 file in memory.

    A trial that fails is a row with `trial_status` 1 and the reason. The arrays depend on the arguments
    only.
    """
    return _core.hdf5_image(run_rows(spec, first, count))


def run_rows(spec: Spec, first: int, count: int) -> dict[str, Any]:
    """Like `run_part`, but gives the core's dataset."""
    for name, exercise in spec.exercises.items():
        if registered_class(name) is not exercise:
            raise PluginError(
                f"exercise {name} was registered anew while its study ran; run the study again"
            )
    design = spec.design.part(first - spec.first, count)
    rows = design.rows()

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
        measure if spec.measures.functions else None,
        spec.options.strict,
    )
    variables = dataset["variables"]
    dims, numbers, attributes = variables["trial"]
    variables["trial"] = (dims, numbers + first, attributes)
    kept = {*spec.measures.summaries, *spec.measures.functions}
    if spec.measures.summaries:
        for name, (_, _, attributes) in list(variables.items()):
            if attributes.get("role") == "summary" and name not in kept:
                del variables[name]
    dataset["attributes"].update({"format": "coxa-1", "kind": "study"})
    return dataset


def measures(spec: Spec, row: Row, trial: dict[str, Any]) -> dict[str, Any]:
    """The study's functions evaluated on one trial: (dims, values, attributes) by name."""
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
    for name, function in spec.measures.functions.items():
        found[name] = measured(name, function(result))
    return found


def python_exercises(names: Sequence[str]) -> dict[str, type]:
    """The classes of those exercises that were written in Python."""
    found = {name: registered_class(name) for name in names}
    return {name: cls for name, cls in found.items() if cls is not None}
