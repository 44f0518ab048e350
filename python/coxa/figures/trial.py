"""Figure of one trial."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from ..trials.faults import both_sides
from ..trials.labels import subtitle, title
from ..trials.result import Result
from .body import Stage
from .layout import dress, heads, zero
from .palette import ACTIVATION, AMBER, BLUE, GREEN, INK, ORANGE, PAPER, PURPLE, SKY
from .panels import colour_bar, key_frames, legend, new_figure, shade_phases


def plot(result: Result) -> Figure:
    """Postures on top; below, joint moments, support forces and muscle groups over time."""
    stage = Stage(result)
    figure = new_figure(13.5, 8.4)
    heads(figure, 0.045, {0.965: title(result), 0.929: subtitle(result)}, (15, 10))
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


def moments(ax: Axes, result: Result) -> None:
    """Extension moments (positive), both legs summed for comparison with the lumbar joint."""
    shade_phases(ax, result)
    time = result["time"].values

    for name, label, colour, style in (
        ("hip_extension_moment", "hip extension", BLUE, "-"),
        ("knee_extension_moment", "knee extension", ORANGE, "-"),
        ("lumbar_extension_moment", "lumbar extension", GREEN, "--"),
        ("ankle_plantarflexion_moment", "ankle plantarflexion", PURPLE, ":"),
    ):
        if name in result:
            ax.plot(time, both_sides(result, name), style, color=colour, label=label, lw=2)
    zero(ax)
    dress(ax, "Joint moments, both legs together", "N m")
    legend(ax)


def supports(ax: Axes, result: Result) -> None:
    """Vertical force of each support, both feet summed."""
    shade_phases(ax, result)
    time = result["time"].values
    force = result["support_force"].transpose("time", "support", "axis")
    lines: dict[str, list[str]] = {}
    for name in map(str, force["support"].values):
        label = "both feet" if name.endswith("_foot") else name.replace("_", " ")
        lines.setdefault(label, []).append(name)
    for (label, members), colour in zip(
        lines.items(), (BLUE, AMBER, GREEN, PURPLE, SKY), strict=False
    ):
        sums = force.sel(support=members).sum("support", skipna=False)
        ax.plot(time, sums.sel(axis="y"), color=colour, lw=2, label=f"{label}, up")
        ax.plot(time, sums.sel(axis="x"), ":", color=colour, lw=1.8, label=f"{label}, forward")
    zero(ax)
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
        ax.axhline(y, color=PAPER, lw=1.5)
    phase = result["phase"].values
    for change in np.flatnonzero(np.diff(phase)):
        ax.axvline(edges[change + 1], color=PAPER, lw=1.5)
    dress(ax, "Activation of muscle groups", "")
    ax.tick_params(axis="y", length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
