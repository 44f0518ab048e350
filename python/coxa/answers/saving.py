"""Answers that can be saved: comparisons and workouts."""

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

#: Attributes of a trial that comparisons and workouts keep.
KEPT = ("subject", "model", "model_sha256", "coxa_version", "created", "criterion")


class SavedAnswer(Answer):
    """An answer that is completely described by one dataset."""

    dataset: xr.Dataset
    results: dict[str, Result]
    max_loads: dict[str, MaxLoad]

    @property
    def subject(self) -> Subject | None:
        """The person; None if the model was used unscaled."""
        text = self.dataset.attrs.get("subject")
        return Subject.from_json(text) if text else None

    @property
    def solved(self) -> bool:
        """Whether every frame was solved."""
        return not self.dataset["unsolved_frames"].values.any()

    @property
    @abstractmethod
    def warnings(self) -> list[str]:
        """Warnings: unsolved frames, frames with reserves, and loads beyond the maximum."""

    @abstractmethod
    def write_csv(self, file: Any) -> None:
        """Write the tables as CSV to an open text file."""

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
        """An alias of `to_dict`."""
        return self.to_dict()

    def __repr__(self) -> str:
        tables = map(repr, self.shown().values())
        return "\n\n".join([self.heading, *tables, "\n".join(self.footer)])

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a file in the format given by its extension, atomically.

        `.h5`, `.hdf5` and `.nc` hold all data, `.csv` and `.json` the tables, `.png`, `.pdf`, `.svg` and `.jpg`
        the figure.

        Raises
        ------
        InvalidArgument
            For another extension.
        FileError
            If the file cannot be written.
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
    """Release a figure that has been written."""
    import matplotlib.pyplot as plt

    plt.close(figure)
