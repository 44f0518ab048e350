#!/usr/bin/env python3
"""Muscles whose fibres leave the sound range over the postures that exercises reach.

    python tests/data/fibre_ranges.py

Needs the package `opensim`. Every muscle of the right side, tendon rigid, on a grid of postures:
hip flexion -17.4..120 deg (the model's extension limit), adduction -20..15, rotation -20..20, knee
0..140, ankle -30..30, lumbar flexion -20..60, lumbar bending +-15, lumbar rotation +-7.

Three more tables keep to lines through those postures: hip thrust (hip 95 to -15 and knee 115
to 75 deg), squat (standing to hip 120, knee 140, ankle 30) and deadlift (hip 105 and knee 100 to
standing), where hip and knee move together as they do in the exercise.

Sound means 0.4 to 1.8 optimal fibre lengths. "Clamp" is where OpenSim stops a fibre: its shortest
active length or the length at which the pennation angle reaches acos(0.1), whichever is longer.
"Slack" means that the whole path is shorter than the tendon: no rigid-tendon answer exists.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import opensim

MODEL = Path(__file__).resolve().parents[2] / "data" / "models" / "coxa_fullbody.osim"
SHORT, LONG = 0.4, 1.8  # optimal fibre lengths

LEG = {
    "hip_flexion_r": (-17.4, 0, 30, 60, 90, 105, 120),
    "hip_adduction_r": (-20, 0, 15),
    "hip_rotation_r": (-20, 0, 20),
    "knee_angle_r": (0, 30, 60, 90, 115, 130, 140),
    "ankle_angle_r": (-30, -15, 0, 15, 30),
}
TRUNK = {
    "lumbar_extension": tuple(range(-60, 21, 5)),
    "lumbar_bending": (-15, 0, 15),
    "lumbar_rotation": (-7, 0, 7),
}


class Range:
    """Shortest and longest fibre of one muscle and where they occur."""

    def __init__(self, muscle: opensim.Millard2012EquilibriumMuscle) -> None:
        self.muscle = muscle
        self.optimal = muscle.get_optimal_fiber_length()
        self.slack = muscle.get_tendon_slack_length()
        self.height = self.optimal * math.sin(muscle.get_pennation_angle_at_optimal())
        active = muscle.get_ActiveForceLengthCurve().get_min_norm_active_fiber_length()
        steepest = self.height / self.optimal / math.sqrt(1.0 - 0.1**2)
        self.clamp = max(active, steepest)
        self.shortest = (math.inf, "")
        self.longest = (-math.inf, "")

    def add(self, state: opensim.State, posture: str) -> None:
        along = self.muscle.getLength(state) - self.slack
        # a negative part along the tendon is kept as a negative length, so that slack is seen
        length = math.copysign(math.hypot(along, self.height), along) / self.optimal
        self.shortest = min(self.shortest, (length, posture))
        self.longest = max(self.longest, (length, posture))

    def leaves(self) -> bool:
        return self.shortest[0] < max(SHORT, self.clamp) or self.longest[0] > LONG


# first and last posture of an exercise, deg
LINES = {
    "hip thrust": {"hip_flexion_r": (95, -15), "knee_angle_r": (115, 75), "ankle_angle_r": (5, 0)},
    "squat": {"hip_flexion_r": (0, 120), "knee_angle_r": (0, 140), "ankle_angle_r": (0, 30)},
    "deadlift": {"hip_flexion_r": (105, 0), "knee_angle_r": (100, 0), "ankle_angle_r": (15, 0)},
}
STEPS = 23  # postures on a line


class Poser:
    """The model in OpenSim, put into postures given in degrees."""

    def __init__(self, path: Path = MODEL) -> None:
        opensim.Logger.setLevelString("Error")
        self.model = opensim.Model(str(path))
        self.state = self.model.initSystem()
        self.coordinates = self.model.getCoordinateSet()
        muscles = self.model.getMuscles()
        names = [muscles.get(i).getName() for i in range(muscles.getSize())]
        self.muscles = {
            name: opensim.Millard2012EquilibriumMuscle.safeDownCast(muscles.get(name))
            for name in names
            if name.endswith("_r")
        }

    def pose(self, posture: dict[str, float]) -> None:
        for name, value in posture.items():
            self.coordinates.get(name).setValue(self.state, math.radians(value), False)
            if name == "knee_angle_r":
                self.coordinates.get("knee_angle_r_beta").setValue(
                    self.state, math.radians(value), False
                )
        self.model.realizePosition(self.state)

    def crosses(self, name: str, grid: dict[str, tuple]) -> list[str]:
        """The coordinates of a grid that change the muscle's length."""
        found = []
        for coordinate, values in grid.items():
            lengths = set()
            for value in values:
                self.pose({coordinate: value})
                lengths.add(round(self.muscles[name].getLength(self.state), 9))
            self.pose({coordinate: 0.0})
            if len(lengths) > 1:
                found.append(coordinate)
        return found


def written(posture: dict[str, float]) -> str:
    return ", ".join(f"{name.removesuffix('_r')} {value:g}" for name, value in posture.items())


def measure(path: Path = MODEL) -> dict[str, Range]:
    """Ranges of the muscles of the right side over the whole grid, by name."""
    poser = Poser(path)
    ranges = {}
    for name, muscle in poser.muscles.items():
        ranges[name] = Range(muscle)
        grid = {**LEG, **TRUNK}
        crossed = poser.crosses(name, grid)
        for values in itertools.product(*(grid[coordinate] for coordinate in crossed)):
            posture = dict(zip(crossed, values, strict=True))
            poser.pose(posture)
            ranges[name].add(poser.state, written(posture))
        poser.pose(dict.fromkeys(crossed, 0.0))
    return ranges


def measure_lines(path: Path = MODEL) -> dict[str, dict[str, Range]]:
    """Ranges along the three exercises."""
    poser = Poser(path)
    result: dict[str, dict[str, Range]] = {}
    for line, ends in LINES.items():
        result[line] = {name: Range(muscle) for name, muscle in poser.muscles.items()}
        for step in range(STEPS):
            part = step / (STEPS - 1)
            posture = {name: a + part * (b - a) for name, (a, b) in ends.items()}
            poser.pose(posture)
            for found in result[line].values():
                found.add(poser.state, written({n: round(v) for n, v in posture.items()}))
    return result


def report(ranges: dict[str, Range]) -> None:
    print("| muscle | shortest | at | longest | at | clamp |")
    print("|---|---|---|---|---|---|")
    for name, found in sorted(ranges.items()):
        if found.leaves():
            low = "slack" if found.shortest[0] <= 0 else f"{found.shortest[0]:.2f}"
            print(
                f"| {name.removesuffix('_r')} | {low} | {found.shortest[1]} |"
                f" {found.longest[0]:.2f} | {found.longest[1]} | {found.clamp:.2f} |"
            )


def main() -> None:
    report(measure())
    for line, ranges in measure_lines().items():
        print(f"\n{line}\n")
        report(ranges)


if __name__ == "__main__":
    main()
