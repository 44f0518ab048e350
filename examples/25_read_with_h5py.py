"""How is a study's file read without coxa, with h5py alone (or MATLAB, Julia, R: it is plain HDF5)?"""

import json
from pathlib import Path

import h5py
import matplotlib.pyplot as plt
import numpy as np


def make(path):
    """Write a file to read; the only part that needs coxa."""
    import coxa

    athlete = coxa.Subject(sex="male", mass=80, height=1.80, training="trained")
    study = coxa.Study("barbell_hip_thrust", athlete, frames=51)
    study.vary(load=(20, 100), foot_distance=(0.62, 0.9)).sample(64, seed=1).run(path)


path = Path("study.h5")
if not path.exists():
    make(path)

with h5py.File(path) as file:
    print(file.attrs["exercise"], "by", json.loads(file.attrs["subject"]))
    print("made by", file.attrs["history"])
    for name, variable in file.items():
        if variable.attrs.get("role") == "parameter":
            print(f"varied: {name} [{variable.attrs['units']}], {variable.attrs['long_name']}")
    ok = file["trial_status"][...] == 0
    load = file["load"][...]  # (trial)
    peak = file["peak_hip_extension_moment"][...]  # (trial); NaN where the trial failed
    moment = file["hip_extension_moment"]  # (trial, sample, side), read on access
    # labels are arrays of characters (side, longest label), which netCDF and xarray join automatically
    sides = [b"".join(characters).decode() for characters in file["side"][...]]
    right = moment[:, :, sides.index("right")]
    percent = file["sample"][...]  # 0 to 100 % of the repetition

print(f"{ok.sum()} of {ok.size} trials simulated; failed ones are NaN")
print(f"r = {np.corrcoef(load[ok], peak[ok])[0, 1]:.2f} of load and peak hip extension moment")

figure, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
shade = plt.get_cmap("viridis")((load - load.min()) / np.ptp(load))
for curve, colour in zip(right[ok], shade[ok], strict=True):
    ax.plot(percent, curve, color=colour, lw=0.8)
bar = plt.cm.ScalarMappable(plt.Normalize(load.min(), load.max()), "viridis")
figure.colorbar(bar, ax=ax, label="load (kg)")
ax.set_xlabel("repetition (%)")
ax.set_ylabel("hip extension moment, right leg (N m)")
figure.savefig("read_with_h5py.png", dpi=120)
