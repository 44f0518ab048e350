"""Musculoskeletal models: reading, scaling, and mechanics of one state or many."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._core import FileError, InvalidArgument
from ..base import check
from ..base.html import html_table
from ..base.resources import ANTHROPOMETRY, DEFAULT_MODEL
from .parts import (
    Actuator,
    Body,
    Coordinate,
    Muscle,
    MuscleGroup,
    Perturbation,
    Positions,
    Site,
)
from .subject import Subject

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class Model:
    """A skeleton with its muscles; immutable. Made by `Model.load` and `coxa.scale`.

    States `q`, `v`, `vdot` contain the independent coordinates in the order of `coordinates`, in rad or m;
    either one state, (n,), or many, (k, n). Arguments besides `q` broadcast: a scalar stands for all entries,
    a single state is repeated for all k. With `full=True` they contain all coordinates of the file, in the
    order of `full_coordinates`, as in OpenSim. Results in generalized coordinates follow the same order.
    """

    def __init__(self, core: _core.Model, made: tuple[Any, ...] | None = None):
        """Wrap a model of the core; `made`, a function and its arguments, recreates it when unpickled."""
        self._core = core
        self._made = made

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Read an OpenSim 4 model (`.osim`).

        Raises
        ------
        FileError
            If the file cannot be read or contains unsupported elements, which the message lists.
        """
        if not Path(path).is_file():
            raise FileError(f"cannot read model {os.fspath(path)}: there is no such file")
        return cls(_core.read_osim(os.fspath(path)))

    def __reduce__(self) -> tuple[Any, ...]:
        # rebuilt from the bytes of its file and the operations applied since
        if self._made is None:
            self._made = (_parsed, zlib.compress(_document(self)), self.source, self.sha256)
        return self._made[0], self._made[1:]

    def __copy__(self) -> Model:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Model:
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model as an OpenSim 4 file.

        Raises
        ------
        FileError
            If the file cannot be written.
        """
        _core.write_osim(self._core, check.output_path(path))

    def __repr__(self) -> str:
        return (
            f"<coxa.Model {self.name!r}: {len(self.bodies)} bodies, {self.total_mass:.4g} kg,"
            f" {len(self.coordinates)} coordinates ({len(self.full_coordinates)} with the driven and locked),"
            f" {len(self.muscles)} muscles>"
        )

    def _repr_html_(self) -> str:
        rows = (
            ("source", self.source),
            ("mass", f"{self.total_mass:.4g} kg"),
            ("bodies", len(self.bodies)),
            ("coordinates", f"{len(self.coordinates)} of {len(self.full_coordinates)} independent"),
            ("muscles", len(self.muscles)),
            ("muscle groups", ", ".join(dict.fromkeys(group.name for group in self.groups))),
            ("warnings", len(self.warnings)),
        )
        return html_table(("model", self.name), rows)

    # ---- contents

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._core.name

    @property
    def source(self) -> str:
        """The file the model was read from, or a description of how it was made."""
        return self._core.source

    @property
    def sha256(self) -> str:
        """SHA-256 of the file; empty for a model made in memory."""
        return self._core.sha256

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the reader ignored or changed."""
        return tuple(self._core.warnings)

    @property
    def total_mass(self) -> float:
        """Mass of all bodies, kg."""
        return self._core.total_mass

    @cached_property
    def coordinates(self) -> tuple[str, ...]:
        """Names of the independent coordinates, in the order of `q`."""
        return tuple(self._core.coordinate_names())

    @cached_property
    def full_coordinates(self) -> tuple[Coordinate, ...]:
        """All coordinates of the file, including driven and locked ones."""
        rows = self._core.coordinates()
        return tuple(
            Coordinate(**{k: v for k, v in row.items() if k != "independent"}) for row in rows
        )

    @cached_property
    def bodies(self) -> tuple[Body, ...]:
        """All bodies without the ground."""
        return tuple(Body(**row) for row in self._core.bodies())

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Named points of the bodies."""
        return tuple(Site(**row) for row in self._core.sites())

    @cached_property
    def muscles(self) -> tuple[Muscle, ...]:
        """All muscles, in the order of muscle arrays."""
        return tuple(Muscle(**row) for row in self._core.muscles())

    @cached_property
    def actuators(self) -> tuple[Actuator, ...]:
        """Ideal actuators of coordinates without muscles."""
        return tuple(Actuator(**row) for row in self._core.actuators())

    @cached_property
    def groups(self) -> tuple[MuscleGroup, ...]:
        """Muscle groups by side."""
        return tuple(
            MuscleGroup(row["name"], row["side"], tuple(row["muscles"]))
            for row in self._core.groups()
        )

    # ---- perturbation

    def perturbations(self) -> list[Perturbation]:
        """The perturbations that `perturbed` accepts.

        ================================  =====================================================
        ``strength_<group>``              factor on the maximum isometric force of its muscles
        ``strength_actuators``            factor on the bounds of every actuator
        ``strength_all``                  factor on all of the above
        ``optimal_fiber_length_<group>``  factor
        ``tendon_slack_length_<group>``   factor
        ``segment_mass_<segment>``        factor on mass and inertia, before the total is restored
        ``joint_center_<joint>_<x|y|z>``  displacement of a joint in its parent, m
        ================================  =====================================================

        The groups are those of the model, reduced to a partition: a muscle in several groups belongs to
        the smallest (rectus femoris to the quadriceps, not the hip flexors), one in none to `other`.
        """
        return [Perturbation(**row) for row in _core.perturbations(self._core)]

    def perturbed(self, **changes: float) -> Model:
        """A copy of the model with some properties changed, on both sides alike.

        Total body mass is kept, since it is measured while its distribution is not: after segment masses
        are changed, the masses of all bodies are scaled to restore the total. A joint is displaced along
        the axes of its parent body, x forward, y up and z lateral on either side (to the right for joints
        of the midline). Its child moves with everything distal; muscle paths and other joints on the
        parent stay.

        Parameters
        ----------
        **changes : float
            Factors or displacements (m), named as in `perturbations()`.

        Raises
        ------
        UnknownName
            If there is no perturbation of a name.
        InvalidArgument
            If a value is not a number or is out of range.

        Examples
        --------
        >>> weak = coxa.scale(model, athlete).perturbed(strength_hamstrings=0.7)
        """
        numbers = {name: check.number(name, value) for name, value in changes.items()}
        return Model(_core.perturb(self._core, numbers), (_perturbed, self, numbers))

    # ---- mechanics

    def positions(self, q: ArrayLike, *, full: bool = False) -> Positions:
        """Positions of all sites and bodies.

        Parameters
        ----------
        q : array_like, (n,) or (k, n)
            Coordinates, rad or m.
        """
        rows, one = self._states("q", q, full)
        return Positions(*(_first(array, one) for array in self._core.positions(rows)))

    def expand(self, q: ArrayLike) -> np.ndarray:
        """Full coordinates from independent ones, with couplings applied and locked ones at their defaults.

        Returns
        -------
        ndarray, (..., full coordinates)
            In rad or m.
        """
        rows, one = self._states("q", q, False)
        return _first(self._core.expand(rows), one)

    def mass_matrix(self, q: ArrayLike, *, full: bool = False) -> np.ndarray:
        """Mass matrix M(q), (..., n, n), in kg m2, kg m or kg.

        With `full=True`, that of the tree without its couplings.
        """
        rows, one = self._states("q", q, full)
        return _first(self._core.mass_matrix(rows), one)

    def inverse_dynamics(
        self, q: ArrayLike, v: ArrayLike, vdot: ArrayLike, *, full: bool = False
    ) -> np.ndarray:
        """Generalized forces tau = M(q) vdot + C(q, v) v + g(q), (..., n), in N m or N.

        With `full=True`, those of the tree without its couplings, as OpenSim computes them.
        """
        rows, one = self._broadcast(full, q=q, v=v, vdot=vdot)
        return _first(self._core.inverse_dynamics(*rows), one)

    def forward_dynamics(
        self, q: ArrayLike, v: ArrayLike, tau: ArrayLike, *, full: bool = False
    ) -> np.ndarray:
        """Accelerations vdot caused by generalized forces tau, (..., n), in rad/s2 or m/s2.

        With `full=True`, a force on a driven coordinate acts through its coupling; driven coordinates in `q`
        and `v` are replaced by the values that follow from the driving ones.
        """
        (q_rows, v_rows, tau_rows), one = self._broadcast(full, q=q, v=v, tau=tau)
        return _first(self._core.forward_dynamics(q_rows, v_rows, tau_rows, full=full), one)

    def muscle_lengths(self, q: ArrayLike, *, full: bool = False) -> np.ndarray:
        """Lengths of the muscle-tendon units, (..., muscles), m."""
        rows, one = self._states("q", q, full)
        return _first(self._core.muscle_lengths(self._reduce(rows, full)), one)

    def moment_arms(self, q: ArrayLike, *, full: bool = False) -> np.ndarray:
        """Effective moment arms r = -dL/dq, including couplings, (..., muscles, n), m or 1.

        With `full=True`, those of driven and locked coordinates are zero: their contribution is included in
        the moment arms of the driving coordinates.
        """
        rows, one = self._states("q", q, full)
        arms = self._core.moment_arms(self._reduce(rows, full))
        if full:
            independent = arms
            arms = np.zeros((*independent.shape[:2], len(self.full_coordinates)))
            arms[:, :, self._independent] = independent
        return _first(arms, one)

    def muscle_forces(
        self,
        q: ArrayLike,
        v: ArrayLike,
        activation: ArrayLike,
        tendon: str = "rigid",
        *,
        full: bool = False,
    ) -> np.ndarray:
        """Tendon forces, (..., muscles), N.

        Parameters
        ----------
        q, v : array_like, (n,) or (k, n)
            Coordinates, and their rates in rad/s or m/s.
        activation : array_like, (muscles,) or (k, muscles), or a number for all muscles
            0 to 1.
        tendon : {"rigid", "elastic"}
            A rigid tendon at its slack length, or one in equilibrium with the fibre (Millard et al. 2013).
        """
        check.choice("tendon", tendon, ("rigid", "elastic"))
        (q_rows, v_rows, a_rows), one = self._broadcast(full, q=q, v=v, activation=activation)
        if full:
            v_rows = v_rows[:, self._independent]
        forces = self._core.muscle_forces(
            self._reduce(q_rows, full), v_rows, a_rows, tendon == "elastic"
        )
        return _first(forces, one)

    def muscle_paths(self, q: ArrayLike) -> list[Any]:
        """Points along the path of every muscle, for drawing.

        Returns
        -------
        list of ndarray, (points, 3)
            One per muscle, m in the ground frame; for many states, a list of such lists.
        """
        rows, one = self._states("q", q, False)
        paths = self._core.muscle_paths(rows)
        return paths[0] if one else paths

    # ---- helpers

    @cached_property
    def _independent(self) -> list[int]:
        return [i for i, coordinate in enumerate(self.full_coordinates) if coordinate.independent]

    def _states(self, name: str, values: ArrayLike, full: bool) -> tuple[np.ndarray, bool]:
        n = len(self.full_coordinates) if full else len(self.coordinates)
        what = "full coordinates" if full else "coordinates"
        one = np.ndim(values) == 1
        return _rows(name, values, n, what), one

    def _broadcast(self, full: bool, **given: ArrayLike) -> tuple[list[np.ndarray], bool]:
        """Arguments as 2D arrays with equally many rows, `q` first; and whether all were single states.

        A scalar stands for all entries; a single state is repeated for all rows.
        """
        n = len(self.full_coordinates) if full else len(self.coordinates)
        rows = {}
        one = True
        for name, values in given.items():
            width, what = (
                (len(self.muscles), "muscles")
                if name == "activation"
                else (n, "full coordinates" if full else "coordinates")
            )
            if name != "q" and np.ndim(values) == 0:
                values = np.full(width, values)
            one = one and np.ndim(values) == 1
            rows[name] = _rows(name, values, width, what)
        states = len(rows["q"])
        if states == 1:
            states = max(map(len, rows.values()))
        for name, array in rows.items():
            if len(array) not in (1, states):
                raise InvalidArgument(
                    f"{name} has {len(array)} states; expected {states} as in q, or one"
                )
        wide = [
            np.ascontiguousarray(np.broadcast_to(array, (states, array.shape[1])))
            for array in rows.values()
        ]
        return wide, one

    def _reduce(self, rows: np.ndarray, full: bool) -> np.ndarray:
        # muscles depend on the independent coordinates only: the others must be consistent with them
        if not full:
            return rows
        reduced = np.ascontiguousarray(rows[:, self._independent])
        off = np.abs(self._core.expand(reduced) - rows)
        if off.size and off.max() > 1e-6:
            state, i = np.unravel_index(np.argmax(off), off.shape)
            coordinate = self.full_coordinates[i]
            raise InvalidArgument(
                f"coordinate {coordinate.name} of state {state} is {rows[state, i]:g}, but"
                f" {coordinate.driven_by or 'its lock'} puts it at"
                f" {self._core.expand(reduced)[state, i]:g}; muscles need states that meet the couplings"
            )
        return reduced


def _rows(name: str, values: ArrayLike, n: int, what: str) -> np.ndarray:
    try:
        array = np.ascontiguousarray(values, dtype=float)
    except (TypeError, ValueError):
        raise InvalidArgument(f"{name} must be numbers, ({n},) or (k, {n})") from None
    if array.ndim not in (1, 2) or array.shape[-1] != n:
        raise InvalidArgument(
            f"{name} has the shape {array.shape}; expected ({n},) or (k, {n}) for {n} {what}"
        )
    return array.reshape(-1, n)


def _first(array: np.ndarray, one: bool) -> np.ndarray:
    return array[0] if one else array


def scale(model: Model, subject: Subject) -> Model:
    """Scale a model to a person.

    Segment lengths follow from stature unless given; masses and inertias from de Leva (1996) by sex, with the
    exact total mass. Optimal fibre and tendon slack lengths keep the operating range of every muscle. Maximum
    isometric forces follow the muscle volumes of Handsfield et al. (2014), times measured factors of sex, age and
    training (`data/anthropometry/strength.toml`), `subject.strength` and, for groups it names,
    `subject.group_strength`. Passive forces follow the volumes alone.

    Raises
    ------
    InvalidArgument
        If a value of the subject is outside the range the data support.
    """
    return Model(
        _core.scale(model._core, subject, ANTHROPOMETRY),
        (scale, model, subject),
    )


def _document(model: Model) -> bytes:
    """Bytes of the file the model was read from; an error if it has none, or it has changed."""
    if not model.sha256:
        raise InvalidArgument(
            f"model {model.name!r} was made in memory and cannot be pickled; save it with"
            " model.save('mine.osim') and read it with coxa.Model.load('mine.osim')"
        )
    try:
        document = Path(model.source).read_bytes()
    except OSError as error:
        raise FileError(
            f"model {model.name!r} cannot be pickled: its file {model.source} cannot be read"
            f" ({error.strerror}); put it back"
        ) from None
    if hashlib.sha256(document).hexdigest() != model.sha256:
        raise FileError(
            f"model {model.name!r} cannot be pickled: its file {model.source} has changed since it"
            " was read; load it again"
        )
    return document


def _parsed(document: bytes, source: str, sha256: str) -> Model:
    """The model from the compressed bytes of its file; the bundled model is shared."""
    bundled = default_model()
    if bundled.sha256 == sha256:
        return bundled
    core = _core.parse_osim(zlib.decompress(document), source)
    return Model(core, (_parsed, document, source, sha256))


def _perturbed(model: Model, changes: dict[str, float]) -> Model:
    return model.perturbed(**changes)


@lru_cache(maxsize=1)
def default_model() -> Model:
    """The bundled full-body model, unscaled."""
    return Model.load(DEFAULT_MODEL)


def names(items: Sequence[Any]) -> list[str]:
    """Names of bodies, sites, muscles or coordinates."""
    return [item.name for item in items]
