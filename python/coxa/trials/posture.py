"""Geometry of a trial for coaching cues: feet, trunk and load over time, and contacts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..base.constants import GRAVITY
from .recorded import NotApplicable, Recorded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SIDES = {"right": "_r", "left": "_l"}

UP = np.array([0.0, 1.0, 0.0])

#: N, usual contact threshold of force plates.
CONTACT = 20.0

#: m, contacts farther than this from every segment are not assigned to any.
REACH = 0.20

#: m above the soles; a support of the back below this counts as the floor.
FLOOR_BAND = 0.10

#: rad, a sole inclined more than this is not flat on level ground; heels raised by 12 cm incline it less.
STEEP = np.radians(40)

#: A lift whose knee excursion is below this fraction of the hip excursion is a hinge, not a squat.
HINGE_SHARE = 0.5

#: rad, a knee flexed less than this stays close to the hip-ankle line whatever its direction.
BENT = np.radians(30)

#: A leg is working if its hip excursion and mean extension moment are at least this fraction of the other's.
WORKING_SHARE = 0.5

#: rad, without path and phase: frames whose hip is within this of its greatest extension are the top.
NEAR_TOP = np.radians(2)


@dataclass
class Foot:
    """A foot in contact: its sole and centre of pressure over time, [time, 3] m."""

    side: str
    heel: Array
    ball: Array
    balls: tuple[Array, Array]  # medial, lateral
    toe: Array
    pressure: Array
    loaded: NDArray[np.bool_]
    level: NDArray[np.bool_]  # the sole is no steeper than a lifted heel makes it
    behind: bool = False  # behind the other by more than its length: it stands on its ball

    @cached_property
    def ahead(self) -> Array:
        """Unit vectors along the sole, projected on the horizontal, [time, 3]."""
        return unit(level(self.ball - self.heel))

    @property
    def length(self) -> float:
        """Distance from heel to great toe, m."""
        return float(np.nanmedian(np.einsum("tx,tx->t", self.toe - self.heel, self.ahead)))

    @property
    def tip(self) -> Array:
        """The point on the axis of the sole at the level of the great toe, [time, 3] m."""
        return self.heel + self.length * self.ahead


class Reading(Recorded):
    """Legs, contacts, feet and loads of a trial; raises `NotApplicable` where data are missing."""

    # ---- ends of the path

    def _extreme(self, top: bool) -> NDArray[np.bool_]:
        # frames at one end of the path; without a path, of greatest hip extension or flexion
        found = np.zeros(self.frames, dtype=bool)
        if "path" in self.result:
            values, margin = self._variable("path").astype(float), 1e-6
        else:
            values, margin = -self.hip_flexion[:, self._columns].mean(axis=1), NEAR_TOP
        if not top:
            values = -values
        for number in np.unique(self.repetition):
            here = (self.repetition == number) & np.isfinite(values)
            if here.any():
                found |= here & (values >= values[here].max() - margin)
        return found

    @cached_property
    def top(self) -> NDArray[np.bool_]:
        return self._extreme(True)

    @cached_property
    def bottom(self) -> NDArray[np.bool_]:
        return self._extreme(False)

    # ---- legs

    @cached_property
    def hip_flexion(self) -> Array:
        """Flexion of both hips, [time, side] rad."""
        return np.column_stack([self.coordinate(f"hip_flexion{s}") for s in SIDES.values()])

    @cached_property
    def working(self) -> list[str]:
        """Sides whose hip moves in the repetition and carries an extension moment."""
        bent = self.hip_flexion[np.isfinite(self.hip_flexion).all(axis=1)]
        if not len(bent):
            return list(SIDES)
        travel = np.ptp(bent, axis=0)
        works = travel >= WORKING_SHARE * travel.max()
        moment = self.optional(lambda: self._variable("hip_extension_moment", "time", "side"))
        if moment is not None and np.isfinite(moment).any():
            mean = np.nanmean(np.maximum(moment, 0), axis=0)
            # sides are in the order of the file
            order = self._names("side")
            mean = np.array([mean[order.index(side)] for side in SIDES])
            works &= mean >= WORKING_SHARE * mean.max()
        return [side for side, yes in zip(SIDES, works, strict=True) if yes] or list(SIDES)

    @property
    def _columns(self) -> list[int]:
        return [list(SIDES).index(side) for side in self.working]

    # ---- contacts

    def _parts(self) -> dict[str, tuple[Array, Array]]:
        # segments that contacts are assigned to: both end points, [time, 3]
        parts: dict[str, tuple[Array, Array]] = {}

        def add(name: str, a: Array | None, b: Array | None) -> None:
            if a is not None and b is not None:
                parts[name] = (a, b)

        for side, s in SIDES.items():
            names = ("knee", "ankle", "hip_crease", "palm", "elbow", "buttock")
            at = {name: self.optional(self.site, f"{name}{s}") for name in names}
            heel = self.optional(self.site, f"heel_medial{s}", f"heel_lateral{s}")
            toe = self.optional(self.site, f"toe_medial{s}", f"toe_lateral{s}")
            shank = self.optional(self.site, f"knee{s}", f"ankle{s}")
            thigh = self.optional(self.site, f"knee{s}", f"hip{s}")
            add(f"{side} foot", heel, toe)
            add(f"{side} knee", at["knee"], at["knee"])
            add(f"{side} shank", at["ankle"], shank)
            add(f"{side} thigh", at["hip_crease"], thigh)
            add(f"{side} arm", at["palm"], at["elbow"])
            add(f"{side} buttock", at["buttock"], at["buttock"])
        blades = self.optional(self.both, "scapula")
        neck, seat = self.optional(self.site, "c7"), self.optional(self.both, "buttock")
        add("back", neck, blades)
        if blades is not None and seat is not None:
            add("back, lower", blades, blades + 0.6 * (seat - blades))
        crown = self.optional(self.site, "head_vertex")
        add("head", crown, crown)
        return parts

    @cached_property
    def contacts(self) -> dict[str, list[int]]:
        """Indices of loaded supports by the body part nearest to their centre of pressure."""
        if "support_force" not in self.result or not self._names("support"):
            return {}
        force, pressure = self.support_force, self.pressure
        parts = self._parts()
        found: dict[str, list[int]] = {}
        for k in range(force.shape[1]):
            size = np.linalg.norm(force[:, k], axis=1)
            here = (size > CONTACT) & np.isfinite(pressure[:, k]).all(axis=1)
            if not here.any():
                continue
            distances = {
                name: float(np.median(distance(pressure[here, k], a[here], b[here])))
                for name, (a, b) in parts.items()
                if np.isfinite(a[here]).all() and np.isfinite(b[here]).all()
            }
            if distances and min(distances.values()) < REACH:
                name = min(distances, key=lambda part: distances[part])
                found.setdefault(name.removesuffix(", lower"), []).append(k)
        return found

    @cached_property
    def support_force(self) -> Array:
        return self._variable("support_force", "time", "support", "axis")

    @cached_property
    def pressure(self) -> Array:
        return self._variable("center_of_pressure", "time", "support", "axis")

    def _joined(self, supports: list[int]) -> tuple[Array, NDArray[np.bool_]]:
        # force-weighted mean centre of pressure of several supports, and whether any of them is loaded
        size = np.linalg.norm(self.support_force[:, supports], axis=2)
        carried = np.nansum(size, axis=1)
        loaded = carried > CONTACT
        point = np.full((self.frames, 3), np.nan)
        moments = np.nansum(size[..., None] * self.pressure[:, supports], axis=1)
        point[loaded] = moments[loaded] / carried[loaded, None]
        # frames without force data take the state of the nearest frame that has some
        known = np.flatnonzero(np.isfinite(size).any(axis=1))
        nearest = known[np.abs(np.arange(self.frames)[:, None] - known).argmin(axis=1)]
        return point, loaded[nearest]

    @cached_property
    def back(self) -> Array | None:
        """Centre of pressure under the back, [time, 3] m; None if the back is not supported."""
        return self._joined(self.contacts["back"])[0] if "back" in self.contacts else None

    @cached_property
    def feet(self) -> list[Foot]:
        """Feet that are in contact at any time."""
        feet = []
        for side, s in SIDES.items():
            supports = self.contacts.get(f"{side} foot", [])
            if "support_force" in self.result and not supports:
                continue
            heel = self.optional(self.site, f"heel_medial{s}", f"heel_lateral{s}")
            toe = self.optional(self.site, f"toe_medial{s}")
            balls = [self.optional(self.site, f"ball_{part}{s}") for part in ("medial", "lateral")]
            if heel is None or toe is None or balls[0] is None or balls[1] is None:
                continue
            if supports:
                pressure, loaded = self._joined(supports)
            else:
                # without force plates: a foot counts as loaded while near the lowest level of the soles
                low = np.minimum(heel[:, 1], balls[0][:, 1])
                pressure = np.full((self.frames, 3), np.nan)
                loaded = low < np.nanmin(self.both("heel_medial")[:, 1]) + 0.03
            normal = np.cross(balls[0] - heel, balls[1] - heel)
            steep = np.arccos(np.clip(np.abs(unit(normal)[:, 1]), 0, 1)) > STEEP
            ball = (balls[0] + balls[1]) / 2
            feet.append(
                Foot(side, heel, ball, (balls[0], balls[1]), toe, pressure, loaded, loaded & ~steep)
            )
        self._mark_behind(feet)
        return feet

    def _mark_behind(self, feet: list[Foot]) -> None:
        # defined for standing only: when lying, one foot may simply be nearer to the bench
        if len(feet) < 2 or "back" in self.contacts:
            return
        # from the direction the pelvis faces, as a foot on its instep points backwards
        facing = unit(level(np.cross(UP, self.site("hip_r") - self.site("hip_l"))))
        for foot, other in (feet, feet[::-1]):
            lead = np.einsum("tx,tx->t", foot.ball - other.ball, facing)
            foot.behind = bool(np.nanmin(lead[foot.loaded], initial=0) < -foot.length)

    def flat_feet(self) -> list[Foot]:
        """Feet expected to be flat on level ground; `NotApplicable` if there are none."""
        if not self.feet:
            raise NotApplicable("no foot stands on anything")
        level = [foot for foot in self.feet if foot.level.any()]
        if not level:
            raise NotApplicable("no sole is on level ground")
        flat = [foot for foot in level if not foot.behind]
        if not flat:
            raise NotApplicable("the foot stands behind the other, on its ball")
        return flat

    @cached_property
    def ground(self) -> float:
        """Height of the surface under the lowest foot, m; 0 if no foot is in contact."""
        under = [k for part, k_s in self.contacts.items() if part.endswith("foot") for k in k_s]
        heights = [float(np.nanmedian(self.pressure[:, k, 1])) for k in under]
        if not heights:
            heights = [float(np.nanmin(f.ball[f.loaded, 1])) for f in self.feet if f.loaded.any()]
        return min(heights, default=0.0)

    def lying(self) -> Array:
        """Centre of pressure under the back, [time, 3] m; `NotApplicable` if there is none."""
        if self.back is None:
            raise NotApplicable("nothing supports the back")
        return self.back

    def on_a_bench(self) -> Array:
        """Centre of pressure under a back on a raised support; `NotApplicable` otherwise."""
        back = self.lying()
        if not self.raised(back):
            raise NotApplicable("the back rests on the floor, not on a bench")
        return back

    def raised(self, back: Array) -> bool:
        """Whether the support of the back is higher than that of the feet."""
        return float(np.nanmedian(back[:, 1])) - self.ground >= FLOOR_BAND

    def on_the_feet(self) -> list[Foot]:
        """The feet, if nothing else supports the body; `NotApplicable` otherwise."""
        others = [part for part in self.contacts if not part.endswith("foot")]
        if others:
            raise NotApplicable(f"not on the feet alone: {', '.join(others)} supported")
        if not self.feet:
            raise NotApplicable("no foot stands on anything")
        return self.feet

    def side_by_side(self) -> list[Foot]:
        """Both feet, side by side, if nothing else supports the body; `NotApplicable` otherwise."""
        feet = self.on_the_feet()
        if any(foot.behind for foot in feet) or len(feet) < 2:
            raise NotApplicable("the feet do not stand side by side")
        return feet

    def ahead_of(self, ends: Callable[[Foot], tuple[Array, Array]], point: Array) -> Array:
        """Distance of a point ahead of the mean of two places of each foot, [time] % of foot length."""
        feet = self.side_by_side()
        # with toes out, each foot points sideways; their mean direction points ahead
        middle = np.mean([place for foot in feet for place in ends(foot)], axis=0)
        ahead = unit(feet[0].ahead + feet[1].ahead)
        length = np.mean([foot.length for foot in feet])
        return 100 * np.einsum("tx,tx->t", point - middle, ahead) / length

    # ---- loads

    @property
    def mass_center(self) -> Array:
        """Centre of mass of body and loads, [time, 3] m."""
        return self._variable("center_of_mass", "time", "axis")

    @property
    def body_mass(self) -> float:
        """Body mass, kg; from the support forces if the trial does not record it."""
        mass = self.result.dataset.attrs.get("total_mass")
        if mass is not None:
            return float(mass)
        carried = np.nanmean(self.support_force[:, :, 1].sum(axis=1)) / GRAVITY
        return float(carried) - sum(self.masses.values())

    def load(self) -> Array:
        """Centre of mass of all carried loads, [time, 3] m."""
        names, masses = self._names("load"), self.masses
        carried = [i for i, name in enumerate(names) if masses.get(name, 0) > 0]
        if not carried:
            raise NotApplicable("no weight is carried")
        points = self._variable("load_position", "time", "load", "axis")[:, carried]
        weights = np.array([masses[names[i]] for i in carried])
        return np.einsum("tlx,l->tx", points, weights) / weights.sum()

    def hangs(self, load: Array) -> bool:
        """Whether a load is below the knees at the bottom."""
        return bool(np.nanmedian((load - self.both("knee"))[self.bottom, 1]) < 0)

    @cached_property
    def masses(self) -> dict[str, float]:
        """Mass of each load, kg; from its mean vertical force if the trial does not record it."""
        found = {str(load["name"]): float(load.get("mass", 0)) for load in self._scene("loads")}
        names = self._names("load")
        if not found and names and "load_force" in self.result:
            down = -self._variable("load_force", "time", "load", "axis")[:, :, 1]
            found = dict(zip(names, np.maximum(np.nanmean(down, axis=0) / GRAVITY, 0), strict=True))
        return found

    def plates(self) -> dict[str, Array]:
        """Height of the lowest point of each load with plates, by name, [time] m."""
        names, found = self._names("load"), {}
        for load in self._scene("loads"):
            radii = [shape["radius"] for shape in load.get("cylinders", [])]
            if radii and load["name"] in names:
                points = self._variable("load_position", "time", "load", "axis")
                found[str(load["name"])] = points[:, names.index(load["name"]), 1] - max(radii)
        return found


def unit(v: Array) -> Array:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12)


def level(v: Array) -> Array:
    return v * [1.0, 0.0, 1.0]


def inclination(a: Array, b: Array) -> Array:
    """Inclination of the line from a to b above the horizontal, deg."""
    d = b - a
    return np.degrees(np.arctan2(d[:, 1], np.linalg.norm(level(d), axis=1)))


def distance(p: Array, a: Array, b: Array) -> Array:
    """Distance of points from line segments, m."""
    d = b - a
    length2 = np.maximum(np.einsum("tx,tx->t", d, d), 1e-12)
    along = np.clip(np.einsum("tx,tx->t", p - a, d) / length2, 0, 1)
    return np.linalg.norm(p - a - along[:, None] * d, axis=1)
