"""Base classes of answers: figure, JSON values, console and notebook output."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

from ..base.doors import picture
from ..base.json_values import plain
from ..base.tables import Table
from ..base.wording import left_out

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..studies.columns import Measured

#: Maximum number of printed rows of a study's answer.
MOST_ROWS = 12


class Answer(ABC):
    """Tables that answer a question; subclasses define the printed tables and the JSON values."""

    #: Name of the figure in `base.doors.PICTURES`.
    _picture: ClassVar[str]

    @property
    @abstractmethod
    def heading(self) -> str:
        """The first line of the printed answer."""

    @property
    def footer(self) -> list[str]:
        """Notes printed below the tables."""
        return []

    @abstractmethod
    def shown(self) -> Mapping[str, Table]:
        """Tables to print, by title; the title is empty if there is only one."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Everything except the trials as plain values, for JSON."""

    def to_json(self) -> str:
        """`to_dict` as JSON text."""
        return json.dumps(plain(self.to_dict()))

    def plot(self) -> Figure:
        """Plot the answer as one figure."""
        return picture(self._picture, self)

    def __repr__(self) -> str:
        lines = [self.heading]
        for title, table in self.shown().items():
            lines += ["", title, repr(table)] if title else [repr(table)]
        return "\n".join([*lines, *self.footer])

    def _repr_html_(self) -> str:
        text = f"<p>{_lines(self.heading)}</p>"
        for title, table in self.shown().items():
            text += f"<p>{escape(title)}</p>" if title else ""
            text += table.to_html(float_format=lambda value: f"{value:.4g}", na_rep="")
        return f"{text}<p><small>{_lines(*self.footer)}</small></p>"


def _lines(*texts: str) -> str:
    return "<br>".join(escape("\n".join(texts).strip()).split("\n"))


@dataclass(frozen=True, eq=False, repr=False)
class StudyAnswer(Answer):
    """An answer about one measure of a study."""

    table: Table
    measured: Measured
    missing: int
    title: str

    @property
    def counted(self) -> str:
        """Number of trials used, and of those missing."""
        return left_out(self.missing, len(self.measured.values))

    @property
    def footer(self) -> list[str]:
        more = len(self._brief()) - MOST_ROWS
        return [f"... {more} more rows in .table"] if more > 0 else []

    def shown(self) -> Mapping[str, Table]:
        return {"": Table(self._brief().head(MOST_ROWS))}

    def _brief(self) -> Table:
        """The rows and columns of `table` that are printed."""
        return self.table

    def to_dict(self) -> dict[str, Any]:
        return {
            "measure": self.measured.name,
            "meaning": self.measured.label,
            "unit": self.measured.unit,
            "trials": len(self.measured.values),
            "missing": self.missing,
            "table": self.table.to_dict("records"),
        }
