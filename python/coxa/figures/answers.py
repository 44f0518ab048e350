"""Figures of an optimum, a calibration and a criterion spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..answers.criteria import own_criterion
from ..authoring import catalogue
from ..base import check
from ..trials.labels import person, subtitle, title
from ..trials.options import criterion_text
from .layout import dress, heads, joined, legend_above, rows
from .palette import AMBER, BLUE, GREEN, INK, MANY, ORANGE, PAPER, PRIOR, PURPLE, RULE, SKY, SPAN
from .panels import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..answers.calibration import Calibration
    from ..answers.criteria import CriterionSpread
    from ..answers.optimization import Optimum

#: Quantities of a muscle group that `CriterionSpread.plot` can show: heading and unit.
QUANTITIES = {
    "impulse": ("Impulse", "N s, both sides together"),
    "peak_force": ("Peak force", "N, both sides together"),
    "peak_activation": ("Peak activation", "of full activation, mean of both sides"),
}


# ---- an optimum


def optimum(given: Optimum) -> Figure:
    """The objective over each parameter: trials within and beyond the limits, and the optimum."""
    names = list(given.parameters)
    columns = min(len(names), 3)
    down = math.ceil(len(names) / columns)
    figure = new_figure(0.9 + 4.2 * columns, 1.45 + 3.2 * down)
    width, height = figure.get_size_inches()
    objective = given.objective.replace("_", " ")
    of = "Greatest" if given.maximize else "Least"
    exercise = catalogue.exercise(given.exercise)
    found = ", ".join(_value_text(exercise, name, x) for name, x in given.parameters.items())
    held = ", ".join(map(_words, given.binding)) or "no limit"
    heading = f"{exercise.info.title}: {of.lower()} {objective}"
    line = f"{given.value:.4g} {given.unit} at {found}".replace("  ", " ")
    if columns == 1:
        heading = f"{of} {objective}"
    else:
        line += f"   ·   held by: {held}"
    heads(figure, 0.75 / width, {1 - 0.3 / height: heading, 1 - 0.6 / height: line})
    history = given.history
    inside = history["feasible"].to_numpy(bool)
    value = history["objective"].to_numpy(float)
    # trials of impossible motions have no objective to draw
    drawn = np.isfinite(value)
    for i, name in enumerate(names):
        left = (0.85 + 4.2 * (i % columns)) / width
        bottom = (0.9 + 3.2 * (down - 1 - i // columns)) / height
        ax = figure.add_axes((left, bottom, 3.3 / width, 2.35 / height))
        x, ticks = _positions(history[name].tolist())
        ax.plot(x[drawn & ~inside], value[drawn & ~inside], "o", ms=3.5, color=SPAN, mew=0,
                label="beyond a limit")  # fmt: skip
        ax.plot(x[inside], value[inside], "o", ms=4, color=BLUE, alpha=0.6, mew=0,
                label="within all limits")  # fmt: skip
        at = given.parameters[name]
        best = float(at) if ticks is None else float(ticks.index(str(at)))
        ax.plot([best], [given.value], "D", ms=9, color=ORANGE, mec=PAPER, mew=1.2, zorder=5,
                label="optimum")  # fmt: skip
        if ticks is not None:
            ax.set_xticks(range(len(ticks)), [tick.replace("_", " ") for tick in ticks])
            ax.set_xlim(-0.5, len(ticks) - 0.5)
        unit = exercise.parameters[name].unit.removeprefix("1")
        dress(ax, _words(name), given.unit if i % columns == 0 else "", unit)
        if i == len(names) - 1:
            figure.legend(
                *ax.get_legend_handles_labels(),
                loc="lower right",
                bbox_to_anchor=(1 - 0.2 / width, 0.01),
                ncols=3,
                fontsize=8.5,
                frameon=False,
            )
    return figure


def _value_text(exercise: catalogue.ExerciseDescription, name: str, value: float | str) -> str:
    text = value.replace("_", " ") if isinstance(value, str) else f"{value:.3g}"
    return f"{_words(name)} {text} {exercise.parameters[name].unit.removeprefix('1')}".rstrip()


def _words(name: str) -> str:
    """A parameter's name as text, without its unit."""
    return name.removesuffix("_deg").replace("_", " ")


def _positions(values: Sequence[Any]) -> tuple[np.ndarray, list[str] | None]:
    """Positions on an axis: numbers as they are, words by order of first occurrence."""
    if not any(isinstance(value, str) for value in values):
        return np.array(values, float), None
    words = list(dict.fromkeys(map(str, values)))
    return np.array([words.index(str(value)) for value in values], float), words


# ---- a calibration


def calibration(given: Calibration) -> Figure:
    """Measured against predicted values, and the factors with their intervals."""
    figure = new_figure(11.5, 5.0)
    what = "greatest loads" if given.kind == "maxima" else "torques of single joints"
    heading = f"Strength calibrated on {len(given.table)} {what}"
    who = joined(*person(replace(given.subject, strength=1.0), {}))
    heads(figure, 0.06, {0.945: heading, 0.885: who})
    ax = figure.add_axes((0.06, 0.13, 0.36, 0.63))
    if given.kind == "maxima":
        ax.set_position((0.175, 0.13, 0.33, 0.63))
        _lifts(ax, given)
    else:
        _torques(ax, given)
    _factors(figure.add_axes((0.69, 0.13, 0.28, 0.63)), given)
    return figure


def _lifts(ax: Axes, given: Calibration) -> None:
    """One row per exercise: predictions before and after, and the measured load."""
    table = given.table
    y = np.arange(len(table))
    before = table["predicted_before"].fillna(0).to_numpy(float)
    after, measured = table["predicted_after"].to_numpy(float), table["measured"].to_numpy(float)
    ax.hlines(y, before, after, color=SPAN, lw=2, zorder=1)
    ax.plot(before, y, "o", color=SKY, ms=7, label="predicted before")
    ax.plot(after, y, "o", color=BLUE, ms=9, label="after")
    ax.plot(measured, y, "|", color=ORANGE, ms=22, mew=2.5, label="measured")
    ax.set_yticks(y, [str(name).replace("_", " ") for name in table.index])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(0, 1.08 * max(before.max(), after.max(), measured.max()))
    dress(ax, "Greatest load", "", "kg")
    close = {"borderpad": 0, "handletextpad": 0.3, "columnspacing": 1.2}
    legend_above(ax, 3, right=True, fontsize=8.5, handlelength=2, **close)


def _torques(ax: Axes, given: Calibration) -> None:
    """Torque over joint angle, one colour per joint and posture: dots measured, lines after, thin lines before."""
    table = given.table
    others = [
        name
        for name in table.columns
        if name == "velocity_deg_s" or (name.endswith("_deg") and name != "angle_deg")
    ]
    keys = [
        (row["joint"], *(float(row[name]) if row[name] == row[name] else 0.0 for name in others))
        for _, row in table.iterrows()
    ]
    for i, key in enumerate(dict.fromkeys(keys)):
        part = table[[other == key for other in keys]].sort_values("angle_deg")
        colour = MANY[i % len(MANY)]
        angle = part["angle_deg"]
        ax.plot(angle, part["predicted_before"], "--", color=colour, lw=1.1, alpha=0.8)
        ax.plot(angle, part["predicted_after"], color=colour, lw=2)
        told = [
            f"{name.removesuffix('_deg').removesuffix('_deg_s').replace('_', ' ')} {x:g}"
            for name, x in zip(others, key[1:], strict=True)
            if x
        ]
        label = str(key[0]).replace("_", " ") + (f" ({', '.join(told)})" if told else "")
        ax.plot(angle, part["measured"], "o", color=colour, ms=6, mec=PAPER, label=label)
    ax.set_ylim(0, 1.05 * ax.get_ylim()[1])
    over = "joint angle (deg, flexion positive)"
    dress(ax, "Torque: dots measured, lines after, dashes before", "N m", over)
    ax.legend(loc="lower center", fontsize=8, frameon=False)


def _factors(ax: Axes, given: Calibration) -> None:
    """Each factor with its interval; the prior in grey."""
    table = given.factors
    y = np.arange(len(table))
    for i, (_, row) in enumerate(table.iterrows()):
        if math.isfinite(row["spread"]):
            half = 1.96 * row["spread"]
            ax.barh(i, math.exp(half) - math.exp(-half), 0.5, left=math.exp(-half),
                    color=PRIOR, zorder=0)  # fmt: skip
        if math.isfinite(row["low"]):
            ax.plot([row["low"], row["high"]], [i, i], color=BLUE, lw=2.2)
        ax.plot([row["factor"]], [i], "o", color=BLUE, ms=8)
        ax.annotate(
            f"{row['factor']:.2f}", (row["factor"], i), xytext=(0, 9), textcoords="offset points",
            ha="center", fontsize=9, color=INK,
        )  # fmt: skip
    ax.axvline(1, color=RULE, lw=1, zorder=1)
    ax.set_yticks(y, [str(name).replace("_", " ") for name in table.index])
    ax.set_ylim(len(table) - 0.4, -0.6)
    low, high = ax.get_xlim()
    ax.set_xlim(max(0, min(low, 0.75)), max(high, 1.25))
    held = "; grey: 95 % of people" if table["spread"].notna().any() else ""
    dress(ax, "Factors on strength", "", f"line: 95 % interval{held}")
    ax.tick_params(axis="y", length=0)


# ---- criteria


def criterion_spread(given: CriterionSpread, groups: Sequence[str] | None, quantity: str) -> Figure:
    """One row per muscle group, one dot per criterion, a diamond for the result's own."""
    check.choice("quantity", quantity, QUANTITIES)
    suffix = f"_{quantity}"
    table = given.table
    members = set(map(str, given.result["group"].values))
    there = [
        str(name).removesuffix(suffix)
        for name in table.index
        if str(name).endswith(suffix) and str(name).removesuffix(suffix) in members
    ]
    for name in groups or ():
        if name not in there:
            raise check.unknown("muscle group", name, there)
    chosen = list(groups) if groups else there
    figure = new_figure(9.0, 1.75 + 0.42 * len(chosen))
    height = figure.get_size_inches()[1]
    heading, unit = QUANTITIES[quantity]
    own = criterion_text(own_criterion(given.result))
    question = "how much depends on the criterion of recruitment"
    line = joined(subtitle(given.result), question)
    heads(figure, 0.05, {1 - 0.28 / height: title(given.result), 1 - 0.58 / height: line})
    ax = figure.add_axes((0.21, 0.5 / height, 0.74, (0.42 * len(chosen)) / height))
    shown = table.loc[[f"{name}{suffix}" for name in chosen]]
    y = np.arange(len(chosen))
    ax.hlines(y, shown["least"], shown["greatest"], color=SPAN, lw=3, zorder=1)
    colours = (SKY, BLUE, GREEN, AMBER, PURPLE)
    for i, name in enumerate(given.criteria):
        label = name if name == "min-max" else f"p = {name}"
        ax.plot(shown[name], y, "o", ms=6.5, color=colours[i % len(colours)], label=label, zorder=3)
    ax.plot(shown["value"], y, "D", ms=10, mfc="none", mec=ORANGE, mew=1.6, zorder=4,
            label=f"the result's ({own})")  # fmt: skip
    ax.set_xlim(0, None)
    dress(ax, heading, "", unit)
    rows(ax, [name.replace("_", " ") for name in chosen])
    close = {"borderpad": 0, "handletextpad": 0.2, "columnspacing": 0.9}
    legend_above(ax, len(given.criteria) + 1, right=True, fontsize=8, handlelength=2, **close)
    return figure
