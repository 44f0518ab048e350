"""What changes when the heels lift?

The feet stay in place but press on their balls only: the force acts farther from the bench, and the calves have
to hold the ankles.
"""

import coxa
from coxa.faults import before_after, consequences

athlete = coxa.Subject(sex="female", mass=62, height=1.68, training="trained")


def thrust(**way):
    return coxa.simulate("barbell_hip_thrust", athlete, load=50, frames=61, **way)


flat = thrust()
lifted = thrust(heel_height=0.04, foot_distance=flat.parameters["foot_distance"])
trials = {"heels down": flat, "heels 4 cm up": lifted}

print(consequences(trials))
print(coxa.check_form(lifted))
lifted.save("heels_up.h5")
before_after(trials, "Heels up").savefig("heels_up.png", dpi=120)
