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
    // a linear programme has no curvature; the magnitude of x replaces it
    d[i] = mode == Extra::along ? reach[i] * reach[i]
                                : 1.0 / curvature(i, 0.5 * std::min(upper[i], lower[i] + 1.0));
  }
  row_error(x, lambda, r);
  if (!factor()) return false;
  for (int j = 0; j < rows; ++j) step[j] = r[j];
  system.solve(step.data());
  for (int j = 0; j < rows; ++j) lambda[j] += step[j];
  system.multiply_transposed(lambda.data(), s.data());

  begin_bounds();
  begin_extra(mode);
  return true;
}

/// Pushes x off its bounds and starts the multipliers. Expects s = A'λ and, in t, A'λ before the
/// first step.
void SeparableWorkspace::Impl::begin_bounds() {
  for (int i = 0; i < columns; ++i) t[i] = s[i] - t[i];
  energy = 0.0;
  for (int i = 0; i < columns; ++i) energy += d[i] * t[i] * t[i];
  energy = std::max(energy / columns, 1e-200);
  pairs = 0;
  for (int i = 0; i < columns; ++i) {
    below.z[i] = above.z[i] = top.z[i] = kappa[i] = 0.0;
    below.s[i] = above.s[i] = top.s[i] = 1.0;
    if (d[i] == 0.0) continue;
    scale[i] = std::sqrt(d[i] * energy);
    const double margin = std::min(0.5 * scale[i], 0.25 * (upper[i] - lower[i]));
    x[i] = std::clamp(x[i] + d[i] * t[i], lower[i] + margin, upper[i] - margin);
    const double force = derivative(i, x[i]) - s[i];
    if (lower[i] > -kInfinity) {
      below.s[i] = x[i] - lower[i];
      below.z[i] = std::max(force, 0.0) + energy / scale[i];
      ++pairs;
    }
    if (upper[i] < kInfinity) {
      above.s[i] = upper[i] - x[i];
      above.z[i] = std::max(-force, 0.0) + energy / scale[i];
      ++pairs;
    }
  }
}

/// Starting point of t and of the multipliers of its bounds.
void SeparableWorkspace::Impl::begin_extra(Extra mode) {
  extra = {.price = extra.price};
  if (mode == Extra::along) {
    extra.value = 0.5;
    extra.z_low = extra.z_high = 1.0;
    pairs += 2;
  }
  if (mode != Extra::maximum) return;
  int count = 0;
  for (int i = 0; i < columns; ++i) {
    if (!subset[i]) continue;
    extra.value = std::max(extra.value, x[i] + scale[i]);
    ++count;
  }
  extra.value *= 1.1;
  for (int i = 0; i < columns; ++i) {
    if (!subset[i]) continue;
    top.s[i] = extra.value - x[i];
    top.z[i] = extra.price / count;
    ++pairs;
  }
}

/// Residuals of the present iterate; leaves s = A'λ, r, and each column's dual residual and φ''.
Residuals SeparableWorkspace::Impl::residuals(const InteriorSettings& settings) {
  const bool along_line = settings.mode == Extra::along;
  Residuals found;
  system.multiply_transposed(lambda.data(), s.data());
  found.rows = row_error(x, lambda, r);
  if (along_line) {
    for (int j = 0; j < rows; ++j) r[j] += extra.value * along[j];
    found.rows = largest(r);
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
  double pull_of_t = 0.0;
  for (int i = 0; i < columns; ++i) {
    slope[i] += above.z[i] + top.z[i] - below.z[i] - s[i];
    found.gap += below.z[i] * below.s[i] + above.z[i] * above.s[i] + top.z[i] * top.s[i];
    pull_of_t += top.z[i];
    found.dual = std::max(
        found.dual, scale[i] > 0.0 ? std::abs(slope[i]) * (scale[i] + std::abs(x[i])) : 0.0);
  }
  if (along_line) {
    found.extra = -extra.price + dot(along, lambda) - extra.z_low + extra.z_high;
    found.gap += extra.z_low * extra.value + extra.z_high * (1.0 - extra.value);
    now = extra.price * extra.value;
  }
  if (settings.mode == Extra::maximum) {
    found.extra = extra.price - pull_of_t;
    now += extra.price * extra.value;
  }
  if (settings.careful && proximal) {
    // the penalty is part of the objective, and the rounding error of a large λ grows with it; a
    // gap of 1e-11 of it moves the reserves by 3e-6 of their norm
    for (int j = 0; j < rows; ++j) {
      now += 0.5 * give[j] * (lambda[j] - anchor[j]) * (lambda[j] - anchor[j]);
    }
  }
  found.size = std::abs(now) + (along_line ? 1e-3 * extra.price : 1e-9 * energy * columns);
  found.finite = std::isfinite(found.gap + found.rows + found.dual + now);
  return found;
}

/// Factors Newton's equations and solves for their border; false if a row contradicts its bounds.
bool SeparableWorkspace::Impl::factor_interior(Extra mode) {
  double eta =
      mode == Extra::along ? extra.z_low / extra.value + extra.z_high / (1.0 - extra.value) : 0.0;
  for (int i = 0; i < columns; ++i) {
    below.inverse[i] = 1.0 / below.s[i];
    above.inverse[i] = 1.0 / above.s[i];
    stiff[i] += below.z[i] * below.inverse[i] + above.z[i] * above.inverse[i];
    d[i] = 1.0 / stiff[i];
  }
  if (mode == Extra::along) {
    // unbounded columns have no stiffness of their own; a small one is added
    for (int i = 0; i < columns; ++i) d[i] = 1.0 / (stiff[i] + 1e-12 / (reach[i] * reach[i]));
  }
  if (mode == Extra::maximum) {
    for (int i = 0; i < columns; ++i) {
      top.inverse[i] = 1.0 / top.s[i];
      kappa[i] = top.z[i] * top.inverse[i];
      d[i] = 1.0 / (stiff[i] + kappa[i]);
      eta += scale[i] > 0.0 ? kappa[i] * stiff[i] * d[i] : kappa[i];
    }
  }
  for (int i = 0; i < columns; ++i) d[i] = scale[i] > 0.0 ? d[i] : 0.0;
  if (!factor()) return false;
  if (mode == Extra::none) return true;

  if (mode == Extra::maximum) {
    for (int i = 0; i < columns; ++i) g[i] = kappa[i] * d[i];
    system.multiply(g.data(), border.data());
  } else {
    for (int j = 0; j < rows; ++j) border[j] = -along[j];
  }
  product = border;
  system.solve(product.data());
  extra.eta = eta + dot(border, product);
  return true;
}

/// Targets slack · multiplier = 0 for every pair: the predictor.
void SeparableWorkspace::Impl::aim_at_zero() {
  for (int i = 0; i < columns; ++i) {
    below.target[i] = -below.z[i] * below.s[i];
    above.target[i] = -above.z[i] * above.s[i];
    top.target[i] = -top.z[i] * top.s[i];
  }
  extra.target_low = -extra.z_low * extra.value;
  extra.target_high = -extra.z_high * (1.0 - extra.value);
}

/// Targets `center`, less the second-order error of the predictor's step: the corrector.
void SeparableWorkspace::Impl::aim_at_center(Extra mode, double center) {
  for (int i = 0; i < columns; ++i) {
    below.target[i] += below.z[i] > 0.0 ? center - below.dz[i] * dx[i] : 0.0;
    above.target[i] += above.z[i] > 0.0 ? center + above.dz[i] * dx[i] : 0.0;
  }
  if (mode == Extra::maximum) {
    for (int i = 0; i < columns; ++i) {
      top.target[i] += top.z[i] > 0.0 ? center - top.dz[i] * (extra.step - dx[i]) : 0.0;
    }
  }
  extra.target_low += center - extra.dz_low * extra.step;
  extra.target_high += center + extra.dz_high * extra.step;
}

/// Newton's step of x, λ, t and the multipliers towards the targets.
void SeparableWorkspace::Impl::newton_step(Extra mode, double extra_residual) {
  double r2 = -extra_residual;
  for (int i = 0; i < columns; ++i) {
    g[i] = below.target[i] * below.inverse[i] - above.target[i] * above.inverse[i] - slope[i];
  }
  if (mode == Extra::maximum) {
    for (int i = 0; i < columns; ++i) {
      const double pull = top.target[i] * top.inverse[i];
      g[i] -= pull;
      r2 += pull + kappa[i] * d[i] * g[i];
    }
  }
  if (mode == Extra::along) {
    r2 += extra.target_low / extra.value - extra.target_high / (1.0 - extra.value);
  }
  for (int i = 0; i < columns; ++i) dx[i] = d[i] * g[i];
  system.multiply(dx.data(), step.data());
  for (int j = 0; j < rows; ++j) step[j] = r[j] - step[j];
  system.solve(step.data());
  extra.step = 0.0;
  if (mode != Extra::none) {
    extra.step = (r2 + dot(border, step)) / extra.eta;
    for (int j = 0; j < rows; ++j) step[j] -= product[j] * extra.step;
  }
  system.multiply_transposed(step.data(), t.data());
  for (int i = 0; i < columns; ++i) {
    dx[i] += d[i] * (t[i] + kappa[i] * extra.step);
    below.dz[i] = (below.target[i] - below.z[i] * dx[i]) * below.inverse[i];
    above.dz[i] = (above.target[i] + above.z[i] * dx[i]) * above.inverse[i];
  }
  if (mode == Extra::maximum) {
    for (int i = 0; i < columns; ++i) {
      top.dz[i] = (top.target[i] - top.z[i] * (extra.step - dx[i])) * top.inverse[i];
    }
  }
  if (mode == Extra::along) {
    extra.dz_low = (extra.target_low - extra.z_low * extra.step) / extra.value;
    extra.dz_high = (extra.target_high + extra.z_high * extra.step) / (1.0 - extra.value);
  }
}

/// Reciprocal of the longest step that keeps every slack and multiplier positive.
double SeparableWorkspace::Impl::shortness(Extra mode) const {
  double inverse = 0.0;
  for (int i = 0; i < columns; ++i) {
    const double low =
        below.z[i] > 0.0 ? std::max(-dx[i] * below.inverse[i], -below.dz[i] / below.z[i]) : 0.0;
    const double high =
        above.z[i] > 0.0 ? std::max(dx[i] * above.inverse[i], -above.dz[i] / above.z[i]) : 0.0;
    inverse = std::max(inverse, std::max(low, high));
  }
  if (mode == Extra::maximum) {
    for (int i = 0; i < columns; ++i) {
      if (top.z[i] == 0.0) continue;
      inverse =
          std::max(inverse, std::max((dx[i] - extra.step) * top.inverse[i], -top.dz[i] / top.z[i]));
    }
  }
  if (mode == Extra::along) {
    inverse = std::max(
        {inverse, -extra.step / extra.value, extra.step / (1.0 - extra.value),
         -extra.dz_low / extra.z_low, -extra.dz_high / extra.z_high});
  }
  return inverse;
}

/// Duality gap after a step of this length.
double SeparableWorkspace::Impl::gap_after(Extra mode, double length) const {
  double gap = 0.0;
  for (int i = 0; i < columns; ++i) {
    gap += (below.z[i] + length * below.dz[i]) * (below.s[i] + length * dx[i])
           + (above.z[i] + length * above.dz[i]) * (above.s[i] - length * dx[i]);
  }
  if (mode == Extra::maximum) {
    for (int i = 0; i < columns; ++i) {
      gap += (top.z[i] + length * top.dz[i]) * (top.s[i] + length * (extra.step - dx[i]));
    }
  }
  if (mode == Extra::along) {
    gap += (extra.z_low + length * extra.dz_low) * (extra.value + length * extra.step)
           + (extra.z_high + length * extra.dz_high) * (1.0 - extra.value - length * extra.step);
  }
  return gap;
}

void SeparableWorkspace::Impl::advance(Extra mode, double length) {
  for (int i = 0; i < columns; ++i) {
    x[i] += length * dx[i];
    below.s[i] += below.z[i] > 0.0 ? length * dx[i] : 0.0;
    above.s[i] -= above.z[i] > 0.0 ? length * dx[i] : 0.0;
    below.z[i] += length * below.dz[i];
    above.z[i] += length * above.dz[i];
  }
  if (mode == Extra::maximum) {
    for (int i = 0; i < columns; ++i) {
      top.s[i] += top.z[i] > 0.0 ? length * (extra.step - dx[i]) : 0.0;
      top.z[i] += length * top.dz[i];
    }
  }
  for (int j = 0; j < rows; ++j) lambda[j] += length * step[j];
  extra.value += length * extra.step;
  extra.z_low += length * extra.dz_low;
  extra.z_high += length * extra.dz_high;
}

/// Primal–dual interior point method with Mehrotra's predictor and corrector, infeasible start. An
/// extra scalar t adds a border of one row to the normal equations.
///
/// Newton's equations, with slacks s, multipliers z and κ = z/s of x ≤ t:
///
///     dx = Θ (A'dλ + κ dt + g),   Θ = 1/(φ'' + Σ z/s + κ), the sum over x ≥ lower and x ≤ upper
///     [A Θ A'  k; −k'  η] [dλ; dt] = [r₁; r₂],   k = A Θ κ − along
///
/// Leaves x, λ, t and the multipliers.
Outcome SeparableWorkspace::Impl::interior(const InteriorSettings& settings) {
  const Extra mode = settings.mode;
  const double b_size = std::max(1.0, largest(b));
  Outcome outcome;
  if (!settings.resume) {
    ++outcome.iterations;
    if (!begin_interior(mode)) return {SolveStatus::infeasible, outcome.iterations};
  }
  for (;;) {
    const Residuals now = residuals(settings);
    if (!now.finite) return outcome;
    const double enough = settings.tolerance * now.size;
    if (now.gap <= enough && now.rows <= settings.tolerance * b_size && now.dual <= 100.0 * enough
        && std::abs(now.extra * extra.value) <= enough) {
      return {SolveStatus::solved, outcome.iterations};
    }
    if (mode != Extra::maximum && !proximal && outcome.iterations > 4
        && certifies_infeasible(lambda, s)) {
      return {SolveStatus::infeasible, outcome.iterations};
    }
    if (outcome.iterations >= settings.limit) return outcome;
    ++outcome.iterations;
    if (!factor_interior(mode)) return {SolveStatus::infeasible, outcome.iterations};

    aim_at_zero();
    newton_step(mode, now.extra);
    const double after = gap_after(mode, 1.0 / std::max(1.0, shortness(mode)));
    const double ratio = now.gap > 0.0 ? after / now.gap : 0.0;
    double center = ratio * ratio * ratio * (pairs > 0 ? now.gap / pairs : 0.0);
    if (settings.careful) {
      center = std::max(center, settings.least_center * enough / std::max(pairs, 1));
    }

    aim_at_center(mode, center);
    newton_step(mode, now.extra);
    const double back_off = std::max(settings.back_off, 1.0 - ratio);
    double length = std::min(1.0, back_off / std::max(shortness(mode), 1e-200));
    if (settings.careful) length *= settings.damping;
    advance(mode, length);
  }
}

}  // namespace coxa
