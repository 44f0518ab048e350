"""One trial: its dataset, tables, pictures and files."""

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
from ..base import check, tables
from ..base.doors import answer, picture
from ..base.resources import DEFAULT_MODEL
from ..models.model import Model, default_model, scale
from ..models.subject import Subject
from . import opensim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..answers.criteria import CriterionSpread

#: Suffixes of result files.
SUFFIXES = (".h5", ".hdf5", ".nc")

#: Bits of `status` and what they mean to a person.
STATUS_BITS = {
    1: "unsolved",
    2: "reserve used",
    4: "fibre out of range",
    8: "outside a spline's domain",
    16: "actuator at its bound",
}


class Result:
    """What one trial gave.

    `result["hip_extension_moment"]` is an xarray.DataArray with its units in `attrs`;
    `result.dataset` holds them all, and with them what is needed to make the result again.
    """

    def __init__(self, dataset: xr.Dataset, *, model: Model | None = None):
        self._dataset = dataset
        self._model = model

    @property
    def dataset(self) -> xr.Dataset:
        """Everything, as the file holds it (format "coxa-1")."""
        return self._dataset

    def __getitem__(self, name: str) -> xr.DataArray:
        if name not in self._dataset.variables:
            raise check.unknown("variable", name, map(str, self._dataset.variables))
        return self._dataset[name]

    def __contains__(self, name: object) -> bool:
        return name in self._dataset.variables

    def _ipython_key_completions_(self) -> list[str]:
        return [str(name) for name in self._dataset.variables]

    @property
    def exercise(self) -> str:
        return str(self._dataset.attrs.get("exercise", ""))

    @property
    def parameters(self) -> dict[str, float | str | None]:
        """Effective parameters in declared units; None was found from the body."""
        return json.loads(self._dataset.attrs.get("parameters") or "{}")

    @property
    def subject(self) -> Subject | None:
        """Who did it; None if a model was used as it is."""
        text = self._dataset.attrs.get("subject")
        return Subject.from_json(text) if text else None

    @property
    def notes(self) -> dict[str, float | str]:
        """What the geometry decided, such as where the feet went: numbers, or words where it is said in words.

        Files written before 0.2 hold numbers as text; `float` reads both.
        """
        return {
            str(key).removeprefix("note_"): value
            for key, value in self._dataset.attrs.items()
            if str(key).startswith("note_")
        }

    @property
    def scene(self) -> dict[str, Any]:
        """Loads, supports and furniture, as drawings and OpenSim need them."""
        return json.loads(self._dataset.attrs.get("scene") or "{}")

    @property
    def model(self) -> Model:
        """The scaled model; made again from the file's provenance if need be.

        Raises
        ------
        FileError
            If the model's file is not where it was.
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
        """How many frames there are, and how many show each sign of trouble (empty: none)."""
        flags = self["status"].values
        counts = {text: int(((flags & bit) != 0).sum()) for bit, text in STATUS_BITS.items()}
        return {text: count for text, count in counts.items() if count}

    @property
    def solved(self) -> bool:
        """Whether every frame was solved."""
        return STATUS_BITS[1] not in self.status

    def summary(self) -> pd.DataFrame:
        """Peaks and totals, one row each.

        Columns: value, unit, per kg of body mass, the time of a peak, how far up the path of the movement
        it is met, and what it means.
        """
        return tables.summary(self._dataset, self._body_mass())

    def muscle_groups(self) -> pd.DataFrame:
        """Force and activation of each group: mean and peak over the trial, mean of both sides."""
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
        """What would have come out under other criteria of recruitment: each summary with its range over them.

        The trial is made again for each, with everything else as it was.
        """
        return answer("criterion spread", self, criteria)

    # ---- pictures

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
        """Writes the movement as a moving picture.

        Parameters
        ----------
        path : path
            Ends with `.gif`, or with `.mp4`, which needs `pip install "coxa[video]"` or the program ffmpeg.
        fps : int
            Pictures per second.
        speed : float
            1 is real time.
        width : int
            Pixels.
        """
        return picture("moving trial", self, path, fps=fps, speed=speed, width=width)

    # ---- files

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes the result as HDF5 (format "coxa-1"), which xarray, h5py, MATLAB and R read.

        The file appears under its name only when it is whole.
        """
        target = check.output_path(path)
        _core.write_hdf5(tables.from_xarray(self._dataset), target)
        return target

    def export_opensim(self, folder: str | os.PathLike[str]) -> Path:
        """Writes the scaled model, the motion and the external loads as OpenSim reads them.

        The folder, made if need be, then holds `model.osim`, `motion.mot` (coordinates in degrees),
        `external_loads.sto`, `external_loads.xml` and `inverse_dynamics.xml`, a set-up that gives OpenSim's
        own joint moments.
        """
        return opensim.export(self, folder)
