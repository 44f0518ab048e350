"""Studies of many trials: what varies, what is uncertain, sampling, measures, and running them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core import InvalidArgument
from ..authoring import catalogue
from ..base.doors import answer
from ..base.html import html_table
from ..base.limits import check_count
from ..models.model import Model
from ..models.subject import Subject
from ..trials.options import Options
from ..trials.simulation import set_up
from . import factors
from .computing import compute
from .definition import attributes_of, definition_of, study_from_dict
from .design import Design
from .factors import Column, Factor
from .measures import Measure, Measures, series_of
from .part import Spec, python_exercises
from .planning import Plan, plan
from .running import worker_count
from .sampling import Sampling, points_of, require_room, values_at

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import xarray as xr
    from numpy.typing import ArrayLike

    from ..answers.sensitivity import Sensitivity
    from ..answers.tornadoes import Tornado
    from ..models.population import Population


class Study:
    """Many trials of one or several exercises, by one or many people.

    `vary`, `uncertain`, `sample` and `measure` return the study itself, for chaining.

    Parameters
    ----------
    exercise : str or list of str
        Names from `coxa.exercises()`; several make the exercise a factor.
    subject : Subject, list of Subject, or Population, optional
        The person or people.
    **options
        `model`, `criterion`, `frames`, `strict`, `intervals`, `inertia` and `volume_weights` as in
        `coxa.simulate`, and fixed values of the exercises' parameters.

    Examples
    --------
    >>> study = (coxa.Study("barbell_hip_thrust", athlete)
    ...          .vary(load=[60, 80, 100], foot_distance=(0.65, 0.85))
    ...          .uncertain("muscle_strength")
    ...          .sample(1000, method="sobol", seed=1))
    >>> study.plan()                                   # trials, time, file size
    >>> ds = study.run("study.h5")                     # resumes if it was interrupted
    """

    def __init__(
        self,
        exercise: str | Sequence[str],
        subject: Subject | Population | Sequence[Subject] | None = None,
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
        self._varied: dict[str, Factor] = {}
        self._uncertain: dict[str, float | None] = {}
        self._sampling = Sampling()
        self._measures = Measures()

        names = [exercise] if isinstance(exercise, str) else exercise
        first = factors.factor("exercise", names, [], None)
        self._exercises: list[str] = list(first.levels or [])
        person = subject if isinstance(subject, Subject) else None
        options = Options(criterion, frames, strict, intervals, inertia, volume_weights)
        self._setup = set_up(self._exercises[0], person, model, options)
        if len(self._exercises) > 1:
            self._varied["exercise"] = first
        if subject is not person:
            self._varied["subject"] = factors.people(subject)
        self._fixed: dict[str, float | str] = {}
        for name in self._exercises:
            self._fixed.update(catalogue.check_parameters(name, parameters))

    # ---- contents

    @property
    def exercise(self) -> str:
        """The name of the exercise; several are separated by commas."""
        return ", ".join(self._exercises)

    @property
    def exercises(self) -> list[str]:
        """Names of the exercises."""
        return list(self._exercises)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Everything that differs between trials: exercise, people, varied and uncertain quantities."""
        order = {"exercise": 0, "subject": 1}
        varied = sorted(self._varied.values(), key=lambda f: order.get(f.name, 2))
        uncertain = factors.uncertain(self._uncertain, self._exercises, self._setup.generic)
        return (*varied, *uncertain)

    @property
    def levels(self) -> dict[str, list[Any]]:
        """Levels of every factor varied by levels."""
        return {f.name: f.levels for f in self._varied.values() if f.levels is not None}

    # ---- definition

    def vary(self, **given: Any) -> Study:
        """Add quantities that differ between trials.

        Parameters
        ----------
        **given
            Any parameter of the exercises, in declared units: a list gives levels (numbers, or words of a
            choice), a pair of numbers a continuous range. Also `exercise` (names), `subject` (subjects or a
            `coxa.Population`), `subject_mass`, `subject_height`, `subject_strength`, `subject_sex`,
            `subject_age`, `subject_training`, `load_per_mass` (external mass over body mass), `criterion`, and the names listed by
            `Model.perturbations()`.

        Raises
        ------
        InvalidArgument
            For an unknown name, a value out of range, an empty range, or a repeated level.
        """
        found = {}
        exercises = self._exercises
        if "exercise" in given:
            if len(exercises) > 1:
                raise InvalidArgument("this study has several exercises already")
            found["exercise"] = factors.factor("exercise", given["exercise"], [], None)
            exercises = list(found["exercise"].levels or [])
            for name in exercises:
                catalogue.check_parameters(name, self._fixed)
        for name, values in given.items():
            if name in found:
                continue
            if name in self._fixed:
                raise InvalidArgument(
                    f"{name} is fixed at {self._fixed[name]} in this study already"
                )
            found[name] = factors.factor(name, values, exercises, self._setup.generic)
        both = {*self._varied, *found}
        if "load_per_mass" in both and ("load" in both or "load" in self._fixed):
            raise InvalidArgument("load and load_per_mass both say what the load is; give one")
        if "criterion" in found and "criterion" in self._uncertain:
            raise InvalidArgument("criterion is varied and uncertain at once; choose one")
        factors.require_parameters(self._varied, self._exercises, exercises)
        self._varied.update(found)
        self._exercises = exercises
        return self

    def uncertain(self, *groups: str, **spreads: float) -> Study:
        """Add named groups of uncertain inputs; `coxa.uncertainty.table()` lists them.

        Parameters
        ----------
        *groups : str
            Names of groups, with their default spreads.
        **spreads : float
            Groups with your own spread, in the unit stated in the table.

        Raises
        ------
        UnknownName
            If there is no such group.
        InvalidArgument
            If a spread is out of range, no exercise has a quantity of the group, or `criterion` is also varied.
        """
        asked: dict[str, float | None] = {**dict.fromkeys(groups), **spreads}
        together = {**self._uncertain, **asked}
        found = factors.uncertain(together, self._exercises, self._setup.generic)
        offered = {f.group for f in found}
        for name in asked:
            if name not in offered:
                raise InvalidArgument(
                    f"uncertain {name}: {self.exercise} has none of its quantities; see coxa.uncertainty.table()"
                )
            if name == "criterion" and "criterion" in self._varied:
                raise InvalidArgument("criterion is varied and uncertain at once; choose one")
        self._uncertain = together
        return self

    def sample(
        self,
        n: int | None = None,
        method: str = "sobol",
        seed: int = 0,
        *,
        paired: str | Sequence[str] = (),
    ) -> Study:
        """Choose which combinations of values become trials.

        Parameters
        ----------
        n : int
            Number of trials; for a grid, number of values of each continuous range.
        method : {"grid", "sobol", "lhs", "random"}
            "grid" is every combination, stored as a grid in the file. The others draw random trials,
            levels included: a scrambled Sobol sequence (best with a power of two), a Latin hypercube, or
            independent draws (scipy.stats.qmc).
        seed : int
            The same seed gives the same trials.
        paired : str or list of str
            Factors whose every level is run with every draw, so that levels are compared on the same
            people and uncertain inputs; the number of trials is `n` times the number of levels.

        Raises
        ------
        InvalidArgument
            If `n` is missing or out of range, `method` is unknown, or `paired` is given for a grid.
        """
        names = (paired,) if isinstance(paired, str) else tuple(paired)
        self._sampling = Sampling(method, n, seed, names)
        return self

    def measure(self, *summaries: str, **functions: Measure) -> Study:
        """Choose what is kept of each trial besides its time series; by default all summaries.

        Parameters
        ----------
        *summaries : str
            Names of built-in summaries (rows of `Result.summary()`) to keep.
        **functions : callable
            Functions of a `coxa.Result` that return a number, or an xarray.DataArray on labelled dimensions
            such as side or group. They hold Python's global lock, so keep them short.

        Raises
        ------
        InvalidArgument
            If a summary is not given by name, or a function is not callable.
        """
        self._measures = self._measures.and_also(summaries, functions)
        return self

    # ---- trials

    @property
    def grid(self) -> list[Column] | None:
        """Grid dimensions: name, unit, description and values of each; None if trials are drawn."""
        return self._sampling.grid(self.factors)

    def design(self) -> Design:
        """The value of every factor in every trial.

        Raises
        ------
        InvalidArgument
            If the definition contradicts itself, or a range has no sample.
        """
        require_room(self._sampling.count(found := self.factors), found)
        return self._stack(found, self._sampling.rows(found))

    def _stack(self, found: Sequence[Factor], rows: Sequence[tuple[Any, ...]]) -> Design:
        columns = list(zip(*rows, strict=True)) if found else []
        who = self._setup.subject, dict(self._fixed), self._setup.generic.total_mass
        return Design(tuple(found), tuple(columns), self._exercises[0], *who, len(rows))

    def trials(self) -> list[dict[str, Any]]:
        """What distinguishes the trials: one dict per trial, with the columns of the study's table."""
        return self.design().trials()

    def rows(self) -> list[dict[str, Any]]:
        """Complete inputs of each trial: exercise, parameters, offsets, subject, model changes, criterion."""
        return self.design().rows()

    def __len__(self) -> int:
        return self._sampling.count(self.factors)

    def __repr__(self) -> str:
        told = ", ".join(f"{f.name}: {f.shown}" for f in self._varied.values())
        uncertain = f"; uncertain: {', '.join(self._uncertain)}" if self._uncertain else ""
        how = f"; {self._sampling.method}" if self._sampling.method else ""
        try:
            count = f"{len(self)} trials"
        except InvalidArgument:
            count = "not sampled yet"
        told = f"({told or 'nothing varied'}{uncertain}{how})"
        return f"<coxa.Study {self.exercise}: {count} {told}>"

    def _repr_html_(self) -> str:
        rows = [(f.name, f.shown, f.description) for f in self.factors]
        head = ("factor", "values", "description")
        return f"<p><code>{escape(repr(self))}</code></p>{html_table(head, rows)}"

    # ---- running

    def plan(
        self,
        workers: int | None = None,
        *,
        series: Sequence[str] | None = None,
        samples: int = 101,
    ) -> Plan:
        """Estimate number of trials, time and file size, by simulating a few trials unless they take long.

        Parameters
        ----------
        workers, series, samples
            As in `run`.

        Returns
        -------
        Plan
        """
        return plan(self._spec(self.design(), series, samples), worker_count(workers))

    def run(
        self,
        path: str | os.PathLike[str] | None = None,
        workers: int | None = None,
        *,
        executor: Executor | Any = None,
        series: Sequence[str] | None = None,
        samples: int = 101,
        chunk: int | None = None,
        progress: bool | None = None,
    ) -> xr.Dataset:
        """Simulate every trial; calling it again resumes an interrupted run.

        Arrays are bit-equal for any executor and number of workers. A trial that fails is a row of NaN with
        `trial_status` 1 and the reason in `trial_message`, unless the study is `strict`.

        Parameters
        ----------
        path : path, optional
            HDF5 file. Until it is complete, finished parts are in the folder of the same name plus
            `.parts`, which `coxa.load(path)` reads. Without a path, the result is in memory only.
        workers : int, optional
            Threads of this process; by default all cores available to it.
        executor : concurrent.futures.Executor, optional
            Runs the parts in place of threads: a process pool, `dask.distributed.Client.get_executor()`, or
            `mpi4py.futures.MPIPoolExecutor`.
        series : sequence of str, optional
            Variables to keep over the repetition, resampled to 0 to 100 %; () for summaries only. By default
            joint moments, activations and forces of muscle groups, support forces and status.
        samples : int
            Points of each series per repetition.
        chunk : int, optional
            Trials per part: the most an interruption can lose per worker.
        progress : bool, optional
            Show a progress bar; by default if standard error is a terminal, and in notebooks.

        Returns
        -------
        xarray.Dataset
            One variable per varied quantity, all summaries, and `series`, along `trial` or the dimensions of
            the grid. With a path, arrays are read from the file on access.

        Raises
        ------
        InvalidArgument
            If the study or an argument is invalid, or needs more memory than available.
        FileError
            If the file or folder cannot be written, is in use, or belongs to another study.
        UnsolvedFrame, InfeasibleMotion
            If the study is `strict` and a trial fails.
        """
        spec = self._spec(self.design(), series, samples)
        how = {"path": path, "workers": workers, "executor": executor, "progress": progress}
        return self._run(spec, self.grid, None, chunk=chunk, **how)

    def evaluate(
        self,
        u: ArrayLike,
        path: str | os.PathLike[str] | None = None,
        workers: int | None = None,
        *,
        executor: Executor | Any = None,
        series: Sequence[str] = (),
        samples: int = 101,
        progress: bool | None = None,
    ) -> xr.Dataset:
        """Simulate trials at given points of the unit cube, for your own designs.

        Parameters
        ----------
        u : array, (n, d)
            In [0, 1]. Each factor of `factors`, in order, takes its `dimensions` columns and maps them by its
            inverse cumulative distribution.
        path, workers, executor, series, samples, progress
            As in `run`.

        Returns
        -------
        xarray.Dataset
            As of `run`, along `trial`.

        Raises
        ------
        InvalidArgument
            If `u` has another shape or values outside [0, 1], and as `run`.
        """
        points = points_of(u, found := self.factors)
        spec = self._spec(self._stack(found, values_at(found, points)), series, samples)
        digest = hashlib.sha256(points.tobytes()).hexdigest()
        how = {"path": path, "workers": workers, "executor": executor, "progress": progress}
        return self._run(spec, None, digest, **how)

    def _run(
        self, spec: Spec, grid: list[Column] | None, points: str | None, **how: Any
    ) -> xr.Dataset:
        definition = definition_of(self.to_dict(), spec, points)
        return compute(
            spec, definition, attributes_of(definition, spec, self._exercises), grid, **how
        )

    def _spec(self, design: Design, series: Sequence[str] | None, samples: int) -> Spec:
        return Spec(
            model=self._setup.generic,
            options=self._setup.options,
            design=design,
            series=series_of(series, design.factors),
            samples=check_count("samples", samples),
            measures=self._measures,
            provenance=self._setup.provenance({}),
            exercises=python_exercises(self._exercises),
        )

    # ---- provenance

    def to_dict(self) -> dict[str, Any]:
        """The study as plain values, as in a TOML file for `coxa study`."""
        only = self._exercises[0] if len(self._exercises) == 1 else self._exercises
        found = {"exercise": only, **self._setup.to_dict()}
        varied = {name: f.told for name, f in self._varied.items() if name != "exercise"}
        if people := varied.pop("subject", None):
            found.pop("subject", None)
            found |= people
        parts = {
            "parameters": dict(self._fixed),
            "vary": varied,
            "uncertain": {name: True if sd is None else sd for name, sd in self._uncertain.items()},
            "sample": self._sampling.to_dict(),
            "measure": self._measures.to_dict(),
        }
        return found | {name: part for name, part in parts.items() if part}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any], folder: str | os.PathLike[str] = ".") -> Study:
        """The study described by `to_dict` or by the contents of a TOML file.

        Parameters
        ----------
        given : mapping
        folder : path
            Folder that relative file names in `given` refer to.

        Raises
        ------
        InvalidArgument
            If an entry is unknown or invalid.
        """
        return study_from_dict(cls, given, Path(folder))

    # ---- analysis

    def sensitivity(self, method: str = "sobol", n: int = 256, **options: Any) -> Sensitivity:
        """Sobol indices or Morris effects of every factor, with confidence intervals, from a design of their own.

        Parameters
        ----------
        method : {"sobol", "morris"}
            Shares of variance, from n (d + 2) trials for d factors or groups; or elementary effects, from
            n (d + 1) trials, for screening.
        n : int
            Blocks of Saltelli's design, rounded up to a power of two; or trajectories (10 to 50 are usual).
        **options
            `measures`, `groups`, `second_order`, `confidence`, `seed`, `path`, `workers`, `executor`,
            `resamples`, `pool`, `band`, `select`, and options of `evaluate`.

        Returns
        -------
        Sensitivity
        """
        return answer("sensitivity", self, method, n, **options)

    def tornado(self, measure: str, **options: Any) -> Tornado:
        """Vary each factor from low to high with all others at their median; see `coxa.tornado`."""
        return answer("tornado", self, measure, **options)
