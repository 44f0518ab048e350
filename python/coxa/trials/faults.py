"""Consequences of technique faults: the same exercise done in several ways, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .._core import InvalidArgument
from ..base.tables import Table
from .form import check_form
from .posture import Reading
from .result import Result

#: Compared series: variable, label, unit of the table, and factor from the variable's unit to it.
SERIES = (
    ("hip_extension_moment", "hip extension moment", "N m", 1.0),
    ("knee_extension_moment", "knee extension moment", "N m", 1.0),
    ("lumbar_extension_moment", "lumbar extension moment", "N m", 1.0),
    ("lumbar_compression", "lumbar compression", "kN", 1e-3),
)


def consequences(trials: Mapping[str, Result]) -> Table:
    """Compare joint loads, muscle forces and failing cues of one exercise done in several ways.

    Parameters
    ----------
    trials : mapping
        Results by label.

    Returns
    -------
    Table
        One column per label. Joint moments (positive as named, both legs summed): maximum and minimum of the
        trial, and mean at the top; lumbar compression likewise; mean force of each muscle group over the
        trial, both sides summed; and the names of failing cues.

    Raises
    ------
    InvalidArgument
        If there are fewer than two, or a value is not a `Result`.
    """
    check_trials(trials, 2, None)
    columns: dict[str, dict[str, Any]] = {}
    for name, result in trials.items():
        top = Reading(result).top
        column: dict[str, Any] = {}
        for variable, label, unit, factor in SERIES:
            if variable not in result:
                continue
            values = factor * both_sides(result, variable)
            column[f"{label}, greatest, {unit}"] = _of(np.nanmax, values)
            column[f"{label}, least, {unit}"] = _of(np.nanmin, values)
            column[f"{label}, at the top, {unit}"] = _of(np.nanmean, values[top])
        for group, force in group_forces(result).items():
            column[f"{group.replace('_', ' ')}, mean force, kN"] = force
        column["cues that fail"] = ", ".join(cue.name for cue in check_form(result).failed) or "-"
        columns[name] = column
    return Table(columns).rename_axis("quantity")


def check_trials(trials: object, least: int, most: int | None) -> None:
    if not isinstance(trials, Mapping):
        raise InvalidArgument(
            f"give a mapping from what each way is called to its result, not {type(trials).__name__}"
        )
    for name, result in trials.items():
        if not isinstance(result, Result):
            raise InvalidArgument(f"{name!r} must be a coxa.Result, not {type(result).__name__}")
    if len(trials) < least or (most is not None and len(trials) > most):
        span = f"{least} to {most}" if most is not None else f"at least {least}"
        raise InvalidArgument(f"give {span} results, not {len(trials)}")


def both_sides(result: Result, variable: str) -> Any:
    values = result[variable]
    return values.sum("side", skipna=False).values if "side" in values.dims else values.values


def _of(function: Any, values: Any) -> float:
    # unsolved frames are skipped; NaN if all are unsolved
    return float(function(values)) if np.isfinite(values).any() else np.nan


def group_forces(result: Result) -> dict[str, float]:
    # mean over the trial, kN; the parts of the group "glutes" are left out
    force = result.muscle_groups()["mean force N"] / 1000
    return {str(g): float(f) for g, f in force.items() if not str(g).startswith("gluteus_")}
