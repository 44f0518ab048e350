"""What is the effect of load, foot distance and bench height on a hip thrust, in all combinations?"""

import coxa
import matplotlib.pyplot as plt

athlete = coxa.Subject(sex="female", mass=62, height=1.68, training="trained")
study = (
    coxa.Study("barbell_hip_thrust", athlete, frames=51)
    .vary(load=range(20, 101, 10), foot_distance=(0.58, 0.86), bench_height=[0.34, 0.40, 0.46])
    .sample(15, method="grid")  # number of values of a range
)
print(study.plan())
# running this again resumes an interrupted study, or reads the finished file
ds = study.run("load_and_technique.h5")

failed = ds["trial_status"] != 0
beyond = ds["reserve_frames"] > 0
print(f"{int(failed.sum())} of {failed.size} cannot be done, such as:")
print(" ", str(ds["trial_message"].values[failed.values][0]))
print(f"{int(beyond.sum())} ask for more than muscles and supports can give")
for name in ("gluteus_maximus_peak_force", "hamstrings_peak_force"):
    effects = coxa.main_effects(ds, name).table.drop_duplicates("factor")
    shares = ", ".join(f"{row.factor} {row.share:.0%}" for row in effects.itertuples())
    print(f"{name}: {shares} of the variance; the rest is how they act together")

figure, axes = plt.subplots(2, 3, figsize=(12, 7), sharex=True, sharey=True, layout="constrained")
for row, (group, colours) in enumerate({"gluteus_maximus": "YlOrRd", "hamstrings": "PuBu"}.items()):
    force = ds[f"{group}_peak_force"]
    scale = {"vmin": float(force.min()), "vmax": float(force.max()), "cmap": colours}
    for ax, height in zip(axes[row], ds["bench_height"].values, strict=True):
        at = {"bench_height": height}
        image = ax.pcolormesh(ds["foot_distance"], ds["load"], force.sel(at), **scale)
        marked = force.where(beyond).sel(at)
        ax.pcolor(ds["foot_distance"], ds["load"], marked, **scale, hatch="////", ec="#5a616b")
        ax.set_facecolor("#d9dce0")
        if row == 0:
            ax.set_title(f"bench {height * 100:.0f} cm")
        else:
            ax.set_xlabel("foot distance (m)")
    axes[row, 0].set_ylabel("load (kg)")
    figure.colorbar(image, ax=axes[row], label=f"{group.replace('_', ' ')}, peak force (N)")
figure.suptitle(
    "Hip thrust of a woman of 62 kg: grey cannot be done, hatched asks for more than she can give"
)
figure.savefig("load_and_technique.png", dpi=120)
