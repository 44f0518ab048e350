"""Figure of a workout."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..answers.workout import Workout
from ..trials.labels import person
from .layout import dress, heads, legend_above, rows
from .palette import INK, NOTE, RULE, line_of
from .panels import new_figure


def workout(given: Workout) -> Figure:
    """The course of the workout on top; below, impulse, time under tension, work and peaks of each group."""
    data = given.dataset
    exercises = list(dict.fromkeys(map(str, data["exercise"].values)))
    figure = new_figure(14.5, 8.8)
    total = given.total()
    minutes, seconds = divmod(round(given.duration), 60)
    title = (
        f"Workout: {data.sizes['set']} sets, {total['repetitions']:.0f} repetitions,"
        f" {minutes}:{seconds:02d} min, {total['tonnage']:,.0f} kg lifted in all"
    )
    who = [*person(given.subject, data.attrs), "groups: both sides together; they overlap"]
    heads(figure, 0.05, {0.965: title, 0.932: "   ·   ".join(who)}, (15, 10))
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
        dress(ax, heading, "", unit)
        rows(ax, [str(group).replace("_", " ") for group in data["group"].values])
        if column:
            ax.set_yticklabels([])
    notes = "   ·   ".join([*given.warnings[:1], str(data.attrs["statement"])])
    figure.text(0.985, 0.015, notes, fontsize=8.5, color=NOTE, ha="right")
    return figure


def _course(ax: Axes, given: Workout, exercises: list[str]) -> None:
    """Sets as blocks over time, and the cumulative impulse of the glutes."""
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
    heading = f"Impulse of the {group.replace('_', ' ')} as it adds up"
    dress(ax, heading, "kN s", "time (min)")
    legend_above(ax, 4, right=True, borderpad=0, handlelength=2)


def _accumulated(ax: Axes, given: Workout, exercises: list[str], name: str, scale: float) -> None:
    """One bar per group: additive quantities stacked by exercise, peaks side by side."""
    data = given.dataset
    places = np.arange(data.sizes["group"])
    of = data["exercise"].values.astype(str)
    if name.startswith("peak"):
        step = 0.7 / len(exercises)
        for i, exercise in enumerate(exercises):
            y = places - 0.35 + step * (i + 0.5)
            peak = scale * data[name].values[of == exercise].max(axis=0)
            ax.barh(y, peak, 0.9 * step, lw=0, zorder=2, color=line_of(i)["color"])
    else:
        other = name.replace("positive", "negative") if "positive" in name else None
        for part in filter(None, (name, other)):
            left = np.zeros(len(places))
            for i, exercise in enumerate(exercises):
                width = scale * data[part].values[of == exercise].sum(axis=0)
                ax.barh(*(places, width, 0.7), left=left, lw=0, zorder=2, color=line_of(i)["color"])
                left += width
        if other:
            ax.axvline(0, color=RULE, lw=0.8, zorder=3)
