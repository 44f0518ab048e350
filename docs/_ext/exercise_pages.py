"""One page per bundled exercise, from its description and its default repetition."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import coxa
from coxa.conformance import PERSON
from pages import GENERATED, sweep, table, write


def bundled() -> list[coxa.ExerciseDescription]:
    """Bundled exercises; other plugins found on this machine are left out."""
    found = [coxa.exercise(name) for name in coxa.exercises()]
    package = Path(coxa.__file__).parent
    return [e for e in found if package in Path(e.origin).parents]


def parameter_rows(exercise: coxa.ExerciseDescription) -> Iterator[tuple[str, ...]]:
    for p in exercise.parameters.values():
        unit = "" if p.unit == "1" else p.unit
        yield f"`{p.name}`", p.default_text, p.range_text, unit, p.description


def page(exercise: coxa.ExerciseDescription) -> str:
    info = exercise.info
    references = "\n".join(f"- {text}" for text in info.references)
    return f"""# {info.title}

`{info.name}`. {info.description}

Muscle groups: {", ".join(info.muscles)}.

```{{image}} {info.name}.png
:alt: {info.title} by a strong man of 75 kg and 1.75 m, with every parameter at its default
```

The default repetition of a strong man (75 kg, 1.75 m, trained, strength 1.5): posture, joint moments, support forces, activation of the muscle
groups.

## Parameters

{table(("Parameter", "Default", "Allowed", "Unit", "Meaning"), parameter_rows(exercise))}
## References

{references}
"""


def draw(name: str) -> None:
    import matplotlib.pyplot as plt

    figure = coxa.simulate(name, PERSON).plot()
    figure.savefig(GENERATED / "exercises" / f"{name}.png", dpi=90)
    plt.close("all")


def generate(draw_again: bool) -> None:
    exercises = bundled()
    for exercise in exercises:
        write(f"exercises/{exercise.name}.md", page(exercise))
        if draw_again or not (GENERATED / "exercises" / f"{exercise.name}.png").exists():
            draw(exercise.name)
    sweep("exercises", [e.name for e in exercises])
    rows = [
        (f"[{e.info.title}](exercises/{e.name}.md)", f"`{e.name}`", ", ".join(e.info.muscles))
        for e in exercises
    ]
    names = "\n".join(f"exercises/{e.name}" for e in exercises)
    listing = table(("Exercise", "Name", "Muscle groups"), rows)
    write(
        "exercises.md",
        f"""# Exercises

Each exercise is a plugin with its own supports, loads and geometry. Postures are computed, not prescribed: lying ones from
the closed chain of floor, bench and bar, standing ones from balance over the middle of the sole, and what remains free (the
lean of the trunk) by least muscular effort. These pages are generated from the plugins.

{listing}
```{{toctree}}
:hidden:

{names}
```
""",
    )
