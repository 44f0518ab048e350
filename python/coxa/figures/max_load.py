"""Figure of the sticking curve."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ..answers.comparison import STATEMENT, shorten
from ..trials.simulation import MaxLoad
from .layout import dress, heads
from .palette import AMBER, BLUE, INK, ORANGE, RULE
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
