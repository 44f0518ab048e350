"""Figures of sensitivity indices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..base.wording import capital, with_unit
from . import layout
from .palette import BLUE, INK, ORANGE, PAPER, RULE, SHARES, SUBTITLE, TOTAL_EFFECT
from .panels import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..answers.sensitivity import Sensitivity

#: Footnote on the words that `brief` removes.
SIDES = "moments and forces: both sides together; activation: mean of both"


def sensitivity(given: Sensitivity, measure: str | None = None) -> Figure:
    """Bars of one measure, side-by-side bars of a few, or a colour matrix of many."""
    names = given.measures if measure is None else [measure]
    if len(names) == 1:
        return _indices(given, names[0])
    if len(names) <= 4:
        return _several(given, names)
    return _matrix(given, names)


def _subtitle(given: Sensitivity) -> str:
    kind = "blocks" if given.method == "sobol" else "trajectories"
    lost = f", {given.dropped} left out for failed trials" if given.dropped else ""
    way = "Sobol indices" if given.method == "sobol" else "Morris's elementary effects"
    return layout.joined(given.title, way, f"{given.n} {kind}{lost}, {given.trials:,} trials")


def _explain(given: Sensitivity) -> str:
    lines = f"lines: {layout.percent(given.confidence)} bootstrap interval"
    if given.method == "sobol":
        return (
            f"alone: part of the variance that this factor explains by itself; in all: with what it does together"
            f" with others   ·   {lines}"
        )
    return (
        f"change when the factor goes over the middle {layout.percent(given.band)} of its range, the others anywhere"
        f"   ·   {lines}"
    )


def _order(given: Sensitivity, names: list[str]) -> list[str]:
    """Factors in descending order of their indices over these measures."""
    table = given.table[given.table["measure"].isin(names)]
    of = table.pivot(index="factor", columns="measure", values=given.ranking)
    shares = of / of.max() if given.method == "morris" else of
    ranked = shares.mean(axis=1).sort_values(ascending=False, kind="stable")
    return [str(name) for name in ranked.index]


# ---- one measure, or a few


def _indices(given: Sensitivity, name: str) -> Figure:
    of = given.measured[name]
    table = given.top(name)
    order = [str(f) for f in table.index[: layout.MOST_BARS]]
    labels = [given.labels[f] for f in order]
    tall = max(1.6, 0.44 * len(order))
    pairs = None
    if given.second is not None:
        pairs = given.second[given.second["measure"] == name]
    right = given.method == "morris" or (pairs is not None and len(pairs))
    side = max(2.6, min(tall, 4.2))
    if right:
        tall = max(tall, side)
    wide = 5.6
    figure = new_figure(2.7 + wide + (1.5 + side + 0.5 if right else 0.5), 0.85 + 0.4 + tall + 1.0)
    layout.header(figure, f"What decides the {of.label}?", _subtitle(given))
    ax = layout.place(figure, 2.5, 0.95, wide, tall)
    unit = "share of variance" if given.method == "sobol" else with_unit("change", of.unit)
    layout.clothe(ax, unit)
    layout.rows(ax, labels)
    _index_bars(ax, given, name, order, legend=True)
    if right:
        other = layout.place(figure, 2.5 + wide + 1.5, 0.95 + (tall - side), side, side)
        if given.method == "morris":
            _spread(other, given, name, order)
        else:
            _together(other, pairs, order, labels)
    layout.footer(figure, _explain(given) + layout.lesser(len(table) - len(order)))
    return figure


def _several(given: Sensitivity, names: list[str]) -> Figure:
    order = _order(given, names)[: layout.MOST_BARS]
    tall = max(1.6, 0.44 * len(order))
    wide = 3.2
    figure = new_figure(2.7 + len(names) * (wide + 0.35) + 0.2, 0.85 + 0.85 + tall + 0.95)
    layout.header(figure, "What decides what", _subtitle(given))
    for i, name in enumerate(names):
        of = given.measured[name]
        ax = layout.place(figure, 2.5 + i * (wide + 0.35), 0.95, wide, tall)
        layout.clothe(
            ax, "share of variance" if given.method == "sobol" else with_unit("change", of.unit)
        )
        layout.rows(ax, [given.labels[f] for f in order])
        _index_bars(ax, given, name, order, legend=i == 0)
        text = layout.wrap(capital(brief(of.label)), 40)
        style: dict[str, Any] = {"fontsize": 10, "color": INK, "weight": "bold", "va": "top"}
        ax.text(0, 1 + 0.72 / tall, text, transform=ax.transAxes, **style)
        if i:
            ax.set_yticklabels([])
    layout.footer(figure, _explain(given) + f"   ·   {SIDES}")
    return figure


def _index_bars(ax: Axes, given: Sensitivity, name: str, order: list[str], *, legend: bool) -> None:
    """The indices of one measure as bars, factors in the given order."""
    table = given.top(name).reindex(order)
    at = np.arange(len(order))
    lines: dict[str, Any] = {"ecolor": INK, "elinewidth": 1.1, "capsize": 2.5, "ls": "none"}
    if given.method == "sobol":
        ax.barh(at - 0.19, table["ST"], 0.36, color=TOTAL_EFFECT, label="in all (total effect)")
        ax.barh(at + 0.19, table["S1"], 0.36, color=BLUE, label="alone (first order)")
        ax.errorbar(table["ST"], at - 0.19, xerr=table["ST_conf"], **lines)
        ax.errorbar(table["S1"], at + 0.19, xerr=table["S1_conf"], **lines)
        ax.axvline(0, color=RULE, lw=0.8, zorder=1)
        high = float(
            np.nanmax(np.r_[table["ST"] + table["ST_conf"], table["S1"] + table["S1_conf"]])
        )
        low = float(np.nanmin(np.r_[table["S1"] - table["S1_conf"], 0]))
        ax.set_xlim(min(0.0, 1.05 * low), max(1.0, 1.05 * high))
    else:
        ax.barh(at, table["mu_star"], 0.6, color=BLUE, label="mean size of the change")
        ax.errorbar(table["mu_star"], at, xerr=table["mu_star_conf"], **lines)
        signed = table["mu"].to_numpy()
        ax.plot(signed, at, "D", ms=5.5, color=ORANGE, mec=PAPER, label="mean with its sign")
        ax.axvline(0, color=RULE, lw=0.8, zorder=1)
    if legend:
        layout.legend_above(ax, 2)


def _spread(ax: Axes, given: Sensitivity, name: str, order: list[str]) -> None:
    """Mean effect against its spread: additive factors lie low, nonlinear or interacting ones high."""
    table = given.top(name).reindex(order)
    table = table[np.isfinite(table["sigma"])]
    ax.plot(table["mu_star"], table["sigma"], "o", ms=6, color=BLUE, mec=PAPER)
    top = 1.15 * max([1e-12, *table["mu_star"]])
    high = max(1.25 * max([0, *table["sigma"]]), 0.05 * top)
    end = min(top, high)
    ax.plot([0, end], [0, end], ":", color=RULE, lw=1)
    ax.set_xlim(0, top)
    ax.set_ylim(0, high)
    taken: list[tuple[float, float]] = []
    for factor, row in table.iterrows():
        x, y = row["mu_star"] / top, row["sigma"] / high
        left = x > 0.6
        # omit labels that would overlap
        free = [
            up
            for up in (0.05, -0.07)
            if not any(abs(x - a) < 0.45 and abs(y + up - b) < 0.06 for a, b in taken)
        ]
        if not free:
            continue
        taken.append((x, y + free[0]))
        ax.annotate(
            layout.short(first_line(given.labels[str(factor)]), 0.07, 1.7),
            (row["mu_star"], row["sigma"]),
            (-6 if left else 6, 4 if free[0] > 0 else -11),
            textcoords="offset points",
            ha="right" if left else "left",
            fontsize=8,
            color=INK,
        )
    unit = given.measured[name].unit
    layout.clothe(ax, with_unit("mean size of the change", unit), with_unit("its spread", unit))
    ax.set_title(
        "above the dotted line: depends on the others", fontsize=9, color=SUBTITLE, loc="left"
    )


# ---- as colours


def _together(ax: Axes, pairs: Any, order: list[str], labels: list[str]) -> None:
    """Second-order indices as a colour matrix."""
    size = len(order)
    grid, sure = np.full((size, size), np.nan), np.zeros((size, size), dtype=bool)
    for row in pairs.itertuples():
        if row.factor in order and row.other in order:
            i, j = sorted((order.index(row.factor), order.index(row.other)))
            grid[j, i], sure[j, i] = row.S2, abs(row.S2) > row.S2_conf
    grid, sure = grid[1:, :-1], sure[1:, :-1]
    ax.pcolormesh(
        np.where(sure, grid, 0 * grid),
        cmap=SHARES,
        vmin=0,
        vmax=max(0.3, np.nanmax(grid)),
        edgecolors=PAPER,
        lw=2,
    )
    for j in range(size - 1):
        for i in range(j + 1):
            dark = sure[j, i] and grid[j, i] > 0.45 * max(0.3, np.nanmax(grid))
            text = f"{grid[j, i]:.2f}".replace("-0.00", "0.00")
            style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8.5}
            ax.text(
                i + 0.5,
                j + 0.5,
                text,
                color=PAPER if dark else INK if sure[j, i] else RULE,
                **style,
            )
    ax.set_yticks(
        np.arange(size - 1) + 0.5, [layout.wrap(first_line(text), 16) for text in labels[1:]]
    )
    ax.set_xticks(np.arange(size - 1) + 0.5, [first_line(text) for text in labels[:-1]])
    _as_matrix(ax, 35)
    ax.set_title(
        "two together, beyond each alone\n(grey: may be none)", fontsize=9, color=INK, loc="left"
    )


def _matrix(given: Sensitivity, names: list[str]) -> Figure:
    order = _order(given, names)[: layout.MOST_BARS]
    table = given.table.pivot(index="measure", columns="factor", values=given.ranking)
    grid = table.reindex(index=names, columns=order).to_numpy()
    sobol = given.method == "sobol"
    if not sobol:
        grid = grid / np.nanmax(grid, axis=1, keepdims=True)
    cell = 0.27
    tall, wide = cell * len(names), 0.72 * len(order)
    figure = new_figure(max(8.6, 4.0 + wide + 0.4), 0.85 + 0.1 + tall + 1.75)
    layout.header(figure, "What decides what", _subtitle(given))
    ax = layout.place(figure, 3.85, 1.75, wide, tall)
    ax.pcolormesh(grid, cmap=SHARES, vmin=0, vmax=1, edgecolors=PAPER, lw=1)
    for (j, i), value in np.ndenumerate(grid):
        if np.isfinite(value) and value >= 0.05:
            color = PAPER if value > 0.42 else INK
            style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 7.5}
            ax.text(i + 0.5, j + 0.5, f"{value:.2f}", color=color, **style)
    texts = [layout.short(capital(brief(given.measured[n].label)), 0.062, 3.6) for n in names]
    ax.set_yticks(np.arange(len(names)) + 0.5, texts)
    ax.set_xticks(
        np.arange(len(order)) + 0.5,
        [layout.short(first_line(given.labels[f]), 0.06, 1.7) for f in order],
    )
    _as_matrix(ax, 40)
    text = (
        "total effect: part of the variance that involves the factor; blank: below 0.05"
        if sobol
        else "mean size of the change over that of the strongest factor; blank: below 0.05"
    )
    layout.footer(figure, f"{text}   ·   {SIDES}")
    return figure


def _as_matrix(ax: Axes, rotation: float) -> None:
    """Axes of a matrix: first row on top, column names rotated by degrees, no lines."""
    layout.clothe(ax)
    ax.tick_params(length=0, labelsize=8.5)
    ax.tick_params(axis="x", rotation=rotation)
    for label in ax.get_xticklabels():
        label.set_horizontalalignment("right")
        label.set_rotation_mode("anchor")
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.invert_yaxis()


# ---- text


def brief(label: str) -> str:
    """A measure's label without the words on sides, which the footnote has."""
    for words in ("both sides together", "both legs together", "mean of both sides"):
        label = label.removesuffix(f", {words}")
    if label.startswith("integral of the ") and label.endswith(" over time"):
        label = label.removesuffix(" over time").replace("force of the ", "")
        label = label.replace("integral of the ", "impulse of the ")
    return label


def first_line(text: str) -> str:
    """A label without the number of its quantities."""
    return text.partition("\n")[0]
