#include <algorithm>
#include <cmath>

#include "separable_workspace.hpp"

namespace coxa {

using namespace separable;

/// Starting point of the interior point method; one factorisation.
///
/// x is the least-norm solution of the rows in the metric of the typical curvature, pushed off its
/// bounds by a typical change; the multipliers follow from the dual residual (after Mehrotra 1992,
/// section 7).
bool SeparableWorkspace::Impl::begin_interior(Extra mode) {
  for (int j = 0; j < rows; ++j) lambda[j] = proximal ? anchor[j] : 0.0;
  system.multiply_transposed(lambda.data(), t.data());
  for (int i = 0; i < columns; ++i) {
    const double range = upper[i] - lower[i];
    x[i] = std::clamp(0.0, lower[i], upper[i]);
    d[i] = scale[i] = 0.0;
    if (range == 0.0) continue;
    if (range < kInfinity) x[i] = std::clamp(0.0, lower[i] + 0.1 * range, upper[i] - 0.1 * range);
    // a linear programme has no curvature: the size of x takes its place
    d[i] = mode == Extra::along ? reach[i] * reach[i]
                                : 1.0 / curvature(i, 0.5 * std::min(upper[i], lower[i] + 1.0));
  }
  row_error(x, lambda, r);
  if (!factor()) return false;
  for (int j = 0; j < rows; ++j) step[j] = r[j];
  system.solve(step.data());
  for (int j = 0; j < rows; ++j) lambda[j] += step[j];
  system.multiply_transposed(lambda.data(), s.data());

  // s: from the multipliers, t: from their change
  for (int i = 0; i < columns; ++i) t[i] = s[i] - t[i];
  energy = 0.0;
  for (int i = 0; i < columns; ++i) energy += d[i] * t[i] * t[i];
  energy = std::max(energy / columns, 1e-200);
  pairs = 0;
  for (int i = 0; i < columns; ++i) {
    zl[i] = zu[i] = zy[i] = kappa[i] = 0.0;
    sl[i] = su[i] = sy[i] = 1.0;
    if (d[i] == 0.0) continue;
    scale[i] = std::sqrt(d[i] * energy);
    const double margin = std::min(0.5 * scale[i], 0.25 * (upper[i] - lower[i]));
    x[i] = std::clamp(x[i] + d[i] * t[i], lower[i] + margin, upper[i] - margin);
    const double force = derivative(i, x[i]) - s[i];
    if (lower[i] > -kInfinity) {
      sl[i] = x[i] - lower[i];
      zl[i] = std::max(force, 0.0) + energy / scale[i];
      ++pairs;
    }
    if (upper[i] < kInfinity) {
      su[i] = upper[i] - x[i];
      zu[i] = std::max(-force, 0.0) + energy / scale[i];
      ++pairs;
    }
  }
  extra = 0.0;
  extra_lower = extra_upper = 0.0;
  if (mode == Extra::along) {
    extra = 0.5;
    extra_lower = extra_upper = 1.0;
    pairs += 2;
  }
  if (mode == Extra::maximum) {
    int count = 0;
    for (int i = 0; i < columns; ++i) {
      if (!subset[i]) continue;
      extra = std::max(extra, x[i] + scale[i]);
      ++count;
    }
    extra *= 1.1;
    for (int i = 0; i < columns; ++i) {
      if (!subset[i]) continue;
      sy[i] = extra - x[i];
      zy[i] = price / count;
      ++pairs;
    }
  }
  return true;
}

/// Primal–dual interior point with Mehrotra's predictor and corrector, from a cold start; x need
/// not meet the rows on the way. With an extra scalar t the normal equations gain a border of one
/// row.
///
/// Newton's equations, with slacks sl, su, sy, multipliers zl, zu, zy and κ = zy/sy:
///
///     dx = Θ (A'dλ + κ dt + g),   Θ = 1/(φ'' + zl/sl + zu/su + κ)
///     [A Θ A'  k; −k'  η] [dλ; dt] = [r₁; r₂],   k = A Θ κ − along
///
/// With `careful` it is slower and goes further. Steps are damped: where one changes the curvature
/// many times over (p = 5), full steps may jump for ever between two points. And the centre aimed at
/// keeps a tenth of the final gap: with less, slacks and multipliers become so unequal that the
/// equations lose all their digits, and the dual residual grows again.
///
/// Leaves x, λ, t and the multipliers; done when gap, rows and dual residual are below `tolerance`
/// of the cost and of b. With `resume` it goes on from where it was.
Outcome SeparableWorkspace::Impl::interior(Extra mode, double tolerance, int limit, bool resume) {
  Outcome outcome;
  const bool along_line = mode == Extra::along;
  const bool under_t = mode == Extra::maximum;
  const double b_size = std::max(1.0, largest(b));
  if (!resume) {
    ++outcome.iterations;
    if (!begin_interior(mode)) {
      outcome.status = SolveStatus::infeasible;
      return outcome;
    }
  }

  for (;;) {
    // residuals
    system.multiply_transposed(lambda.data(), s.data());
    double error = row_error(x, lambda, r);
    if (along_line) {
      for (int j = 0; j < rows; ++j) r[j] += extra * along[j];
      error = largest(r);
    }
    double now = constant;
    for (int i = 0; i < columns; ++i) {
      slope[i] = c[i] + q[i] * x[i];
      stiff[i] = q[i];
      now += 0.5 * x[i] * (c[i] + slope[i]);
    }
    for (int i : powers) {
      const double at = std::max(x[i], 1e-8);
      const double power = wp[i] * raise(at, p - 2.0);
      slope[i] += power * at;
      stiff[i] += power * (p - 1.0);
      now += power * at * at / p;
    }
    double gap = 0.0;
    double stray = 0.0;  // dual residual, as cost over a typical change of x
    double pull_of_t = 0.0;
    for (int i = 0; i < columns; ++i) {
      slope[i] += zu[i] + zy[i] - zl[i] - s[i];
      gap += zl[i] * sl[i] + zu[i] * su[i] + zy[i] * sy[i];
      pull_of_t += zy[i];
      stray =
          std::max(stray, scale[i] > 0.0 ? std::abs(slope[i]) * (scale[i] + std::abs(x[i])) : 0.0);
    }
    double extra_residual = 0.0;
    if (along_line) {
      extra_residual = -price + dot(along, lambda) - extra_lower + extra_upper;
      gap += extra_lower * extra + extra_upper * (1.0 - extra);
      now = price * extra;
    }
    if (under_t) {
      extra_residual = price - pull_of_t;
      now += price * extra;
    }
    if (careful && proximal) {
      // the penalty belongs to what is minimised, and the rounding of large λ grows like it; a gap
      // of 1e-11 of it moves the reserves by 3e-6 of their norm
      for (int j = 0; j < rows; ++j) {
        now += 0.5 * give[j] * (lambda[j] - anchor[j]) * (lambda[j] - anchor[j]);
      }
    }
    const double size = std::abs(now) + (along_line ? 1e-3 * price : 1e-9 * energy * columns);
    if (!std::isfinite(gap + error + stray + now)) return outcome;
    if (gap <= tolerance * size && error <= tolerance * b_size && stray <= 100.0 * tolerance * size
        && std::abs(extra_residual * extra) <= tolerance * size) {
      outcome.status = SolveStatus::solved;
      return outcome;
    }
    if (!under_t && !proximal && outcome.iterations > 4 && certifies_infeasible(lambda, s)) {
      outcome.status = SolveStatus::infeasible;
      return outcome;
    }
    if (outcome.iterations >= limit) return outcome;
    ++outcome.iterations;
    const double mu = pairs > 0 ? gap / pairs : 0.0;

    // normal equations
    double eta = along_line ? extra_lower / extra + extra_upper / (1.0 - extra) : 0.0;
    for (int i = 0; i < columns; ++i) {
      il[i] = 1.0 / sl[i];
      iu[i] = 1.0 / su[i];
      stiff[i] += zl[i] * il[i] + zu[i] * iu[i];
      d[i] = 1.0 / stiff[i];
    }
    if (along_line) {
      // unbounded columns have no stiffness of their own
      for (int i = 0; i < columns; ++i) d[i] = 1.0 / (stiff[i] + 1e-12 / (reach[i] * reach[i]));
    }
    if (under_t) {
      for (int i = 0; i < columns; ++i) {
        iy[i] = 1.0 / sy[i];
        kappa[i] = zy[i] * iy[i];
        d[i] = 1.0 / (stiff[i] + kappa[i]);
        eta += scale[i] > 0.0 ? kappa[i] * stiff[i] * d[i] : kappa[i];
      }
    }
    for (int i = 0; i < columns; ++i) d[i] = scale[i] > 0.0 ? d[i] : 0.0;
    if (!factor()) {
      outcome.status = SolveStatus::infeasible;
      return outcome;
    }
    if (under_t) {
      for (int i = 0; i < columns; ++i) g[i] = kappa[i] * d[i];
      system.multiply(g.data(), border.data());
    }
    if (along_line) {
      for (int j = 0; j < rows; ++j) border[j] = -along[j];
    }
    if (mode != Extra::none) {
      product = border;
      system.solve(product.data());
      eta += dot(border, product);
    }

    double extra_step = 0.0;
    double extra_step_lower = 0.0;
    double extra_step_upper = 0.0;
    double extra_target_lower = 0.0;
    double extra_target_upper = 0.0;
    auto direction = [&] {
      double r2 = -extra_residual;
      for (int i = 0; i < columns; ++i) {
        g[i] = target_l[i] * il[i] - target_u[i] * iu[i] - slope[i];
      }
      if (under_t) {
        for (int i = 0; i < columns; ++i) {
          const double top = target_y[i] * iy[i];
          g[i] -= top;
          r2 += top + kappa[i] * d[i] * g[i];
        }
      }
      if (along_line) r2 += extra_target_lower / extra - extra_target_upper / (1.0 - extra);
      for (int i = 0; i < columns; ++i) dx[i] = d[i] * g[i];
      system.multiply(dx.data(), step.data());
      for (int j = 0; j < rows; ++j) step[j] = r[j] - step[j];
      system.solve(step.data());
      extra_step = 0.0;
      if (mode != Extra::none) {
        extra_step = (r2 + dot(border, step)) / eta;
        for (int j = 0; j < rows; ++j) step[j] -= product[j] * extra_step;
      }
      system.multiply_transposed(step.data(), t.data());
      for (int i = 0; i < columns; ++i) {
        dx[i] += d[i] * (t[i] + kappa[i] * extra_step);
        dzl[i] = (target_l[i] - zl[i] * dx[i]) * il[i];
        dzu[i] = (target_u[i] + zu[i] * dx[i]) * iu[i];
      }
      if (under_t) {
        for (int i = 0; i < columns; ++i) {
          dzy[i] = (target_y[i] - zy[i] * (extra_step - dx[i])) * iy[i];
        }
      }
      if (along_line) {
        extra_step_lower = (extra_target_lower - extra_lower * extra_step) / extra;
        extra_step_upper = (extra_target_upper + extra_upper * extra_step) / (1.0 - extra);
      }
    };
    // reciprocal of the longest step that keeps every slack and multiplier positive
    auto shortness = [&] {
      double inverse = 0.0;
      for (int i = 0; i < columns; ++i) {
        const double low = zl[i] > 0.0 ? std::max(-dx[i] * il[i], -dzl[i] / zl[i]) : 0.0;
        const double high = zu[i] > 0.0 ? std::max(dx[i] * iu[i], -dzu[i] / zu[i]) : 0.0;
        inverse = std::max(inverse, std::max(low, high));
      }
      if (under_t) {
        for (int i = 0; i < columns; ++i) {
          if (zy[i] == 0.0) continue;
          inverse = std::max(inverse, std::max((dx[i] - extra_step) * iy[i], -dzy[i] / zy[i]));
        }
      }
      if (along_line) {
        inverse = std::max(
            {inverse, -extra_step / extra, extra_step / (1.0 - extra),
             -extra_step_lower / extra_lower, -extra_step_upper / extra_upper});
      }
      return inverse;
    };

    // predictor: straight to complementarity zero
    for (int i = 0; i < columns; ++i) {
      target_l[i] = -zl[i] * sl[i];
      target_u[i] = -zu[i] * su[i];
      target_y[i] = -zy[i] * sy[i];
    }
    extra_target_lower = -extra_lower * extra;
    extra_target_upper = -extra_upper * (1.0 - extra);
    direction();
    double length = 1.0 / std::max(1.0, shortness());
    double after = 0.0;
    for (int i = 0; i < columns; ++i) {
      after += (zl[i] + length * dzl[i]) * (sl[i] + length * dx[i])
               + (zu[i] + length * dzu[i]) * (su[i] - length * dx[i]);
    }
    if (under_t) {
      for (int i = 0; i < columns; ++i) {
        after += (zy[i] + length * dzy[i]) * (sy[i] + length * (extra_step - dx[i]));
      }
    }
    if (along_line) {
      after += (extra_lower + length * extra_step_lower) * (extra + length * extra_step)
               + (extra_upper + length * extra_step_upper) * (1.0 - extra - length * extra_step);
    }
    const double ratio = gap > 0.0 ? after / gap : 0.0;
    double target = ratio * ratio * ratio * mu;
    if (careful) target = std::max(target, 0.1 * tolerance * size / std::max(pairs, 1));

    // corrector: towards the centre, with the predictor's second-order error
    for (int i = 0; i < columns; ++i) {
      target_l[i] += zl[i] > 0.0 ? target - dzl[i] * dx[i] : 0.0;
      target_u[i] += zu[i] > 0.0 ? target + dzu[i] * dx[i] : 0.0;
    }
    if (under_t) {
      for (int i = 0; i < columns; ++i) {
        target_y[i] += zy[i] > 0.0 ? target - dzy[i] * (extra_step - dx[i]) : 0.0;
      }
    }
    extra_target_lower += target - extra_step_lower * extra_step;
    extra_target_upper += target + extra_step_upper * extra_step;
    direction();
    const double back_off = std::max(0.99, 1.0 - ratio);
    length = std::min(1.0, back_off / std::max(shortness(), 1e-200));
    if (careful) length *= 0.7;

    for (int i = 0; i < columns; ++i) {
      x[i] += length * dx[i];
      sl[i] += zl[i] > 0.0 ? length * dx[i] : 0.0;
      su[i] -= zu[i] > 0.0 ? length * dx[i] : 0.0;
      zl[i] += length * dzl[i];
      zu[i] += length * dzu[i];
    }
    if (under_t) {
      for (int i = 0; i < columns; ++i) {
        sy[i] += zy[i] > 0.0 ? length * (extra_step - dx[i]) : 0.0;
        zy[i] += length * dzy[i];
      }
    }
    for (int j = 0; j < rows; ++j) lambda[j] += length * step[j];
    extra += length * extra_step;
    extra_lower += length * extra_step_lower;
    extra_upper += length * extra_step_upper;
  }
}

}  // namespace coxa
