"""Which exercise loads the gluteus maximus most, and for whom?

128 trained people, women and men of all sizes and strengths, do every exercise with 40 % of their own body mass,
so that each person is compared with themselves.
"""

import coxa
import matplotlib.pyplot as plt
import numpy as np

EXERCISES = ["barbell_hip_thrust", "glute_bridge", "conventional_deadlift", "back_squat"]
PEOPLE = 128  # a power of two: a balanced Sobol sample
GRAVITY = 9.81


def lifting_force(result):
    """Mean force of both gluteus maximus in the concentric phase, N."""
    force = result["group_force"].sel(group="gluteus_maximus").sum("side")
    return float(force[(result["phase"] == 0).values].mean())


study = (
    coxa.Study(EXERCISES, coxa.Population(training="trained"), frames=31)
    .vary(load_per_mass=[0.4])
    .sample(PEOPLE, seed=1, paired="exercise")
    .measure("reserve_frames", lifting_force=lifting_force)
)
ds = study.run("glutes_for_whom.h5", series=())

# trials that need reserves are beyond the muscles, and are left out
can = (ds["trial_status"] == 0) & (ds["reserve_frames"] == 0)
for name in EXERCISES:
    of = (ds["exercise"] == name).values
    print(f"{name}: {int(can[of].sum())} of {int(of.sum())} people can")
found = coxa.paired(ds.where(can, drop=True), "lifting_force", "exercise")
for row in found.table.itertuples():
    print(
        f"{row.a} less {row.b}: {row.difference:+.0f} N ({row.t_low:+.0f} to {row.t_high:+.0f}),"
        f" more in {row.share:.0%} of {row.pairs} people"
    )
print("Equal loads are not equal effort: coxa.compare takes a share of the greatest load of each.")

table = coxa.to_dataframe(ds)[can.values]
table["force"] = table["lifting_force"] / (GRAVITY * table["subject_mass"])
table["subject_woman"] = (table["subject_sex"] == "female").astype(float)
traits = ["woman", "height", "mass", "strength"]

figure, (left, right) = plt.subplots(
    1, 2, figsize=(12, 4.8), width_ratios=(3, 2), layout="constrained"
)
for side, (sex, colour) in enumerate({"female": "#d55e00", "male": "#0072b2"}.items()):
    rows = table[table["subject_sex"] == sex]
    parts = left.violinplot(
        [rows.loc[rows["exercise"] == name, "force"] for name in EXERCISES],
        positions=np.arange(len(EXERCISES)) + 0.4 * side - 0.2,
        widths=0.38,
        showextrema=False,
        showmedians=True,
    )
    for body in parts["bodies"]:
        body.set(facecolor=colour, alpha=0.7)
    parts["cmedians"].set_color("black")
    left.plot([], [], lw=8, alpha=0.7, color=colour, label={"female": "women", "male": "men"}[sex])
labels = [name.replace("_", "\n") for name in EXERCISES]
left.set_xticks(range(len(EXERCISES)), labels)
left.set_ylim(0)
left.set_ylabel("mean force on the way up (body weights)")
left.set_title("Gluteus maximus, load 40 % of body mass")
left.legend(frameon=False, loc="upper left")

ranks = np.array(
    [
        table[table["exercise"] == name][[f"subject_{t}" for t in traits]]
        .corrwith(table["force"], method="spearman")
        .to_numpy()
        for name in EXERCISES
    ]
)
right.imshow(ranks, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto")
for (i, j), value in np.ndenumerate(ranks):
    right.text(
        j, i, f"{value:+.2f}", ha="center", va="center", color="white" if abs(value) > 0.6 else "k"
    )
right.set_xticks(range(len(traits)), traits)
right.set_yticks(range(len(EXERCISES)), [name.replace("_", " ") for name in EXERCISES])
right.set_title("Who has more of it: rank correlation")
figure.savefig("glutes_for_whom.png", dpi=120)
