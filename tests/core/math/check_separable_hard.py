"""Solves the programmes of separable_program_hard.txt by Clarabel and compares with what stands there.

Needs numpy, scipy and clarabel. The programmes are frames of studies in which the solver once stopped
without an answer, with six or nine digits of their numbers; the expected value is the least sum of
(reserve / scale)^2 if a programme is infeasible, else its least cost.
"""

from __future__ import annotations

from pathlib import Path

import clarabel
import numpy as np
import scipy.sparse as sp

TIE = 1e-4  # of the min-max criterion, relative to the maximum


def programmes():
    words = iter(
        Path(__file__).with_name("separable_program_hard.txt").read_text().split("\n", 1)[1].split()
    )
    for _ in words:
        power, m, n, expected = (kind(next(words)) for kind in (float, int, int, float))
        a = np.zeros((m, n))
        head = np.zeros((n, 4))
        for i in range(n):
            head[i] = [float(next(words)) for _ in range(4)]
            for _ in range(int(next(words))):
                row = int(next(words))
                a[row, i] = float(next(words))
        b, scale = (np.array([float(next(words)) for _ in range(m)]) for _ in range(2))
        yield power, a, *head.T, b, scale, expected


def solve(q, c, blocks, cones):
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-12
    settings.static_regularization_constant = 1e-12
    settings.max_iter = 400
    g = sp.csc_matrix(np.vstack([block for block, _ in blocks]))
    h = np.concatenate([side for _, side in blocks])
    answer = clarabel.DefaultSolver(sp.csc_matrix(np.triu(q)), c, g, h, cones, settings).solve()
    return answer.obj_val, str(answer.status)


def reference(power, a, lower, upper, weight, quadratic, b, scale):
    m, n = a.shape
    size = np.where(weight > 0, 1.0, upper)  # x = size * u
    rows = np.where(scale > 0, scale, 1.0)
    a = a * size / rows[:, None]
    b, lower, upper, quadratic = b / rows, lower / size, upper / size, quadratic * size**2
    muscles = np.flatnonzero(weight > 0)

    def case(extra, q, c, coupling, more=(), cones=(), inequalities=0):
        zero = np.zeros((n, extra))
        blocks = [
            (np.hstack([a, coupling]), b),
            (np.hstack([np.eye(n), zero]), upper),
            (np.hstack([-np.eye(n), zero]), -lower),
            *more,
        ]
        bounds = clarabel.NonnegativeConeT(2 * n + inequalities)
        return solve(q, c, blocks, [clarabel.ZeroConeT(m), bounds, *cones])

    # least reserves, the one cost that is always finite
    free = np.flatnonzero(scale > 0)
    reserves = np.zeros((m, len(free)))
    reserves[free, np.arange(len(free))] = 1
    q = np.zeros((n + len(free),) * 2)
    q[range(n, n + len(free)), range(n, n + len(free))] = 2
    least, status = case(len(free), q, np.zeros(n + len(free)), reserves)
    if least > 1e-6:
        return least, status

    if np.isinf(power):
        q = np.zeros((n + 1, n + 1))
        q[range(n), range(n)] = quadratic + 2 * TIE * weight
        c = np.append(np.zeros(n), weight.sum())
        below = np.hstack([np.eye(n)[muscles], -np.ones((len(muscles), 1))])
        more = [(below, np.zeros(len(muscles)))]
        return case(1, q, c, np.zeros((m, 1)), more, inequalities=len(muscles))

    k = len(muscles)
    q = np.zeros((n + k, n + k))
    q[range(n), range(n)] = quadratic
    c = np.append(np.zeros(n), weight[muscles])
    more = []
    for t, i in enumerate(muscles):
        block = np.zeros((3, n + k))
        block[0, n + t] = block[2, i] = -1
        more.append((block, np.array([0.0, 1.0, 0.0])))
    return case(k, q, c, np.zeros((m, k)), more, [clarabel.PowerConeT(1 / power)] * k)


if __name__ == "__main__":
    for *programme, expected in programmes():
        value, status = reference(*programme)
        print(f"{status:12} {value:.12g}  expected {expected:.12g}")
