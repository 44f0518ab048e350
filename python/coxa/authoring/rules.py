"""A rule of the exercise contract with its finding, and the trial that rules examine."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .. import _core
from ..models.model import Model

#: m, allowed motion of held points; the solver's own tolerance is 1e-7 m or rad, and segments are shorter than 1 m
HELD = 1e-6

#: allowed residual of the momentum balance, relative to weight (times stature for moments)
BALANCE = 1e-6

STENCIL = 9  # points of the finite-difference formula

STEP = 0.01  # largest s between frames; differentiates minimum-jerk phases of 0.8 s to 1e-7


@dataclass(frozen=True)
class Finding:
    """The outcome of one rule: whether it passed, what was found, and what is allowed."""

    rule: str
    passed: bool
    found: str
    allowed: str


@dataclass(frozen=True)
class Trial:
    """An attempted simulation: the core's dataset, or the error."""

    ok: bool
    text: str
    data: dict[str, Any]
    scenario: _core.Scenario = field(default_factory=_core.Scenario)
    error: Exception | None = None

    def __getitem__(self, name: str) -> np.ndarray:
        return self.data["variables"][name][1]

    def __contains__(self, name: str) -> bool:
        return name in self.data["variables"]

    def label(self, dimension: str, name: str) -> int:
        return list(self[dimension]).index(name)

    @property
    def attributes(self) -> dict[str, Any]:
        return self.data["attributes"]

    @property
    def scene(self) -> dict[str, Any]:
        return json.loads(self.attributes["scene"])


def attempt(model: Model, name: str, given: dict[str, Any], frames: int | None = None) -> Trial:
    scenario = _core.Scenario()
    try:
        if frames is None:
            scenario = _core.build_scenario(model, name, given)
            frames = frames_text(scenario)
        options = _core.SimulateOptions(frames=frames)
        data = _core.simulate(model._core, name, given, options)
    except Exception as error:
        return Trial(False, f"{type(error).__name__}: {error}", {}, error=error)
    return Trial(True, f"{len(data['variables']['time'][1])} frames", data, scenario)


def frames_text(scenario: _core.Scenario) -> int:
    durations = [phase.duration for phase in scenario.repetition]
    moving = [p.duration for p in scenario.repetition if p.start != p.end] or durations
    # at least 80 steps in the shortest movement, as many as 0.8 s has at the largest step
    step = min(STEP, min(moving, default=1.0) / 80)
    total = sum(durations) * scenario.repetitions
    return int(min(max(round(total / step), 100), 4000)) + 1
