"""Studies as flat tables, for pandas, R and spreadsheets."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from .._core import InvalidArgument
from ..base import check

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUFFIXES = (".csv", ".parquet")

#: Largest number of values in memory while a table is written.
_AT_ONCE = 2_000_000

#: Columns between the inputs and the results.
_STATUS = ("trial_status", "trial_message")


def to_dataframe(dataset: xr.Dataset) -> pd.DataFrame:
    """A study as a table with one row per trial.

    Parameters
    ----------
    dataset : xarray.Dataset
        A dataset from `study.run()` or `coxa.load()`. The dimensions of a grid become columns.

    Returns
    -------
    pandas.DataFrame
        With index `trial`. Columns are the inputs, `trial_status` (0: simulated, 1: failed) and
        `trial_message`, and all summaries; a summary with labels has one column per label, such as
        `stance_impulse_right`. `attrs["units"]` holds the units by column. Time series are not included: see
        `series_dataframe`.

    Raises
    ------
    InvalidArgument
        If it is not the dataset of a study.
    """
    layout = _Layout(dataset)
    table = layout.frame(dataset, 0).set_index("trial")
    table.attrs["units"] = {c.name: c.unit for c in layout.columns if c.name != "trial"}
    return table


def series_dataframe(dataset: xr.Dataset, name: str) -> pd.DataFrame:
    """A time series of a study as a long table.

    Parameters
    ----------
    dataset : xarray.Dataset
    name : str
        Name of the series, such as "hip_extension_moment".

    Returns
    -------
    pandas.DataFrame
        Columns `trial`, `sample` (0 to 100 % of the repetition), `time` (s), one for each further dimension
        such as `side`, and `value`. `attrs["units"]` holds the units by column. Join with `to_dataframe` on
        `trial` to add the inputs.

    Raises
    ------
    UnknownName
        If the study has no such series.
    """
    layout = _Layout(dataset)
    table = _long(dataset, layout.dims, _series(dataset, layout.dims, name), 0)
    table.attrs["units"] = _long_units(dataset, name)
    return table


def target_of(path: str | os.PathLike[str], units: bool) -> Path:
    """The path of a flat table, checked before any computation starts."""
    target = check.output_path(path, SUFFIXES)
    if target.suffix.lower() != ".parquet":
        return target
    if units:
        raise InvalidArgument(
            f"units belongs to .csv; {target.name} has units in the metadata of its fields anyway"
        )
    _pyarrow(target)
    return target


def write(
    dataset: xr.Dataset, target: Path, units: bool = False, series: str | None = None
) -> Path:
    """Write a study, or one time series of it, as CSV or Parquet."""
    layout = _Layout(dataset)
    names = layout.describe()
    if series is not None:
        _series(dataset, layout.dims, series)
        names = {name: (unit, "") for name, unit in _long_units(dataset, series).items()}
    with check.written_whole(target) as partial:
        if target.suffix.lower() == ".parquet":
            _write_parquet(partial, _blocks(dataset, layout, series), names, dataset.attrs)
        else:
            _write_csv(partial, _blocks(dataset, layout, series), names if units else {})
    return target


@xr.register_dataset_accessor("coxa")
class StudyAccessor:
    """The accessor `dataset.coxa`: tables and files of a study."""

    def __init__(self, dataset: xr.Dataset):
        self._dataset = dataset

    def to_dataframe(self) -> pd.DataFrame:
        """See `coxa.to_dataframe`."""
        return to_dataframe(self._dataset)

    def series_dataframe(self, name: str) -> pd.DataFrame:
        """See `coxa.studies.table.series_dataframe`."""
        return series_dataframe(self._dataset, name)

    def to_csv(self, path: str | os.PathLike[str], *, units: bool = False) -> Path:
        """Write one row per trial as CSV; see `coxa.export`."""
        return write(self._dataset, check.output_path(path, (".csv",)), units)

    def to_parquet(self, path: str | os.PathLike[str]) -> Path:
        """Write one row per trial as Parquet; see `coxa.export`."""
        return write(self._dataset, target_of(check.output_path(path, (".parquet",)), False))


# ---- columns


class _Column:
    """A column: a variable, or one label of it."""

    def __init__(self, name: str, variable: str, pick: dict[str, int], attributes: dict[str, Any]):
        self.name = name
        self.variable = variable
        self.pick = pick
        self.unit = str(attributes.get("units", ""))
        self.text = str(attributes.get("long_name", ""))


class _Layout:
    """The dimensions that form rows, and the columns."""

    def __init__(self, dataset: xr.Dataset):
        if not isinstance(dataset, xr.Dataset) or "trial_status" not in dataset:
            what = (
                "a dataset without trial_status"
                if isinstance(dataset, xr.Dataset)
                else type(dataset).__name__
            )
            raise InvalidArgument(
                f"a table needs what study.run() gives, or coxa.load() of its file, not {what}"
            )
        self.dims = tuple(map(str, dataset["trial_status"].dims))
        self.columns = [_Column("trial", "", {}, {"long_name": "number of the trial"})]
        self.columns += self._columns(dataset)

    def _columns(self, dataset: xr.Dataset) -> list[_Column]:
        rows = set(self.dims)
        chosen, status, computed = [], [], []
        for key, variable in dataset.variables.items():
            name, own = str(key), set(map(str, variable.dims))
            # "trial" is the index
            if name == "trial" or not own & rows or "sample" in own:
                continue
            if name in _STATUS:
                status.append(name)
            elif name in rows or variable.attrs.get("role") == "parameter":
                chosen.append(name)
            else:
                computed.append(name)
        chosen.sort(key=lambda name: self.dims.index(name) if name in rows else len(rows))
        taken = {*chosen, *status, *computed, "trial"}
        found = []
        for name in [*chosen, *sorted(status, reverse=True), *computed]:
            attributes = dataset[name].attrs
            extra = [str(d) for d in dataset[name].dims if d not in rows]
            if not extra:
                found.append(_Column(name, name, {}, attributes))
                continue
            labels = [_labels(dataset, d) for d in extra]
            for place in itertools.product(*(range(len(items)) for items in labels)):
                words = [items[i] for items, i in zip(labels, place, strict=True)]
                full = "_".join([name, *words])
                if full in taken:
                    full = "_".join(
                        [name, *(f"{d}_{w}" for d, w in zip(extra, words, strict=True))]
                    )
                taken.add(full)
                found.append(_Column(full, name, dict(zip(extra, place, strict=True)), attributes))
        return found

    def describe(self) -> dict[str, tuple[str, str]]:
        """Unit and description by column."""
        return {c.name: (c.unit, c.text) for c in self.columns}

    def frame(self, block: xr.Dataset, first: int) -> pd.DataFrame:
        """The rows of a block that starts at trial `first`."""
        shape = [block.sizes[d] for d in self.dims]
        read: dict[str, NDArray[Any]] = {}
        values: dict[str, NDArray[Any]] = {}
        for c in self.columns:
            if not c.variable:
                values[c.name] = _numbers(block, self.dims, first)
                continue
            variable = block.variables[c.variable]
            if c.variable not in read:
                read[c.variable] = _words_as_words(variable.values)
            place = tuple(c.pick.get(str(d), slice(None)) for d in variable.dims)
            on = [str(d) for d in variable.dims if str(d) not in c.pick]
            values[c.name] = _spread(read[c.variable][place], on, self.dims, shape)
        return pd.DataFrame(values)


def _labels(dataset: xr.Dataset, dim: str) -> list[str]:
    if dim not in dataset.variables:
        return [str(i) for i in range(dataset.sizes[dim])]
    return [f"{v:g}" if isinstance(v, float) else str(v) for v in dataset[dim].values.tolist()]


def _numbers(block: xr.Dataset, dims: tuple[str, ...], first: int) -> NDArray[Any]:
    if dims == ("trial",) and "trial" in block.variables:
        return np.asarray(block["trial"].values)
    return np.arange(first, first + int(np.prod([block.sizes[d] for d in dims])))


def _spread(
    values: NDArray[Any], on: list[str], dims: tuple[str, ...], shape: list[int]
) -> NDArray[Any]:
    """Values on some of the dimensions, repeated for every trial in order."""
    order = [on.index(d) for d in dims if d in on]
    full = [n if d in on else 1 for d, n in zip(dims, shape, strict=True)]
    return np.broadcast_to(values.transpose(order).reshape(full), shape).reshape(-1)


def _words_as_words(values: NDArray[Any]) -> NDArray[Any]:
    return values.astype(str).astype(object) if values.dtype.kind in "OUST" else values


# ---- time series


def _series(dataset: xr.Dataset, dims: tuple[str, ...], name: str) -> str:
    kept = [
        str(key)
        for key, v in dataset.data_vars.items()
        if "sample" in v.dims and set(dims) <= set(map(str, v.dims)) and key != "time"
    ]
    if name not in kept:
        raise check.unknown("series in this study", name, kept)
    return name


def _long_units(dataset: xr.Dataset, name: str) -> dict[str, str]:
    others = [str(d) for d in dataset[name].dims if str(d) not in dataset["trial_status"].dims]
    units = {"trial": "", "sample": "percent", "time": "s"}
    units.update({d: "" for d in others if d not in units})
    return {**units, "value": str(dataset[name].attrs.get("units", ""))}


def _long(dataset: xr.Dataset, dims: tuple[str, ...], name: str, first: int) -> pd.DataFrame:
    """The long rows of a block of a study."""
    variable = dataset[name].variable
    others = [str(d) for d in variable.dims if str(d) not in dims]
    others.sort(key=lambda d: d != "sample")
    variable = variable.transpose(*dims, *others)
    shape = variable.shape
    trials = int(np.prod(shape[: len(dims)]))
    points = shape[len(dims) :]
    each = int(np.prod(points))
    table = {"trial": np.repeat(_numbers(dataset, dims, first), each)}
    for i, d in enumerate(others):
        labels = dataset[d].values if d in dataset.variables else np.arange(points[i])
        inner, outer = int(np.prod(points[i + 1 :])), int(np.prod(points[:i]))
        column = np.tile(np.repeat(_words_as_words(np.asarray(labels)), inner), trials * outer)
        table[d] = column
        if d == "sample" and "time" in dataset.variables and "sample" in dataset["time"].dims:
            time = dataset["time"].variable.transpose(*dims, "sample").values
            table["time"] = np.repeat(time.reshape(-1), inner)
    table["value"] = variable.values.reshape(-1)
    return pd.DataFrame(table)


# ---- files


def _blocks(dataset: xr.Dataset, layout: _Layout, series: str | None) -> Iterator[pd.DataFrame]:
    """The table in blocks that fit into memory, in the order of the trials."""
    if series is None:
        width = len(layout.columns)
    else:
        sizes = dataset[series].sizes
        width = int(np.prod([n for d, n in sizes.items() if str(d) not in layout.dims])) * 4
    most = max(1, _AT_ONCE // width)
    for first, place in _pieces(dataset, layout.dims, most):
        block = dataset.isel(place)
        if series is None:
            yield layout.frame(block, first)
        else:
            yield _long(block, layout.dims, series, first)


def _pieces(
    dataset: xr.Dataset, dims: tuple[str, ...], most: int
) -> Iterator[tuple[int, dict[str, slice]]]:
    """Consecutive blocks of at most `most` trials: number of the first trial, and slice of each dimension."""
    shape = [dataset.sizes[d] for d in dims]
    # the first dimension whose inner dimensions fit into a block together
    cut = next(
        i for i in range(len(shape)) if np.prod(shape[i + 1 :]) <= most or i == len(shape) - 1
    )
    inner = int(np.prod(shape[cut + 1 :]))
    step = max(1, most // max(inner, 1))
    first = 0
    for outer in itertools.product(*(range(n) for n in shape[:cut])):
        for start in range(0, shape[cut], step):
            stop = min(start + step, shape[cut])
            place = {d: slice(i, i + 1) for d, i in zip(dims, outer, strict=False)}
            yield first, {**place, dims[cut]: slice(start, stop)}
            first += (stop - start) * inner


def _write_csv(
    path: Path, blocks: Iterator[pd.DataFrame], units: dict[str, tuple[str, str]]
) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        for i, block in enumerate(blocks):
            named = {n: f"{n} [{unit}]" for n, (unit, _) in units.items() if unit not in ("", "1")}
            block.rename(columns=named).to_csv(
                file, index=False, header=i == 0, lineterminator="\n"
            )


def _pyarrow(target: Path) -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise InvalidArgument(
            f'cannot write {target}: pyarrow is not installed; run: pip install "coxa[parquet]", or write .csv'
        ) from None
    return pyarrow


def _write_parquet(
    path: Path,
    blocks: Iterator[pd.DataFrame],
    names: dict[str, tuple[str, str]],
    attributes: dict[Any, Any],
) -> None:
    pyarrow = _pyarrow(path)
    writer: Any = None
    schema: Any = None
    try:
        for block in blocks:
            if schema is None:
                schema = _schema(pyarrow, block, names, attributes)
                writer = pyarrow.parquet.ParquetWriter(path, schema)
            arrays = [pyarrow.array(block[f.name], f.type, from_pandas=False) for f in schema]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
    finally:
        if writer is not None:
            writer.close()


def _schema(
    pyarrow: Any, block: pd.DataFrame, names: dict[str, tuple[str, str]], attributes: dict[Any, Any]
) -> Any:
    fields = []
    for name in block.columns:
        kind = block[name].dtype
        words = kind.kind not in "fiub"
        unit, text = names.get(name, ("", ""))
        fields.append(
            pyarrow.field(
                name,
                pyarrow.string() if words else pyarrow.from_numpy_dtype(kind),
                metadata={"units": unit, "long_name": text},
            )
        )
    plain = {str(key): value for key, value in attributes.items() if isinstance(value, str)}
    return pyarrow.schema(fields, metadata={"coxa": json.dumps(plain)})
