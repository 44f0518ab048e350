"""Sagittal drawing of the body, its muscles, loads and supports, seen from the right.

The shapes of limbs are illustrative: capsules between joint centres. Positions of everything else are those of the
result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import is_color_like
from matplotlib.patches import Circle, FancyArrowPatch, Polygon, Rectangle
from matplotlib.patheffects import withStroke

from .._core import Error
from . import palette
from .shapes import capsule, convex_hull, merged, unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..trials.result import Result

#: m, length of a force arrow per newton.
METRES_PER_NEWTON = 1 / 1600

# radii at both ends of each limb, as a fraction of stature (estimated by eye)
LIMBS = (
    ("hip", "knee", 0.047, 0.032),
    ("knee", "ankle", 0.032, 0.020),
)

ARMS = (
    ("shoulder", "elbow", 0.027, 0.021),
    ("elbow", "wrist", 0.021, 0.015),
    ("wrist", "palm", 0.016, 0.018),
)

# half of the visible width of a loop band across a thigh, as a fraction of stature
BAND_REACH = 0.040

SOLE = ("heel_medial", "heel_lateral", "ball_medial", "ball_lateral", "toe_medial", "toe_lateral")


class Stage:
    """The drawable elements of a result, frame by frame."""

    def __init__(self, result: Result):
        data = result.dataset
        self.result = result
        self.time = data["time"].values
        self.frames = len(self.time)
        names = [str(name) for name in data["site"].values]
        points = data["site_position"].transpose("time", "site", "axis").values
        self.sites = {name: points[:, i] for i, name in enumerate(names)}
        scene = result.scene
        self.furniture = scene.get("furniture", [])
        self._paths: dict[int, list[np.ndarray]] = {}
        self.stature = result.subject.height if result.subject is not None else 1.75

        # without the model's file, sites can still be drawn, but not muscles and body-fixed shapes
        try:
            model = result.model
        except (Error, OSError):
            model = None
        self.model = model
        self.right: list[int] = []
        self.bodies: list[str] = []
        if model is not None:
            q = data["position"].transpose("time", "coordinate").values
            self.q = q
            positions = model.positions(q)
            self.bodies = [body.name for body in model.bodies]
            self.origins, self.rotations = positions.bodies, positions.rotations
            self.right = [i for i, m in enumerate(model.muscles) if not m.name.endswith("_l")]
            force = np.array([m.max_isometric_force for m in model.muscles])
            self.widths = 0.8 + 4.2 * np.sqrt(force / force.max())
            order = {str(name): i for i, name in enumerate(data["muscle"].values)}
            columns = [order[m.name] for m in model.muscles]
            self.activation = data["activation"].transpose("time", "muscle").values[:, columns]
        self.loads = [shape for load in scene.get("loads", []) for shape in self._cylinders(load)]
        self.bands = [self._band(band) for band in scene.get("bands", [])]
        self.cables = [
            (self._pulled(cable["name"]), np.asarray(cable["anchor"]))
            for cable in scene.get("cables", [])
        ]
        self.anchors = self._held(scene)
        self.supports = [str(name) for name in data["support"].values] if "support" in data else []
        self.limits = self._limits()

    def _cylinders(self, load: dict[str, Any]) -> list[tuple[np.ndarray, np.ndarray, float, float]]:
        # centre and axis in the world over time, radius and length of each cylinder of a load
        if load["body"] not in self.bodies:
            return []
        i = self.bodies.index(load["body"])
        p, axes = np.asarray(load["position"]), np.asarray(load["axes"])
        shapes = []
        for shape in load["cylinders"]:
            center = axes.T @ np.asarray(shape["center"])
            if load.get("hangs"):  # axes fixed in the world, not in the hand
                world = self.origins[:, i] + self.rotations[:, i] @ p + center
                axis = np.broadcast_to(axes[2], world.shape)
            else:
                world = self.origins[:, i] + self.rotations[:, i] @ (p + center)
                axis = self.rotations[:, i] @ axes[2]
            shapes.append((world, axis, shape["radius"], shape["length"]))
        return shapes

    def _pulled(self, label: str) -> np.ndarray:
        # the point of application of a band's end or a cable over time
        data = self.result.dataset["load_position"]
        return data.sel(load=label).transpose("time", "axis").values

    def _band(
        self, band: dict[str, Any]
    ) -> tuple[list[tuple[np.ndarray, np.ndarray | None]], str, bool]:
        # both ends over time, each with the direction of its limb; colour; whether the band loops around limbs
        ends: list[tuple[np.ndarray, np.ndarray | None]] = []
        for end in band["ends"]:
            label = f"{band['name']}_on_{end['body']}"
            if label in self.result.dataset["load"].values:
                along = None
                if end["body"] in self.bodies:  # OpenSim's limb axes are y
                    along = self.rotations[:, self.bodies.index(end["body"]), :, 1]
                ends.append((self._pulled(label), along))
            else:
                fixed = np.broadcast_to(np.asarray(end["point"], dtype=float), (self.frames, 3))
                ends.append((fixed, None))
        colour = str(band.get("material", "")).split(" ")[-1]
        return ends, colour if is_color_like(colour) else palette.BAND, band.get("strands", 1) > 1

    def _held(self, scene: dict[str, Any]) -> list[tuple[np.ndarray, np.ndarray]]:
        # points held by an anchor over time, and the axes it leaves free
        anchors = scene.get("anchors", [])
        if not anchors:
            return []
        points = self.result.dataset["grip_position"].transpose("time", "grip", "axis")
        return [
            (points.sel(grip=anchor["name"]).values, np.asarray(anchor["strength"]) == 0)
            for anchor in anchors
        ]

    def _limits(self) -> tuple[float, float, float, float]:
        points = np.concatenate([p.reshape(-1, 3) for p in self.sites.values()])
        low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
        low_x, high_x, high_y = low[0], high[0], high[1]
        for center, _, radius, _ in self.loads:
            low_x = min(low_x, np.nanmin(center[:, 0]) - radius)
            high_x = max(high_x, np.nanmax(center[:, 0]) + radius)
            high_y = max(high_y, np.nanmax(center[:, 1]) + radius)
        for _, anchor in self.cables:
            low_x, high_x = min(low_x, anchor[0]), max(high_x, anchor[0])
            high_y = max(high_y, anchor[1])
        for box in self.furniture:
            low_x, high_x = min(low_x, box["lower"][0]), max(high_x, box["upper"][0])
        margin = 0.08 * self.stature
        return low_x - margin, high_x + margin, min(0.0, low[1]) - 0.05, high_y + margin

    def paths(self, frame: int) -> list[np.ndarray]:
        """Points along every muscle at one frame."""
        if self.model is None or not np.isfinite(self.q[frame]).all():
            return []
        if frame not in self._paths:
            self._paths[frame] = self.model.muscle_paths(self.q[frame])
        return self._paths[frame]

    # ---- drawing

    def draw(self, ax: Axes, frame: int, *, forces: bool = True) -> None:
        """Draw one posture on axes that get the stage's limits."""
        x_low, x_high, y_low, y_high = self.limits
        ax.set_xlim(x_low, x_high)
        ax.set_ylim(y_low, y_high)
        ax.set_aspect("equal")
        ax.set_axis_off()
        ax.add_artist(
            Rectangle((x_low, y_low), x_high - x_low, -y_low, facecolor=palette.FLOOR, zorder=0)
        )
        ax.plot([x_low, x_high], [0, 0], color=palette.FLOOR_EDGE, lw=1, zorder=1)
        for box in self.furniture:
            (x0, y0, _), (x1, y1, _) = box["lower"], box["upper"]
            bench = Rectangle((x0, y0), x1 - x0, y1 - y0, **palette.BENCH, lw=1, zorder=1)
            ax.add_artist(bench)
        self._draw_rails(ax, frame)
        self._draw_body(ax, frame)
        self._draw_muscles(ax, frame)
        self._draw_arm(ax, frame, "_r", 6)
        self._draw_bands(ax, frame)
        self._draw_cables(ax, frame)
        self._draw_loads(ax, frame)
        if forces:
            self._draw_forces(ax, frame)

    def _point(self, name: str, frame: int) -> np.ndarray | None:
        values = self.sites.get(name)
        return None if values is None or not np.isfinite(values[frame]).all() else values[frame, :2]

    def _capsule(
        self,
        ax: Axes,
        a: np.ndarray,
        b: np.ndarray,
        ra: float,
        rb: float,
        far: bool,
        z: float,
        alpha: float = 1,
    ) -> None:
        outline = capsule(a, b, ra * self.stature, rb * self.stature)
        skin = palette.FAR_SKIN if far else palette.SKIN
        ax.add_artist(Polygon(outline, **skin, lw=0.8, zorder=z, alpha=alpha))

    def _draw_body(self, ax: Axes, frame: int) -> None:
        if any(self._point(f"{name}_r", frame) is None for name in ("hip", "knee", "ankle")):
            self._draw_sticks(ax, frame)
            return
        self._draw_arm(ax, frame, "_l", 2)
        self._draw_leg(ax, frame, "_l", 2)
        self._draw_trunk(ax, frame)
        self._draw_leg(ax, frame, "_r", 4)

    def _draw_leg(self, ax: Axes, frame: int, side: str, z: float) -> None:
        far = side == "_l"
        for upper, lower, ra, rb in LIMBS:
            a, b = self._point(upper + side, frame), self._point(lower + side, frame)
            if a is not None and b is not None:
                self._capsule(ax, a, b, ra, rb, far, z)
        found = [self._point(name + side, frame) for name in SOLE]
        sole = [point for point in found if point is not None]
        ankle = self._point("ankle" + side, frame)
        if ankle is not None and len(sole) == len(SOLE):
            radius = 0.019 * self.stature
            ring = ankle + radius * np.array(
                [[np.cos(t), np.sin(t)] for t in np.linspace(0, 6.2, 16)]
            )
            # the toes have some thickness
            toes = np.mean(sole[4:], axis=0) + [0, 0.012 * self.stature]
            outline = convex_hull(np.vstack([*sole, ring, toes]))
            skin = palette.FAR_SKIN if far else palette.SKIN
            ax.add_artist(Polygon(outline, **skin, lw=0.8, zorder=z))

    def _draw_arm(self, ax: Axes, frame: int, side: str, z: float) -> None:
        for upper, lower, ra, rb in ARMS:
            a, b = self._point(upper + side, frame), self._point(lower + side, frame)
            if a is not None and b is not None:
                # the near arm is transparent, so that muscles behind it show
                self._capsule(ax, a, b, ra, rb, side == "_l", z, 0.6 if side == "_r" else 1)

    def _draw_trunk(self, ax: Axes, frame: int) -> None:
        def middle(*names: str) -> np.ndarray | None:
            points = [p for name in names if (p := self._point(name, frame)) is not None]
            return np.mean(points, axis=0) if len(points) == len(names) else None

        hips = middle("hip_r", "hip_l")
        chest = middle("scapula_r", "scapula_l", "sternum", "sternum")
        neck = middle("c7", "c7", "sternum")
        crown = self._point("head_vertex", frame)
        if hips is None or chest is None:
            return
        seat = middle("buttock_r", "buttock_l")
        if crown is not None and neck is not None:
            radius = 0.058 * self.stature
            head = crown + radius * unit(neck - crown)
            self._capsule(ax, neck, head, 0.030, 0.034, False, 3)
            ax.add_artist(Circle(tuple(head), radius, **palette.SKIN, lw=0.8, zorder=3))
        outline = [capsule(hips, chest, 0.052 * self.stature, 0.056 * self.stature)]
        if seat is not None:
            inner = seat + 0.042 * self.stature * unit(hips - seat)
            outline.append(capsule(inner, hips, 0.042 * self.stature, 0.05 * self.stature))
        if neck is not None:
            outline.append(capsule(neck, chest, 0.03 * self.stature, 0.056 * self.stature))
        for points in outline:
            ax.add_artist(Polygon(points, **palette.SKIN, lw=1.6, zorder=3))
        for points in outline:
            ax.add_artist(
                Polygon(points, facecolor=palette.SKIN["facecolor"], edgecolor="none", zorder=3.1)
            )

    def _draw_sticks(self, ax: Axes, frame: int) -> None:
        # models without the expected sites: a line from every body to its parent
        if self.model is None:
            for points in self.sites.values():
                ax.plot(*points[frame, :2], ".", color=palette.INK, ms=3)
            return
        lines = [
            (self.origins[frame, i, :2], self.origins[frame, self.bodies.index(body.parent), :2])
            for i, body in enumerate(self.model.bodies)
            if body.parent in self.bodies
        ]
        colour = palette.SKIN["edgecolor"]
        ax.add_artist(LineCollection(lines, colors=colour, linewidths=6, zorder=3))

    def _draw_muscles(self, ax: Axes, frame: int) -> None:
        paths = self.paths(frame)
        if not paths:
            return
        activation = np.nan_to_num(self.activation[frame])
        # most active on top; line widths are relative to axes of 11 cm
        scale = ax.bbox.width / ax.figure.dpi / 4.4
        order = sorted(self.right, key=lambda i: activation[i])
        ax.add_artist(
            LineCollection(
                [paths[i][:, :2] for i in order],
                colors=[palette.ACTIVATION(activation[i]) for i in order],
                linewidths=[scale * self.widths[i] for i in order],
                capstyle="round",
                joinstyle="round",
                zorder=5,
            )
        )

    def _draw_loads(self, ax: Axes, frame: int) -> None:
        # plates: faces behind the person, the near rim in front, so that nothing is hidden
        for center, axis, radius, length in self.loads:
            if not np.isfinite(center[frame]).all():
                continue
            middle = center[frame, :2]
            seen = axis[frame, :2] * length
            if np.linalg.norm(seen) > radius:  # seen from the side, not along its axis
                across = radius * np.array([-1, 1]) * unit(seen)[::-1]
                corners = [seen / 2 + across, -seen / 2 + across]
                outline = middle + np.array([*corners, *(-np.array(corners))])
                ax.add_artist(Polygon(outline, **palette.BAR, lw=0.6, zorder=7))
            elif radius > 0.05:
                ax.add_artist(Circle(tuple(middle), radius, **palette.PLATE, zorder=1.5))
                ax.add_artist(Circle(tuple(middle), radius, **palette.RIM, lw=1.1, zorder=7))
            else:
                ax.add_artist(Circle(tuple(middle), radius, **palette.BAR, lw=0.6, zorder=7))

    def _draw_bands(self, ax: Axes, frame: int) -> None:
        for ends, colour, loop in self.bands:
            points = [p[frame, :2] for p, _ in ends]
            if not np.isfinite(points).all():
                continue
            lines = [np.array(points)]
            for point, (_, along) in zip(points, ends, strict=True):
                if loop and along is not None:  # a loop is drawn across the limb
                    across = np.array([-1, 1]) * unit(along[frame, :2])[::-1]
                    reach = BAND_REACH * self.stature * across
                    lines.append(np.array([point - reach, point + reach]))
            width = ax.bbox.width / ax.figure.dpi  # inches: line widths are relative to the axes
            ax.add_artist(
                LineCollection(
                    lines,
                    colors=colour,
                    linewidths=1.1 * width,
                    capstyle="round",
                    zorder=6.5,
                    path_effects=[withStroke(linewidth=1.1 * width + 1, foreground=palette.INK)],
                )
            )

    def _draw_cables(self, ax: Axes, frame: int) -> None:
        for points, anchor in self.cables:
            if not np.isfinite(points[frame]).all():
                continue
            (x, y), (x0, y0) = points[frame, :2], anchor[:2]
            ax.plot([x, x0], [y, y0], color=palette.CABLE, lw=1.2, zorder=6.5)
            ax.add_artist(Circle((x0, y0), 0.03, **palette.PULLEY, lw=1.1, zorder=6.6))

    def _draw_rails(self, ax: Axes, frame: int) -> None:
        # anchors free along the vertical are drawn as rails, fixed ones as posts
        for points, free in self.anchors:
            x, y = points[frame, :2]
            if not np.isfinite(points[frame]).all():
                continue
            if free[1] and not free[0]:
                ax.plot([x, x], [0, self.limits[3]], color=palette.RAIL, lw=2.5, zorder=1.2)
            else:
                ax.plot(
                    [x, x], [0, y], color=palette.RAIL, lw=4, solid_capstyle="round", zorder=1.2
                )

    def _draw_forces(self, ax: Axes, frame: int) -> None:
        data = self.result.dataset
        if not self.supports:
            return
        forces = data["support_force"].transpose("time", "support", "axis").values[frame]
        points = data["center_of_pressure"].transpose("time", "support", "axis").values[frame]
        for force, point in merged(forces, points):
            tip = point + METRES_PER_NEWTON * force
            style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 11, "lw": 2}
            style |= {"shrinkA": 0, "shrinkB": 0, "color": palette.SUPPORT_FORCE, "zorder": 8}
            ax.add_artist(FancyArrowPatch(tuple(point), tuple(tip), **style))
            ax.annotate(
                f"{np.hypot(*force):.0f} N",
                tuple(tip),
                xytext=(3, 2),
                textcoords="offset points",
                color=palette.SUPPORT_FORCE,
                fontsize=8,
                zorder=9,
                path_effects=[withStroke(linewidth=2.5, foreground=palette.PAPER)],
            )
