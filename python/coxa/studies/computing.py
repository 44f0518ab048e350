"""Computation of all trials of a study into one dataset, in memory or in a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core import InvalidArgument
from ..base.limits import check_count
from . import running
from .factors import Column
from .opening import load_study
from .part import Spec, run_part
from .planning import check_measures, chunk_of, cost

if TYPE_CHECKING:
    import xarray as xr


def compute(
    spec: Spec,
    definition: Mapping[str, Any],
    attributes: Mapping[str, Any],
    grid: list[Column] | None,
    *,
    path: str | os.PathLike[str] | None,
    workers: int | None,
    executor: Any,
    progress: bool | None,
    chunk: int | None = None,
) -> xr.Dataset:
    """The dataset of a study; keyword arguments as in `Study.run`, the others as in `running.run`."""
    if executor is not None and workers is not None:
        raise InvalidArgument("give workers (threads here) or an executor, not both")
    used, trials = running.worker_count(workers), len(spec.design)
    check_measures(spec)
    if chunk is None:
        # few enough parts that storing is cheap, several per worker for balance
        chunk = chunk_of(trials, 4 * used if executor is None else 100)
    chunk = check_count("chunk", chunk)
    cost(spec, used if executor is None else 1, min(chunk, trials), whole=path is None)
    place = nullcontext(path) if path is not None else tempfile.TemporaryDirectory(prefix="coxa-")
    with place as found:
        target = Path(found) if path is not None else Path(found) / "study.h5"
        running.run(
            run_part,
            spec,
            trials,
            target,
            chunk=chunk,
            workers=used,
            executor=executor,
            progress=progress,
            definition=definition,
            attributes=attributes,
            grid=grid,
            kept=path is not None,
        )
        return load_study(target).load() if path is None else load_study(target)
