"""Writing a comparison or a workout: by the ending of the file's name."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from .. import _core
from .._core import FileError
from ..base import check
from ..base.json_values import plain
from ..base.tables import from_xarray

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DATA_SUFFIXES = (".h5", ".hdf5", ".nc", ".csv", ".json")

PICTURE_SUFFIXES = (".png", ".pdf", ".svg", ".jpg")

#: Attributes of a trial that a comparison or workout of it keeps.
KEPT = ("subject", "model", "model_sha256", "coxa_version", "created", "criterion")


def save(given: Any, path: str | os.PathLike[str], dataset: xr.Dataset) -> Path:
    """Writes a comparison or workout by the ending of the file's name; the file appears when it is whole."""
    target = check.output_path(path, (*DATA_SUFFIXES, *PICTURE_SUFFIXES))
    suffix = target.suffix.lower()
    if suffix in (".h5", ".hdf5", ".nc"):
        _core.write_hdf5(from_xarray(dataset), target)
        return target
    partial = target.with_name(f".{target.stem}.partial{target.suffix}")
    try:
        if suffix == ".csv":
            with partial.open("w", encoding="utf-8", newline="") as file:
                given.write_csv(file)
        elif suffix == ".json":
            partial.write_text(json.dumps(plain(given.as_dict()), indent=2) + "\n", "utf-8")
        else:
            figure = given.plot()
            figure.savefig(partial, dpi=130)
            close(figure)
        os.replace(partial, target)
    except OSError as error:
        raise FileError(f"cannot write {target}: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
    return target


def close(figure: Figure) -> None:
    """Forgets a figure that has been written."""
    import matplotlib.pyplot as plt

    plt.close(figure)
