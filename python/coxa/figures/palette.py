"""The colours of all figures."""

from __future__ import annotations

from typing import Any

from matplotlib.colors import LinearSegmentedColormap

# texts and axes
INK = "#2b2f36"

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

# one ramp of lightness from pale to dark: it reads the same with any colour vision, and in grey
ACTIVATION = LinearSegmentedColormap.from_list(
    "activation", ["#f3d9c8", "#f0a57a", "#dd5f3d", "#a81c2a", "#5c0a1e"]
)

MANY = (BLUE, ORANGE, GREEN, PURPLE, AMBER, SKY, "#4d4d4d", "#8b6f3d")
STYLES = ("-", "--", ":")  # where there are more exercises than colours


def line_of(index: int) -> dict[str, Any]:
    """Colour and style that tell one exercise from the others."""
    return {"color": MANY[index % len(MANY)], "ls": STYLES[index // len(MANY) % len(STYLES)]}
