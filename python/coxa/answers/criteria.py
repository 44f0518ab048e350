"""Dependence of a result on the recruitment criterion."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import InvalidArgument
from ..base.doors import picture
from ..base.json_values import plain
from ..base.limits import check_count
from ..base.tables import Table
from ..trials.labels import subtitle, title
from ..trials.options import Options, check_criterion, criterion_text
from ..trials.result import Result
from ..trials.simulation import set_up
from .answer import Answer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Criteria compared by default: exponents of the cost, and the limit of infinite exponent.
CRITERIA: tuple[float | str, ...] = (1, 2, 3, 5, "min-max")

#: Relative changes below this are within the solver's tolerance.
_SAME = 1e-4


@dataclass(frozen=True, repr=False)
class CriterionSpread(Answer):
    """The same trial under several recruitment criteria.

    Attributes
    ----------
    result : Result
        The given trial.
    table : DataFrame
        One row per summary: `value` under the result's own criterion, `least` and `greatest` over all criteria
        including its own, `range_percent` (their difference over the magnitude of `value`), one column per
        criterion, and `unit`.
    runs : DataFrame
        One row per criterion: `seconds` of computation (NaN for the result itself), `unsolved_frames`,
        `reserve_frames`.
    """

    _picture = "criterion spread"
    result: Result
    table: Table
    runs: Table

    @property
    def criteria(self) -> list[str]:
        """The criteria compared, named as the columns of `table`."""
        return [str(name) for name in self.runs.index]

    @property
    def dependent(self) -> Table:
        """Rows of `table` that depend on the criterion, in descending order of `range_percent`."""
        share = self.table["range_percent"]
        moved = self.table[share > 100 * _SAME]
        return moved.sort_values("range_percent", ascending=False)

    def plot(
        self,
        groups: Sequence[str] | None = None,
        quantity: str = "impulse",
    ) -> Figure:
        """Plot one row per muscle group, with one dot per criterion.

        Parameters
        ----------
        groups : sequence of str, optional
            Muscle groups; by default all of the model.
        quantity : {"impulse", "peak_force", "peak_activation"}
        """
        return picture(self._picture, self, groups, quantity)

    @property
    def heading(self) -> str:
        return (
            f"{title(self.result)}   ·   {subtitle(self.result)}\n"
            f"criteria {', '.join(self.criteria)}; value: {criterion_text(own_criterion(self.result))}"
        )

    @property
    def footer(self) -> list[str]:
        same, unsolved = len(self.table) - len(self.dependent), self.runs["unsolved_frames"]
        return [
            f"{same} of {len(self.table)} summaries do not depend on the criterion:"
            " the motion decides them.",
            *(f"criterion {k}: {n:.0f} frames unsolved" for k, n in unsolved.items() if n > 0),
        ]

    def shown(self) -> Mapping[str, Table]:
        return {"": self.dependent} if len(self.dependent) else {}

    def to_dict(self) -> dict[str, Any]:
        return {
            "exercise": self.result.exercise,
            "criterion": criterion_text(own_criterion(self.result)),
            "criteria": self.criteria,
            "summaries": plain(self.table.to_dict("index")),
            "runs": plain(self.runs.to_dict("index")),
        }


def spread(result: Result, criteria: Iterable[float | str] = CRITERIA) -> CriterionSpread:
    """Simulate a trial again under other criteria and tabulate the summaries.

    The true recruitment rule is unknown; each criterion is a published hypothesis (p = 3: Crowninshield & Brand 1981;
    min-max: Rasmussen et al. 2001). Differences between them are an uncertainty of the result.

    Parameters
    ----------
    result : Result
        A result of `coxa.simulate`, also if loaded from a file: it is recomputed from the definition, subject and
        model in its attributes.
    criteria : iterable of float or "min-max"
        Exponents p of the recruitment cost, from 1 to 5, or "min-max".

    Returns
    -------
    CriterionSpread

    Raises
    ------
    InvalidArgument
        For an invalid or repeated criterion, or a result that does not stem from `coxa.simulate`.
    """
    if not isinstance(result, Result):
        raise InvalidArgument(
            f"criteria.spread takes a coxa.Result, not {type(result).__name__}; coxa.load gives one"
        )
    if isinstance(criteria, str | int | float):
        criteria = [criteria]
    wanted = [check_criterion(value) for value in criteria]
    names = [criterion_text(p) for p in wanted]
    if not names:
        raise InvalidArgument("criteria is empty; give at least one, such as 3 or 'min-max'")
    check_count("number of criteria", len(names), "criteria")
    if len(set(names)) < len(names):
        raise InvalidArgument(f"criteria has the same one twice: {', '.join(names)}")

    exercise, parameters, options = call_of(result)
    own = own_criterion(result)
    columns: dict[str, Any] = {}
    runs: dict[str, list[float]] = {}
    for p, name in zip(wanted, names, strict=True):
        if p == own:
            one, seconds = result, math.nan
        else:
            start = time.perf_counter()
            # the model of the result is scaled already
            setup = set_up(exercise, None, result.model, replace(options, criterion=p))
            one = setup.simulate(parameters)
            seconds = time.perf_counter() - start
        summary = one.summary()
        columns[name] = summary["value"]
        runs[name] = [seconds, *(float(one[f]) for f in ("unsolved_frames", "reserve_frames"))]

    first = result.summary()
    table = Table({"value": first["value"]})
    every = np.column_stack([first["value"], *(columns[n].reindex(first.index) for n in names)])
    # fmin and fmax ignore NaN of unsolved frames, unless all are NaN
    table["least"] = np.fmin.reduce(every, axis=1)
    table["greatest"] = np.fmax.reduce(every, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = 100 * (table["greatest"] - table["least"]) / table["value"].abs()
    # zero under every criterion is no difference
    table["range_percent"] = share.where(table["greatest"] > table["least"], 0.0)
    for name in names:
        table[name] = columns[name]
    table["unit"] = first["unit"]
    made = Table.from_dict(
        runs, orient="index", columns=["seconds", "unsolved_frames", "reserve_frames"]
    )
    made.index.name = "criterion"
    return CriterionSpread(result, table, made)


def own_criterion(result: Result) -> float:
    """The exponent a result was computed with."""
    text = str(result.dataset.attrs.get("criterion", ""))
    try:
        return check_criterion("min-max" if text == "min-max" else float(text))
    except (ValueError, TypeError):
        raise InvalidArgument(
            f"this result names no criterion that it was made with, but {text!r}"
        ) from None


def call_of(result: Result) -> tuple[str, dict[str, float | str], Options]:
    """Exercise, given parameters and options from the `definition` of a result.

    Raises
    ------
    InvalidArgument
        If the result does not stem from `coxa.simulate`, or has no definition.
    """
    text = str(result.dataset.attrs.get("definition", ""))
    if not text:
        raise InvalidArgument(
            "this result does not hold the definition of how it was made (files of older versions lack it);"
            " simulate it again to see it under another criterion"
        )
    made = json.loads(text)
    if made.get("function") != "coxa.simulate":
        raise InvalidArgument(
            "this result was not made by coxa.simulate, so it cannot be made again under another"
            f" criterion: its history is {str(result.dataset.attrs.get('history', ''))!r}"
        )
    options = replace(Options(**made["options"]), strict=False, intervals=False)
    return made["exercise"], made.get("parameters", {}), options
