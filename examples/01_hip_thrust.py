"""How much does a barbell hip thrust load the hip and its muscles?"""

import coxa

athlete = coxa.Subject(sex="female", mass=62, height=1.68, training="trained")
result = coxa.simulate("barbell_hip_thrust", athlete, load=60, bench_height=0.40)

print(result.summary())
print(result["hip_extension_moment"].sum("side").max())  # both legs together, N m
result.save("thrust.h5")
result.plot().savefig("thrust.png")
