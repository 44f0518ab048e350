"""Physics of a whole trial, checked from the file alone: h5py and numpy, nothing of coxa's own mechanics."""

from __future__ import annotations

import dataclasses
import json

import coxa
import h5py
import numpy as np
import pytest

GRAVITY = np.array([0.0, -9.80665, 0.0])
# strong enough for 100 kg without reserves
MAN = coxa.Subject(sex="male", mass=80, height=1.80, training="trained", strength=1.5)
STENCIL = 9  # points of a difference formula


def text(values):
    """Labels are characters along a last dimension, UTF-8; everything else is as it is."""
    if values.dtype.kind != "S":
        return values
    return np.array([b"".join(row).decode() for row in values])


class Trial:
    """Arrays and attributes of a saved result."""

    def __init__(self, path):
        with h5py.File(path) as file:
            self.arrays = {name: text(v[()]) for name, v in file.items()}
            self.attrs = dict(file.attrs)

    def __getitem__(self, name):
        return self.arrays[name]

    def label(self, dimension, name):
        return list(self.arrays[dimension]).index(name)

    @property
    def carried(self):
        return sum(load["mass"] for load in json.loads(self.attrs["scene"])["loads"])

    @property
    def mass(self):
        return float(np.squeeze(self.attrs["total_mass"])) + self.carried


def weights(x, at):
    """Weights of the values at `x` in the first derivative at `at` (polynomial through all of them)."""
    shifted = (x - at) / (x[-1] - x[0])
    powers = np.vander(shifted, increasing=True).T
    right = np.zeros(len(x))
    right[1] = 1 / (x[-1] - x[0])
    return np.linalg.solve(powers, right)


def rate(time, phase, values):
    """Time derivative within each phase, where the motion is smooth; one-sided near its ends."""
    result = np.full_like(values, np.nan)
    edges = np.flatnonzero(np.diff(phase)) + 1
    for first, last in zip([0, *edges], [*edges, len(time)], strict=True):
        last_of_phase = min(last + 1, len(time))  # the frame that ends a phase opens the next
        for k in range(first, last):
            start = min(max(k - STENCIL // 2, first), last_of_phase - STENCIL)
            part = slice(start, start + STENCIL)
            result[k] = weights(time[part], time[k]) @ values[part]
    return result


def save(path, **options):
    coxa.simulate("barbell_hip_thrust", MAN, **options).save(path)
    return Trial(path)


@pytest.fixture(scope="module")
def moving(tmp_path_factory):
    # 431 frames of 10 ms: the ends of the phases (0.8, 2.8, 4.3 s) are frames
    return save(tmp_path_factory.mktemp("physics") / "moving.h5", load=100, frames=431)


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    path = tmp_path_factory.mktemp("physics") / "still.h5"
    return save(path, load=100, frames=44, inertia=False)


def test_forces_balance_the_rate_of_momentum(moving):
    supports = moving["support_force"].sum(axis=1)
    weight = moving.mass * np.linalg.norm(GRAVITY)
    momentum_rate = rate(moving["time"], moving["phase"], moving["linear_momentum"])
    missing = supports + moving.mass * GRAVITY - momentum_rate
    assert np.abs(missing).max() < 1e-6 * weight


def test_moments_balance_the_rate_of_angular_momentum(moving):
    center = moving["center_of_mass"]
    arm = moving["support_origin"][None] - center[:, None]
    moments = (moving["support_moment"] + np.cross(arm, moving["support_force"])).sum(axis=1)
    scale = moving.mass * np.linalg.norm(GRAVITY) * MAN.height
    missing = moments - rate(moving["time"], moving["phase"], moving["angular_momentum"])
    assert np.abs(missing).max() < 1e-6 * scale


def test_momentum_is_mass_times_the_rate_of_the_mass_center(moving):
    velocity = rate(moving["time"], moving["phase"], moving["center_of_mass"])
    missing = moving["linear_momentum"] - moving.mass * velocity
    assert np.abs(missing).max() < 1e-6 * moving.mass  # differences of 10 ms


def test_static_moments_about_the_bench(still):
    # identity (iv): feet about the line of bench contact carry body and bar, whatever muscles do
    bench = still.label("support", "bench")
    origin = still["support_origin"][bench]
    moment = np.zeros(len(still["time"]))
    for i, name in enumerate(still["support"]):
        if name == "bench":
            continue
        arm = still["support_origin"][i] - origin
        moment += (still["support_moment"][:, i] + np.cross(arm, still["support_force"][:, i]))[
            :, 2
        ]
    arm = still["center_of_mass"] - origin
    moment += np.cross(arm, still.mass * GRAVITY)[:, 2]
    # rows are met to 1e-10 of the largest; the pads lie on the edge within the constraint error (1e-7 m)
    scale = still.mass * 9.80665 * MAN.height
    assert np.abs(moment).max() < 1e-9 * scale + 2e-7 * still.mass * 9.80665


def test_contributions_sum_to_the_hip_moment(moving):
    total = moving["hip_extension_contribution"].sum(axis=2)
    for side, suffix in enumerate("rl"):
        c = moving.label("coordinate", f"hip_flexion_{suffix}")
        total[:, side] -= moving["actuator"][:, c] + moving["reserve"][:, c]
    assert np.abs(total - moving["hip_extension_moment"]).max() < 1e-9


def test_demo_needs_no_reserve_and_only_pushes(moving):
    assert np.all(moving["status"] & 3 == 0)
    assert np.all(moving["reserve"] == 0)
    assert np.all(moving["support_force"][:, :, 1] >= 0)
    horizontal = np.hypot(moving["support_force"][..., 0], moving["support_force"][..., 2])
    assert np.all(horizontal <= 0.6 * moving["support_force"][..., 1] + 1e-9)


def concentric(trial):
    up = trial["phase"] == 0
    return trial["path"][up], trial["hip_extension_moment"].sum(axis=1)[up]


def test_hip_moment_is_extensor_peaks_low_and_declines(moving):
    path, moment = concentric(moving)
    assert moment.min() > 0
    assert path[moment.argmax()] < 1 / 3
    assert moment[-1] < 0.6 * moment.max()


def test_statics_peak_within_two_deviations_of_the_published_moment(still):
    # Bezodis et al. 2017: 3.13 +- 0.48 N m/kg, both legs; without inertia, see README for the rest
    _, moment = concentric(still)
    assert 2.2 < moment.max() / MAN.mass < 4.1


def test_bench_carries_a_large_share(moving):
    upward = moving["support_force"][..., 1]
    share = upward[:, moving.label("support", "bench")] / upward.sum(axis=1)
    assert 0.40 < share.min() and share.max() < 0.70  # statics, literature 14.2


@pytest.mark.xfail(
    strict=True,
    reason="0.16 since the muscles are people's: pressure lies at the heel's edge, where nobody's does (docs/reference/limits.md)",
)
def test_ankle_does_little(moving):
    ankle = np.abs(moving["ankle_plantarflexion_moment"].sum(axis=1)).max()
    assert ankle < 0.15 * moving["hip_extension_moment"].sum(axis=1).max()


def test_bar_travel_is_in_the_published_band(moving):
    height = moving["load_position"][:, 0, 1]
    assert 0.29 < np.ptp(height) < 0.42  # Zabaleta-Korta 2024: 35.65 +- 2 x 3.4 cm


def test_stronger_people_activate_less(tmp_path):
    weak = save(tmp_path / "weak.h5", load=60, frames=11)
    strong = coxa.simulate(
        "barbell_hip_thrust",
        dataclasses.replace(MAN, strength=1.3 * MAN.strength),
        load=60,
        frames=11,
    )
    peak = weak["activation"].max()
    assert float(strong["activation"].max()) < peak
    np.testing.assert_allclose(
        strong["hip_extension_moment"].values.sum(),
        weak["hip_extension_moment"].sum(),
        rtol=0.25,  # moments follow the supports, which the muscles share in choosing
    )


def test_power_is_moment_times_speed(moving):
    c = moving.label("coordinate", "hip_flexion_r")
    expected = -moving["velocity"][:, c] * moving["hip_extension_moment"][:, 0]
    np.testing.assert_allclose(moving["hip_extension_power"][:, 0], expected, atol=1e-9)


def test_support_intervals_hold_the_answer(tmp_path):
    trial = save(tmp_path / "ranges.h5", load=100, frames=5, intervals=True)
    force, least, greatest = (
        trial[name] for name in ("support_force", "support_force_min", "support_force_max")
    )
    assert np.all(least <= force + 1e-6) and np.all(force <= greatest + 1e-6)
    assert np.all(greatest[..., 1] - least[..., 1] > 1)  # statics leaves something open
