"""Reading the tables of data/fullbody and the models that they give and came from."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

tomllib = pytest.importorskip("tomllib", reason="data/build_model.py needs Python 3.11")

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
TABLES = DATA / "fullbody"
MODEL = DATA / "models" / "coxa_fullbody.osim"
REFERENCE = ROOT.parent / "shared" / "reference" / "models"

# relative difference between the sides of the published model: its optimiser stopped there
SIDES = 1e-5


def table(name: str | Path) -> list[dict[str, str]]:
    path = TABLES / f"{name}.csv" if isinstance(name, str) else name
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def toml(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def vector(element: ET.Element, tag: str) -> list[float]:
    return [float(value) for value in element.findtext(tag).split()]


def named(root: ET.Element, tag: str) -> dict[str, ET.Element]:
    return {element.get("name"): element for element in root.iter(tag)}


def published(name: str) -> ET.Element:
    path = REFERENCE / name
    if not path.exists():
        pytest.skip(f"the reference model {name} is not beside this repository")
    return ET.parse(path).getroot()
