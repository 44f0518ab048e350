"""Factors of a study: each maps points of the unit cube to values, and writes values into trials."""

from __future__ import annotations

import itertools
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import InvalidArgument
from ..authoring import catalogue
from ..base import check
from ..base.limits import LIMITS, check_count
from ..models.model import Model
from ..models.population import Population
from ..models.subject import Subject
from ..trials.options import check_criterion, criterion_text
from .uncertainty import Quantity, group

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Complete inputs of a trial: exercise, parameters, offsets, subject, model changes, criterion; see `Study.rows`.
Row = dict[str, Any]

#: Column of a study's table: name, unit, description, and one number or word per trial.
Column = tuple[str, str, str, list[Any]]

#: Dimension names of datasets; a parameter with such a name gets another column name.
_DIMENSIONS = {"trial", "sample", "time", "side", "group", "muscle", "support", "axis"}

#: Units of parameters that files spell differently: UDUNITS does not know "deg".
FILE_UNITS = {"deg": "degree"}

#: Fields of a subject that can be varied individually, with unit and description.
SUBJECT_FIELDS = {
    "subject_sex": ("1", "sex of the person"),
    "subject_mass": ("kg", "body mass"),
    "subject_height": ("m", "stature"),
    "subject_strength": ("1", "factor on all maximum forces"),
    "subject_age": ("year", "age of the person; not a number: 18 to 25 years"),
    "subject_training": ("1", "resistance training of the person"),
}

LOAD_PER_MASS = "load_per_mass"


class Factor(ABC):
    """A quantity that differs between trials.

    Attributes
    ----------
    name : str
        Also the name of its column, if it has a single one.
    unit, description : str
    group : str
        Unit of sensitivity analysis by groups: the uncertainty group it belongs to, otherwise its name.
    dimensions : int
        Uniform numbers needed per value.
    """

    name: str
    unit: str
    description: str
    group: str
    dimensions: int = 1

    @abstractmethod
    def values(self, u: Array) -> Sequence[Any]:
        """Values [n] from uniform numbers in [0, 1], [n, dimensions], by the inverse cumulative distribution."""

    @abstractmethod
    def put(self, row: Row, value: Any) -> None:
        """Write a value into the inputs of a trial."""

    @property
    def levels(self) -> list[Any] | None:
        """All values, if they are discrete; None for a continuous factor."""
        return None

    @property
    def told(self) -> Any:
        """The argument of `Study.vary`, as stored in definitions."""
        return self.levels

    @property
    def shown(self) -> str:
        """The values in short form, for display."""
        return "drawn" if self.levels is None else str(len(self.levels))

    def spaced(self, n: int) -> list[Any]:
        """Values for a grid: the levels, or `n` equally spaced ones of a range."""
        if self.levels is not None:
            return self.levels
        raise InvalidArgument(
            f"{self.name} is drawn at random and has no grid; sample with 'sobol', 'lhs' or 'random',"
            " or vary it by levels"
        )

    def count(self, n: int) -> int:
        """Number of values from `spaced`."""
        return len(self.spaced(n))

    def columns(self, values: Sequence[Any]) -> list[Column]:
        """Columns of the study's table for these values."""
        name = f"parameter_{self.name}" if self.name in _DIMENSIONS else self.name
        unit = FILE_UNITS.get(self.unit, self.unit)
        return [(name, unit, self.description, [plain(value) for value in values])]


def plain(value: Any) -> float | str:
    """A value as stored in files: a number or a word."""
    return value if isinstance(value, str) else float(value)


@dataclass(frozen=True)
class Target:
    """Destination of a value in the inputs of a trial."""

    kind: str  # parameter, change, criterion, exercise, field, load_per_mass
    name: str

    def put(self, row: Row, value: Any) -> None:
        if self.kind == "parameter":
            row["parameters"][self.name] = value
        elif self.kind == "change":
            row["changes"][self.name] = value
        elif self.kind == "field":
            row["fields"][self.name.removeprefix("subject_")] = value
        elif self.kind == "criterion":
            row["criterion"] = math.inf if value == "min-max" else float(value)
        else:
            row[self.kind] = value


@dataclass(frozen=True)
class Levels(Factor):
    """A list of equally likely values."""

    name: str
    unit: str
    description: str
    items: tuple[Any, ...]
    target: Target

    @property
    def group(self) -> str:  # type: ignore[override]
        return self.name

    @property
    def levels(self) -> list[Any]:
        return list(self.items)

    def values(self, u: Array) -> list[Any]:
        return [self.items[i] for i in _places(u, len(self.items))]

    def put(self, row: Row, value: Any) -> None:
        self.target.put(row, value)


@dataclass(frozen=True)
class Range(Factor):
    """A uniform distribution between two numbers."""

    name: str
    unit: str
    description: str
    low: float
    high: float
    target: Target
    integer: bool = False

    @property
    def group(self) -> str:  # type: ignore[override]
        return self.name

    def values(self, u: Array) -> list[float]:
        if self.integer:
            count = int(self.high - self.low) + 1
            return [self.low + i for i in _places(u, count)]
        return (self.low + u[:, 0] * (self.high - self.low)).tolist()

    @property
    def told(self) -> dict[str, float]:
        return {"low": self.low, "high": self.high}

    @property
    def shown(self) -> str:
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"{self.low:g} to {self.high:g}{unit}"

    def spaced(self, n: int) -> list[float]:
        spaced = np.linspace(self.low, self.high, n)
        return sorted(set(np.rint(spaced).tolist())) if self.integer else spaced.tolist()

    def count(self, n: int) -> int:
        return min(n, int(self.high - self.low) + 1) if self.integer else n

    def put(self, row: Row, value: Any) -> None:
        self.target.put(row, value)


@dataclass(frozen=True)
class Uncertain(Factor):
    """A quantity of an uncertainty group (`coxa.uncertainty`)."""

    group: str
    quantity: Quantity
    exercises: frozenset[str]  # exercises that have the parameter an offset is added to

    @property
    def name(self) -> str:  # type: ignore[override]
        return self.quantity.name

    @property
    def unit(self) -> str:  # type: ignore[override]
        return self.quantity.unit

    @property
    def description(self) -> str:  # type: ignore[override]
        return self.quantity.description

    @property
    def levels(self) -> list[Any] | None:
        return list(self.quantity.levels) if self.quantity.kind == "criterion" else None

    def values(self, u: Array) -> Sequence[Any]:
        drawn = self.quantity.value(u[:, 0])
        return drawn if isinstance(drawn, list) else drawn.tolist()

    def put(self, row: Row, value: Any) -> None:
        kind = self.quantity.kind
        if kind == "criterion":
            Target("criterion", "criterion").put(row, value)
        elif kind == "change":
            row["changes"][self.quantity.target] = value
        elif row["exercise"] in self.exercises:
            row["offsets"][self.quantity.target] = value


@dataclass(frozen=True)
class People(Factor):
    """People of a list, by their index."""

    people: tuple[Subject, ...]
    name: str = "subject"
    unit: str = "1"
    description: str = "number of the person, from 0"
    group: str = "subject"

    @property
    def levels(self) -> list[int]:
        return list(range(len(self.people)))

    def values(self, u: Array) -> list[int]:
        return _places(u, len(self.people))

    @property
    def told(self) -> dict[str, Any]:
        return {"subject": [json.loads(person.to_json()) for person in self.people]}

    def put(self, row: Row, value: Any) -> None:
        row["subject"] = self.people[value]

    def columns(self, values: Sequence[Any]) -> list[Column]:
        people = [self.people[value] for value in values]
        aged = any(person.age is not None for person in self.people)
        trained = any(person.training != "untrained" for person in self.people)
        return super().columns(values) + subject_columns(people, aged, trained)


@dataclass(frozen=True)
class Crowd(Factor):
    """People drawn from a population."""

    population: Population
    name: str = "subject"
    unit: str = "1"
    description: str = "a person drawn from a population"
    group: str = "subject"

    @property
    def dimensions(self) -> int:  # type: ignore[override]
        return self.population.dimensions

    def values(self, u: Array) -> list[Subject]:
        return self.population.subjects(u)

    @property
    def told(self) -> dict[str, Any]:
        return {"population": self.population.to_dict()}

    def put(self, row: Row, value: Any) -> None:
        row["subject"] = value

    def columns(self, values: Sequence[Any]) -> list[Column]:
        known = self.population
        return subject_columns(values, known.age is not None, known.training != "untrained")


def subject_columns(people: Sequence[Subject], aged: bool, trained: bool) -> list[Column]:
    """Columns of the study's table for people: sex, mass, height, strength, and age and training if they are given."""
    left_out = {"subject_age": not aged, "subject_training": not trained}

    def values(field: str) -> list[float | str]:
        found = [getattr(person, field) for person in people]
        return [plain(math.nan if value is None else value) for value in found]

    return [
        (name, unit, text, values(name.removeprefix("subject_")))
        for name, (unit, text) in SUBJECT_FIELDS.items()
        if not left_out.get(name)
    ]


def _places(u: Array, count: int) -> list[int]:
    return [min(int(value * count), count - 1) for value in u[:, 0]]


# ---- construction from arguments


def factor(name: str, given: object, exercises: Sequence[str], model: Any) -> Factor:
    """The factor requested by `vary(name=given)`: a list gives levels, a pair of numbers a range.

    Raises
    ------
    InvalidArgument, UnknownName
        For an unknown name, values not allowed, no levels, or a repeated one.
    """
    if name == "subject":
        return people(given)
    if name == "exercise":
        names = _list(name, given, "names of exercises")
        for item in names:
            catalogue.known(item)
        text = "exercise of the trial"
        return Levels(name, "1", text, _distinct(name, names), Target("exercise", name))
    if name == "criterion":
        exponents = _list(name, given, "exponents from 1 to 5 or 'min-max'")
        words = [criterion_text(check_criterion(item)) for item in exponents]
        text = "exponent p of the recruitment's cost"
        return Levels(name, "1", text, _distinct(name, words), Target("criterion", name))
    unit, text, check_value, integer, words_allowed, target = _described(name, exercises, model)
    if _is_range(given) and not words_allowed:
        low, high = (check_value(item) for item in given)  # type: ignore[attr-defined]
        if not low < high:
            raise InvalidArgument(
                f"{name}=({low:g}, {high:g}) is an empty range; give the lower end first"
            )
        return Range(name, unit, text, low, high, target, integer)
    items = [check_value(item) for item in _list(name, given, "levels")]
    return Levels(name, unit, text, _distinct(name, items), target)


def require_parameters(
    varied: Iterable[str], before: Sequence[str], exercises: Sequence[str]
) -> None:
    """Refuse exercises that lack a varied parameter of the exercises `before`."""
    for name in varied:
        if not any(name in catalogue.exercise(e).parameters for e in before):
            continue
        for e in exercises:
            if name not in catalogue.exercise(e).parameters:
                raise InvalidArgument(
                    f"{name} is varied already and is no parameter of {e}; every exercise of the"
                    " study must have what is varied"
                )


def people(given: object) -> Factor:
    """A factor over people: a list of subjects, or a population."""
    if isinstance(given, Population):
        return Crowd(given)
    items = _list("subject", given, "coxa.Subject, or a coxa.Population")
    for item in items:
        if not isinstance(item, Subject):
            raise InvalidArgument(f"subject must be a list of coxa.Subject, not of {item!r}")
    return People(_distinct("subject", items))


def uncertain(
    groups: Mapping[str, float | None], exercises: Sequence[str], model: Model
) -> list[Factor]:
    """The quantities of some groups of uncertainties, as far as the exercises and the model have them."""
    found: list[Factor] = []
    if not groups:
        return found
    changes = {p.name for p in model.perturbations()}
    fitting = {name: catalogue.exercise(name).parameters for name in exercises}
    for name, spread in groups.items():
        known = group(name, spread)
        of = {e: known.applicable(parameters, changes) for e, parameters in fitting.items()}
        for quantity in known.quantities:
            having = frozenset(e for e, offered in of.items() if quantity in offered)
            if having:
                found.append(Uncertain(name, quantity, having))
    return found


def _described(name: str, exercises: Sequence[str], model: Any) -> tuple[Any, ...]:
    """Unit, description, check of a value, whether integer, whether text, and target."""
    having = [e for e in exercises if name in catalogue.exercise(e).parameters]
    if having:
        if lacking := [e for e in exercises if e not in having]:
            raise InvalidArgument(
                f"{name} is no parameter of {', '.join(lacking)}; every exercise of the study must"
                " have what is varied"
            )
        p = catalogue.exercise(exercises[0]).parameters[name]

        def check_parameter(value: object) -> float | str:
            return [catalogue.check_parameters(e, {name: value})[name] for e in exercises][0]

        target = Target("parameter", name)
        return p.unit, p.description, check_parameter, p.integer, bool(p.choices), target
    if name in SUBJECT_FIELDS:
        unit, text = SUBJECT_FIELDS[name]
        key = name.removeprefix("subject_")

        def check_field(value: object) -> float | str:
            return getattr(Subject(**{key: value}), key)  # type: ignore[arg-type]

        return unit, text, check_field, False, key in ("sex", "training"), Target("field", name)
    if name == LOAD_PER_MASS:
        for e in exercises:
            if "load" not in catalogue.exercise(e).parameters:
                raise InvalidArgument(
                    f"load_per_mass needs the parameter load, which {e} does not have"
                )
        text = "external mass over body mass"
        return "1", text, lambda v: check.number(name, v), False, False, Target(name, name)
    known = {p.name: p for p in model.perturbations()}
    if name in known:
        change = known[name]

        def check_change(value: object) -> float:
            number = check.number(name, value, change.unit)
            if not change.minimum <= number <= change.maximum:
                raise InvalidArgument(
                    f"{name} must be from {change.minimum:g} to {change.maximum:g}"
                    f"{'' if change.unit == '1' else ' ' + change.unit}, not {number:g}"
                )
            return number

        return change.unit, change.description, check_change, False, False, Target("change", name)
    allowed = dict.fromkeys(p for e in exercises for p in catalogue.exercise(e).parameters)
    others = ["exercise", "subject", "criterion", LOAD_PER_MASS, *SUBJECT_FIELDS]
    raise check.unknown(f"parameter of {', '.join(exercises)}", name, [*allowed, *others])


def _is_range(given: object) -> bool:
    return (
        isinstance(given, tuple)
        and len(given) == 2
        and not any(isinstance(item, str) for item in given)
    )


def _list(name: str, given: object, of: str) -> list[Any]:
    if isinstance(given, str | bytes | Mapping | Subject) or not isinstance(given, Iterable):
        raise InvalidArgument(f"{name} must be a list of {of}, not {given!r}")
    items = list(itertools.islice(given, LIMITS["people"].most + 1))
    if not items:
        raise InvalidArgument(f"{name} has no levels; give at least one")
    check_count(f"levels of {name}", len(items), "people" if name == "subject" else "levels")
    return items


def _distinct(name: str, items: list[Any]) -> tuple[Any, ...]:
    seen = set()
    for item in items:
        if item in seen:
            raise InvalidArgument(f"{name} has the level {item!r} twice; leave one out")
        seen.add(item)
    return tuple(items)
