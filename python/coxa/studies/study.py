"""Many trials: what varies, what is uncertain, how it is sampled and measured; one call runs it."""

from __future__ import annotations

import hashlib
import inspect
import itertools
import json
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._core import InvalidArgument
from ..authoring import catalogue
from ..base import check, estimate
from ..base.designs import DRAWS, unit_cube
from ..base.doors import answer
from ..base.estimate import Estimate, duration_text, size_text
from ..base.html import html_table
from ..base.limits import check_count
from ..models.model import Model
from ..models.subject import Subject
from ..trials.options import Options
from ..trials.simulation import set_up
from . import factors, running, uncertainty
from .definition import study_call, study_from_dict
from .factors import Design, Factor
from .opening import load_study
from .part import Measure, Spec, python_exercises, run_part, run_rows

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from ..answers.sensitivity import Sensitivity
    from ..answers.tornadoes import Tornado
    from ..models.population import Population

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

METHODS = ("grid", *DRAWS)

#: Seconds that `plan` may take for trials.
_PLANNING = 10.0


class Study:
    """Many trials of one exercise or several, by one person or many.

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
        self._n: int | None = None
        self._method: str | None = None
        self._seed = 0
        self._paired: tuple[str, ...] = ()
        self._summaries: tuple[str, ...] = ()
        self._functions: dict[str, Measure] = {}

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
        found: list[Factor] = []
        if not self._uncertain:
            return found
        changes = {p.name for p in self._setup.generic.perturbations()}
        fitting = {name: catalogue.exercise(name).parameters for name in self._exercises}
        for name, spread in self._uncertain.items():
            group = uncertainty.group(name, spread)
            of = {e: group.applicable(parameters, changes) for e, parameters in fitting.items()}
            for quantity in group.quantities:
                having = frozenset(e for e, offered in of.items() if quantity in offered)
                if having:
                    found.append(factors.Uncertain(name, quantity, having))
        return found

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

        Returns
        -------
        Study
            This one, for chaining.

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

        Returns
        -------
        Study
            This one, for chaining.
        """
        asked: dict[str, float | None] = {**dict.fromkeys(groups), **spreads}
        for name, spread in asked.items():
            uncertainty.group(name, spread)
        before = dict(self._uncertain)
        self._uncertain.update(asked)
        try:
            offered = {f.group for f in self._uncertain_factors()}
            for name in asked:
                if name not in offered:
                    raise InvalidArgument(
                        f"uncertain {name}: {self.exercise} has none of its quantities; see coxa.uncertainty.table()"
                    )
                if name == "criterion" and "criterion" in self._varied:
                    raise InvalidArgument("criterion is varied and uncertain at once; choose one")
        except Exception:
            self._uncertain = before
            raise
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

        Returns
        -------
        Study
            This one, for chaining.
        """
        check.choice("method", method, METHODS)
        if n is not None:
            check_count("n", n, "trials", least=2 if method == "grid" else 1)
        elif method != "grid":
            raise InvalidArgument(f"sample(method={method!r}) needs n, the number of trials")
        names = (paired,) if isinstance(paired, str) else tuple(paired)
        if method == "grid" and names:
            raise InvalidArgument(
                f"paired={list(names)} is for draws; in a grid all levels meet already"
            )
        self._n, self._method, self._paired = n, method, names
        self._seed = check_count("seed", seed)
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

        Returns
        -------
        Study
            This one, for chaining.
        """
        for name in summaries:
            if not isinstance(name, str):
                raise InvalidArgument(
                    f"measure takes names of summaries; give a function by name: measure(my_name={name!r})"
                )
        for name, function in functions.items():
            if not callable(function):
                raise InvalidArgument(
                    f"measure {name} must be a function of a Result, not {function!r}"
                )
        self._summaries += tuple(s for s in dict.fromkeys(summaries) if s not in self._summaries)
        self._functions.update(functions)
        return self

    # ---- which trials

    @property
    def grid(self) -> list[tuple[str, str, str, list[Any]]] | None:
        """Dimensions of the file: name, unit, description, values of each; None where there is only `trial`."""
        if self._method != "grid":
            return None
        return [
            next(iter(f.columns(values)))
            for f in self.factors
            for values in [f.spaced(self._n or 0)]
        ]

    def design(self) -> Design:
        """The value of every factor in every trial.

        Raises
        ------
        InvalidArgument
            If what was said contradicts itself, or a range has no sample.
        """
        found = self.factors
        self._require_room(self._count(found))
        if self._method in (None, "grid"):
            levels = [f.spaced(self._n or 0) for f in found]
            return self._stack(found, list(itertools.product(*levels)))
        assert self._n is not None
        by_name = {f.name: f for f in found}
        drawn = [f for f in found if f.name not in self._paired]
        u = unit_cube(self._method, self._n, sum(f.dimensions for f in drawn), self._seed)
        values = self._values(drawn, u)
        crossed = itertools.product(*(by_name[name].levels or [] for name in self._paired))
        order = [*drawn, *(by_name[name] for name in self._paired)]
        tails = list(crossed)
        rows = [(*row, *tail) for row in zip(*values, strict=True) for tail in tails]
        if not drawn:
            rows = [tail for _ in range(self._n) for tail in tails]
        back = [order.index(f) for f in found]
        return self._stack(found, [tuple(row[i] for i in back) for row in rows])

    def _count(self, found: Sequence[Factor]) -> int:
        """Number of trials, without drawing any."""
        continuous = [f.name for f in found if f.levels is None]
        if self._method in (None, "grid"):
            if continuous and self._n is None:
                raise InvalidArgument(
                    f"{', '.join(continuous)}: a continuous range or distribution needs sample(n),"
                    f" such as sample(256); a list such as {continuous[0]}=[...] gives levels"
                )
            return math.prod(f.count(self._n or 0) for f in found)
        by_name = {f.name: f for f in found}
        for name in self._paired:
            if name not in by_name:
                raise check.unknown("factor to pair", name, by_name)
            if by_name[name].levels is None:
                raise InvalidArgument(f"paired={name!r} has no levels; give vary({name}=[...])")
        assert self._n is not None
        return self._n * math.prod(len(by_name[name].levels or []) for name in self._paired)

    def _require_room(self, trials: int) -> None:
        """Refuses more trials than a study may have, or than memory holds."""
        check_count("trials of this study", trials, "trials")
        memory = trials * (len(self.factors) + 1) * estimate.FACTOR
        estimate.require_memory(f"a study of {trials} trials", memory, "take fewer")

    @staticmethod
    def _values(found: Sequence[Factor], u: NDArray[np.float64]) -> list[Sequence[Any]]:
        values, column = [], 0
        for f in found:
            values.append(f.values(u[:, column : column + f.dimensions]))
            column += f.dimensions
        return values

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
        return self._count(self.factors)

    def __repr__(self) -> str:
        varied = ", ".join(f"{f.name}: {_shown(f)}" for f in self._varied.values())
        guessed = ", ".join(self._uncertain)
        how = f"; {self._method}" if self._method else ""
        try:
            count = f"{len(self)} trials"
        except InvalidArgument:
            count = "not sampled yet"
        uncertain = f"; uncertain: {guessed}" if guessed else ""
        return (
            f"<coxa.Study {self.exercise}: {count} ({varied or 'nothing varied'}{uncertain}{how})>"
        )

    def _repr_html_(self) -> str:
        rows = [(f.name, _shown(f), f.description) for f in self.factors]
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
        design = self.design()
        used = running.worker_count(workers)
        fits = min(16, int(_PLANNING / self._trial_cost().seconds))
        spec = self._spec(design, series, samples, tried=fits >= 2)
        count = len(design)
        cost = self._cost(spec, used, _chunk(count, 4 * used), whole=False)
        rest: tuple[Any, ...] = (used, self._factor_lines(), round(cost.memory))
        if fits < 2:
            return Plan(count, cost.seconds / used, round(cost.bytes), *rest)
        # trials from all over the design, because some may fail and others take long
        tried = sorted({i * (count - 1) // (fits - 1) for i in range(fits)})
        spread = replace(
            spec.design,
            values=tuple([values[i] for i in tried] for values in spec.design.values),
            count=len(tried),
        )
        some = replace(spec, design=spread)
        one = len(run_part(some, 0, 1))
        begun = perf_counter()
        size = len(run_part(some, 0, len(tried)))
        each = (perf_counter() - begun) / len(tried)
        more = (size - one) / max(len(tried) - 1, 1)
        return Plan(count, each * count / used, round(one + more * (count - 1)), *rest)

    def _trial_cost(self) -> Estimate:
        options = self._setup.options.core
        muscles = len(self._setup.generic.muscles)
        return estimate.trial(muscles, options.frames, options.criterion, options.intervals)

    def _cost(self, spec: Spec, parts: int, chunk: int, whole: bool) -> Estimate:
        """What the study needs, with some parts in memory at once.

        Raises
        ------
        InvalidArgument
            If it is more memory than there is.
        """
        muscles = len(spec.model.muscles)
        # a series that studies do not keep by default counts as one of muscles
        point = sum(8 if name in SERIES else muscles for name in spec.series)
        count = len(spec.design)
        of = (count, len(spec.design.factors), point * spec.samples, parts, chunk, whole)
        cost = estimate.study(self._trial_cost(), *of)
        instead = "lower workers, chunk, frames or samples" + (", or give a path" if whole else "")
        estimate.require_memory(f"a study of {count} trials", cost.memory, instead)
        return cost

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
        return self._run(
            self.design(), path, workers, executor, series, samples, chunk, progress, self.grid
        )

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
        points = np.asarray(u, dtype=float)
        found = self.factors
        wanted = sum(f.dimensions for f in found)
        if points.ndim != 2 or points.shape[1] != wanted or len(points) == 0:
            raise InvalidArgument(
                f"u must have the shape (n, {wanted}), one column per dimension of the factors, not {points.shape}"
            )
        if not ((points >= 0) & (points <= 1)).all():
            raise InvalidArgument("u must lie between 0 and 1")
        self._require_room(len(points))
        design = self._stack(found, list(zip(*self._values(found, points), strict=True)))
        digest = hashlib.sha256(points.tobytes()).hexdigest()
        return self._run(
            design, path, workers, executor, series, samples, None, progress, None, digest
        )

    def _run(
        self,
        design: Design,
        path: str | os.PathLike[str] | None,
        workers: int | None,
        executor: Executor | Any,
        series: Sequence[str] | None,
        samples: int,
        chunk: int | None,
        progress: bool | None,
        grid: list[tuple[str, str, str, list[Any]]] | None,
        points: str | None = None,
    ) -> xr.Dataset:
        target = None if path is None else Path(path)
        if executor is not None and workers is not None:
            raise InvalidArgument("give workers (threads here) or an executor, not both")
        used = running.worker_count(workers)
        spec = self._spec(design, series, samples)
        if chunk is None:
            # parts large enough that storing them costs little, and several for each worker, to share evenly
            chunk = _chunk(len(design), 4 * used if executor is None else 100)
        chunk = check_count("chunk", chunk)
        parts = used if executor is None else 1
        self._cost(spec, parts, min(chunk, len(design)), whole=target is None)
        definition = self._definition(spec, points)
        attributes = self._attributes(definition)
        options: dict[str, Any] = {
            "chunk": chunk,
            "workers": used,
            "executor": executor,
            "progress": progress,
            "definition": definition,
            "attributes": attributes,
            "grid": grid,
        }
        if target is not None:
            running.run(run_part, spec, len(design), target, **options)
            return load_study(target)
        with tempfile.TemporaryDirectory(prefix="coxa-") as folder:
            target = Path(folder) / "study.h5"
            running.run(run_part, spec, len(design), target, kept=False, **options)
            return load_study(target).load()

    def _spec(
        self, design: Design, series: Sequence[str] | None, samples: int, tried: bool = True
    ) -> Spec:
        check_count("samples", samples)
        if series is None:
            # supports differ from exercise to exercise
            several = len(self._exercises) > 1
            series = [s for s in SERIES if not (several and s == "support_force")]
        series = (series,) if isinstance(series, str) else tuple(series)
        names = {f.name for f in design.factors}
        if "load" in names and (carried := [n for n in series if n.startswith("load_")]):
            raise InvalidArgument(
                f"series {carried[0]} lies on the dimension load, which is also what this study varies;"
                " leave it out and simulate the trial that you need it of"
            )
        spec = Spec(
            model=self._setup.generic,
            options=self._setup.options,
            design=design,
            series=series,
            samples=samples,
            summaries=None,
            functions=dict(self._functions),
            provenance=self._setup.provenance({}),
            exercises=python_exercises(self._exercises),
        )
        if tried:
            self._check_measures(spec)
        return replace(spec, summaries=self._summaries or None)

    def _check_measures(self, spec: Spec) -> None:
        """Tries a few trials, so that a wrong name or function is found before hours of work."""
        if not (self._summaries or self._functions or set(spec.series) - set(SERIES)):
            return
        count = len(spec.design)
        names: set[str] = set()
        for i in sorted({0, count // 2, count - 1}):
            trial = run_rows(replace(spec, options=replace(spec.options, strict=False)), i, 1)
            variables = trial["variables"]
            message = variables["trial_message"][1][0]
            if message.startswith("measure"):
                raise InvalidArgument(
                    f"trial {i}: {message}; a measure must work on every solved trial"
                )
            names |= {n for n, v in variables.items() if v[2].get("role") == "summary"}
            if names and len(self._exercises) == 1:
                break
        for name in self._summaries:
            # where no trial works there is nothing to check against
            if names and name not in names:
                raise check.unknown("summary", name, sorted(names))

    # ---- provenance

    def to_dict(self) -> dict[str, Any]:
        """The study as plain data: what a TOML file for `coxa study` holds."""
        only = self._exercises[0] if len(self._exercises) == 1 else self._exercises
        found = {"exercise": only, **self._setup.to_dict()}
        if self._fixed:
            found["parameters"] = dict(self._fixed)
        people = self._varied.get("subject")
        if isinstance(people, factors.People):
            found["subject"] = [json.loads(p.to_json()) for p in people.people]
        elif isinstance(people, factors.Crowd):
            found.pop("subject", None)
            found["population"] = people.population.to_dict()
        varied: dict[str, Any] = {}
        for f in self._varied.values():
            if f.name in ("exercise", "subject"):
                continue
            if isinstance(f, factors.Range):
                varied[f.name] = {"low": f.low, "high": f.high}
            else:
                varied[f.name] = f.levels
        if varied:
            found["vary"] = varied
        if self._uncertain:
            found["uncertain"] = {
                name: True if spread is None else spread for name, spread in self._uncertain.items()
            }
        if self._method:
            sample: dict[str, Any] = {"method": self._method, "seed": self._seed}
            if self._n is not None:
                sample["n"] = self._n
            if self._paired:
                sample["paired"] = list(self._paired)
            found["sample"] = sample
        measured: dict[str, Any] = {}
        if self._summaries:
            measured["summaries"] = list(self._summaries)
        if self._functions:
            measured["functions"] = {
                name: f"{f.__module__}:{getattr(f, '__qualname__', repr(f))}"
                for name, f in self._functions.items()
            }
        if measured:
            found["measure"] = measured
        return found

    @classmethod
    def from_dict(cls, given: Mapping[str, Any], folder: str | os.PathLike[str] = ".") -> Study:
        """The study that `to_dict` or a TOML file describes; `folder` is where files it names are looked for."""
        return study_from_dict(cls, given, Path(folder))

    def _definition(self, spec: Spec, points: str | None) -> dict[str, Any]:
        """All that decides the arrays: what makes a file on disk the file of this study."""
        found = self.to_dict()
        found["series"], found["samples"] = list(spec.series), spec.samples
        found["model_sha256"] = spec.model.sha256
        found["coxa_version"] = _core.__version__
        if points is not None:
            found["sample"] = {"method": "points", "sha256": points}
        if self._functions:
            found["function_sources"] = {
                name: _fingerprint(function) for name, function in self._functions.items()
            }
        return found

    def _attributes(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        attributes = self._setup.provenance(self._fixed)
        infos = [catalogue.exercise(name).info for name in self._exercises]
        attributes["title"] = (
            f"{', '.join(info.title for info in infos)}: a study of simulated trials"
        )
        attributes["history"] = study_call(definition, SERIES)
        attributes["exercise"] = self.exercise
        if "subject" in self._varied:
            attributes["subject"] = ""
        attributes["references"] = "\n".join(
            dict.fromkeys(reference for info in infos for reference in info.references)
        )
        attributes["kind"] = "study"
        attributes["uncertainty"] = json.dumps(
            [
                {"group": f.group, "name": f.name, "unit": f.unit, "description": f.description}
                for f in self._uncertain_factors()
            ]
        )
        return attributes

    def _factor_lines(self) -> list[str]:
        return [f"{f.name}: {_shown(f)}" for f in self._varied.values()] + [
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


@dataclass(frozen=True)
class Plan:
    """What a study will take.

    Attributes
    ----------
    trials : int
    seconds : float
        On `workers` threads of this machine, from a few trials that were timed.
    bytes : int
        Of the file.
    memory : int
        Bytes in use at once, besides those of Python and its libraries.
    """

    trials: int
    seconds: float
    bytes: int
    workers: int
    factors: list[str]
    memory: int

    def __repr__(self) -> str:
        lines = [
            f"{self.trials} trials, about {duration_text(self.seconds)} on {self.workers} workers,"
            f" about {size_text(self.bytes)}, with about {size_text(self.memory)} of memory"
        ]
        return "\n".join(lines + [f"  {line}" for line in self.factors])


def _chunk(trials: int, several: int) -> int:
    """Trials of a part, of about `several` parts."""
    return min(-(-trials // several), 256)


def _shown(f: Factor) -> str:
    if isinstance(f, factors.Range):
        unit = "" if f.unit == "1" else f" {f.unit}"
        return f"{f.low:g} to {f.high:g}{unit}"
    return "drawn" if f.levels is None else str(len(f.levels))


def _fingerprint(function: Measure) -> str:
    try:
        text = inspect.getsource(function).encode()
    except (TypeError, OSError):
        code = getattr(function, "__code__", None)
        text = code.co_code if code is not None else repr(function).encode()
    return hashlib.sha256(text).hexdigest()
