"""Constrained optimization of an exercise's parameters: a scan of the allowed region, then local searches."""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import InfeasibleMotion, InvalidArgument
from ..authoring import catalogue
from ..base import check
from ..base.json_values import plain
from ..base.limits import check_count
from ..base.tables import Table
from ..models.model import Model
from ..models.subject import Subject
from ..studies.running import worker_count
from ..trials.form import read_limits
from ..trials.options import Options
from ..trials.result import Result
from ..trials.simulation import set_up
from .answer import Answer
from .search import Limit, Problem, Space, Trial, at, scale_of, scan_points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

log = logging.getLogger(__name__)


@dataclass(frozen=True, repr=False)
class Optimum(Answer):
    """The best parameters found for an exercise within limits; `plot` shows the objective over each.

    Attributes
    ----------
    exercise, objective : str
        The exercise, and the optimized quantity.
    maximize : bool
    subject : Subject or None
    parameters : dict
        Optimal values of the searched parameters, in declared units.
    value : float
        The objective at the optimum, in `unit`.
    result : Result
        The trial at the optimum.
    limits : DataFrame
        One row per limit: `kind` ("summary", "cue", or "range" of a searched parameter), `value`, `least` and
        `greatest` allowed, `slack` (distance to the nearer bound), `binds` (the optimum is at the limit, and
        nearby trials with a better objective violate it), `unit`.
    history : DataFrame
        Every trial in order: parameters, `objective`, `feasible`, `violated` (names of violated limits, or why the
        trial is infeasible), one column per limit, `stage`.
    converged : bool
        Whether the local search found no improvement when restarted with ever smaller trust regions, or another
        search ended at the same point; False if the trials were used up. Always True if only levels were searched.
    ranges : dict
        The searched ranges and levels, as given.
    """

    _picture = "optimum"
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
    ranges: dict[str, Any]

    @property
    def binding(self) -> list[str]:
        """Names of the limits and range ends that prevent a better objective."""
        return [str(name) for name in self.limits.index[self.limits["binds"].astype(bool)]]

    @property
    def heading(self) -> str:
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
        return (
            f"{self.exercise}: {of} {self.objective} {self.value:.4g} {self.unit}".rstrip()
            + f" at {at}\n{bound}; {feasible} of {len(self.history)} trials within all limits; {end}"
        )

    @property
    def footer(self) -> list[str]:
        reserves = float(self.result["reserve_frames"])
        if not reserves > 0:
            return []
        return [
            f"{reserves:.0f} frames ask for more than muscles and supports can give;"
            " limits={'reserve_frames': 0} rules that out"
        ]

    def shown(self) -> Mapping[str, Table]:
        return {"": self.limits}

    def __repr__(self) -> str:
        return "\n".join([self.heading, *self.footer])

    def to_dict(self) -> dict[str, Any]:
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
            "limits": plain(self.limits.to_dict("index")),
            "over": plain(self.ranges),
            "all_parameters": self.result.parameters,
        }


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
    """Find the parameters of an exercise that maximise or minimise a quantity within limits.

    Half of the trials scan the searched region with a scrambled Sobol sequence; the rest is used by a derivative-free
    trust-region method (COBYQA, Ragonneau 2022, from scipy) started from the best points. The outcome does not depend
    on the number of workers. As with any search a better optimum may have been missed; check with other seeds and
    more trials.

    Parameters
    ----------
    exercise : str
        A name from `coxa.exercises()`.
    objective : str or callable
        Name of a summary, such as "peak_hip_extension_moment", or a function of a `Result` that returns a number.
    subject : Subject, optional
    over : mapping
        Searched parameters: `(low, high)` in declared units for a continuous range, or a list of levels (numbers or
        words), all of which are tried. A range of an integer parameter means all integers in it.
    limits : mapping, optional
        Upper limit of a summary by name, or `(low, high)`, either of which may be None. `"form"`: True for all cues of
        `coxa.check_form`, or a list of cues; cues that do not apply are ignored. Impossible motions and unsolved frames
        always violate the limits; `{"reserve_frames": 0}` keeps within the person's strength.
    maximize : bool
        If False, minimise.
    trials : int
        Maximum number of simulations.
    seed : int
        Random seed of the scan.
    tolerance : float
        Accuracy of the optimum, as a fraction of each range.
    workers : int, optional
        Number of threads; by default all available cores.
    model, criterion, frames, inertia, volume_weights
        As in `coxa.simulate`.
    **parameters : float or str
        Fixed values of other parameters, in declared units.

    Returns
    -------
    Optimum

    Raises
    ------
    InvalidArgument
        For an invalid name, range or limit, or fewer trials than the levels need.
    InfeasibleMotion
        If no trial is within all limits; the message names the limit in the way and by how much.

    Examples
    --------
    >>> best = coxa.optimize("barbell_hip_thrust", "gluteus_maximus_impulse", athlete,
    ...                      over={"foot_distance": (0.6, 0.9), "bench_height": (0.3, 0.5), "load": (40, 140)},
    ...                      limits={"reserve_frames": 0, "form": True})
    """
    # all argument errors are found before the first trial
    options = Options(criterion, frames, inertia=inertia, volume_weights=volume_weights)
    setup = set_up(exercise, subject, model, options)
    fixed = catalogue.check_parameters(exercise, parameters)
    space = _space(exercise, over, fixed)
    allowed = _limits(limits or {})
    name = _name_of(objective)
    check_count("trials", trials)
    check_count("seed", seed)
    tolerance = check.number("tolerance", tolerance)
    if not 1e-9 <= tolerance <= 0.05:
        raise InvalidArgument(f"tolerance must be from 1e-9 to 0.05, not {tolerance:g}")
    workers = worker_count(workers)
    setup.require_room(workers)

    def run(given: Mapping[str, float | str]) -> Result:
        return setup.simulate({**fixed, **given})

    problem = Problem(space, allowed, objective, maximize, run)
    plan = scan_points(space, trials, seed)
    with ThreadPoolExecutor(workers) as pool:
        stages, ended = _explored(pool, problem, exercise, plan, trials, tolerance)
    every = [trial for _, trial in stages]
    best = min((trial for trial in every if trial.feasible), key=problem.cost, default=None)
    if best is None:
        raise InfeasibleMotion(_why_not(exercise, every, allowed))
    result = run(best.parameters)
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
        not space.ranges or _converged(stages, ended, best, tolerance),
        {key: list(values) for key, values in over.items()},
    )


def _name_of(objective: object) -> str:
    """Name of the objective; an error if it is neither a name nor a function."""
    if isinstance(objective, str):
        return objective
    if not callable(objective):
        raise InvalidArgument(
            f"objective must be the name of a summary or a function of a Result, not {objective!r}"
        )
    return getattr(objective, "__name__", "objective")


def _explored(
    pool: ThreadPoolExecutor,
    problem: Problem,
    exercise: str,
    plan: Sequence[tuple[dict[str, Any], Array]],
    trials: int,
    tolerance: float,
) -> tuple[list[tuple[str, Trial]], list[bool]]:
    """Trials of the scan and of each local search with their stage, and which searches converged."""
    scan = list(pool.map(lambda point: problem.trial(*point), plan))
    possible = sum(trial.possible for trial in scan)
    log.info("%s: scan of %d trials, %d possible", exercise, len(scan), possible)
    if not possible:
        raise InfeasibleMotion(
            f"none of {len(scan)} trials of {exercise} could be simulated; the first: {scan[0].message}"
        )
    stages = [("scan", trial) for trial in scan]
    if not problem.space.ranges:
        return stages, []
    problem.set_scales(scan)
    starts = problem.starts(scan)
    budget = (trials - len(scan)) // len(starts)
    searches = list(pool.map(lambda start: problem.search(start, scan, budget, tolerance), starts))
    for number, (found, end) in enumerate(searches, start=1):
        how = "converged" if end else "out of trials"
        log.info("%s: search %d of %d trials, %s", exercise, number, len(found), how)
        stages += [(f"search {number}", trial) for trial in found]
    return stages, [end for _, end in searches]


def _converged(
    stages: Sequence[tuple[str, Trial]], ended: Sequence[bool], best: Trial, tolerance: float
) -> bool:
    """Whether the search that found the optimum converged, or another one ended at the same point."""
    stage = next(name for name, trial in stages if trial is best)
    # a scan point that no search improved is where the first search started
    which = int(stage.removeprefix("search ")) - 1 if stage != "scan" else 0
    others = [trial for name, trial in stages if name not in ("scan", stage) and trial.feasible]
    return ended[which] or any(best.near(trial, 2 * tolerance) for trial in others)


def _space(exercise: str, over: Any, fixed: Mapping[str, Any]) -> Space:
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
    return Space(ranges, levels, tuple(over))


def _limits(given: Any) -> tuple[Limit, ...]:
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
                found.append(Limit(cue, "cue", cues[cue].low, cues[cue].high))
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
        found.append(Limit(str(name), "summary", low, high))
    return tuple(found)


def _why_not(exercise: str, every: Sequence[Trial], limits: Sequence[Limit]) -> str:
    """Why no trial is within all limits: limits never met, otherwise limits that exclude each other."""
    possible = [trial for trial in every if trial.possible]
    head = f"none of {len(every)} trials of {exercise} is within all limits"
    never = []
    for j, limit in enumerate(limits):
        nearest = min(possible, key=lambda trial: trial.excess[j])
        if nearest.excess[j] > 0:
            never.append(
                f"{limit.label} is never {limit.text}: the nearest is {nearest.measured[j]:.4g} with"
                f" {at(nearest)}"
            )
    if never:
        return f"{head}: {'; '.join(never)}. Relax it or widen what is searched over"
    scales = [scale_of([t.excess[j] for t in possible]) for j in range(len(limits))]
    nearest = min(possible, key=lambda t: float(np.sum(np.maximum(t.excess, 0) / scales)))
    broken = [
        f"{limit.label} is {value:.4g}, allowed {limit.text}"
        for limit, value, x in zip(limits, nearest.measured, nearest.excess, strict=True)
        if x > 0
    ]
    return (
        f"{head}: each is met by some trials, never all at once. Nearest, with {at(nearest)}:"
        f" {'; '.join(broken)}. Relax that or widen what is searched over"
    )
