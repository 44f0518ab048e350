"""A person whose strength was found from measurements."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..base.json_values import plain
from ..base.tables import Table
from ..models.subject import Subject
from .answer import Answer


@dataclass(frozen=True, repr=False)
class Calibration(Answer):
    """A person whose strength fits what was measured; `plot` draws measured against predicted values, and the factors.

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

    _picture = "calibration"
    subject: Subject
    before: Subject
    kind: str
    factors: Table
    table: Table
    chi2: float
    notes: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        told = []
        for name, row in self.factors.iterrows():
            interval = (
                f" ({row['low']:.2f} to {row['high']:.2f})" if math.isfinite(row["low"]) else ""
            )
            told.append(f"{str(name).replace('_', ' ')} x {row['factor']:.3f}{interval}")
        worst = self.table["error_percent"].abs().max()
        return f"{len(self.table)} {self.kind}: {', '.join(told)}; errors of at most {worst:.2g} %"

    @property
    def footer(self) -> list[str]:
        return [repr(self.subject), *self.notes]

    def shown(self) -> Mapping[str, Table]:
        return {"factors": self.factors, self.kind: self.table}

    def __repr__(self) -> str:
        return "\n".join([self.heading, *self.footer])

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "subject": json.loads(self.subject.to_json()),
            "before": json.loads(self.before.to_json()),
            "factors": plain(self.factors.to_dict("index")),
            "measurements": plain(self.table.reset_index().to_dict("records")),
            "chi2": self.chi2,
            "notes": list(self.notes),
        }
