"""Figures of effects: main effects, response curves, tornado, paired comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Patch

from ..base.wording import capital, three_digits, unit_text, with_unit
from . import layout
from .palette import AMBER, BLUE, GUIDE, INK, NOTE, ORANGE, PAPER, RULE, SUBTITLE, line_of
from .panels import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from ..answers.effects import MainEffects
    from ..answers.pairs import Paired
    from ..answers.responses import Response
    from ..answers.tornadoes import Tornado
    from ..base.tables import Table
    from ..studies.columns import Column

    Array = NDArray[np.float64]

#: Maximum number of panels of main effects; the table has all factors.
MOST_PANELS = 12

#: Maximum number of individual differences drawn as dots.
MOST_DOTS = 400


# ---- main effects


def main_effects(given: MainEffects) -> Figure:
    """One panel per factor, in descending order of effect, with a common scale."""
    table = given.table
    names = list(dict.fromkeys(table["factor"]))[:MOST_PANELS]
    across = min(4, len(names))
    down = -(-len(names) // across)
    wide, tall = 2.75, 2.2
    figure = new_figure(
        max(7.2, 0.85 + across * (wide + 0.3) + 0.2), 0.85 + down * (tall + 1.15) + 0.35
    )
    of = given.measured
    layout.header(
        figure,
        capital(of.label),
        layout.joined(given.title, "mean at each level", given.counted),
    )
    ends = table[["conf_low", "conf_high", "mean"]].to_numpy()
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    margin = 0.06 * (high - low or 1)
    overall = float(np.nanmean(of.values))
    for k, name in enumerate(names):
        part = table[table["factor"] == name]
        bottom = 0.35 + (down - 1 - k // across) * (tall + 1.15) + 0.65
        ax = layout.place(figure, 0.85 + (k % across) * (wide + 0.3), bottom, wide, tall)
        ax.axhline(overall, color=RULE, lw=0.9, ls="--", zorder=1)
        _effect(ax, part, given.columns[name], unit_text(of.unit) if k % across == 0 else "")
        ax.set_ylim(low - margin, high + margin)
        if k % across:
            ax.set_yticklabels([])
        label = layout.short(given.columns[name].label, 0.085, wide - 0.6)
        ax.set_title(label, fontsize=10.5, color=INK, loc="left", weight="bold")
        share = f"{100 * float(part['share'].iloc[0]):.0f} %"
        ax.set_title(share, fontsize=10, color=SUBTITLE, loc="right")
    rest = layout.lesser(table["factor"].nunique() - len(names))
    bars = f"bars: {layout.percent(given.confidence)} interval of the mean"
    layout.footer(figure, f"{bars}   ·   dashed: mean of all   ·   %: share of the variance{rest}")
    return figure


def _effect(ax: Axes, part: Table, column: Column, unit: str) -> None:
    """Means of one factor with their intervals; numeric levels are joined by lines."""
    words = column.levels is not None and column.worded
    x = np.arange(len(part)) if words else part[["low", "high"]].mean(axis=1).to_numpy()
    mean = part["mean"].to_numpy()
    conf = np.abs(part[["conf_low", "conf_high"]].to_numpy().T - mean)
    if column.levels is None:
        for edge in (*part["low"], part["high"].iloc[-1]):
            ax.axvline(edge, color=GUIDE, lw=1, zorder=0)
    style: dict[str, Any] = {"color": BLUE, "ms": 5, "lw": 1.6, "elinewidth": 1.3, "capsize": 3}
    ax.errorbar(x, mean, yerr=conf, fmt="o" if words else "o-", **style)
    if words:
        ax.set_xticks(x, [layout.wrap(text, max(8, 30 // len(part))) for text in part["level"]])
        ax.set_xlim(-0.6, len(part) - 0.4)
    elif column.levels is not None:
        ax.set_xticks(x, [f"{value:.4g}" for value in x])
    layout.clothe(ax, "" if words else column.axis, unit)


# ---- response curves


def response(given: Response) -> Figure:
    """Medians as lines, bands as shaded areas, trials as dots."""
    figure = new_figure(9.2, 5.4 if given.by is None else 5.7)
    of = given.measured
    whole = "over the repetition" if given.over is None else f"over {lower(given.over.label)}"
    split = "" if given.by is None else f", by {lower(given.by.label)}"
    count = given.counted
    layout.header(figure, capital(of.label), layout.joined(given.title, f"{whole}{split}", count))
    ax = layout.place(figure, 0.85, 1.0, 8.05, 3.35)
    along, levels = given.over, given.over.levels if given.over else None
    words = levels is not None and along is not None and along.worded
    for i, line in enumerate(given.lines):
        part = given.table if given.by is None else given.table[given.table[given.by.name] == line]
        x = part.iloc[:, 0]
        if levels is None:
            _curve(ax, given, line, x.to_numpy(float), part, line_of(i))
            continue
        x = x.map({level: i for i, level in enumerate(levels)}) if words else x
        # offset side by side where several lines share a level
        many = len(given.lines)
        step = np.diff(np.unique(x)).min() if x.nunique() > 1 else 1.0
        beside = (i - (many - 1) / 2) * min(0.12, 0.5 / many) * step
        _dots(ax, line, x.to_numpy(float) + beside, part, line_of(i), joined=not words)
    low_y, high_y = ax.get_ylim()
    if low_y < 0 < high_y:
        layout.zero(ax)
    axis = "% of the repetition" if along is None else "" if words else along.axis
    layout.clothe(ax, axis, unit_text(of.unit))
    if along is None:
        ax.set_xlim(0, 100)
    elif levels is not None and words:
        texts = [layout.wrap(along.say(item), max(10, 70 // len(levels))) for item in levels]
        ax.set_xticks(range(len(levels)), texts)
        ax.set_xlim(-0.6, len(levels) - 0.4)
    elif levels is not None:
        ax.set_xticks(levels, [f"{level:.4g}" for level in levels])
    if given.by is not None:
        columns = min(4, len(given.lines))
        layout.legend_above(ax, columns, fontsize=9.5, borderpad=0.1, handlelength=1.6)
    cloud = "   ·   dots: trials" if given.points else ""
    marks = "line: median   ·   shade" if levels is None else "dot: median   ·   bar"
    layout.footer(figure, f"{marks}: the middle {layout.percent(given.band)} of the trials{cloud}")
    return figure


def _dots(
    ax: Axes, line: str, x: Array, part: Table, style: dict[str, Any], *, joined: bool
) -> None:
    """Medians at levels as dots, bands as bars; numeric levels are joined by a line."""
    colour = style["color"]
    ax.vlines(x, part["low"], part["high"], color=colour, alpha=0.35, lw=7)
    label = line or "median"
    ax.plot(x, part["median"], "o", color=colour, ms=6, mec=PAPER, label=label, zorder=4)
    if joined:
        ax.plot(x, part["median"], lw=1.5, **style)


def _curve(
    ax: Axes, given: Response, line: str, x: Array, part: Table, style: dict[str, Any]
) -> None:
    """Medians as a line, the band as a shaded area, trials as dots."""
    colour = style["color"]
    alpha = 0.2 if len(given.lines) == 1 else 0.13
    ax.fill_between(x, part["low"], part["high"], color=colour, alpha=alpha, lw=0)
    ax.plot(x, part["median"], lw=2.2, label=line or "median", **style)
    if line in given.points:
        ax.plot(*given.points[line], "o", ms=2.6, color=colour, alpha=0.45, mew=0, zorder=1)


# ---- one factor at a time


def tornado(given: Tornado) -> Figure:
    """Bars about the base, the longest on top, with the factor's value at each end."""
    table = given.table.head(layout.MOST_BARS)
    of = given.measured
    tall = max(1.3, 0.46 * len(table))
    figure = new_figure(10.4, 0.85 + 0.45 + tall + 0.95)
    layout.header(
        figure,
        capital(of.label),
        layout.joined(
            given.title, f"one factor at a time; {of.values.size} trials", _failed(given)
        ),
    )
    ax = layout.place(figure, 2.75, 0.95, 7.3, tall)
    layout.clothe(ax, unit_text(of.unit))
    layout.rows(ax, [given.labels[name] for name in table["factor"]])
    colours = {"at_low": AMBER, "at_high": BLUE}
    for i, row in enumerate(table.itertuples()):
        if not np.isfinite(row.change):
            ax.text(given.base, i, " no trial had a value", va="center", fontsize=8.5, color=NOTE)
            continue
        ends = [(row.at_low, "at_low", row.low_value), (row.at_high, "at_high", row.high_value)]
        ends = [end for end in ends if np.isfinite(end[0])]
        # if both ends are on one side of the base, draw the longer bar below
        for value, key, _ in sorted(ends, key=lambda end: -abs(end[0] - given.base)):
            ax.barh(i, value - given.base, 0.62, left=given.base, color=colours[key], lw=0)
        same = len(ends) == 2 and np.sign(ends[0][0] - given.base) == np.sign(
            ends[1][0] - given.base
        )
        far = max(ends, key=lambda end: abs(end[0] - given.base))
        for end in ends:
            value, _, text = end
            style: dict[str, Any] = {"va": "center", "fontsize": 8.5, "color": INK}
            left = value < given.base or (value == given.base and end is ends[0])
            if same and end is not far:
                left = not left
                value = given.base
            ax.annotate(
                layout.short(text, 0.07, 1.6),
                (value, i),
                (-4 if left else 4, 0),
                textcoords="offset points",
                ha="right" if left else "left",
                **style,
            )
    ax.axvline(given.base, color=INK, lw=1.2)
    low = float(np.nanmin([given.base, *table["low"]]))
    high = float(np.nanmax([given.base, *table["high"]]))
    room = 0.22 * (high - low or abs(given.base) or 1)
    ax.set_xlim(low - room, high + room)
    middle = f"all at their medians: {number(given.base)} {unit_text(of.unit)}"
    ax.set_title(middle, fontsize=9.5, color=INK, loc="left")
    patches = [Patch(color=AMBER, label="factor low"), Patch(color=BLUE, label="factor high")]
    layout.legend_above(ax, 2, right=True, handles=patches, handlelength=1.2)
    a, b = (100 * (1 - given.band) / 2, 100 * (1 + given.band) / 2)
    rest = layout.lesser(len(given.table) - len(table))
    words = " (of levels those with the least and the greatest)" if _levelled(given) else ""
    layout.footer(figure, f"low and high: {a:.3g} % and {b:.3g} % quantile{words}{rest}")
    return figure


def _failed(given: Tornado) -> str:
    return f"{given.missing} failed or without a value" if given.missing else ""


def _levelled(given: Tornado) -> bool:
    return bool(given.table["levels"].any())


# ---- technique against technique


def paired(given: Paired) -> Figure:
    """Individual differences as dots, their mean with its interval, and the conclusion in words."""
    table = given.table
    of = given.measured
    tall = max(1.5, 0.95 * len(table))
    figure = new_figure(12.4, 0.85 + 0.35 + tall + 0.95)
    alone = f"{given.alone} without partner" if given.alone else ""
    layout.header(
        figure,
        capital(of.label),
        layout.joined(
            given.title,
            f"pairs that differ in {lower(given.factor.label)} alone",
            given.counted,
            alone,
        ),
    )
    ax = layout.place(figure, 3.15, 0.95, 5.6, tall)
    layout.clothe(ax, with_unit("difference", of.unit))
    say = given.factor.say
    layout.rows(ax, [f"{say(row.a)}\n− {say(row.b)}" for row in table.itertuples()], 34)
    heads = ["a", "b", *([given.by.name] if given.by is not None else [])]
    keys = [tuple(key) for key in table[heads].itertuples(index=False)]
    groups = {tuple(key): part for key, part in given.pairs.groupby(heads, sort=False)}
    noise = np.random.default_rng(0)
    for i, (key, row) in enumerate(zip(keys, table.itertuples(), strict=True)):
        d = (groups[key]["value_a"] - groups[key]["value_b"]).to_numpy()
        shown = d if len(d) <= MOST_DOTS else noise.choice(d, MOST_DOTS, replace=False)
        height = 0.16 + noise.uniform(-0.14, 0.14, len(shown))
        ax.plot(shown, i + height, "o", ms=3.2, color=BLUE, alpha=0.4, mew=0, zorder=2)
        ax.plot([row.bca_low, row.bca_high], [i - 0.2] * 2, color=INK, lw=2.6, zorder=3)
        ax.plot([row.difference], [i - 0.2], "D", ms=6.5, color=ORANGE, mec=PAPER, zorder=4)
        mean = with_sign(row.difference)
        lines = [f"{mean} {unit_text(of.unit)}".rstrip()]
        if row.pairs > 1:
            lines[0] += f"   [{number(row.bca_low)}, {number(row.bca_high)}]"
        more = [f"{row.pairs} pairs", f"first greater in {layout.percent(round(row.share, 3))}"]
        more += [f"dz {row.dz:.2f}".replace("-", "−")] if np.isfinite(row.dz) else []
        lines.append(", ".join(more))
        blend = ax.get_yaxis_transform()
        style: dict[str, Any] = {"transform": blend, "va": "center", "clip_on": False}
        ax.text(1.03, i - 0.14, lines[0], fontsize=10, color=INK, weight="bold", **style)
        ax.text(1.03, i + 0.16, lines[1], fontsize=8.5, color=SUBTITLE, **style)
        if given.by is not None:
            by = f"{given.by.label}: {key[2]}"
            ax.text(-0.02, i + 0.36, by, ha="right", fontsize=8.5, color=SUBTITLE, **style)
    ax.axvline(0, color=RULE, lw=1.1, zorder=1)
    low, high = ax.get_xlim()
    low, high = min(low, 0), max(high, 0)
    room = 0.03 * (high - low)
    ax.set_xlim(low - room * (low == 0), high + room * (high == 0))
    layout.footer(
        figure,
        f"dots: single pairs   ·   diamond: mean; line: its {layout.percent(given.confidence)} bootstrap interval (BCa)"
        "   ·   dz: mean over standard deviation of the differences",
    )
    return figure


# ---- text


def lower(text: str) -> str:
    """A label in lower case, for use inside a sentence."""
    return text[:1].lower() + text[1:]


def number(value: float) -> str:
    """Three significant digits, with a typographic minus sign."""
    return three_digits(value).replace("-", "−")


def with_sign(value: float) -> str:
    """`number` with an explicit + for positive values."""
    return ("+" if value > 0 else "") + number(value)
