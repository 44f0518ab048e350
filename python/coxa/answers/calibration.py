"""A person whose strength was found from measurements."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..base.doors import picture
from ..base.json_values import plain
from ..base.tables import Table
from ..models.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Calibration:
    """A person whose strength fits what was measured.

    Attributes
    ----------
    subject : Subject
        The one given, with the strength found.
    before : Subject
        The one given.
    kind : {"maxima", "torques"}
    factors : DataFrame
        A row for each factor found, which multiplies the strength that the given subject had: `factor`; `low`
        and `high`, its 95 % interval (NaN where nothing is left to judge by); `spread`, the standard deviation of
        its logarithm among people, which held it towards 1 (NaN: nothing did); `informed`, the share of that
        variance that the measurements took away, 0 for a factor that they say nothing about; `groups`.
    table : DataFrame
        Maxima: a row for each exercise, kg. `measured`, `predicted_before` (NaN if it is impossible without
        any load), `predicted_after`, `error` (after less measured), `error_percent`, `strength_alone` (the strength that gives
        this maximum by itself) and `limited_by`. Torques: a row for each, N m, with `passive`, the part
        after calibration of muscles that do not contract.
    chi2 : float
        Sum over measurements of (error / measured / sd) squared; about their number, less the factors, if the model
        can explain them.
    notes : tuple of str
        What to be careful about.
    """

    subject: Subject
    before: Subject
    kind: str
    factors: Table
    table: Table
    chi2: float
    notes: tuple[str, ...] = ()

    def plot(self) -> Figure:
        """Measured against predicted, before and after, and the factors with their intervals."""
        return picture("calibration", self)

    def __repr__(self) -> str:
        told = []
        for name, row in self.factors.iterrows():
            interval = (
                f" ({row['low']:.2f} to {row['high']:.2f})" if math.isfinite(row["low"]) else ""
            )
            told.append(f"{str(name).replace('_', ' ')} x {row['factor']:.3f}{interval}")
        worst = self.table["error_percent"].abs().max()
        lines = [
            f"{len(self.table)} {self.kind}: {', '.join(told)}; errors of at most {worst:.2g} %",
            repr(self.subject),
            *self.notes,
        ]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        return {
            "kind": self.kind,
            "subject": json.loads(self.subject.to_json()),
            "before": json.loads(self.before.to_json()),
            "factors": {str(k): plain(dict(row)) for k, row in self.factors.iterrows()},
            "measurements": [
                plain({str(self.table.index.name): key, **row})
                for key, row in zip(
                    self.table.index.tolist(), self.table.to_dict("records"), strict=True
                )
            ],
            "chi2": self.chi2,
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """The same as JSON."""
        return json.dumps(self.to_dict())
