"""Measurement of coaching cues in a trial: one function per row of `data/form/cues.csv`.

Whether a cue applies is decided from the trial (contacts, working leg, position of the load), never from the
name of the exercise. Positions are in the ground frame: x forward, y up, z right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..base.constants import GRAVITY
from .posture import (
    BENT,
    HINGE_SHARE,
    SIDES,
    UP,
    Foot,
    Reading,
    inclination,
    level,
    unit,
)
from .recorded import Measured, NotApplicable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


# ---- cues ------------------------------------------------------------------------------------------------


def neutral_spine(trial: Reading) -> Measured:
    return trial.series({"": np.degrees(trial.coordinate("lumbar_extension"))})


def neck_in_line(trial: Reading) -> Measured:
    if trial.back is not None and not trial.raised(trial.back):
        raise NotApplicable("the head lies on the floor, which bends the neck as the trunk rises")
    return trial.series({"": np.degrees(trial.coordinate("neck_extension"))})


def head_straight(trial: Reading) -> Measured:
    return trial.series(
        {
            word: np.abs(np.degrees(trial.coordinate(f"neck_{axis}")))
            for word, axis in (("tilted", "bending"), ("turned", "rotation"))
        }
    )


def heels_down(trial: Reading) -> Measured:
    feet = trial.flat_feet()
    heights = {foot.side: 100 * (foot.heel - foot.ball)[:, 1] for foot in feet}
    return trial.series(heights, np.array([foot.level for foot in feet]))


def whole_foot(trial: Reading) -> Measured:
    lines, feet = {}, trial.flat_feet()
    for foot in feet:
        # position along the sole, and along the oblique axis of the ball at the same offset from the midline
        across = np.cross(UP, foot.ahead)

        def place(point: Array, axis: Array, foot: Foot = foot) -> Array:
            return np.einsum("tx,tx->t", point - foot.heel, axis)

        inner, outer = foot.balls
        sideways = place(outer - inner + foot.heel, across)
        share = (place(foot.pressure, across) - place(inner, across)) / sideways
        line = place(inner, foot.ahead) + share * place(outer - inner + foot.heel, foot.ahead)
        lines[foot.side] = 100 * place(foot.pressure, foot.ahead) / line
    if not np.isfinite(list(lines.values())).any():
        raise NotApplicable("the trial holds no centre of pressure under a flat foot")
    return trial.series(lines, np.array([foot.level for foot in feet]))


def knees_over_toes(trial: Reading) -> Measured:
    lines, bent = {}, []
    for foot in trial.flat_feet():
        knee = trial.site(f"knee{SIDES[foot.side]}") - foot.heel
        inward = np.cross(UP, foot.ahead) * (1 if foot.side == "right" else -1)
        aside = np.einsum("tx,tx->t", knee, inward)
        lines[foot.side] = np.degrees(np.arctan2(aside, np.maximum(knee[:, 1], 1e-3)))
        # in a straight leg the knee lies on the hip-ankle line, whatever the direction of the toes
        flexion = trial.coordinate(f"knee_angle{SIDES[foot.side]}")
        bent.append(foot.level & ~(flexion < BENT))
    if not np.any(bent):
        raise NotApplicable("no knee above a flat foot bends by 30 deg")
    return trial.series(lines, np.array(bent))


def pelvis_level(trial: Reading) -> Measured:
    slope = inclination(trial.site("hip_l"), trial.site("hip_r"))
    return trial.series({"": np.abs(slope)})


def shoulder_blades(trial: Reading) -> Measured:
    neck, hips = trial.site("c7"), trial.both("hip")
    spine = hips - neck
    along = np.einsum("tx,tx->t", trial.lying() - neck, spine) / np.einsum("tx,tx->t", spine, spine)
    return trial.series({"": 100 * along})


def bench_height(trial: Reading) -> Measured:
    return trial.series({"": 100 * (trial.on_a_bench()[:, 1] - trial.ground)})


def back_level(trial: Reading) -> Measured:
    trial.on_a_bench()
    slope = inclination(trial.both("shoulder"), trial.both("hip"))
    return trial.series({"": slope}, trial.top)


def full_lockout(trial: Reading) -> Measured:
    if any(foot.behind and foot.loaded[trial.top].all() for foot in trial.feet):
        raise NotApplicable("one foot stays behind the other: neither hip is meant to end straight")
    flexion = np.degrees(trial.hip_flexion)
    lines = dict(zip(trial.working, flexion[:, trial._columns].T, strict=True))
    return trial.series(lines, trial.top)


def hold_at_top(trial: Reading) -> Measured:
    if trial.back is None:
        raise NotApplicable("taught for hips driven up on a back that rests")
    return trial.spans(trial.top)


def feet_distance(trial: Reading) -> Measured:
    trial.on_a_bench()
    lines = {
        side: np.degrees(trial.coordinate(f"knee_angle{SIDES[side]}")) for side in trial.working
    }
    return trial.series(lines, trial.top)


def shins_upright(trial: Reading) -> Measured:
    trial.lying()
    toward_head = unit(level(trial.site("c7") - trial.both("hip")))
    lines = {}
    for side in (foot.side for foot in trial.flat_feet() if foot.side in trial.working):
        shin = trial.site(f"knee{SIDES[side]}") - trial.site(f"ankle{SIDES[side]}")
        lean = np.einsum("tx,tx->t", shin, toward_head)
        lines[side] = np.degrees(np.arctan2(lean, shin[:, 1]))
    if not lines:
        raise NotApplicable("no working leg stands on its foot")
    return trial.series(lines, trial.top)


def no_floor_touch(trial: Reading) -> Measured:
    if trial.back is None:
        raise NotApplicable("nothing supports the back; a pull may well start from the floor")
    lines = {"buttocks": np.minimum(trial.site("buttock_r"), trial.site("buttock_l"))[:, 1]}
    lines |= trial.plates()
    return trial.series({name: 100 * (height - trial.ground) for name, height in lines.items()})


def controlled_descent(trial: Reading) -> Measured:
    down = trial.in_phase("down")
    if not down.any():
        raise NotApplicable("the trial tells of no way down")
    return trial.spans(down)


def no_drop(trial: Reading) -> Measured:
    down = trial.in_phase("down")
    if down.sum() < 3:
        raise NotApplicable("the trial tells of no way down")
    if "linear_momentum" in trial.result and "total_mass" in trial.result.dataset.attrs:
        mass = trial.body_mass + sum(trial.masses.values())
        speed = trial._variable("linear_momentum", "time", "axis")[:, 1] / mass
    else:
        speed = np.gradient(trial.mass_center[:, 1], trial.time)
    return trial.series({"": -100 * np.gradient(speed, trial.time) / GRAVITY}, down)


def squat_depth(trial: Reading) -> Measured:
    trial.side_by_side()
    if not trial.in_phase("down").any() and not trial.in_phase("up").any():
        raise NotApplicable("the trial tells of no way down or up")
    lines = {}
    for side in trial.working:
        knee = trial.coordinate(f"knee_angle{SIDES[side]}")
        hip = trial.hip_flexion[:, list(SIDES).index(side)]
        if np.ptp(knee[np.isfinite(knee)]) < HINGE_SHARE * np.ptp(hip[np.isfinite(hip)]):
            raise NotApplicable("a hinge: the knees bend less than half as far as the hips")
        lines[side] = inclination(trial.site(f"knee{SIDES[side]}"), trial.site(f"hip{SIDES[side]}"))
    load = trial.optional(trial.load)
    if load is not None and trial.hangs(load):
        raise NotApplicable("the load hangs below the knees: a pull, not a squat")
    return trial.series(lines, trial.bottom)


def balanced(trial: Reading) -> Measured:
    return trial.series(
        {"": trial.ahead_of(lambda foot: (foot.heel, foot.ball), trial.mass_center)}
    )


def bar_over_midfoot(trial: Reading) -> Measured:
    load = trial.load()
    ahead = trial.ahead_of(lambda foot: (foot.heel, foot.tip), load)
    if not trial.hangs(load) and sum(trial.masses.values()) < trial.body_mass:
        raise NotApplicable("the load on the trunk is lighter than the body, which balances it")
    return trial.series({"": ahead})


#: The measurement of every cue by its name.
CUES: dict[str, Callable[[Reading], Measured]] = {
    cue.__name__: cue
    for cue in (
        neutral_spine,
        neck_in_line,
        head_straight,
        heels_down,
        whole_foot,
        knees_over_toes,
        pelvis_level,
        shoulder_blades,
        bench_height,
        back_level,
        full_lockout,
        hold_at_top,
        feet_distance,
        shins_upright,
        no_floor_touch,
        controlled_descent,
        no_drop,
        squat_depth,
        balanced,
        bar_over_midfoot,
    )
}
