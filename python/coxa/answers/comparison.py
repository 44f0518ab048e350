"""Exercises by one person, side by side."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from ..base import check
from ..base.doors import picture
from ..base.tables import Table
from ..models.subject import Subject
from ..trials.labels import person
from ..trials.result import Result
from ..trials.simulation import MaxLoad
from .compared import PER_LEG, TRUNK_GROUPS
from .saving import save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KIND = "comparison"

STATEMENT = "Research software: not medical advice, not training advice."


# ---- the comparison ------------------------------------------------------------------------------------------

# the rows that are printed: heading of the row, quantity, digits
_SHORT = [
    ("load, kg", "load", 1),
    ("share of greatest load", "load_fraction", 2),
    ("greatest load, kg", "max_load", 1),
    ("limited by", "limited_by", None),
    ("  at % of the way up", "limiting_path", 0),
    ("working leg", "working_side", None),
    ("hip moment, both legs, peak, N m", "peak_hip_extension_moment", 0),
    ("hip moment per working leg, peak, N m", "peak_leg_hip_extension_moment", 0),
    ("  per kg of body mass, N m/kg", "peak_leg_hip_extension_moment_per_kg", 2),
    ("  at % of the lift", "peak_leg_hip_extension_moment_percent", 0),
    ("  mean", "mean_leg_hip_extension_moment", 0),
    ("  first third of the lift, mean", "first_third_leg_hip_extension_moment", 0),
    ("  last third of the lift, mean", "last_third_leg_hip_extension_moment", 0),
    ("  first third over peak", "first_third_leg_hip_extension_moment_of_peak", 2),
    ("  last third over peak", "last_third_leg_hip_extension_moment_of_peak", 2),
    ("  impulse, N m s", "leg_hip_extension_moment_impulse", 0),
    ("knee moment per working leg, peak, N m", "peak_leg_knee_extension_moment", 0),
    ("ankle moment per working leg, peak, N m", "peak_leg_ankle_plantarflexion_moment", 0),
    ("lumbar moment, peak, N m", "peak_lumbar_extension_moment", 0),
    ("lumbar compression, peak, N", "peak_lumbar_compression", 0),
    ("  per kg of body mass, N/kg", "peak_lumbar_compression_per_kg", 1),
]


def shorten(text: str, width: int) -> str:
    """The beginning of a text; `loads` has it whole."""
    return text if len(text) <= width else f"{text[: width - 4].rstrip()} ..."


class Comparison:
    """Exercises by one person, side by side.

    The lifting phase is the first concentric stretch of the repetition; its 0 to 100 % are of its duration.
    "Per working leg" is the leg that the exercise works (its parameter `side`), or the mean of the two where both
    work, so that exercises on one leg and on two can be compared; "both legs together" is the sum.

    - Peak: greatest value of the lifting phase, with the percentage of its duration and of the way up at which it is met.
    - Mean: over time. Impulse: integral over time, by the trapezium rule (`coxa.curves.integral` states its error).
    - First and last third: means over the first and the last third of the phase's duration, as they are and over the peak.
    - Activation of a group: weighted by muscle volume; of the lower back and abdominals the mean of both sides.
    - Greatest load: the heaviest that every frame by itself can hold without reserves (`coxa.max_load`).

    Attributes
    ----------
    dataset : xarray.Dataset
        All there is, as the file holds it (format "coxa-1", kind "comparison").
    series : xarray.Dataset
        Curves with dimensions exercise, side or group, and `percent` of the lifting phase, `repetition_percent` of
        the repetition (variables `repetition_...`) or `path_percent` of the way up (`sticking_curve`).
    table : DataFrame
        Every quantity, one row each; one column per exercise, and unit and meaning.
    loads : DataFrame
        One row per exercise: load, how it came about, greatest load, what limits it and where.
    results, max_loads : dict
        The trials and greatest loads by label; empty for a comparison read from a file.
    """

    def __init__(
        self,
        dataset: xr.Dataset,
        *,
        results: Mapping[str, Result] | None = None,
        max_loads: Mapping[str, MaxLoad] | None = None,
    ):
        self.dataset = dataset
        self.results = dict(results or {})
        self.max_loads = dict(max_loads or {})

    def __getitem__(self, name: str) -> xr.DataArray:
        if name not in self.dataset.variables:
            raise check.unknown("variable", name, map(str, self.dataset.variables))
        return self.dataset[name]

    def _ipython_key_completions_(self) -> list[str]:
        return [str(name) for name in self.dataset.variables]

    @property
    def exercises(self) -> list[str]:
        """Labels, in order."""
        return [str(label) for label in self.dataset["exercise"].values]

    @property
    def basis(self) -> str:
        """At which loads: equal load, equal effort, as given."""
        return str(self.dataset.attrs["basis"])

    @property
    def subject(self) -> Subject | None:
        text = self.dataset.attrs.get("subject")
        return Subject.from_json(text) if text else None

    @property
    def solved(self) -> bool:
        """Whether every frame of every exercise was solved."""
        return not self.dataset["unsolved_frames"].values.any()

    @property
    def warnings(self) -> list[str]:
        """What a reader of the figures must know: unsolved frames, reserves, loads beyond the greatest."""
        found = []
        for label in self.exercises:
            row = self.dataset.sel(exercise=label)
            if count := int(row["unsolved_frames"]):
                found.append(f"{label}: {count} frames without a solution")
            if count := int(row["reserve_frames"]):
                found.append(
                    f"{label}: {count} frames need reserves: more than this body's strength"
                )
            if str(row["limited_by"].values).startswith("the maximum"):
                found.append(
                    f"{label}: its greatest load was not reached: {row['limited_by'].values}"
                )
            if float(row["load_fraction"]) > 1:
                found.append(
                    f"{label}: {float(row['load']):g} kg is more than the greatest load,"
                    f" {float(row['max_load']):.1f} kg"
                )
        return found

    def _loadable(self, label: str) -> bool:
        how = str(self.dataset["load_basis"].sel(exercise=label).values)
        return not how.startswith("body weight")

    @property
    def series(self) -> xr.Dataset:
        wanted = ("percent", "repetition_percent", "path_percent")
        names = [n for n, v in self.dataset.data_vars.items() if any(d in v.dims for d in wanted)]
        return self.dataset[names]

    @property
    def table(self) -> Table:
        names = [n for n, v in self.dataset.data_vars.items() if v.attrs.get("role") == "summary"]
        values = np.array([self.dataset[name].values for name in names])
        table = Table(values, pd.Index(names, name="quantity"), self.exercises)
        attributes = [self.dataset[name].attrs for name in names]
        table["unit"] = ["" if a["units"] == "1" else a["units"] for a in attributes]
        table["meaning"] = [a["long_name"] for a in attributes]
        return table

    @property
    def loads(self) -> Table:
        columns = {
            "exercise": "name",
            "load kg": "load",
            "load is": "load_basis",
            "greatest load kg": "max_load",
            "share of greatest": "load_fraction",
            "limited by": "limited_by",
            "at % up": "limiting_path",
            "working leg": "working_side",
        }
        data = {head: self.dataset[name].values for head, name in columns.items()}
        return Table(data, index=pd.Index(self.exercises, name="label"))

    def short(self) -> list[list[str]]:
        """The quantities that matter most as text: a row each, its heading first, then one cell per exercise."""
        groups = [str(group) for group in self.dataset["group"].values]
        rows = list(_SHORT)
        for group in groups:
            words = group.replace("_", " ")
            leg = "" if group in TRUNK_GROUPS else "leg_"
            of = ", both sides" if group in TRUNK_GROUPS else f" {PER_LEG}"
            rows += [
                (f"{words}, activation, peak", f"peak_{group}_activation", 2),
                ("  mean", f"mean_{group}_activation", 2),
                (f"  force{of}, peak, N", f"peak_{leg}{group}_force", 0),
                ("  mean", f"mean_{leg}{group}_force", 0),
            ]
        text = []
        for head, name, digits in rows:
            values = self.dataset[name].values
            if digits is None:
                text.append([head, *(shorten(str(value), 24) for value in values)])
            else:
                cells = (f"{v:.{digits}f}" if math.isfinite(v) else "" for v in values)
                text.append([head, *cells])
        return text

    @property
    def heading(self) -> str:
        """What this is, and of whom."""
        return f"{self.basis}; {', '.join(person(self.subject, self.dataset.attrs))}"

    @property
    def footer(self) -> list[str]:
        """What a reader of the tables must know."""
        unloaded = [label for label in self.exercises if not self._loadable(label)]
        lines = (
            [f"at body weight, having no load to set: {', '.join(unloaded)}"] if unloaded else []
        )
        return [*lines, *self.warnings, STATEMENT]

    def __repr__(self) -> str:
        rows = [["", *self.exercises], *self.short()]
        wide = max(len(row[0]) for row in rows)
        widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(1, len(rows[0]))]
        lines = [
            f"{row[0]:{wide}}  "
            + "  ".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths, strict=True))
            for row in rows
        ]
        return "\n".join([self.heading, "", *lines, "", *self.footer])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(label)}</th>" for label in self.exercises)
        body = ""
        for row in self.short():
            cells = "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
            indent = "1em" if row[0].startswith(" ") else "0"
            body += (
                f"<tr><th style='text-align:left;font-weight:normal;padding-left:{indent}'>"
                f"{escape(row[0].strip())}</th>{cells}</tr>"
            )
        foot = "<br>".join(escape(line) for line in self.footer)
        return (
            f"<p>{escape(self.heading)}</p><table><thead><tr><th></th>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table><p><small>{foot}</small></p>"
        )

    def plot(self) -> Figure:
        """Postures, moments over the lift, lumbar load, sticking curves and muscle groups in one figure."""
        return picture("comparison", self)

    def as_dict(self) -> dict[str, Any]:
        """Loads, quantities and units as plain values, for JSON."""
        table, loads = self.table, self.loads
        exercises = {}
        for label in self.exercises:
            row = loads.loc[label]
            exercises[label] = {
                "exercise": row["exercise"],
                "parameters": json.loads(
                    str(self.dataset["parameters"].sel(exercise=label).values)
                ),
                "load": row["load kg"],
                "load_basis": row["load is"],
                "max_load": row["greatest load kg"],
                "load_fraction": row["share of greatest"],
                "limited_by": row["limited by"],
                "working_side": row["working leg"],
                "quantities": {name: float(table[label][name]) for name in table.index},
            }
        return {
            "basis": self.basis,
            "subject": json.loads(self.dataset.attrs.get("subject") or "null"),
            "model": self.dataset.attrs["model"],
            "criterion": self.dataset.attrs["criterion"],
            "solved": self.solved,
            "warnings": self.warnings,
            "exercises": exercises,
            "units": dict(table["unit"]),
            "statement": STATEMENT,
            "coxa_version": self.dataset.attrs["coxa_version"],
            "history": self.dataset.attrs["history"],
        }

    def write_csv(self, file: Any) -> None:
        """Rows of loads, then every quantity; columns quantity, unit, one per exercise, meaning."""
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["quantity", "unit", *self.exercises, "meaning"])
        for name in ("name", "working_side", "load_basis", "limited_by"):
            variable = self.dataset[name]
            writer.writerow([name, "", *variable.values, variable.attrs["long_name"]])
        writer.writerow(["statement", "", *[""] * len(self.exercises), STATEMENT])
        for name, row in self.table.iterrows():
            cells = ["" if math.isnan(v) else repr(float(v)) for v in row[self.exercises]]
            writer.writerow([name, row["unit"], *cells, row["meaning"]])

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes by the ending of the name: `.h5`, `.hdf5`, `.nc` everything; `.csv` the table; `.json` the table
        and loads; `.png`, `.pdf`, `.svg`, `.jpg` the picture."""
        return save(self, path, self.dataset)
