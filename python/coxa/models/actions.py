"""Joint actions: the torques that people are tested for, and what each muscle of a model adds to them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .._core import InvalidArgument
from ..base import check

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from .model import Model

Array = NDArray[np.float64]


@dataclass(frozen=True)
class JointAction:
    """A torque that people are tested for, of one leg or of the trunk."""

    #: Name, such as "hip_extension".
    name: str
    #: Coordinate of the model, without its side.
    coordinate: str
    #: Sign of the torque for a positive joint angle, see `JOINT_ANGLES`.
    direction: int
    #: Angles of other joints in a usual test, deg; names are those of `JOINT_ANGLES`.
    posture: Mapping[str, float] = field(default_factory=dict)
    #: Angles over which the torque is usually tested, deg.
    span: tuple[float, float] = (0, 90)


#: Joint angles by the coordinate they measure: the sign of the coordinate for a positive angle. Angles are positive in
#: flexion (hip, knee, lumbar), dorsiflexion, adduction, internal rotation, and to the right (trunk).
JOINT_ANGLES: dict[str, int] = {
    "hip_flexion": 1,
    "hip_adduction": 1,
    "hip_rotation": 1,
    "knee_angle": 1,
    "ankle_angle": 1,
    "lumbar_extension": -1,
    "lumbar_bending": 1,
    "lumbar_rotation": 1,
}

_SEATED = {"hip_flexion": 85.0, "knee_angle": 90.0}

#: Joint actions by name. Knee at a right angle for the hip, seated for the knee and hip rotation, straight knee otherwise.
ACTIONS: dict[str, JointAction] = {
    action.name: action
    for action in (
        JointAction("hip_extension", "hip_flexion", -1, {"knee_angle": 90}, (0, 120)),
        JointAction("hip_flexion", "hip_flexion", 1, {"knee_angle": 90}, (0, 90)),
        JointAction("hip_abduction", "hip_adduction", -1, {}, (-20, 10)),
        JointAction("hip_adduction", "hip_adduction", 1, {}, (-20, 10)),
        JointAction("hip_external_rotation", "hip_rotation", -1, _SEATED, (-20, 20)),
        JointAction("hip_internal_rotation", "hip_rotation", 1, _SEATED, (-20, 20)),
        JointAction("knee_extension", "knee_angle", -1, {"hip_flexion": 85}, (0, 120)),
        JointAction("knee_flexion", "knee_angle", 1, {"hip_flexion": 85}, (0, 120)),
        JointAction("ankle_plantarflexion", "ankle_angle", -1, {}, (-30, 20)),
        JointAction("ankle_dorsiflexion", "ankle_angle", 1, {}, (-30, 20)),
        JointAction("lumbar_extension", "lumbar_extension", -1, {}, (-20, 50)),
        JointAction("lumbar_flexion", "lumbar_extension", 1, {}, (-20, 50)),
    )
}


@dataclass(frozen=True)
class MuscleTorques:
    """Torques of every muscle about one coordinate, positive in the direction of the action, N m, [states, muscles]."""

    #: What agonists add when they are fully activated; 0 for all others.
    active: Array
    #: Of relaxed muscles, agonists and antagonists.
    passive: Array


@dataclass(frozen=True)
class JointAngle:
    """A joint angle in a model: angle = sign * coordinate."""

    name: str  # of the coordinate
    column: int  # of the coordinate in `q`
    sign: int
    least: float  # deg
    greatest: float


def joint_angle(model: Model, coordinate: str, side: str = "r") -> JointAngle | None:
    """A joint angle, one of `JOINT_ANGLES`, in a model, on the side given if there are two; None if the model has none.

    Models of the family of gait2392 count knee flexion negative: the greater end of the range is flexion.
    """
    for name in (f"{coordinate}_{side}", coordinate):
        if name in model.coordinates:
            known = next(c for c in model.full_coordinates if c.name == name)
            sign = JOINT_ANGLES[coordinate]
            if coordinate == "knee_angle" and known.maximum < -known.minimum:
                sign = -1
            ends = sorted(sign * math.degrees(x) for x in (known.minimum, known.maximum))
            return JointAngle(name, model.coordinates.index(name), sign, *ends)
    return None


def states(model: Model, angles: Mapping[str, ArrayLike], side: str = "r", what: str = "") -> Array:
    """Coordinates of a model at joint angles, all others 0.

    Parameters
    ----------
    angles : mapping of str to float or array_like
        Angles in deg, by names of `JOINT_ANGLES`; arrays have the same length.
    what : str, optional
        Beginning of error messages, such as "row 3: ".

    Returns
    -------
    ndarray, (k, coordinates)
        In rad or m.

    Raises
    ------
    InvalidArgument
        If the model has no such coordinate, or an angle is outside its range.
    """
    given = {name: np.atleast_1d(np.asarray(values, float)) for name, values in angles.items()}
    q = np.zeros((max(map(len, given.values())), len(model.coordinates)))
    for coordinate, degrees in given.items():
        check.choice("joint angle", coordinate, tuple(JOINT_ANGLES))
        joint = joint_angle(model, coordinate, side)
        if joint is None:
            raise InvalidArgument(
                f"model {model.name} has no coordinate {coordinate}_{side} or {coordinate}, which torques are measured at"
            )
        outside = (degrees < joint.least - 1e-7) | (degrees > joint.greatest + 1e-7)
        if outside.any():
            low, high = sorted((joint.sign * joint.least, joint.sign * joint.greatest))
            raise InvalidArgument(
                f"{what}{joint.name} at {joint.sign * degrees[outside][0]:g} deg is outside the model's"
                f" {low:.4g} to {high:.4g} deg"
            )
        q[:, joint.column] = joint.sign * np.radians(degrees)
    return q


def muscle_torques(
    model: Model,
    action: JointAction,
    angles: ArrayLike,
    speed: float = 0.0,
    *,
    posture: Mapping[str, float] | None = None,
    side: str = "r",
    tendon: str = "rigid",
) -> MuscleTorques:
    """Torques of every muscle in an action, at several angles.

    Agonists are the muscles whose moment arm at that angle has the direction of the action. Their active torque is
    what full activation adds to the torque of the relaxed muscle, as a dynamometer shows it once the weight and the
    passive torque of the relaxed limb are subtracted.

    Parameters
    ----------
    angles : array_like, (k,)
        Angles of the action's coordinate, deg.
    speed : float
        Angular velocity in the direction of the action, deg/s: positive shortens the agonists.
    posture : mapping of str to float, optional
        Angles of other joints, deg; by default those of a usual test, `JointAction.posture`.

    Raises
    ------
    InvalidArgument
        If the model lacks a coordinate, or an angle is outside its range.
    """
    degrees = np.atleast_1d(np.asarray(angles, float))
    held = action.posture if posture is None else posture
    q = states(model, {**held, action.coordinate: degrees}, side)
    joint = joint_angle(model, action.coordinate, side)
    assert joint is not None  # states() has looked it up
    direction = action.direction * joint.sign
    v = np.zeros_like(q)
    v[:, joint.column] = direction * math.radians(speed)
    arms = direction * model.moment_arms(q)[:, :, joint.column]
    relaxed = arms * model.muscle_forces(q, v, 0.0, tendon)
    full = arms * model.muscle_forces(q, v, 1.0, tendon)
    return MuscleTorques(np.where(arms > 0, full - relaxed, 0.0), relaxed)
