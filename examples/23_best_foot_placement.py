"""Which foot placement and bench height train the glutes most, within limits of form and lumbar load?"""

import coxa

athlete = coxa.Subject(sex="female", mass=62, height=1.68, training="trained")
best = coxa.optimize(
    "barbell_hip_thrust",
    "gluteus_maximus_impulse",
    athlete,
    over={"foot_distance": (0.55, 0.90), "bench_height": (0.34, 0.46), "toe_out_deg": (0, 30)},
    limits={
        "reserve_frames": 0,  # within the capacity of her muscles
        "peak_lumbar_compression": 2200,  # N
        "form": True,  # every cue of coxa.check_form
    },
    trials=384,
    load=60,
    frames=51,
)
print(best)
print(best.limits[["value", "greatest", "slack", "binds", "unit"]])

usual = coxa.simulate("barbell_hip_thrust", athlete, load=60, frames=51)
gain = best.value / float(usual["gluteus_maximus_impulse"]) - 1
print(
    f"{gain:+.0%} against the usual way, {usual.parameters['foot_distance']:.2f} m from the bench"
)

best.result.save("best.h5")
best.plot().savefig("best_foot_placement.png", dpi=120)
