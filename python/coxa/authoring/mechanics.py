"""Mechanical laws checked on a trial: constraints, balance of momentum, centre of pressure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .. import _core
from ..models.model import Model
from ..models.subject import Subject
from .rules import BALANCE, HELD, STENCIL, Finding, Trial, attempt


def _points(model: Model, trial: Trial, points: Sequence[dict[str, Any]]) -> np.ndarray:
    """World positions of points fixed to bodies, m, (frames, points, 3), from the result's coordinates."""
    at = model.positions(trial["position"])
    names = [body.name for body in model.bodies]
    found = []
    for point in points:
        body = names.index(point["body"])
        found.append(at.bodies[:, body] + at.rotations[:, body] @ np.asarray(point["point"]))
    return np.stack(found, axis=1)


def _touching(trial: Trial, support: _core.Support) -> np.ndarray:
    """Mask [frames]: where a support is in contact, by the part of `path` in the scenario."""
    path = trial["path"]
    return (path >= support.path_from) & (path <= support.path_to)


def check_constraints(model: Model, trial: Trial) -> Finding:
    """Support points, grips and anchors do not move relative to what holds them."""
    worst, where = float(trial.attributes["constraint_error"]), "the solver's own"

    def note(moved: float, what: str) -> None:
        nonlocal worst, where
        if not moved <= worst:
            worst, where = moved, what

    for support in trial.scenario.supports:
        frames = _touching(trial, support)
        drawn = next(d for d in trial.scene["supports"] if d["name"] == support.name)
        if not frames.any():
            continue
        places = _points(model, trial, drawn["points"])[frames]
        normal = np.asarray(support.normal)
        note(
            float(np.ptp(places @ normal, axis=0).max()), f"support {support.name}, off its surface"
        )
        if support.friction > 0:
            # a support with friction sticks; only a frictionless one may slide
            note(
                float(np.ptp(places, axis=0).max()),
                f"support {support.name}, along its surface",
            )
    for grip in trial.scene["grips"]:
        hand = {"body": grip["body"], "point": grip["point"]}
        load = {"body": grip["load_body"], "point": grip["load_point"]}
        pair = _points(model, trial, [hand, load])
        note(float(np.abs(pair[:, 0] - pair[:, 1]).max()), f"grip {grip['name']}")
    for anchor in trial.scene.get("anchors", ()):
        held = np.asarray(anchor["strength"]) > 0
        place = _points(model, trial, [anchor["end"]])[:, 0, held]
        note(float(np.ptp(place, axis=0).max(initial=0.0)), f"anchor {anchor['name']}")
    return Finding(
        "constraints",
        worst < HELD,
        f"{worst:.1e} m ({where})",
        f"nothing held moves {HELD:g} m; only a support without friction slides",
    )


def check_balance(model: Model, name: str, trial: Trial, person: Subject) -> Iterator[Finding]:
    """External forces equal the rate of momentum, computed from the result's arrays alone."""
    missing = _missing(model, trial)
    if max(missing[0], missing[1] / person.height) > BALANCE:
        # the differences may be too coarse for this movement: repeat with half the step
        finer = attempt(model, name, {}, frames=2 * len(trial["time"]) - 1)
        if finer.ok:
            missing = _missing(model, finer)
    yield _balanced(
        "forces balance",
        missing[0],
        "of the weight",
        "supports + loads + weight = rate of momentum",
    )
    yield _balanced(
        "moments balance",
        missing[1] / person.height,
        "of weight times stature",
        "moments about the centre of mass = rate of angular momentum",
    )


def _balanced(rule: str, missing: float, of: str, law: str) -> Finding:
    if math.isnan(missing):
        return Finding(rule, True, "no frame without reserves to check", law)
    return Finding(rule, missing <= BALANCE, f"{missing:.1e} {of}", f"{BALANCE:g}: {law}")


def _missing(model: Model, trial: Trial) -> tuple[float, float]:
    scene = trial.scene
    gravity = np.asarray(model._core.gravity)
    mass = model.total_mass + sum(load["mass"] for load in scene["loads"])
    weight = mass * float(np.linalg.norm(gravity))
    center = trial["center_of_mass"]

    force = trial["support_force"].sum(axis=1)
    arm = trial["support_origin"][None] - center[:, None]
    moment = (trial["support_moment"] + np.cross(arm, trial["support_force"])).sum(axis=1)
    # other external forces: cables, bands with one end on a body, anchors; all else is internal
    for pull in _pulls_of_world(trial):
        index = trial.label("load", pull)
        force = force + trial["load_force"][:, index]
        arm = trial["load_position"][:, index] - center
        moment = moment + trial["load_moment"][:, index]
        moment = moment + np.cross(arm, trial["load_force"][:, index])
    for anchor in scene.get("anchors", ()):
        index = trial.label("grip", anchor["name"])
        force = force + trial["grip_force"][:, index]
        arm = trial["grip_position"][:, index] - center
        moment = moment + np.cross(arm, trial["grip_force"][:, index])

    rate = _rate(trial, np.hstack([trial["linear_momentum"], trial["angular_momentum"]]))
    # reserves are not physical forces; `check_status` reports those frames
    known = ~np.isnan(rate[:, 0]) & (trial["status"] & 3 == 0)
    if not known.any():
        # reserves throughout: nothing to check (NaN); phases too short to differentiate: a failure (inf)
        lost = math.nan if (trial["status"] & 3 != 0).all() else math.inf
        return lost, lost
    lost = force + mass * gravity - rate[:, :3]
    turned = moment - rate[:, 3:]
    return tuple(
        float(np.nan_to_num(np.abs(x[known]), nan=np.inf).max()) / weight for x in (lost, turned)
    )


def _pulls_of_world(trial: Trial) -> list[str]:
    names = [cable["name"] for cable in trial.scene.get("cables", ())]
    labels = list(trial["load"])
    for band in trial.scene.get("bands", ()):
        ends = [f"{band['name']}_on_{end['body']}" for end in band["ends"]]
        found = [end for end in ends if end in labels]
        names += found if len(found) == 1 else []
    return names


def _rate(trial: Trial, values: np.ndarray) -> np.ndarray:
    """Time derivative within each phase, where the motion is smooth; NaN in phases shorter than the stencil."""
    time = trial["time"]
    rate = np.full_like(values, np.nan)
    labels = trial["phase"] + 10 * trial["repetition"]
    edges = np.flatnonzero(np.diff(labels)) + 1
    for first, last in zip([0, *edges], [*edges, len(time)], strict=True):
        if last - first < STENCIL:
            continue
        for k in range(first, last):
            start = min(max(k - STENCIL // 2, first), last - STENCIL)
            part = slice(start, start + STENCIL)
            rate[k] = _weights(k - start, time[1] - time[0]) @ values[part]
    return rate


_weights_of: dict[int, Any] = {}


def _weights(at: int, step: float) -> np.ndarray:
    """First-derivative weights of `STENCIL` equally spaced values, at the one with index `at`."""
    if at not in _weights_of:
        x = np.arange(STENCIL) - float(at)
        right = np.zeros(STENCIL)
        right[1] = 1.0
        _weights_of[at] = np.linalg.solve(np.vander(x, increasing=True).T, right)
    return _weights_of[at] / step


def check_pressure(model: Model, trial: Trial) -> Finding:
    """The centre of pressure of each support, from its force and moment, lies within its base."""
    worst, where = -math.inf, "nothing presses"
    for support in trial.scenario.supports:
        s = trial.label("support", support.name)
        drawn = next(d for d in trial.scene["supports"] if d["name"] == support.name)
        normal = np.asarray(support.normal)
        across = np.cross(normal, [0.0, 0.0, 1.0] if abs(normal[2]) < 0.9 else [1.0, 0.0, 0.0])
        across /= np.linalg.norm(across)
        plane = np.stack([across, np.cross(normal, across)])
        points = _points(model, trial, drawn["points"])
        origin, force = trial["support_origin"][s], trial["support_force"][:, s]
        moment = trial["support_moment"][:, s]
        pressing = force @ normal
        # tiny forces have no meaningful centre of pressure: equations are met to 1e-10 of the largest
        for k in np.flatnonzero(pressing > 1e-6 * pressing.max(initial=0.0))[::5]:
            # the point of the plane through the centroid about which the force has no tilting moment
            center = points[k].mean(axis=0)
            about = moment[k] - np.cross(center - origin, force[k])
            place = plane @ np.cross(normal, about) / pressing[k]
            corners = (points[k] - center) @ plane.T
            # friction shifts it by up to this much, as the points are not exactly in that plane
            rise = np.abs((points[k] - center) @ normal).max()
            slide = np.linalg.norm(force[k] - pressing[k] * normal) / pressing[k]
            out = _outside(corners, place) - rise * slide
            if out > worst:
                worst, where = out, f"{support.name} at {trial['time'][k]:.2f} s"
    text = "inside" if worst <= 0 else f"{worst:.1e} m outside ({where})"
    return Finding("centre of pressure", worst < HELD, text, "inside each support's base")


def _outside(corners: np.ndarray, place: np.ndarray) -> float:
    """Distance of a point from the convex hull of `corners` in the plane, m; 0 inside."""
    hull = _hull(corners)
    least, inside = math.inf, len(hull) > 2
    for a, b in zip(hull, [*hull[1:], hull[0]], strict=True):
        edge = b - a
        length = float(edge @ edge)
        t = 0.0 if length == 0 else min(1.0, max(0.0, float((place - a) @ edge) / length))
        least = min(least, float(np.linalg.norm(place - a - t * edge)))
        inside = inside and edge[0] * (place - a)[1] - edge[1] * (place - a)[0] >= 0
    return 0.0 if inside else least


def _hull(corners: np.ndarray) -> list[np.ndarray]:
    # monotone chain, counterclockwise (Andrew 1979)
    ordered = sorted({tuple(c) for c in corners.tolist()})
    if len(ordered) < 3:
        return [np.asarray(c) for c in ordered]

    def half(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for p in points:
            while len(chain) > 1:
                (ax, ay), (bx, by) = chain[-2], chain[-1]
                if (bx - ax) * (p[1] - ay) - (by - ay) * (p[0] - ax) > 0:
                    break
                chain.pop()
            chain.append(p)
        return chain[:-1]

    return [np.asarray(c) for c in half(ordered) + half(ordered[::-1])]
