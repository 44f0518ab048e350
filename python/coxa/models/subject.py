"""A person whom a model is scaled to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from .._core import InvalidArgument
from ..base import check

#: Body lengths that can be given explicitly; otherwise they follow from stature.
SEGMENTS = (
    "thigh",
    "shank",
    "foot",
    "trunk",
    "upper_arm",
    "forearm",
    "hip_width",
    "shoulder_width",
)


#: States of resistance training: none, as after some months of it, and years of heavy training.
TRAINING = ("untrained", "recreational", "trained")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A person a model can be scaled to; by default an untrained man of 18 to 25 years.

    Parameters
    ----------
    sex : {"male", "female"}
        Selects the relative segment masses and lengths (de Leva 1996), and strength for body size
        (Anderson et al. 2007).
    mass : float
        Body mass, kg.
    height : float
        Stature, m.
    strength : float
        Factor on every maximum isometric force and actuator strength; 1 is the average of people of
        this sex, age, training, mass and height. Passive forces of muscles do not follow it.
    segment_lengths : mapping of str to float
        Measured lengths, m, which replace those that follow from stature; any of "thigh", "shank",
        "foot", "trunk", "upper_arm", "forearm", "hip_width", "shoulder_width".
    group_strength : mapping of str to float
        Additional strength factors of single muscle groups of the model, such as
        ``{"quadriceps": 1.3}``, or of its "actuators"; `Model.perturbations` lists the groups.
    age : float, optional
        Years, 18 to 90; by default 18 to 25.
    training : {"untrained", "recreational", "trained"}
        Resistance training: none, as after about three months of it, or years of heavy training.

    Notes
    -----
    Factors of sex, age and training, per joint action, are in `data/anthropometry/strength.toml` with
    their sources: measured torques, never lifts.

    Raises
    ------
    InvalidArgument
        If a value has the wrong type or is out of range (a `ValueError`).
    UnknownName
        If `segment_lengths` names no such segment.
    """

    sex: str = "male"
    mass: float = 75.0
    height: float = 1.75
    strength: float = 1.0
    segment_lengths: Mapping[str, float] = field(default_factory=dict)
    group_strength: Mapping[str, float] = field(default_factory=dict)
    age: float | None = None
    training: str = "untrained"

    def __post_init__(self) -> None:
        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        put("sex", check.choice("sex", self.sex, ("male", "female")))
        put("mass", check.positive("mass", self.mass, "kg"))
        put("height", check.positive("height", self.height, "m"))
        put("strength", check.positive("strength", self.strength))
        if not isinstance(self.segment_lengths, Mapping):
            raise InvalidArgument(
                f"segment_lengths must map names to metres, not {self.segment_lengths!r}"
            )
        lengths = {}
        for name, value in self.segment_lengths.items():
            if name not in SEGMENTS:
                raise check.unknown("segment", name, SEGMENTS)
            lengths[name] = check.positive(f"segment length {name}", value, "m")
        # sorted, so that equal subjects have equal texts
        put("segment_lengths", MappingProxyType(dict(sorted(lengths.items()))))
        if not isinstance(self.group_strength, Mapping):
            raise InvalidArgument(
                f"group_strength must map muscle groups to factors, not {self.group_strength!r}"
            )
        factors = {}
        for name, value in self.group_strength.items():
            if not isinstance(name, str):
                raise InvalidArgument(f"group_strength must name muscle groups, not {name!r}")
            factors[name] = check.positive(f"strength of {name}", value)
        put("group_strength", MappingProxyType(dict(sorted(factors.items()))))
        if self.age is not None:
            put("age", check.positive("age", self.age, "years"))
        put("training", check.choice("training", self.training, TRAINING))

    def __repr__(self) -> str:
        # all digits, so that the text evaluates to an equal subject
        names = ("mass", "height", "strength")
        numbers = [f"{name}={getattr(self, name)!r}".removesuffix(".0") for name in names]
        text = ", ".join([f"sex={self.sex!r}", *numbers])
        if self.segment_lengths:
            text += f", segment_lengths={dict(self.segment_lengths)!r}"
        if self.group_strength:
            text += f", group_strength={dict(self.group_strength)!r}"
        if self.age is not None:
            text += f", age={self.age!r}".removesuffix(".0")
        if self.training != "untrained":
            text += f", training={self.training!r}"
        return f"Subject({text})"

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __reduce__(self) -> tuple[Any, ...]:
        # a mapping proxy cannot be pickled
        return (Subject.from_json, (self.to_json(),))

    @property
    def who(self) -> str:
        """Whose strength it is, such as "untrained man of 18 to 25 years, 80 kg, 1.80 m"."""
        trained = "recreationally trained" if self.training == "recreational" else self.training
        years = "18 to 25" if self.age is None else f"{self.age:g}"
        sex = "man" if self.sex == "male" else "woman"
        text = f"{trained} {sex} of {years} years, {self.mass:g} kg, {self.height:.2f} m"
        if self.strength != 1:
            text += f", strength {self.strength:g}"
        return text + (", groups of other strength" if self.group_strength else "")

    def to_json(self) -> str:
        """All fields as JSON, as stored in result files."""
        fields: dict[str, Any] = {
            "sex": self.sex,
            "mass": self.mass,
            "height": self.height,
            "strength": self.strength,
            "segment_lengths": dict(self.segment_lengths),
        }
        # omitted if not given: keeps the JSON, and hashes of files, of subjects without it unchanged
        if self.group_strength:
            fields["group_strength"] = dict(self.group_strength)
        if self.age is not None:
            fields["age"] = self.age
        if self.training != "untrained":
            fields["training"] = self.training
        return json.dumps(fields)

    @classmethod
    def from_json(cls, text: str) -> Subject:
        """The inverse of `to_json`."""
        return cls(**json.loads(text))
