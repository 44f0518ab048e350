"""The figures of a trial, a comparison, a greatest load and a workout."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from ._core import InvalidArgument
from .comparison import STATEMENT, shorten
from .curves import lifting
from .drawing import ACTIVATION, INK, Stage
from .labels import person, subtitle, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .comparison import Comparison
    from .result import Result
    from .simulation import MaxLoad
    from .workout import Workout

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

    for name, label, colour, style in (
        ("hip_extension_moment", "hip extension", BLUE, "-"),
        ("knee_extension_moment", "knee extension", ORANGE, "-"),
        ("lumbar_extension_moment", "lumbar extension", GREEN, "--"),
        ("ankle_plantarflexion_moment", "ankle plantarflexion", PURPLE, ":"),
    ):
        if name in result:
            ax.plot(time, both_sides(result, name), style, color=colour, label=label, lw=2)
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


# ---- exercises side by side ----------------------------------------------------------------------------------

MANY = (BLUE, ORANGE, GREEN, PURPLE, AMBER, SKY, "#4d4d4d", "#8b6f3d")
STYLES = ("-", "--", ":")  # where there are more exercises than colours


def line_of(index: int) -> dict[str, Any]:
    """Colour and style that tell one exercise from the others."""
    return {"color": MANY[index % len(MANY)], "ls": STYLES[index // len(MANY) % len(STYLES)]}


def short_title(name: str, width: int = 20) -> str:
    """A name in lines of a width."""
    return "\n".join(textwrap.wrap(name.replace("_", " "), width, break_long_words=True))


def comparison(given: Comparison) -> Figure:
    """Postures on top; joint moments over the lift, greatest loads and muscle groups below."""
    data, labels = given.dataset, given.exercises
    stages = {label: Stage(result) for label, result in given.results.items()}
    # inches: the postures take what the number of exercises leaves them
    width, below, header = 17.0, 8.9, 0.85
    across = min(len(labels), 10)
    cell = 0.97 * width / across
    # one scale for all: the same person is the same size everywhere
    spans = [(s.limits[1] - s.limits[0], s.limits[3] - s.limits[2]) for s in stages.values()]
    wide, tall = (max(sizes) for sizes in zip(*spans, strict=True)) if spans else (1, 0)
    tall *= 1.12  # arrows of forces reach higher than the body
    posture = max(0.1, min(2.9, 0.96 * cell * tall / wide))
    row_height = posture + 0.75
    height = header + row_height * -(-len(labels) // across) + below
    figure = new_figure(width, height)

    heading = f"{len(labels)} exercises, {given.basis}" if len(labels) > 1 else given.basis
    style: dict[str, Any] = {"fontsize": 15, "weight": "bold", "color": INK, "va": "center"}
    figure.text(0.04, 1 - 0.38 / height, heading, **style)
    who = [*person(given.subject, data.attrs), "moments and groups per working leg"]
    who[-1] += " (mean of both legs where both work)"
    style = {"fontsize": 10, "color": "#5a616b", "va": "center"}
    figure.text(0.04, 1 - 0.66 / height, "   ·   ".join(who), **style)
    for i, label in enumerate(labels):
        bottom = height - header - row_height * (1 + i // across)
        left = 0.015 + 0.97 * (i % across) / across
        ax = figure.add_axes((left, bottom / height, 0.96 / across, posture / height))
        _posture(ax, given, i, stages.get(label), (wide, tall), 100 // across)

    def panel(column: int, row: int, rows: int = 1) -> Axes:
        # two columns of curves in three rows; two columns of groups over all three
        left = (0.045, 0.285, 0.58, 0.815)[column]
        size = (0.19 if column < 2 else 0.165, (1.85 + 2.72 * (rows - 1)) / height)
        return figure.add_axes((left, (0.88 + 2.72 * (2 - row)) / height, *size))

    moment = "leg_hip_extension_moment"
    _over_lift(panel(0, 0), given, moment, "Hip moment")
    _share_of_peak(panel(1, 0), given, moment)
    _over_lift(panel(0, 1), given, "leg_knee_extension_moment", "Knee moment")
    _over_lift(panel(1, 1), given, "lumbar_extension_moment", "Lumbar moment")
    compression: dict[str, Any] = {"scale": 1e-3, "unit": "kN", "per_kg": False}
    _over_lift(panel(0, 2), given, "lumbar_compression", "Lumbar compression", **compression)
    _sticking(panel(1, 2), given)
    _group_bars(panel(2, 2, 3), given, "{}_activation", "Activation, peak and mean")
    _group_bars(
        panel(3, 2, 3), given, "leg_{}_force", "Force, peak and mean", scale=1e-3, unit="kN"
    )
    small: dict[str, Any] = {"fontsize": 8.5, "color": "#7a828c"}
    figure.text(0.045, 0.3 / height, shorten("   ·   ".join(given.warnings), 200), **small)
    notes = f"dots: peak, bars: mean of the lifting phase   ·   {STATEMENT}"
    figure.text(0.98, 0.1 / height, notes, ha="right", **small)
    return figure


def _posture(
    ax: Axes,
    given: Comparison,
    index: int,
    stage: Stage | None,
    size: tuple[float, float],
    letters: int,
) -> None:
    """One exercise where its hip works hardest, under its name in its colour."""
    ax.set_axis_off()
    label = given.exercises[index]
    row = given.dataset.sel(exercise=label)
    limit = float(row["max_load"])
    text = f"{round(float(row['load']), 1):g} kg"
    if str(row["load_basis"].values).startswith("body weight"):
        text = "body weight"
    elif np.isfinite(limit):
        text += f" of at most {limit:.0f}"
    colour = line_of(index)["color"]
    head = short_title(label, max(14, letters))
    ax.set_title(f"{head}\n", fontsize=11, color=colour, weight="bold", pad=2)
    place: dict[str, Any] = {"transform": ax.transAxes, "ha": "center", "va": "bottom"}
    ax.text(0.5, 1.0, text, fontsize=9, color=INK, **place)
    if stage is None:
        return
    window = lifting(given.results[label].dataset)
    percent = float(row["peak_leg_hip_extension_moment_percent"])
    at = window.start + (percent / 100 if np.isfinite(percent) else 0) * window.duration
    stage.draw(ax, int(np.argmin(np.abs(stage.time - at))))
    x = sum(stage.limits[:2]) / 2
    ax.set_xlim(x - size[0] / 2, x + size[0] / 2)
    ax.set_ylim(stage.limits[2], stage.limits[2] + size[1])
    ax.set_anchor("S")


def _lift_axis(ax: Axes) -> None:
    # thirds, as the table takes them
    for x in (100 / 3, 200 / 3):
        ax.axvline(x, color="#d9dee4", lw=1, zorder=0)
    ax.axhline(0, color="#9aa3ad", lw=0.8, zorder=1)
    ax.set_xlim(0, 100)


def _over_lift(
    ax: Axes,
    given: Comparison,
    name: str,
    heading: str,
    *,
    scale: float = 1.0,
    unit: str = "N m",
    per_kg: bool = True,
) -> None:
    data = given.dataset
    for i, label in enumerate(given.exercises):
        y = scale * data[name].sel(exercise=label).values
        ax.plot(data["percent"].values, y, lw=2, label=short_title(label), **line_of(i))
    _lift_axis(ax)
    dress(ax, heading, unit)
    ax.set_xlabel("% of the lifting phase's duration", fontsize=9, color=INK)
    if per_kg:
        mass = float(data.attrs["total_mass"])
        scales: Any = (lambda y: y / mass, lambda y: y * mass)
        right = ax.secondary_yaxis("right", functions=scales)
        right.tick_params(labelsize=8, colors="#7a828c", length=2)
        right.spines["right"].set_visible(False)
        ax.text(
            *(1.0, 1.02),
            f"{unit}/kg",
            transform=ax.transAxes,
            fontsize=8,
            color="#7a828c",
            ha="left",
        )


def _share_of_peak(ax: Axes, given: Comparison, name: str) -> None:
    """The shape alone, early against late: curves over their own peak, means of the first and last third as dots."""
    data = given.dataset
    for i, label in enumerate(given.exercises):
        row = data.sel(exercise=label)
        peak = float(row[f"peak_{name}"])
        if not peak > 0:
            continue
        style = line_of(i)
        ax.plot(data["percent"].values, row[name].values / peak, lw=1.6, **style)
        for word, x in (("first", 100 / 6), ("last", 500 / 6)):
            y = float(row[f"{word}_third_{name}_of_peak"])
            ax.plot([x], [y], "o", ms=7, color=style["color"], mec="white", zorder=4)
    _lift_axis(ax)
    ax.set_ylim(min(0, ax.get_ylim()[0]), 1.08)
    dress(ax, "Hip moment over its peak, early and late", "")
    ax.set_xlabel("% of the lifting phase; dots: means of thirds", fontsize=9, color=INK)


def _sticking(ax: Axes, given: Comparison) -> None:
    """Heaviest load of each place on the way up by itself; the least of it is the greatest load."""
    data = given.dataset
    drawn = False
    for i, label in enumerate(given.exercises):
        row = data.sel(exercise=label)
        curve, limit = row["sticking_curve"].values, float(row["max_load"])
        if not np.isfinite(curve).any() or not np.isfinite(limit):
            continue
        drawn = True
        style = line_of(i)
        ax.plot(data["path_percent"].values, curve, lw=2, **style)
        ax.plot([float(row["limiting_path"])], [limit], "o", color=style["color"], ms=6)
    ax.set_xlim(0, 100)
    if drawn:
        least = np.nanmin(data["max_load"].values)
        ax.set_ylim(0, min(ax.get_ylim()[1], max(4 * least, 1.6 * np.nanmax(data["max_load"]))))
    else:
        ax.text(0.5, 0.5, "no greatest loads", transform=ax.transAxes, ha="center", color="#7a828c")
    dress(ax, "Sticking curve, dot: greatest load", "kg")
    ax.set_xlabel("% of the way up", fontsize=9, color=INK)


def _group_bars(
    ax: Axes,
    given: Comparison,
    pattern: str,
    heading: str,
    *,
    scale: float = 1.0,
    unit: str = "",
) -> None:
    """A band for each group; in it a bar to the mean and a dot at the peak for each exercise."""
    data, labels = given.dataset, given.exercises
    groups = [str(group) for group in data["group"].values]
    step = 0.8 / len(labels)
    for row, group in enumerate(groups):
        if row % 2:
            ax.axhspan(row - 0.5, row + 0.5, color="#f4f6f8", lw=0, zorder=0)
        name = pattern.format(group)
        name, share = (name, 1) if f"peak_{name}" in data else (name.removeprefix("leg_"), 0.5)
        for i in range(len(labels)):
            y = row - 0.4 + step * (i + 0.5)
            mean = scale * share * float(data[f"mean_{name}"][i])
            peak = scale * share * float(data[f"peak_{name}"][i])
            colour = line_of(i)["color"]
            # where colours come round again, so do the bars, hatched
            hatch = (None, "////", "....")[i // len(MANY) % 3]
            ax.barh(
                y, mean, 0.85 * step, color=colour, alpha=0.55, lw=0, zorder=2, hatch=hatch,
                edgecolor="white",
            )  # fmt: skip
            ax.plot([mean, peak], [y, y], color=colour, lw=0.8, zorder=2)
            ax.plot([peak], [y], "o", ms=max(2.5, min(5, 14 * step)), color=colour, zorder=3)
    ax.set_yticks(range(len(groups)), [group.replace("_", " ") for group in groups])
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.set_xlim(0, None)
    dress(ax, heading, "")
    ax.set_xlabel(unit or "of full activation", fontsize=9, color=INK)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def sticking_curve(limit: MaxLoad) -> Figure:
    """Heaviest load of every frame by itself over the way up, and where the least of them limits the lift."""
    figure = new_figure(7.6, 4.6)
    ax = figure.add_axes((0.1, 0.13, 0.86, 0.68))
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
    ax.plot([0, 100], [limit.load] * 2, color="#9aa3ad", lw=0.9, zorder=1)
    ax.plot(*at, "o", color=ORANGE, ms=8, zorder=4)
    ax.annotate(
        f"{limit.load:.1f} kg, limited by {shorten(limit.limited_by, 40).replace('_', ' ')}",
        at,
        xytext=(12, -16),
        textcoords="offset points",
        fontsize=10,
        color=INK,
        va="center",
    )
    ax.set_xlim(-1, 101)
    ax.set_ylim(0, min(1.1 * np.nanmax(load), 4 * limit.load))
    dress(ax, "", "heaviest load of that place by itself, kg")
    ax.set_xlabel("% of the way up", fontsize=9, color=INK)
    ax.legend(loc="lower right", fontsize=9, frameon=False)
    figure.text(
        *(0.1, 0.93), f"Sticking curve: {limit.exercise.replace('_', ' ')}",
        fontsize=13, weight="bold", color=INK, va="center",
    )  # fmt: skip
    figure.text(
        *(0.1, 0.87),
        f"at most {limit.load:.1f} kg, at {limit.time:.2f} s; no fatigue. {STATEMENT}",
        fontsize=9,
        color="#5a616b",
        va="center",
    )
    return figure


def before_after(results: Mapping[str, Result], heading: str = "") -> Figure:
    """The same exercise done in two to four ways: postures, moments, lumbar compression and muscle groups.

    Parameters
    ----------
    results : mapping
        What each way is called, in the order to draw them; the first is what the others are compared with.
    heading : str
        Title of the figure.

    Raises
    ------
    InvalidArgument
        If there are not two to four.
    """
    if not 2 <= len(results) <= 4:
        raise InvalidArgument(f"before_after draws two to four results, not {len(results)}")
    colours = dict(zip(results, (BLUE, ORANGE, GREEN, PURPLE), strict=False))
    figure = new_figure(13.5, 8.8)
    first = next(iter(results.values()))
    figure.text(0.045, 0.967, heading or title(first), fontsize=15, weight="bold", color=INK)
    figure.text(0.045, 0.938, subtitle(first), fontsize=10, color="#5a616b")
    colour_bar(figure, figure.add_axes((0.73, 0.95, 0.25, 0.015)))

    top = GridSpec(
        1, len(results), figure, left=0.01, right=0.7, top=0.87, bottom=0.47, wspace=0.02
    )
    stages = {name: Stage(result) for name, result in results.items()}
    # one scale for all
    limits = np.array([stage.limits for stage in stages.values()])
    common = (limits[:, 0].min(), limits[:, 1].max(), limits[:, 2].min(), limits[:, 3].max())
    for column, (name, stage) in enumerate(stages.items()):
        ax = figure.add_subplot(top[0, column])
        stage.limits = common
        stage.draw(ax, key_frames(results[name])[-1][1])
        ax.set_title(name, fontsize=11, color=colours[name], pad=4, weight="bold")
    compared_groups(figure.add_axes((0.79, 0.5, 0.2, 0.35)), results, colours)

    panels = (
        ("hip_extension_moment", "Hip extension, both legs", "N m", 1.0),
        ("knee_extension_moment", "Knee extension, both legs", "N m", 1.0),
        ("lumbar_extension_moment", "Lumbar extension", "N m", 1.0),
        ("lumbar_compression", "Lumbar compression", "kN", 1e-3),
    )
    for i, (variable, label, unit, factor) in enumerate(panels):
        ax = figure.add_axes((0.05 + 0.245 * i, 0.07, 0.195, 0.3))
        for name, result in results.items():
            values = both_sides(result, variable)
            ax.plot(
                percent_of_trial(result), factor * values, color=colours[name], lw=2, label=name
            )
        ax.axhline(0, color="#9aa3ad", lw=0.8, zorder=1)
        dress(ax, label, unit)
        ax.set_xlabel("time (% of the trial)", fontsize=9, color=INK)
        ax.set_xlim(0, 100)
    return figure


def compared_groups(
    ax: Axes, results: Mapping[str, Result], colours: Mapping[str, str], least: float = 0.05
) -> None:
    """Mean force of each muscle group over the trial, both sides together, one bar per result.

    Groups below `least` of the greatest are left out, and those that are part of another.
    """
    means = {name: result.muscle_groups()["mean force N"] for name, result in results.items()}
    greatest = max(series.max() for series in means.values())
    parts = ("gluteus_",)
    names = [
        name
        for name in next(iter(means.values())).index
        if not str(name).startswith(parts)
        and max(series[name] for series in means.values()) >= least * greatest
    ]
    height = 0.8 / len(results)
    for k, (label, series) in enumerate(means.items()):
        at = np.arange(len(names)) + (k - (len(results) - 1) / 2) * height
        ax.barh(at, series[names] / 1000, height * 0.92, color=colours[label], label=label)
    ax.set_yticks(range(len(names)), [str(name).replace("_", " ") for name in names])
    ax.invert_yaxis()
    dress(ax, "Muscle groups, mean force", "")
    ax.set_xlabel("kN", fontsize=9, color=INK)
    ax.tick_params(axis="y", length=0)


def both_sides(result: Result, variable: str) -> Any:
    """A variable over time, sides added up."""
    values: xr.DataArray = result[variable]
    return values.sum("side", skipna=False).values if "side" in values.dims else values.values


def percent_of_trial(result: Result) -> Any:
    time = result["time"].values
    return 100 * (time - time[0]) / (time[-1] - time[0])


# ---- workouts ------------------------------------------------------------------------------------------------


def workout(given: Workout) -> Figure:
    """The course of the workout on top; impulse, time under tension, work and peaks of each group below."""
    data = given.dataset
    exercises = list(dict.fromkeys(map(str, data["exercise"].values)))
    figure = new_figure(14.5, 8.8)
    total = given.total()
    minutes, seconds = divmod(round(given.duration), 60)
    figure.text(
        0.05,
        0.965,
        f"Workout: {data.sizes['set']} sets, {total['repetitions']:.0f} repetitions,"
        f" {minutes}:{seconds:02d} min, {total['tonnage']:,.0f} kg lifted in all",
        fontsize=15,
        weight="bold",
        color=INK,
        va="center",
    )
    who = "   ·   ".join(person(given.subject, data.attrs))
    figure.text(
        *(0.05, 0.932),
        f"{who}   ·   groups: both sides together; they overlap",
        fontsize=10,
        color="#5a616b",
        va="center",
    )
    _course(figure.add_axes((0.055, 0.61, 0.9, 0.24)), given, exercises)
    panels = (
        ("impulse", "Impulse", "kN s", 1e-3),
        ("time_under_tension", f"Time above {given.threshold:g} activation", "s", 1.0),
        ("work_positive", "Work, + shortening", "kJ; negative: lengthening", 1e-3),
        ("peak_activation", "Peak activation", "of full activation", 1.0),
    )
    for column, (name, heading, unit, scale) in enumerate(panels):
        ax = figure.add_axes((0.115 + 0.218 * column, 0.085, 0.19, 0.40))
        _accumulated(ax, given, exercises, name, scale)
        dress(ax, heading, "")
        ax.set_xlabel(unit, fontsize=9, color=INK)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        if column:
            ax.set_yticklabels([])
    notes = "   ·   ".join([*given.warnings[:1], str(data.attrs["statement"])])
    figure.text(0.985, 0.015, notes, fontsize=8.5, color="#7a828c", ha="right")
    return figure


def _course(ax: Axes, given: Workout, exercises: list[str]) -> None:
    """Sets as blocks over time, and the glutes' impulse as it grows."""
    data = given.dataset
    start, end = data["start"].values, data["end"].values
    group = "glutes" if "glutes" in data["group"].values else str(data["group"].values[0])
    steps = data["impulse"].sel(group=group).values * 1e-3
    grown = np.cumsum(steps)
    high = 1.3 * grown[-1]
    named = set()
    for i, name in enumerate(map(str, data["exercise"].values)):
        colour = line_of(exercises.index(name))["color"]
        ax.axvspan(
            start[i] / 60,
            end[i] / 60,
            color=colour,
            alpha=0.25,
            lw=0,
            label=name.replace("_", " ") if name not in named else None,
        )
        named.add(name)
        load = float(data["load"][i])
        reps = int(data["repetitions"][i])
        text = f"{reps} x\n{load:.3g} kg" if load > 0 else f"{reps} x"
        ax.text(
            (start[i] + end[i]) / 120,
            0.97,
            text,
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="top",
            rotation=90 if data.sizes["set"] > 8 else 0,
            fontsize=8.5,
            color=INK,
        )
    times = np.column_stack([start, end]).ravel() / 60
    values = np.column_stack([grown - steps, grown]).ravel()
    ax.plot(times, values, color=INK, lw=2)
    ax.set_xlim(0, given.duration / 60)
    ax.set_ylim(0, high)
    dress(ax, f"Impulse of the {group.replace('_', ' ')} as it adds up", "kN s")
    ax.set_xlabel("time (min)", fontsize=9, color=INK)
    ax.legend(
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=4,
        fontsize=9,
        frameon=False,
        borderpad=0,
    )


def _accumulated(ax: Axes, given: Workout, exercises: list[str], name: str, scale: float) -> None:
    """One bar per group: what adds up as stacked parts by exercise, peaks side by side."""
    data = given.dataset
    groups = [str(group) for group in data["group"].values]
    rows = np.arange(len(groups))
    for row in rows[1::2]:
        ax.axhspan(row - 0.5, row + 0.5, color="#f4f6f8", lw=0, zorder=0)
    of = data["exercise"].values.astype(str)
    if name.startswith("peak"):
        step = 0.7 / len(exercises)
        for i, exercise in enumerate(exercises):
            y = rows - 0.35 + step * (i + 0.5)
            peak = scale * data[name].values[of == exercise].max(axis=0)
            ax.barh(y, peak, 0.9 * step, lw=0, zorder=2, color=line_of(i)["color"])
    else:
        other = name.replace("positive", "negative") if "positive" in name else None
        for part in filter(None, (name, other)):
            left = np.zeros(len(groups))
            for i, exercise in enumerate(exercises):
                width = scale * data[part].values[of == exercise].sum(axis=0)
                ax.barh(*(rows, width, 0.7), left=left, lw=0, zorder=2, color=line_of(i)["color"])
                left += width
        if other:
            ax.axvline(0, color="#9aa3ad", lw=0.8, zorder=3)
    ax.set_yticks(rows, [group.replace("_", " ") for group in groups])
    ax.set_ylim(len(groups) - 0.5, -0.5)
