"""Strength factors of sets of muscle groups, for calibration."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._core import InvalidArgument
from ..base import check
from ..base.tables import Table
from ..base.toml_file import bundled
from ..models.model import Model
from ..models.subject import Subject

Array = NDArray[np.float64]

#: Sets of muscle groups that share one factor.
SETS: dict[str, tuple[str, ...]] = {
    "hip_extensors": (
        "gluteus_maximus",
        "gluteus_medius",
        "gluteus_minimus",
        "hamstrings",
        "adductors",
    ),
    "knee_extensors": ("quadriceps",),
    "trunk_extensors": ("lower_back",),
    "hip_flexors": ("hip_flexors",),
    "plantarflexors": ("calves",),
    "trunk_flexors": ("abdominals",),
}

#: Bounds of strengths and factors.
LEAST, MOST = 0.05, 5.0


@dataclass(frozen=True)
class Factor:
    """An unknown factor: of a set, or without groups, of the overall strength."""

    name: str
    groups: tuple[str, ...]
    spread: float  # prior standard deviation of its logarithm; inf: no prior

    @property
    def text(self) -> str:
        return ", ".join(self.groups) or "all muscles and actuators"


def published(path: str, *keys: str) -> float:
    found: Any = bundled(path)
    for key in keys:
        found = found[key]
    return float(found)


def log_spread(cv: float) -> float:
    return math.sqrt(math.log1p(cv * cv)) if math.isfinite(cv) else math.inf


def sets_of(wanted: Any, generic: Model, default: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Groups by set name, from the caller's choice; no group may be in two sets."""
    if wanted == "groups":
        wanted = default
    if isinstance(wanted, str) or not isinstance(wanted, Sequence) or not wanted:
        raise InvalidArgument(
            "factors must be 'one', 'groups' or a list of muscle groups or sets of them, such as"
            f" ['hip_extensors', 'quadriceps'], not {wanted!r}"
        )
    known = [
        p.name.removeprefix("strength_")
        for p in generic.perturbations()
        if p.name.startswith("strength_") and p.name not in ("strength_all", "strength_actuators")
    ]
    found: dict[str, tuple[str, ...]] = {}
    owner: dict[str, str] = {}
    for name in wanted:
        if name not in SETS and name not in known:
            raise check.unknown("muscle group or set", name, [*SETS, *known])
        groups = SETS[name] if name in SETS else (str(name),)
        for group in groups:
            # expand the group "glutes" into its three parts
            parts = [g for g in known if group == "glutes" and g.startswith("gluteus_")] or [group]
            for part in parts:
                if part in owner:
                    raise InvalidArgument(
                        f"factors {owner[part]} and {name} both hold {part}; leave one of them out"
                    )
                owner[part] = str(name)
        found[str(name)] = groups
    return found


def apply(person: Subject, factors: Sequence[Factor], x: Array) -> Subject:
    """The person with strengths multiplied by exp(x)."""
    strength, groups = person.strength, dict(person.group_strength)
    for factor, value in zip(factors, np.exp(x), strict=True):
        if not factor.groups:
            strength *= float(value)
        for group in factor.groups:
            groups[group] = groups.get(group, 1.0) * float(value)
    return replace(person, strength=strength, group_strength=groups)


def bounds_of(person: Subject, factor: Factor) -> tuple[float, float]:
    """Bounds of the logarithm of a factor that keep the resulting strength within LEAST and MOST."""
    held = [person.group_strength.get(g, 1.0) for g in factor.groups] or [person.strength]
    return math.log(LEAST / min(held)), math.log(MOST / max(held))


def factor_table(rows: Mapping[str, Sequence[Any]]) -> Table:
    columns = ["factor", "low", "high", "spread", "informed", "groups"]
    table = Table.from_dict(dict(rows), orient="index", columns=columns)
    table.index.name = "factor of"
    return table
