"""Colours are written in one place: the palette of the figures."""

import ast
import re
from pathlib import Path

import pytest
from matplotlib.colors import CSS4_COLORS

PACKAGE = Path(__file__).resolve().parents[2] / "python" / "coxa"
PALETTE = PACKAGE / "figures" / "palette.py"
HEX = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")


def colours(text):
    """Texts in a module that are a colour, by its number or by its name."""
    texts = [n.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant)]
    texts = [value for value in texts if isinstance(value, str)]
    return [value for value in texts if HEX.fullmatch(value) or value in CSS4_COLORS]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_only_the_palette_writes_colours(path):
    assert path == PALETTE or not colours(path.read_text())


def test_the_check_sees_what_it_should():
    assert colours('f(color="#0072b2", mec="white", fc="#abc", ls="--")') == [
        "#0072b2",
        "white",
        "#abc",
    ]
    assert not colours('text = "set #2", "none"  # "#ffffff"')
    assert len(colours(PALETTE.read_text())) > 20
