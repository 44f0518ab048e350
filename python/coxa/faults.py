"""What a fault of form changes: the same exercise done in several ways, as a table and as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ._core import InvalidArgument
from .cues import Reading
from .result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .tables import Table

#: Series that are compared: variable, what it is called, its unit there, and the factor to it.
SERIES = (
    ("hip_extension_moment", "hip extension moment", "N m", 1.0),
    ("knee_extension_moment", "knee extension moment", "N m", 1.0),
    ("lumbar_extension_moment", "lumbar extension moment", "N m", 1.0),
    ("lumbar_compression", "lumbar compression", "kN", 1e-3),
)

#: Groups whose mean force is under this share of the greatest are left out of the picture.
LEAST_GROUP = 0.05


def consequences(trials: Mapping[str, Result]) -> Table:
    """What the same exercise asks for when it is done in several ways.

    Parameters
    ----------
    trials : mapping
        What each way is called, and its result.

    Returns
    -------
    Table
        One column per way. Joint moments of both legs together: greatest and least of the trial, and mean at the
        top; lumbar compression likewise; mean force of each muscle group over the trial, both sides together; and
        the cues that fail.

    Raises
    ------
    InvalidArgument
        If there are fewer than two, or one is no Result.
    """
    from .form import check_form
    from .tables import Table

    _check(trials, 2, None)
    columns: dict[str, dict[str, Any]] = {}
    for name, result in trials.items():
        top = Reading(result).top
        column: dict[str, Any] = {}
        for variable, label, unit, factor in SERIES:
            if variable not in result:
                continue
            values = factor * _both(result, variable)
            column[f"{label}, greatest, {unit}"] = _of(np.nanmax, values)
            column[f"{label}, least, {unit}"] = _of(np.nanmin, values)
            column[f"{label}, at the top, {unit}"] = _of(np.nanmean, values[top])
        for group, force in _groups(result).items():
            column[f"{group.replace('_', ' ')}, mean force, kN"] = force
        column["cues that fail"] = ", ".join(cue.name for cue in check_form(result).failed) or "-"
        columns[name] = column
    table = Table(columns)
    table.index.name = "quantity"
    return table


def before_after(trials: Mapping[str, Result], heading: str = "") -> Figure:
    """Postures at the top, joint moments, lumbar compression and muscle groups of two to four ways.

    Parameters
    ----------
    trials : mapping
        What each way is called, and its result, in the order to draw them.
    heading : str
        Title; the exercise and load of the first if there is none.

    Raises
    ------
    InvalidArgument
        If there are not two to four, or one is no Result.
    """
    from matplotlib.gridspec import GridSpec

    from .drawing import INK, Stage
    from .figures import (
        BLUE,
        GREEN,
        ORANGE,
        PURPLE,
        colour_bar,
        dress,
        key_frames,
        new_figure,
        shade_phases,
    )
    from .labels import subtitle, title

    _check(trials, 2, 4)
    colours = dict(zip(trials, (BLUE, ORANGE, GREEN, PURPLE), strict=False))
    first = next(iter(trials.values()))
    figure = new_figure(13.5, 7.4)
    figure.text(0.045, 0.955, heading or title(first), fontsize=15, weight="bold", color=INK)
    figure.text(0.045, 0.92, subtitle(first), fontsize=10, color="#5a616b")
    colour_bar(figure, figure.add_axes((0.79, 0.945, 0.19, 0.016)))

    stages = {name: Stage(result) for name, result in trials.items()}
    # one scale for all postures
    limits = np.array([stage.limits for stage in stages.values()])
    common = (*(f(limits[:, i]) for i, f in enumerate((np.min, np.max, np.min, np.max))),)
    grid = GridSpec(
        1, len(trials), figure, left=0.01, right=0.71, top=0.86, bottom=0.5, wspace=0.02
    )
    for column, (name, stage) in enumerate(stages.items()):
        ax = figure.add_subplot(grid[0, column])
        stage.limits = common
        stage.draw(ax, key_frames(trials[name])[-1][1])
        ax.set_title(f"{name}, top", fontsize=11, color=colours[name], pad=4, weight="bold")

    ax = figure.add_axes((0.80, 0.53, 0.18, 0.33))
    _bars(ax, {name: _groups(result) for name, result in trials.items()}, colours)
    dress(ax, "Muscle groups, mean force", "")
    ax.set_xlabel("kN, both sides", fontsize=9, color=INK)
    ax.tick_params(axis="y", length=0)

    # ways that last the same share their phases; others are stretched to one length
    ends = [float(result["time"][-1] - result["time"][0]) for result in trials.values()]
    together = bool(np.allclose(ends, ends[0]))
    for i, (variable, label, unit, factor) in enumerate(SERIES):
        ax = figure.add_axes((0.055 + 0.245 * i, 0.08, 0.18, 0.3))
        if together:
            shade_phases(ax, first)
        for name, result in trials.items():
            if variable in result:
                x = result["time"].values if together else _percent(result)
                ax.plot(x, factor * _both(result, variable), color=colours[name], lw=2, label=name)
        ax.axhline(0, color="#9aa3ad", lw=0.8, zorder=1)
        both = ", both legs" if i < 2 else ""
        dress(ax, f"{label.removesuffix(' moment').capitalize()}{both}", unit)
        if not together:
            ax.set_xlabel("time (% of the trial)", fontsize=9, color=INK)
            ax.set_xlim(0, 100)
    return figure


def _check(trials: object, least: int, most: int | None) -> None:
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


def _both(result: Result, variable: str) -> Any:
    values = result[variable]
    return values.sum("side", skipna=False).values if "side" in values.dims else values.values


def _of(function: Any, values: Any) -> float:
    # frames without a solution are left out; without any value there is none
    return float(function(values)) if np.isfinite(values).any() else np.nan


def _percent(result: Result) -> Any:
    time = result["time"].values
    return 100 * (time - time[0]) / (time[-1] - time[0])


def _groups(result: Result) -> dict[str, float]:
    # kN; groups that are part of another are left out
    force = result.muscle_groups()["mean force N"] / 1000
    return {str(g): float(f) for g, f in force.items() if not str(g).startswith("gluteus_")}


def _bars(ax: Axes, forces: Mapping[str, Mapping[str, float]], colours: Mapping[str, str]) -> None:
    greatest = np.nanmax([value for force in forces.values() for value in force.values()])
    names = [
        group
        for group in next(iter(forces.values()))
        if max(force.get(group, 0.0) for force in forces.values()) >= LEAST_GROUP * greatest
    ]
    height = 0.8 / len(forces)
    for k, (name, force) in enumerate(forces.items()):
        places = np.arange(len(names)) + (k - (len(forces) - 1) / 2) * height
        ax.barh(places, [force[g] for g in names], 0.92 * height, color=colours[name])
    ax.set_yticks(range(len(names)), [group.replace("_", " ") for group in names])
    ax.invert_yaxis()
