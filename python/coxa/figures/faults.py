"""Figure of the same exercise done in several ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from ..trials.faults import SERIES, both_sides, check_trials, group_forces
from ..trials.labels import subtitle, title
from ..trials.result import Result
from .body import Stage
from .layout import dress, heads, zero
from .palette import MANY
from .panels import colour_bar, key_frames, new_figure, shade_phases

#: Groups whose mean force is below this fraction of the largest are omitted.
LEAST_GROUP = 0.05


def before_after(trials: Mapping[str, Result], heading: str = "") -> Figure:
    """Plot postures at the top, joint moments, lumbar compression and muscle groups of two to four ways.

    Parameters
    ----------
    trials : mapping
        Results by label, in drawing order.
    heading : str
        Title; by default exercise and load of the first result.

    Raises
    ------
    InvalidArgument
        If there are not two to four, or a value is not a `Result`.
    """
    check_trials(trials, 2, 4)
    colours = dict(zip(trials, MANY, strict=False))
    first = next(iter(trials.values()))
    figure = new_figure(13.5, 7.4)
    heads(figure, 0.045, {0.9635: heading or title(first), 0.9265: subtitle(first)}, (15, 10))
    colour_bar(figure, figure.add_axes((0.79, 0.945, 0.19, 0.016)))

    _postures(figure, trials, colours)
    ax = figure.add_axes((0.80, 0.53, 0.18, 0.33))
    _bars(ax, {name: group_forces(result) for name, result in trials.items()}, colours)
    dress(ax, "Muscle groups, mean force", "", "kN, both sides")
    ax.tick_params(axis="y", length=0)

    # ways of equal duration share their phases; others are normalised to 100 %
    ends = [float(result["time"][-1] - result["time"][0]) for result in trials.values()]
    together = bool(np.allclose(ends, ends[0]))
    for i, (variable, label, unit, factor) in enumerate(SERIES):
        ax = figure.add_axes((0.055 + 0.245 * i, 0.08, 0.18, 0.3))
        if together:
            shade_phases(ax, first)
        for name, result in trials.items():
            if variable in result:
                x = result["time"].values if together else _percent(result)
                ax.plot(
                    x, factor * both_sides(result, variable), color=colours[name], lw=2, label=name
                )
        zero(ax)
        both = ", both legs" if i < 2 else ""
        over = "time (s)" if together else "time (% of the trial)"
        dress(ax, f"{label.removesuffix(' moment').capitalize()}{both}", unit, over)
        if not together:
            ax.set_xlim(0, 100)
    return figure


def _postures(figure: Figure, trials: Mapping[str, Result], colours: Mapping[str, str]) -> None:
    """The posture at the top of each way, on a common scale."""
    stages = {name: Stage(result) for name, result in trials.items()}
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


def _percent(result: Result) -> Any:
    time = result["time"].values
    return 100 * (time - time[0]) / (time[-1] - time[0])


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
