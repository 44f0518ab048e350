"""Answers that have a file format of their own: comparisons and workouts."""

from __future__ import annotations

import json
import os
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from .. import _core
from ..base import check
from ..base.json_values import plain
from ..base.tables import from_xarray
from ..models.subject import Subject
from ..trials.result import Result
from ..trials.simulation import MaxLoad
from .answer import Answer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DATA_SUFFIXES = (".h5", ".hdf5", ".nc", ".csv", ".json")

PICTURE_SUFFIXES = (".png", ".pdf", ".svg", ".jpg")

#: Attributes of a trial that a comparison or workout of it keeps.
KEPT = ("subject", "model", "model_sha256", "coxa_version", "created", "criterion")


class SavedAnswer(Answer):
    """An answer held completely by one dataset, in memory and in its file."""

    dataset: xr.Dataset
    results: dict[str, Result]
    max_loads: dict[str, MaxLoad]

    @property
    def subject(self) -> Subject | None:
        text = self.dataset.attrs.get("subject")
        return Subject.from_json(text) if text else None

    @property
    def solved(self) -> bool:
        """Whether every frame was solved."""
        return not self.dataset["unsolved_frames"].values.any()

    @property
    @abstractmethod
    def warnings(self) -> list[str]:
        """Unsolved frames, frames with reserves, and loads beyond the greatest."""

    @abstractmethod
    def write_csv(self, file: Any) -> None:
        """Writes the tables as CSV."""

    def to_dict(self) -> dict[str, Any]:
        attrs = self.dataset.attrs
        return {
            "subject": json.loads(attrs.get("subject") or "null"),
            **{name: attrs[name] for name in ("model", "criterion")},
            "solved": self.solved,
            "warnings": self.warnings,
            **{name: attrs[name] for name in ("statement", "coxa_version", "history")},
        }

    def as_dict(self) -> dict[str, Any]:
        """Same as `to_dict`."""
        return self.to_dict()

    def __repr__(self) -> str:
        tables = map(repr, self.shown().values())
        return "\n\n".join([self.heading, *tables, "\n".join(self.footer)])

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes by the ending of the name; the file appears when it is whole.

        `.h5`, `.hdf5` and `.nc` hold everything, `.csv` and `.json` the tables, `.png`, `.pdf`, `.svg` and `.jpg` the picture.
        """
        target = check.output_path(path, (*DATA_SUFFIXES, *PICTURE_SUFFIXES))
        suffix = target.suffix.lower()
        if suffix in (".h5", ".hdf5", ".nc"):
            _core.write_hdf5(from_xarray(self.dataset), target)
            return target
        with check.written_whole(target) as partial:
            if suffix == ".csv":
                with partial.open("w", encoding="utf-8", newline="") as file:
                    self.write_csv(file)
            elif suffix == ".json":
                partial.write_text(json.dumps(plain(self.to_dict()), indent=2) + "\n", "utf-8")
            else:
                figure = self.plot()
                figure.savefig(partial, dpi=130)
                _close(figure)
        return target


def _close(figure: Figure) -> None:
    """Forgets a figure that has been written."""
    import matplotlib.pyplot as plt

    plt.close(figure)
