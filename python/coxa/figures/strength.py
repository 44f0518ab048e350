"""Figures of strength: torques, passive torques and moment arms over those of people."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from ..models.measured import pooled_torque
from ..trials.labels import person
from .layout import dress, header, joined, place, zero
from .palette import BLUE, INK, ORANGE, PAPER, RULE, SPAN, SUBTITLE
from .panels import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..answers.strength_curves import StrengthCurves
    from ..base.tables import Table

_COLUMNS = 4
_MANY_COLUMNS = 6  # of the moment arms

#: Publications by source key: the name in legends, and the mark.
_PAPERS = {
    "arnold_2000": ("Arnold 2000", "o"),
    "blemker_2005": ("Blemker & Delp 2005", "s"),
    "chen_franklin_2024": ("pool, Chen & Franklin 2024", "."),
    "delp_1999": ("Delp 1999", "^"),
    "nemeth_1985": ("Németh & Ohlsén 1985", "D"),
    "spoor_1990": ("Spoor 1990", "v"),
}


def strength(given: StrengthCurves, kind: str) -> Figure:
    """Small multiples of one kind of curve."""
    draw: dict[str, Callable[[StrengthCurves], Figure]] = {
        "torque": _torques,
        "speed": _speeds,
        "passive": _passive,
        "moment_arms": _arms,
    }
    return draw[kind](given)


def _grid(
    given: StrengthCurves, count: int, title: str, columns: int = _COLUMNS
) -> tuple[Figure, list[Axes]]:
    columns = min(count, columns)
    down = math.ceil(count / columns)
    figure = new_figure(max(0.4 + 3.1 * columns, 7.2), 1.15 + 2.55 * down)
    who = ["unscaled"] if given.subject is None else person(given.subject, {})
    header(figure, title, joined(given.model, *who))
    axes = [
        place(figure, 0.65 + 3.1 * (i % columns), 0.55 + 2.55 * (down - 1 - i // columns), 2.3, 1.6)
        for i in range(count)
    ]
    return figure, axes


def _words(name: str) -> str:
    text = name.replace("_", " ")
    return text[0].upper() + text[1:]


def _legend(figure: Figure, axes: list[Axes]) -> None:
    """One legend for all axes, in the upper right corner."""
    entries: dict[str, Any] = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    place_at = (1 - 0.15 / figure.get_figwidth(), 1 - 0.12 / figure.get_figheight())
    figure.legend(
        list(entries.values()),
        list(entries),
        loc="upper right",
        bbox_to_anchor=place_at,
        ncols=math.ceil(len(entries) / 3),
        fontsize=8,
        frameon=False,
    )


# ---- torques


def _torques(given: StrengthCurves) -> Figure:
    table = given.torques[given.torques["speed_deg_s"] == 0]
    title = "Isometric torque, all agonists fully active"
    return _over_people(given, table, title, "angle_deg", "torque", "isometric")


def _speeds(given: StrengthCurves) -> Figure:
    title = "Greatest torque against shortening speed"
    return _over_people(given, given.speeds, title, "speed_deg_s", "peak", "isokinetic")


def _over_people(
    given: StrengthCurves, table: Table, title: str, x: str, y: str, test: str
) -> Figure:
    """One panel per action: column `y` against `x`, over the measured torques of a test."""
    names = list(dict.fromkeys(table["action"]))
    figure, axes = _grid(given, len(names), title)
    for i, (ax, name) in enumerate(zip(axes, names, strict=True)):
        rows = table[table["action"] == name]
        pool = pooled_torque(name, test)
        if pool is not None:
            low, high = pool.torque - pool.sd, pool.torque + pool.sd
            label = "adults, pooled, ±1 SD"
            ax.fill_between(pool.x, low, high, color=SPAN, alpha=0.55, lw=0, label=label)
            ax.plot(pool.x, pool.torque, color=RULE, lw=1)
        if rows["voluntary"].notna().any():
            label = "people of 18-25 y, Anderson 2007"
            ax.plot(rows[x], rows["voluntary"], color=ORANGE, lw=1.5, ls="--", label=label)
        ax.plot(rows[x], rows[y], color=BLUE, lw=2, label="model")
        ax.set_ylim(0, None)
        unit = x.partition("_")[2].replace("_", "/")
        dress(ax, _words(name), "N m" if i % _COLUMNS == 0 else "", unit)
    _legend(figure, axes)
    return figure


def _passive(given: StrengthCurves) -> Figure:
    joints = ("hip_flexion", "knee_angle", "ankle_angle")
    series: dict[tuple[str, str], Any] = {}
    for name, rows in given.passive.groupby("coordinate", sort=False):
        others = [joint for joint in joints if joint != name]
        for at, part in rows.groupby(others, sort=False):
            held = ", ".join(f"{o.split('_')[0]} {x:g}" for o, x in zip(others, at, strict=True))
            series[str(name), held] = part
    figure, axes = _grid(given, len(series), "Torque of the relaxed leg")
    for i, (ax, ((name, held), rows)) in enumerate(zip(axes, series.items(), strict=True)):
        label = "people, Riener & Edrich 1999"
        ax.plot(rows[name], rows["people"], color=ORANGE, lw=1.5, ls="--", label=label)
        ax.plot(rows[name], rows["torque"], color=BLUE, lw=2, label="model, relaxed muscles")
        zero(ax)
        dress(
            ax,
            f"{name.split('_')[0].capitalize()} ({held} deg)",
            "N m" if i % _COLUMNS == 0 else "",
            "deg",
        )
        ax.title.set_fontsize(9.5)
    _legend(figure, axes)
    return figure


# ---- moment arms


def _arms(given: StrengthCurves) -> Figure:
    keys = ["muscle", "coordinate", "against"]
    panels = {key: rows for key, rows in given.moment_arms.groupby(keys, sort=False)}
    title = "Moment arms, positive in flexion, adduction, internal rotation and dorsiflexion"
    figure, axes = _grid(given, len(panels), title, _MANY_COLUMNS)
    for i, (ax, (key, rows)) in enumerate(zip(axes, panels.items(), strict=True)):
        muscle, coordinate, against = map(str, key)
        for source, part in rows.groupby("source", sort=False):
            paper, mark = _PAPERS.get(str(source), (str(source), "x"))
            ax.errorbar(
                part["angle_deg"],
                1000 * part["measured"],
                1000 * part["sd"],
                fmt=mark,
                ms=3.5,
                lw=0.8,
                color=INK,
                mfc=PAPER,
                label=paper,
            )
        line = rows.sort_values("angle_deg")
        ax.plot(line["angle_deg"], 1000 * line["arm"], color=BLUE, lw=2, zorder=3, label="model")
        zero(ax)
        joint = against.removesuffix("_angle").replace("_", " ")
        dress(ax, _words(muscle), "mm" if i % _MANY_COLUMNS == 0 else "", f"{joint}, deg")
        about = coordinate.removesuffix("_angle").replace("_", " ")
        ax.text(0, 1.04, f"about {about}", fontsize=8.5, color=SUBTITLE, transform=ax.transAxes)
    _legend(figure, axes)
    return figure
