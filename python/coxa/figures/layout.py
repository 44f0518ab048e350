"""Layout shared by the figures of studies: headings in inches, axes, rows, legends and number formats."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from .palette import INK, NOTE, RULE, STRIPE, SUBTITLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Maximum number of bars of factors in a figure; the table has all.
MOST_BARS = 16


# ---- title, subtitle and footnote


def header(figure: Figure, title: str, subtitle: str) -> None:
    """Title and subtitle, at a fixed distance from the top for any height."""
    height, width = figure.get_figheight(), figure.get_figwidth()
    title, subtitle = short(title, 0.108, width - 0.4), short(subtitle, 0.073, width - 0.4)
    heads(figure, 0.25 / width, {1 - 0.32 / height: title, 1 - 0.62 / height: subtitle})


def heads(
    figure: Figure, left: float, texts: dict[float, str], sizes: tuple[float, float] = (14, 9.5)
) -> None:
    """Title and subtitle by height; positions are fractions of the figure."""
    styles: list[dict[str, Any]] = [{"color": INK, "weight": "bold"}, {"color": SUBTITLE}]
    for (y, text), style, size in zip(texts.items(), styles, sizes, strict=True):
        figure.text(left, y, text, va="center", fontsize=size, **style)


def footer(figure: Figure, text: str) -> None:
    """Explanation of the marks, in as many lines as needed."""
    height, width = figure.get_figheight(), figure.get_figwidth()
    style: dict[str, Any] = {"color": NOTE, "va": "bottom", "fontsize": 8.5}
    lines = textwrap.wrap(text, int((width - 0.4) / 0.066), break_long_words=False)
    figure.text(0.25 / width, 0.1 / height, "\n".join(lines), **style)


# ---- axes


def place(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes at a position in inches."""
    wide, high = figure.get_figwidth(), figure.get_figheight()
    return figure.add_axes((left / wide, bottom / high, width / wide, height / high))


def clothe(ax: Axes, x: str = "", y: str = "", size: float = 9.5) -> None:
    """Style axes: no frame, palette colours, labels."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(RULE)
    ax.tick_params(labelsize=9, colors=INK, length=3)
    ax.set_xlabel(x, fontsize=size, color=INK)
    ax.set_ylabel(y, fontsize=size, color=INK)


def dress(ax: Axes, heading: str, y: str, x: str = "time (s)") -> None:
    """Style axes as `clothe`, with a heading."""
    clothe(ax, x, y, 9)
    ax.set_title(heading, fontsize=11, color=INK, loc="left", pad=16, weight="bold")


def zero(ax: Axes) -> None:
    """Draw a line at zero, behind the curves."""
    ax.axhline(0, color=RULE, lw=0.8, zorder=1)


def rows(ax: Axes, labels: list[str], width: int = 30) -> None:
    """Row labels on the left, every other row shaded, the first on top."""
    wrapped = [wrap(label, width) for label in labels]
    ax.set_yticks(range(len(labels)), wrapped)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    for i in range(1, len(labels), 2):
        ax.axhspan(i - 0.5, i + 0.5, color=STRIPE, lw=0, zorder=0)


def legend_above(ax: Axes, columns: int, *, right: bool = False, **style: Any) -> None:
    """A one-line legend above the axes, at the left or right."""
    standard = {"fontsize": 9, "frameon": False, "borderpad": 0.2, "handlelength": 1.4}
    corner = {"loc": "lower right" if right else "lower left", "bbox_to_anchor": (right, 1.0)}
    ax.legend(ncols=columns, **{**corner, **standard, **style})


# ---- text


def short(text: str, letter: float, width: float) -> str:
    """As much of a text as fits, by the mean width of a letter in inches."""
    most = int(width / letter)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def wrap(text: str, width: int) -> str:
    """Wrap a text to a width in characters; existing line breaks are kept."""
    return "\n".join(
        part
        for line in text.split("\n")
        for part in textwrap.wrap(line, width, break_long_words=False)
    )


def joined(title: str, *parts: str) -> str:
    """Parts of a subtitle on one line, without empty ones."""
    return "   ·   ".join(part for part in (title, *parts) if part)


def percent(part: float) -> str:
    """A fraction as a percentage."""
    return f"{100 * part:.3g} %"


def lesser(count: int) -> str:
    """The end of a footnote that states how many factors are not drawn."""
    return f"   ·   {count} lesser factors are in the table" if count > 0 else ""
