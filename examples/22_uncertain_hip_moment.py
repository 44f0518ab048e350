"""How certain is the hip moment, and which inputs would have to be known better?

Inputs that are never known exactly are drawn from published distributions. A band over the repetition shows the
spread of the result; Sobol indices attribute it to the inputs.
"""

import coxa
import matplotlib.pyplot as plt

athlete = coxa.Subject(sex="male", mass=80, height=1.80, training="trained")
study = coxa.Study("barbell_hip_thrust", athlete, load=80, frames=51).uncertain(
    *("muscle_strength", "segment_masses", "joint_centers", "bar_position"),
    *("foot_placement", "friction", "criterion"),
)
print(coxa.uncertainty.table()[["spread"]])

ds = study.sample(256, seed=1).run("uncertain_hip_moment.h5")
beyond = int((ds["reserve_frames"] > 0).sum())
print(
    f"{int((ds.trial_status != 0).sum())} of {ds.sizes['trial']} trials failed, {beyond} ask for more than he can give"
)

bands = {
    "Hip extension moment, one leg (N m)": coxa.response(ds, "hip_extension_moment", over="sample"),
    "Gluteus maximus, one side (N)": coxa.response(
        ds, "group_force", over="sample", select={"group": "gluteus_maximus"}
    ),
}
measures = ["peak_hip_extension_moment", "gluteus_maximus_peak_force"]
indices = study.sensitivity("sobol", 128, measures=measures)
print(indices)

figure, axes = plt.subplots(2, 2, figsize=(12, 7), layout="constrained", sharex="col")
for (ax, bars), (label, band), measure in zip(axes, bands.items(), measures, strict=True):
    curve = band.table
    ax.fill_between(curve["sample"], curve["low"], curve["high"], color="#9ecae1")
    ax.plot(curve["sample"], curve["median"], color="#08519c")
    ax.set_ylabel(label)
    ax.set_ylim(0)
    top = indices.top(measure).iloc[::-1]
    bars.barh(
        [name.replace("_", " ") for name in top.index],
        *(top["ST"], 0.6),
        xerr=top["ST_conf"],
        color="#e6550d",
        ecolor="#5a616b",
    )
    bars.set_title(measure.replace("_", " "), fontsize=11)
axes[0, 0].set_title("median and 90 % of the trials", fontsize=11)
axes[1, 0].set_xlabel("repetition (%)")
axes[1, 1].set_xlabel("total Sobol index: share of the variance that it has a part in")
axes[1, 1].set_xlim(0, 1)
figure.savefig("uncertain_hip_moment.png", dpi=120)
