"""How does foot distance distribute the work among the muscle groups?"""

import coxa

athlete = coxa.Subject(sex="female", mass=62, height=1.68, training="trained")
study = coxa.Study("barbell_hip_thrust", athlete).vary(
    foot_distance=[0.60, 0.65, 0.70, 0.75], load=[40, 60]
)
ds = study.run("feet.h5")

columns = ["foot_distance", "load", "glutes_impulse", "hamstrings_impulse", "quadriceps_impulse"]
print(ds[columns].to_dataframe().round(0).to_string())
