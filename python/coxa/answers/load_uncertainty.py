"""Uncertainty of a greatest load: strength that differs between people, and the recruitment criterion."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from .._core import InfeasibleMotion, InvalidArgument, UnsolvedFrame
from ..base import check
from ..base.designs import unit_cube
from ..base.json_values import plain
from ..base.limits import check_count
from ..base.tables import Table
from ..base.toml_file import bundled
from ..models.model import Model
from ..models.population import citation, strength_factors, tables
from ..models.subject import Subject
from ..studies.running import worker_count
from ..trials.simulation import MaxLoad, Setup, set_up
from .answer import Answer
from .criteria import CRITERIA
from .strengths import SETS, Factor, apply

#: Percentiles reported.
PERCENTILES = (10, 50, 90)

#: Rows of the table in words.
WORDS = {"together": "all weak or all strong", "independent": "each by itself"}

#: Largest coefficient of variation: beyond it some of the people drawn would leave the allowed strengths.
_MOST_SPREAD = 0.5


@dataclass(frozen=True, repr=False)
class LoadUncertainty(Answer):
    """How sure a greatest load is.

    Attributes
    ----------
    limit : MaxLoad
        The greatest load of an average person of this sex, age, training, mass and height.
    spread : float
        Coefficient of variation of strength between such people.
    basis : str
        Where it was measured.
    table : DataFrame
        Percentiles of the greatest load, kg: `p10`, `p50`, `p90`; NaN where such a person cannot do it without
        load. Two rows, the ends of an unknown correlation between joints: "together", one factor on all muscles
        and actuators of a person, and "independent", every set of muscles (and the actuators) drawn by itself.
    forces : DataFrame
        One row per muscle group: force at the greatest load in the limiting frame, N, sum of both sides, under
        criterion 2 (`force`) and the `least` and `greatest` over the criteria.
    draws : int
        People drawn for the row "independent".
    """

    _picture = "load uncertainty"
    limit: MaxLoad
    spread: float
    basis: str
    table: Table
    forces: Table
    draws: int

    @property
    def heading(self) -> str:
        return (
            f"{self.limit}\nfor: {self.limit.whose}\n"
            f"greatest load of other such people, kg; strength varies by {100 * self.spread:.0f} %:"
        )

    @property
    def footer(self) -> list[str]:
        return [
            f"strength between people: {self.basis}",
            CRITERION,
            *([GIVEN] if _is_given(self.limit.subject) else []),
        ]

    def shown(self) -> Mapping[str, Table]:
        title = f"force in the limiting frame over the criteria {', '.join(map(str, CRITERIA))}, N"
        return {"": self.table, title: self.forces}

    def to_dict(self) -> dict[str, Any]:
        return {
            "exercise": self.limit.exercise,
            "load": self.limit.load,
            "person": self.limit.whose,
            "spread": self.spread,
            "basis": self.basis,
            "draws": self.draws,
            "percentiles": plain(self.table.to_dict("index")),
            "depends_on_criterion": False,
            "forces": plain(self.forces.to_dict("index")),
        }


#: Why there is no spread of the load over recruitment criteria.
CRITERION = (
    "The greatest load is the same under every recruitment criterion: it is the most that any sharing of the work"
    " allows. Forces of muscles at that load can still differ:"
    " in the limiting frame those that limit have no choice left."
)

#: Note for people whose strength is not that of the average.
GIVEN = (
    "The strength of this person was given; if it was measured or calibrated, people differ from it less: give that"
    " error as spread."
)


def uncertainty(
    limit: MaxLoad,
    spread: float | None = None,
    *,
    draws: int = 32,
    seed: int = 0,
    workers: int | None = None,
) -> LoadUncertainty:
    """The spread of a greatest load between people, and of its muscle forces between criteria.

    Parameters
    ----------
    limit : MaxLoad
        Of a subject; a model that was not scaled stands for nobody.
    spread : float, optional
        Coefficient of variation of strength, above 0 and at most 0.5; by default that measured between people of
        the subject's training state (see `between_people`).
    draws : int
        People drawn for the row "independent", by a Sobol sequence with this `seed`.
    workers : int, optional
        Number of threads; by default all cores.

    Returns
    -------
    LoadUncertainty

    Raises
    ------
    InvalidArgument
        If a value is out of range, or the load is of a model that was not scaled to a subject.
    """
    subject, setup = limit.subject, limit.setup
    if subject is None or setup is None:
        raise InvalidArgument(
            f"uncertainty needs a person, and {limit.exercise} was done by a model that was not scaled;"
            " give max_load a subject"
        )
    found, basis = between_people(subject)
    if spread is not None:
        found, basis = check.positive("spread", spread), "given"
        if found > _MOST_SPREAD:
            raise InvalidArgument(
                f"spread must be above 0 and at most {_MOST_SPREAD:g}, not {found:g}: it is a coefficient of"
                " variation (0.1 is 10 %)"
            )
    draws, seed = check_count("draws", draws, "people"), check_count("seed", seed)
    with ThreadPoolExecutor(worker_count(workers)) as pool:
        people = [
            *_together(subject, found),
            *_independent(subject, setup.generic, found, draws, seed),
        ]
        loads = np.array(list(pool.map(lambda who: _load(who, setup, limit.parameters), people)))
        forces = _forces(list(pool.map(lambda p: _at_limit(limit, setup, p), CRITERIA)))
    rows = {
        "together": loads[: len(PERCENTILES)],
        "independent": np.percentile(loads[len(PERCENTILES) :], PERCENTILES, method="inverted_cdf"),
    }
    table = Table.from_dict(rows, orient="index", columns=[f"p{p}" for p in PERCENTILES])
    table = Table(table.where(np.isfinite(table)))
    table.index.name = "joints"
    return LoadUncertainty(limit, found, basis, table, forces, draws)


def between_people(subject: Subject) -> tuple[float, str]:
    """Coefficient of variation of strength between people like the subject, and its source.

    That of the subject's training state where `data/anthropometry/strength.toml` has one (mean over the joint
    actions that were measured), otherwise that of `data/anthropometry/population.toml`.
    """
    actions = bundled("anthropometry/strength.toml")["training"].get(subject.training, {})
    measured = {name: row for name, row in actions.items() if "sd" in row}
    if not measured:
        entry = tables()["strength"]
        return entry["sd"] / entry["mean"], f"knee extension; {citation(entry['source'])}"
    spread = float(np.mean([row["sd"] / row["factor"] for row in measured.values()]))
    keys = [key for row in measured.values() for key in np.atleast_1d(row["source"])]
    names = ", ".join(name.replace("_", " ") for name in measured)
    return spread, f"{names}; {citation(list(dict.fromkeys(keys)))}"


def _together(subject: Subject, spread: float) -> list[Subject]:
    """People at the percentiles of one factor: the load rises with strength, so these are its percentiles."""
    factors = strength_factors(spread, np.array(PERCENTILES) / 100)
    return [replace(subject, strength=subject.strength * float(factor)) for factor in factors]


def _independent(
    subject: Subject, generic: Model, spread: float, draws: int, seed: int
) -> list[Subject]:
    factors = joints(generic)
    u = unit_cube("sobol", draws, len(factors), seed)
    return [apply(subject, factors, x) for x in np.log(strength_factors(spread, u))]


def joints(generic: Model) -> list[Factor]:
    """Sets of muscles that are drawn independently: those of calibration, then what is left, each by itself."""
    prefix = "strength_"
    known = [
        p.name.removeprefix(prefix)
        for p in generic.perturbations()
        if p.name.startswith(prefix) and p.name != "strength_all"
    ]
    sets = {name: tuple(g for g in groups if g in known) for name, groups in SETS.items()}
    taken = {group for groups in sets.values() for group in groups}
    # of the glutes and their three parts, the parts
    if taken & {"gluteus_maximus", "gluteus_medius", "gluteus_minimus"}:
        taken.add("glutes")
    sets |= {name: (name,) for name in known if name not in taken}
    return [Factor(name, groups, math.nan) for name, groups in sets.items() if groups]


def _load(who: Subject, setup: Setup, parameters: Mapping[str, Any]) -> float:
    """Greatest load, kg; minus infinity for a person too weak to do it without load."""
    try:
        own = set_up(setup.exercise, who, setup.generic, setup.options)
        return own.max_load(parameters).load
    except (UnsolvedFrame, InfeasibleMotion):
        return -math.inf


def _at_limit(limit: MaxLoad, setup: Setup, criterion: float | str) -> pd.Series:
    """Force of every muscle group at the greatest load in its limiting frame, N, sum of both sides."""
    own = setup.of(setup.exercise, replace(setup.options, criterion=criterion))
    result = own.simulate({**limit.parameters, **limit.technique, "load": limit.load})
    force = result["group_force"].isel(time=limit.frame).sum("side", skipna=False)
    return force.to_series()


def _forces(under: Sequence[pd.Series]) -> Table:
    table = Table(
        {
            "force": under[CRITERIA.index(2)],
            "least": np.fmin.reduce(under),
            "greatest": np.fmax.reduce(under),
        }
    )
    table.index.name = "group"
    return table


def _is_given(subject: Subject | None) -> bool:
    return subject is not None and (subject.strength != 1 or bool(subject.group_strength))
