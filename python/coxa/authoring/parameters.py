"""Parameters of an exercise: one, a table of them, and the lists that exercises share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import _core
from .._core import InvalidArgument
from ..base.html import html_table, text_table

#: Columns of a printed table.
_HEADS = ("name", "default", "range", "unit", "description")


@dataclass(frozen=True)
class Parameter:
    """A parameter of an exercise.

    A unit of "deg" goes with a name that ends in `_deg`, and vice versa: the value is given in degrees
    and reaches `Exercise.build` in radians.

    Attributes
    ----------
    name : str
        In snake_case.
    default : float, str or None
        In `unit`, or one of `choices`; None if the value is found from the body when none is given
        (`description` then says how).
    minimum, maximum : float
        Allowed range, in `unit`.
    unit : str
        "kg", "m", "s", "deg", "N" or "1".
    description : str
    integer : bool
        Whether only whole numbers are allowed; always so with `choices`.
    choices : tuple of str
        If not empty, the value is one of these words.

    Raises
    ------
    InvalidArgument
        If `default` is a word without `choices`, or none of them.

    Examples
    --------
    >>> coxa.Parameter("load", 60, 0, 500, "kg", "bar and plates")
    >>> coxa.Parameter("side", "right", choices=("right", "left"), description="the working leg")
    """

    name: str
    default: float | str | None
    minimum: float = math.nan
    maximum: float = math.nan
    unit: str = "1"
    description: str = ""
    integer: bool = False
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.choices:
            if isinstance(self.default, str):
                raise InvalidArgument(
                    f"parameter {self.name}: its default is the word {self.default!r}, but it has"
                    " no choices; give choices=(...)"
                )
            return
        if isinstance(self.choices, str):
            raise InvalidArgument(
                f"parameter {self.name}: choices must be a list of words, not {self.choices!r}"
            )
        object.__setattr__(self, "choices", tuple(self.choices))
        if self.default not in self.choices:
            raise InvalidArgument(
                f"parameter {self.name}: its default {self.default!r} is none of its choices"
                f" {', '.join(self.choices)}"
            )
        object.__setattr__(self, "minimum", 0.0)
        object.__setattr__(self, "maximum", float(len(self.choices) - 1))
        object.__setattr__(self, "integer", True)

    @property
    def default_text(self) -> str:
        """The default as text."""
        if self.default is None:
            return "from the body"
        return self.default if isinstance(self.default, str) else f"{self.default:g}"

    @property
    def range_text(self) -> str:
        """The allowed range or choices as text."""
        if self.choices:
            return ", ".join(self.choices)
        return f"{self.minimum:g} to {self.maximum:g}"


def declared(rows: Iterable[Mapping[str, Any]]) -> tuple[Parameter, ...]:
    """Parameters from rows of the core."""
    return tuple(Parameter(**row) for row in rows)


class Parameters(Mapping[str, Parameter]):
    """The parameters of an exercise by name, a read-only mapping; prints as a table."""

    def __init__(self, parameters: list[Parameter]):
        self._parameters = {parameter.name: parameter for parameter in parameters}

    def __getitem__(self, name: str) -> Parameter:
        return self._parameters[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __len__(self) -> int:
        return len(self._parameters)

    def _rows(self) -> list[tuple[str, str, str, str, str]]:
        return [
            (p.name, p.default_text, p.range_text, "" if p.unit == "1" else p.unit, p.description)
            for p in self.values()
        ]

    def __repr__(self) -> str:
        return "\n".join(text_table([_HEADS, *self._rows()]))

    def _repr_html_(self) -> str:
        return html_table(_HEADS, self._rows())

    def to_dataframe(self) -> Any:
        """The table as a pandas DataFrame."""
        import pandas as pd  # imported here: listing exercises does not need it

        columns = ["unit", "default", "minimum", "maximum", "choices", "description"]
        rows = [[getattr(p, column) for column in columns] for p in self.values()]
        return pd.DataFrame(rows, index=pd.Index(self, name="parameter"), columns=columns)


def join(*lists: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """Concatenate lists of parameters; a later declaration replaces an earlier one of the same name."""
    found: dict[str, Parameter] = {}
    for parameters in lists:
        for p in parameters:
            found[p.name] = p
    return tuple(found.values())


def without(names: Sequence[str], parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """The list without the parameters of these names."""
    return tuple(p for p in parameters if p.name not in names)


def load_parameter(kg: float, what: str) -> tuple[Parameter, ...]:
    """load: total external mass, kg; `kg` is its default, `what` its description."""
    return declared(_core.load_parameter(kg, what))


def side_parameter(what: str) -> tuple[Parameter, ...]:
    """side: right or left; `what` is its description."""
    return declared(_core.side_parameter(what))


def bar_position_parameter() -> tuple[Parameter, ...]:
    """bar_position: position of a bar in the hip crease."""
    return declared(_core.bar_position_parameter())


def trunk_bend_parameter(deg: float | None = None) -> tuple[Parameter, ...]:
    """trunk_bend_deg: sideways toward the working leg, by default `deg` or what costs the muscles least."""
    return declared(_core.trunk_bend_parameter(math.nan if deg is None else deg))


def trunk_lean_parameter() -> tuple[Parameter, ...]:
    """trunk_lean_deg: trunk inclination; by default the one of least effort."""
    return declared(_core.trunk_lean_parameter())


def lumbar_flexion_parameter(deg: float) -> tuple[Parameter, ...]:
    """lumbar_flexion_deg: flexion of the lumbar spine at the bottom; it is neutral at the top."""
    return declared(_core.lumbar_flexion_parameter(deg))


def tempo_parameters(concentric: float, hold: float, eccentric: float) -> tuple[Parameter, ...]:
    """concentric, hold and eccentric, with these defaults in s, and repetitions."""
    return declared(_core.tempo_parameters(concentric, hold, eccentric))


def feet_parameters(
    stance_width: float | None = None, toe_out_deg: float = 0
) -> tuple[Parameter, ...]:
    """stance_width (m), toe_out_deg, heel_height and floor_friction; arguments are defaults."""
    return declared(_core.feet_parameters(stance_width, toe_out_deg))


def spine_parameters() -> tuple[Parameter, ...]:
    """lumbar_extension_deg, at the top, and neck_flexion_deg."""
    return declared(_core.spine_parameters())


def bench_parameters() -> tuple[Parameter, ...]:
    """bench_height and bench_friction, of a bench under the shoulder blades."""
    return declared(_core.bench_parameters())


def thrust_parameters() -> tuple[Parameter, ...]:
    """foot_distance and bottom_clearance, of hips driven up while the back is supported."""
    return declared(_core.thrust_parameters())
