// variants of the programme solved by the interior point method: least maximum, feasible limit

#include <algorithm>
#include <cmath>
#include <span>

#include "coxa/math/error.hpp"
#include "coxa/math/separable_program.hpp"

#include "separable_workspace.hpp"

namespace coxa {

using namespace separable;

namespace {

// selects the unknowns bounded by t and sets the price of t
void choose(
    SeparableWorkspace::Impl& impl, const SeparableProgram& program, std::span<const char> subset) {
  impl.extra.price = 0.0;
  for (int i = 0; i < impl.columns; ++i) {
    const int k = impl.system.column_of[i];
    impl.subset[i] = subset[k] != 0;
    if (!impl.subset[i]) continue;
    require(
        program.weight[k] > 0.0, "weight[", k, "] is ", program.weight[k],
        "; an unknown of the subset needs a positive weight");
    impl.extra.price += program.weight[k];
  }
  require(impl.extra.price > 0.0, "subset is empty; expected at least one nonzero entry");
}

// with t fixed as a bound, an ordinary programme remains, solved to full precision
Outcome under_known_maximum(SeparableWorkspace::Impl& impl) {
  for (int i = 0; i < impl.columns; ++i) {
    if (impl.subset[i]) {
      impl.upper[i] = std::max(impl.lower[i], std::min(impl.upper[i], impl.extra.value));
    }
  }
  impl.keep = impl.x;
  impl.keep_lambda = impl.lambda;
  impl.keep_r = impl.r;
  for (int i = 0; i < impl.columns; ++i) {
    const auto active = [&](const Inequalities& kind) {
      return kind.z[i] * impl.scale[i] * impl.scale[i] > kind.s[i] * impl.energy;
    };
    impl.side[i] = active(impl.above) || active(impl.top) ? 1 : active(impl.below) ? -1 : 0;
  }
  impl.predict();
  const Outcome polish = impl.newton(20);
  // the multipliers of the whole programme, in which t is free
  impl.lambda = impl.keep_lambda;
  if (polish.status == SolveStatus::solved) return {SolveStatus::solved, 1 + polish.iterations};
  impl.x = impl.keep;
  const bool met = largest(impl.keep_r) <= impl.row_tolerance;
  return {met ? SolveStatus::solved : SolveStatus::iteration_limit, 1 + polish.iterations};
}

}  // namespace

SolveStatus minimise_maximum(
    const SeparableProgram& program,
    std::span<const char> subset,
    double tie_break,
    SeparableWorkspace& work,
    SeparableSolution& solution,
    double& maximum) {
  SeparableWorkspace::Impl& impl = work.impl();
  require_size("subset", std::ssize(subset), program.columns());
  require(
      tie_break > 0.0 && std::isfinite(tie_break), "tie_break is ", tie_break,
      "; expected a positive number");
  impl.load(program, 2.0, tie_break);
  choose(impl, program, subset);

  // feasibility first
  Outcome outcome = impl.run(Start::cold);
  if (outcome.status != SolveStatus::solved) {
    impl.publish(solution, outcome);
    return outcome.status;
  }
  int spent = outcome.iterations;
  outcome = impl.interior({.mode = Extra::maximum, .limit = 100});
  spent += outcome.iterations;
  if (outcome.status == SolveStatus::iteration_limit) {
    // gap and rows closed before the multipliers converged
    outcome = impl.interior(with_care(Extra::maximum));
    spent += outcome.iterations;
  }
  if (outcome.status == SolveStatus::solved) {
    const Outcome polished = under_known_maximum(impl);
    outcome.status = polished.status;
    spent += polished.iterations;
  }
  impl.publish(solution, {outcome.status, spent});
  maximum = -kInfinity;
  for (int i = 0; i < impl.columns; ++i) {
    if (impl.subset[i]) maximum = std::max(maximum, impl.x[i]);
  }
  solution.cost += impl.extra.price * maximum;
  return outcome.status;
}

namespace {

// sets up the linear programme, scaled so that t in [0, t_max] becomes [0, 1]
void make_linear(
    SeparableWorkspace::Impl& impl,
    const SeparableProgram& program,
    const Eigen::Ref<const Eigen::VectorXd>& along,
    double t_max) {
  std::fill(impl.q.begin(), impl.q.end(), 0.0);
  std::fill(impl.c.begin(), impl.c.end(), 0.0);
  impl.powers.clear();
  impl.constant = 0.0;
  impl.moving = true;
  impl.extra.price = 1.0;
  for (int j = 0; j < impl.rows; ++j) impl.along[j] = t_max * along[impl.system.row_of[j]];
  const double rows_size = std::max({largest(impl.b), largest(impl.along), 1e-300});
  for (int i = 0; i < impl.columns; ++i) {
    const int k = impl.system.column_of[i];
    double column = 0.0;
    for (int l = program.col_start[k]; l < program.col_start[k + 1]; ++l) {
      column = std::max(column, std::abs(program.values[l]));
    }
    const double range = impl.upper[i] - impl.lower[i];
    impl.reach[i] = range < kInfinity ? range : column > 0.0 ? rows_size / column : 1.0;
    if (impl.reach[i] == 0.0) impl.reach[i] = 1.0;
  }
}

}  // namespace

SolveStatus maximise_along(
    const SeparableProgram& program,
    const Eigen::Ref<const Eigen::VectorXd>& along,
    double t_max,
    SeparableWorkspace& work,
    FeasibleLimit& limit) {
  SeparableWorkspace::Impl& impl = work.impl();
  const int n = impl.columns;
  const int m = impl.rows;
  require_size("along", along.size(), program.rows);
  check_finite("along", along.data(), along.size(), false);
  require(t_max > 0.0 && std::isfinite(t_max), "t_max is ", t_max, "; expected a positive number");
  impl.load(program, 2.0, 1.0);

  make_linear(impl, program, along, t_max);
  const Outcome outcome = impl.interior({.mode = Extra::along, .limit = 150});

  limit.x.resize(n);
  limit.multiplier.resize(n);
  limit.lambda.resize(m);
  limit.iterations = outcome.iterations;
  limit.t = t_max * std::clamp(impl.extra.value, 0.0, 1.0);
  // upper bound on t from the dual y = lambda: t y'along <= max y'A x - y'b
  double most = -dot(impl.lambda, impl.b);
  impl.system.multiply_transposed(impl.lambda.data(), impl.s.data());
  for (int i = 0; i < n; ++i) {
    const int k = impl.system.column_of[i];
    const double si = impl.s[i];
    const double end = si > 0.0 ? impl.upper[i] : impl.lower[i];
    // where the bound is infinite, s is rounding error
    most += si * (std::isfinite(end) ? end : impl.x[i]);
    limit.x[k] = impl.x[i] = std::clamp(impl.x[i], impl.lower[i], impl.upper[i]);
    const double reach = impl.reach[i];
    const bool at_upper = impl.above.z[i] * reach * reach > impl.above.s[i];
    const bool at_lower = impl.below.z[i] * reach * reach > impl.below.s[i];
    limit.multiplier[k] =
        t_max * ((at_upper ? impl.above.z[i] : 0.0) - (at_lower ? impl.below.z[i] : 0.0));
  }
  const double rate = dot(impl.lambda, impl.along);
  limit.bound = rate > 0.0 ? std::min(t_max, t_max * most / rate) : t_max;
  for (int j = 0; j < m; ++j) limit.lambda[impl.system.row_of[j]] = -t_max * impl.lambda[j];
  impl.system.multiply(impl.x.data(), impl.r.data());
  limit.residual = 0.0;
  for (int j = 0; j < m; ++j) {
    const double rj = impl.b[j] + limit.t / t_max * impl.along[j] - impl.r[j];
    limit.residual = std::max(limit.residual, std::abs(rj));
  }
  limit.status = outcome.status;
  if (outcome.status == SolveStatus::solved
      && limit.bound - limit.t > 1e-9 * std::max(limit.t, 1e-3 * t_max)) {
    limit.status = SolveStatus::iteration_limit;
  }
  return limit.status;
}

}  // namespace coxa
