"""What the tests of the commands about many trials share: definitions of studies."""

from __future__ import annotations

GRID = """
exercise = "barbell_hip_thrust"
subject = { sex = "female", mass = 62, height = 1.68 }
[options]
frames = 11
[vary]
load = [40, 60, 300]
foot_distance = [0.5, 0.7, 0.8]
[sample]
method = "grid"
[run]
series = ["hip_extension_moment"]
samples = 11
"""

DRAWN = """
exercise = ["barbell_hip_thrust", "glute_bridge"]
[options]
frames = 11
[vary]
load = { low = 40, high = 60 }
[sample]
n = 4
paired = ["exercise"]
[measure]
summaries = ["peak_hip_extension_moment", "hip_extension_impulse"]
"""

RANGES = """
exercise = "barbell_hip_thrust"
[options]
frames = 11
[vary]
load = { low = 40, high = 80 }
foot_distance = { low = 0.7, high = 0.8 }
"""
