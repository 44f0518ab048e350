"""What do three sets each of two variations add up to?"""

import coxa

athlete = coxa.Subject(sex="female", mass=62, height=1.68, training="trained")
workout = coxa.Workout(
    [
        coxa.Sets("barbell_hip_thrust", sets=3, reps=8, rest=120, fraction=0.7),
        coxa.Sets("glute_bridge", sets=3, reps=12, rest=90, load=40),
    ],
    athlete,
)

print(workout)  # impulse, work, time under tension and peaks; no fatigue is modelled
workout.save("workout.png")
workout.save("workout.csv")
workout.save("workout.h5")
