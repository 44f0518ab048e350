"""Tables as text, and as HTML for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def html_table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """A table of left-aligned, escaped cells."""

    def cells(row: Iterable[object], tag: str) -> str:
        return "".join(f"<{tag} style='text-align:left'>{escape(str(c))}</{tag}>" for c in row)

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{cells(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"


def text_table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of aligned columns; the last column is not padded."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    aligned = ("  ".join(map(str.ljust, row, widths)) for row in rows)
    return [f"{left}  {row[-1]}".rstrip() for left, row in zip(aligned, rows, strict=True)]
