"""The figures of an optimum, a calibration and the spread between criteria."""

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
from ..trials.simulation import criterion_text
from .palette import AMBER, BLUE, GREEN, INK, ORANGE, PURPLE, SKY
from .panels import dress, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..answers.calibration import Calibration
    from ..answers.criteria import CriterionSpread
    from ..answers.optimization import Optimum

_GREY, _QUIET = "#c3c9d0", "#5a616b"

#: What `CriterionSpread.plot` can show of a muscle group: heading and unit.
QUANTITIES = {
    "impulse": ("Impulse", "N s, both sides together"),
    "peak_force": ("Peak force", "N, both sides together"),
    "peak_activation": ("Peak activation", "of full activation, mean of both sides"),
}


def _head(figure: Figure, heading: str, line: str, left: float, top: float = 0.945) -> None:
    """Title and the line below it, at the same distance in inches whatever the height."""
    height = figure.get_size_inches()[1]
    figure.text(left, top, heading, fontsize=14, weight="bold", color=INK, va="center")
    figure.text(left, top - 0.3 / height, line, fontsize=9.5, color=_QUIET, va="center")


# ---- an optimum


def optimum(given: Optimum) -> Figure:
    """The objective over each parameter: trials within the limits, beyond them, and the optimum."""
    names = list(given.parameters)
    columns = min(len(names), 3)
    rows = math.ceil(len(names) / columns)
    figure = new_figure(0.9 + 4.2 * columns, 1.45 + 3.2 * rows)
    width, height = figure.get_size_inches()
    objective = given.objective.replace("_", " ")
    of = "Greatest" if given.maximize else "Least"
    exercise = catalogue.exercise(given.exercise)
    found = ", ".join(_value_text(exercise, name, x) for name, x in given.parameters.items())
    held = ", ".join(given.binding).replace("_", " ") or "no limit"
    short = columns == 1
    _head(
        figure,
        f"{of} {objective}" if short else f"{exercise.info.title}: {of.lower()} {objective}",
        f"{given.value:.4g} {given.unit} at {found}".replace("  ", " ")
        + ("" if short else f"   ·   held by: {held}"),
        0.75 / width,
        1 - 0.3 / height,
    )
    history = given.history
    inside = history["feasible"].to_numpy(bool)
    value = history["objective"].to_numpy(float)
    # only what can be drawn: an impossible motion has no objective
    drawn = np.isfinite(value)
    for i, name in enumerate(names):
        left = (0.85 + 4.2 * (i % columns)) / width
        bottom = (0.9 + 3.2 * (rows - 1 - i // columns)) / height
        ax = figure.add_axes((left, bottom, 3.3 / width, 2.35 / height))
        x, ticks = _positions(history[name].tolist())
        ax.plot(x[drawn & ~inside], value[drawn & ~inside], "o", ms=3.5, color=_GREY, mew=0,
                label="beyond a limit")  # fmt: skip
        ax.plot(x[inside], value[inside], "o", ms=4, color=BLUE, alpha=0.6, mew=0,
                label="within all limits")  # fmt: skip
        at = given.parameters[name]
        best = float(at) if ticks is None else float(ticks.index(str(at)))
        ax.plot([best], [given.value], "D", ms=9, color=ORANGE, mec="white", mew=1.2, zorder=5,
                label="optimum")  # fmt: skip
        if ticks is not None:
            ax.set_xticks(range(len(ticks)), [tick.replace("_", " ") for tick in ticks])
            ax.set_xlim(-0.5, len(ticks) - 0.5)
        dress(ax, _words(name), given.unit if i % columns == 0 else "")
        unit = exercise.parameters[name].unit
        ax.set_xlabel("" if unit == "1" else unit, fontsize=9, color=INK)
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
    unit = exercise.parameters[name].unit
    return f"{_words(name)} {text}" + ("" if unit == "1" else f" {unit}")


def _words(name: str) -> str:
    """A parameter's name as text; the unit is told elsewhere."""
    return name.removesuffix("_deg").replace("_", " ")


def _positions(values: Sequence[Any]) -> tuple[np.ndarray, list[str] | None]:
    """Places on an axis: numbers as they are, words in the order of their first trial."""
    if not any(isinstance(value, str) for value in values):
        return np.array(values, float), None
    words = list(dict.fromkeys(map(str, values)))
    return np.array([words.index(str(value)) for value in values], float), words


# ---- a calibration


def calibration(given: Calibration) -> Figure:
    """Measured against predicted, and the factors with their intervals."""
    figure = new_figure(11.5, 5.0)
    what = "greatest loads" if given.kind == "maxima" else "torques of single joints"
    who = "   ·   ".join(person(replace(given.subject, strength=1.0), {}))
    _head(figure, f"Strength calibrated on {len(given.table)} {what}", who, 0.06)
    ax = figure.add_axes((0.06, 0.13, 0.36, 0.63))
    if given.kind == "maxima":
        ax.set_position((0.175, 0.13, 0.33, 0.63))
        _lifts(ax, given)
    else:
        _torques(ax, given)
    _factors(figure.add_axes((0.69, 0.13, 0.28, 0.63)), given)
    return figure


def _lifts(ax: Axes, given: Calibration) -> None:
    """A row for each exercise: from before to after, and what was measured."""
    table = given.table
    y = np.arange(len(table))
    before = table["predicted_before"].fillna(0).to_numpy(float)
    after, measured = table["predicted_after"].to_numpy(float), table["measured"].to_numpy(float)
    ax.hlines(y, before, after, color=_GREY, lw=2, zorder=1)
    ax.plot(before, y, "o", color=SKY, ms=7, label="predicted before")
    ax.plot(after, y, "o", color=BLUE, ms=9, label="after")
    ax.plot(measured, y, "|", color=ORANGE, ms=22, mew=2.5, label="measured")
    ax.set_yticks(y, [str(name).replace("_", " ") for name in table.index])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(0, 1.08 * max(before.max(), after.max(), measured.max()))
    dress(ax, "Greatest load", "")
    ax.set_xlabel("kg", fontsize=9, color=INK)
    _legend_above(ax)


def _torques(ax: Axes, given: Calibration) -> None:
    """Torque over the joint's angle, a colour for each joint and posture: dots measured, lines after, thin before."""
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
    colours = (BLUE, ORANGE, GREEN, PURPLE, AMBER, SKY)
    for i, key in enumerate(dict.fromkeys(keys)):
        part = table[[other == key for other in keys]].sort_values("angle_deg")
        colour = colours[i % len(colours)]
        angle = part["angle_deg"]
        ax.plot(angle, part["predicted_before"], "--", color=colour, lw=1.1, alpha=0.8)
        ax.plot(angle, part["predicted_after"], color=colour, lw=2)
        told = [
            f"{name.removesuffix('_deg').removesuffix('_deg_s').replace('_', ' ')} {x:g}"
            for name, x in zip(others, key[1:], strict=True)
            if x
        ]
        label = str(key[0]).replace("_", " ") + (f" ({', '.join(told)})" if told else "")
        ax.plot(angle, part["measured"], "o", color=colour, ms=6, mec="white", label=label)
    ax.set_ylim(0, 1.05 * ax.get_ylim()[1])
    dress(ax, "Torque: dots measured, lines after, dashes before", "N m")
    ax.set_xlabel("joint angle (deg, flexion positive)", fontsize=9, color=INK)
    ax.legend(loc="lower center", fontsize=8, frameon=False)


def _factors(ax: Axes, given: Calibration) -> None:
    """Each factor with its interval; grey: what holds it towards 1."""
    table = given.factors
    y = np.arange(len(table))
    for i, (_, row) in enumerate(table.iterrows()):
        if math.isfinite(row["spread"]):
            half = 1.96 * row["spread"]
            ax.barh(i, math.exp(half) - math.exp(-half), 0.5, left=math.exp(-half),
                    color="#eceff2", zorder=0)  # fmt: skip
        if math.isfinite(row["low"]):
            ax.plot([row["low"], row["high"]], [i, i], color=BLUE, lw=2.2)
        ax.plot([row["factor"]], [i], "o", color=BLUE, ms=8)
        ax.annotate(
            f"{row['factor']:.2f}", (row["factor"], i), xytext=(0, 9), textcoords="offset points",
            ha="center", fontsize=9, color=INK,
        )  # fmt: skip
    ax.axvline(1, color="#9aa3ad", lw=1, zorder=1)
    ax.set_yticks(y, [str(name).replace("_", " ") for name in table.index])
    ax.set_ylim(len(table) - 0.4, -0.6)
    low, high = ax.get_xlim()
    ax.set_xlim(max(0, min(low, 0.75)), max(high, 1.25))
    held = table["spread"].notna().any()
    dress(ax, "Factors on strength", "")
    ax.set_xlabel(
        "line: 95 % interval" + ("; grey: 95 % of people" if held else ""), fontsize=9, color=INK
    )
    ax.tick_params(axis="y", length=0)


def _legend_above(ax: Axes) -> None:
    ax.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, fontsize=8.5, frameon=False,
        borderpad=0, handletextpad=0.3, columnspacing=1.2,
    )  # fmt: skip


# ---- criteria


def criterion_spread(given: CriterionSpread, groups: Sequence[str] | None, quantity: str) -> Figure:
    """A row for each muscle group, a dot for each criterion, a diamond for the result's own."""
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
    _head(
        figure,
        title(given.result),
        f"{subtitle(given.result)}   ·   how much depends on the criterion of recruitment",
        0.05,
        1 - 0.28 / height,
    )
    ax = figure.add_axes((0.21, 0.5 / height, 0.74, (0.42 * len(chosen)) / height))
    rows = table.loc[[f"{name}{suffix}" for name in chosen]]
    y = np.arange(len(chosen))
    for row in y[1::2]:
        ax.axhspan(row - 0.5, row + 0.5, color="#f4f6f8", lw=0, zorder=0)
    ax.hlines(y, rows["least"], rows["greatest"], color=_GREY, lw=3, zorder=1)
    colours = (SKY, BLUE, GREEN, AMBER, PURPLE)
    for i, name in enumerate(given.criteria):
        label = name if name == "min-max" else f"p = {name}"
        ax.plot(rows[name], y, "o", ms=6.5, color=colours[i % len(colours)], label=label, zorder=3)
    ax.plot(rows["value"], y, "D", ms=10, mfc="none", mec=ORANGE, mew=1.6, zorder=4,
            label=f"the result's ({own})")  # fmt: skip
    ax.set_yticks(y, [name.replace("_", " ") for name in chosen])
    ax.set_ylim(len(chosen) - 0.5, -0.5)
    ax.set_xlim(0, None)
    dress(ax, heading, "")
    ax.set_xlabel(unit, fontsize=9, color=INK)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(given.criteria) + 1, fontsize=8,
        frameon=False, borderpad=0, handletextpad=0.2, columnspacing=0.9,
    )  # fmt: skip
    return figure
