"""HTML tables for notebooks."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def html_table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """A table of left-aligned, escaped cells."""

    def cells(row: Iterable[object], tag: str) -> str:
        return "".join(f"<{tag} style='text-align:left'>{escape(str(c))}</{tag}>" for c in row)

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{cells(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"
