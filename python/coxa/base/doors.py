"""Late-bound calls to later rooms, by name, so that no module imports upwards."""

from __future__ import annotations

import importlib
from typing import Any

#: Pictures by name, and the function that draws each.
PICTURES = {
    "calibration": "figures.answers:calibration",
    "comparison": "figures.comparison:comparison",
    "criterion spread": "figures.answers:criterion_spread",
    "load uncertainty": "figures.max_load:load_uncertainty",
    "main effects": "figures.effects:main_effects",
    "max load": "figures.max_load:sticking_curve",
    "moving trial": "figures.animation:animate",
    "optimum": "figures.answers:optimum",
    "paired": "figures.effects:paired",
    "response": "figures.effects:response",
    "sensitivity": "figures.sensitivity:sensitivity",
    "strength": "figures.strength:strength",
    "tornado": "figures.effects:tornado",
    "trial": "figures.trial:plot",
    "workout": "figures.workout:workout",
}

#: Functions of later rooms that trials and studies offer as methods.
ANSWERS = {
    "criterion spread": "answers.criteria:spread",
    "load uncertainty": "answers.load_uncertainty:uncertainty",
    "saved trial": "reading:load_trial",
    "sensitivity": "answers.sensitivity:sensitivity",
    "tornado": "answers.tornadoes:tornado",
}


def picture(name: str, *given: Any, **options: Any) -> Any:
    """Call the drawing function `PICTURES[name]`; its module, and matplotlib, are imported on first use."""
    return _function(PICTURES[name])(*given, **options)


def answer(name: str, *given: Any, **options: Any) -> Any:
    """Call the function `ANSWERS[name]`."""
    return _function(ANSWERS[name])(*given, **options)


def _function(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(importlib.import_module(f"coxa.{module}"), name)
