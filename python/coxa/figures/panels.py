"""Elements shared by the figures of trials: figure, legends, phases, key frames."""

from __future__ import annotations

import textwrap
from itertools import groupby

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from ..trials.result import Result
from .palette import ACTIVATION, INK, NOTE, PAPER, PHASES


def new_figure(width: float, height: float) -> Figure:
    """A figure that notebooks display and scripts can save, with any backend."""
    return plt.figure(figsize=(width, height), facecolor=PAPER)


def key_frames(result: Result) -> list[tuple[str, int]]:
    """Frames at the bottom, middle and top of the first concentric phase, with names."""
    phase = result["phase"].values
    up = np.flatnonzero(phase == 0)
    if len(up) == 0:
        return [("start", 0), ("middle", len(phase) // 2), ("end", len(phase) - 1)]
    run = up[: 1 + int(np.argmax(np.append(np.diff(up), 2) > 1))]
    first, last = int(run[0]), int(run[-1])
    middle = (first + last) // 2
    if "load_position" in result and result.dataset.sizes.get("load", 0):
        height = result["load_position"].isel(load=0).sel(axis="y").values[first : last + 1]
        if np.isfinite(height).all():
            middle = first + int(np.argmin(np.abs(height - (height[0] + height[-1]) / 2)))
    return [("bottom", first), ("half way", middle), ("top", last)]


def colour_bar(figure: Figure, ax: Axes) -> None:
    bar = figure.colorbar(ScalarMappable(cmap=ACTIVATION), cax=ax, orientation="horizontal")
    bar.set_ticks([0, 0.25, 0.5, 0.75, 1.0])
    bar.outline.set_visible(False)
    ax.tick_params(labelsize=8, length=2, colors=INK)
    ax.set_title("muscle activation", fontsize=9, color=INK, pad=3)


def shade_phases(ax: Axes, result: Result, *, labels: bool = True) -> None:
    """Shade the background by phase, with labels."""
    time, phase = result["time"].values, result["phase"].values
    edges = np.concatenate([[time[0]], (time[1:] + time[:-1]) / 2, [time[-1]]])
    start = 0
    for kind, run in groupby(phase.tolist()):
        end = start + len(list(run))
        label, colour = PHASES.get(int(kind), ("", PAPER))
        ax.axvspan(edges[start], edges[end], color=colour, lw=0, zorder=0)
        if labels and edges[end] - edges[start] > 0.06 * (time[-1] - time[0]):
            ax.text(
                (edges[start] + edges[end]) / 2,
                1.01,
                label,
                transform=ax.get_xaxis_transform(),
                ha="center",
                fontsize=8,
                color=NOTE,
            )
        start = end
    ax.set_xlim(time[0], time[-1])


def legend(ax: Axes) -> None:
    # extra room above the lines for the legend
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.2 * (high - low))
    ax.legend(
        loc="upper right", fontsize=8.5, frameon=False, ncols=2, handlelength=1.5, columnspacing=1.2
    )


def short_title(name: str, width: int = 20) -> str:
    """A name wrapped to lines of a width."""
    return "\n".join(textwrap.wrap(name.replace("_", " "), width, break_long_words=True))
