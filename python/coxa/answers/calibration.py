"""The result of calibrating a person's strength to measurements."""

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
    """A person whose strength was fitted to measurements.

    `plot` shows measured against predicted values, before and after, and the factors with their intervals.

    Attributes
    ----------
    subject : Subject
        The given person, with the fitted strength.
    before : Subject
        The given person.
    kind : {"maxima", "torques"}
    factors : DataFrame
        One row per fitted factor on the given person's strength: `factor`; `low` and `high`, its 95 % interval
        (NaN if no degree of freedom is left to estimate it); `spread`, the standard deviation of its logarithm
        among people, used as a prior (NaN: no prior); `informed`, the fraction of that variance removed by the
        measurements, 0 for a factor they do not depend on; `groups`, the muscle groups it acts on.
    table : DataFrame
        Maxima: one row per exercise, kg, with `measured`, `predicted_before` (NaN if not even the empty bar can be
        lifted), `predicted_after`, `error` (after minus measured), `error_percent`, `strength_alone` (the strength
        that reproduces this maximum on its own) and `limited_by`. Torques: one row per measurement, N m, also with
        `passive`, the torque of relaxed muscles after calibration.
    chi2 : float
        Sum over measurements of (error / measured / sd) squared; about the number of measurements minus that of
        factors if the model explains them.
    notes : tuple of str
        Cautions.
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
        start = f"factors on the strength of: {self.before.who}"
        return [repr(self.subject), start, *self.notes]

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
