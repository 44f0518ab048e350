"""Published strength: voluntary torques, passive torques and moment arms of people (data/strength)."""

from __future__ import annotations

import csv
import fnmatch
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..base.constants import GRAVITY
from ..base.resources import DATA
from ..base.toml_file import bundled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Array = NDArray[np.float64]


@lru_cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a table of data/strength."""
    with (DATA / "strength" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


# ---- voluntary torques


def voluntary_torque(
    action: str,
    sex: str,
    angle: ArrayLike,
    speed: float = 0.0,
    *,
    mass: float,
    height: float,
    age: float | None = None,
) -> Array | None:
    """Maximum voluntary torque of people of an age group, N m, without its passive part.

    Equations 3 and 4 of Anderson et al. (2007)

        T = c1 m g h cos(c2 (angle - c3)) (2 c4 c5 + w (c5 - 3 c4)) / (2 c4 c5 + w (2 c5 - 4 c4))

    with angles in rad. The cosine was fitted where people were tested and is cut off at 0.

    Parameters
    ----------
    angle : array_like
        deg, flexion (hip, knee) or dorsiflexion positive.
    speed : float
        Shortening speed w, deg/s, 0 or positive.
    age : float, optional
        Years; selects the nearest of the groups of 18 to 25 (the default), 55 to 65, and over 65 years.

    Returns
    -------
    ndarray or None
        None for an action that the authors did not test.
    """
    found = [r for r in rows("voluntary_torque") if (r["action"], r["sex"]) == (action, sex)]
    if not found:
        return None
    # nearest edge of a group
    years = 18.0 if age is None else age
    row = min(
        found, key=lambda r: max(float(r["youngest"]) - years, years - float(r["oldest"] or 99), 0)
    )
    c1, c2, c3, c4, c5 = (float(row[f"c{i}"]) for i in range(1, 6))
    w = math.radians(speed)
    slower = (2 * c4 * c5 + w * (c5 - 3 * c4)) / (2 * c4 * c5 + w * (2 * c5 - 4 * c4))
    shape = np.cos(c2 * (np.radians(angle) - c3))
    return np.maximum(c1 * mass * GRAVITY * height * shape * slower, 0.0)


@dataclass(frozen=True)
class Pooled:
    """Torques pooled over published data sets: N m, adults of both sexes together."""

    x: Array  # angle, deg (isometric), or shortening speed, deg/s (isokinetic)
    torque: Array
    sd: Array
    datasets: int
    source: str

    def at(self, x: float, below: float = 1.0) -> tuple[float, float]:
        """Torque and SD, NaN beyond the data by more than `below`, or 1 above."""
        if not self.x[0] - below <= x <= self.x[-1] + 1:
            return math.nan, math.nan
        return float(np.interp(x, self.x, self.torque)), float(np.interp(x, self.x, self.sd))


def pooled_torque(action: str, test: str) -> Pooled | None:
    """Pooled torques of an action against angle ("isometric") or speed ("isokinetic"), sorted by it; None without data."""
    isometric = test == "isometric"
    found = [
        r
        for r in rows("pooled_torque")
        if r["action"] == action and (r["angle_deg"] != "") == isometric
    ]
    if not found:
        return None
    column = "angle_deg" if isometric else "speed_deg_s"
    found.sort(key=lambda r: float(r[column]))
    x, torque, sd = (np.array([float(r[name]) for r in found]) for name in (column, "torque", "sd"))
    return Pooled(x, torque, sd, int(found[0]["datasets"]), found[0]["source"])


# ---- passive torques


def passive_torque(coordinate: str, angles: Mapping[str, ArrayLike]) -> Array | None:
    """Torque of the relaxed leg about a joint, N m, positive in flexion or dorsiflexion (Riener and Edrich 1999, eq. 1-3).

    Parameters
    ----------
    coordinate : {"hip_flexion", "knee_angle", "ankle_angle"}
    angles : mapping of str to array_like
        deg, flexion and dorsiflexion positive; joints not named are at 0.

    Returns
    -------
    ndarray or None
        None for a coordinate that the authors did not test.
    """
    found = bundled("strength/passive_torque.toml").get(coordinate)
    if found is None:
        return None
    joints = {"hip": "hip_flexion", "knee": "knee_angle", "ankle": "ankle_angle"}
    at = {joint: np.asarray(angles.get(name, 0.0), float) for joint, name in joints.items()}
    torque = np.asarray(found["offset"], float)
    for term in found["terms"]:
        exponent = term["constant"] + sum(term[joint] * angle for joint, angle in at.items())
        torque = torque + term["sign"] * np.exp(exponent)
    return torque


# ---- moment arms


@dataclass(frozen=True)
class MomentArm:
    """Moment arms of one muscle about one coordinate, measured against the angle of one joint."""

    muscle: str
    coordinate: str
    against: str
    angle: Array  # deg, positive as in `actions.JOINT_ANGLES`
    arm: Array  # m, positive if the muscle increases the angle of `coordinate`
    sd: Array  # m; `LEAST_SD` where the authors give none, or less than the figures can be read
    source: str


#: m; figures were read to 1 to 2 mm
LEAST_SD = 0.002


@lru_cache
def moment_arms() -> tuple[MomentArm, ...]:
    """All measured moment arms."""
    series: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows("moment_arms"):
        key = (row["muscle"], row["coordinate"], row["against"], row["source"])
        series.setdefault(key, []).append(row)
    found = []
    for (muscle, coordinate, against, source), points in series.items():
        points.sort(key=lambda r: float(r["angle_deg"]))
        angle, arm, sd = (
            np.array([float(r[name] or 0) for r in points])
            for name in ("angle_deg", "arm_mm", "sd_mm")
        )
        found.append(
            MomentArm(
                muscle,
                coordinate,
                against,
                angle,
                arm / 1000,
                np.maximum(sd / 1000, LEAST_SD),
                source,
            )
        )
    return tuple(found)


def parts_of(muscle: str, names: Sequence[str], side: str) -> list[int]:
    """Indices of the model's muscles that a measured muscle consists of, on one side; empty if the model has none."""
    patterns = next(r["names"] for r in rows("muscles") if r["muscle"] == muscle).split()
    return [
        i
        for i, name in enumerate(names)
        if name.endswith(f"_{side}") and any(fnmatch.fnmatch(name, p) for p in patterns)
    ]
