"""Strength of a person from what they lift or from torques of joints."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from .._core import InvalidArgument
from ..models.model import Model
from ..models.subject import Subject
from ..studies.running import worker_count
from ..trials.options import Options
from .calibration import Calibration
from .maxima import from_maxima
from .torques import from_torques


def calibrate(
    subject: Subject | None = None,
    maxima: Mapping[str, float] | None = None,
    *,
    torque_angle: pd.DataFrame | Mapping[str, Sequence[Any]] | None = None,
    factors: str | Sequence[str] | None = None,
    parameters: Mapping[str, Mapping[str, float | str]] | None = None,
    sd: float | Mapping[str, float] | None = None,
    spread: float | None = None,
    model: str | os.PathLike[str] | Model | None = None,
    frames: int = 101,
    inertia: bool = True,
    tendon: str = "rigid",
    workers: int | None = None,
) -> Calibration:
    """The strength of a person from one-repetition maxima, or from torques of single joints.

    Parameters
    ----------
    subject : Subject, optional
        The person, as far as known; factors found multiply the strength that is given here.
    maxima : mapping of str to float
        Exercise to the greatest load, kg, lifted once.
    torque_angle : DataFrame or mapping of columns, instead of `maxima`
        A row for each measurement: `joint`, one of "hip_extension", "hip_flexion", "knee_extension",
        "ankle_plantarflexion", "lumbar_extension", "lumbar_flexion"; `angle_deg` of that joint, positive in
        flexion (dorsiflexion of the ankle); `torque`, N m, of one leg, without the weight of the segment. If
        wanted: `velocity_deg_s`, positive where the working muscles shorten (0: isometric); `sd`, N m; and the
        posture of other joints, 0 if not given: `hip_flexion_deg`, `knee_flexion_deg`,
        `ankle_dorsiflexion_deg`, `lumbar_flexion_deg`. For torques of the hip and the ankle the knee must be given,
        for those of the knee the hip: muscles cross both.
    factors : {"one", "groups"} or sequence of str
        "one": `Subject.strength` alone, the default for maxima. "groups", the default for torques: a factor for each
        of the sets `coxa.calibration.SETS` that were measured; for maxima those of `LIFTING`, and the
        strength of all other muscles and the actuators with them. Or names of sets or groups.
    parameters : mapping of str to mapping, optional
        Exercise to the values of its parameters in the test; defaults if not given.
    sd : float or mapping of str to float, optional
        Standard deviation of measured maxima, share of the value, for all or for each exercise; by default 0.042, the
        median between two tests (Grgic et al. 2020).
    spread : float, optional
        Coefficient of variation of each factor among people, which holds the factors towards 1; by default that of
        strength, 0.22, and of a group's strength for its size, 0.16 (`data/anthropometry/population.toml`,
        `data/uncertainty/spreads.toml`). `math.inf` holds nothing; there can then be at most as many factors as maxima.
    model : path or Model, optional
        Another model than the package's.
    frames, inertia
        Of the lifts, as in `coxa.max_load`.
    tendon : {"rigid", "elastic"}
        Of torques, as in `Model.muscle_forces`; lifts have rigid tendons.
    workers : int, optional
        Threads.

    Returns
    -------
    Calibration

    Raises
    ------
    InvalidArgument
        For unknown or impossible input, a maximum that no strength from 0.05 to 5 gives, and torques that cannot tell the
        factors apart.

    Notes
    -----
    Maxima. One exercise and one factor: the root, since the greatest load grows with strength. Otherwise the least of
    sum ((predicted - measured) / (sd measured))^2 + sum (log factor / s)^2 with s^2 = log(1 + spread^2); the second
    sum for group factors only. Intervals are those of the linearised problem; where maxima disagree by more than
    their sd, intervals without the second sum are widened by that.

    Torques. The greatest torque of the model is linear in the factors: muscles that turn the joint the measured way
    are fully active, all others at their least activation, and forces scale with the maximum isometric
    force. Linear least squares, weighted by `sd` where that is given.
    """
    if subject is not None and not isinstance(subject, Subject):
        raise InvalidArgument(f"subject must be a coxa.Subject, not {subject!r}")
    person = subject or Subject()
    if (maxima is None) == (torque_angle is None):
        raise InvalidArgument("give maxima, such as {'back_squat': 120}, or torque_angle, not both")
    workers = worker_count(workers)
    if torque_angle is not None:
        given = {"parameters": parameters, "sd": sd, "spread": spread}
        for name, value in given.items():
            if value is not None:
                raise InvalidArgument(
                    f"{name} goes with maxima; torques have their sd in a column of that name"
                    if name == "sd"
                    else f"{name} goes with maxima, not with torque_angle"
                )
        return from_torques(person, torque_angle, factors or "groups", model, tendon)
    return from_maxima(
        person,
        maxima,
        factors or "one",
        parameters or {},
        sd,
        spread,
        model,
        Options(frames=frames, inertia=inertia),
        workers,
    )
