"""Digests of what every exercise computes, to tell whether a change of the code changed a bit of any result.

`python tests/python/equal_bits.py` prints what differs from `equal_bits.json`; with `--write` it stores today's digests.
Write them again only in a change that means to alter results, and say so in its message.
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

import coxa
import numpy as np

REFERENCE = Path(__file__).with_name("equal_bits.json")

#: Exponents of the recruitment's cost, and least greatest activation.
CRITERIA = (1, 2, 3, 5, "min-max")
FRAMES = 21


def processor() -> str:
    """Digest of what the mathematical functions of this machine give: the C library chooses them by
    processor, and their last bits differ between processors."""
    values = []
    for x in np.linspace(0.01, 3, 500).tolist():
        values += [math.sin(x), math.cos(x), math.tan(x), math.exp(x), math.log(x), math.atan(x)]
        values += [math.acos(x / 4), math.pow(x, 1.7), math.hypot(x, 1)]
    return digest({"values": np.array(values)}, ["values"])


def digest(arrays: Any, names: list[str]) -> str:
    total = hashlib.sha256()
    for name in names:
        values = np.asarray(arrays[name])
        total.update(f"{name} {values.shape}".encode())
        if values.dtype.kind in "OUST":
            total.update("\0".join(map(str, values.ravel().tolist())).encode())
        else:
            total.update(np.ascontiguousarray(values).tobytes())
    return total.hexdigest()[:16]


def runs() -> dict[str, Any]:
    """Arrays by what they are of: exercises under every criterion, greatest loads, and a study."""
    person = coxa.Subject(sex="male", mass=80, height=1.80)
    found: dict[str, Any] = {}
    for name in coxa.exercises():
        if not coxa.exercise(name).origin.endswith(".so"):
            continue
        for p in CRITERIA:
            found[f"{name} {p}"] = coxa.simulate(
                name, person, criterion=p, frames=FRAMES, intervals=p == 2
            ).dataset
    for name in ("barbell_hip_thrust", "back_squat"):
        limit = coxa.max_load(name, person, frames=11)
        curve = {"max_load": [limit.load], "load": limit.curve["load"], "path": limit.curve["path"]}
        found[f"{name} max_load"] = curve
    study = coxa.Study("barbell_hip_thrust", person, frames=11).vary(
        load=(40, 80), bench_height=(0.38, 0.44)
    )
    study = study.uncertain("muscle_strength", "bar_position").sample(8, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.h5"
        study.run(path, workers=2)
        with coxa.load(path) as dataset:
            found["study"] = dataset.load()
    return found


def differences(reference: dict[str, Any]) -> list[str]:
    """What of the reference is not as it was."""
    found = runs()
    wrong = [f"{key}: not in the reference" for key in found if key not in reference["runs"]]
    for key, stored in reference["runs"].items():
        if key not in found:
            wrong.append(f"{key}: no longer there")
            continue
        names = reference["variables"][stored["variables"]].split()
        if lost := [name for name in names if name not in found[key]]:
            wrong.append(f"{key}: no variable {', '.join(lost)}")
        elif digest(found[key], names) != stored["digest"]:
            wrong.append(f"{key}: other bits")
    return wrong


def write() -> None:
    variables: list[list[str]] = []
    digests = {}
    for key, dataset in runs().items():
        names = sorted(map(str, getattr(dataset, "variables", dataset)))
        if names not in variables:
            variables.append(names)
        digests[key] = {"variables": variables.index(names), "digest": digest(dataset, names)}
    reference = {
        "machine": platform.machine(),
        "processor": processor(),
        "variables": [" ".join(names) for names in variables],
        "runs": digests,
    }
    REFERENCE.write_text(json.dumps(reference, indent=1) + "\n")


def reference() -> dict[str, Any]:
    return json.loads(REFERENCE.read_text())


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        lines = differences(reference())
        print("\n".join(lines) or "equal to the bit")
        sys.exit(bool(lines))
