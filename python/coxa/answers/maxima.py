"""Calibration of strength to one-repetition maxima."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from .._core import InfeasibleMotion, InvalidArgument, UnsolvedFrame
from ..authoring import catalogue
from ..base import check
from ..base.tables import Table
from ..models.model import Model
from ..models.subject import Subject
from ..trials.options import Options
from ..trials.simulation import MaxLoad, set_up
from .calibration import Calibration
from .strengths import (
    LEAST,
    MOST,
    Array,
    Factor,
    apply,
    bounds_of,
    factor_table,
    log_spread,
    published,
    sets_of,
)

log = logging.getLogger(__name__)

#: Sets of muscle groups calibrated to lifts.
LIFTING = ("hip_extensors", "knee_extensors", "trunk_extensors")

#: Step of the logarithm of a factor for finite differences: the maximum load is piecewise linear.
_STEP = 0.01

#: Tolerance of the search for a single strength, relative to the measured load.
_LOAD_ERROR = 1e-3


def from_maxima(
    person: Subject,
    maxima: Any,
    factors: Any,
    parameters: Any,
    sd: Any,
    spread: float | None,
    model: Any,
    options: Options,
    workers: int,
) -> Calibration:
    measured = _check_maxima(maxima)
    given = _check_parameters(measured, parameters)
    error = _check_sd(measured, sd)
    if spread is not None and spread != math.inf:
        spread = check.positive("spread", spread)
    setup = set_up(next(iter(measured)), person, model, options)
    setup.require_room(workers)
    generic = setup.generic
    unknown = _factors(factors, generic, spread, len(measured))

    def load(who: Subject, name: str) -> MaxLoad | None:
        try:
            found = set_up(name, who, generic, options).max_load(given[name])
        except (UnsolvedFrame, InfeasibleMotion) as error:
            log.debug("%s: no load, %s", name, error)
            return None  # too weak for the empty bar, or the posture is impossible
        log.debug("%s: %.1f kg", name, found.load)
        return found

    names = list(measured)
    target = np.array([measured[name] for name in names])
    sds = np.array([error[name] for name in names])
    with ThreadPoolExecutor(workers) as pool:
        before = list(pool.map(lambda name: load(person, name), names))

        def strength(name: str, start: MaxLoad | None) -> float:
            return _strength_alone(person, name, measured[name], load, start)

        def loads(points: Sequence[Array]) -> Array:
            """Predicted loads [points, exercises], kg; 0 where even the empty bar is too heavy."""
            jobs = [(apply(person, unknown, x), name) for x in points for name in names]
            found = pool.map(lambda job: load(*job), jobs)
            values = [0.0 if limit is None else limit.load for limit in found]
            return np.reshape(values, (len(points), len(names)))

        alone = list(pool.map(strength, names, before))
        logs = np.log(np.array(alone) / person.strength)
        if len(names) == 1 and factors == "one":
            x, ended = logs.copy(), True
        else:
            x, ended = _fit(person, unknown, logs.mean(), target, sds, loads)
        log.info("%d factors fitted to %d maxima", len(unknown), len(names))
        slopes = _slopes(x, [bounds_of(person, f) for f in unknown], loads)
        who = apply(person, unknown, x)
        after = list(pool.map(lambda name: load(who, name), names))

    table = _table(target, before, after, alone, names)
    residual = table["error"].to_numpy() / target / sds
    chi2 = float(residual @ residual)
    rows, notes = _judge(unknown, x, slopes / (target * sds)[:, None], chi2, len(names))
    notes += _doubts(ended, table.index[np.abs(residual) > 2])
    return Calibration(who, person, "maxima", factor_table(rows), table, chi2, tuple(notes))


def _factors(factors: Any, generic: Model, spread: float | None, count: int) -> list[Factor]:
    """The factors to fit, with their priors."""
    if factors == "one":
        unknown = [Factor("strength", (), math.inf)]
    else:
        each = published("uncertainty/spreads.toml", "muscle_strength", "spread")
        own = log_spread(each if spread is None else spread)
        unknown = [Factor(n, g, own) for n, g in sets_of(factors, generic, LIFTING).items()]
        if factors == "groups":
            common = published("anthropometry/population.toml", "strength", "sd")
            wide = log_spread(common if spread is None else spread)
            unknown.insert(0, Factor("strength", (), wide))
        if spread == math.inf and len(unknown) > count:
            raise InvalidArgument(
                f"{count} maxima cannot give {len(unknown)} factors ({', '.join(f.name for f in unknown)})"
                " that nothing holds; leave spread out, name fewer factors or give more maxima"
            )
    return unknown


def _doubts(ended: bool, far: Sequence[str]) -> list[str]:
    """Notes on an interrupted search, and on maxima far from their predictions."""
    notes = []
    if not ended:
        notes.append("the search for the factors was cut off; they can still be a little off")
    if len(far):
        notes.append(
            f"not explained within two standard deviations of the test: {', '.join(far)}; the technique of the"
            " test (parameters) or the model differs from the person"
        )
    return notes


def _table(
    target: Array,
    before: Sequence[MaxLoad | None],
    after: Sequence[MaxLoad | None],
    alone: Sequence[float],
    names: Sequence[str],
) -> Table:
    """Measured and predicted loads, kg, one row per exercise."""
    predicted = np.array([0.0 if limit is None else limit.load for limit in after])
    return Table(
        {
            "measured": target,
            "predicted_before": [math.nan if limit is None else limit.load for limit in before],
            "predicted_after": predicted,
            "error": predicted - target,
            "error_percent": 100 * (predicted - target) / target,
            "strength_alone": alone,
            "limited_by": ["" if limit is None else limit.limited_by for limit in after],
        },
        index=pd.Index(names, name="exercise"),
    )


def _check_maxima(maxima: Any) -> dict[str, float]:
    if not isinstance(maxima, Mapping) or not maxima:
        raise InvalidArgument(
            f"maxima must map exercises to kg, such as {{'back_squat': 120}}, not {maxima!r}"
        )
    found = {}
    for name, value in maxima.items():
        declared = catalogue.exercise(catalogue.known(name)).parameters
        if "load" not in declared:
            raise InvalidArgument(f"{name} has no load, so it has no greatest one; leave it out")
        load = check.positive(f"maximum of {name}", value, "kg")
        low, high = declared["load"].minimum, declared["load"].maximum
        if not low < load < high:
            raise InvalidArgument(
                f"maximum of {name} must be above {low:g} and below {high:g} kg, not {load:g}"
            )
        found[str(name)] = load
    return found


def _check_parameters(
    measured: Mapping[str, float], parameters: Any
) -> dict[str, dict[str, float | str]]:
    if not isinstance(parameters, Mapping) or not all(
        isinstance(values, Mapping) for values in parameters.values()
    ):
        raise InvalidArgument(
            "parameters must map exercises to their parameters, such as"
            f" {{'back_squat': {{'bar_position': 'low'}}}}, not {parameters!r}"
        )
    for name, values in parameters.items():
        if name not in measured:
            raise check.unknown("exercise with a maximum", name, measured)
        if "load" in values:
            raise InvalidArgument(f"load of {name} is its maximum; leave it out of parameters")
    return {name: catalogue.check_parameters(name, parameters.get(name, {})) for name in measured}


def _check_sd(measured: Mapping[str, float], sd: Any) -> dict[str, float]:
    if sd is None:
        sd = published("calibration/measurements.toml", "one_repetition_maximum", "cv")
    if not isinstance(sd, Mapping):
        value = check.positive("sd", sd)
        return dict.fromkeys(measured, value)
    for name in sd:
        if name not in measured:
            raise check.unknown("exercise with a maximum", name, measured)
    default = published("calibration/measurements.toml", "one_repetition_maximum", "cv")
    return {name: check.positive(f"sd of {name}", sd.get(name, default)) for name in measured}


def _strength_alone(
    person: Subject,
    name: str,
    measured: float,
    load: Callable[[Subject, str], MaxLoad | None],
    start: MaxLoad | None,
) -> float:
    """The strength that reproduces a single maximum: a root, as the maximum load increases with strength."""
    from scipy.optimize import brentq

    seen: dict[float, MaxLoad | None] = {math.log(person.strength): start}

    def beyond(x: float) -> float:
        if x not in seen:
            strength = min(max(math.exp(x), LEAST), MOST)  # rounding must not leave the range
            seen[x] = load(replace(person, strength=strength), name)
        found = seen[x]
        # too weak for the empty bar: below any load
        return -measured if found is None else found.load - measured

    ends = math.log(LEAST), math.log(MOST)
    low = high = math.log(person.strength)
    while beyond(high) < 0:
        if high >= ends[1]:
            found = seen[high]
            told = (
                "it is impossible without any load"
                if found is None
                else f"{found.load:.1f} kg is the greatest load, limited by {found.limited_by}"
            )
            raise InvalidArgument(
                f"maximum of {name}: {measured:g} kg is out of reach: at strength {MOST:g}, the most allowed,"
                f" {told}; check the value and the technique (parameters)"
            )
        low, high = high, min(high + math.log(1.5), ends[1])
    while beyond(low) > 0:
        if low <= ends[0]:
            raise InvalidArgument(
                f"maximum of {name}: {measured:g} kg is too little: at strength {LEAST:g}, the least allowed,"
                f" the greatest load is {beyond(low) + measured:.1f} kg already"
            )
        high, low = low, max(low - math.log(1.5), ends[0])
    root = low if low == high else float(brentq(beyond, low, high, xtol=1e-6))
    # at a discontinuity the root is where the exercise becomes feasible, not where the load matches
    if abs(beyond(root)) > _LOAD_ERROR * measured:
        possible = min((x for x, found in seen.items() if found is not None), default=None)
        least = seen[possible].load if possible is not None else math.nan  # type: ignore[union-attr]
        raise InvalidArgument(
            f"maximum of {name}: {measured:g} kg is below what the exercise asks of anyone who can do it: the"
            f" least strength that allows it, {math.exp(possible or 0):.3f}, lifts {least:.1f} kg"
        )
    return min(max(math.exp(root), LEAST), MOST)


def _slopes(x: Array, bounds: Sequence[tuple[float, float]], loads: Callable[..., Array]) -> Array:
    """Derivatives of the loads [exercises, factors] with respect to the logarithms of the factors."""
    points, steps = [x], []
    for i, (_, high) in enumerate(bounds):
        step = _STEP if x[i] + _STEP <= high else -_STEP
        points.append(x + step * np.eye(len(x))[i])
        steps.append(step)
    values = loads(points)
    return np.array((values[1:] - values[0]).T / np.array(steps))


def _fit(
    person: Subject,
    factors: Sequence[Factor],
    whole: float,
    target: Array,
    sds: Array,
    loads: Callable[..., Array],
) -> tuple[Array, bool]:
    """Minimise load errors and prior deviations; the logarithms of the factors, and whether it converged."""
    from scipy.optimize import least_squares

    bounds = [bounds_of(person, factor) for factor in factors]
    held = np.array([0 if math.isinf(f.spread) else 1 / f.spread for f in factors])

    def residuals(x: Array) -> Array:
        return np.concatenate([(loads([x])[0] - target) / target / sds, (held * x)[held > 0]])

    def jacobian(x: Array) -> Array:
        slopes = _slopes(x, bounds, loads) / (target * sds)[:, None]
        return np.vstack([slopes, np.diag(held)[held > 0]])

    low, high = np.transpose(bounds)
    # start from a common strength of all groups, at which the lifts are feasible
    common = [not factor.groups for factor in factors]
    start = np.where(common if any(common) else True, whole, 0.0)
    start = np.clip(start, low + 1e-6, high - 1e-6)
    found = least_squares(
        residuals, start, jac=jacobian, bounds=(low, high), xtol=3e-4, ftol=1e-4, max_nfev=25
    )
    return np.asarray(found.x), int(found.status) > 0


def _judge(
    factors: Sequence[Factor], x: Array, slopes: Array, chi2: float, count: int
) -> tuple[dict[str, Sequence[Any]], list[str]]:
    """Intervals of the factors from the residuals' derivatives, and notes on what is undetermined."""
    notes: list[str] = []
    held = np.array([0 if math.isinf(f.spread) else 1 / f.spread for f in factors])
    information = slopes.T @ slopes + np.diag(held**2)
    variance = np.full(len(factors), math.inf)
    if np.linalg.cond(information) < 1e12:
        variance = np.diag(np.linalg.inv(information)).copy()
    free = count - len(factors)
    if not held.any() and free > 0:
        # residuals exceed the stated errors: widen the intervals accordingly
        variance = variance * max(1.0, chi2 / free)
    rows: dict[str, Sequence[Any]] = {}
    for factor, value, v in zip(factors, x, variance, strict=True):
        error = math.sqrt(v)
        informed = math.nan if math.isinf(factor.spread) else 1 - v / factor.spread**2
        rows[factor.name] = (
            math.exp(value),
            math.exp(value - 1.96 * error) if math.isfinite(error) else math.nan,
            math.exp(value + 1.96 * error) if math.isfinite(error) else math.nan,
            factor.spread if math.isfinite(factor.spread) else math.nan,
            max(informed, 0.0),
            factor.text,
        )
        if informed < 0.1:
            notes.append(
                f"the maxima say next to nothing about the {factor.name.replace('_', ' ')}: its factor is"
                " that of an average person"
            )
        elif math.isinf(error):
            notes.append(f"the maxima cannot tell the factor of {factor.name} from the others")
    return rows, notes
