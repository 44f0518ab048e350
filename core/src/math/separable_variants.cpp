// the other questions about a programme: least maximum, least reserves, range, limit

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "coxa/math/error.hpp"
#include "coxa/math/separable_program.hpp"

#include "separable_workspace.hpp"

namespace coxa {

using namespace separable;

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
  impl.price = 0.0;
  for (int i = 0; i < impl.columns; ++i) {
    const int k = impl.system.column_of[i];
    impl.subset[i] = subset[k] != 0;
    if (!impl.subset[i]) continue;
    require(
        program.weight[k] > 0.0, "weight[", k, "] is ", program.weight[k],
        "; an unknown of the subset needs a positive weight");
    impl.price += program.weight[k];
  }
  require(impl.price > 0.0, "subset is empty; expected at least one nonzero entry");

  // is there any answer at all?
  Outcome outcome = impl.run(Start::cold);
  if (outcome.status != SolveStatus::solved) {
    impl.publish(solution, outcome);
    return outcome.status;
  }
  int spent = outcome.iterations;
  outcome = impl.interior(Extra::maximum, 1e-11, 100, false);
  spent += outcome.iterations;
  if (outcome.status == SolveStatus::iteration_limit) {
    // gap and rows were closed long before the multipliers were right
    impl.careful = true;
    outcome = impl.interior(Extra::maximum, 1e-11, kCarefulSteps, false);
    impl.careful = false;
    spent += outcome.iterations;
  }
  if (outcome.status == SolveStatus::solved) {
    // with t known, what remains is an ordinary programme under the bound t, solved to the last
    // digit
    for (int i = 0; i < impl.columns; ++i) {
      if (impl.subset[i]) {
        impl.upper[i] = std::max(impl.lower[i], std::min(impl.upper[i], impl.extra));
      }
    }
    impl.keep = impl.x;
    impl.keep_lambda = impl.lambda;
    impl.keep_r = impl.r;
    for (int i = 0; i < impl.columns; ++i) {
      impl.side[i] = 0;
      if (impl.zl[i] * impl.scale[i] * impl.scale[i] > impl.sl[i] * impl.energy) impl.side[i] = -1;
      if (impl.zu[i] * impl.scale[i] * impl.scale[i] > impl.su[i] * impl.energy
          || impl.zy[i] * impl.scale[i] * impl.scale[i] > impl.sy[i] * impl.energy) {
        impl.side[i] = 1;
      }
    }
    impl.predict();
    const Outcome polish = impl.newton(20);
    spent += 1 + polish.iterations;
    // the multipliers of the whole programme, in which t is free
    impl.lambda = impl.keep_lambda;
    if (polish.status != SolveStatus::solved) {
      impl.x = impl.keep;
      if (largest(impl.keep_r) > impl.row_tolerance) outcome.status = SolveStatus::iteration_limit;
    }
  }
  impl.publish(solution, {outcome.status, spent});
  maximum = -kInfinity;
  for (int i = 0; i < impl.columns; ++i) {
    if (impl.subset[i]) maximum = std::max(maximum, impl.x[i]);
  }
  solution.cost += impl.price * maximum;
  return outcome.status;
}

namespace {

// reserves are reported to three or four digits: what rounding keeps from being proven to more still
// stands; in the norm of the programme, relative or, for smaller ones, of one natural size
constexpr double kGoodReserves = 1e-4;

}  // namespace

SolveStatus least_reserves(
    const SeparableProgram& program,
    const Eigen::Ref<const Eigen::VectorXd>& scale,
    SeparableWorkspace& work,
    SeparableSolution& solution,
    Eigen::Ref<Eigen::VectorXd> reserve) {
  SeparableWorkspace::Impl& impl = work.impl();
  const int m = impl.rows;
  const int n = impl.columns;
  require_size("scale", scale.size(), program.rows);
  require_size("reserve", reserve.size(), program.rows);
  check_finite("scale", scale.data(), program.rows, false);
  for (int j = 0; j < program.rows; ++j) {
    require(scale[j] >= 0.0, "scale[", j, "] is ", scale[j], "; expected 0 or more");
  }
  impl.load(program, program.power, 1.0);

  // the first penalty makes the whole of b as reserves a hundred times dearer than a least-norm
  // answer
  impl.typical_diagonal();
  double as_reserve = 0.0;
  double as_answer = 0.0;
  for (int j = 0; j < m; ++j) {
    const double size = scale[impl.system.row_of[j]];
    const double bj = std::max(std::abs(impl.b[j]), 1e-3 * impl.row_tolerance / kRowTolerance);
    if (size > 0.0) as_reserve += bj * bj / (size * size);
    if (size > 0.0 && impl.typical[j] > 0.0) as_answer += bj * bj / impl.typical[j];
  }
  double gamma = as_answer > 0.0 ? 0.01 * as_reserve / as_answer : 1.0;

  std::fill(impl.anchor.begin(), impl.anchor.end(), 0.0);
  std::fill(impl.keep_reserve.begin(), impl.keep_reserve.end(), 0.0);
  Outcome outcome;
  bool held = false;  // the penalty falls no further
  bool good = false;  // settled_... hold an answer whose reserves are least to kGoodReserves
  for (int turn = 0; turn < 30; ++turn) {
    impl.proximal = true;
    for (int j = 0; j < m; ++j) {
      const double size = scale[impl.system.row_of[j]];
      impl.give[j] = gamma * size * size;
    }
    Outcome inner = impl.run(turn == 0 ? Start::cold : Start::warm);
    outcome.iterations += inner.iterations;
    if (inner.status == SolveStatus::iteration_limit && !good) {
      // a penalty this small leaves few digits to the active set; small steps still find it
      inner = impl.from_inside_with_care();
      outcome.iterations += inner.iterations;
    }
    outcome.status = inner.status;
    if (inner.status == SolveStatus::iteration_limit && turn > 0 && !good && !held) {
      // the last penalty that could be solved brings the rest of the way, only more slowly
      held = true;
      gamma *= 10.0;
      impl.x = impl.settled_x;
      impl.lambda = impl.anchor;
      impl.mark_sides();
      continue;
    }
    if (inner.status != SolveStatus::solved) break;

    // y certifies the reserves: sum over columns of what y'A x still lacks of its maximum
    double norm = 0.0;
    double change = 0.0;
    double blur = 0.0;  // what meeting the rows to their tolerance leaves open
    double most = 0.0;
    for (int j = 0; j < m; ++j) {
      const double size = scale[impl.system.row_of[j]];
      impl.step[j] = gamma * (impl.lambda[j] - impl.anchor[j]);
      const double rj = impl.give[j] * (impl.lambda[j] - impl.anchor[j]);
      if (size > 0.0) {
        norm += rj * rj / (size * size);
        const double dr = rj - impl.keep_reserve[j];
        change += dr * dr / (size * size);
        blur += impl.row_tolerance * impl.row_tolerance / (size * size);
      }
      most = std::max(most, std::abs(rj));
      impl.keep_reserve[j] = rj;
    }
    impl.system.multiply_transposed(impl.step.data(), impl.t.data());
    double lack = 0.0;
    for (int i = 0; i < n; ++i) {
      if (impl.t[i] == 0.0) continue;
      lack += impl.t[i] * ((impl.t[i] > 0.0 ? impl.upper[i] : impl.lower[i]) - impl.x[i]);
    }
    // strong convexity: |r - least|^2 <= 2 lack, in the norm of the programme
    const bool proven = 2.0 * lack <= 1e-14 * norm;
    const bool settled = turn > 0 && change <= std::max(1e-18 * norm, std::min(blur, 1e-14 * norm));
    good = 2.0 * lack <= kGoodReserves * kGoodReserves * std::max(norm, 1.0);
    // while the penalty is held a small change proves nothing
    if (most <= impl.row_tolerance || proven || (held ? good : settled)) break;

    impl.settled_x = impl.x;
    impl.anchor = impl.lambda;
    impl.mark_sides();
    if (!held) gamma *= 0.1;
    outcome.status = SolveStatus::iteration_limit;
  }
  if (outcome.status == SolveStatus::iteration_limit && good) {
    // the penalty became too small for the digits of a double: the turn before was good enough
    impl.x = impl.settled_x;
    impl.lambda = impl.anchor;
    outcome.status = SolveStatus::solved;
  }
  if (outcome.status != SolveStatus::solved) {
    // rows without reserve may be impossible by themselves
    for (int j = 0; j < m; ++j) {
      impl.product[j] = impl.give[j] > 0.0 ? 0.0 : impl.lambda[j] - impl.anchor[j];
    }
    impl.system.multiply_transposed(impl.product.data(), impl.t.data());
    if (impl.certifies_infeasible(impl.product, impl.t)) {
      impl.lambda = impl.product;
      outcome.status = SolveStatus::infeasible;
    }
  }
  impl.publish(solution, outcome);
  // what the rows lack; no reserve where none is allowed
  double residual = 0.0;
  for (int j = 0; j < m; ++j) {
    const int k = impl.system.row_of[j];
    reserve[k] = scale[k] > 0.0 ? impl.r[j] : 0.0;
    residual = std::max(residual, std::abs(impl.r[j] - reserve[k]));
  }
  solution.residual = residual;
  return outcome.status;
}

SolveStatus extremum(
    const SeparableProgram& program,
    const Eigen::Ref<const Eigen::VectorXd>& d,
    Sense sense,
    double fraction,
    const SeparableSolution& best,
    SeparableWorkspace& work,
    SeparableSolution& solution,
    double& value) {
  SeparableWorkspace::Impl& impl = work.impl();
  const int n = impl.columns;
  require_size("d", d.size(), program.columns());
  check_finite("d", d.data(), d.size(), false);
  require(
      fraction >= 0.0 && std::isfinite(fraction), "fraction is ", fraction, "; expected 0 or more");
  require(best.status == SolveStatus::solved, "best is not a solved programme; solve it first");
  impl.load(program, program.power, 1.0);
  impl.adopt(best);
  const double sign = sense == Sense::minimise ? 1.0 : -1.0;
  double size = 0.0;  // rounding of d'x
  for (int i = 0; i < n; ++i) {
    impl.direction[i] = sign * d[impl.system.column_of[i]];
    size += std::abs(impl.direction[i] * impl.x[i]);
  }
  impl.c_base = impl.c;
  const double least = impl.cost(impl.x);
  const double room = fraction * std::abs(least);
  const double value_of_best = dot(impl.direction, impl.x);

  // how fast the cost grows with the price theta of d'x while the active set stays: least +
  // theta^2 growth / 2
  impl.stiffness(impl.x);
  double growth = 0.0;
  double uncoupled = 0.0;
  for (int i = 0; i < n; ++i) {
    impl.dx[i] = impl.d[i] * impl.direction[i];
    growth += impl.dx[i] * impl.direction[i];
    uncoupled +=
        impl.direction[i] * impl.direction[i] * (impl.d[i] > 0.0 ? impl.d[i] : impl.inverse_q[i]);
  }
  Outcome outcome;
  double result = value_of_best;
  if (room > 0.0 && uncoupled > 0.0 && impl.factor()) {
    ++outcome.iterations;
    impl.system.multiply(impl.dx.data(), impl.step.data());
    impl.product = impl.step;
    impl.system.solve(impl.product.data());
    growth = std::max(growth - dot(impl.step, impl.product), 1e-6 * uncoupled);

    // trials with cost below and above the limit; between them, on the segment, lies a point on
    // the limit
    double theta = std::sqrt(2.0 * room / growth);
    double low = 0.0;
    double high = kInfinity;
    double low_cost = 0.0;
    double high_cost = kInfinity;
    double low_value = value_of_best;
    double high_value = -kInfinity;
    double proven = -kInfinity;
    impl.x_low = impl.x;
    auto excess = [&](const std::vector<double>& at) {
      std::swap(impl.c, impl.c_base);
      const double above = impl.cost(at) - least;
      std::swap(impl.c, impl.c_base);
      return above;
    };
    for (int turn = 0; turn < 80; ++turn) {
      for (int i = 0; i < n; ++i) impl.c[i] = impl.c_base[i] + theta * impl.direction[i];
      const Outcome inner = impl.run(Start::warm);
      outcome.iterations += inner.iterations;
      outcome.status = inner.status;
      if (inner.status != SolveStatus::solved) break;
      const double above = excess(impl.x);
      const double here = dot(impl.direction, impl.x);
      // no x within the limit has a smaller value than this (weak duality)
      proven = std::max(proven, here + (above - room) / theta);
      if (above <= room) {
        low = theta;
        low_cost = above;
        low_value = here;
        impl.x_low = impl.x;
      } else {
        high = theta;
        high_cost = above;
        high_value = here;
        impl.x_high = impl.x;
      }
      impl.mark_sides();

      double share = 0.0;
      if (high < kInfinity) {
        double over = 1.0;
        for (int k = 0; k < 50; ++k) {
          const double middle = 0.5 * (share + over);
          for (int i = 0; i < n; ++i) {
            impl.trial[i] = impl.x_low[i] + middle * (impl.x_high[i] - impl.x_low[i]);
          }
          (excess(impl.trial) <= room ? share : over) = middle;
        }
      }
      result = share > 0.0 ? low_value + share * (high_value - low_value) : low_value;
      if (result - proven <= 1e-7 * std::abs(result - value_of_best) + 1e-13 * size) {
        for (int i = 0; i < n; ++i) {
          impl.x[i] = share > 0.0 ? impl.x_low[i] + share * (impl.x_high[i] - impl.x_low[i])
                                  : impl.x_low[i];
        }
        result = dot(impl.direction, impl.x);
        break;
      }
      outcome.status = SolveStatus::iteration_limit;

      // the root of the excess is almost linear in theta; where it jumps, the chord finds what
      // lies between
      const double goal = std::sqrt(room);
      if (high == kInfinity) {
        theta *= std::clamp(1.001 * goal / std::sqrt(std::max(above, 1e-300)), 1.01, 30.0);
      } else if (turn % 3 == 2) {
        theta = std::clamp((high_cost - low_cost) / (low_value - high_value), low, high);
      } else {
        const double from = std::sqrt(std::max(low_cost, 0.0));
        const double part = (goal - from) / std::max(std::sqrt(high_cost) - from, 1e-300);
        theta = low + (high - low) * std::clamp(part, 1e-9, 1.0 - 1e-9);
      }
    }
  } else {
    outcome.status = SolveStatus::solved;
  }
  impl.c = impl.c_base;
  impl.publish(solution, outcome);
  value = sign * result;
  return outcome.status;
}

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

  // a linear programme in units of t_max
  std::fill(impl.q.begin(), impl.q.end(), 0.0);
  std::fill(impl.c.begin(), impl.c.end(), 0.0);
  impl.powers.clear();
  impl.constant = 0.0;
  impl.moving = true;
  impl.price = 1.0;
  for (int j = 0; j < m; ++j) impl.along[j] = t_max * along[impl.system.row_of[j]];
  const double rows_size = std::max({largest(impl.b), largest(impl.along), 1e-300});
  for (int i = 0; i < n; ++i) {
    const int k = impl.system.column_of[i];
    double column = 0.0;
    for (int l = program.col_start[k]; l < program.col_start[k + 1]; ++l) {
      column = std::max(column, std::abs(program.values[l]));
    }
    const double range = impl.upper[i] - impl.lower[i];
    impl.reach[i] = range < kInfinity ? range : column > 0.0 ? rows_size / column : 1.0;
    if (impl.reach[i] == 0.0) impl.reach[i] = 1.0;
  }
  const Outcome outcome = impl.interior(Extra::along, 1e-11, 150, false);

  limit.x.resize(n);
  limit.multiplier.resize(n);
  limit.lambda.resize(m);
  limit.iterations = outcome.iterations;
  limit.t = t_max * std::clamp(impl.extra, 0.0, 1.0);
  // what y allows at most: t y'along <= max y'A x - y'b
  double most = -dot(impl.lambda, impl.b);
  impl.system.multiply_transposed(impl.lambda.data(), impl.s.data());
  for (int i = 0; i < n; ++i) {
    const int k = impl.system.column_of[i];
    const double si = impl.s[i];
    const double end = si > 0.0 ? impl.upper[i] : impl.lower[i];
    // towards infinity s is rounding
    most += si * (std::isfinite(end) ? end : impl.x[i]);
    limit.x[k] = impl.x[i] = std::clamp(impl.x[i], impl.lower[i], impl.upper[i]);
    const double reach = impl.reach[i];
    const bool at_upper = impl.zu[i] * reach * reach > impl.su[i];
    const bool at_lower = impl.zl[i] * reach * reach > impl.sl[i];
    limit.multiplier[k] = t_max * ((at_upper ? impl.zu[i] : 0.0) - (at_lower ? impl.zl[i] : 0.0));
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
