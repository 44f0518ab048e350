"""Where do the feet and the bench go for the most from the glutes, within what a coach and a back allow?"""

import coxa

athlete = coxa.Subject(sex="female", mass=62, height=1.68)
best = coxa.optimize(
    "barbell_hip_thrust",
    "gluteus_maximus_impulse",
    athlete,
    over={"foot_distance": (0.55, 0.90), "bench_height": (0.34, 0.46), "toe_out_deg": (0, 30)},
    limits={
        "reserve_frames": 0,  # no more than her muscles can
        "peak_lumbar_compression": 2200,  # N
        "form": True,  # every cue of coxa.check_form
    },
    trials=384,
    load=80,
    frames=51,
)
print(best)
print(best.limits[["value", "greatest", "slack", "binds", "unit"]])

usual = coxa.simulate("barbell_hip_thrust", athlete, load=80, frames=51)
gain = best.value / float(usual["gluteus_maximus_impulse"]) - 1
print(
    f"{gain:+.0%} against the usual way, {usual.parameters['foot_distance']:.2f} m from the bench"
)

best.result.save("best.h5")
best.plot().savefig("best_foot_placement.png", dpi=120)
