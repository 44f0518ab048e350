"""Shared by the generators: Markdown tables, files written only when they change, a digest of the package."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import coxa

DOCS = Path(__file__).resolve().parents[1]
ROOT = DOCS.parent
GENERATED = DOCS / "_generated"


def write(name: str, text: str) -> None:
    """Write a generated page if its text changed, so that Sphinx reads only changed pages."""
    path = GENERATED / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def sweep(folder: str, names: Iterable[str]) -> None:
    """Remove pages of an earlier build whose subject no longer exists."""
    for path in (GENERATED / folder).glob("*.*"):
        if path.suffix in (".md", ".rst") and path.stem not in set(names):
            path.unlink()


def cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(c) for c in line) + " |" for line in lines) + "\n"


def package_digest() -> str:
    """Digest of every file of the package, on which simulations and pictures depend."""
    digest = hashlib.sha256()
    folder = Path(coxa.__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()
