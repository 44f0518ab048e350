"""Plausibility checks of a model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .model import Model

if TYPE_CHECKING:
    pass


def lint(model: Model) -> list[str]:
    """Implausible properties of a model, one sentence each; empty if there are none.

    Checked are coordinate ranges against the domains of their splines, default values, moments of
    inertia, and the warnings of the file's reader.
    """
    found = []
    for c in model.full_coordinates:
        low, high = c.spline_domain
        unit, factor = ("deg", 180 / math.pi) if c.rotational else ("m", 1.0)
        if not c.locked and (c.minimum < low - 1e-6 or c.maximum > high + 1e-6):
            found.append(
                f"coordinate {c.name} ranges over {c.minimum * factor:g} to {c.maximum * factor:g} {unit}, "
                f"its splines are known from {low * factor:g} to {high * factor:g} {unit} only"
            )
        if not c.minimum <= c.default <= c.maximum:
            found.append(f"coordinate {c.name} has a default outside its range")
    for body in model.bodies:
        moments = [body.inertia[i, i] for i in range(3)]
        if body.mass > 0 and min(moments) <= 0:
            found.append(f"body {body.name} has {body.mass:g} kg but no inertia about some axis")
        elif body.mass > 0 and 2 * max(moments) > sum(moments) * (1 + 1e-9):
            # triangle inequality: no principal moment exceeds the sum of the other two
            found.append(f"body {body.name} has moments of inertia that no body can have")
    return [*found, *model.warnings]
