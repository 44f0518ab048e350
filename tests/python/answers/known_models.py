"""Models whose sensitivity indices are known by formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr


@dataclass
class Unit:
    """A factor that is its own uniform numbers, or some levels."""

    name: str
    dimensions: int = 1
    levels: list | None = None
    group: str = ""
    unit: str = "1"
    description: str = "a number"

    def __post_init__(self):
        self.group = self.group or self.name


class Model:
    """What `sensitivity` needs of a study: factors and evaluate; measures are functions of u."""

    def __init__(self, factors, fails=None, **measures):
        self.factors, self.fails, self.measures = factors, fails, measures
        self.asked = []

    def evaluate(self, u, path=None, workers=None, *, executor=None, series=()):
        self.asked.append({"path": path, "workers": workers, "executor": executor, "n": len(u)})
        self.u = u
        failed = np.zeros(len(u), dtype=int) if self.fails is None else self.fails(u).astype(int)
        variables = {
            "trial_status": ("trial", failed),
            "trial_message": ("trial", np.where(failed == 1, "the bar does not fit", "")),
        }
        for name, function in self.measures.items():
            y = np.where(failed == 1, np.nan, function(u))
            variables[name] = ("trial", y, {"role": "summary", "units": "N", "long_name": name})
        return xr.Dataset(variables)


def units(count):
    return [Unit(f"x{i + 1}") for i in range(count)]


A, B = 7.0, 0.1


def ishigami(u):
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


V1 = 0.5 * (1 + B * np.pi**4 / 5) ** 2
V2 = A**2 / 8
V13 = B**2 * np.pi**8 * (1 / 18 - 1 / 50)
V = V1 + V2 + V13
ISHIGAMI_S1 = np.array([V1, V2, 0]) / V
ISHIGAMI_ST = np.array([V1 + V13, V2, V13]) / V
