"""The trials of a study: values of all factors, and the complete inputs they define."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..models.subject import Subject
from .factors import LOAD_PER_MASS, Column, Factor, Row


@dataclass(frozen=True)
class Design:
    """The values of every factor in every trial.

    Attributes
    ----------
    factors : tuple of Factor
    values : tuple of sequences
        One for each factor, one value for each trial.
    exercise, subject, parameters
        Shared by all trials, unless a factor overrides it.
    body_mass : float or None
        Of an unscaled model, kg, for loads relative to it.
    """

    factors: tuple[Factor, ...]
    values: tuple[Sequence[Any], ...]
    exercise: str
    subject: Subject | None
    parameters: Mapping[str, float | str] = field(default_factory=dict)
    body_mass: float | None = None
    count: int = 1

    def __len__(self) -> int:
        return self.count

    def part(self, first: int, count: int) -> Design:
        """The design of `count` trials from number `first` on."""
        cut = tuple(values[first : first + count] for values in self.values)
        return replace(self, values=cut, count=min(count, self.count - first))

    def row(self, i: int) -> Row:
        """Complete inputs of trial `i`."""
        row: Row = {
            "exercise": self.exercise,
            "parameters": dict(self.parameters),
            "offsets": {},
            "subject": self.subject,
            "changes": {},
            "criterion": None,
            "fields": {},
        }
        for factor, values in zip(self.factors, self.values, strict=True):
            factor.put(row, values[i])
        fields = row.pop("fields")
        if fields:
            row["subject"] = replace(row["subject"] or Subject(), **fields)
        if LOAD_PER_MASS in row:
            person = row["subject"]
            mass = self.body_mass if person is None else person.mass
            row["parameters"]["load"] = row.pop(LOAD_PER_MASS) * mass
        return row

    def columns(self) -> list[Column]:
        """The input columns of the study's table."""
        found: dict[str, Column] = {}
        for factor, values in zip(self.factors, self.values, strict=True):
            for column in factor.columns(values):
                # an individually varied field overrides that of the person
                found[column[0]] = column
        return list(found.values())

    def rows(self) -> list[Row]:
        """Complete inputs of every trial."""
        return [self.row(i) for i in range(len(self))]

    def trials(self) -> list[dict[str, Any]]:
        """The study's table, one dict per trial."""
        columns = self.columns()
        return [{name: values[i] for name, _, _, values in columns} for i in range(len(self))]
