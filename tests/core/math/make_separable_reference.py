"""Optimal values of small separable programmes, from solvers that are not ours.

Writes separable_program_reference.txt beside itself. Conic programmes: Clarabel through CVXPY
(feasibility and gap 1e-12, or the least that it reaches); linear programmes: HiGHS through SciPy.
Needs: pip install cvxpy clarabel scipy

    python make_separable_reference.py
"""

from pathlib import Path

# ruff: noqa: B023  (each closure is used within its own turn of the loop)
import cvxpy as cp
import numpy as np
from scipy.optimize import brentq, linprog

TIE_BREAK_LINEAR = 1e-3
TIE_BREAK_MAXIMUM = 1e-2
FRACTION = 0.05
T_MAX = 50.0


def programme(rng, m, muscles, supports, actuators):
    """Random columns: muscles in [0, 1], pushing supports, two-sided actuators."""
    n = muscles + supports + actuators
    A = np.zeros((m, n))
    lower, upper = np.zeros(n), np.ones(n)
    w, c, e, x0 = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(n):
        if i < muscles:
            rows = rng.choice(m, rng.integers(1, 4), replace=False)
            A[rows, i] = np.round(rng.uniform(-60, 60, rows.size), 2)
            w[i] = np.round(rng.uniform(0.2, 2.0), 2)
        elif i < muscles + supports:
            rows = rng.choice(m, min(m, 4), replace=False)
            A[rows, i] = np.round(rng.uniform(-1, 1, rows.size), 3)
            upper[i], e[i] = (500.0 if i % 3 else np.inf), 1e-5
        else:
            A[(i * 7) % m, i] = 1.0
            lower[i], upper[i], e[i] = -5.0, 5.0, 1e-3
            c[i], x0[i] = 0.01, 0.5
    x = np.where(
        np.isfinite(upper), lower + (upper - lower) * rng.beta(0.6, 1.2, n), rng.exponential(100, n)
    )
    x[e == 1e-5] *= 0.3
    b = np.round(A @ x, 3)
    return A, b, lower, upper, w, c, e, x0, rng


def boxed(x, lower, upper):
    low, high = np.isfinite(lower), np.isfinite(upper)
    return [x[low] >= lower[low], x[high] <= upper[high]]


def small_cost(x, c, e, x0):
    return c @ x + 0.5 * cp.sum(cp.multiply(e, cp.square(x - x0)))


def run(objective, constraints):
    problem = cp.Problem(objective, constraints)
    # the tightest tolerance that the solver still calls reached
    for tolerance in (1e-12, 1e-11, 1e-10, 1e-9, 1e-8):
        problem.solve(
            solver=cp.CLARABEL,
            tol_gap_abs=tolerance,
            tol_gap_rel=tolerance,
            tol_feas=tolerance,
            max_iter=500,
        )
        if problem.status == "optimal":
            return problem.value
    raise RuntimeError(problem.status)


def main():
    lines = [
        "# made by make_separable_reference.py: Clarabel and HiGHS values of small separable programmes",
        f"settings {TIE_BREAK_LINEAR} {TIE_BREAK_MAXIMUM} {FRACTION} {T_MAX}",
    ]
    for seed in range(10):
        rng = np.random.default_rng(seed)
        m = int(rng.integers(4, 9))
        A, b, lower, upper, w, c, e, x0, rng = programme(rng, m, 12 + seed, 6 + seed % 4, 3)
        n = A.shape[1]
        muscle = w > 0
        d = np.round(rng.uniform(-1, 1, n), 2)
        along = np.round(rng.uniform(-1, 1, m), 2)
        far = np.round(b + rng.uniform(-400, 400, m) * np.where(np.arange(m) % 2, 1, 0.1), 2)
        scale = np.round(rng.uniform(0.5, 2.0, m), 2)
        # in units of 100 for supports: conditions the cones
        x = cp.multiply(np.where(e == 1e-5, 100.0, 1.0), cp.Variable(n))
        box = boxed(x, lower, upper)
        size = np.abs(A).max(axis=1)
        rows = [(A / size[:, None]) @ x == b / size]
        rest = small_cost(x, c, e, x0)
        wm, xm = w[muscle], x[np.flatnonzero(muscle)]

        values = {}
        values["p1"] = run(
            cp.Minimize(wm @ xm + TIE_BREAK_LINEAR / 2 * wm @ cp.square(xm) + rest), rows + box
        )
        cost2 = wm @ cp.square(xm) + rest
        values["p2"] = run(cp.Minimize(cost2), rows + box)
        for p in (3, 5):
            values[f"p{p}"] = run(cp.Minimize(wm @ cp.power(xm, p) + rest), rows + box)
        values["maximum"] = run(
            cp.Minimize(wm.sum() * cp.max(xm) + TIE_BREAK_MAXIMUM * wm @ cp.square(xm) + rest),
            rows + box,
        )
        # as a cone, the cost limit costs Clarabel half its digits; as a price it is one
        # quadratic programme per trial
        limit = values["p2"] + FRACTION * abs(values["p2"])
        for name, sign in (("low", 1.0), ("high", -1.0)):
            price = cp.Parameter(nonneg=True)
            trial = cp.Problem(cp.Minimize(cost2 + price * sign * (d @ x)), rows + box)

            def excess(log_price):
                price.value = 10.0**log_price
                trial.solve(
                    solver=cp.CLARABEL,
                    tol_gap_abs=1e-12,
                    tol_gap_rel=1e-12,
                    tol_feas=1e-12,
                    max_iter=500,
                )
                assert trial.status in ("optimal", "optimal_inaccurate"), trial.status
                return np.sqrt(max(cost2.value - values["p2"], 0.0)) - np.sqrt(limit - values["p2"])

            brentq(excess, -7.0, -1.0, xtol=1e-13)
            values[name] = float(d @ x.value)
        values["reserve"] = run(cp.Minimize(cp.sum_squares((far - A @ x) / scale)), box)

        limit = linprog(
            np.r_[np.zeros(n), -1.0],
            A_eq=np.c_[A, -along],
            b_eq=b,
            bounds=[*zip(lower, upper, strict=True), (0.0, T_MAX)],
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        values["limit"] = limit.x[-1]

        lines.append(f"programme {m} {n}")
        for i in range(n):
            used = np.flatnonzero(A[:, i])
            entries = " ".join(f"{j} {A[j, i]:g}" for j in used)
            head = " ".join(f"{v:g}" for v in (lower[i], upper[i], w[i], c[i], e[i], x0[i]))
            lines.append(f"{head} {used.size} {entries}")
        for v in (b, d, along, far, scale):
            lines.append(" ".join(f"{float(u)!r}" for u in v))
        lines.append(
            " ".join(
                f"{values[k]:.12g}"
                for k in ("p1", "p2", "p3", "p5", "maximum", "low", "high", "reserve", "limit")
            )
        )
    Path(__file__).with_name("separable_program_reference.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
