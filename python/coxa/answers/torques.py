"""Calibration of strength to measured torques of single joints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .._core import InvalidArgument
from ..base import check
from ..base.tables import Table
from ..models.actions import ACTIONS, joint_angle, states
from ..models.model import Model, default_model, scale
from ..models.subject import Subject
from .calibration import Calibration
from .strengths import Array, Factor, apply, bounds_of, factor_table, sets_of


@dataclass(frozen=True)
class Joint:
    """How a measured torque maps to the factors of strength."""

    sets: tuple[str, ...]
    needs: tuple[str, ...] = ()  # other joints crossed by its muscles, whose angles must be given


#: Supported joint actions.
JOINTS: dict[str, Joint] = {
    "hip_extension": Joint(("hip_extensors",), ("knee_flexion_deg",)),
    "hip_flexion": Joint(("hip_flexors",), ("knee_flexion_deg",)),
    "knee_extension": Joint(("knee_extensors",), ("hip_flexion_deg",)),
    "ankle_plantarflexion": Joint(("plantarflexors",), ("knee_flexion_deg",)),
    "lumbar_extension": Joint(("trunk_extensors",)),
    "lumbar_flexion": Joint(("trunk_flexors",)),
}

#: At most so many repetitions of the linear fit of factors.
_REPEATS = 20

#: Columns for the posture of other joints, with the coordinate.
POSTURE = {
    "hip_flexion_deg": "hip_flexion",
    "knee_flexion_deg": "knee_angle",
    "ankle_dorsiflexion_deg": "ankle_angle",
    "lumbar_flexion_deg": "lumbar_extension",
}


def from_torques(person: Subject, given: Any, factors: Any, model: Any, tendon: str) -> Calibration:
    check.choice("tendon", tendon, ("rigid", "elastic"))
    rows = _check_torques(given)
    if model is None:
        generic = default_model()
    else:
        generic = model if isinstance(model, Model) else Model.load(model)
    member = _group_of_muscle(generic)
    unknown = _factors(factors, generic, rows)
    inside = np.array([[not f.groups or bool(member[m] & set(f.groups)) for m in range(len(member))]
                       for f in unknown])  # fmt: skip
    measured = rows["torque"].to_numpy(float)
    weight = 1 / rows["sd"].to_numpy(float) if "sd" in rows else np.ones(len(rows))

    # active torques follow the factors, passive ones nearly not: repeated at the factors found
    found, who = np.ones(len(unknown)), person
    start: Array | None = None
    for _ in range(_REPEATS):
        active, passive = _torques_of_muscles(scale(generic, who), rows, tendon)
        if start is None:
            start = (active + passive).sum(axis=1)
        active /= np.where(inside.any(axis=0), found @ inside, 1.0)
        rest = active[:, ~inside.any(axis=0)].sum(axis=1) + passive.sum(axis=1)
        a, b = active @ inside.T * weight[:, None], (measured - rest) * weight
        _check_told_apart(a, b, unknown)
        last = found
        found, error, chi2, notes = _least_squares(a, b, "sd" in rows)
        _check_bounds(person, unknown, found)
        who = apply(person, unknown, np.log(found))
        if np.abs(found / last - 1).max() < 1e-9:
            break
    after = rest + (a / weight[:, None]) @ found
    table = rows.reset_index(drop=True)
    table["measured"] = table.pop("torque")
    table["predicted_before"], table["predicted_after"] = start, after
    table["error"] = after - measured
    table["error_percent"] = 100 * (after - measured) / measured
    table["passive"] = passive.sum(axis=1)
    table.index = pd.RangeIndex(1, len(rows) + 1, name="torque")
    rows_of = {
        f.name: (v, v - e, v + e, math.nan, math.nan, f.text)
        for f, v, e in zip(unknown, found, error, strict=True)
    }
    return Calibration(
        who, person, "torques", factor_table(rows_of), Table(table), chi2, tuple(notes)
    )


def _check_bounds(person: Subject, unknown: Sequence[Factor], found: Array) -> None:
    for factor, value in zip(unknown, found, strict=True):
        low, high = (math.exp(bound) for bound in bounds_of(person, factor))
        if not low <= value <= high:
            raise InvalidArgument(
                f"the torques ask for {factor.name} x {value:.3g}, outside {low:.3g} to {high:.3g}; check units"
                " (N m of one leg), signs and posture"
            )


def _factors(factors: Any, generic: Model, rows: pd.DataFrame) -> list[Factor]:
    """The factors to fit: overall, those named, or one per set that acts on a measured joint."""
    if factors == "one":
        return [Factor("strength", (), math.inf)]
    default = dict.fromkeys(name for joint in rows["joint"] for name in JOINTS[joint].sets)
    found = sets_of(factors, generic, list(default))
    return [Factor(name, groups, math.inf) for name, groups in found.items()]


def _check_told_apart(a: Array, b: Array, unknown: Sequence[Factor]) -> None:
    """Refuse factors [columns of a] that the torques do not depend on, or cannot distinguish."""
    n, k = a.shape
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


def _least_squares(a: Array, b: Array, stated: bool) -> tuple[Any, Any, float, list[str]]:
    """Factors, half-widths of their 95 % intervals, sum of squares, and notes on what is undetermined.

    `stated`: whether errors of the torques are given, so that `a` and `b` are in units of them.
    """
    found, *_ = np.linalg.lstsq(a, b, rcond=None)
    residual = b - a @ found
    chi2 = float(residual @ residual)
    n, k = a.shape
    error = np.full(k, math.nan)
    notes: list[str] = []
    covariance = np.linalg.inv(a.T @ a)
    if n > k:
        from scipy.stats import t

        # without given errors, their size is estimated from the residuals
        scale_ = max(1.0, chi2 / (n - k)) if stated else chi2 / (n - k)
        error = float(t.ppf(0.975, n - k)) * np.sqrt(scale_ * np.diag(covariance))
    elif stated:
        error = 1.96 * np.sqrt(np.diag(covariance))
    else:
        notes.append("as many factors as torques: nothing is left to judge the factors by")
    return found, error, chi2, notes


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
            # NaN stands for an empty cell
            if name in POSTURE and isinstance(value, float) and math.isnan(value):
                continue
            if name in ("torque", "sd"):
                check.positive(f"{name} in row {i} of torque_angle", value, "N m")
            else:
                unit = "deg/s" if name == "velocity_deg_s" else "deg"
                check.number(f"{name} in row {i} of torque_angle", value, unit)
    for i, row in rows.iterrows():
        for name in JOINTS[row["joint"]].needs:
            if name not in rows or pd.isna(row[name]):
                raise InvalidArgument(
                    f"row {i} of torque_angle: {row['joint']} depends on {name}, which is not given"
                )
        coordinate = ACTIONS[row["joint"]].coordinate
        own = next(name for name, c in POSTURE.items() if c == coordinate)
        if own in rows and not pd.isna(row[own]):
            raise InvalidArgument(
                f"row {i} of torque_angle: {own} of {row['joint']} is its angle_deg; leave it out"
            )
    return rows


def _torques_of_muscles(body: Model, rows: pd.DataFrame, tendon: str) -> tuple[Array, Array]:
    """Torques of each muscle, N m, [rows, muscles]: at full activation, and passive."""
    n, least = len(rows), np.array([m.minimum_activation for m in body.muscles])
    q, v = np.zeros((n, len(body.coordinates))), np.zeros((n, len(body.coordinates)))
    at, direction = np.zeros(n, int), np.zeros(n)
    for i, (_, row) in enumerate(rows.iterrows()):
        action = ACTIONS[row["joint"]]
        given = [name for name in POSTURE if name in rows and not pd.isna(row[name])]
        angles = {POSTURE[name]: row[name] for name in given}
        angles[action.coordinate] = row["angle_deg"]
        q[i] = states(body, angles, what=f"row {i} of torque_angle: ")[0]
        joint = joint_angle(body, action.coordinate)
        assert joint is not None  # states() has looked it up
        at[i], direction[i] = joint.column, action.direction * joint.sign
        v[i, at[i]] = direction[i] * math.radians(row.get("velocity_deg_s", 0.0))

    arms = direction[:, None] * body.moment_arms(q)[np.arange(n), :, at]
    agonist = arms > 0
    activation = np.where(agonist, 1.0, least)
    torque = arms * body.muscle_forces(q, v, activation, tendon)
    return np.where(agonist, torque, 0.0), np.where(agonist, 0.0, torque)


def _group_of_muscle(model: Model) -> list[set[str]]:
    """Names by which `Subject.group_strength` addresses each muscle."""
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
