"""What changes when the feet are too near to the bench, or too far from it?

Nearer feet shift work to the quadriceps, farther feet to the hamstrings; only with the feet under the knees are
the shins vertical at the top. That distance depends on the body; the first simulation finds it.
"""

import coxa
from coxa.faults import before_after, consequences

athlete = coxa.Subject(sex="female", mass=62, height=1.68, training="trained")


def thrust(**way):
    return coxa.simulate("barbell_hip_thrust", athlete, load=50, frames=61, **way)


upright = thrust()
place = upright.parameters["foot_distance"]
trials = {
    "15 cm nearer": thrust(foot_distance=place - 0.15),
    "shins upright": upright,
    "12 cm farther": thrust(foot_distance=place + 0.12),
}

print(consequences(trials))
for name, trial in trials.items():
    print(name, list(coxa.check_form(trial).failed), sep=": ")
trials["15 cm nearer"].save("near.h5")
before_after(trials, "Feet too near, right and too far").savefig("feet.png", dpi=120)
