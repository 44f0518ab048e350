"""Figure of a comparison of exercises."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..answers.comparison import STATEMENT, Comparison, shorten
from ..base.curves import lifting
from ..trials.labels import person
from .body import Stage
from .layout import dress, heads, rows, zero
from .palette import GUIDE, INK, MANY, NOTE, PAPER, line_of
from .panels import new_figure, short_title


def comparison(given: Comparison) -> Figure:
    """Postures on top; below, joint moments over the lift, maximum loads and muscle groups."""
    data, labels = given.dataset, given.exercises
    stages = {label: Stage(result) for label, result in given.results.items()}
    # inches; the postures share the width
    width, below, header = 17.0, 8.9, 0.85
    across = min(len(labels), 10)
    cell = 0.97 * width / across
    # one scale for all, so that the person has the same size everywhere
    spans = [(s.limits[1] - s.limits[0], s.limits[3] - s.limits[2]) for s in stages.values()]
    wide, tall = (max(sizes) for sizes in zip(*spans, strict=True)) if spans else (1, 0)
    tall *= 1.12  # force arrows extend above the body
    posture = max(0.1, min(2.9, 0.96 * cell * tall / wide))
    row_height = posture + 0.75
    height = header + row_height * -(-len(labels) // across) + below
    figure = new_figure(width, height)

    heading = f"{len(labels)} exercises, {given.basis}" if len(labels) > 1 else given.basis
    who = [*person(given.subject, data.attrs), "moments and groups per working leg"]
    who[-1] += " (mean of both legs where both work)"
    texts = {1 - 0.38 / height: heading, 1 - 0.66 / height: "   ·   ".join(who)}
    heads(figure, 0.04, texts, (15, 10))
    for i, label in enumerate(labels):
        bottom = height - header - row_height * (1 + i // across)
        left = 0.015 + 0.97 * (i % across) / across
        ax = figure.add_axes((left, bottom / height, 0.96 / across, posture / height))
        _posture(ax, given, i, stages.get(label), (wide, tall), 100 // across)

    def panel(column: int, row: int, high: int = 1) -> Axes:
        # two columns of curves in three rows, two columns of groups over all rows
        left = (0.045, 0.285, 0.58, 0.815)[column]
        size = (0.19 if column < 2 else 0.165, (1.85 + 2.72 * (high - 1)) / height)
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
    small: dict[str, Any] = {"fontsize": 8.5, "color": NOTE}
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
    """One exercise at its peak hip moment, under its name in its colour."""
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
    # thirds as in the table
    for x in (100 / 3, 200 / 3):
        ax.axvline(x, color=GUIDE, lw=1, zorder=0)
    zero(ax)
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
    dress(ax, heading, unit, "% of the lifting phase's duration")
    if per_kg:
        mass = float(data.attrs["total_mass"])
        scales: Any = (lambda y: y / mass, lambda y: y * mass)
        right = ax.secondary_yaxis("right", functions=scales)
        right.tick_params(labelsize=8, colors=NOTE, length=2)
        right.spines["right"].set_visible(False)
        ax.text(1.0, 1.02, f"{unit}/kg", transform=ax.transAxes, fontsize=8, color=NOTE)


def _share_of_peak(ax: Axes, given: Comparison, name: str) -> None:
    """Curves relative to their own peak, with means of the first and last third as dots."""
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
            ax.plot([x], [y], "o", ms=7, color=style["color"], mec=PAPER, zorder=4)
    _lift_axis(ax)
    ax.set_ylim(min(0, ax.get_ylim()[0]), 1.08)
    over = "% of the lifting phase; dots: means of thirds"
    dress(ax, "Hip moment over its peak, early and late", "", over)


def _sticking(ax: Axes, given: Comparison) -> None:
    """Maximum load of each point on the path; the smallest of a curve is the exercise's maximum load."""
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
        ax.text(0.5, 0.5, "no greatest loads", transform=ax.transAxes, ha="center", color=NOTE)
    dress(ax, "Sticking curve, dot: greatest load", "kg", "% of the way up")


def _group_bars(
    ax: Axes,
    given: Comparison,
    pattern: str,
    heading: str,
    *,
    scale: float = 1.0,
    unit: str = "",
) -> None:
    """One row per group, with a bar to the mean and a dot at the peak for each exercise."""
    data, labels = given.dataset, given.exercises
    groups = [str(group) for group in data["group"].values]
    step = 0.8 / len(labels)
    for row, group in enumerate(groups):
        name = pattern.format(group)
        name, share = (name, 1) if f"peak_{name}" in data else (name.removeprefix("leg_"), 0.5)
        for i in range(len(labels)):
            y = row - 0.4 + step * (i + 0.5)
            mean = scale * share * float(data[f"mean_{name}"][i])
            peak = scale * share * float(data[f"peak_{name}"][i])
            colour = line_of(i)["color"]
            # bars are hatched once the colours repeat
            hatch = (None, "////", "....")[i // len(MANY) % 3]
            ax.barh(
                y, mean, 0.85 * step, color=colour, alpha=0.55, lw=0, zorder=2, hatch=hatch,
                edgecolor=PAPER,
            )  # fmt: skip
            ax.plot([mean, peak], [y, y], color=colour, lw=0.8, zorder=2)
            ax.plot([peak], [y], "o", ms=max(2.5, min(5, 14 * step)), color=colour, zorder=3)
    ax.set_xlim(0, None)
    dress(ax, heading, "", unit or "of full activation")
    rows(ax, [group.replace("_", " ") for group in groups])
