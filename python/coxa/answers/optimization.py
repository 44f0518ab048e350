"""The best way to do an exercise within limits: a scan of all that is allowed, then a local search from the best of it."""

from __future__ import annotations

import itertools
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import Error, InfeasibleMotion, InvalidArgument
from ..authoring import catalogue
from ..base import check
from ..base.doors import picture
from ..base.json_values import plain
from ..base.limits import check_count
from ..base.tables import Table
from ..models.model import Model
from ..models.subject import Subject
from ..studies.running import worker_count
from ..trials.form import check_form, read_limits
from ..trials.result import Result
from ..trials.simulation import require_room, set_up, simulate

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Trials of the least scan of one combination of levels, and starts of local searches.
_LEAST_SCAN, _STARTS = 4, 3

#: First trust region of the local search, in shares of the ranges.
_RADIUS = 0.1

#: What the local search sees of a limit that has no measure of its distance: met with this much to spare, in
#: the limit's scale. Exactly zero would be an active limit to it.
_MET = 0.1

#: Of what a limit's value varies over the scan: nearer to the limit than this, it may bind.
_NEAR = 0.03


@dataclass(frozen=True)
class Optimum:
    """The best way found to do an exercise within limits.

    Attributes
    ----------
    exercise, objective : str
        What was done, and what was sought to be greatest or least.
    maximize : bool
    subject : Subject or None
    parameters : dict
        Values found for what was searched over, in declared units.
    value : float
        The objective there, and its `unit`.
    result : Result
        The trial there.
    limits : DataFrame
        Every limit: `kind` ("summary", "cue", or "range" for the ranges searched), `value`, `least` and
        `greatest` allowed, `slack` (distance to the nearer of them), `binds` (the optimum is at it, and trials
        close by with a better objective break it), `unit`.
    history : DataFrame
        Every trial in order: parameters, `objective`, `feasible`, `violated` (names of the limits broken, or why
        the trial could not be), one column per limit, `stage`.
    converged : bool
        Whether the local search that led here found nothing better on looking again ever more closely, or another
        from elsewhere ended in the same place; if not, the trials were used up. Always true where only levels
        were searched.
    ranges : dict
        What was searched over, as given.
    """

    exercise: str
    objective: str
    maximize: bool
    subject: Subject | None
    parameters: dict[str, float | str]
    value: float
    unit: str
    result: Result
    limits: Table
    history: Table
    converged: bool
    ranges: dict[str, Any] = field(repr=False)

    @property
    def binding(self) -> list[str]:
        """Limits and ends of ranges that keep the objective from being better."""
        return [str(name) for name in self.limits.index[self.limits["binds"].astype(bool)]]

    def __repr__(self) -> str:
        declared = catalogue.exercise(self.exercise).parameters
        at = ", ".join(
            f"{name} = {value if isinstance(value, str) else format(value, '.4g')}"
            + (f" {declared[name].unit}" if declared[name].unit != "1" else "")
            for name, value in self.parameters.items()
        )
        of = "greatest" if self.maximize else "least"
        feasible = int(self.history["feasible"].sum())
        bound = f"held by {', '.join(self.binding)}" if self.binding else "held by no limit"
        end = "converged" if self.converged else "not converged: give more trials"
        text = (
            f"{self.exercise}: {of} {self.objective} {self.value:.4g} {self.unit}".rstrip()
            + f" at {at}\n{bound}; {feasible} of {len(self.history)} trials within all limits; {end}"
        )
        reserves = float(self.result["reserve_frames"])
        if reserves > 0:
            text += (
                f"\n{reserves:.0f} frames ask for more than muscles and supports can give;"
                " limits={'reserve_frames': 0} rules that out"
            )
        return text

    def plot(self) -> Figure:
        """The objective over each parameter: trials within and beyond the limits, and the optimum."""
        return picture("optimum", self)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the trials, as plain values."""
        return {
            "exercise": self.exercise,
            "objective": self.objective,
            "maximize": self.maximize,
            "subject": None if self.subject is None else json.loads(self.subject.to_json()),
            "parameters": dict(self.parameters),
            "value": self.value,
            "unit": self.unit,
            "converged": self.converged,
            "trials": len(self.history),
            "feasible": int(self.history["feasible"].sum()),
            "limits": {str(k): plain(dict(row)) for k, row in self.limits.iterrows()},
            "over": plain(self.ranges),
            "all_parameters": self.result.parameters,
        }

    def to_json(self) -> str:
        """The same as JSON."""
        return json.dumps(self.to_dict())


# ---- what is searched over, and what is allowed


@dataclass(frozen=True)
class _Limit:
    """One limit; `name` is a summary's or a cue's."""

    name: str
    kind: str
    low: float = -math.inf
    high: float = math.inf

    def excess(self, value: float) -> float:
        """How far a value is beyond what is allowed; negative within."""
        return max(self.low - value, value - self.high)

    @property
    def label(self) -> str:
        """Its name in tables; a cue can be named like a parameter."""
        return self.name if self.kind == "summary" else f"form {self.name}"

    @property
    def text(self) -> str:
        if math.isinf(self.low):
            return f"at most {self.high:g}"
        return (
            f"at least {self.low:g}" if math.isinf(self.high) else f"{self.low:g} to {self.high:g}"
        )


class _SpentError(Exception):
    """No trials are left."""


@dataclass(frozen=True)
class _Space:
    """Ranges and levels; a point is a combination of levels and a vector in the unit cube."""

    ranges: dict[str, tuple[float, float]]
    levels: dict[str, list[Any]]
    order: tuple[str, ...]

    @property
    def combinations(self) -> list[dict[str, Any]]:
        return [
            dict(zip(self.levels, values, strict=True))
            for values in itertools.product(*self.levels.values())
        ]

    def parameters(self, levels: Mapping[str, Any], u: Array) -> dict[str, float | str]:
        values = {
            name: float(low + (high - low) * min(max(x, 0.0), 1.0))
            for (name, (low, high)), x in zip(self.ranges.items(), u, strict=True)
        }
        given = {**levels, **values}
        return {name: given[name] for name in self.order}


@dataclass(frozen=True)
class _Trial:
    parameters: dict[str, float | str]
    levels: dict[str, Any]
    u: Array
    value: float = math.nan  # as the objective gives it
    measured: tuple[float, ...] = ()
    excess: tuple[float, ...] = ()  # > 0 breaks the limit
    search: tuple[float, ...] = ()  # the same for the local search, without steps where possible
    message: str = ""
    unit: str = ""

    @property
    def possible(self) -> bool:
        return not self.message

    @property
    def feasible(self) -> bool:
        return self.possible and all(x <= 0 for x in self.excess)

    def near(self, other: _Trial, share: float) -> bool:
        """Whether another has the same levels and is within a share of every range."""
        return self.levels == other.levels and bool(np.all(np.abs(self.u - other.u) <= share))


def optimize(
    exercise: str,
    objective: str | Callable[[Result], float],
    subject: Subject | None = None,
    *,
    over: Mapping[str, Sequence[float | str]],
    limits: Mapping[str, Any] | None = None,
    maximize: bool = True,
    trials: int = 512,
    seed: int = 0,
    tolerance: float = 1e-3,
    workers: int | None = None,
    model: str | os.PathLike[str] | Model | None = None,
    criterion: float | str = 2,
    frames: int = 101,
    inertia: bool = True,
    volume_weights: bool = True,
    **parameters: float | str,
) -> Optimum:
    """The parameters of an exercise that make something greatest or least, within limits.

    A scrambled Sobol sequence scans what is searched over with half the trials; from the best points found, a
    derivative-free trust-region method (COBYQA, Ragonneau 2022, of scipy) goes on with the rest. The outcome is
    the same for any number of workers. As with every search there can be a better place that no trial came near;
    other seeds and more trials tell.

    Parameters
    ----------
    exercise : str
        One of `coxa.exercises()`.
    objective : str or callable
        Name of a summary, such as "peak_hip_extension_moment", or a function of a `Result` that returns a number.
    subject : Subject, optional
    over : mapping
        What may be chosen: parameter to `(low, high)` in declared units for a continuous range, or to a list of
        levels, numbers or words, all of which are tried. A range of a whole-numbered parameter is all of its
        numbers.
    limits : mapping, optional
        Name of a summary to its greatest value, or to `(low, high)`, either of which may be None. `"form"`: True
        for all cues of `coxa.check_form`, or a list of cues; a cue that cannot be judged on a trial does not
        count. A motion that cannot be, or frames without a solution, break the limits always; to stay within
        the person's strength give `{"reserve_frames": 0}`.
    maximize : bool
        If False, the least is sought.
    trials : int
        Most simulations to spend.
    seed : int
        Of the scan.
    tolerance : float
        Share of each range to which the local search places the optimum.
    workers : int, optional
        Threads; as many as this process may use if not given.
    model, criterion, frames, inertia, volume_weights
        As in `coxa.simulate`.
    **parameters : float or str
        Fixed values of other parameters.

    Returns
    -------
    Optimum

    Raises
    ------
    InvalidArgument
        For a name, range or limit that is not allowed, or fewer trials than the levels need.
    InfeasibleMotion
        If no trial is within all limits; the text says which limit stands in the way and by how much.

    Examples
    --------
    >>> best = coxa.optimize("barbell_hip_thrust", "gluteus_maximus_impulse", athlete,
    ...                      over={"foot_distance": (0.6, 0.9), "bench_height": (0.3, 0.5), "load": (40, 140)},
    ...                      limits={"reserve_frames": 0, "form": True})
    """
    # everything that can be wrong is found before the first trial
    set_up(exercise, subject, model, criterion, frames, False, False, inertia, volume_weights)
    fixed = catalogue.check_parameters(exercise, parameters)
    space = _space(exercise, over, fixed)
    allowed = _limits(limits or {})
    if not isinstance(objective, str) and not callable(objective):
        raise InvalidArgument(
            f"objective must be the name of a summary or a function of a Result, not {objective!r}"
        )
    check_count("trials", trials)
    check_count("seed", seed)
    tolerance = check.number("tolerance", tolerance)
    if not 1e-9 <= tolerance <= 0.05:
        raise InvalidArgument(f"tolerance must be from 1e-9 to 0.05, not {tolerance:g}")
    workers = worker_count(workers)
    require_room(model, frames, workers)

    options = {
        "model": model,
        "criterion": criterion,
        "frames": frames,
        "inertia": inertia,
        "volume_weights": volume_weights,
    }

    def run(given: Mapping[str, float | str]) -> Result:
        return simulate(exercise, subject, **options, **fixed, **given)  # type: ignore[arg-type]

    problem = _Problem(space, allowed, objective, maximize, run)
    plan = _scan(space, trials, seed)
    with ThreadPoolExecutor(workers) as pool:
        scan = list(pool.map(lambda point: problem.trial(*point), plan))
        if not any(trial.possible for trial in scan):
            raise InfeasibleMotion(
                f"none of {len(scan)} trials of {exercise} could be simulated; the first: {scan[0].message}"
            )
        stages = [("scan", trial) for trial in scan]
        ended: list[bool] = []
        if space.ranges:
            problem.set_scales(scan)
            starts = problem.starts(scan)
            budget = (trials - len(scan)) // len(starts)
            searches = list(
                pool.map(lambda start: problem.search(start, scan, budget, tolerance), starts)
            )
            for number, (found, end) in enumerate(searches, start=1):
                stages += [(f"search {number}", trial) for trial in found]
                ended += [end]

    every = [trial for _, trial in stages]
    feasible = [trial for trial in every if trial.feasible]
    if not feasible:
        raise InfeasibleMotion(_why_not(exercise, every, allowed))
    best = min(feasible, key=problem.cost)
    stage = next(name for name, trial in stages if trial is best)
    converged = True
    if space.ranges:
        # a scan's point that no search could better is where the first search began
        which = int(stage.removeprefix("search ")) - 1 if stage != "scan" else 0
        others = [trial for name, trial in stages if name not in ("scan", stage) and trial.feasible]
        converged = ended[which] or any(best.near(trial, 2 * tolerance) for trial in others)
    result = run(best.parameters)
    name = objective if isinstance(objective, str) else getattr(objective, "__name__", "objective")
    return Optimum(
        exercise,
        name,
        maximize,
        result.subject,
        best.parameters,
        best.value,
        best.unit,
        result,
        problem.limits_table(best, every, result, tolerance),
        problem.history_table(stages),
        converged,
        {key: list(values) for key, values in over.items()},
    )


def _space(exercise: str, over: Any, fixed: Mapping[str, Any]) -> _Space:
    if not isinstance(over, Mapping) or not over:
        raise InvalidArgument(
            "over must map parameters to (low, high) or a list of levels, such as"
            f" {{'load': (40, 120)}}, not {over!r}"
        )
    declared = catalogue.exercise(exercise).parameters
    ranges: dict[str, tuple[float, float]] = {}
    levels: dict[str, list[Any]] = {}
    for name, values in over.items():
        if name not in declared:
            raise check.unknown(f"parameter of {exercise}", name, declared)
        if name in fixed:
            raise InvalidArgument(f"{name} is fixed at {fixed[name]} and searched over; leave one")
        if isinstance(values, str | bytes) or not isinstance(values, Iterable):
            raise InvalidArgument(
                f"over {name} must be (low, high) or a list of levels, not {values!r}"
            )
        items = [catalogue.check_parameters(exercise, {name: value})[name] for value in values]
        words = any(isinstance(item, str) for item in items)
        if isinstance(values, tuple) and len(items) == 2 and not words:
            low, high = (float(item) for item in items)
            if not low < high:
                raise InvalidArgument(f"over {name}: the range {low:g} to {high:g} holds nothing")
            if declared[name].integer:
                levels[name] = [float(n) for n in range(math.ceil(low), math.floor(high) + 1)]
            else:
                ranges[name] = (low, high)
            continue
        if not items:
            raise InvalidArgument(f"over {name} has no levels; give at least one")
        if len(set(items)) < len(items):
            raise InvalidArgument(f"over {name} has the same level twice: {items}")
        levels[name] = items
    return _Space(ranges, levels, tuple(over))


def _limits(given: Any) -> tuple[_Limit, ...]:
    if not isinstance(given, Mapping):
        raise InvalidArgument(
            "limits must map summaries to a greatest value or (low, high), such as"
            f" {{'peak_lumbar_compression': 4000}}, not {given!r}"
        )
    found = []
    for name, value in given.items():
        if name == "form":
            cues = {limit.cue: limit for limit in read_limits()}
            if value is None or value is False:
                continue
            if isinstance(value, str):
                value = [value]
            if value is not True and not isinstance(value, Iterable):
                raise InvalidArgument(f"limit form must be True or a list of cues, not {value!r}")
            for cue in cues if value is True else value:
                if cue not in cues:
                    raise check.unknown("cue", cue, cues)
                found.append(_Limit(cue, "cue", cues[cue].low, cues[cue].high))
            continue
        if isinstance(value, tuple | list):
            if len(value) != 2:
                raise InvalidArgument(
                    f"limit {name} must be a greatest value or (low, high), not {value!r}"
                )
            low, high = value
        else:
            low, high = None, value
        if low is None and high is None:
            raise InvalidArgument(f"limit {name} allows everything; give a value or leave it out")
        low = -math.inf if low is None else check.number(f"limit {name}", low)
        high = math.inf if high is None else check.number(f"limit {name}", high)
        if low > high:
            raise InvalidArgument(f"limit {name} allows from {low:g} to {high:g}: nothing")
        found.append(_Limit(str(name), "summary", low, high))
    return tuple(found)


def _scan(space: _Space, trials: int, seed: int) -> list[tuple[dict[str, Any], Array]]:
    """Points of the scan: every combination of levels, each with the same points of a Sobol sequence."""
    combinations = space.combinations
    d = len(space.ranges)
    least = len(combinations) * (2 * _LEAST_SCAN if d else 1)
    if trials < least:
        raise InvalidArgument(
            f"trials={trials} is too few for {len(combinations)} combinations of levels; give at least {least}"
        )
    if d == 0:
        return [(levels, np.empty(0)) for levels in combinations]
    from scipy.stats import qmc

    each = 2 ** int(math.log2(max(trials // 2 // len(combinations), _LEAST_SCAN)))
    points = qmc.Sobol(d, scramble=True, seed=seed).random_base2(int(math.log2(each)))
    return [(levels, point) for levels in combinations for point in points]


# ---- the search


class _Problem:
    """Objective and limits at a point, and the local search over them."""

    def __init__(
        self,
        space: _Space,
        limits: tuple[_Limit, ...],
        objective: str | Callable[[Result], float],
        maximize: bool,
        run: Callable[[Mapping[str, float | str]], Result],
    ):
        self.space = space
        self.limits = limits
        self.objective = objective
        self.sign = -1.0 if maximize else 1.0
        self.run = run
        self.cost_scale = 1.0
        self.scales = np.ones(len(limits))

    def cost(self, trial: _Trial) -> float:
        """What is to be least."""
        return self.sign * trial.value

    def trial(self, levels: dict[str, Any], u: Array) -> _Trial:
        """One simulation; what goes wrong in it is part of the outcome."""
        u = np.clip(np.asarray(u, dtype=float), 0, 1)
        given = self.space.parameters(levels, u)
        try:
            result = self.run(given)
        except Error as error:
            return _Trial(given, levels, u, message=str(error))
        value, unit = self._value(result)
        measured, excess, search = self._measure(result)
        message = ""
        unsolved = float(result["unsolved_frames"])
        if unsolved > 0:
            message = f"{unsolved:.0f} frames could not be solved"
        elif not math.isfinite(value):
            message = f"the objective is {value}"
        elif not np.isfinite(excess).all():
            message = "a limit's value is not a number"
        return _Trial(given, levels, u, value, measured, excess, search, message, unit)

    def _value(self, result: Result) -> tuple[float, str]:
        if isinstance(self.objective, str):
            variable = _summary(result, self.objective)
            unit = str(variable.attrs.get("units", ""))
            return float(variable), "" if unit == "1" else unit
        value = self.objective(result)
        try:
            return float(value), ""
        except (TypeError, ValueError):
            raise InvalidArgument(
                f"the objective must return a number, not {type(value).__name__}"
            ) from None

    def _measure(
        self, result: Result
    ) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
        form = check_form(result) if any(limit.kind == "cue" for limit in self.limits) else None
        measured, excess, search = [], [], []
        for limit in self.limits:
            if limit.kind == "cue":
                assert form is not None
                cue = form[limit.name]
                value = cue.value
                # a cue that cannot be judged is met, with nothing to spare
                beyond = 0.0 if not (cue.passed or cue.failed) else limit.excess(value)
                beyond = beyond - cue.resolution if cue.failed or cue.passed else beyond
                # the verdict is the cue's own, to rounding
                beyond = max(beyond, 1e-9) if cue.failed else min(beyond, 0.0)
                smooth = beyond
            else:
                value = float(_summary(result, limit.name))
                beyond = smooth = limit.excess(value)
                if limit.name == "reserve_frames" and beyond > 0:
                    # a count has no slope; what the reserves have to give has
                    smooth = float(result["largest_reserve"])
            measured.append(value)
            excess.append(beyond)
            search.append(smooth)
        return tuple(measured), tuple(excess), tuple(search)

    def set_scales(self, scan: Sequence[_Trial]) -> None:
        """Makes objective and limits numbers of about one for the local search."""
        possible = [trial for trial in scan if trial.possible]
        self.cost_scale = _scale([trial.value for trial in possible])
        for j in range(len(self.limits)):
            self.scales[j] = _scale([trial.search[j] for trial in possible])

    def violation(self, trial: _Trial) -> float:
        """How far a possible trial is beyond its limits, all together, in their scales."""
        return float(np.sum(np.maximum(trial.search, 0) / self.scales)) if self.limits else 0.0

    def starts(self, scan: Sequence[_Trial]) -> list[_Trial]:
        """Where local searches begin: the best within the limits, else the nearest to them, well apart."""
        possible = [trial for trial in scan if trial.possible]
        ranked = sorted(
            possible,
            key=lambda t: (not t.feasible, 0 if t.feasible else self.violation(t), self.cost(t)),
        )
        chosen: list[_Trial] = []
        for trial in ranked:
            apart = all(
                trial.levels != other.levels or np.abs(trial.u - other.u).max() > 0.2
                for other in chosen
            )
            if apart:
                chosen.append(trial)
            if len(chosen) == _STARTS:
                break
        return chosen

    def search(
        self, start: _Trial, scan: Sequence[_Trial], budget: int, tolerance: float
    ) -> tuple[list[_Trial], bool]:
        """COBYQA from one point, begun again where it ends until it stays; its trials, and whether it does stay."""
        from scipy.optimize import Bounds, NonlinearConstraint, minimize

        d = len(self.space.ranges)
        if budget < 2 * d + 2:
            return [], False
        # only what this search knows by itself: the same for any number of workers
        known = [trial for trial in scan if trial.possible and trial.levels == start.levels]
        done: dict[bytes, _Trial] = {start.u.tobytes(): start}
        made: list[_Trial] = []

        def at(u: Array) -> tuple[float, Array]:
            u = np.clip(u, 0, 1)
            key = u.tobytes()
            if key not in done:
                if len(made) >= budget:
                    raise _SpentError
                done[key] = self.trial(start.levels, u)
                made.append(done[key])
                if done[key].possible:
                    known.append(done[key])
            trial, away = done[key], 0.0
            if not trial.possible:
                # as the nearest that can be, and as far beyond a limit as it is away
                nearest = min(known, key=lambda other: float(np.linalg.norm(other.u - u)))
                away = 0.1 + float(np.linalg.norm(nearest.u - u))
                trial = nearest
            cost = self.cost(trial) / self.cost_scale
            beyond = np.where(
                np.equal(trial.search, 0), -_MET, np.divide(trial.search, self.scales)
            )
            return cost, np.append(beyond, away or -_MET)

        def rank(trial: _Trial) -> tuple[float, float]:
            return (0.0 if trial.feasible else self.violation(trial), self.cost(trial))

        best, radius = start, _RADIUS
        while budget - len(made) >= 2 * d + 2 and radius > tolerance:
            try:
                minimize(
                    lambda u: at(u)[0],
                    best.u,
                    method="COBYQA",
                    bounds=Bounds(np.zeros(d), np.ones(d)),
                    constraints=NonlinearConstraint(lambda u: at(u)[1], -np.inf, 0.0),
                    options={
                        "maxfev": budget - len(made),
                        "initial_tr_radius": radius,
                        "final_tr_radius": tolerance,
                        "feasibility_tol": 1e-9,
                    },
                )
            except _SpentError:
                return made, False
            found = min(
                (trial for trial in done.values() if trial.possible), key=rank, default=best
            )
            moved = float(np.abs(found.u - best.u).max())
            gained = self.cost(best) - self.cost(found)
            if moved <= tolerance or 0 <= gained <= tolerance * self.cost_scale:
                # limits have kinks, where the region can shrink too early: look again more closely
                radius /= 8
            best = found
        return made, radius <= tolerance

    # ---- tables

    def limits_table(
        self, best: _Trial, every: Sequence[_Trial], result: Result, tolerance: float
    ) -> Table:
        better = [
            trial
            for trial in every
            if trial.possible and self.cost(trial) < self.cost(best) and best.near(trial, 0.05)
        ]
        rows: dict[str, Any] = {}
        for j, limit in enumerate(self.limits):
            judged = [trial.measured[j] for trial in every if trial.possible]
            if np.isnan(judged).all():
                continue  # a cue of other exercises
            near = -best.excess[j] <= _NEAR * _scale(judged)
            rows[limit.label] = (
                limit.kind,
                best.measured[j],
                limit.low,
                limit.high,
                max(-best.excess[j], 0.0) if math.isfinite(best.measured[j]) else math.nan,
                bool(near and any(trial.excess[j] > 0 for trial in better)),
                _unit(result, limit),
            )
        declared = catalogue.exercise(result.exercise).parameters
        for name, (low, high) in self.space.ranges.items():
            value = float(best.parameters[name])
            slack = min(value - low, high - value)
            unit = declared[name].unit
            rows[name] = (
                "range", value, low, high, slack, bool(slack <= 2 * tolerance * (high - low)),
                "" if unit == "1" else unit,
            )  # fmt: skip
        columns = ["kind", "value", "least", "greatest", "slack", "binds", "unit"]
        table = Table.from_dict(rows, orient="index", columns=columns)
        table.index.name = "limit"
        return table

    def history_table(self, stages: Sequence[tuple[str, _Trial]]) -> Table:
        rows = []
        for stage, trial in stages:
            row: dict[str, Any] = dict(trial.parameters)
            row["objective"] = trial.value
            row["feasible"] = trial.feasible
            broken = [
                limit.label for limit, x in zip(self.limits, trial.excess, strict=False) if x > 0
            ]
            row["violated"] = trial.message or ", ".join(broken)
            measured = trial.measured or (math.nan,) * len(self.limits)
            for limit, value in zip(self.limits, measured, strict=True):
                row[limit.label] = value
            row["stage"] = stage
            rows.append(row)
        table = Table(rows)
        table.index.name = "trial"
        return table


def _scale(values: Sequence[float]) -> float:
    finite = np.asarray(values)[np.isfinite(values)]
    spread = float(finite.std()) if finite.size else 0.0
    if spread > 0:
        return spread
    return float(np.abs(finite).max()) or 1.0 if finite.size else 1.0


def _summary(result: Result, name: str) -> Any:
    data = result.dataset
    if name not in data.data_vars or data[name].attrs.get("role") != "summary":
        names = [str(n) for n, v in data.data_vars.items() if v.attrs.get("role") == "summary"]
        # when and where a peak is met is known too, but not worth a list three times as long
        told = [n for n in names if not n.endswith(("_time", "_path"))]
        raise check.unknown(f"summary of {result.exercise}", name, told)
    return data[name]


def _unit(result: Result, limit: _Limit) -> str:
    if limit.kind == "cue":
        return next(row.unit for row in read_limits() if row.cue == limit.name)
    unit = str(_summary(result, limit.name).attrs.get("units", ""))
    return "" if unit == "1" else unit


def _why_not(exercise: str, every: Sequence[_Trial], limits: Sequence[_Limit]) -> str:
    """Why no trial is within all limits: what was never met, else what excludes what."""
    possible = [trial for trial in every if trial.possible]
    head = f"none of {len(every)} trials of {exercise} is within all limits"
    never = []
    for j, limit in enumerate(limits):
        nearest = min(possible, key=lambda trial: trial.excess[j])
        if nearest.excess[j] > 0:
            never.append(
                f"{limit.label} is never {limit.text}: the nearest is {nearest.measured[j]:.4g} with"
                f" {_at(nearest)}"
            )
    if never:
        return f"{head}: {'; '.join(never)}. Relax it or widen what is searched over"
    scales = [_scale([t.excess[j] for t in possible]) for j in range(len(limits))]
    nearest = min(possible, key=lambda t: float(np.sum(np.maximum(t.excess, 0) / scales)))
    broken = [
        f"{limit.label} is {value:.4g}, allowed {limit.text}"
        for limit, value, x in zip(limits, nearest.measured, nearest.excess, strict=True)
        if x > 0
    ]
    return (
        f"{head}: each is met by some trials, never all at once. Nearest, with {_at(nearest)}:"
        f" {'; '.join(broken)}. Relax that or widen what is searched over"
    )


def _at(trial: _Trial) -> str:
    return ", ".join(
        f"{name}={value if isinstance(value, str) else format(value, '.4g')}"
        for name, value in trial.parameters.items()
    )
