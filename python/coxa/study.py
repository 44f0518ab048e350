"""Many trials of one exercise by one person."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from . import _core, catalog, check
from ._core import InvalidArgument
from .model import Model
from .simulation import call_text, set_up
from .subject import Subject

if TYPE_CHECKING:
    import xarray as xr

#: Variables that a study keeps over the repetition unless told otherwise.
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


class Study:
    """A full factorial grid of trials.

    Parameters
    ----------
    exercise : str
        One of `coxa.exercises()`.
    subject : Subject, optional
    **options
        `model`, `criterion`, `frames`, `strict`, `intervals`, `inertia`, `volume_weights` as in `coxa.simulate`, and fixed values
        of the exercise's parameters.

    Examples
    --------
    >>> study = coxa.Study("barbell_hip_thrust", athlete, bench_height=0.40)
    >>> ds = study.vary(load=[60, 80, 100], toe_out_deg=[0, 15]).run("study.h5")
    """

    def __init__(
        self,
        exercise: str,
        subject: Subject | None = None,
        *,
        model: str | os.PathLike[str] | Model | None = None,
        criterion: float | str = 2,
        frames: int = 101,
        strict: bool = False,
        intervals: bool = False,
        inertia: bool = True,
        volume_weights: bool = True,
        **parameters: float | str,
    ):
        self._setup = set_up(
            exercise, subject, model, criterion, frames, strict, intervals, inertia, volume_weights
        )
        self._fixed = catalog.check_parameters(exercise, parameters)
        self._levels: dict[str, list[float | str]] = {}

    @property
    def exercise(self) -> str:
        return self._setup.exercise

    @property
    def levels(self) -> dict[str, list[float | str]]:
        """What is varied, and the levels of each."""
        return {name: list(values) for name, values in self._levels.items()}

    def vary(self, **levels: Sequence[float | str]) -> Study:
        """Adds parameters and the levels that each takes; every combination becomes a trial.

        Returns
        -------
        Study
            This one, for chaining.

        Raises
        ------
        InvalidArgument
            For an unknown parameter, a level out of range, or a pair `(low, high)`: continuous ranges need
            sampling, which is not there yet.
        """
        checked = {}
        for name, values in levels.items():
            words = isinstance(values, tuple) and all(isinstance(v, str) for v in values)
            if isinstance(values, tuple) and len(values) == 2 and not words:
                raise InvalidArgument(
                    f"{name}={values!r} is a continuous range; a study takes levels only at present:"
                    f" give a list, such as {name}={list(values)!r}"
                )
            if isinstance(values, str | bytes) or not isinstance(values, Iterable):
                raise InvalidArgument(f"{name} must be a list of levels, not {values!r}")
            if name in self._fixed:
                raise InvalidArgument(
                    f"{name} is fixed at {self._fixed[name]} in this study already"
                )
            items = [
                catalog.check_parameters(self.exercise, {name: value})[name] for value in values
            ]
            if not items:
                raise InvalidArgument(f"{name} has no levels; give at least one")
            if len(set(items)) < len(items):
                raise InvalidArgument(f"{name} has the same level twice: {items}")
            checked[name] = items
        self._levels.update(checked)
        return self

    def sample(self, *_: Any, **__: Any) -> Study:
        """Not there yet: a study takes levels only at present.

        Raises
        ------
        InvalidArgument
            Always.
        """
        raise InvalidArgument(
            "sampling of continuous ranges is not there yet: a study takes levels only at present;"
            " use vary(name=[level, ...]) and run()"
        )

    def trials(self) -> list[dict[str, float | str]]:
        """The varied parameters of every trial, the last one varying fastest."""
        return [
            dict(zip(self._levels, values, strict=True))
            for values in itertools.product(*self._levels.values())
        ]

    def __len__(self) -> int:
        return len(self.trials())

    def __repr__(self) -> str:
        varied = ", ".join(f"{name}: {len(values)}" for name, values in self._levels.items())
        return f"<coxa.Study {self.exercise}: {len(self)} trials ({varied or 'nothing varied'})>"

    def run(
        self,
        path: str | os.PathLike[str] | None = None,
        workers: int | None = None,
        *,
        series: Sequence[str] = SERIES,
        samples: int = 101,
        progress: bool | None = None,
    ) -> xr.Dataset:
        """Simulates every trial on threads of this machine.

        Arrays are the same to the last bit for any number of workers. A trial that fails is a row of NaN
        with `trial_status` 1 and the reason in `trial_message`.

        Parameters
        ----------
        path : path, optional
            HDF5 file to write when all trials are done; it appears only when it is whole.
        workers : int, optional
            Threads; as many as this process may use if not given.
        series : sequence of str
            Variables to keep over the repetition, resampled to 0 to 100 %.
        samples : int
            Points per repetition.
        progress : bool, optional
            Show a progress bar; if not given, only where standard error is a terminal.

        Returns
        -------
        xarray.Dataset
            Leading dimension `trial`; one variable per varied parameter, all summaries, and `series`.
        """
        from .tables import from_xarray, to_xarray

        setup = self._setup
        target = None if path is None else check.output_path(path)
        if workers is None:
            workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        check.whole("workers", workers, 1)
        check.whole("samples", samples, 2)
        if isinstance(series, str):
            series = [series]
        if "load" in self._levels and (carried := [n for n in series if n.startswith("load_")]):
            raise InvalidArgument(
                f"series {carried[0]} lies on the dimension load, which is also what this study varies;"
                " leave it out and simulate the trial that you need it of"
            )

        rows = self.trials()
        varied = [
            (name, p.unit, p.description, [row[name] for row in rows])
            for name, p in catalog.exercise(self.exercise).parameters.items()
            if name in self._levels
        ]
        given = [{**self._fixed, **row} for row in rows]
        with _Progress(len(rows), progress) as report:
            stacked = _core.run_study(
                setup.model._core,
                self.exercise,
                given,
                setup.options,
                workers,
                report,
                varied,
                list(series),
                samples,
            )
        dataset = to_xarray(stacked)
        call = call_text("Study", setup, self._fixed)
        levels = ", ".join(f"{name}={values!r}" for name, values in self._levels.items())
        extra = []
        if tuple(series) != SERIES:
            extra.append(f"series={list(series)!r}")
        if samples != 101:
            extra.append(f"samples={samples}")
        history = f"{call}.vary({levels}).run({', '.join(extra)})"
        fixed = {name: value for name, value in self._fixed.items()}
        dataset.attrs.update(setup.provenance(history, fixed))
        dataset.attrs["levels"] = json.dumps(self._levels)
        if target is not None:
            _core.write_hdf5(from_xarray(dataset), target)
        return dataset


class _Progress:
    """A bar on standard error, or nothing."""

    def __init__(self, total: int, wanted: bool | None):
        import sys

        self._total = total
        self._show = sys.stderr.isatty() if wanted is None else wanted
        self._bar: Any = None

    def __enter__(self) -> Any:
        if not self._show:
            return None
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn("trials"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._bar.start()
        task = self._bar.add_task("trials", total=self._total)
        return lambda finished: self._bar.update(task, completed=finished)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
