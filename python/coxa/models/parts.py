"""Components of a model, as listed by `Model`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Coordinate:
    """A generalized coordinate. Values are in rad if `rotational`, otherwise in m.

    A `coupled` coordinate moves its joint only through functions; OpenSim keeps it in radians even in files
    with angles in degrees. `driven_by` names the coordinate this one is a function of (or is empty), and
    `spline_domain` is the interval in which every spline it drives is defined.
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
        """Whether it is neither locked nor driven by another coordinate."""
        return not self.locked and not self.driven_by


@dataclass(frozen=True)
class Body:
    """A rigid body: mass in kg, centre of mass in m, and inertia about it in kg m2, in the body frame."""

    name: str
    joint: str
    parent: str
    mass: float
    center_of_mass: tuple[float, float, float]
    inertia: np.ndarray


@dataclass(frozen=True)
class Site:
    """A named point fixed to a body; `position` in m, in the body frame."""

    name: str
    body: str
    position: tuple[float, float, float]


@dataclass(frozen=True)
class Muscle:
    """Parameters of a muscle: N, m, rad, and optimal fibre lengths per second."""

    name: str
    max_isometric_force: float
    optimal_fiber_length: float
    tendon_slack_length: float
    pennation_at_optimal: float
    max_contraction_velocity: float
    minimum_activation: float


@dataclass(frozen=True)
class Actuator:
    """A bounded ideal actuator of a coordinate without muscles; bounds in N m or N."""

    name: str
    coordinate: str
    lower: float
    upper: float


@dataclass(frozen=True)
class MuscleGroup:
    """Muscles of one side whose results are reported together."""

    name: str
    side: str
    muscles: tuple[str, ...]


class Perturbation(NamedTuple):
    """A property of a model that `Model.perturbed` can change.

    Attributes
    ----------
    name : str
    unit : str
        "1" for a factor, "m" for a displacement.
    description : str
    neutral : float
        Value that leaves the model unchanged.
    minimum, maximum : float
    independent : bool
        False if other perturbations act on the same parameters, such as `strength_glutes` and `strength_all`.
    """

    name: str
    unit: str
    description: str
    neutral: float
    minimum: float
    maximum: float
    independent: bool


class Positions(NamedTuple):
    """Positions of sites and bodies, m in the ground frame; the leading dimension exists for many states only.

    Attributes
    ----------
    sites : ndarray, (..., sites, 3)
    bodies : ndarray, (..., bodies, 3)
        Origins of the body frames.
    rotations : ndarray, (..., bodies, 3, 3)
        Rotation matrices from body axes to ground axes.
    """

    sites: np.ndarray
    bodies: np.ndarray
    rotations: np.ndarray
