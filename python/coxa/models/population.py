"""A distribution of people that subjects are drawn from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._core import InvalidArgument
from ..base import check
from ..base.designs import DRAWS, unit_cube
from ..base.limits import check_count
from ..base.toml_file import bundled
from .subject import TRAINING, Subject

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

SEXES = ("male", "female", "both")
# beyond this, the strongest in a thousand would exceed the strength a subject may have
_MOST_SPREAD = 0.5


def tables() -> dict[str, Any]:
    """Contents of `data/anthropometry/population.toml`."""
    return bundled("anthropometry/population.toml")


def citation(keys: str | list[str]) -> str:
    """Citations of keys of `data/sources.toml`, joined by "; "; "[recalled]" marks sources that were not read."""
    found = []
    for key in [keys] if isinstance(keys, str) else keys:
        entry = bundled("sources.toml")[key]
        found.append(entry["citation"] + (" [recalled]" if entry["read"] == "recalled" else ""))
    return "; ".join(found)


def sources() -> list[str]:
    """Names of the surveys a population can be based on."""
    return [name for name, entry in tables().items() if "male" in entry]


@dataclass(frozen=True)
class Sizes:
    """Size distribution of one sex, before truncation at the percentiles.

    Attributes
    ----------
    height : (mean, standard deviation), m
        Of the normal distribution of stature.
    mass : (mean, standard deviation), kg
        Of the log-normal distribution of body mass.
    correlation : float
        Between stature and the logarithm of mass.
    """

    height: tuple[float, float]
    mass: tuple[float, float]
    correlation: float


@dataclass(frozen=True, init=False, repr=False)
class Population:
    """A distribution of people: stature, mass and strength, by sex.

    Stature is normal, mass log-normal; stature and the logarithm of mass are bivariate normal.
    Strength is log-normal with mean 1 and independent of size, since `Subject.strength` is already
    relative to mass and height. Every underlying standard normal variable is truncated at its 0.1 and
    99.9 percentiles.

    Parameters
    ----------
    sex : {"male", "female", "both"}
    strength_spread : float, optional
        Coefficient of variation of strength, 0 to 0.5; by default 0.22, that of isometric knee
        extension torque per body mass in 74 healthy trained adults.
    source : {"ansur_ii", "nhanes"}
        Survey: soldiers of the US Army (2010-2012), or adults of the United States (2015-2018), of
        whom many are overweight.
    share_of_women : float, optional
        Fraction of women, 0 to 1, if `sex` is "both"; by default 0.5.
    age : float or pair of floats, optional
        Age of everybody, years, or the ends of a uniform distribution; by default 18 to 25 as of `Subject`.
    training : {"untrained", "recreational", "trained"}
        Resistance training of everybody.

    Raises
    ------
    InvalidArgument
        If a value has the wrong type or is out of range, or `share_of_women` is given for one sex.

    Notes
    -----
    Numbers and sources are in `data/anthropometry/population.toml`. The drawn strength multiplies what
    sex, age and training give (`Subject`). It is one factor for all muscles: how the strengths of
    different joints go together was not found. Size is that of all ages of the survey.

    Examples
    --------
    >>> people = coxa.Population("female").sample(64, seed=1)
    >>> coxa.Study("barbell_hip_thrust", coxa.Population(), load=60).sample(256)
    """

    sex: str
    strength_spread: float
    source: str
    share_of_women: float
    age: float | tuple[float, float] | None
    training: str

    def __init__(
        self,
        sex: str = "both",
        *,
        strength_spread: float | None = None,
        source: str = "ansur_ii",
        share_of_women: float | None = None,
        age: float | tuple[float, float] | None = None,
        training: str = "untrained",
    ):
        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        put("sex", check.choice("sex", sex, SEXES))
        put("source", check.choice("source", source, sources()))
        if strength_spread is None:
            strength_spread = tables()["strength"]["sd"]
        spread = check.number("strength_spread", strength_spread)
        if not 0 <= spread <= _MOST_SPREAD:
            raise InvalidArgument(
                f"strength_spread must be from 0 to {_MOST_SPREAD:g}, not {spread:g}: it is a standard"
                " deviation over the mean"
            )
        put("strength_spread", spread)
        if share_of_women is not None and self.sex != "both":
            raise InvalidArgument(
                f"share_of_women goes with sex='both', not with sex={self.sex!r}; leave one out"
            )
        share = {"male": 0.0, "female": 1.0, "both": 0.5}[self.sex]
        if share_of_women is not None:
            share = check.number("share_of_women", share_of_women)
        if not 0 <= share <= 1:
            raise InvalidArgument(f"share_of_women must be from 0 to 1, not {share:g}")
        put("share_of_women", share)
        put("age", _age(age))
        put("training", check.choice("training", training, TRAINING))

    def __repr__(self) -> str:
        # all digits, so that the text evaluates to an equal population
        parts = [repr(self.sex), f"strength_spread={self.strength_spread!r}"]
        parts.append(f"source={self.source!r}")
        if self.sex == "both":
            parts.append(f"share_of_women={self.share_of_women!r}")
        if self.age is not None:
            parts.append(f"age={self.age!r}")
        if self.training != "untrained":
            parts.append(f"training={self.training!r}")
        return f"Population({', '.join(parts)})"

    def __str__(self) -> str:
        entry = tables()[self.source]
        lines = [f"{' and '.join(_PLURAL[sex] for sex in self._sexes)}: {entry['title']}"]
        for sex in self._sexes:
            size = self.sizes(sex)
            share = f" ({100 * self._share(sex):g} %)" if self.sex == "both" else ""
            lines.append(
                f"  {_PLURAL[sex]}{share}: height {size.height[0]:.3f} +- {size.height[1]:.3f} m, mass"
                f" {size.mass[0]:.1f} +- {size.mass[1]:.1f} kg, correlation {size.correlation:.2f}"
            )
        low, high = self.percentiles
        lines.append(
            f"  strength 1 +- {self.strength_spread:g} of the average for sex, mass and height,"
            f" {self.training}, {self._years}"
        )
        lines.append(f"  cut at the percentiles {100 * low:g} and {100 * high:g}")
        recalled = " [figures recalled]" if entry.get("recalled") else ""
        lines.append(f"  source: {citation(entry['source'])}{recalled}")
        lines.append(f"  strength: {citation(tables()['strength']['source'])}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Population.from_dict, (self.to_dict(),))

    @property
    def _sexes(self) -> tuple[str, ...]:
        return ("female", "male") if self.sex == "both" else (self.sex,)

    def _share(self, sex: str) -> float:
        return self.share_of_women if sex == "female" else 1 - self.share_of_women

    @property
    def percentiles(self) -> tuple[float, float]:
        """Truncation of every standard normal variable: lower and upper percentile, as fractions."""
        cut = tables()["truncation"]
        return (cut["low"], cut["high"])

    def sizes(self, sex: str) -> Sizes:
        """Size distribution of one sex, "male" or "female", in this population's survey."""
        check.choice("sex", sex, SEXES[:2])
        row = tables()[self.source][sex]
        return Sizes(tuple(row["height"]), tuple(row["mass"]), row["correlation"])

    @property
    def _years(self) -> str:
        ages = (18, 25) if self.age is None else self.age
        return f"{ages[0]:g} to {ages[1]:g} years" if isinstance(ages, tuple) else f"{ages:g} years"

    @property
    def drawn(self) -> list[str]:
        """Fields of a subject that are drawn, in the order of the columns of `subjects`."""
        sex = ["sex"] if self.sex == "both" else []
        age = ["age"] if isinstance(self.age, tuple) else []
        return [*sex, "height", "mass", "strength", *age]

    @property
    def dimensions(self) -> int:
        """Uniform numbers needed per person: sex (if both), stature, mass, strength, age (if a range)."""
        return len(self.drawn)

    def subjects(self, u: NDArray[np.float64]) -> list[Subject]:
        """Map uniform numbers to people, by the inverse cumulative distributions.

        Parameters
        ----------
        u : array (n, dimensions), 0 to 1
            Columns: sex if both (a woman below `share_of_women`), stature, mass given that stature,
            strength, age if it is a range.

        Returns
        -------
        list of Subject
            n subjects; each quantity increases with its column.

        Raises
        ------
        InvalidArgument
            If `u` has another shape or values outside 0 to 1.
        """
        import numpy as np
        from scipy.special import ndtri

        given = np.asarray(u)
        if given.ndim != 2 or given.shape[1] != self.dimensions or given.dtype.kind not in "fiu":
            raise InvalidArgument(
                f"u must have the shape (n, {self.dimensions}) and hold numbers, not"
                f" {given.shape} of {given.dtype}"
            )
        if not ((given >= 0) & (given <= 1)).all():
            raise InvalidArgument("u must be from 0 to 1 everywhere")
        if self.sex == "both":
            women, given = given[:, 0] < self.share_of_women, given[:, 1:]
        else:
            women = np.full(len(given), self.sex == "female")
        low, high = self.percentiles
        z = ndtri(low + (high - low) * given[:, :2])

        height, mass = np.empty(len(z)), np.empty(len(z))
        for sex, chosen in (("female", women), ("male", ~women)):
            size = self.sizes(sex)
            height[chosen] = size.height[0] + size.height[1] * z[chosen, 0]
            r = size.correlation
            mixed = r * z[chosen, 0] + math.sqrt(1 - r * r) * z[chosen, 1]
            mass[chosen] = _lognormal(*size.mass, mixed)
        strength = strength_factors(self.strength_spread, given[:, 2])
        ages: list[Any] = [self.age] * len(z)
        if isinstance(self.age, tuple):
            ages = (self.age[0] + (self.age[1] - self.age[0]) * given[:, 3]).tolist()
        columns = (women.tolist(), mass.tolist(), height.tolist(), strength.tolist(), ages)
        return [
            Subject(
                sex="female" if woman else "male",
                mass=m,
                height=h,
                strength=s,
                age=age,
                training=self.training,
            )
            for woman, m, h, s, age in zip(*columns, strict=True)
        ]

    def sample(self, n: int, seed: int = 0, method: str = "sobol") -> list[Subject]:
        """Draw people.

        Parameters
        ----------
        n : int
            Number of people; with "sobol", powers of two give a balanced sample.
        seed : int
        method : {"sobol", "lhs", "random"}
            A scrambled Sobol sequence, a Latin hypercube, or independent draws (scipy.stats.qmc).

        Returns
        -------
        list of Subject
            The same `n`, `seed` and `method` give the same people.

        Raises
        ------
        InvalidArgument
            If an argument has the wrong type or is out of range.
        """
        n = check_count("n", n, "people")
        seed = check_count("seed", seed)
        check.choice("method", method, DRAWS)
        return self.subjects(unit_cube(method, n, self.dimensions, seed))

    def describe(self) -> pd.DataFrame:
        """Mean, standard deviation and range of the distributions.

        Returns
        -------
        DataFrame
            One row per sex and quantity: `unit`, `mean` and `sd` before truncation, `low` and `high`
            (the least and greatest value that can be drawn), and `source`.
        """
        import pandas as pd
        from scipy.special import ndtri

        low, high = (float(ndtri(p)) for p in self.percentiles)
        entry = tables()[self.source]
        recalled = " [figures recalled]" if entry.get("recalled") else ""
        rows = {}
        for sex in self._sexes:
            size = self.sizes(sex)
            (mean, sd), r = size.height, size.correlation
            survey = citation(entry["source"]) + recalled
            ends = (mean + low * sd, mean + high * sd)
            rows[sex, "height"] = ("m", mean, sd, *ends, survey)
            # extreme mass: both the stature variable and the residual are at their limit
            reach = r + math.sqrt(1 - r * r)
            ends = tuple(_lognormal(*size.mass, reach * z) for z in (low, high))
            rows[sex, "mass"] = ("kg", *size.mass, *ends, survey)
            mean, sd = tables()["strength"]["mean"], self.strength_spread
            ends = tuple(_lognormal(mean, sd, z) for z in (low, high))
            text = citation(tables()["strength"]["source"])
            rows[sex, "strength"] = ("1", mean, sd, *ends, text)
        table = pd.DataFrame.from_dict(
            rows, orient="index", columns=["unit", "mean", "sd", "low", "high", "source"]
        )
        table.index = pd.MultiIndex.from_tuples(table.index, names=["sex", "quantity"])
        return table

    def to_dict(self) -> dict[str, Any]:
        """The population as plain values, for TOML and result files."""
        found = {
            "sex": self.sex,
            "source": self.source,
            "strength_spread": self.strength_spread,
        }
        if self.sex == "both":
            found["share_of_women"] = self.share_of_women
        # omitted if not given: keeps definitions, and hashes of files, without them unchanged
        if self.age is not None:
            found["age"] = list(self.age) if isinstance(self.age, tuple) else self.age
        if self.training != "untrained":
            found["training"] = self.training
        return found

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Population:
        """The inverse of `to_dict`; missing entries take their defaults.

        Raises
        ------
        UnknownName
            If `given` has another entry.
        InvalidArgument
            If it is not a mapping, or a value is out of range.
        """
        allowed = ("sex", "source", "strength_spread", "share_of_women", "age", "training")
        if not isinstance(given, Mapping):
            raise InvalidArgument(
                f"population must be a table with any of {', '.join(allowed)}, not {given!r}"
            )
        for name in given:
            if name not in allowed:
                raise check.unknown("entry of a population", name, allowed)
        return cls(**given)


_PLURAL = {"female": "women", "male": "men"}


def _age(given: Any) -> float | tuple[float, float] | None:
    """Age, or the ends of its range, checked."""
    if given is None:
        return None
    ends = [
        check.positive("age", x, "years")
        for x in (given if isinstance(given, tuple | list) else [given])
    ]
    if not 1 <= len(ends) <= 2 or ends[0] > ends[-1] or not 18 <= ends[0] <= ends[-1] <= 90:
        raise InvalidArgument(
            f"age must be a number of years or a rising pair of them, from 18 to 90, not {given!r}"
        )
    return ends[0] if len(ends) == 1 else (ends[0], ends[1])


def strength_factors(spread: float, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Strengths of people, mean 1, from uniform numbers `u` of any shape, 0 to 1.

    Log-normal with the coefficient of variation `spread`, cut at the percentiles of
    `data/anthropometry/population.toml`.
    """
    from scipy.special import ndtri

    cut = tables()["truncation"]
    z = ndtri(cut["low"] + (cut["high"] - cut["low"]) * u)
    strength: NDArray[np.float64] = _lognormal(tables()["strength"]["mean"], spread, z)
    return strength


def _lognormal(mean: float, sd: float, z: Any) -> Any:
    """The value of a log-normal variable with this mean and sd, from its standard normal variable `z`."""
    import numpy as np

    variance = math.log1p((sd / mean) ** 2)
    return mean * np.exp(math.sqrt(variance) * z - variance / 2)
