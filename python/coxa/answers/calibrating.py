"""Calibration of a person's strength to one-repetition maxima or joint torques."""

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
    """Fit the strength of a person to one-repetition maxima, or to torques of single joints.

    Parameters
    ----------
    subject : Subject, optional
        The person, as far as known; the fitted factors multiply the strength given here.
    maxima : mapping of str to float
        One-repetition maximum, kg, by exercise.
    torque_angle : DataFrame or mapping of columns, instead of `maxima`
        One row per measurement: `joint`, one of "hip_extension", "hip_flexion", "knee_extension",
        "ankle_plantarflexion", "lumbar_extension", "lumbar_flexion"; `angle_deg` of that joint, positive in
        flexion (dorsiflexion of the ankle); `torque`, N m, of one leg, without the weight of the segment.
        Optional: `velocity_deg_s`, positive while the measured muscles shorten (0: isometric); `sd`, N m; and the
        posture of other joints, by default 0: `hip_flexion_deg`, `knee_flexion_deg`, `ankle_dorsiflexion_deg`,
        `lumbar_flexion_deg`. Torques of hip and ankle require the knee angle, those of the knee the hip angle,
        because of biarticular muscles.
    factors : {"one", "groups"} or sequence of str
        "one" fits `Subject.strength` only, the default for maxima. "groups", the default for torques, fits one
        factor per measured set of muscle groups: "hip_extensors", "knee_extensors", "trunk_extensors",
        "hip_flexors", "plantarflexors" or "trunk_flexors"; for maxima the three sets of extensors, and one factor
        for all other muscles and the actuators. Or names of sets or groups.
    parameters : mapping of str to mapping, optional
        Parameter values used in the test, by exercise; by default those of the exercise.
    sd : float or mapping of str to float, optional
        Standard deviation of measured maxima as a fraction of the value, for all or by exercise; by default 0.042,
        the median between two tests (Grgic et al. 2020).
    spread : float, optional
        Coefficient of variation of every factor among people, the prior that holds factors near 1; by default
        that of strength, 0.22, and of a group's strength for its size, 0.16
        (`data/anthropometry/population.toml`, `data/uncertainty/spreads.toml`). With `math.inf` there is no prior,
        and at most as many factors as maxima.
    model : path or Model, optional
        Another model instead of the bundled one.
    frames, inertia
        For lifts, as in `coxa.max_load`.
    tendon : {"rigid", "elastic"}
        For torques, as in `Model.muscle_forces`; lifts are computed with rigid tendons.
    workers : int, optional
        Number of threads; by default all available cores.

    Returns
    -------
    Calibration

    Raises
    ------
    InvalidArgument
        For invalid input, a maximum that no strength from 0.05 to 5 reproduces, or torques that cannot
        distinguish the factors.

    Notes
    -----
    Maxima. With one exercise and one factor, the root: the maximum load increases with strength. Otherwise the
    minimum of sum ((predicted - measured) / (sd measured))^2 + sum (log factor / s)^2 with s^2 = log(1 + spread^2);
    the second sum is over group factors only. Intervals are those of the linearised problem; if the residuals
    exceed their sd, intervals of factors without prior are widened accordingly.

    Torques. The maximum torque of the model is linear in the factors: muscles that turn the joint in the measured
    direction are fully active, all others at their minimum activation, and forces scale with the maximum isometric
    force. Linear least squares, weighted by `sd` if given.
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
