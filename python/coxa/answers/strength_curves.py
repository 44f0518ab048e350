"""Strength of a model over the strength of people: torques, passive torques and moment arms."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import InvalidArgument
from ..base import check
from ..base.doors import picture
from ..base.tables import Table
from ..models import measured
from ..models.actions import ACTIONS, JointAction, joint_angle, muscle_torques, states
from ..models.model import Model, default_model, scale
from ..models.subject import Subject
from .answer import Answer

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

#: What `StrengthCurves.plot` can show.
KINDS = ("torque", "speed", "moment_arms", "passive")

#: Default shortening speeds, deg/s; the first is isometric.
SPEEDS = (0.0, 30.0, 60.0, 90.0, 120.0, 180.0)

#: Step between angles, deg.
STEP = 5.0

#: Passive torques: coordinate, its range, and other joints, deg. The first is a straight-leg raise.
PASSIVE: tuple[tuple[str, tuple[float, float], Mapping[str, float]], ...] = (
    ("hip_flexion", (-10, 90), {"knee_angle": 0}),
    ("hip_flexion", (-10, 110), {"knee_angle": 90}),
    ("knee_angle", (5, 110), {"hip_flexion": 0}),
    ("knee_angle", (5, 110), {"hip_flexion": 70}),
    ("ankle_angle", (-30, 25), {"knee_angle": 0}),
    ("ankle_angle", (-30, 25), {"knee_angle": 80}),
)


@dataclass(frozen=True, eq=False, repr=False)
class StrengthCurves(Answer):
    """Torques of a model's joint actions and moment arms of its muscles, beside those of people.

    Torques are of one leg, or of the trunk, in N m, positive in the direction of the action. Angles are in deg,
    positive in flexion (hip, knee, lumbar), dorsiflexion, adduction and internal rotation; speeds in deg/s, positive
    when the agonists shorten.

    Attributes
    ----------
    torques : DataFrame
        `action`, `angle_deg`, `speed_deg_s`; `torque`, the active torque with all agonists fully activated;
        `passive`, that of the relaxed muscles; `voluntary`, of people of the same sex, age group, mass and height
        (Anderson et al. 2007; NaN for actions or models without); `pooled` and `pooled_sd`, isometric torques of
        adults, over published data sets.
    speeds : DataFrame
        `action`, `speed_deg_s`; `peak`, the greatest torque over all angles; `voluntary`, `pooled` and `pooled_sd`.
    passive : DataFrame
        `coordinate`, `hip_flexion`, `knee_angle`, `ankle_angle` in deg; `torque` of the relaxed muscles, positive as
        the coordinate, and `people` (Riener and Edrich 1999; skin, ligaments and joint capsules included).
    moment_arms : DataFrame
        `muscle`, `coordinate`, `against` and its `angle_deg`; `arm`, the mean of the muscle's parts, weighted by
        their maximum isometric forces; `measured` and `sd`, in m, positive if the muscle increases the angle of
        `coordinate`; `deviation` in SD; `source`, a key of data/sources.toml.
    missing : tuple of str
        Actions and measured muscles that the model lacks.
    """

    _picture = "strength"
    model: str
    subject: Subject | None
    torques: Table
    speeds: Table
    passive: Table
    moment_arms: Table
    missing: tuple[str, ...]

    @property
    def heading(self) -> str:
        who = "unscaled" if self.subject is None else repr(self.subject)
        return f"strength of {self.model}, {who}: all agonists fully active, beside measurements"

    @property
    def footer(self) -> list[str]:
        return [f"not in the model: {', '.join(self.missing)}"] if self.missing else []

    @property
    def summary(self) -> Table:
        """One row per action, isometric: peak torque, and how the curve compares with measured ones.

        `peak` (N m) and its `at_deg`; `voluntary`, mean ratio of the model's torque to that of people of this
        sex, age group, mass and height; `pooled`, ratio to the pooled torques of adults, fitted by least squares; `shape_sd`,
        largest deviation from the pooled curve, in its SD, after division by that ratio.
        """
        found = {}
        for name, rows in self.torques[self.torques["speed_deg_s"] == 0].groupby(
            "action", sort=False
        ):
            peak = rows.loc[rows["torque"].idxmax()]
            people = rows["voluntary"] > 0.3 * rows["voluntary"].max()
            voluntary = (rows["torque"] / rows["voluntary"])[people].mean()
            pooled, shape = _shape(rows.dropna(subset=["pooled"]))
            found[name] = (peak["torque"], peak["angle_deg"], voluntary, pooled, shape)
        columns = ["peak", "at_deg", "voluntary", "pooled", "shape_sd"]
        return Table.from_dict(found, orient="index", columns=columns).rename_axis("action")

    @property
    def arms(self) -> Table:
        """One row per measured series of moment arms: the largest deviation, in SD, and its angle, deg."""
        found = []
        keys = ["muscle", "coordinate", "against", "source"]
        for key, rows in self.moment_arms.groupby(keys, sort=False):
            worst = rows.loc[rows["deviation"].abs().idxmax()]
            found.append(
                (*key, worst["angle_deg"], worst["arm"], worst["measured"], worst["deviation"])
            )
        return Table(found, columns=[*keys, "at_deg", "arm", "measured", "deviation"])

    def shown(self) -> Mapping[str, Table]:
        """The torques by action; the series of moment arms that are beyond one SD."""
        arms = self.arms
        beyond = Table(arms[arms["deviation"].abs() > 1].reset_index(drop=True))
        title = f"moment arms: {len(arms) - len(beyond)} of {len(arms)} measured series within one SD; the others, m"
        return {"isometric torques, N m": self.summary, title: beyond}

    def plot(self, kind: str = "torque") -> Figure:
        """Plot the curves over the measured ones.

        Parameters
        ----------
        kind : {"torque", "speed", "moment_arms", "passive"}
            Isometric torques against the angle; peak torques against speed; moment arms; passive torques.
        """
        return picture(self._picture, self, check.choice("kind", kind, KINDS))

    def to_dict(self) -> dict[str, Any]:
        tables = {"torques": self.torques, "speeds": self.speeds, "passive": self.passive}
        tables["moment_arms"] = self.moment_arms
        return {
            "model": self.model,
            "subject": None if self.subject is None else repr(self.subject),
            **{name: table.to_dict("records") for name, table in tables.items()},
            "missing": list(self.missing),
        }


def _shape(rows: Any) -> tuple[float, float]:
    """Ratio of torque to the pooled one by weighted least squares, and the largest remaining deviation in SD."""
    if rows.empty:
        return float("nan"), float("nan")
    a, b = (rows[name] / rows["pooled_sd"] for name in ("torque", "pooled"))
    k = float((a * b).sum() / (a * a).sum())
    return 1 / k, float((k * a - b).abs().max())


def strength_curves(
    subject: Subject | None = None,
    *,
    model: Model | str | os.PathLike[str] | None = None,
    actions: Sequence[str] | None = None,
    speeds: Sequence[float] = SPEEDS,
    side: str = "r",
    tendon: str = "rigid",
) -> StrengthCurves:
    """Maximum torques of every joint action against angle and speed, and moment arms, beside those of people.

    Parameters
    ----------
    subject : Subject, optional
        The person; by default an untrained young man, or with `model`, that model unscaled.
    model : Model or path, optional
        Another model instead of the bundled one. Coordinates and muscles are found by the names of the bundled model
        and of gait2392; what is not found is listed in `missing`.
    actions : sequence of str, optional
        Joint actions, such as ["hip_extension"]; by default all that the model has.
    speeds : sequence of float
        Shortening speeds, deg/s; 0, isometric, is always included.
    side : {"r", "l"}
    tendon : {"elastic", "rigid"}

    Raises
    ------
    UnknownName
        If there is no such action.
    InvalidArgument
        If the model has no coordinate of any action, or an argument is out of range.

    Examples
    --------
    >>> curves = coxa.strength_curves(coxa.Subject(sex="female", mass=62, height=1.68))
    >>> curves.plot("moment_arms").savefig("arms.png")
    """
    check.choice("side", side, ("r", "l"))
    check.choice("tendon", tendon, ("rigid", "elastic"))
    wanted = _wanted(actions)
    at = sorted({0.0, *(check.number("speed", speed, "deg/s") for speed in speeds)})
    if at[0] < 0:
        raise InvalidArgument(f"speed is {at[0]:g} deg/s; speeds of shortening must be 0 or more")
    body, person = _body(subject, model)
    known = [a for a in wanted if joint_angle(body, a.coordinate, side)]
    if not known:
        raise InvalidArgument(
            f"model {body.name} has none of the coordinates {', '.join(sorted({a.coordinate for a in wanted}))}"
        )
    torques = Table([row for a in known for row in _torque_rows(body, a, at, person, side, tendon)])
    arms, absent = _arm_rows(body, side)
    return StrengthCurves(
        body.name,
        person,
        torques,
        _speed_rows(torques),
        Table(_passive_rows(body, side, tendon)),
        Table(arms, columns=_ARMS),
        tuple([a.name for a in wanted if a not in known] + absent),
    )


def _wanted(actions: Sequence[str] | None) -> list[JointAction]:
    if actions is None:
        return list(ACTIONS.values())
    if isinstance(actions, str) or not isinstance(actions, Sequence) or not actions:
        raise InvalidArgument(f"actions must be a list of joint actions, not {actions!r}")
    for name in actions:
        if name not in ACTIONS:
            raise check.unknown("joint action", name, ACTIONS)
    return [ACTIONS[name] for name in dict.fromkeys(actions)]


def _body(
    subject: Subject | None, model: Model | str | os.PathLike[str] | None
) -> tuple[Model, Subject | None]:
    generic = default_model() if model is None else model
    if not isinstance(generic, Model):
        generic = Model.load(generic)
    person = Subject() if subject is None and model is None else subject
    return (generic if person is None else scale(generic, person)), person


# ---- tables


def _angles(body: Model, coordinate: str, side: str, span: tuple[float, float]) -> np.ndarray:
    """Angles within a span, as far as the model goes, deg."""
    joint = joint_angle(body, coordinate, side)
    assert joint is not None  # the caller has asked
    low, high = max(span[0], joint.least), min(span[1], joint.greatest)
    return np.arange(np.ceil(low / STEP), np.floor(high / STEP) + 1) * STEP


def _torque_rows(
    body: Model,
    action: JointAction,
    speeds: Sequence[float],
    person: Subject | None,
    side: str,
    tendon: str,
) -> Iterator[dict[str, Any]]:
    angles = _angles(body, action.coordinate, side, action.span)
    # joints that the model lacks need not be held
    held = {name: x for name, x in action.posture.items() if joint_angle(body, name, side)}
    pool = measured.pooled_torque(action.name, "isometric")
    for speed in speeds:
        found = muscle_torques(body, action, angles, speed, posture=held, side=side, tendon=tendon)
        people = None if person is None else measured.voluntary_torque(
            action.name, person.sex, angles, speed,
            mass=person.mass, height=person.height, age=person.age,
        )  # fmt: skip
        for i, angle in enumerate(angles):
            pooled, sd = pool.at(angle) if pool and speed == 0 else (np.nan, np.nan)
            yield {
                "action": action.name,
                "angle_deg": float(angle),
                "speed_deg_s": speed,
                "torque": float(found.active[i].sum()),
                "passive": float(found.passive[i].sum()),
                "voluntary": np.nan if people is None else float(people[i]),
                "pooled": pooled,
                "pooled_sd": sd,
            }


def _speed_rows(torques: Table) -> Table:
    """Greatest torques over all angles, by action and speed."""
    rows = torques.groupby(["action", "speed_deg_s"], sort=False)[["torque", "voluntary"]].max()
    found = rows.reset_index().rename(columns={"torque": "peak"})
    pooled = []
    for action, speed in zip(found["action"], found["speed_deg_s"], strict=True):
        pool = measured.pooled_torque(action, "isokinetic")
        pooled.append(pool.at(speed, below=0) if pool else (np.nan, np.nan))
    torque, sd = zip(*pooled, strict=True)
    return Table(found.assign(pooled=torque, pooled_sd=sd))


def _passive_rows(body: Model, side: str, tendon: str) -> Iterator[dict[str, Any]]:
    for coordinate, span, others in PASSIVE:
        joint = joint_angle(body, coordinate, side)
        if joint is None or any(joint_angle(body, name, side) is None for name in others):
            continue
        degrees = _angles(body, coordinate, side, span)
        posture: dict[str, ArrayLike] = {**others, coordinate: degrees}
        q = states(body, posture, side)
        arms = joint.sign * body.moment_arms(q)[:, :, joint.column]
        torque = (arms * body.muscle_forces(q, np.zeros_like(q), 0.0, tendon)).sum(axis=1)
        people = measured.passive_torque(coordinate, posture)
        for i, angle in enumerate(degrees):
            at = dict.fromkeys(("hip_flexion", "knee_angle", "ankle_angle"), 0.0) | dict(others)
            yield {
                "coordinate": coordinate,
                **(at | {coordinate: float(angle)}),
                "torque": float(torque[i]),
                "people": np.nan if people is None else float(people[i]),
            }


_ARMS = "muscle coordinate against angle_deg arm measured sd deviation source".split()


def _arm_rows(body: Model, side: str) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Rows of the moment arms, and the muscles that the model lacks."""
    names = [muscle.name for muscle in body.muscles]
    force = np.array([muscle.max_isometric_force for muscle in body.muscles])
    rows: list[tuple[Any, ...]] = []
    absent: dict[str, None] = {}
    for series in measured.moment_arms():
        parts = measured.parts_of(series.muscle, names, side)
        about, against = (joint_angle(body, n, side) for n in (series.coordinate, series.against))
        if not parts or about is None or against is None:
            absent.setdefault(series.muscle)
            continue
        inside = (series.angle >= against.least) & (series.angle <= against.greatest)
        angle = series.angle[inside]
        q = states(body, {series.against: angle}, side)
        each = about.sign * body.moment_arms(q)[:, parts, about.column]
        arm = each @ force[parts] / force[parts].sum()
        for row in zip(angle, arm, series.arm[inside], series.sd[inside], strict=True):
            x, mine, theirs, sd = map(float, row)
            rows.append(
                (
                    series.muscle,
                    series.coordinate,
                    series.against,
                    x,
                    mine,
                    theirs,
                    sd,
                    (mine - theirs) / sd,
                    series.source,
                )
            )
    return rows, list(absent)
