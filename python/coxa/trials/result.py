"""The result of one trial: its dataset, tables, figures and files."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import xarray as xr

from .. import _core
from .._core import UnknownName
from ..base import check, tables
from ..base.doors import answer, picture
from ..base.resources import DEFAULT_MODEL
from ..models.model import Model, default_model, scale
from ..models.subject import Subject
from . import opensim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..answers.criteria import CriterionSpread

#: File extensions of results.
SUFFIXES = (".h5", ".hdf5", ".nc")

#: Bits of `status` and their meaning.
STATUS_BITS = {
    1: "unsolved",
    2: "reserve used",
    4: "fibre out of range",
    8: "outside a spline's domain",
    16: "actuator at its bound",
}


class Result:
    """The result of one trial.

    `result["hip_extension_moment"]` is an xarray.DataArray with its units in `attrs`; `result.dataset`
    holds all variables, and in its attributes the definition that reproduces the trial.
    """

    def __init__(self, dataset: xr.Dataset, *, model: Model | None = None):
        self._dataset = dataset
        self._model = model

    @property
    def dataset(self) -> xr.Dataset:
        """All variables as an xarray.Dataset, as stored in the file (format "coxa-1")."""
        return self._dataset

    def __getitem__(self, name: str) -> xr.DataArray:
        if name not in self._dataset.variables:
            raise self._lacking(name)
        return self._dataset[name]

    def _lacking(self, name: str) -> UnknownName:
        """The error for an absent variable, with the reason if the format defines it."""
        told = str(self._dataset.attrs.get("absent", "")).split("; ")
        reasons = [
            reason for told_of, _, reason in (t.partition(": ") for t in told) if told_of == name
        ]
        for row in (*_core.recorded_variables(), *_core.summary_variables()):
            if row["name"] == name:
                reasons += [f"it is recorded only {row['condition']}"] if row["condition"] else []
                reasons += [f"it has no {d}" for d in row["dims"] if d not in self._dataset.dims]
        if reasons:
            return UnknownName(f"no variable {name!r} in this result: {reasons[0]}")
        return check.unknown("variable", name, map(str, self._dataset.variables))

    def __contains__(self, name: object) -> bool:
        return name in self._dataset.variables

    def _ipython_key_completions_(self) -> list[str]:
        return [str(name) for name in self._dataset.variables]

    @property
    def exercise(self) -> str:
        """Name of the exercise."""
        return str(self._dataset.attrs.get("exercise", ""))

    @property
    def parameters(self) -> dict[str, float | str | None]:
        """Effective parameters in declared units.

        None stands for a value that was found from the body; `notes` tells it.
        """
        return json.loads(self._dataset.attrs.get("parameters") or "{}")

    @property
    def subject(self) -> Subject | None:
        """The person; None if the model was used unscaled."""
        text = self._dataset.attrs.get("subject")
        return Subject.from_json(text) if text else None

    @property
    def notes(self) -> dict[str, float | str]:
        """Quantities the geometry determined, such as the foot position: numbers, or text.

        Files written before version 0.2 store numbers as text; `float` reads both.
        """
        return {
            str(key).removeprefix("note_"): value
            for key, value in self._dataset.attrs.items()
            if str(key).startswith("note_")
        }

    @property
    def scene(self) -> dict[str, Any]:
        """Loads, supports and furniture, as needed for drawing and for OpenSim export."""
        return json.loads(self._dataset.attrs.get("scene") or "{}")

    @property
    def model(self) -> Model:
        """The scaled model; of a loaded file it is rebuilt from the generic model and the subject.

        Warns if the model file has changed since.

        Raises
        ------
        FileError
            If the generic model's file cannot be read.
        """
        if self._model is None:
            name = str(self._dataset.attrs.get("model", ""))
            generic = default_model() if name == DEFAULT_MODEL.name else Model.load(name)
            recorded = self._dataset.attrs.get("model_sha256", "")
            if recorded and generic.sha256 != recorded:
                warnings.warn(
                    f"model {name} has changed since this result was made; what is drawn or exported"
                    " from it may differ",
                    stacklevel=2,
                )
            self._model = generic if self.subject is None else scale(generic, self.subject)
        return self._model

    # ---- tables

    @property
    def status(self) -> dict[str, int]:
        """Number of frames with each warning or failure flag; empty if there are none."""
        flags = self["status"].values
        counts = {text: int(((flags & bit) != 0).sum()) for bit, text in STATUS_BITS.items()}
        return {text: count for text, count in counts.items() if count}

    @property
    def solved(self) -> bool:
        """Whether every frame was solved."""
        return STATUS_BITS[1] not in self.status

    def summary(self) -> pd.DataFrame:
        """Peaks and totals, one row each.

        Columns: `value`, `unit`, `per kg` of body mass (forces and moments only), and for peaks `at s` (the
        time) and `% up` (the position on the path of the movement), and `meaning`.
        """
        return tables.summary(self._dataset, self._body_mass())

    def muscle_groups(self) -> pd.DataFrame:
        """Force (both sides summed) and activation (mean of both sides) of each group: mean and peak."""
        return tables.muscle_groups(self._dataset)

    def _body_mass(self) -> float:
        recorded = self._dataset.attrs.get("total_mass")
        return self.model.total_mass if recorded is None else float(recorded)

    def __repr__(self) -> str:
        sizes = self._dataset.sizes
        trouble = ", ".join(f"{text} in {count}" for text, count in self.status.items())
        load = self.parameters.get("load")
        of = f" with {load:g} kg" if load is not None else ""
        return (
            f"<coxa.Result {self.exercise}{of}: {sizes.get('time', 0)} frames,"
            f" {trouble or 'all solved'}>"
        )

    def _repr_html_(self) -> str:
        return f"<p><code>{escape(repr(self))}</code></p>{self.summary().to_html(float_format='{:.4g}'.format)}"

    def criterion_spread(
        self, criteria: Sequence[float | str] = (1, 2, 3, 5, "min-max")
    ) -> CriterionSpread:
        """The summaries under other recruitment criteria, each with its range over them.

        The trial is simulated again under each criterion, with everything else unchanged.

        Parameters
        ----------
        criteria : sequence of float or str
            Exponents of the criterion, or "min-max".

        Raises
        ------
        InvalidArgument
            If `criteria` is empty or repeats one, or the result does not hold its definition.
        """
        return answer("criterion spread", self, criteria)

    # ---- figures

    def plot(self) -> Figure:
        """Postures, joint moments, support forces and muscle groups in one figure."""
        return picture("trial", self)

    def animate(
        self,
        path: str | os.PathLike[str],
        *,
        fps: int = 20,
        speed: float = 1.0,
        width: int = 720,
    ) -> Path:
        """Write the movement as an animation.

        Parameters
        ----------
        path : path
            Ends with `.gif`, or with `.mp4`, which needs `pip install "coxa[video]"` or ffmpeg.
        fps : int
            Frames per second.
        speed : float
            Playback speed; 1 is real time.
        width : int
            In pixels.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InvalidArgument
            If an argument is out of range, the extension is another, or .mp4 has no encoder.
        FileError
            If the file cannot be written.
        """
        return picture("moving trial", self, path, fps=fps, speed=speed, width=width)

    # ---- files

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the result as HDF5 (format "coxa-1"), readable by xarray, h5py, MATLAB and R.

        The file is replaced atomically: under its name it is always complete.

        Raises
        ------
        FileError
            If the file cannot be written.
        """
        target = check.output_path(path)
        _core.write_hdf5(tables.from_xarray(self._dataset), target)
        return target

    def export_opensim(self, folder: str | os.PathLike[str]) -> Path:
        """Write the scaled model, the motion and the external loads for OpenSim.

        The folder is created if necessary. It receives `model.osim`, `motion.mot` (coordinates in degrees),
        `external_loads.sto`, `external_loads.xml`, and `inverse_dynamics.xml`, a set-up for OpenSim's
        InverseDynamicsTool.

        Raises
        ------
        InvalidArgument
            If frames are unsolved: their forces are unknown.
        FileError
            If the folder cannot be created or the model's file cannot be read.
        """
        return opensim.export(self, folder)
