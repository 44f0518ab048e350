"""What the generators share: Markdown tables, files that are written only when they change, a digest of the package."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import coxa

DOCS = Path(__file__).resolve().parents[1]
ROOT = DOCS.parent
GENERATED = DOCS / "_generated"


def write(name: str, text: str) -> None:
    """Writes a generated page unless it already says this, so that Sphinx reads only what changed."""
    path = GENERATED / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def sweep(folder: str, names: Iterable[str]) -> None:
    """Removes pages that an earlier build made of what is no longer there."""
    for path in (GENERATED / folder).glob("*.*"):
        if path.suffix in (".md", ".rst") and path.stem not in set(names):
            path.unlink()


def cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(c) for c in line) + " |" for line in lines) + "\n"


def package_digest() -> str:
    """Changes with anything that a simulation or a picture may depend on."""
    digest = hashlib.sha256()
    folder = Path(coxa.__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()
