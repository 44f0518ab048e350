"""Findings on strength: torques, passive torques and moment arms of the bundled model beside those of people.

They follow from the tables of data/strength and not from trials, and have no recorded verdicts: what the model gives is
what `coxa.strength_curves` gives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..answers.strength_curves import PASSIVE, StrengthCurves, strength_curves
from ..base.toml_file import bundled
from ..models import measured
from ..models.actions import ACTIONS
from ..models.subject import Subject
from .records import Finding, Published, Source

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

SECTION = "Strength"

#: The man whom the unscaled model describes, and a woman; both young and untrained.
PEOPLE = {
    "male": Subject(mass=75.337, height=1.70),
    "female": Subject(sex="female", mass=62, height=1.65),
}
_PLURAL = {"male": "men", "female": "women"}

#: Shortening speeds, deg/s: isometric, and that at which the fall of torque is judged.
SPEEDS = (0.0, 180.0)

#: Passive torques may differ by this fraction of the greatest published one: the source gives no SD.
PASSIVE_BAND = 0.5

#: Torque at speed over isometric torque may differ by this fraction.
SPEED_BAND = 0.2


@dataclass(frozen=True)
class Measure:
    """A finding and the number that the curves give for it."""

    finding: Finding
    number: Callable[[], float]


@lru_cache(maxsize=4)
def curves(sex: str) -> StrengthCurves:
    """Curves of the man or the woman."""
    return strength_curves(PEOPLE[sex], speeds=SPEEDS)


def measures() -> list[Measure]:
    """All findings on strength."""
    return [*_peaks(), *_speeds(), *_shapes(), *_passive(), *_arms()]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _source(key: str) -> Source:
    entry = bundled("sources.toml")[key]
    where = [f"https://doi.org/{doi}" for doi in entry["doi"]] or [entry.get("url", "")]
    name, _, year = key.rpartition("_")
    return Source(key, f"{_words(name).title()} {year}", entry["citation"], where[0], entry["read"])


def _measure(
    name: str, statement: str, condition: str, source: str, published: Published,
    number: Callable[[], float],
) -> Measure:  # fmt: skip
    finding = Finding(f"strength_{name}", SECTION, statement, _source(source), condition, published)
    return Measure(finding, number)


def _of(sex: str, action: str, speed: float = 0.0) -> pd.DataFrame:
    rows = curves(sex).torques
    return rows[(rows["action"] == action) & (rows["speed_deg_s"] == speed)]


def _tested() -> Iterator[tuple[str, str, float]]:
    """Actions of Anderson et al. (2007), sexes, and their peak torque, N m."""
    for action in ACTIONS:
        for sex, who in PEOPLE.items():
            angles = np.arange(*ACTIONS[action].span, 1.0)
            size = {"mass": who.mass, "height": who.height}
            torque = measured.voluntary_torque(action, sex, angles, **size)
            if torque is not None:
                yield action, sex, float(torque.max())


def _peaks() -> Iterator[Measure]:
    spread = bundled("anthropometry/population.toml")["strength"]["sd"]
    for action, sex, peak in _tested():
        who = PEOPLE[sex]

        def number(action: str = action, sex: str = sex) -> float:
            return float(_of(sex, action)["torque"].max())

        yield _measure(
            f"peak_{action}_{sex}",
            f"Greatest isometric torque of {_words(action)}, {_PLURAL[sex]}",
            f"{who.who}; one leg",
            "anderson_2007",
            Published(
                "value",
                "N m",
                value=round(peak, 1),
                sd=round(spread * peak, 1),
                deviations=1,
                basis="SD between people as of knee extension: the paper's was not read",
            ),
            number,
        )


def _speeds() -> Iterator[Measure]:
    for action, sex, peak in _tested():
        if sex == "female":
            continue
        who = PEOPLE[sex]
        angles = np.arange(*ACTIONS[action].span, 1.0)
        slow = measured.voluntary_torque(
            action, sex, angles, SPEEDS[1], mass=who.mass, height=who.height
        )
        assert slow is not None  # as isometric

        def number(action: str = action, sex: str = sex) -> float:
            fast, still = (_of(sex, action, speed)["torque"].max() for speed in SPEEDS[::-1])
            return float(fast / still)

        yield _measure(
            f"speed_{action}",
            f"Greatest torque of {_words(action)} at {SPEEDS[1]:g} deg/s over the isometric one",
            who.who,
            "anderson_2007",
            Published(
                "value", value=round(float(slow.max()) / peak, 3), within=SPEED_BAND,
                basis="the band is our choice",
            ),
            number,
        )  # fmt: skip


def _shapes() -> Iterator[Measure]:
    for action in ACTIONS:
        pool = measured.pooled_torque(action, "isometric")
        if pool is None:
            continue

        def number(action: str = action) -> float:
            return float(curves("male").summary.loc[action, "shape_sd"])

        yield _measure(
            f"shape_{action}",
            f"Shape of the isometric torque of {_words(action)} against the angle",
            f"{PEOPLE['male'].who}; largest deviation after one common factor",
            pool.source,
            Published("range", "SD", "within 1 SD of the pooled curve", low=0, high=1),
            number,
        )


def _passive() -> Iterator[Measure]:
    table = _greatest_passive()
    for (coordinate, held), people in table.items():

        def number(coordinate: str = coordinate, held: str = held) -> float:
            rows = curves("male").passive
            rows = rows[(rows["coordinate"] == coordinate) & (_held(rows) == held)]
            return float((rows["torque"] - rows["people"]).abs().max())

        yield _measure(
            f"passive_{coordinate}_{held.replace(' ', '_')}",
            f"Passive torque about {_words(coordinate)}, {_words(held)} deg: largest difference",
            f"{PEOPLE['male'].who}; ten relaxed people",
            "riener_edrich_1999",
            Published(
                "range", "N m", low=0, high=round(PASSIVE_BAND * people, 1),
                basis="half of the greatest published torque, our choice",
            ),
            number,
        )  # fmt: skip


def _held(rows: pd.DataFrame) -> pd.Series:
    """What the other joint is held at, such as "knee_angle 90"; the ankle is held at 0 everywhere."""
    other = np.where(rows["coordinate"] == "hip_flexion", "knee_angle", "hip_flexion")
    other = np.where(rows["coordinate"] == "ankle_angle", "knee_angle", other)
    at = [f"{name} {row[name]:g}" for name, (_, row) in zip(other, rows.iterrows(), strict=True)]
    return pd.Series(at, index=rows.index)


def _greatest_passive() -> dict[tuple[str, str], float]:
    """Greatest published passive torque, N m, by coordinate and what the other joint is held at."""
    found = {}
    for coordinate, span, others in PASSIVE:
        posture: dict[str, ArrayLike] = {**others, coordinate: np.arange(span[0], span[1] + 1.0)}
        torque = measured.passive_torque(coordinate, posture)
        (held,) = (f"{name} {angle:g}" for name, angle in others.items())
        if torque is not None:
            found[coordinate, held] = float(np.abs(torque).max())
    return found


def _arms() -> Iterator[Measure]:
    for series in measured.moment_arms():
        key = (series.muscle, series.coordinate, series.against, series.source)

        def number(key: tuple[str, ...] = key) -> float:
            arms = curves("male").arms
            names = ["muscle", "coordinate", "against", "source"]
            rows = arms[(arms[names] == list(key)).all(axis=1)]
            return float(rows["deviation"].abs().max()) if len(rows) else math.nan

        about = _words(series.coordinate)
        yield _measure(
            "arm_" + "_".join(key),
            f"Moment arm of {_words(series.muscle)} about {about} against {_words(series.against)}",
            f"{PEOPLE['male'].who}; largest deviation",
            series.source,
            Published(
                "range", "SD", "within 1 SD", low=0, high=1, basis="2 mm where no SD is given"
            ),
            number,
        )
