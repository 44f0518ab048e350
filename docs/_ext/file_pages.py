"""Tables of the result file, from files made by `coxa.simulate` and `Study.run`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import coxa
import numpy as np
import xarray as xr
from pages import GENERATED, table, write

# together these cover all variables: bench, bar, grips; bands; cables and anchors
SHOWN = ("barbell_hip_thrust", "banded_hip_thrust", "cable_kickback", "smith_machine_hip_thrust")


def simulated() -> dict[str, xr.Dataset]:
    person = coxa.Subject(sex="male", mass=75, height=1.75)
    return {name: coxa.simulate(name, person, frames=5, intervals=True).dataset for name in SHOWN}


def meaning(attrs: dict) -> str:
    text = str(attrs.get("long_name", ""))
    if "comment" in attrs:
        text += f"; {attrs['comment']}"
    if "flag_meanings" in attrs:
        values = np.atleast_1d(attrs.get("flag_masks", attrs.get("flag_values")))
        words = str(attrs["flag_meanings"]).split()
        text += ": " + ", ".join(f"{v} {w}" for v, w in zip(values, words, strict=True))
    return text


def variables(datasets: dict[str, xr.Dataset], summaries: bool) -> Iterator[tuple[str, ...]]:
    seen = set()
    for dataset in datasets.values():
        for name, variable in dataset.variables.items():
            is_summary = variable.attrs.get("role") == "summary"
            if name in seen or is_summary != summaries or name in dataset.dims and name != "time":
                continue
            seen.add(name)
            dims = () if summaries else (", ".join(map(str, variable.dims)),)
            yield f"`{name}`", *dims, variable.attrs.get("units", ""), meaning(variable.attrs)


def dimensions(dataset: xr.Dataset) -> Iterator[tuple[str, ...]]:
    for name, size in dataset.sizes.items():
        if name != "time":
            labels = [str(label) for label in dataset[name].values]
            some = ", ".join(labels[:11]) + (", ..." if size > 11 else "")
            yield f"`{name}`", str(size), some


def short(value: object) -> str:
    text = " ".join(str(value).split()).replace("`", "'")
    return f"`{text[:100]}{' ...' if len(text) > 100 else ''}`" if text else "empty here"


def study() -> xr.Dataset:
    with tempfile.TemporaryDirectory() as folder:
        person = coxa.Subject(sex="male", mass=75, height=1.75)
        plan = coxa.Study("barbell_hip_thrust", person, frames=5).vary(load=(40, 60))
        path = Path(folder) / "study.h5"
        plan.sample(2, seed=1).run(path, progress=False)
        return xr.load_dataset(path, engine="h5netcdf")


def generate(run_again: bool) -> None:
    if not run_again and (GENERATED / "file_study.md").exists():
        return
    datasets = simulated()
    first = datasets[SHOWN[0]]
    head = ("Variable", "Dimensions", "Unit", "Meaning")
    write("file_series.md", table(head, variables(datasets, summaries=False)))
    write("file_summaries.md", table(("Variable", "Unit", "Meaning"), variables(datasets, True)))
    write("file_dimensions.md", table(("Dimension", "Size", "Labels"), dimensions(first)))
    attributes = [(f"`{name}`", short(value)) for name, value in sorted(first.attrs.items())]
    write("file_attributes.md", table(("Attribute", "Here"), attributes))

    ds = study()
    rows = [
        (f"`{name}`", ", ".join(map(str, v.dims)), v.attrs.get("units", ""), meaning(v.attrs))
        for name, v in ds.variables.items()
        if v.attrs.get("role") != "summary" and name not in first.variables
    ]
    write("file_study.md", table(head, rows))
