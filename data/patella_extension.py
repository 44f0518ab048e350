#!/usr/bin/env python3
"""Knots that carry the patella's splines from 120 to 145 deg of knee flexion.

    python3 data/patella_extension.py      print the rows for data/fullbody/splines.csv

The published splines end at 120 deg, the published knee at 140 deg. Two facts about the published
motion between 60 and 120 deg are continued (README.md, "Patella"):

1. the patella's origin moves on a circle fixed to the femur (radius 37 mm; the knots stay within
   0.1 mm of it), as it must on femoral condyles of circular profile, at the pace at which it leaves
   the published spline;
2. the patella has stopped turning relative to the tibia.

Each function goes on as cubics that join the published spline with equal value, slope and
curvature, fitted to those places. The knots are such that the rule by which OpenSim ends a spline
(third derivative from the last four knots) reproduces these cubics, and therefore leaves the
published spline below 120 deg exactly as it was.

Standard library only; the same tables give the same digits.
"""

from __future__ import annotations

import csv
import math
from itertools import pairwise
from pathlib import Path

TABLES = Path(__file__).resolve().parent / "fullbody"
SPLINES = ("patella_rotation", "patella_tx", "patella_ty")
NEW_KNOTS = (2.26893, 2.3562, 2.44346, 2.53073)  # rad: 130, 135, 140, 145 deg
CIRCLE_FROM = 1.04  # rad; knots from 60 deg on define the circle
TARGETS = tuple(math.radians(a) for a in (122.5, 125, 127.5, 130, 132.5, 135, 137.5, 140, 142.5))
SOURCE = "patella_extension"

Vector = list[float]


def table(name: str) -> list[dict[str, str]]:
    with (TABLES / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# small linear algebra ----------------------------------------------------------------------------


def solve(a: list[Vector], b: Vector) -> Vector:
    """Gauss elimination with pivoting, for the few unknowns here."""
    n = len(b)
    m = [row[:] + [value] for row, value in zip(a, b, strict=True)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(m[r][i]))
        m[i], m[pivot] = m[pivot], m[i]
        for r in range(i + 1, n):
            factor = m[r][i] / m[i][i]
            m[r] = [x - factor * y for x, y in zip(m[r], m[i], strict=True)]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (m[i][n] - sum(m[i][k] * x[k] for k in range(i + 1, n))) / m[i][i]
    return x


def least_squares(a: list[Vector], b: Vector) -> Vector:
    n = len(a[0])
    normal = [[sum(row[i] * row[j] for row in a) for j in range(n)] for i in range(n)]
    return solve(
        normal, [sum(row[i] * value for row, value in zip(a, b, strict=True)) for i in range(n)]
    )


# the published motion ----------------------------------------------------------------------------


def spline_end(x: Vector, y: Vector) -> tuple[float, float]:
    """Slope and second derivative at the last knot of the spline that OpenSim makes.

    Cubic with continuous curvature whose third derivative in the first and last interval is that
    of the cubic through the four outermost knots (Forsythe, Malcolm and Moler 1977, chapter 4).
    """
    n = len(x)
    h = [b - a for a, b in pairwise(x)]
    slope = [(b - a) / step for (a, b), step in zip(pairwise(y), h, strict=True)]

    def third(i: int) -> float:  # third divided difference from knot i, times 6
        second = [(slope[i + k + 1] - slope[i + k]) / (x[i + k + 2] - x[i + k]) for k in (0, 1)]
        return 6.0 * (second[1] - second[0]) / (x[i + 3] - x[i])

    a = [[0.0] * n for _ in range(n)]
    b = [0.0] * n
    a[0][0], a[0][1], b[0] = -1.0, 1.0, third(0) * h[0]
    a[-1][-2], a[-1][-1], b[-1] = -1.0, 1.0, third(n - 4) * h[-1]
    for i in range(1, n - 1):
        a[i][i - 1 : i + 2] = [h[i - 1], 2.0 * (h[i - 1] + h[i]), h[i]]
        b[i] = 6.0 * (slope[i] - slope[i - 1])
    moment = solve(a, b)
    return slope[-1] + h[-1] * (moment[-2] + 2.0 * moment[-1]) / 6.0, moment[-1]


def published_knots() -> dict[str, tuple[Vector, Vector]]:
    rows = [row for row in table("splines") if row["source"] != SOURCE]
    return {
        name: (
            [float(r["x"]) for r in rows if r["spline"] == name],
            [float(r["y"]) for r in rows if r["spline"] == name],
        )
        for name in SPLINES
    }


def fit_circle(points: list[Vector]) -> tuple[Vector, float]:
    """Centre and radius, least squares in the algebraic sense."""
    unknowns = least_squares(
        [[2 * x, 2 * y, 1.0] for x, y in points], [x * x + y * y for x, y in points]
    )
    center = unknowns[:2]
    return center, math.sqrt(unknowns[2] + center[0] ** 2 + center[1] ** 2)


# the continuation --------------------------------------------------------------------------------


def parts(
    angle: float, x: float, y: float, slope: float, curvature: float, first: float
) -> tuple[float, float, float]:
    """Known part of a continuation from x, and what its third derivatives a and b add."""
    t = angle - x
    known = y + slope * t + curvature * t * t / 2
    if t <= first:
        return known, t**3 / 6, 0.0
    rest = t - first
    return known, first**3 / 6 + first**2 * rest / 2 + first * rest**2 / 2, rest**3 / 6


def continuation() -> dict[str, Vector]:
    """Values of the three functions at NEW_KNOTS."""
    knots = published_knots()
    end = knots["patella_tx"][0][-1]
    track = [
        [x, y]
        for a, x, y in zip(
            knots["patella_tx"][0], knots["patella_tx"][1], knots["patella_ty"][1], strict=True
        )
        if a > CIRCLE_FROM
    ]
    center, radius = fit_circle(track)
    last = math.atan2(track[-1][1] - center[1], track[-1][0] - center[0])
    speed = math.hypot(*(spline_end(*knots[name])[0] for name in ("patella_tx", "patella_ty")))

    targets: dict[str, Vector] = {name: [] for name in SPLINES}
    for angle in TARGETS:
        place = last - (angle - end) * speed / radius  # up the back of the condyles
        targets["patella_rotation"].append(knots["patella_rotation"][1][-1] - (angle - end))
        targets["patella_tx"].append(center[0] + radius * math.cos(place))
        targets["patella_ty"].append(center[1] + radius * math.sin(place))

    # cubics from the end of the published spline: third derivative a up to the first new knot, then
    # b over the last three intervals, so that the last four knots lie on one cubic
    result = {}
    for name in SPLINES:
        x, y = knots[name]
        slope, curvature = spline_end(x, y)
        first = NEW_KNOTS[0] - x[-1]

        start = (x[-1], y[-1], slope, curvature, first)
        system = [parts(angle, *start) for angle in TARGETS]
        a, b = least_squares(
            [[p[1], p[2]] for p in system],
            [value - p[0] for value, p in zip(targets[name], system, strict=True)],
        )
        values = [parts(angle, *start) for angle in NEW_KNOTS]
        result[name] = [known + a * p + b * q for known, p, q in values]
    return result


def main() -> None:
    for name, values in continuation().items():
        for x, y in zip(NEW_KNOTS, values, strict=True):
            print(f"{name},{x!r},{y!r},{SOURCE}")


if __name__ == "__main__":
    main()
