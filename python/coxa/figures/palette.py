"""Colours and line styles of all figures, named by their meaning."""

from __future__ import annotations

from typing import Any

from matplotlib.colors import LinearSegmentedColormap

# distinguishable with all types of colour vision (Okabe & Ito 2008)
BLUE, ORANGE, GREEN, PURPLE, SKY, AMBER = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#e69f00",
)

# ---- background, text and axes

PAPER, STRIPE = "#ffffff", "#f4f6f8"  # background; every other row
INK, SUBTITLE, NOTE = "#2b2f36", "#5a616b", "#7a828c"
RULE, GUIDE = "#9aa3ad", "#d9dee4"  # axes and zero lines; ends of bins and thirds

# ---- quantities

PHASES = {
    0: ("up", "#e4edf5"),
    1: ("hold", PAPER),
    2: ("down", "#f6ece0"),
    3: ("rest", PAPER),
}

# monotonic in lightness, so that it also reads in greyscale and with any colour vision
ACTIVATION = LinearSegmentedColormap.from_list(
    "activation", ["#f3d9c8", "#f0a57a", "#dd5f3d", "#a81c2a", "#5c0a1e"]
)

TOTAL_EFFECT = "#b9d3e6"  # next to first-order indices in BLUE
SHARES = LinearSegmentedColormap.from_list("shares", [PAPER, TOTAL_EFFECT, BLUE, "#003a5c"])

SPAN = "#c3c9d0"  # ranges, and trials beyond a limit
PRIOR = "#eceff2"  # prior distribution of a factor

# ---- body, loads and supports


def _filled(face: str, edge: str) -> dict[str, Any]:
    return {"facecolor": face, "edgecolor": edge}


SKIN, FAR_SKIN = _filled("#dde3ea", "#a9b4c0"), _filled("#eceff3", "#ccd3db")
BENCH = _filled("#c9bba3", "#8f8069")
FLOOR, FLOOR_EDGE = "#e9e6e1", "#8d8a84"
CABLE, RAIL, BAND = "#4a4f57", "#9aa0a8", "#2a9d8f"
BAR, PLATE, RIM = _filled(CABLE, PAPER), _filled("#f1efea", "none"), _filled("none", CABLE)
PULLEY = PLATE | {"edgecolor": CABLE}
SUPPORT_FORCE = BLUE

# ---- exercises

MANY = (BLUE, ORANGE, GREEN, PURPLE, AMBER, SKY, "#4d4d4d", "#8b6f3d")
STYLES = ("-", "--", ":")  # for more exercises than colours


def line_of(index: int) -> dict[str, Any]:
    """Colour and style of the line of an exercise, by its index."""
    return {"color": MANY[index % len(MANY)], "ls": STYLES[index // len(MANY) % len(STYLES)]}
