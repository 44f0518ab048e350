"""What does a band around the knees add to a hip thrust, compared with heavier plates?"""

import coxa
import matplotlib.pyplot as plt
import numpy as np

BANDS = ["yellow", "red", "green", "blue", "black", "silver"]  # from weak to strong
MUSCLES = ["gluteus_maximus", "gluteus_medius"]

athlete = coxa.Subject(sex="female", mass=62, height=1.68, training="trained")


def thrusts(**fixed):
    study = coxa.Study("banded_hip_thrust", athlete, frames=51, **fixed)
    study.vary(load=[20, 30, 40, 50, 60, 70])
    return study.measure(*(f"{name}_impulse" for name in MUSCLES), "reserve_frames")


banded = thrusts().vary(band=BANDS).sample(method="grid")  # dimensions load and band in the file
ds = banded.run("bands.h5", series=())
bare = thrusts(band_loops=0).sample(method="grid").run(series=())

beyond = ds["reserve_frames"] > 0
print(f"{int((ds['trial_status'] != 0).sum())} of {beyond.size} trials failed,", end=" ")
print(f"{int(beyond.sum())} ask for more than she can give and are left out")

figure, axes = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained", sharey=True)
colours = {"yellow": "#e6c229", "silver": "#a8adb3"}
for ax, muscle in zip(axes, MUSCLES, strict=True):
    name = f"{muscle}_impulse"
    without = bare[name].values
    gain = ds[name].where(~beyond).transpose("band", "load") - without
    per_kg = np.polyfit(bare["load"], without, 1)[0]
    for band in BANDS:
        of = gain.sel(band=band)
        ax.plot(ds["load"], 100 * of / without, "o-", color=colours.get(band, band), label=band)
    worth = ", ".join(f"{b} {float(gain.sel(band=b).mean()) / per_kg:.0f} kg" for b in BANDS)
    print(f"to the {muscle.replace('_', ' ')} a band adds as much as plates of: {worth}")
    ax.axhline(0, color="black", lw=0.8)
    ax.set_title(muscle.replace("_", " "))
    ax.set_xlabel("load on the bar (kg)")
axes[0].set_ylabel("force over time, more than without a band (%)")
axes[0].legend(title="band", frameon=False, loc="upper right", reverse=True)
figure.savefig("bands.png", dpi=120)
