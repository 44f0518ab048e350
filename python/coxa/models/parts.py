"""What a model consists of, as `Model` lists it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Coordinate:
    """One degree of freedom. Values are in rad if `rotational`, else in m.

    `coupled` coordinates move their joint through functions only; OpenSim keeps them in radians even in files
    whose angles are in degrees. `driven_by` names the coordinate that this one follows, or is empty;
    `spline_domain` is where every spline that it drives is known.
    """

    name: str
    joint: str
    rotational: bool
    default: float
    minimum: float
    maximum: float
    coupled: bool
    locked: bool
    driven_by: str
    spline_domain: tuple[float, float]

    @property
    def independent(self) -> bool:
        return not self.locked and not self.driven_by


@dataclass(frozen=True)
class Body:
    """A rigid body: mass in kg, centre of mass in m and inertia about it in kg m2, in its own frame."""

    name: str
    joint: str
    parent: str
    mass: float
    center_of_mass: tuple[float, float, float]
    inertia: np.ndarray


@dataclass(frozen=True)
class Site:
    """A named point of a body, m in the body's frame."""

    name: str
    body: str
    position: tuple[float, float, float]


@dataclass(frozen=True)
class Muscle:
    """Parameters of one muscle: N, m, rad, and optimal fibre lengths per second."""

    name: str
    max_isometric_force: float
    optimal_fiber_length: float
    tendon_slack_length: float
    pennation_at_optimal: float
    max_contraction_velocity: float
    minimum_activation: float


@dataclass(frozen=True)
class Actuator:
    """A bounded ideal torque where the model has no muscles, N m or N."""

    name: str
    coordinate: str
    lower: float
    upper: float


@dataclass(frozen=True)
class MuscleGroup:
    """Muscles that are reported together."""

    name: str
    side: str
    muscles: tuple[str, ...]


class Perturbation(NamedTuple):
    """One property of a model that `Model.perturbed` can change.

    Attributes
    ----------
    name : str
    unit : str
        "1" for a factor, "m" for a shift.
    description : str
    neutral : float
        Leaves the model as it is.
    minimum, maximum : float
    independent : bool
        False if others of the list act on the same things: `strength_glutes`, `strength_all`.
    """

    name: str
    unit: str
    description: str
    neutral: float
    minimum: float
    maximum: float
    independent: bool


class Positions(NamedTuple):
    """Where everything is, m in the ground frame; the leading dimension is there if many states were given.

    Attributes
    ----------
    sites : ndarray, (..., sites, 3)
    bodies : ndarray, (..., bodies, 3)
        Origins of the bodies' frames.
    rotations : ndarray, (..., bodies, 3, 3)
        From the body's axes to those of the ground.
    """

    sites: np.ndarray
    bodies: np.ndarray
    rotations: np.ndarray
