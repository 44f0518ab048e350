#include "coxa/math/separable_program.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "separable_workspace.hpp"

namespace coxa {

using namespace separable;

SeparableProgram SeparableProgram::with_pattern(
    int rows, std::vector<int> col_start, std::vector<int> row_index) {
  SeparableProgram program;
  program.rows = rows;
  program.col_start = std::move(col_start);
  program.row_index = std::move(row_index);
  check_pattern(program);
  const int n = program.columns();
  program.values.assign(program.row_index.size(), 0.0);
  program.b = Eigen::VectorXd::Zero(rows);
  program.lower = Eigen::VectorXd::Constant(n, -kInfinity);
  program.upper = Eigen::VectorXd::Constant(n, kInfinity);
  program.weight = Eigen::VectorXd::Zero(n);
  program.linear = Eigen::VectorXd::Zero(n);
  program.quadratic = Eigen::VectorXd::Zero(n);
  program.center = Eigen::VectorXd::Zero(n);
  return program;
}

/// Warm-started Newton; if that fails, interior point and Newton from a cold start.
Outcome SeparableWorkspace::Impl::run(Start start) {
  int spent = 0;
  if (start == Start::warm) {
    predict();
    const Outcome outcome = newton(12);
    spent = 1 + outcome.iterations;
    if (outcome.status != SolveStatus::iteration_limit) return {outcome.status, spent};
  }
  const Outcome outcome = from_inside({});
  return {outcome.status, spent + outcome.iterations};
}

/// Alternates interior point and Newton with a tolerance that tightens each turn.
Outcome SeparableWorkspace::Impl::from_inside(InteriorSettings settings) {
  int spent = 0;
  for (double tolerance : {1e-5, 1e-8, 1e-11}) {
    settings.tolerance = tolerance;
    const Outcome inner = interior(settings);
    spent += inner.iterations;
    if (inner.status == SolveStatus::infeasible) return {inner.status, spent};
    keep = x;
    keep_lambda = lambda;
    keep_r = r;
    // a bound is active where the unconstrained response to the multipliers would cross it
    for (int i = 0; i < columns; ++i) {
      side[i] = 0;
      if (below.z[i] > 0.0 && derivative(i, x[i]) - below.z[i] < derivative(i, lower[i]))
        side[i] = -1;
      if (above.z[i] > 0.0 && derivative(i, x[i]) + above.z[i] > derivative(i, upper[i]))
        side[i] = 1;
    }
    predict();
    const Outcome polish = newton(20);
    spent += 1 + polish.iterations;
    if (polish.status != SolveStatus::iteration_limit) return {polish.status, spent};
    x = keep;
    lambda = keep_lambda;
    r = keep_r;
    if (inner.status != SolveStatus::solved) break;
    settings.resume = true;
    if (tolerance == 1e-11 && largest(r) <= row_tolerance) return {SolveStatus::solved, spent};
  }
  return {SolveStatus::iteration_limit, spent};
}

/// Proximal steps in λ, for programmes on the edge of feasibility that neither method above
/// decides. They converge to the answer if there is one; otherwise their direction converges to a
/// certificate of infeasibility (Rockafellar 1976).
Outcome SeparableWorkspace::Impl::decide() {
  Outcome outcome;
  typical_diagonal();
  for (int j = 0; j < rows; ++j) anchor[j] = std::isfinite(lambda[j]) ? lambda[j] : 0.0;
  double gamma = 1e-3;
  for (int turn = 0; turn < 12; ++turn) {
    for (int j = 0; j < rows; ++j) give[j] = gamma * typical[j];
    proximal = true;
    const Outcome inner = run(turn == 0 ? Start::cold : Start::warm);
    proximal = false;
    outcome.iterations += inner.iterations;
    if (inner.status != SolveStatus::solved) return outcome;
    for (int j = 0; j < rows; ++j) keep_reserve[j] = lambda[j] - anchor[j];
    system.multiply_transposed(keep_reserve.data(), t.data());
    if (certifies_infeasible(keep_reserve, t)) {
      lambda = keep_reserve;
      outcome.status = SolveStatus::infeasible;
      return outcome;
    }
    if (row_error(x, lambda, r) <= row_tolerance) {
      outcome.status = SolveStatus::solved;
      return outcome;
    }
    anchor = lambda;
    mark_sides();
    gamma *= 0.1;
  }
  return outcome;
}

SolveStatus solve(
    const SeparableProgram& program,
    SeparableWorkspace& work,
    SeparableSolution& solution,
    Start start) {
  SeparableWorkspace::Impl& impl = work.impl();
  impl.load(program, program.power, 1.0);
  if (solution.status != SolveStatus::solved) start = Start::cold;
  if (start == Start::warm) impl.adopt(solution);
  Outcome outcome = impl.run(start);
  if (outcome.status == SolveStatus::iteration_limit) {
    const Outcome decided = impl.decide();
    outcome = {decided.status, outcome.iterations + decided.iterations};
  }
  if (outcome.status == SolveStatus::iteration_limit) {
    const Outcome careful = impl.from_inside(with_care());
    outcome = {careful.status, outcome.iterations + careful.iterations};
  }
  impl.publish(solution, outcome);
  return outcome.status;
}

}  // namespace coxa
