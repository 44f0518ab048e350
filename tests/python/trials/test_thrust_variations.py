"""What makes each variation of the hip thrust and the bridge itself: laws, and numbers worked out by hand."""

from __future__ import annotations

import coxa
import numpy as np
import pytest

G = 9.80665
MAN = coxa.Subject(sex="male", mass=80, height=1.80, training="trained")
BODIES = {
    "default": coxa.Subject(training="trained"),
    "tall man": coxa.Subject(sex="male", mass=95, height=1.90, training="trained"),
    # the default 60 kg of the banded thrust are more than 55 kg of trained woman hold without reserves
    "short woman": coxa.Subject(
        sex="female", mass=55, height=1.60, training="trained", strength=1.2
    ),
}
VARIATIONS = (
    "bodyweight_hip_thrust",
    "dumbbell_hip_thrust",
    "single_leg_hip_thrust",
    "banded_hip_thrust",
    "glute_bridge",
    "frog_bridge",
    "b_stance_hip_thrust",
    "smith_machine_hip_thrust",
)
SYMMETRIC = (
    "bodyweight_hip_thrust",
    "dumbbell_hip_thrust",
    "banded_hip_thrust",
    "glute_bridge",
    "frog_bridge",
    "smith_machine_hip_thrust",
)
CRITERION = 1e-5  # of a force or moment: the recruitment's own tolerance leaves less


def trial(name, subject=MAN, frames=11, **parameters):
    return coxa.simulate(name, subject, frames=frames, **parameters)


def still(name, **parameters):
    """Postures without motion: statics alone."""
    return trial(name, inertia=False, **parameters)


def site(result, name):
    return result.dataset["site_position"].sel(site=name).transpose("time", "axis").values


def force(result, support):
    return result.dataset["support_force"].sel(support=support).transpose("time", "axis").values


def body_mass(result):
    return sum(body.mass for body in result.model.bodies)


def top(result):
    """Index of a frame of the hold."""
    return int(np.argmax(result.dataset["path"].values >= 1 - 1e-9))


def names(result, dimension):
    return [str(name) for name in result.dataset[dimension].values]


# ---- all of them


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("name", VARIATIONS)
def test_default_needs_no_reserve(name, body):
    result = trial(name, BODIES[body], frames=31)
    assert result.dataset["unsolved_frames"] == 0
    assert result.dataset["reserve_frames"] == 0


@pytest.mark.parametrize("name", SYMMETRIC)
def test_same_on_both_sides(name):
    data = trial(name).dataset
    for moment in ("hip_extension_moment", "hip_abduction_moment", "knee_extension_moment"):
        right, left = (data[moment].sel(side=side).values for side in ("right", "left"))
        # the cost is almost flat where load moves from one foot to the other
        np.testing.assert_allclose(right, left, atol=CRITERION * MAN.mass * G)


@pytest.mark.parametrize("name", VARIATIONS)
def test_supports_carry_all_weight_when_still(name):
    result = still(name)
    data = result.dataset
    down = data["load_force"].sum("load").values - [0, body_mass(result) * G, 0]
    up = data["support_force"].sum("support").transpose("time", "axis").values
    if "grip" in data.sizes:
        rails = [name for name in names(result, "grip") if name.endswith("rail")]
        up = up + data["grip_force"].sel(grip=rails).sum("grip").transpose("time", "axis").values
    np.testing.assert_allclose(up + down, 0, atol=CRITERION * body_mass(result) * G)


@pytest.mark.parametrize(
    ("name", "given", "advice"),
    [
        ("bodyweight_hip_thrust", {"foot_distance": 1.2}, "decrease foot_distance"),
        ("bodyweight_hip_thrust", {"bottom_clearance": 0.4}, "decrease bottom_clearance"),
        ("dumbbell_hip_thrust", {"foot_distance": 0.3}, "increase foot_distance"),
        (
            "single_leg_hip_thrust",
            {"free_hip_deg": 40, "bottom_clearance": 0.05},
            "increase free_hip_deg",
        ),
        ("single_leg_hip_thrust", {"toe_out_deg": 30}, "decrease foot_offset or toe_out_deg"),
        ("banded_hip_thrust", {"foot_distance": 1.2}, "decrease abduction_deg"),
        ("glute_bridge", {"foot_distance": 1.2}, "decrease foot_distance"),
        ("frog_bridge", {"foot_distance": 0.5}, "increase foot_distance"),
        ("frog_bridge", {"sole_angle_deg": 90}, "decrease sole_angle_deg"),
        ("b_stance_hip_thrust", {"stagger": 0.5}, "decrease stagger"),
        ("smith_machine_hip_thrust", {"foot_distance": 1.2}, "decrease foot_distance"),
    ],
)
def test_impossible_geometry_names_what_to_move(name, given, advice):
    with pytest.raises(coxa.InfeasibleMotion, match=advice):
        trial(name, **given)


# ---- no load, dumbbells


def test_arms_are_a_choice():
    chest, free = (trial("bodyweight_hip_thrust", arms=arms) for arms in ("on_chest", "free"))
    for result in (chest, free):
        assert not result.scene["loads"]
    # hands on the other side of the chest, or each beside its own hip
    assert site(chest, "palm_r")[0, 2] < 0
    assert site(free, "palm_r")[0, 2] > site(free, "hip_r")[0, 2]


def test_dumbbell_size_from_cast_iron():
    # two cylinders, 1.2 as long as their radius, of 7200 kg/m3
    radius = (30 / (2 * 1.2 * np.pi * 7200)) ** (1 / 3)
    result = still("dumbbell_hip_thrust", load=30)
    away = result.dataset["load_position"].sel(load="dumbbell").values - site(result, "hip_crease")
    np.testing.assert_allclose(np.linalg.norm(away, axis=1), radius, rtol=1e-9)
    np.testing.assert_allclose(
        result.dataset["load_force"].sel(load="dumbbell").values, [[0, -30 * G, 0]] * 11, atol=1e-9
    )


def test_two_dumbbells_weigh_as_much_as_one():
    one, two = (still("dumbbell_hip_thrust", load=30, dumbbells=n) for n in (1, 2))
    assert names(two, "load") == ["right_dumbbell", "left_dumbbell"]
    for result in (one, two):
        weight = result.dataset["load_force"].sel(axis="y").sum("load").values
        np.testing.assert_allclose(weight, -30 * G)
    # they lie end to end: centres apart by one's length, two heads and a handle of 0.13 m
    apart = np.diff(two.dataset["load_position"].transpose("load", "time", "axis").values, axis=0)
    head = 1.2 * (15 / (2 * 1.2 * np.pi * 7200)) ** (1 / 3)
    np.testing.assert_allclose(np.linalg.norm(apart[0], axis=1), 0.13 + 2 * head, rtol=1e-9)


# ---- one leg


def mirrored(values):
    return values * [1, 1, -1]


def test_left_leg_mirrors_right_leg():
    right, left = (trial("single_leg_hip_thrust", side=side) for side in ("right", "left"))
    scale = MAN.mass * G
    for variable in ("hip_extension_moment", "hip_abduction_moment", "knee_extension_moment"):
        for here, there in (("right", "left"), ("left", "right")):
            np.testing.assert_allclose(
                right.dataset[variable].sel(side=here),
                left.dataset[variable].sel(side=there),
                atol=CRITERION * scale,
            )
    for here, there in (("right_foot", "left_foot"), ("bench", "bench")):
        np.testing.assert_allclose(
            force(right, here), mirrored(force(left, there)), atol=CRITERION * scale
        )
    np.testing.assert_allclose(site(right, "knee_r"), mirrored(site(left, "knee_l")), atol=1e-9)


@pytest.mark.parametrize("knee", [0, 45, 90])
def test_lifted_leg_bent_or_straight_clears_the_floor(knee):
    result = trial("single_leg_hip_thrust", frames=31, free_knee_deg=knee)
    assert result.dataset["reserve_frames"] == 0
    for part in ("heel_medial", "heel_lateral", "toe_medial", "toe_lateral"):
        assert site(result, f"{part}_l")[:, 1].min() > 0.02 - 1e-6
    bent = result.dataset["position"].sel(coordinate="knee_angle_l").values
    np.testing.assert_allclose(np.degrees(bent), knee, atol=1e-9)


def test_no_load_is_no_bar():
    assert not trial("single_leg_hip_thrust", load=0).scene["loads"]
    assert trial("single_leg_hip_thrust", load=20).scene["loads"][0]["mass"] == 20


def test_hip_moments_by_hand():
    """Foot force and weight of the leg about the hip, on the three axes of the joint."""
    result = still("single_leg_hip_thrust")
    data, model = result.dataset, result.model
    at = model.positions(data["position"].values)
    index = {body.name: i for i, body in enumerate(model.bodies)}
    hip = site(result, "hip_r")
    moment = (
        np.cross(
            data["support_origin"].sel(support="right_foot").values - hip,
            force(result, "right_foot"),
        )
        + data["support_moment"].sel(support="right_foot").transpose("time", "axis").values
    )
    for part in ("femur_r", "tibia_r", "patella_r", "talus_r", "calcn_r", "toes_r"):
        body = model.bodies[index[part]]
        centre = at.bodies[:, index[part]] + at.rotations[:, index[part]] @ body.center_of_mass
        moment += np.cross(centre - hip, [0, -body.mass * G, 0])
    pelvis, femur = at.rotations[:, index["pelvis"]], at.rotations[:, index["femur_r"]]
    flexion = data["position"].sel(coordinate="hip_flexion_r").values

    # flexion about z of the pelvis, adduction about the x that it turns, rotation about y of the thigh
    after = np.stack([np.cos(flexion), np.sin(flexion), np.zeros_like(flexion)], axis=1)
    axes = {
        "hip_extension_moment": (pelvis[:, :, 2], -1),
        "hip_abduction_moment": (np.einsum("tij,tj->ti", pelvis, after), -1),
        "hip_external_rotation_moment": (femur[:, :, 1], -1),
    }
    for name, (axis, sign) in axes.items():
        by_hand = -sign * np.einsum("ti,ti->t", axis, moment)
        np.testing.assert_allclose(data[name].sel(side="right"), by_hand, atol=1e-3)


def test_one_leg_loads_the_hip_in_all_planes_and_the_trunk_on_one_side():
    one, both = trial("single_leg_hip_thrust").dataset, trial("bodyweight_hip_thrust").dataset
    for name in ("hip_extension_moment", "hip_abduction_moment", "hip_external_rotation_moment"):
        working, shared = (np.abs(d[name].sel(side="right")).max() for d in (one, both))
        assert working > 1.3 * shared  # more, by far more than any rounding
    sides = {s: one["activation"].sel(muscle=[f"intobl_{s}", f"extobl_{s}"]) for s in "rl"}
    assert np.abs(sides["r"].values - sides["l"].values).max() > 0.05
    pads = one["center_of_pressure"].sel(support="bench", axis="z").values
    # at the top the shoulder across from the foot carries more
    assert np.all(pads[one["path"].values > 0.99] < -0.03)


def test_pelvis_tilts_toward_the_lifted_leg():
    for side, far in (("right", "hip_l"), ("left", "hip_r")):
        near = "hip_r" if far == "hip_l" else "hip_l"
        level = trial("single_leg_hip_thrust", side=side)
        drop = trial("single_leg_hip_thrust", side=side, pelvis_drop_deg=5)
        turn = trial("single_leg_hip_thrust", side=side, pelvis_rotation_deg=5)
        k = top(level)
        gap = site(level, far)[k] - site(level, near)[k]
        np.testing.assert_allclose(gap[:2], 0, atol=1e-9)
        apart = np.linalg.norm(gap)
        # lying with the trunk level, toward the feet is +x and toward the floor is -y
        dropped = site(drop, far)[k] - site(drop, near)[k]
        turned = site(turn, far)[k] - site(turn, near)[k]
        assert dropped[0] == pytest.approx(apart * np.sin(np.radians(5)), rel=0.02)
        assert turned[1] == pytest.approx(-apart * np.sin(np.radians(5)), rel=0.02)


# ---- band


def test_slack_band_is_no_band_and_that_is_the_barbell_thrust():
    slack = trial("banded_hip_thrust", band_rest_length=1.5)
    none = trial("banded_hip_thrust", band_loops=0)
    stance = {k: float(none.notes[k]) for k in ("stance_width", "toe_out_deg", "foot_distance")}
    barbell = trial("barbell_hip_thrust", load=60, **stance)
    for name in ("hip_extension_moment", "hip_abduction_moment", "muscle_force", "support_force"):
        expected = none.dataset[name]
        np.testing.assert_array_equal(slack.dataset[name].values, expected.values)
        same = barbell.dataset[name]
        if name == "support_force":
            same = same.sel(support=expected["support"])
        np.testing.assert_allclose(same.values, expected.values, atol=CRITERION * MAN.mass * G)


@pytest.mark.parametrize(("colour", "pounds"), [("blue", 5.8), ("silver", 10.2)])
def test_band_at_twice_its_rest_length(colour, pounds):
    """24.62 N per strand of blue at 100 % (Uchida et al. 2016), other colours as the maker's chart has them."""
    loose = trial("banded_hip_thrust")
    k = top(loose)

    def ends(result):
        bands = [n for n in names(result, "load") if n.startswith("band")]
        data = result.dataset.sel(load=bands)
        order = ("load", "time", "axis")
        return data["load_position"].transpose(*order), data["load_force"].transpose(*order)

    places = ends(loose)[0].values[:, k]
    # half of a loop about two thighs of 0.46 m round
    length = np.linalg.norm(places[0] - places[1]) + 0.46 / 2
    result = trial("banded_hip_thrust", band=colour, band_rest_length=length / 2)
    pull = ends(result)[1].values[:, k]
    np.testing.assert_allclose(pull[0], -pull[1], atol=1e-9)
    assert pull[0] @ (places[1] - places[0]) > 0
    tension = 2 * 24.62 * pounds / 5.8
    np.testing.assert_allclose(np.linalg.norm(pull[0]), tension, rtol=1e-6)


def test_hips_are_spread_as_asked_with_shanks_upright():
    for angle in (0, 20):
        result = trial("banded_hip_thrust", abduction_deg=angle)
        k = top(result)
        for side in "rl":
            adduction = result.dataset["position"].sel(coordinate=f"hip_adduction_{side}")[k]
            assert np.degrees(adduction) == pytest.approx(-angle, abs=1e-6)
            ankle, knee = site(result, f"ankle_{side}")[k], site(result, f"knee_{side}")[k]
            assert knee[0] == pytest.approx(ankle[0], abs=1e-8)


def test_stiffer_band_asks_more_of_abductors_and_glutes():
    demand = []
    for band in ({"band_loops": 0}, {"band": "yellow"}, {"band": "blue"}, {"band": "gold"}):
        data = trial("banded_hip_thrust", frames=31, **band).dataset
        moment = data["hip_abduction_moment"].sel(side="right").mean()
        demand.append(
            [float(x) for x in (moment, data["gluteus_medius_impulse"], data["glutes_impulse"])]
        )
    assert np.all(np.diff(demand, axis=0) > 0)


# ---- bridges


def test_bridge_ends_in_line():
    result = trial("glute_bridge")
    k = top(result)
    middle = {
        n: (site(result, f"{n}_r")[k] + site(result, f"{n}_l")[k]) / 2
        for n in ("shoulder", "hip", "knee")
    }
    a, b = middle["hip"] - middle["shoulder"], middle["knee"] - middle["hip"]
    assert np.arctan2(a[1], a[0]) == pytest.approx(np.arctan2(b[1], b[0]), abs=1e-8)


def test_bridge_travels_less_than_half_of_the_thrust():
    """15.5 of 35.7 cm were measured (Zabaleta-Korta & Fernandez-Pena 2024)."""
    travel = {
        n: float(trial(n, load=60).notes["bar_travel"])
        for n in ("glute_bridge", "barbell_hip_thrust")
    }
    assert 0.3 < travel["glute_bridge"] / travel["barbell_hip_thrust"] < 0.5


def test_bridge_without_bar():
    assert not trial("glute_bridge", load=0).scene["loads"]


def test_frog_soles_face_each_other_and_press_alike():
    result = trial("frog_bridge")
    data, model = result.dataset, result.model
    at = model.positions(data["position"].values)
    index = {body.name: i for i, body in enumerate(model.bodies)}
    right, left = (at.rotations[:, index[f"calcn_{s}"], :, 1] for s in "rl")
    # each back of the foot is turned 75 deg from upright, away from the other
    for back, out in ((right, 1), (left, -1)):
        expected = [0, np.cos(np.radians(75)), out * np.sin(np.radians(75))]
        np.testing.assert_allclose(back, [expected] * len(back), atol=1e-7)
    np.testing.assert_allclose(force(result, "right_sole"), -force(result, "left_sole"), atol=1e-6)
    assert np.all(site(result, "knee_r")[:, 2] > 3 * site(result, "hip_r")[:, 2])


# ---- staggered feet, rails


@pytest.mark.parametrize("share", [0.5, 0.7, 0.85])
def test_rear_foot_carries_its_share(share):
    result = trial("b_stance_hip_thrust", rear_share=share)
    rear, front = (force(result, foot)[:, 1] for foot in ("right_foot", "left_foot"))
    np.testing.assert_allclose(rear / (rear + front), share, atol=1e-8)
    heels = site(result, "heel_medial_l") - site(result, "heel_medial_r")
    np.testing.assert_allclose(heels[:, 0], 0.20, atol=1e-6)


def test_b_stance_front_foot_flat_or_on_its_heel():
    for choice, low in (("flat", 1e-3), ("on_heel", 0.2)):
        result = trial("b_stance_hip_thrust", front_foot=choice, stagger=0.12)
        toe, heel = site(result, "toe_medial_l"), site(result, "heel_medial_l")
        assert np.all((toe[:, 1] > 0.03) == (choice == "on_heel")), low
        np.testing.assert_allclose(heel[:, 1], 0, atol=1e-7)


def test_rails_keep_the_bar_upright_and_close_the_balance():
    result = still("smith_machine_hip_thrust")
    bar = result.dataset["load_position"].sel(load="barbell").values
    rail = float(result.notes["rail_position"])
    np.testing.assert_allclose(bar[:, 0], rail, atol=1e-6)
    grips = result.dataset["grip_force"].sel(grip=["right_rail", "left_rail"]).sum("grip")
    ahead = grips.sel(axis="x").values
    pushes = result.dataset["support_force"].sel(axis="x").sum("support").values
    np.testing.assert_allclose(ahead + pushes, 0, atol=CRITERION * MAN.mass * G)
    assert np.abs(grips.sel(axis="y").values).max() == 0  # they run free
    # the back slides along the pad and ends on its edge
    blades = site(result, "scapula_r")
    assert np.ptp(blades[:, 0]) > 0.02
    assert blades[top(result), 0] == pytest.approx(0, abs=1e-8)
    np.testing.assert_allclose(blades[:, 1], 0.40, atol=1e-7)


def test_counterweight_takes_weight_but_adds_inertia():
    plain, eased = (still("smith_machine_hip_thrust", counterbalance=m) for m in (0, 10))
    total = [r.dataset["support_force"].sel(axis="y").sum("support").values for r in (plain, eased)]
    np.testing.assert_allclose(total[0] - total[1], 10 * G, atol=CRITERION * MAN.mass * G)
    moving = trial("smith_machine_hip_thrust", frames=31, counterbalance=10).dataset
    pull = moving["load_force"].sel(load="counterweight", axis="y").values
    assert pull.min() < 10 * G < pull.max()


# ---- trends that were measured


@pytest.mark.parametrize("name", ["barbell_hip_thrust", "glute_bridge", "smith_machine_hip_thrust"])
def test_load_raises_the_force_of_the_glutes(name):
    impulse = [float(trial(name, load=kg).dataset["glutes_impulse"]) for kg in (0, 20, 60, 100)]
    assert np.all(np.diff(impulse) > 0)


def test_farther_feet_ask_more_of_hamstrings_and_less_of_glutes_and_quadriceps():
    middle = float(trial("barbell_hip_thrust").notes["foot_distance"])
    part = []
    for shift in (-0.08, 0, 0.08):
        data = trial("barbell_hip_thrust", frames=31, foot_distance=middle + shift).dataset
        groups = ("hamstrings", "gluteus_maximus", "quadriceps")
        part.append([float(data[f"{group}_impulse"]) for group in groups])
    hamstrings, glutes, quadriceps = np.array(part).T
    assert np.all(np.diff(hamstrings) > 0)
    assert np.all(np.diff(glutes) < 0)
    assert np.all(np.diff(quadriceps) < 0)
