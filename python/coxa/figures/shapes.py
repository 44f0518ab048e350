"""Outlines for drawings."""

from __future__ import annotations

import numpy as np


def merged(forces: np.ndarray, points: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Sagittal force and point of each support; supports that coincide in this view are summed."""
    arrows: list[tuple[np.ndarray, np.ndarray]] = []
    for force, point in zip(forces, points, strict=True):
        if not np.isfinite(force).all() or not np.isfinite(point).all():
            continue
        if np.linalg.norm(force) < 1:
            continue
        for i, (other, where) in enumerate(arrows):
            if np.linalg.norm(where - point[:2]) < 0.10:
                a, b = np.linalg.norm(other), np.linalg.norm(force)
                arrows[i] = (other + force[:2], (a * where + b * point[:2]) / (a + b))
                break
        else:
            arrows.append((force[:2].copy(), point[:2].copy()))
    return arrows


def unit(v: np.ndarray) -> np.ndarray:
    return v / max(float(np.linalg.norm(v)), 1e-12)


def capsule(a: np.ndarray, b: np.ndarray, ra: float, rb: float) -> np.ndarray:
    """Outline of two circles and their common outer tangents."""
    d = b - a
    length = float(np.hypot(*d))
    if length <= abs(ra - rb):
        a, ra = (a, ra) if ra > rb else (b, rb)
        t = np.linspace(0, 2 * np.pi, 40)
        return a + ra * np.column_stack([np.cos(t), np.sin(t)])
    heading = np.arctan2(d[1], d[0])
    tangent = np.arccos((ra - rb) / length)
    back = heading + np.linspace(tangent, 2 * np.pi - tangent, 20)
    front = heading + np.linspace(-tangent, tangent, 20)
    return np.vstack(
        [
            a + ra * np.column_stack([np.cos(back), np.sin(back)]),
            b + rb * np.column_stack([np.cos(front), np.sin(front)]),
        ]
    )


def convex_hull(points: np.ndarray) -> np.ndarray:
    """Corners of the convex hull, in order (Andrew's monotone chain)."""
    ordered = sorted(map(tuple, points))

    def half(sequence: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
        chain: list[tuple[float, ...]] = []
        for p in sequence:
            while len(chain) >= 2:
                (x0, y0), (x1, y1) = chain[-2], chain[-1]
                if (x1 - x0) * (p[1] - y0) - (y1 - y0) * (p[0] - x0) > 0:
                    break
                chain.pop()
            chain.append(p)
        return chain[:-1]

    return np.array(half(ordered) + half(ordered[::-1]))
