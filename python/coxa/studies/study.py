"""Many trials: what varies, what is uncertain, how it is sampled and measured; one call runs it."""

from __future__ import annotations

import hashlib
import os
import tempfile
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
from . import factors, running
from .definition import attributes_of, definition_of, study_from_dict
from .design import Design
from .factors import Column, Factor
from .measures import Measure, Measures, series_of
from .opening import load_study
from .part import Spec, python_exercises, run_part
from .planning import Plan, check_measures, chunk_of, cost, plan
from .sampling import Sampling, points_of, require_room, values_at

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import xarray as xr
    from numpy.typing import ArrayLike

    from ..answers.sensitivity import Sensitivity
    from ..answers.tornadoes import Tornado
    from ..models.population import Population


class Study:
    """Many trials of one exercise or several, by one person or many.

    `vary`, `uncertain`, `sample` and `measure` give the study itself back, for chaining.

    Parameters
    ----------
    exercise : str or list of str
        Of `coxa.exercises()`. With several, the exercise is a factor like any other.
    subject : Subject, list of Subject, or Population, optional
        Who does it.
    **options
        `model`, `criterion`, `frames`, `strict`, `intervals`, `inertia`, `volume_weights` as in `coxa.simulate`, and fixed
        values of the exercises' parameters.

    Examples
    --------
    >>> study = (coxa.Study("barbell_hip_thrust", athlete)
    ...          .vary(load=[60, 80, 100], foot_distance=(0.65, 0.85))
    ...          .uncertain("muscle_strength")
    ...          .sample(1000, method="sobol", seed=1))
    >>> study.plan()                                   # trials, time, bytes
    >>> ds = study.run("study.h5")                     # the same call again goes on after a stop
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
        single = subject is None or isinstance(subject, Subject)
        first = factors.factor("exercise", names, [], None)
        self._exercises: list[str] = list(first.levels or [])
        self._setup = set_up(
            self._exercises[0],
            subject if isinstance(subject, Subject) else None,
            model,
            Options(criterion, frames, strict, intervals, inertia, volume_weights),
        )
        if len(self._exercises) > 1:
            self._varied["exercise"] = first
        if not single:
            self._varied["subject"] = factors.people(subject)
        self._fixed: dict[str, float | str] = {}
        for name in self._exercises:
            self._fixed.update(catalogue.check_parameters(name, parameters))

    # ---- what it is

    @property
    def exercise(self) -> str:
        """The exercise, or several with commas."""
        return ", ".join(self._exercises)

    @property
    def exercises(self) -> list[str]:
        return list(self._exercises)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """All that differs between trials: exercise, people, what varies, what is uncertain."""
        order = {"exercise": 0, "subject": 1}
        varied = sorted(self._varied.values(), key=lambda f: order.get(f.name, 2))
        return (*varied, *self._uncertain_factors())

    @property
    def levels(self) -> dict[str, list[Any]]:
        """What is varied by levels, and the levels of each."""
        return {f.name: f.levels for f in self._varied.values() if f.levels is not None}

    def _uncertain_factors(self) -> list[Factor]:
        return factors.uncertain(self._uncertain, self._exercises, self._setup.generic)

    # ---- saying what is wanted

    def vary(self, **given: Any) -> Study:
        """Adds what differs between trials.

        Parameters
        ----------
        **given
            Any parameter of the exercises, in declared units: a list gives levels (numbers, or words of a
            choice), a pair of numbers a continuous range. Also `exercise` (names), `subject` (subjects or a
            `coxa.Population`), `subject_mass`, `subject_height`, `subject_strength`, `subject_sex`, `load_per_mass` (external mass
            over body mass), `criterion`, and the names that `Model.perturbations()` lists.

        Raises
        ------
        InvalidArgument
            For an unknown name, a value out of range, an empty range, a level given twice.
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
        self._check_together(found, exercises)
        self._varied.update(found)
        self._exercises = exercises
        return self

    def _check_together(self, found: Mapping[str, Factor], exercises: Sequence[str]) -> None:
        """Refuses what contradicts what was said before."""
        both = {*self._varied, *found}
        if "load_per_mass" in both and ("load" in both or "load" in self._fixed):
            raise InvalidArgument("load and load_per_mass both say what the load is; give one")
        if "criterion" in found and "criterion" in self._uncertain:
            raise InvalidArgument("criterion is varied and uncertain at once; choose one")
        for name in self._varied:
            if not any(name in catalogue.exercise(e).parameters for e in self._exercises):
                continue
            for e in exercises:
                if name not in catalogue.exercise(e).parameters:
                    raise InvalidArgument(
                        f"{name} is varied already and is no parameter of {e}; every exercise of the"
                        " study must have what is varied"
                    )

    def uncertain(self, *groups: str, **spreads: float) -> Study:
        """Adds named groups of what is not known exactly; `coxa.uncertainty.table()` lists them.

        Parameters
        ----------
        *groups : str
            With their default spreads, each with its source.
        **spreads : float
            The same with a spread of your own, in the unit that the table states.
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
        """Says which combinations become trials.

        Parameters
        ----------
        n : int
            Trials; of a grid, the values that each continuous range takes.
        method : {"grid", "sobol", "lhs", "random"}
            Every combination, laid out as a grid in the file; or a scrambled Sobol sequence (best with a power of
            two), a Latin hypercube, independent draws (scipy.stats.qmc), in which levels are drawn too.
        seed : int
            The same seed gives the same trials.
        paired : str or list of str
            Factors with levels whose every level is run with every draw, so that techniques are compared on the
            same people and guesses; there are then `n` times their levels trials.
        """
        names = (paired,) if isinstance(paired, str) else tuple(paired)
        self._sampling = Sampling(method, n, seed, names)
        return self

    def measure(self, *summaries: str, **functions: Measure) -> Study:
        """Says what is kept of each trial besides its series; all summaries if nothing is said.

        Parameters
        ----------
        *summaries : str
            Names of built-in summaries, the rows of `Result.summary()`; the others are left out.
        **functions : callable
            Functions of a `coxa.Result` that return one number, or a DataArray on labelled dimensions such as
            side or group. They take Python's lock, so keep them short.
        """
        self._measures = self._measures.and_also(summaries, functions)
        return self

    # ---- which trials

    @property
    def grid(self) -> list[Column] | None:
        """Dimensions of the file: name, unit, description, values of each; None where there is only `trial`."""
        return self._sampling.grid(self.factors)

    def design(self) -> Design:
        """The value of every factor in every trial.

        Raises
        ------
        InvalidArgument
            If what was said contradicts itself, or a range has no sample.
        """
        found = self.factors
        require_room(self._sampling.count(found), found)
        return self._stack(found, self._sampling.rows(found))

    def _stack(self, found: Sequence[Factor], rows: Sequence[tuple[Any, ...]]) -> Design:
        columns = list(zip(*rows, strict=True)) if found else []
        return Design(
            tuple(found),
            tuple(columns),
            self._exercises[0],
            self._setup.subject,
            dict(self._fixed),
            self._setup.generic.total_mass,
            len(rows),
        )

    def trials(self) -> list[dict[str, Any]]:
        """What distinguishes each trial, as the columns of the study's table."""
        design = self.design()
        columns = design.columns()
        return [{name: values[i] for name, _, _, values in columns} for i in range(len(design))]

    def rows(self) -> list[dict[str, Any]]:
        """All that each trial is made of: exercise, parameters, offsets, subject, changes, criterion."""
        design = self.design()
        return [design.row(i) for i in range(len(design))]

    def __len__(self) -> int:
        return self._sampling.count(self.factors)

    def __repr__(self) -> str:
        varied = ", ".join(f"{f.name}: {f.shown}" for f in self._varied.values())
        guessed = ", ".join(self._uncertain)
        how = f"; {self._sampling.method}" if self._sampling.method else ""
        try:
            count = f"{len(self)} trials"
        except InvalidArgument:
            count = "not sampled yet"
        uncertain = f"; uncertain: {guessed}" if guessed else ""
        return (
            f"<coxa.Study {self.exercise}: {count} ({varied or 'nothing varied'}{uncertain}{how})>"
        )

    def _repr_html_(self) -> str:
        rows = [(f.name, f.shown, f.description) for f in self.factors]
        table = html_table(("factor", "values", "description"), rows)
        return f"<p><code>{escape(repr(self))}</code></p>{table}"

    # ---- running

    def plan(
        self,
        workers: int | None = None,
        *,
        series: Sequence[str] | None = None,
        samples: int = 101,
    ) -> Plan:
        """How many trials, how long, how many bytes; a few trials are simulated to find out, unless they take long.

        Parameters are those of `run`.
        """
        used = running.worker_count(workers)
        return plan(self._spec(self.design(), series, samples), used, self._factor_lines())

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
        """Simulates every trial. The same call again goes on where a stopped one ended.

        Arrays are the same to the last bit for any executor and number of workers. A trial that fails is a row of NaN with
        `trial_status` 1 and the reason in `trial_message`, unless the study is `strict`.

        Parameters
        ----------
        path : path, optional
            HDF5 file; until it is whole, finished parts are in the folder of that name with `.parts` added, and
            `coxa.load(path)` reads what is there. Without a path the result is in memory only.
        workers : int, optional
            Threads of this process; as many as it may use if not given.
        executor : concurrent.futures.Executor, optional
            Runs the parts instead: a process pool, `dask.distributed.Client.get_executor()`,
            `mpi4py.futures.MPIPoolExecutor`.
        series : sequence of str, optional
            Variables to keep over the repetition, resampled to 0 to 100 %; () for summaries only.
        samples : int
            Points per repetition.
        chunk : int, optional
            Trials per part: what a stop can lose per worker.
        progress : bool, optional
            Show a progress bar; if not given, where standard error is a terminal, and in notebooks.

        Returns
        -------
        xarray.Dataset
            One variable per varied parameter, all summaries, and `series`, along `trial` or the dimensions of the grid. With a
            path it is read from the file as it is used.
        """
        spec = self._spec(self.design(), series, samples)
        return self._run(spec, path, workers, executor, progress, chunk, self.grid)

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
        """Trials at chosen points of the unit cube, for designs of your own.

        Parameters
        ----------
        u : array, (n, d)
            In 0 to 1; each factor of `factors` takes its `dimensions` columns in order, by its inverse distribution.

        Other parameters and the result are those of `run`.
        """
        found = self.factors
        points = points_of(u, found)
        spec = self._spec(self._stack(found, values_at(found, points)), series, samples)
        digest = hashlib.sha256(points.tobytes()).hexdigest()
        return self._run(spec, path, workers, executor, progress, points=digest)

    def _run(
        self,
        spec: Spec,
        path: str | os.PathLike[str] | None,
        workers: int | None,
        executor: Executor | Any,
        progress: bool | None,
        chunk: int | None = None,
        grid: list[Column] | None = None,
        points: str | None = None,
    ) -> xr.Dataset:
        target = None if path is None else Path(path)
        if executor is not None and workers is not None:
            raise InvalidArgument("give workers (threads here) or an executor, not both")
        used, trials = running.worker_count(workers), len(spec.design)
        check_measures(spec)
        if chunk is None:
            # parts large enough that storing them costs little, and several for each worker, to share evenly
            chunk = chunk_of(trials, 4 * used if executor is None else 100)
        chunk = check_count("chunk", chunk)
        cost(spec, used if executor is None else 1, min(chunk, trials), whole=target is None)
        definition = definition_of(self.to_dict(), spec, points)
        options: dict[str, Any] = {
            "chunk": chunk,
            "workers": used,
            "executor": executor,
            "progress": progress,
            "definition": definition,
            "attributes": attributes_of(definition, spec, self._exercises),
            "grid": grid,
        }
        if target is not None:
            running.run(run_part, spec, trials, target, **options)
            return load_study(target)
        with tempfile.TemporaryDirectory(prefix="coxa-") as folder:
            target = Path(folder) / "study.h5"
            running.run(run_part, spec, trials, target, kept=False, **options)
            return load_study(target).load()

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
        """The study as plain data: what a TOML file for `coxa study` holds."""
        only = self._exercises[0] if len(self._exercises) == 1 else self._exercises
        found = {"exercise": only, **self._setup.to_dict()}
        if self._fixed:
            found["parameters"] = dict(self._fixed)
        varied = {name: f.told for name, f in self._varied.items() if name != "exercise"}
        if people := varied.pop("subject", None):
            found.pop("subject", None)
            found |= people
        uncertain = {name: True if sd is None else sd for name, sd in self._uncertain.items()}
        sample = self._sampling.to_dict() if self._sampling.method else {}
        parts = {"vary": varied, "uncertain": uncertain, "sample": sample}
        parts["measure"] = self._measures.to_dict()
        return found | {name: part for name, part in parts.items() if part}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any], folder: str | os.PathLike[str] = ".") -> Study:
        """The study that `to_dict` or a TOML file describes; `folder` is where files it names are looked for."""
        return study_from_dict(cls, given, Path(folder))

    def _factor_lines(self) -> list[str]:
        return [f"{f.name}: {f.shown}" for f in self._varied.values()] + [
            f"{name}: {sum(f.group == name for f in self._uncertain_factors())} uncertain quantities"
            for name in self._uncertain
        ]

    # ---- understanding

    def sensitivity(self, method: str = "sobol", n: int = 256, **options: Any) -> Sensitivity:
        """Which factor decides what: Sobol indices or Morris effects with confidence intervals, on a design of their own.

        See `coxa.sensitivity.sensitivity` for the options.
        """
        return answer("sensitivity", self, method, n, **options)

    def tornado(self, measure: str, **options: Any) -> Tornado:
        """One factor at a time from low to high, the others at their middle; see `coxa.tornado`."""
        return answer("tornado", self, measure, **options)
