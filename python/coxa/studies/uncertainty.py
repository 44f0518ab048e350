"""Uncertain inputs: named groups of quantities, their spreads, and the sources of these.

Each group in `data/uncertainty/spreads.toml` has quantities that a study draws: changes of the model, offsets of
exercise parameters, or the recruitment criterion.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._core import InvalidArgument
from ..base import check
from ..base.toml_file import bundled
from ..models.population import citation

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from ..authoring.parameters import Parameter

KINDS = ("change", "offset", "criterion")
DISTRIBUTIONS = ("normal", "lognormal", "uniform", "levels")


def _tables() -> dict[str, Any]:
    return bundled("uncertainty/spreads.toml")


def groups() -> list[str]:
    """Names of the groups accepted by `Study.uncertain`."""
    return [name for name, entry in _tables().items() if isinstance(entry, Mapping)]


@dataclass(frozen=True)
class Quantity:
    """An uncertain quantity and its distribution.

    Attributes
    ----------
    name : str
        Name of its column in a study: that of the model change, or of the parameter plus `_offset`.
    unit : str
        Of its values; "1" for factors.
    description : str
    kind : {"change", "offset", "criterion"}
        A change of the model, an offset of an exercise parameter, or the criterion.
    target : str
        The model change (see `Model.perturbations`) or parameter it applies to.
    distribution : {"normal", "lognormal", "uniform", "levels"}
    center : float
        Mean of a normal or uniform, median of a log-normal distribution, before truncation.
    spread : float
        Standard deviation, or coefficient of variation of a log-normal distribution, before truncation.
    low, high : float
        Bounds of all values.
    levels : tuple of str
        Equally likely values of "levels".
    """

    name: str
    unit: str
    description: str
    kind: str
    target: str
    distribution: str
    center: float = math.nan
    spread: float = math.nan
    low: float = math.nan
    high: float = math.nan
    levels: tuple[str, ...] = ()

    def value(self, u: NDArray[np.float64]) -> NDArray[np.float64] | list[str]:
        """Values from uniform numbers, by the inverse cumulative distribution.

        Parameters
        ----------
        u : array (n,), 0 to 1

        Returns
        -------
        array (n,) or list of str
            In `unit`, increasing with `u`; words for "levels".

        Raises
        ------
        InvalidArgument
            If `u` is not one-dimensional or has values outside 0 to 1.
        """
        import numpy as np
        from scipy.special import ndtr, ndtri

        given = np.asarray(u, dtype=float)
        if given.ndim != 1 or not ((given >= 0) & (given <= 1)).all():
            raise InvalidArgument(f"{self.name}: u must be a list of numbers from 0 to 1")
        if self.distribution == "levels":
            count = len(self.levels)
            return [self.levels[min(int(p * count), count - 1)] for p in given]
        if self.distribution == "uniform":
            return self.low + (self.high - self.low) * given
        # standard normal variable, truncated at both bounds
        below, above = ndtr(self._standard(self.low)), ndtr(self._standard(self.high))
        z = ndtri(below + (above - below) * given)
        if self.distribution == "lognormal":
            drawn = self.center * np.exp(_log_deviation(self.spread) * z)
        else:
            drawn = self.center + self.spread * z
        # rounding must not place values outside the bounds
        return np.clip(drawn, self.low, self.high)

    def _standard(self, value: float) -> float:
        """The standard normal variable at a value."""
        if self.distribution == "lognormal":
            return math.log(value / self.center) / _log_deviation(self.spread)
        return (value - self.center) / self.spread


@dataclass(frozen=True)
class UncertaintyGroup:
    """A named group of uncertain quantities.

    Attributes
    ----------
    name, description : str
    unit : str
        Unit of a spread given by the caller; "1" is a coefficient of variation, except for dimensionless
        offsets. The given value replaces the mean spread of the quantities in this unit; all spreads of the
        group, in other units too, are multiplied by the same factor.
    spread : str
        Description of spreads and truncation.
    basis : str
        How the default spreads were derived from the source.
    source : str
        Citations.
    quantities : tuple of Quantity
    """

    name: str
    description: str
    unit: str
    spread: str
    basis: str
    source: str
    quantities: tuple[Quantity, ...]

    def applicable(
        self,
        exercise_parameters: Mapping[str, Parameter],
        perturbations: Collection[str],
        *,
        required: bool = False,
    ) -> tuple[Quantity, ...]:
        """The quantities of the group that an exercise and a model have.

        Parameters
        ----------
        exercise_parameters : mapping of str to Parameter
            Such as `coxa.exercise(name).parameters`; those with choices cannot have an offset.
        perturbations : collection of str
            Names of the model's changes.
        required : bool
            Raise an error if there are none.

        Raises
        ------
        InvalidArgument
            If `required` and there are none; the message names the groups that apply.
        """
        found = tuple(q for q in self.quantities if _applies(q, exercise_parameters, perturbations))
        if required and not found:
            there = offered(exercise_parameters, perturbations)
            raise InvalidArgument(
                f"uncertain {self.name}: the exercise has none of"
                f" {', '.join(q.target for q in self.quantities)} as a number; it offers"
                f" {', '.join(there)}"
            )
        return found

    def __repr__(self) -> str:
        return (
            f"<coxa uncertainty {self.name}: {self.description}; {len(self.quantities)} quantities,"
            f" {self.spread}>"
        )


def group(name: str, spread: float | None = None) -> UncertaintyGroup:
    """A group of uncertain quantities.

    Parameters
    ----------
    name : str
        One of `groups()`.
    spread : float, optional
        Replaces the default mean spread of the group's quantities, in the group's unit. If the defaults differ
        between quantities, all are multiplied by the given over the default mean.

    Raises
    ------
    UnknownName
        If there is no such group.
    InvalidArgument
        If the spread is not above 0, exceeds the group's limit, or the group takes none.
    """
    if name not in groups():
        raise check.unknown("group of uncertainties", name, groups())
    entry = _tables()[name]
    own = {
        key: {"unit": entry["unit"], "spread": entry.get("spread"), **given}
        for key, given in entry["quantities"].items()
    }
    factor = 1.0
    if spread is not None:
        factor = _check_spread(name, entry, spread) / _mean_spread(entry["unit"], own.values())
    quantities = tuple(_quantity(entry, key, given, factor) for key, given in own.items())
    return UncertaintyGroup(
        name,
        entry["description"],
        entry["unit"],
        _spread_text(entry, quantities),
        entry["basis"],
        citation(entry["source"]),
        quantities,
    )


def offered(
    exercise_parameters: Mapping[str, Parameter], perturbations: Collection[str]
) -> list[str]:
    """Names of the groups that apply to an exercise and a model."""
    return [name for name in groups() if group(name).applicable(exercise_parameters, perturbations)]


def table() -> pd.DataFrame:
    """All groups, with their default spreads and sources.

    Returns
    -------
    DataFrame
        One row per group: `description`, `quantities` (changes or parameters in it), `unit` (of a spread given
        by the caller), `mean_spread`, `spread` (description), `basis`, `source`.
    """
    import pandas as pd

    rows = {}
    for name in groups():
        found = group(name)
        of_unit = [q.spread for q in found.quantities if q.unit == found.unit]
        rows[name] = [
            found.description,
            ", ".join(q.target for q in found.quantities),
            found.unit,
            sum(of_unit) / len(of_unit),
            found.spread,
            found.basis,
            found.source,
        ]
    columns = ["description", "quantities", "unit", "mean_spread", "spread", "basis", "source"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("group")


# ---- from the file


def _quantity(
    entry: Mapping[str, Any], key: str, given: Mapping[str, Any], factor: float
) -> Quantity:
    kind, distribution, unit = entry["kind"], entry["distribution"], given["unit"]
    target = entry.get("prefix", "") + key
    name = f"{target}_offset" if kind == "offset" else target
    words = key if kind == "offset" else given.get("words", key.replace("_", " "))
    text = entry["text"].format(name=words)
    if distribution == "levels":
        levels = tuple(entry["levels"])
        return Quantity(name, unit, text, kind, target, distribution, levels=levels)
    center = 1.0 if distribution == "lognormal" else 0.0
    spread = given["spread"] * factor
    cut = _tables()["truncation"]
    if distribution == "lognormal":
        reach = math.exp(cut * _log_deviation(spread))
        low, high = center / reach, center * reach
    else:
        reach = math.sqrt(3) if distribution == "uniform" else cut
        low, high = center - reach * spread, center + reach * spread
    least, greatest = entry.get("range", (-math.inf, math.inf))
    low, high = max(low, least), min(high, greatest)
    return Quantity(name, unit, text, kind, target, distribution, center, spread, low, high)


def _check_spread(name: str, entry: Mapping[str, Any], spread: object) -> float:
    if entry["distribution"] == "levels":
        raise InvalidArgument(
            f"{name} takes no spread: it is one of {', '.join(entry['levels'])}; for others use"
            f" vary({name}=[...])"
        )
    unit = "" if entry["unit"] == "1" else entry["unit"]
    value = check.positive(f"spread of {name}", spread, unit)
    if value > entry["limit"]:
        raise InvalidArgument(
            f"spread of {name} must be at most {entry['limit']:g}{' ' + unit if unit else ''}, not"
            f" {value:g}: it is a {_spread_kind(entry['distribution'])}"
        )
    return value


def _mean_spread(unit: str, given: Iterable[Mapping[str, Any]]) -> float:
    of_unit = [each["spread"] for each in given if each["unit"] == unit]
    return sum(of_unit) / len(of_unit)


def _applies(q: Quantity, parameters: Mapping[str, Parameter], changes: Collection[str]) -> bool:
    if q.kind == "criterion":
        return True
    if q.kind == "change":
        return q.target in changes
    parameter = parameters.get(q.target)
    return parameter is not None and not parameter.choices and parameter.unit == q.unit


def _spread_kind(distribution: str) -> str:
    return (
        "coefficient of variation (0.1 is 10 %)"
        if distribution == "lognormal"
        else "standard deviation"
    )


def _spread_text(entry: Mapping[str, Any], quantities: Iterable[Quantity]) -> str:
    """Such as "normal, SD 0.02 m and 3 deg, cut at 2.5 SD"."""
    if entry["distribution"] == "levels":
        return f"{', '.join(entry['levels'])}, each as likely"
    ranges: dict[str, list[float]] = {}
    for q in quantities:
        ranges.setdefault(q.unit, []).append(q.spread)
    texts = []
    for unit, spreads in ranges.items():
        least, greatest = f"{min(spreads):.3g}", f"{max(spreads):.3g}"
        text = least if least == greatest else f"{least} to {greatest}"
        texts.append(text if unit == "1" else f"{text} {unit}")
    what = "CV" if entry["distribution"] == "lognormal" else "SD"
    cut = "" if entry["distribution"] == "uniform" else f", cut at {_tables()['truncation']:g} SD"
    return f"{entry['distribution']}, {what} {' and '.join(texts)}{cut}"


def _log_deviation(variation: float) -> float:
    """Standard deviation of the logarithm of a log-normal variable with this coefficient of variation."""
    return math.sqrt(math.log1p(variation * variation))
