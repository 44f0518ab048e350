"""A person's strength from what was measured: greatest loads, or torques of single joints."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .._core import InfeasibleMotion, InvalidArgument, UnsolvedFrame
from ..authoring import catalogue
from ..base import check
from ..base.doors import picture
from ..base.json_values import plain
from ..base.resources import DATA
from ..base.tables import Table
from ..models.model import Model, default_model, scale
from ..models.subject import Subject
from ..studies.running import worker_count
from ..trials.simulation import MaxLoad, max_load, require_room, set_up

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Muscle groups that are given one factor together.
SETS: dict[str, tuple[str, ...]] = {
    "hip_extensors": (
        "gluteus_maximus",
        "gluteus_medius",
        "gluteus_minimus",
        "hamstrings",
        "adductors",
    ),
    "knee_extensors": ("quadriceps",),
    "trunk_extensors": ("lower_back",),
    "hip_flexors": ("hip_flexors",),
    "plantarflexors": ("calves",),
    "trunk_flexors": ("abdominals",),
}

#: Sets that maxima of lifts are explained by.
LIFTING = ("hip_extensors", "knee_extensors", "trunk_extensors")

#: Least and greatest strength and factor.
LEAST, MOST = 0.05, 5.0

#: Step of the logarithm of a factor for derivatives: the greatest load is linear between kinks.
_STEP = 0.01

#: Error of a found load, share of the measured one, that the search for one strength leaves.
_LOAD_ERROR = 1e-3


@dataclass(frozen=True)
class Joint:
    """How the torque of a joint is measured in the model; one leg's, or the trunk's."""

    coordinate: str
    direction: int  # sign of the coordinate that the torque turns towards
    sets: tuple[str, ...]
    needs: tuple[str, ...] = ()  # neighbours whose posture muscles of two joints see
    angle: int = 1  # sign of the coordinate for a positive angle_deg


#: Torques that can be given. Angles are positive in flexion (hip, knee, lumbar) and dorsiflexion.
JOINTS: dict[str, Joint] = {
    "hip_extension": Joint("hip_flexion", -1, ("hip_extensors",), ("knee_flexion_deg",)),
    "hip_flexion": Joint("hip_flexion", 1, ("hip_flexors",), ("knee_flexion_deg",)),
    "knee_extension": Joint("knee_angle", -1, ("knee_extensors",), ("hip_flexion_deg",)),
    "ankle_plantarflexion": Joint("ankle_angle", -1, ("plantarflexors",), ("knee_flexion_deg",)),
    "lumbar_extension": Joint("lumbar_extension", 1, ("trunk_extensors",), angle=-1),
    "lumbar_flexion": Joint("lumbar_extension", -1, ("trunk_flexors",), angle=-1),
}

#: Columns for the posture of other joints: coordinate and sign.
POSTURE = {
    "hip_flexion_deg": ("hip_flexion", 1),
    "knee_flexion_deg": ("knee_angle", 1),
    "ankle_dorsiflexion_deg": ("ankle_angle", 1),
    "lumbar_flexion_deg": ("lumbar_extension", -1),
}

_SIDED = ("hip_flexion", "knee_angle", "ankle_angle")


@dataclass(frozen=True)
class Calibration:
    """A person whose strength fits what was measured.

    Attributes
    ----------
    subject : Subject
        The one given, with the strength found.
    before : Subject
        The one given.
    kind : {"maxima", "torques"}
    factors : DataFrame
        A row for each factor found, which multiplies the strength that the given subject had: `factor`; `low`
        and `high`, its 95 % interval (NaN where nothing is left to judge by); `spread`, the standard deviation of
        its logarithm among people, which held it towards 1 (NaN: nothing did); `informed`, the share of that
        variance that the measurements took away, 0 for a factor that they say nothing about; `groups`.
    table : DataFrame
        Maxima: a row for each exercise, kg. `measured`, `predicted_before` (NaN if it is impossible without
        any load), `predicted_after`, `error` (after less measured), `error_percent`, `strength_alone` (the strength that gives
        this maximum by itself) and `limited_by`. Torques: a row for each, N m, with `passive`, the part
        after calibration of muscles that do not contract.
    chi2 : float
        Sum over measurements of (error / measured / sd) squared; about their number, less the factors, if the model
        can explain them.
    notes : tuple of str
        What to be careful about.
    """

    subject: Subject
    before: Subject
    kind: str
    factors: Table
    table: Table
    chi2: float
    notes: tuple[str, ...] = ()

    def plot(self) -> Figure:
        """Measured against predicted, before and after, and the factors with their intervals."""
        return picture("calibration", self)

    def __repr__(self) -> str:
        told = []
        for name, row in self.factors.iterrows():
            interval = (
                f" ({row['low']:.2f} to {row['high']:.2f})" if math.isfinite(row["low"]) else ""
            )
            told.append(f"{str(name).replace('_', ' ')} x {row['factor']:.3f}{interval}")
        worst = self.table["error_percent"].abs().max()
        lines = [
            f"{len(self.table)} {self.kind}: {', '.join(told)}; errors of at most {worst:.2g} %",
            repr(self.subject),
            *self.notes,
        ]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        return {
            "kind": self.kind,
            "subject": json.loads(self.subject.to_json()),
            "before": json.loads(self.before.to_json()),
            "factors": {str(k): plain(dict(row)) for k, row in self.factors.iterrows()},
            "measurements": [
                plain({str(self.table.index.name): key, **row})
                for key, row in zip(
                    self.table.index.tolist(), self.table.to_dict("records"), strict=True
                )
            ],
            "chi2": self.chi2,
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """The same as JSON."""
        return json.dumps(self.to_dict())


def calibrate(
    subject: Subject | None = None,
    maxima: Mapping[str, float] | None = None,
    *,
    torque_angle: pd.DataFrame | Mapping[str, Sequence[Any]] | None = None,
    factors: str | Sequence[str] | None = None,
    parameters: Mapping[str, Mapping[str, float | str]] | None = None,
    sd: float | Mapping[str, float] | None = None,
    spread: float | None = None,
    model: str | os.PathLike[str] | Model | None = None,
    frames: int = 101,
    inertia: bool = True,
    tendon: str = "rigid",
    workers: int | None = None,
) -> Calibration:
    """The strength of a person from one-repetition maxima, or from torques of single joints.

    Parameters
    ----------
    subject : Subject, optional
        The person, as far as known; factors found multiply the strength that is given here.
    maxima : mapping of str to float
        Exercise to the greatest load, kg, lifted once.
    torque_angle : DataFrame or mapping of columns, instead of `maxima`
        A row for each measurement: `joint`, one of "hip_extension", "hip_flexion", "knee_extension",
        "ankle_plantarflexion", "lumbar_extension", "lumbar_flexion"; `angle_deg` of that joint, positive in
        flexion (dorsiflexion of the ankle); `torque`, N m, of one leg, without the weight of the segment. If
        wanted: `velocity_deg_s`, positive where the working muscles shorten (0: isometric); `sd`, N m; and the
        posture of other joints, 0 if not given: `hip_flexion_deg`, `knee_flexion_deg`,
        `ankle_dorsiflexion_deg`, `lumbar_flexion_deg`. For torques of the hip and the ankle the knee must be given,
        for those of the knee the hip: muscles cross both.
    factors : {"one", "groups"} or sequence of str
        "one": `Subject.strength` alone, the default for maxima. "groups", the default for torques: a factor for each
        of the sets `coxa.calibration.SETS` that were measured; for maxima those of `LIFTING`, and the
        strength of all other muscles and the actuators with them. Or names of sets or groups.
    parameters : mapping of str to mapping, optional
        Exercise to the values of its parameters in the test; defaults if not given.
    sd : float or mapping of str to float, optional
        Standard deviation of measured maxima, share of the value, for all or for each exercise; by default 0.042, the
        median between two tests (Grgic et al. 2020).
    spread : float, optional
        Coefficient of variation of each factor among people, which holds the factors towards 1; by default that of
        strength, 0.22, and of a group's strength for its size, 0.16 (`data/anthropometry/population.toml`,
        `data/uncertainty/spreads.toml`). `math.inf` holds nothing; there can then be at most as many factors as maxima.
    model : path or Model, optional
        Another model than the package's.
    frames, inertia
        Of the lifts, as in `coxa.max_load`.
    tendon : {"rigid", "elastic"}
        Of torques, as in `Model.muscle_forces`; lifts have rigid tendons.
    workers : int, optional
        Threads.

    Returns
    -------
    Calibration

    Raises
    ------
    InvalidArgument
        For unknown or impossible input, a maximum that no strength from 0.05 to 5 gives, and torques that cannot tell the
        factors apart.

    Notes
    -----
    Maxima. One exercise and one factor: the root, since the greatest load grows with strength. Otherwise the least of
    sum ((predicted - measured) / (sd measured))^2 + sum (log factor / s)^2 with s^2 = log(1 + spread^2); the second
    sum for group factors only. Intervals are those of the linearised problem; where maxima disagree by more than
    their sd, intervals without the second sum are widened by that.

    Torques. The greatest torque of the model is linear in the factors: muscles that turn the joint the measured way
    are fully active, all others at their least activation, and forces scale with the maximum isometric
    force. Linear least squares, weighted by `sd` where that is given.
    """
    if subject is not None and not isinstance(subject, Subject):
        raise InvalidArgument(f"subject must be a coxa.Subject, not {subject!r}")
    person = subject or Subject()
    if (maxima is None) == (torque_angle is None):
        raise InvalidArgument("give maxima, such as {'back_squat': 120}, or torque_angle, not both")
    workers = worker_count(workers)
    if torque_angle is not None:
        given = {"parameters": parameters, "sd": sd, "spread": spread}
        for name, value in given.items():
            if value is not None:
                raise InvalidArgument(
                    f"{name} goes with maxima; torques have their sd in a column of that name"
                    if name == "sd"
                    else f"{name} goes with maxima, not with torque_angle"
                )
        return _from_torques(person, torque_angle, factors or "groups", model, tendon)
    return _from_maxima(
        person,
        maxima,
        factors or "one",
        parameters or {},
        sd,
        spread,
        model,
        frames,
        inertia,
        workers,
    )


# ---- factors


@dataclass(frozen=True)
class _Factor:
    """One unknown: a set's factor, or with no groups that of the whole strength."""

    name: str
    groups: tuple[str, ...]
    spread: float  # standard deviation of its logarithm; inf: nothing holds it

    @property
    def text(self) -> str:
        return ", ".join(self.groups) or "all muscles and actuators"


def _published(path: str, *keys: str) -> float:
    with open(DATA / path, "rb") as file:
        found: Any = tomllib.load(file)
    for key in keys:
        found = found[key]
    return float(found)


def _log_spread(cv: float) -> float:
    return math.sqrt(math.log1p(cv * cv)) if math.isfinite(cv) else math.inf


def _sets(wanted: Any, generic: Model, default: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Sets by name from what the caller gave; groups cannot be in two of them."""
    if wanted == "groups":
        wanted = default
    if isinstance(wanted, str) or not isinstance(wanted, Sequence) or not wanted:
        raise InvalidArgument(
            "factors must be 'one', 'groups' or a list of muscle groups or sets of them, such as"
            f" ['hip_extensors', 'quadriceps'], not {wanted!r}"
        )
    known = [
        p.name.removeprefix("strength_")
        for p in generic.perturbations()
        if p.name.startswith("strength_") and p.name not in ("strength_all", "strength_actuators")
    ]
    found: dict[str, tuple[str, ...]] = {}
    owner: dict[str, str] = {}
    for name in wanted:
        if name not in SETS and name not in known:
            raise check.unknown("muscle group or set", name, [*SETS, *known])
        groups = SETS[name] if name in SETS else (str(name),)
        for group in groups:
            # the glutes are three groups
            parts = [g for g in known if group == "glutes" and g.startswith("gluteus_")] or [group]
            for part in parts:
                if part in owner:
                    raise InvalidArgument(
                        f"factors {owner[part]} and {name} both hold {part}; leave one of them out"
                    )
                owner[part] = str(name)
        found[str(name)] = groups
    return found


def _apply(person: Subject, factors: Sequence[_Factor], x: Array) -> Subject:
    """The person with strengths multiplied by exp(x)."""
    strength, groups = person.strength, dict(person.group_strength)
    for factor, value in zip(factors, np.exp(x), strict=True):
        if not factor.groups:
            strength *= float(value)
        for group in factor.groups:
            groups[group] = groups.get(group, 1.0) * float(value)
    return replace(person, strength=strength, group_strength=groups)


def _bounds(person: Subject, factor: _Factor) -> tuple[float, float]:
    """Of the logarithm of a factor, so that what it multiplies stays allowed."""
    held = [person.group_strength.get(g, 1.0) for g in factor.groups] or [person.strength]
    return math.log(LEAST / min(held)), math.log(MOST / max(held))


def _factor_table(rows: Mapping[str, Sequence[Any]]) -> Table:
    columns = ["factor", "low", "high", "spread", "informed", "groups"]
    table = Table.from_dict(dict(rows), orient="index", columns=columns)
    table.index.name = "factor of"
    return table


# ---- greatest loads


def _from_maxima(
    person: Subject,
    maxima: Any,
    factors: Any,
    parameters: Any,
    sd: Any,
    spread: float | None,
    model: Any,
    frames: int,
    inertia: bool,
    workers: int,
) -> Calibration:
    measured = _check_maxima(maxima)
    given = _check_parameters(measured, parameters)
    error = _check_sd(measured, sd)
    if spread is not None and spread != math.inf:
        spread = check.positive("spread", spread)
    setups = [
        set_up(name, person, model, 2, frames, False, False, inertia, True) for name in measured
    ]
    generic = setups[0].generic
    require_room(generic, frames, workers)
    if factors == "one":
        unknown = [_Factor("strength", (), math.inf)]
    else:
        each = _published("uncertainty/spreads.toml", "muscle_strength", "spread")
        own = _log_spread(each if spread is None else spread)
        unknown = [_Factor(n, g, own) for n, g in _sets(factors, generic, LIFTING).items()]
        if factors == "groups":
            common = _published("anthropometry/population.toml", "strength", "sd")
            wide = _log_spread(common if spread is None else spread)
            unknown.insert(0, _Factor("strength", (), wide))
        if spread == math.inf and len(unknown) > len(measured):
            raise InvalidArgument(
                f"{len(measured)} maxima cannot give {len(unknown)} factors ({', '.join(f.name for f in unknown)})"
                " that nothing holds; leave spread out, name fewer factors or give more maxima"
            )

    def load(who: Subject, name: str) -> MaxLoad | None:
        try:
            return max_load(name, who, model=generic, frames=frames, inertia=inertia, **given[name])
        except (UnsolvedFrame, InfeasibleMotion):
            return None  # too weak without any load, or for the posture

    names = list(measured)
    target = np.array([measured[name] for name in names])
    sds = np.array([error[name] for name in names])
    with ThreadPoolExecutor(workers) as pool:
        before = list(pool.map(lambda name: load(person, name), names))
        alone = list(
            pool.map(
                lambda name, start: _strength_alone(person, name, measured[name], load, start),
                names,
                before,
            )
        )

        def loads(points: Sequence[Array]) -> Array:
            """Predicted loads [points, exercises]; 0 where even that is too much."""
            jobs = [(_apply(person, unknown, x), name) for x in points for name in names]
            found = pool.map(lambda job: load(*job), jobs)
            values = [0.0 if limit is None else limit.load for limit in found]
            return np.reshape(values, (len(points), len(names)))

        logs = np.log(np.array(alone) / person.strength)
        if len(names) == 1 and factors == "one":
            x, ended = logs.copy(), True
        else:
            start = np.zeros(len(unknown))
            # the strength of the whole, or all groups together, first: there the lifts are possible
            whole = [not factor.groups for factor in unknown]
            start[whole if any(whole) else slice(None)] = logs.mean()
            x, ended = _fit(person, unknown, start, target, sds, loads)
        slopes = _slopes(x, [_bounds(person, f) for f in unknown], loads)
        who = _apply(person, unknown, x)
        after = list(pool.map(lambda name: load(who, name), names))

    predicted = np.array([0.0 if limit is None else limit.load for limit in after])
    residual = (predicted - target) / target / sds
    chi2 = float(residual @ residual)
    rows, notes = _judge(unknown, x, slopes / (target * sds)[:, None], chi2, len(names))
    table = Table(
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
    if not ended:
        notes.append("the search for the factors was cut off; they can still be a little off")
    far = np.abs(residual) > 2
    if far.any():
        notes.append(
            "not explained within two standard deviations of the test: "
            + ", ".join(name for name, beyond in zip(names, far, strict=True) if beyond)
            + "; the technique of the test (parameters) or the model differs from the person"
        )
    return Calibration(who, person, "maxima", _factor_table(rows), table, chi2, tuple(notes))


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
        sd = _published("calibration/measurements.toml", "one_repetition_maximum", "cv")
    if not isinstance(sd, Mapping):
        value = check.positive("sd", sd)
        return dict.fromkeys(measured, value)
    for name in sd:
        if name not in measured:
            raise check.unknown("exercise with a maximum", name, measured)
    default = _published("calibration/measurements.toml", "one_repetition_maximum", "cv")
    return {name: check.positive(f"sd of {name}", sd.get(name, default)) for name in measured}


def _strength_alone(
    person: Subject,
    name: str,
    measured: float,
    load: Callable[[Subject, str], MaxLoad | None],
    start: MaxLoad | None,
) -> float:
    """The strength that gives one maximum by itself: a root, since the load grows with strength."""
    from scipy.optimize import brentq

    seen: dict[float, MaxLoad | None] = {math.log(person.strength): start}

    def beyond(x: float) -> float:
        if x not in seen:
            strength = min(max(math.exp(x), LEAST), MOST)  # rounding must not leave the range
            seen[x] = load(replace(person, strength=strength), name)
        found = seen[x]
        # too weak for the bar alone: below any load
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
    # at a step the root is where the exercise begins to be possible, not where the load is right
    if abs(beyond(root)) > _LOAD_ERROR * measured:
        possible = min((x for x, found in seen.items() if found is not None), default=None)
        least = seen[possible].load if possible is not None else math.nan  # type: ignore[union-attr]
        raise InvalidArgument(
            f"maximum of {name}: {measured:g} kg is below what the exercise asks of anyone who can do it: the"
            f" least strength that allows it, {math.exp(possible or 0):.3f}, lifts {least:.1f} kg"
        )
    return min(max(math.exp(root), LEAST), MOST)


def _slopes(x: Array, bounds: Sequence[tuple[float, float]], loads: Callable[..., Array]) -> Array:
    """Derivatives of the loads [exercises, factors] by the logarithms of the factors."""
    points, steps = [x], []
    for i, (_, high) in enumerate(bounds):
        step = _STEP if x[i] + _STEP <= high else -_STEP
        points.append(x + step * np.eye(len(x))[i])
        steps.append(step)
    values = loads(points)
    return np.array((values[1:] - values[0]).T / np.array(steps))


def _fit(
    person: Subject,
    factors: Sequence[_Factor],
    start: Array,
    target: Array,
    sds: Array,
    loads: Callable[..., Array],
) -> tuple[Array, bool]:
    """Least squares of the loads' errors and of the held factors' logarithms; whether it came to an end."""
    from scipy.optimize import least_squares

    bounds = [_bounds(person, factor) for factor in factors]
    held = np.array([0 if math.isinf(f.spread) else 1 / f.spread for f in factors])

    def residuals(x: Array) -> Array:
        return np.concatenate([(loads([x])[0] - target) / target / sds, (held * x)[held > 0]])

    def jacobian(x: Array) -> Array:
        slopes = _slopes(x, bounds, loads) / (target * sds)[:, None]
        return np.vstack([slopes, np.diag(held)[held > 0]])

    low, high = np.transpose(bounds)
    start = np.clip(start, low + 1e-6, high - 1e-6)
    found = least_squares(
        residuals, start, jac=jacobian, bounds=(low, high), xtol=3e-4, ftol=1e-4, max_nfev=25
    )
    return np.asarray(found.x), int(found.status) > 0


def _judge(
    factors: Sequence[_Factor], x: Array, slopes: Array, chi2: float, count: int
) -> tuple[dict[str, Sequence[Any]], list[str]]:
    """Intervals of the factors from the slopes of the residuals, and what cannot be told."""
    notes: list[str] = []
    held = np.array([0 if math.isinf(f.spread) else 1 / f.spread for f in factors])
    information = slopes.T @ slopes + np.diag(held**2)
    variance = np.full(len(factors), math.inf)
    if np.linalg.cond(information) < 1e12:
        variance = np.diag(np.linalg.inv(information)).copy()
    free = count - len(factors)
    if not held.any() and free > 0:
        # the measurements disagree by more than they should: so do the factors
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


# ---- torques of single joints


def _from_torques(
    person: Subject, given: Any, factors: Any, model: Any, tendon: str
) -> Calibration:
    check.choice("tendon", tendon, ("rigid", "elastic"))
    rows = _check_torques(given)
    if model is None:
        generic = default_model()
    else:
        generic = model if isinstance(model, Model) else Model.load(model)
    body = scale(generic, person)
    active, passive = _torques_of_muscles(body, rows, tendon)
    member = _group_of_muscle(generic)
    if factors == "one":
        unknown = [_Factor("strength", (), math.inf)]
    else:
        default = dict.fromkeys(name for joint in rows["joint"] for name in JOINTS[joint].sets)
        unknown = [
            _Factor(name, groups, math.inf)
            for name, groups in _sets(factors, generic, list(default)).items()
        ]

    # forces scale with the maximum isometric force, active and passive alike
    total = active + passive
    inside = np.array([[not f.groups or bool(member[m] & set(f.groups)) for m in range(len(member))]
                       for f in unknown])  # fmt: skip
    columns = total @ inside.T.astype(float)
    rest = total @ (~inside.any(axis=0)).astype(float)
    measured = rows["torque"].to_numpy(float)
    weight = 1 / rows["sd"].to_numpy(float) if "sd" in rows else np.ones(len(rows))

    n, k = columns.shape
    a, b = columns * weight[:, None], (measured - rest) * weight
    size = np.linalg.norm(a, axis=0)
    for factor, length in zip(unknown, size, strict=True):
        if length <= 1e-6 * np.abs(b).max():
            raise InvalidArgument(
                f"no torque that was given depends on the {factor.name}; leave that factor out or measure it"
            )
    if n < k or np.linalg.cond(a / size) > 1e3:
        raise InvalidArgument(
            f"{n} torques cannot tell the factors of {', '.join(f.name for f in unknown)} apart; name fewer in"
            " factors, or measure at other angles and joints"
        )
    found, *_ = np.linalg.lstsq(a, b, rcond=None)
    residual = b - a @ found
    chi2 = float(residual @ residual)
    error = np.full(k, math.nan)
    quantile = 1.96
    notes: list[str] = []
    covariance = np.linalg.inv(a.T @ a)
    if n > k:
        from scipy.stats import t

        # without stated errors their size follows from the residuals
        scale_ = max(1.0, chi2 / (n - k)) if "sd" in rows else chi2 / (n - k)
        error = np.sqrt(scale_ * np.diag(covariance))
        quantile = float(t.ppf(0.975, n - k))
    elif "sd" in rows:
        error = np.sqrt(np.diag(covariance))
    else:
        notes.append("as many factors as torques: nothing is left to judge the factors by")
    for factor, value in zip(unknown, found, strict=True):
        low, high = (math.exp(bound) for bound in _bounds(person, factor))
        if not low <= value <= high:
            raise InvalidArgument(
                f"the torques ask for {factor.name} x {value:.3g}, outside {low:.3g} to {high:.3g}; check units"
                " (N m of one leg), signs and posture"
            )
    who = _apply(person, unknown, np.log(found))
    every = np.where(inside.any(axis=0), (found[:, None] * inside).sum(axis=0), 1.0)
    before, after = total.sum(axis=1), total @ every
    table = rows.reset_index(drop=True)
    table["measured"] = table.pop("torque")
    table["predicted_before"], table["predicted_after"] = before, after
    table["error"] = after - measured
    table["error_percent"] = 100 * (after - measured) / measured
    table["passive"] = passive @ every
    table.index = pd.RangeIndex(1, n + 1, name="torque")
    rows_of = {
        f.name: (v, v - quantile * e, v + quantile * e, math.nan, math.nan, f.text)
        for f, v, e in zip(unknown, found, error, strict=True)
    }
    return Calibration(
        who, person, "torques", _factor_table(rows_of), Table(table), chi2, tuple(notes)
    )


def _check_torques(given: Any) -> pd.DataFrame:
    try:
        rows = pd.DataFrame(given).reset_index(drop=True)
    except (ValueError, TypeError) as error:
        raise InvalidArgument(f"torque_angle must be a table of columns: {error}") from None
    numbers = ["angle_deg", "torque", "velocity_deg_s", "sd", *POSTURE]
    for name in ("joint", "angle_deg", "torque"):
        if name not in rows:
            raise InvalidArgument(
                f"torque_angle has no column {name}; it has {', '.join(map(str, rows)) or 'none'}"
            )
    if rows.empty:
        raise InvalidArgument("torque_angle has no rows; give at least one torque")
    for name in rows:
        if name not in ("joint", *numbers):
            raise check.unknown("column of torque_angle", name, ["joint", *numbers])
    for joint in rows["joint"]:
        if joint not in JOINTS:
            raise check.unknown("joint of torque_angle", joint, JOINTS)
    for name in numbers:
        if name not in rows:
            continue
        for i, value in enumerate(rows[name].tolist()):
            # a cell that a table leaves empty is NaN: not given
            if name in POSTURE and isinstance(value, float) and math.isnan(value):
                continue
            if name in ("torque", "sd"):
                check.positive(f"{name} in row {i} of torque_angle", value, "N m")
            else:
                unit = "deg/s" if name == "velocity_deg_s" else "deg"
                check.number(f"{name} in row {i} of torque_angle", value, unit)
    for i, row in rows.iterrows():
        joint = JOINTS[row["joint"]]
        for name in joint.needs:
            if name not in rows or pd.isna(row[name]):
                raise InvalidArgument(
                    f"row {i} of torque_angle: {row['joint']} depends on {name}, which is not given"
                )
        own = next(name for name, (c, _) in POSTURE.items() if c == joint.coordinate)
        if own in rows and not pd.isna(row[own]):
            raise InvalidArgument(
                f"row {i} of torque_angle: {own} of {row['joint']} is its angle_deg; leave it out"
            )
    return rows


def _torques_of_muscles(body: Model, rows: pd.DataFrame, tendon: str) -> tuple[Array, Array]:
    """Torque of each muscle [rows, muscles], N m: what is fully active, and what is not."""
    names = list(body.coordinates)
    limits = {c.name: c for c in body.full_coordinates}

    def index(coordinate: str) -> int:
        name = f"{coordinate}_r" if coordinate in _SIDED else coordinate
        if name not in names:
            raise InvalidArgument(
                f"model {body.name} has no coordinate {name}, which torques are measured at"
            )
        return names.index(name)

    n, least = len(rows), np.array([m.minimum_activation for m in body.muscles])
    q, v = np.zeros((n, len(names))), np.zeros((n, len(names)))
    at, direction = np.zeros(n, int), np.zeros(n)
    for i, (_, row) in enumerate(rows.iterrows()):
        joint = JOINTS[row["joint"]]
        posture = {name: row[name] for name in POSTURE if name in rows and not pd.isna(row[name])}
        angles = {POSTURE[name][0]: POSTURE[name][1] * x for name, x in posture.items()}
        angles[joint.coordinate] = joint.angle * row["angle_deg"]
        for coordinate, degrees in angles.items():
            j = index(coordinate)
            q[i, j] = math.radians(degrees)
            c = limits[names[j]]
            if not c.minimum - 1e-9 <= q[i, j] <= c.maximum + 1e-9:
                low, high = math.degrees(c.minimum), math.degrees(c.maximum)
                raise InvalidArgument(
                    f"row {i} of torque_angle: {names[j]} at {degrees:g} deg is outside the model's"
                    f" {low:.4g} to {high:.4g} deg"
                )
        at[i], direction[i] = index(joint.coordinate), joint.direction
        v[i, at[i]] = joint.direction * math.radians(row.get("velocity_deg_s", 0.0))

    arms = direction[:, None] * body.moment_arms(q)[np.arange(n), :, at]
    agonist = arms > 0
    activation = np.where(agonist, 1.0, least)
    torque = arms * body.muscle_forces(q, v, activation, tendon)
    return np.where(agonist, torque, 0.0), np.where(agonist, 0.0, torque)


def _group_of_muscle(model: Model) -> list[set[str]]:
    """Names by which `Subject.group_strength` reaches each muscle."""
    found: list[set[str]] = [set() for _ in model.muscles]
    base = np.array([m.max_isometric_force for m in model.muscles])
    for p in model.perturbations():
        name = p.name.removeprefix("strength_")
        if name == p.name or name in ("all", "actuators"):
            continue
        changed = model.perturbed(**{p.name: 2.0})
        forces = np.array([m.max_isometric_force for m in changed.muscles])
        for i in np.flatnonzero(forces > 1.5 * base):
            found[i].add(name)
    return found
