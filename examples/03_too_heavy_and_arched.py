"""What changes when the load is too heavy and the back arches instead of the hips extending?

The trunk is level at the top either way. With the lower back arched by 20 deg the hips stop short of full
extension: the spine finishes the lift. Joint moments and muscle forces show the cost. The load on the facet
joints, which carry more in an arched spine, is not modelled.
"""

import coxa
from coxa.faults import before_after, consequences

athlete = coxa.Subject(sex="female", mass=62, height=1.68, training="trained")


def thrust(load, **way):
    return coxa.simulate("barbell_hip_thrust", athlete, load=load, frames=61, **way)


heavy = thrust(110)
feet = heavy.parameters["foot_distance"]
arched = thrust(110, lumbar_extension_deg=20, foot_distance=feet)
trials = {"70 kg": thrust(70), "110 kg": heavy, "110 kg, arched": arched}

print(consequences(trials))
print(coxa.check_form(arched))
arched.save("arched.h5")
before_after(trials, "Too heavy: the back arches").savefig("arched.png", dpi=120)
