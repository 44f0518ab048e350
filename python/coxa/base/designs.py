"""Points of the unit cube: how studies and populations draw."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Ways to draw, by `unit_cube`.
DRAWS = ("sobol", "lhs", "random")


def unit_cube(method: str, n: int, dimensions: int, seed: int) -> NDArray[np.float64]:
    """`n` points [n, dimensions] in 0 to 1; the same seed gives the same points.

    A scrambled Sobol sequence ("sobol", best with a power of two), a Latin hypercube ("lhs"), both of
    scipy.stats.qmc, or independent draws ("random").
    """
    import numpy as np
    from scipy.stats import qmc

    if method == "random" or dimensions == 0:
        return np.random.default_rng(seed).random((n, dimensions))
    if method == "lhs":
        return qmc.LatinHypercube(dimensions, rng=seed).random(n)
    with warnings.catch_warnings():
        # any n is allowed; that powers of two are balanced is said in the documentation
        warnings.simplefilter("ignore", UserWarning)
        return qmc.Sobol(dimensions, rng=seed).random(n)
