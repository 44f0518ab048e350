"""What a room asks of a later one, by name, so that nothing imports upward: pictures, answers, reading."""

from __future__ import annotations

import importlib
from typing import Any

#: What can be drawn, and the function that draws it.
PICTURES = {
    "calibration": "figures.answers:calibration",
    "comparison": "figures.comparison:comparison",
    "criterion spread": "figures.answers:criterion_spread",
    "main effects": "figures.effects:main_effects",
    "max load": "figures.max_load:sticking_curve",
    "moving trial": "figures.animation:animate",
    "optimum": "figures.answers:optimum",
    "paired": "figures.effects:paired",
    "response": "figures.effects:response",
    "sensitivity": "figures.sensitivity:sensitivity",
    "tornado": "figures.effects:tornado",
    "trial": "figures.trial:plot",
    "workout": "figures.workout:workout",
}

#: What a trial or a study hands on to the room of answers, and to reading.
ANSWERS = {
    "criterion spread": "answers.criteria:spread",
    "saved trial": "reading:load_trial",
    "sensitivity": "answers.sensitivity:sensitivity",
    "tornado": "answers.tornadoes:tornado",
}


def picture(name: str, *given: Any, **options: Any) -> Any:
    """Draws what `PICTURES` names; matplotlib is imported by the first."""
    return _function(PICTURES[name])(*given, **options)


def answer(name: str, *given: Any, **options: Any) -> Any:
    """Calls what `ANSWERS` names."""
    return _function(ANSWERS[name])(*given, **options)


def _function(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(importlib.import_module(f"coxa.{module}"), name)
