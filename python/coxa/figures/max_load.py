"""Figures of a greatest load: the sticking curve, and its uncertainty."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ..answers.comparison import STATEMENT, shorten
from ..answers.load_uncertainty import WORDS, LoadUncertainty
from ..trials.simulation import MaxLoad
from .layout import dress, heads, legend_above, rows
from .palette import AMBER, BLUE, INK, ORANGE, RULE, SPAN
from .panels import new_figure


def sticking_curve(limit: MaxLoad) -> Figure:
    """Maximum load of every frame along the path, and the frame that limits the lift."""
    figure = new_figure(7.6, 4.6)
    ax = figure.add_axes((0.1, 0.13, 0.86, 0.65))
    path = 100 * limit.curve["path"].to_numpy()
    load = limit.curve["load"].to_numpy()
    styles: dict[str, dict[str, Any]] = {
        "lifting": {"color": BLUE, "lw": 2.2},
        "lowering": {"color": AMBER, "lw": 1.6, "ls": "--"},
    }
    for direction, (label, style) in zip((1, -1), styles.items(), strict=True):
        moving = np.diff(path) * direction > 0
        x = np.where(np.append(moving, False) | np.append(False, moving), path, np.nan)
        ax.plot(x, load, label=label, **style)
    at = (path[limit.frame], limit.load)
    ax.plot([0, 100], [limit.load] * 2, color=RULE, lw=0.9, zorder=1)
    ax.plot(*at, "o", color=ORANGE, ms=8, zorder=4)
    ax.annotate(
        f"{limit.load:.1f} kg",
        at,
        xytext=(12 if at[0] < 50 else -12, -16),
        textcoords="offset points",
        ha="left" if at[0] < 50 else "right",
        fontsize=10,
        color=INK,
        va="center",
    )
    ax.set_xlim(-1, 101)
    ax.set_ylim(0, min(1.1 * np.nanmax(load), 4 * limit.load))
    dress(ax, "", "heaviest load of that place by itself, kg", "% of the way up")
    ax.legend(loc="best", fontsize=9, frameon=False)
    title = f"Sticking curve: {limit.exercise.replace('_', ' ')}"
    subtitle = (
        f"at most {limit.load:.1f} kg, at {limit.time:.2f} s; no fatigue. {STATEMENT}\n"
        f"limited by {shorten(limit.limited_by, 90)}"
    )
    heads(figure, 0.1, {0.94: title, 0.855: subtitle}, (13, 9))
    return figure


def load_uncertainty(given: LoadUncertainty) -> Figure:
    """Percentiles of the load between people, and the range of muscle forces over the criteria."""
    figure = new_figure(9.6, 4.6)
    spread = f"strength varies by {100 * given.spread:.0f} % between such people"
    title = f"How sure is the greatest load? {given.limit.exercise.replace('_', ' ')}"
    heads(figure, 0.05, {0.94: title, 0.87: f"{given.limit.whose}; {spread}"}, (13, 9))
    ax = figure.add_axes((0.17, 0.13, 0.3, 0.55))
    table, y = given.table, np.arange(len(given.table))
    ax.hlines(y, table["p10"].fillna(0), table["p90"], color=SPAN, lw=8, zorder=1)
    ax.plot(table["p50"], y, "o", color=BLUE, ms=8, label="half of them")
    ax.axvline(given.limit.load, color=ORANGE, lw=1.5, label="the average person", zorder=2)
    ax.set_xlim(0, None)
    dress(ax, "Greatest load", "", "kg; bar: the middle 80 %")
    rows(ax, [WORDS[str(name)] for name in table.index], 12)
    legend_above(ax, 2, fontsize=8, borderpad=0, columnspacing=0.9)
    ax = figure.add_axes((0.66, 0.13, 0.31, 0.55))
    forces, y = given.forces, np.arange(len(given.forces))
    ax.hlines(y, forces["least"], forces["greatest"], color=SPAN, lw=5, zorder=1)
    ax.plot(forces["force"], y, "o", color=BLUE, ms=5)
    ax.set_xlim(0, None)
    dress(ax, "Forces at that load", "", "N; dot: criterion 2, bar: 1 to min-max")
    rows(ax, [str(name).replace("_", " ") for name in forces.index])
    return figure
