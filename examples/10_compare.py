"""Which lift loads the hip more early, and which late, at equal effort?"""

import coxa

athlete = coxa.Subject(sex="female", mass=62, height=1.68, training="trained")
lifts = ["barbell_hip_thrust", "glute_bridge", "back_squat", "romanian_deadlift"]
comparison = coxa.compare(lifts, athlete, fraction=0.7)

print(comparison)  # early: first third of the lift; late: last third
late = comparison.table.loc["last_third_leg_hip_extension_moment_of_peak", lifts]
print(
    "late over peak, in order:", late.astype(float).sort_values(ascending=False).round(2).to_dict()
)

comparison.save("compare.png")
comparison.save("compare.h5")  # coxa.load("compare.h5") gives it back
comparison.max_loads["back_squat"].plot().savefig("sticking.png")
