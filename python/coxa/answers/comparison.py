"""The comparison of exercises performed by one person."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..base import check
from ..base.tables import Table
from ..trials.labels import person
from ..trials.result import Result
from ..trials.simulation import MaxLoad
from .compared import PER_LEG, TRUNK_GROUPS
from .saving import SavedAnswer

KIND = "comparison"

STATEMENT = "Research software: not medical advice, not training advice."


# rows of the printed table: heading, quantity, decimals
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
    """The beginning of a text; `loads` has the full text."""
    return text if len(text) <= width else f"{text[: width - 4].rstrip()} ..."


class Comparison(SavedAnswer):
    """Exercises performed by one person, side by side.

    `plot` draws postures, moments over the lift, lumbar load, sticking curves and muscle groups.

    The lifting phase is the first concentric phase of the repetition; percentages are of its duration. "Per working
    leg" means the leg that the exercise trains (its parameter `side`), or the mean of both legs if both work, which
    makes one- and two-legged exercises comparable; "both legs together" means the sum.

    - Peak: maximum over the lifting phase, with its position in percent of the duration and of the path.
    - Mean: over time. Impulse: integral over time, by the trapezoidal rule.
    - First and last third: means over the first and last third of the phase's duration, absolute and over the peak.
    - Activation of a group: weighted by muscle volume; for lower back and abdominals, the mean of both sides.
    - Maximum load: the heaviest that every single frame can hold without reserves (`coxa.max_load`).

    Attributes
    ----------
    dataset : xarray.Dataset
        All data, as stored in the file (format "coxa-1", kind "comparison").
    series : xarray.Dataset
        Curves with dimensions exercise, side or group, and `percent` of the lifting phase, `repetition_percent` of
        the repetition (variables `repetition_...`) or `path_percent` of the path (`sticking_curve`).
    table : DataFrame
        One row per quantity, one column per exercise, and unit and meaning.
    loads : DataFrame
        One row per exercise: load, how it was determined, maximum load, what limits it and where.
    results, max_loads : dict
        The trials and maximum loads by label; empty for a comparison read from a file.
    """

    _picture = "comparison"

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
        """How loads were chosen: equal load, equal effort, or as given."""
        return str(self.dataset.attrs["basis"])

    @property
    def warnings(self) -> list[str]:
        """Warnings: unsolved frames, reserves, loads beyond the maximum."""
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
        """All curves."""
        wanted = ("percent", "repetition_percent", "path_percent")
        names = [n for n, v in self.dataset.data_vars.items() if any(d in v.dims for d in wanted)]
        return self.dataset[names]

    @property
    def table(self) -> Table:
        """All quantities, one row each."""
        names = [n for n, v in self.dataset.data_vars.items() if v.attrs.get("role") == "summary"]
        values = np.array([self.dataset[name].values for name in names])
        table = Table(values, pd.Index(names, name="quantity"), self.exercises)
        attributes = [self.dataset[name].attrs for name in names]
        table["unit"] = ["" if a["units"] == "1" else a["units"] for a in attributes]
        table["meaning"] = [a["long_name"] for a in attributes]
        return table

    @property
    def loads(self) -> Table:
        """Loads and maximum loads, one row per exercise."""
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
        """The main quantities as text, one row each: heading, then one cell per exercise."""
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
                # "right vastus lateralis fully active at 118 deg of knee flexion": the muscle is enough
                names = (str(value).partition(" fully active")[0] for value in values)
                text.append([head, *(shorten(name, 36) for name in names)])
            else:
                cells = (f"{v:.{digits}f}" if math.isfinite(v) else "" for v in values)
                text.append([head, *cells])
        return text

    @property
    def heading(self) -> str:
        """Title: what is compared, and for whom."""
        return f"{self.basis}; {', '.join(person(self.subject, self.dataset.attrs))}"

    @property
    def footer(self) -> list[str]:
        """Notes below the tables."""
        unloaded = [label for label in self.exercises if not self._loadable(label)]
        lines = (
            [f"at body weight, having no load to set: {', '.join(unloaded)}"] if unloaded else []
        )
        return [*lines, *self.warnings, STATEMENT]

    def shown(self) -> Mapping[str, Table]:
        heads, rows = zip(*((row[0], row[1:]) for row in self.short()), strict=True)
        return {"": Table(rows, heads, self.exercises)}

    def _repr_html_(self) -> str:
        # browsers drop the spaces that indent a heading
        return super()._repr_html_().replace("<th>  ", "<th>&emsp;")

    def to_dict(self) -> dict[str, Any]:
        """Loads, quantities and units as plain values, for JSON."""
        table, loads = self.table, self.loads
        exercises = {}
        for label in self.exercises:
            row = loads.loc[label]
            given = str(self.dataset["parameters"].sel(exercise=label).values)
            exercises[label] = {
                "exercise": row["exercise"],
                "parameters": json.loads(given),
                "load": row["load kg"],
                "load_basis": row["load is"],
                "max_load": row["greatest load kg"],
                "load_fraction": row["share of greatest"],
                "limited_by": row["limited by"],
                "working_side": row["working leg"],
                "quantities": {name: float(table[label][name]) for name in table.index},
            }
        units = dict(table["unit"])
        return {**super().to_dict(), "basis": self.basis, "exercises": exercises, "units": units}

    def write_csv(self, file: Any) -> None:
        """Write rows of loads, then all quantities, with columns quantity, unit, one per exercise, meaning."""
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["quantity", "unit", *self.exercises, "meaning"])
        for name in ("name", "working_side", "load_basis", "limited_by"):
            variable = self.dataset[name]
            writer.writerow([name, "", *variable.values, variable.attrs["long_name"]])
        writer.writerow(["statement", "", *[""] * len(self.exercises), STATEMENT])
        for name, row in self.table.iterrows():
            cells = ["" if math.isnan(v) else repr(float(v)) for v in row[self.exercises]]
            writer.writerow([name, row["unit"], *cells, row["meaning"]])
