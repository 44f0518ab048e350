#include <algorithm>
#include <cmath>
#include <limits>

#include "separable_workspace.hpp"

namespace coxa {

using namespace separable;

namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

double root(double y, double r) {
  if (r == 2.0) return std::sqrt(y);
  if (r == 3.0) return std::cbrt(y);
  if (r == 4.0) return std::sqrt(std::sqrt(y));
  return std::pow(y, 1.0 / r);
}

}  // namespace

/// The x that minimises φᵢ(x) − sᵢ x without bounds, for a column with a power term.
double SeparableWorkspace::Impl::power_response(int i, double si) const {
  const double pull = si - c[i];
  if (pull <= 0.0) return q[i] > 0.0 ? std::min(0.0, pull * inverse_q[i]) : 0.0;
  const double r = p - 1.0;
  const double pure = root(pull / wp[i], r);
  if (q[i] == 0.0) return pure;

  // wp x^r + q x = pull: starts on the side from which Newton's iteration is monotone
  double at = r >= 1.0 ? std::min(pure, pull * inverse_q[i])
                       : std::min(root(0.5 * pull / wp[i], r), 0.5 * pull * inverse_q[i]);
  for (int k = 0; k < 60; ++k) {
    const double power = wp[i] * raise(at, r);
    const double change = (pull - power - q[i] * at) / (r * power / at + q[i]);
    at += change;
    if (std::abs(change) <= 2.0 * kEpsilon * at) break;
  }
  return at;
}

/// x(s) = clip(φ'⁻¹(s)), all columns.
void SeparableWorkspace::Impl::respond(
    const std::vector<double>& at, std::vector<double>& result) const {
  const double* __restrict si = at.data();
  const double* __restrict ci = c.data();
  const double* __restrict qi = inverse_q.data();
  const double* __restrict low = lower.data();
  const double* __restrict high = upper.data();
  double* __restrict xi = result.data();
  for (int i = 0; i < columns; ++i) {
    const double free = (si[i] - ci[i]) * qi[i];
    const double above = free > low[i] ? free : low[i];
    xi[i] = above < high[i] ? above : high[i];
  }
  for (int i : powers) xi[i] = std::clamp(power_response(i, si[i]), low[i], high[i]);
}

/// d = dx/ds at x: 1 / φ'' strictly between the bounds, 0 on them.
void SeparableWorkspace::Impl::stiffness(const std::vector<double>& at) {
  for (int i = 0; i < columns; ++i)
    d[i] = at[i] > lower[i] && at[i] < upper[i] ? inverse_q[i] : 0.0;
  for (int i : powers)
    d[i] = at[i] > lower[i] && at[i] < upper[i] ? 1.0 / curvature(i, at[i]) : 0.0;
}

/// x(λ) and r; returns the largest entry of r.
double SeparableWorkspace::Impl::evaluate() {
  system.multiply_transposed(lambda.data(), s.data());
  respond(s, x);
  return row_error(x, lambda, r);
}

/// One Newton step on the optimality conditions with x as an independent unknown and the active set
/// given by `side`: linearises φ' at x instead of inverting it, and is therefore insensitive to
/// multipliers that no longer fit a new A. Sets λ; x only serves as the point of linearisation.
void SeparableWorkspace::Impl::predict() {
  for (int i = 0; i < columns; ++i) {
    if (side[i] < 0) x[i] = lower[i];
    if (side[i] > 0) x[i] = upper[i];
    x[i] = std::clamp(x[i], lower[i], upper[i]);
    d[i] = side[i] == 0 && lower[i] < upper[i] ? inverse_q[i] : 0.0;
  }
  for (int i : powers) d[i] = side[i] == 0 && lower[i] < upper[i] ? 1.0 / curvature(i, x[i]) : 0.0;
  system.multiply_transposed(lambda.data(), s.data());
  for (int i = 0; i < columns; ++i) trial[i] = x[i] + d[i] * (s[i] - c[i] - q[i] * x[i]);
  for (int i : powers) trial[i] = x[i] + d[i] * (s[i] - derivative(i, x[i]));
  row_error(trial, lambda, step);
  if (!factor()) return;
  system.solve(step.data());
  for (int j = 0; j < rows; ++j) lambda[j] += step[j];
}

/// Given an almost exact λ, corrects x directly with the last factor, because x(λ) magnifies the
/// rounding error of λ by 1/φ''. True if x then meets the rows and its multipliers to the final
/// tolerance.
bool SeparableWorkspace::Impl::refine() {
  step = r;
  system.solve(step.data());
  system.multiply_transposed(step.data(), t.data());
  for (int i = 0; i < columns; ++i) {
    trial[i] = std::clamp(x[i] + d[i] * t[i], lower[i], upper[i]);
  }
  for (int i : powers) {
    if (d[i] == 0.0) continue;
    const double target = s[i] + t[i];
    if (std::abs(derivative(i, trial[i]) - target) > 1e-11 * std::abs(target) + 1e-14 * wp[i])
      return false;
  }
  for (int j = 0; j < rows; ++j) step[j] += lambda[j];
  const double error = row_error(trial, step, product);
  if (error > 0.1 * row_tolerance) return false;
  x = trial;
  r = product;
  lambda = step;
  return true;
}

/// Whether the active set is the one of the last factorisation.
bool SeparableWorkspace::Impl::same_active_set() const {
  bool same = true;
  for (int i = 0; i < columns; ++i) {
    const bool free = x[i] > lower[i] && x[i] < upper[i];
    same = same && free == (d[i] != 0.0);
  }
  return same;
}

/// Step length at which the slope of the dual along the step, `start` > 0 at zero and decreasing,
/// is almost zero; infinite if the dual is unbounded along it.
double SeparableWorkspace::Impl::step_length(double start) {
  double offset = dot(step, b);
  double bend = 0.0;
  if (proximal) {
    for (int j = 0; j < rows; ++j) {
      offset -= step[j] * give[j] * (lambda[j] - anchor[j]);
      bend += step[j] * step[j] * give[j];
    }
  }
  auto slope_at = [&](double length) {
    for (int i = 0; i < columns; ++i) dx[i] = s[i] + length * t[i];
    respond(dx, trial);
    return offset - length * bend - dot(t, trial);
  };

  // bracket the zero of the slope unless the full step is accurate enough
  double length = 1.0;
  double here = slope_at(1.0);
  double low = 0.0;
  double low_slope = start;
  while (here > 0.3 * start && length < 1e12) {
    low = length;
    low_slope = here;
    length *= 4.0;
    here = slope_at(length);
  }
  if (here > 0.3 * start) return kInfinity;
  double high = length;
  double high_slope = here;
  for (int k = 0; k < 30 && std::abs(here) > 0.3 * start; ++k) {
    length = (low * high_slope - high * low_slope) / (high_slope - low_slope);
    length = std::clamp(length, low + 0.05 * (high - low), high - 0.05 * (high - low));
    here = slope_at(length);
    (here > 0.0 ? low : high) = length;
    (here > 0.0 ? low_slope : high_slope) = here;
  }
  return length;
}

/// Maximises  b'λ − Σ φᵢ*(Aᵢ'λ) − ½ Σ giveⱼ (λⱼ − anchorⱼ)²  from the present λ (the last sum only
/// if proximal). Leaves x, λ and r.
Outcome SeparableWorkspace::Impl::newton(int limit) {
  Outcome outcome;
  double error = evaluate();
  const double near = 1e4 * row_tolerance;  // below this error the active set has usually settled
  bool factored = false;
  int stalls = 0;

  for (;;) {
    if (!std::isfinite(error)) return outcome;

    if (factored && same_active_set() && error <= near && refine()) {
      outcome.status = SolveStatus::solved;
      return outcome;
    }
    if (error <= 0.01 * row_tolerance) {
      outcome.status = SolveStatus::solved;
      return outcome;
    }
    if (outcome.iterations == limit || stalls > 3) {
      if (error <= row_tolerance) outcome.status = SolveStatus::solved;
      return outcome;
    }
    ++outcome.iterations;

    stiffness(x);
    if (!factor()) {
      outcome.status = SolveStatus::infeasible;
      return outcome;
    }
    factored = true;
    step = r;
    system.solve(step.data());
    system.multiply_transposed(step.data(), t.data());

    const double start = dot(step, r);
    if (!(start > 0.0)) return outcome;
    const double length = step_length(start);
    if (length == kInfinity) {
      if (!proximal && certifies_infeasible(step, t)) {
        lambda = step;
        outcome.status = SolveStatus::infeasible;
      }
      return outcome;
    }
    stalls += length < 1e-3;

    for (int j = 0; j < rows; ++j) lambda[j] += length * step[j];
    error = evaluate();
    if (!proximal && outcome.iterations % 4 == 0 && certifies_infeasible(lambda, s)) {
      outcome.status = SolveStatus::infeasible;
      return outcome;
    }
  }
}

}  // namespace coxa
