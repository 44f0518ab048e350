"""Checks of this installation, for `coxa doctor`."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .. import _core
from ..authoring import catalogue
from ..base.resources import ANTHROPOMETRY, DEFAULT_MODEL, PACKAGE
from ..figures.animation import encoder
from ..models.model import default_model, scale
from ..models.subject import Subject

NEEDED = ("numpy", "pandas", "xarray", "h5py", "h5netcdf", "matplotlib", "rich")


@dataclass(frozen=True)
class Check:
    """The outcome of one check."""

    name: str
    ok: bool
    text: str


def _try(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except Exception as error:
        # any exception is a finding to report
        return Check(name, False, " ".join(f"{type(error).__name__}: {error}".split()))


def examine() -> list[Check]:
    """Run all checks, in order."""
    checks = [
        Check("coxa", True, f"{_core.build_version} in {PACKAGE}"),
        Check("python", True, f"{platform.python_version()} ({sys.executable})"),
        Check("system", True, platform.platform()),
    ]
    checks += [_try(name, partial(importlib.metadata.version, name)) for name in NEEDED]

    def model() -> str:
        found = default_model()
        return f"{found.name}, {len(found.muscles)} muscles, {DEFAULT_MODEL}"

    def scaling() -> str:
        mass = scale(default_model(), Subject()).total_mass
        return f"{mass:.3f} kg for a person of 75 kg, {ANTHROPOMETRY}"

    def exercises() -> str:
        names = catalogue.exercises()
        if not names:
            raise RuntimeError(f"none found in {PACKAGE / 'plugins'} or COXA_PLUGIN_PATH")
        return ", ".join(names)

    def hdf5() -> str:
        import h5py
        import numpy as np

        time = (("time",), np.array([0.0, 1.0]), {"units": "s", "long_name": "time"})
        dataset = {
            "dims": {"time": 2},
            "variables": {"time": time},
            "attributes": {"format": "coxa-1"},
        }
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "doctor.h5"
            _core.write_hdf5(dataset, path)
            with h5py.File(path) as file:
                if file["time"].shape != (2,):
                    raise RuntimeError("a file that was written reads back wrong")
        return f"write and read work; h5py has HDF5 {h5py.version.hdf5_version}"

    checks += [
        _try("model", model),
        _try("scaling", scaling),
        _try("exercises", exercises),
        _try("result files", hdf5),
    ]
    for where, reason in catalogue.skipped():
        checks.append(Check("skipped plugin", False, f"{where}: {reason}"))
    checks.append(Check("COXA_PLUGIN_PATH", True, os.environ.get("COXA_PLUGIN_PATH") or "not set"))
    writable = os.access(os.getcwd(), os.W_OK)
    checks.append(
        Check(
            "this folder", writable, f"{os.getcwd()} is {'writable' if writable else 'read-only'}"
        )
    )
    checks.append(
        Check("ffmpeg", True, encoder() or "not found: animations as .gif only; coxa[video] has it")
    )
    return checks
