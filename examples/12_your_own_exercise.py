"""An exercise of your own in thirty lines: the hip thrust with a stop on the way up.

A thrust that stops halfway has to be accelerated again there, from rest. Run: .venv/bin/python examples/12_your_own_exercise.py
"""

import coxa
from coxa.scenario import Phase


@coxa.register
class StopThrust(coxa.Exercise):
    """Barbell hip thrust that stops on the way up and goes on from standstill."""

    name = "stop_thrust"
    title = "Hip thrust with a stop"
    muscles = ("glutes", "hamstrings")
    references = ("Contreras B, Cronin J, Schoenfeld B (2011) Strength Cond J 33(5):58-61",)
    parameters = (
        coxa.Parameter("load", 60, 0, 500, "kg", "bar and plates together"),
        coxa.Parameter("stop", 0.5, 0.1, 0.9, "1", "where on the way up it stops: 0 bottom, 1 top"),
        coxa.Parameter("pause", 1.0, 0.1, 10, "s", "how long it stops"),
    )

    def build(self, model, p):
        thrust = coxa.exercise("barbell_hip_thrust")
        scenario = thrust.build(model, load=p["load"])
        up, hold, down = scenario.repetition
        first = up.replace(end=p["stop"], duration=up.duration * p["stop"])
        rest = up.replace(start=p["stop"], duration=up.duration * (1 - p["stop"]))
        scenario.repetition = (first, Phase("hold", p["pause"], *[p["stop"]] * 2), rest, hold, down)
        return scenario


table = coxa.conformance.check("stop_thrust", draws=6)
print(table[["passed", "found"]].to_string(max_colwidth=60), "\n")

athlete = coxa.Subject(sex="female", mass=62, height=1.68, training="trained")
for name, options in [("barbell_hip_thrust", {}), ("stop_thrust", {"stop": 0.5})]:
    result = coxa.simulate(name, athlete, load=60, **options)
    peak = result.summary().loc["peak_hip_extension_moment"]
    print(f"{name}: peak hip moment {peak['value']:.0f} N m at {peak['% up']:.0f} % of the way up")
result.save("stop_thrust.h5")
