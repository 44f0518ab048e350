"""The figure of one trial."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from .drawing import ACTIVATION, INK, Stage
from .labels import subtitle, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .result import Result

# colours that all kinds of colour vision tell apart (Okabe & Ito 2008)
BLUE, ORANGE, GREEN, PURPLE, SKY, AMBER = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#e69f00",
)
PHASES = {
    0: ("up", "#e4edf5"),
    1: ("hold", "#ffffff"),
    2: ("down", "#f6ece0"),
    3: ("rest", "#ffffff"),
}


def plot(result: Result) -> Figure:
    """Postures on top; joint moments, support forces and muscle groups over time below."""
    stage = Stage(result)
    figure = new_figure(13.5, 8.4)
    figure.text(0.045, 0.965, title(result), fontsize=15, weight="bold", color=INK, va="center")
    figure.text(0.045, 0.929, subtitle(result), fontsize=10, color="#5a616b", va="center")
    colour_bar(figure, figure.add_axes((0.73, 0.935, 0.25, 0.017)))

    top = GridSpec(1, 3, figure, left=0.01, right=0.99, top=0.87, bottom=0.5, wspace=0.02)
    for column, (label, frame) in enumerate(key_frames(result)):
        ax = figure.add_subplot(top[0, column])
        stage.draw(ax, frame)
        ax.set_title(f"{label}, {stage.time[frame]:.2f} s", fontsize=11, color=INK, pad=4)

    low, high = 0.07, 0.355
    moments(figure.add_axes((0.055, low, 0.283, high)), result)
    supports(figure.add_axes((0.395, low, 0.28, high)), result)
    groups(figure.add_axes((0.775, low, 0.21, high)), result)
    return figure


def new_figure(width: float, height: float) -> Figure:
    """A figure that a notebook shows and a script can save, whichever backend there is."""
    import matplotlib.pyplot as plt

    return plt.figure(figsize=(width, height), facecolor="white")


def key_frames(result: Result) -> list[tuple[str, int]]:
    """Bottom, middle and top of the first way up."""
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
    """Paints the background by phase and writes what each is."""
    time, phase = result["time"].values, result["phase"].values
    edges = np.concatenate([[time[0]], (time[1:] + time[:-1]) / 2, [time[-1]]])
    start = 0
    for kind, run in groupby(phase.tolist()):
        end = start + len(list(run))
        label, colour = PHASES.get(int(kind), ("", "#ffffff"))
        ax.axvspan(edges[start], edges[end], color=colour, lw=0, zorder=0)
        if labels and edges[end] - edges[start] > 0.06 * (time[-1] - time[0]):
            ax.text(
                (edges[start] + edges[end]) / 2,
                1.01,
                label,
                transform=ax.get_xaxis_transform(),
                ha="center",
                fontsize=8,
                color="#7a828c",
            )
        start = end
    ax.set_xlim(time[0], time[-1])


def dress(ax: Axes, heading: str, unit: str) -> None:
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color("#9aa3ad")
    ax.tick_params(labelsize=9, colors=INK, length=3)
    ax.set_xlabel("time (s)", fontsize=9, color=INK)
    ax.set_ylabel(unit, fontsize=9, color=INK)
    ax.set_title(heading, fontsize=11, color=INK, loc="left", pad=16, weight="bold")


def legend(ax: Axes) -> None:
    # room above the lines, so that none is covered
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.2 * (high - low))
    ax.legend(
        loc="upper right", fontsize=8.5, frameon=False, ncols=2, handlelength=1.5, columnspacing=1.2
    )


def moments(ax: Axes, result: Result) -> None:
    """Extension positive; legs together, so that they compare with the one lumbar joint."""
    shade_phases(ax, result)
    time = result["time"].values

    def both(name: str) -> Any:
        values: xr.DataArray = result[name]
        return values.sum("side", skipna=False).values if "side" in values.dims else values.values

    for name, label, colour, style in (
        ("hip_extension_moment", "hip extension", BLUE, "-"),
        ("knee_extension_moment", "knee extension", ORANGE, "-"),
        ("lumbar_extension_moment", "lumbar extension", GREEN, "--"),
        ("ankle_plantarflexion_moment", "ankle plantarflexion", PURPLE, ":"),
    ):
        if name in result:
            ax.plot(time, both(name), style, color=colour, label=label, lw=2)
    ax.axhline(0, color="#9aa3ad", lw=0.8, zorder=1)
    dress(ax, "Joint moments, both legs together", "N m")
    legend(ax)


def supports(ax: Axes, result: Result) -> None:
    """Upward force of each support; both feet as one."""
    shade_phases(ax, result)
    time = result["time"].values
    force = result["support_force"].transpose("time", "support", "axis")
    up = force.sel(axis="y")
    ahead = force.sel(axis="x")
    lines: dict[str, list[str]] = {}
    for name in map(str, force["support"].values):
        lines.setdefault(
            "both feet" if name.endswith("_foot") else name.replace("_", " "), []
        ).append(name)
    for (label, members), colour in zip(
        lines.items(), (BLUE, AMBER, GREEN, PURPLE, SKY), strict=False
    ):
        ax.plot(
            time,
            up.sel(support=members).sum("support", skipna=False),
            color=colour,
            lw=2,
            label=f"{label}, up",
        )
        ax.plot(
            time,
            ahead.sel(support=members).sum("support", skipna=False),
            ":",
            color=colour,
            lw=1.8,
            label=f"{label}, forward",
        )
    ax.axhline(0, color="#9aa3ad", lw=0.8, zorder=1)
    dress(ax, "Support forces on the body", "N")
    legend(ax)


def groups(ax: Axes, result: Result) -> None:
    """Activation of each group over time, as colour."""
    time = result["time"].values
    activation = result["group_activation"].mean("side", skipna=False).transpose("group", "time")
    names = [str(name).replace("_", " ") for name in activation["group"].values]
    edges = np.concatenate([[time[0]], (time[1:] + time[:-1]) / 2, [time[-1]]])
    ax.pcolormesh(
        edges,
        np.arange(len(names) + 1),
        activation.values,
        cmap=ACTIVATION,
        vmin=0,
        vmax=1,
        rasterized=True,
    )
    ax.invert_yaxis()
    ax.set_yticks(np.arange(len(names)) + 0.5, names)
    for y in range(1, len(names)):
        ax.axhline(y, color="white", lw=1.5)
    phase = result["phase"].values
    for change in np.flatnonzero(np.diff(phase)):
        ax.axvline(edges[change + 1], color="white", lw=1.5)
    dress(ax, "Activation of muscle groups", "")
    ax.tick_params(axis="y", length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
