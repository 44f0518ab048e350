"""Experimental designs: sample points in the unit cube, for studies and populations."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Sampling methods of `unit_cube`.
DRAWS = ("sobol", "lhs", "random")


def unit_cube(method: str, n: int, dimensions: int, seed: int) -> NDArray[np.float64]:
    """`n` points [n, dimensions] in [0, 1]; the same seed gives the same points.

    "sobol" is a scrambled Sobol sequence (best with a power of two), "lhs" a Latin hypercube, both from
    scipy.stats.qmc; "random" draws independently.
    """
    import numpy as np
    from scipy.stats import qmc

    if method == "random" or dimensions == 0:
        return np.random.default_rng(seed).random((n, dimensions))
    if method == "lhs":
        return qmc.LatinHypercube(dimensions, rng=seed).random(n)
    with warnings.catch_warnings():
        # scipy warns unless n is a power of two; the documentation covers that
        warnings.simplefilter("ignore", UserWarning)
        return qmc.Sobol(dimensions, rng=seed).random(n)
