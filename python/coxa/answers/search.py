"""Search of an optimum: a scan, then local searches from the best points."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import Error, InvalidArgument
from ..authoring import catalogue
from ..base import check
from ..base.tables import Table
from ..trials.form import check_form, read_limits
from ..trials.result import Result

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Minimum trials of the scan per combination of levels, and number of local searches.
_LEAST_SCAN, _STARTS = 4, 3

#: Initial trust-region radius of the local search, as a fraction of the ranges.
_RADIUS = 0.1

#: Margin shown to the local search for a limit that is met but has no measure of distance, in the limit's scale; zero
#: would make it active.
_MET = 0.1

#: A limit may bind if its margin is below this fraction of its variation in the scan.
_NEAR = 0.03


@dataclass(frozen=True)
class Limit:
    """A limit; `name` is that of a summary or a cue."""

    name: str
    kind: str
    low: float = -math.inf
    high: float = math.inf

    def excess(self, value: float) -> float:
        """Distance beyond the allowed range; negative inside."""
        return max(self.low - value, value - self.high)

    @property
    def label(self) -> str:
        """Its name in tables; distinguishes a cue from a parameter of the same name."""
        return self.name if self.kind == "summary" else f"form {self.name}"

    @property
    def text(self) -> str:
        if math.isinf(self.low):
            return f"at most {self.high:g}"
        return (
            f"at least {self.low:g}" if math.isinf(self.high) else f"{self.low:g} to {self.high:g}"
        )


class SpentError(Exception):
    """All trials are used up."""


@dataclass(frozen=True)
class Space:
    """Searched ranges and levels; a point is a combination of levels and a vector in the unit cube."""

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
class Trial:
    parameters: dict[str, float | str]
    levels: dict[str, Any]
    u: Array
    value: float = math.nan  # value of the objective
    measured: tuple[float, ...] = ()
    excess: tuple[float, ...] = ()  # positive: limit violated
    search: tuple[float, ...] = ()  # excess seen by the local search, smooth where possible
    message: str = ""
    unit: str = ""

    @property
    def possible(self) -> bool:
        return not self.message

    @property
    def feasible(self) -> bool:
        return self.possible and all(x <= 0 for x in self.excess)

    def near(self, other: Trial, share: float) -> bool:
        """Whether another trial has the same levels and lies within `share` of every range."""
        return self.levels == other.levels and bool(np.all(np.abs(self.u - other.u) <= share))


def scan_points(space: Space, trials: int, seed: int) -> list[tuple[dict[str, Any], Array]]:
    """Points of the scan: for every combination of levels, the same points of a Sobol sequence."""
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


class Problem:
    """Objective and limits as functions of a point, and the local search."""

    def __init__(
        self,
        space: Space,
        limits: tuple[Limit, ...],
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

    def cost(self, trial: Trial) -> float:
        """The value to minimise."""
        return self.sign * trial.value

    def trial(self, levels: dict[str, Any], u: Array) -> Trial:
        """Simulate one point; errors of the simulation are recorded in the trial."""
        u = np.clip(np.asarray(u, dtype=float), 0, 1)
        given = self.space.parameters(levels, u)
        try:
            result = self.run(given)
        except Error as error:
            return Trial(given, levels, u, message=str(error))
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
        return Trial(given, levels, u, value, measured, excess, search, message, unit)

    def _value(self, result: Result) -> tuple[float, str]:
        if isinstance(self.objective, str):
            variable = summary_of(result, self.objective)
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
                # a cue that does not apply is met with zero margin
                beyond = 0.0 if not (cue.passed or cue.failed) else limit.excess(value)
                beyond = beyond - cue.resolution if cue.failed or cue.passed else beyond
                # keep the sign consistent with the cue's verdict despite rounding
                beyond = max(beyond, 1e-9) if cue.failed else min(beyond, 0.0)
                smooth = beyond
            else:
                value = float(summary_of(result, limit.name))
                beyond = smooth = limit.excess(value)
                if limit.name == "reserve_frames" and beyond > 0:
                    # a count has no gradient; the largest reserve has one
                    smooth = float(result["largest_reserve"])
            measured.append(value)
            excess.append(beyond)
            search.append(smooth)
        return tuple(measured), tuple(excess), tuple(search)

    def set_scales(self, scan: Sequence[Trial]) -> None:
        """Scale objective and limits to about one for the local search."""
        possible = [trial for trial in scan if trial.possible]
        self.cost_scale = scale_of([trial.value for trial in possible])
        for j in range(len(self.limits)):
            self.scales[j] = scale_of([trial.search[j] for trial in possible])

    def violation(self, trial: Trial) -> float:
        """Sum of the scaled excesses of a possible trial."""
        return float(np.sum(np.maximum(trial.search, 0) / self.scales)) if self.limits else 0.0

    def starts(self, scan: Sequence[Trial]) -> list[Trial]:
        """Start points of local searches: the best feasible, otherwise the least violating, well separated."""
        possible = [trial for trial in scan if trial.possible]
        ranked = sorted(
            possible,
            key=lambda t: (not t.feasible, 0 if t.feasible else self.violation(t), self.cost(t)),
        )
        chosen: list[Trial] = []
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
        self, start: Trial, scan: Sequence[Trial], budget: int, tolerance: float
    ) -> tuple[list[Trial], bool]:
        """COBYQA from one point, restarted where it ends until it stays there; its trials, and whether it converged."""
        search = _Search(self, start, scan, budget)
        return search.made, search.run(tolerance)

    # ---- tables

    def limits_table(
        self, best: Trial, every: Sequence[Trial], result: Result, tolerance: float
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
                continue  # a cue that does not apply to this exercise
            near = -best.excess[j] <= _NEAR * scale_of(judged)
            rows[limit.label] = (
                limit.kind,
                best.measured[j],
                limit.low,
                limit.high,
                max(-best.excess[j], 0.0) if math.isfinite(best.measured[j]) else math.nan,
                bool(near and any(trial.excess[j] > 0 for trial in better)),
                unit_of(result, limit),
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

    def history_table(self, stages: Sequence[tuple[str, Trial]]) -> Table:
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


class _Search:
    """One local search, with objective and limits at any point from its trials."""

    def __init__(self, problem: Problem, start: Trial, scan: Sequence[Trial], budget: int):
        self.problem, self.start, self.budget = problem, start, budget
        # use only trials that do not depend on other searches: results are equal for any number of workers
        self.known = [trial for trial in scan if trial.possible and trial.levels == start.levels]
        self.done: dict[bytes, Trial] = {start.u.tobytes(): start}
        self.made: list[Trial] = []

    def run(self, tolerance: float) -> bool:
        """Search, restarting until the optimum stays in place; whether it did before the trials were used up."""
        d = len(self.problem.space.ranges)
        best, radius = self.start, _RADIUS
        while radius > tolerance:
            if self.left < 2 * d + 2 or not self._minimize(best.u, radius, tolerance):
                return False
            possible = (trial for trial in self.done.values() if trial.possible)
            found = min(possible, key=self.rank, default=best)
            moved = float(np.abs(found.u - best.u).max())
            gained = self.problem.cost(best) - self.problem.cost(found)
            if moved <= tolerance or 0 <= gained <= tolerance * self.problem.cost_scale:
                # the trust region may shrink prematurely at kinks of limits: restart with a smaller one
                radius /= 8
            best = found
        return True

    @property
    def left(self) -> int:
        return self.budget - len(self.made)

    def rank(self, trial: Trial) -> tuple[float, float]:
        beyond = 0.0 if trial.feasible else self.problem.violation(trial)
        return beyond, self.problem.cost(trial)

    def _minimize(self, u: Array, radius: float, tolerance: float) -> bool:
        """One run of COBYQA; whether it ended before the trials were used up."""
        from scipy.optimize import Bounds, NonlinearConstraint, minimize

        try:
            minimize(
                lambda u: self.at(u)[0],
                u,
                method="COBYQA",
                bounds=Bounds(np.zeros(len(u)), np.ones(len(u))),
                constraints=NonlinearConstraint(lambda u: self.at(u)[1], -np.inf, 0.0),
                options={
                    "maxfev": self.left,
                    "initial_tr_radius": radius,
                    "final_tr_radius": tolerance,
                    "feasibility_tol": 1e-9,
                },
            )
        except SpentError:
            return False
        return True

    def at(self, u: Array) -> tuple[float, Array]:
        """Scaled cost and limits at a point; if it is impossible, those of the nearest possible trial."""
        u = np.clip(u, 0, 1)
        trial, away = self.trial(u), 0.0
        if not trial.possible:
            # impossible: the values of the nearest possible trial, with an excess that grows with distance
            nearest = min(self.known, key=lambda other: float(np.linalg.norm(other.u - u)))
            away = 0.1 + float(np.linalg.norm(nearest.u - u))
            trial = nearest
        cost = self.problem.cost(trial) / self.problem.cost_scale
        scaled = np.divide(trial.search, self.problem.scales)
        beyond = np.where(np.equal(trial.search, 0), -_MET, scaled)
        return cost, np.append(beyond, away or -_MET)

    def trial(self, u: Array) -> Trial:
        """The trial at a point, simulated if it is new."""
        key = u.tobytes()
        if key not in self.done:
            if self.left <= 0:
                raise SpentError
            self.done[key] = self.problem.trial(self.start.levels, u)
            self.made.append(self.done[key])
            if self.done[key].possible:
                self.known.append(self.done[key])
        return self.done[key]


def scale_of(values: Sequence[float]) -> float:
    finite = np.asarray(values)[np.isfinite(values)]
    spread = float(finite.std()) if finite.size else 0.0
    if spread > 0:
        return spread
    return float(np.abs(finite).max()) or 1.0 if finite.size else 1.0


def summary_of(result: Result, name: str) -> Any:
    data = result.dataset
    if name not in data.data_vars or data[name].attrs.get("role") != "summary":
        names = [str(n) for n, v in data.data_vars.items() if v.attrs.get("role") == "summary"]
        # time and path of peaks are accepted too, but would make the list three times as long
        told = [n for n in names if not n.endswith(("_time", "_path"))]
        raise check.unknown(f"summary of {result.exercise}", name, told)
    return data[name]


def unit_of(result: Result, limit: Limit) -> str:
    if limit.kind == "cue":
        return next(row.unit for row in read_limits() if row.cue == limit.name)
    unit = str(summary_of(result, limit.name).attrs.get("units", ""))
    return "" if unit == "1" else unit


def at(trial: Trial) -> str:
    return ", ".join(
        f"{name}={value if isinstance(value, str) else format(value, '.4g')}"
        for name, value in trial.parameters.items()
    )
