#include "coxa/math/separable_program.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "coxa/math/error.hpp"

#include "support/allocations.hpp"

namespace coxa {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Eigen::MatrixXd dense(const SeparableProgram& program) {
  Eigen::MatrixXd A = Eigen::MatrixXd::Zero(program.rows, program.columns());
  for (int i = 0; i < program.columns(); ++i) {
    for (int k = program.col_start[i]; k < program.col_start[i + 1]; ++k) {
      A(program.row_index[k], i) = program.values[k];
    }
  }
  return A;
}

SeparableProgram sparse(const Eigen::MatrixXd& A) {
  std::vector<int> col_start{0};
  std::vector<int> row_index;
  std::vector<double> values;
  for (int i = 0; i < A.cols(); ++i) {
    for (int j = 0; j < A.rows(); ++j) {
      if (A(j, i) == 0.0) continue;
      row_index.push_back(j);
      values.push_back(A(j, i));
    }
    col_start.push_back(static_cast<int>(row_index.size()));
  }
  auto program = SeparableProgram::with_pattern(
      static_cast<int>(A.rows()), std::move(col_start), std::move(row_index));
  program.values = values;
  return program;
}

/// The cost as defined in the header.
double cost(const SeparableProgram& program, const Eigen::VectorXd& x) {
  double sum = 0.0;
  for (int i = 0; i < x.size(); ++i) {
    const double w = program.weight[i];
    if (w > 0.0) sum += w * std::pow(x[i], program.power);
    if (w > 0.0 && program.power == 1.0) sum += 0.5 * program.tie_break * w * x[i] * x[i];
    sum += program.linear[i] * x[i]
           + 0.5 * program.quadratic[i] * std::pow(x[i] - program.center[i], 2);
  }
  return sum;
}

double slope(const SeparableProgram& program, int i, double x) {
  const double w = program.weight[i];
  double sum = program.linear[i] + program.quadratic[i] * (x - program.center[i]);
  if (w > 0.0) sum += w * program.power * std::pow(x, program.power - 1.0);
  if (w > 0.0 && program.power == 1.0) sum += program.tie_break * w * x;
  return sum;
}

/// Rows, bounds, and the sign of every reduced cost: sufficient for the optimum of a convex
/// programme.
void expect_optimal(const SeparableProgram& program, const SeparableSolution& solution) {
  ASSERT_EQ(solution.status, SolveStatus::solved);
  const Eigen::MatrixXd A = dense(program);
  const double b_size = std::max(1.0, program.b.cwiseAbs().maxCoeff());
  const Eigen::VectorXd error = A * solution.x - program.b;
  EXPECT_LE(error.cwiseAbs().maxCoeff(), 1.0001e-10 * b_size);
  EXPECT_NEAR(solution.residual, error.cwiseAbs().maxCoeff(), 1e-11 * b_size);
  EXPECT_NEAR(solution.cost, cost(program, solution.x), 1e-11 * (1.0 + std::abs(solution.cost)));
  const Eigen::VectorXd s = A.transpose() * solution.lambda;
  const Eigen::VectorXd s_size = A.cwiseAbs().transpose() * solution.lambda.cwiseAbs();
  for (int i = 0; i < program.columns(); ++i) {
    const double x = solution.x[i];
    ASSERT_GE(x, program.lower[i]);
    ASSERT_LE(x, program.upper[i]);
    if (program.lower[i] == program.upper[i]) continue;
    const double reduced = slope(program, i, x) - s[i];
    // rounding error of A'lambda, and 1e-10 of the column's own cost
    const double rounding =
        1e-15 * program.quadratic[i] * (std::abs(x) + std::abs(program.center[i]));
    const double small =
        1e-12 * s_size[i] + 1e-10 * (std::abs(s[i]) + program.weight[i]) + rounding;
    if (x > program.lower[i]) {
      EXPECT_LE(reduced, small) << "x[" << i << "] = " << x;
    }
    if (x < program.upper[i]) {
      EXPECT_GE(reduced, -small) << "x[" << i << "] = " << x;
    }
  }
}

/// Random muscles, friction-like generators that share one map per support, two-sided grips and
/// actuators; if awkward, with duplicates, fixed and empty columns, dependent rows, and answers on
/// bounds.
struct RandomProgramme {
  SeparableProgram program;
  Eigen::VectorXd feasible;

  RandomProgramme(unsigned seed, double power, bool awkward, double support_cost = 1e-6) {
    std::mt19937 random(seed);
    auto uniform = [&](double low, double high) {
      return std::uniform_real_distribution<double>(low, high)(random);
    };
    const int limbs = 2 + static_cast<int>(seed % 3);
    const int m = 6 + 5 * limbs;
    std::vector<Eigen::VectorXd> columns;
    std::vector<char> kind;
    for (int limb = 0; limb < limbs; ++limb) {
      const int first = 6 + 5 * limb;
      for (int i = 0; i < 14; ++i) {
        Eigen::VectorXd column = Eigen::VectorXd::Zero(m);
        const int row = first + i % 4;
        const double force = std::pow(10.0, uniform(2.3, 3.5));
        column[row] = force * uniform(-0.06, 0.06);
        column[row + 1] = force * uniform(-0.06, 0.06);
        columns.push_back(column);
        kind.push_back('m');
      }
      const Eigen::MatrixXd map =
          0.4 * Eigen::MatrixXd::NullaryExpr(5, 6, [&] { return uniform(-1, 1); });
      for (int i = 0; i < 16; ++i) {
        Eigen::VectorXd wrench =
            Eigen::VectorXd::NullaryExpr(6, [&] { return uniform(-0.5, 0.5); });
        wrench[1] = uniform(0.8, 1.0);
        Eigen::VectorXd column = Eigen::VectorXd::Zero(m);
        column.head(6) = wrench;
        column.segment(first, 5) = map * wrench;
        columns.push_back(column);
        kind.push_back('s');
      }
    }
    for (int j = 6; j < m; ++j) {
      columns.push_back(Eigen::VectorXd::Unit(m, j));
      kind.push_back('a');
    }
    if (awkward) {
      columns.push_back(columns[0]);  // duplicated muscle
      kind.push_back('m');
      columns.push_back(columns[14]);  // duplicated support
      kind.push_back('s');
      columns.push_back(Eigen::VectorXd::Zero(m));  // an empty column
      kind.push_back('a');
    }
    const int extra_rows = awkward ? 2 : 0;
    const int n = static_cast<int>(columns.size());
    Eigen::MatrixXd A = Eigen::MatrixXd::Zero(m + extra_rows, n);
    for (int i = 0; i < n; ++i) A.col(i).head(m) = columns[i];
    if (awkward) A.row(m) = A.row(0) + 2.0 * A.row(7);  // a dependent row; the last row is empty
    program = sparse(A);
    program.power = power;
    feasible.resize(n);
    for (int i = 0; i < n; ++i) {
      if (kind[i] == 'm') {
        program.lower[i] = i % 3 ? 0.0 : 0.02;
        program.upper[i] = i % 5 ? 1.0 : 0.8;
        program.weight[i] = uniform(0.1, 3.0);
        if (i % 7 == 0) program.quadratic[i] = 0.1;
        feasible[i] = std::clamp(uniform(-0.5, 1.1), program.lower[i], program.upper[i]);
      } else if (kind[i] == 's') {
        program.lower[i] = 0.0;
        program.upper[i] = i % 2 ? kInfinity : 3000.0;
        program.quadratic[i] = 2e-4 * support_cost;
        feasible[i] = std::max(0.0, uniform(-100.0, 150.0));
      } else {
        program.lower[i] = -3.0;
        program.upper[i] = 3.0;
        program.quadratic[i] = 1e-2 * support_cost;
        program.center[i] = 0.5;
        program.linear[i] = 1e-3 * support_cost;
        feasible[i] = uniform(-3.0, 3.0);
      }
    }
    if (awkward) {
      program.lower[3] = program.upper[3] = feasible[3] = 0.25;
      program.lower[15] = program.upper[15] = feasible[15] = 40.0;
    }
    program.b = A * feasible;
  }
};

TEST(SeparableProgram, MeetsTheOptimalityConditionsFromColdAndWarmStarts) {
  for (double power : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0}) {
    for (unsigned seed = 0; seed < 60; ++seed) {
      SCOPED_TRACE(::testing::Message() << "power " << power << " seed " << seed);
      const double support_cost = seed % 2 ? 1e-4 : 1e-6;
      RandomProgramme random(seed, power, seed % 4 == 0, support_cost);
      SeparableWorkspace work(random.program);
      SeparableSolution solution;
      ASSERT_EQ(solve(random.program, work, solution), SolveStatus::solved);
      expect_optimal(random.program, solution);
      EXPECT_LE(solution.cost, cost(random.program, random.feasible));

      // a perturbed programme, solved warm from this answer and cold
      SeparableProgram next = random.program;
      for (int i = 0; i < next.columns(); ++i) {
        if (next.lower[i] < next.upper[i]) continue;
        next.lower[i] = next.upper[i] = random.feasible[i];
      }
      for (std::size_t k = 0; k < next.values.size(); ++k) {
        if (seed % 4 != 0) next.values[k] *= 1.0 + 0.02 * std::sin(static_cast<double>(k));
      }
      next.b = dense(next) * (0.97 * random.feasible + 0.03 * random.feasible.cwiseMax(next.lower));
      for (int i = 0; i < next.columns(); ++i)
        next.lower[i] = std::min(next.lower[i], 0.97 * next.lower[i]);
      SeparableSolution cold;
      SeparableSolution warm = solution;
      ASSERT_EQ(solve(next, work, cold), SolveStatus::solved);
      ASSERT_EQ(solve(next, work, warm, Start::warm), SolveStatus::solved);
      expect_optimal(next, cold);
      expect_optimal(next, warm);
      // the row tolerance expressed as cost
      const double worth = cold.lambda.lpNorm<1>() * next.b.cwiseAbs().maxCoeff() * 1e-10;
      EXPECT_NEAR(warm.cost, cold.cost, 2.0 * worth);
    }
  }
}

TEST(SeparableProgram, WarmStartGivesTheColdAnswerWhereTheCostIsWellCurved) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    RandomProgramme random(seed, 2.0, false, 1e-2);
    SeparableWorkspace work(random.program);
    SeparableSolution warm;
    solve(random.program, work, warm);
    for (double& value : random.program.values) value *= 1.01;
    SeparableSolution cold;
    solve(random.program, work, cold);
    solve(random.program, work, warm, Start::warm);
    ASSERT_EQ(warm.status, SolveStatus::solved);
    for (int i = 0; i < cold.x.size(); ++i) {
      EXPECT_NEAR(warm.x[i], cold.x[i], 1e-9 * (1.0 + std::abs(cold.x[i])));
    }
    EXPECT_LE(warm.iterations, cold.iterations);
  }
}

TEST(SeparableProgram, ReproducesTheSameBitsOnAUsedWorkspace) {
  RandomProgramme first(1, 3.0, true);
  SeparableWorkspace work(first.program);
  SeparableSolution once;
  SeparableSolution again;
  solve(first.program, work, once);
  SeparableProgram other = first.program;
  other.b *= 0.9;
  other.power = 2.0;
  SeparableSolution between;
  solve(other, work, between);
  solve(first.program, work, again);
  EXPECT_EQ(once.x, again.x);
  EXPECT_EQ(once.lambda, again.lambda);
}

TEST(SeparableProgram, SharesALoadInClosedForm) {
  // one row: equal marginal costs, w p x^(p-1) / a = lambda for every column inside its bounds
  for (double power : {1.5, 2.0, 3.0, 4.0, 5.0}) {
    Eigen::MatrixXd A(1, 3);
    A << 10.0, 20.0, 40.0;
    auto program = sparse(A);
    program.power = power;
    program.weight << 1.0, 2.0, 3.0;
    program.lower.setZero();
    program.upper.setOnes();
    program.b << 25.0;
    SeparableWorkspace work(program);
    SeparableSolution solution;
    ASSERT_EQ(solve(program, work, solution), SolveStatus::solved);
    Eigen::VectorXd share(3);
    for (int i = 0; i < 3; ++i) {
      share[i] = std::pow(A(0, i) / (power * program.weight[i]), 1.0 / (power - 1.0));
    }
    const double scale = 25.0 / A.row(0).dot(share);
    for (int i = 0; i < 3; ++i) EXPECT_NEAR(solution.x[i], scale * share[i], 1e-12);
    EXPECT_NEAR(solution.lambda[0], std::pow(scale, power - 1.0), 1e-10);
  }
}

TEST(SeparableProgram, ProvesInfeasibility) {
  int checked = 0;
  for (double power : {1.0, 2.0, 3.0, 5.0}) {
    for (unsigned seed = 0; seed < 40; ++seed) {
      SCOPED_TRACE(::testing::Message() << "power " << power << " seed " << seed);
      RandomProgramme random(seed, power, seed % 4 == 0);
      SeparableProgram& program = random.program;
      // a moment beyond the combined capacity of the row's columns
      const Eigen::MatrixXd A = dense(program);
      const int row = 6 + static_cast<int>(seed) % 5;
      for (int i = 0; i < program.columns(); ++i) {
        if (!std::isfinite(program.upper[i])) program.upper[i] = 3000.0;
      }
      double reach = 0.0;
      for (int i = 0; i < program.columns(); ++i) {
        reach += std::max(A(row, i) * program.lower[i], A(row, i) * program.upper[i]);
      }
      program.b[row] = reach * (seed % 2 ? 1.001 : 1.5) + 1.0;
      SeparableWorkspace work(program);
      SeparableSolution solution;
      ASSERT_EQ(solve(program, work, solution), SolveStatus::infeasible);
      const Eigen::VectorXd s = A.transpose() * solution.lambda;
      double most = 0.0;
      for (int i = 0; i < program.columns(); ++i) {
        most += std::max(s[i] * program.lower[i], s[i] * program.upper[i]);
      }
      EXPECT_GT(solution.lambda.dot(program.b), most);
      ++checked;
    }
  }
  EXPECT_EQ(checked, 160);

  // a row without columns
  Eigen::MatrixXd A = Eigen::MatrixXd::Zero(2, 1);
  A(0, 0) = 1.0;
  auto program = sparse(A);
  program.quadratic << 1.0;
  program.b << 2.0, 1.0;
  SeparableWorkspace work(program);
  SeparableSolution solution;
  EXPECT_EQ(solve(program, work, solution), SolveStatus::infeasible);
  program.b << 2.0, 0.0;
  EXPECT_EQ(solve(program, work, solution), SolveStatus::solved);
  EXPECT_DOUBLE_EQ(solution.x[0], 2.0);
}

TEST(SeparableProgram, MinimisesTheMaximum) {
  // the optimum of  W t + tie sum w x^2 + ...  by its conditions: every subset column above its
  // own optimum is at the maximum, and their multipliers add up to W
  int free = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    RandomProgramme random(seed, 3.0, seed % 4 == 0, seed % 2 ? 1e-4 : 1e-6);
    SeparableProgram& program = random.program;
    const double tie = 1e-2;
    std::vector<char> subset(program.columns(), 0);
    double price = 0.0;
    for (int i = 0; i < program.columns(); ++i) {
      subset[i] = program.weight[i] > 0.0 && i % 6 != 1;
      if (subset[i]) price += program.weight[i];
    }
    SeparableWorkspace work(program);
    SeparableSolution solution;
    double maximum = 0.0;
    ASSERT_EQ(minimise_maximum(program, subset, tie, work, solution, maximum), SolveStatus::solved);
    const Eigen::MatrixXd A = dense(program);
    EXPECT_LE(
        (A * solution.x - program.b).cwiseAbs().maxCoeff(),
        1.0001e-10 * std::max(1.0, program.b.cwiseAbs().maxCoeff()));
    const Eigen::VectorXd s = A.transpose() * solution.lambda;
    double pressure = 0.0;
    for (int i = 0; i < program.columns(); ++i) {
      const double x = solution.x[i];
      ASSERT_GE(x, program.lower[i]);
      ASSERT_LE(x, program.upper[i]);
      if (program.lower[i] == program.upper[i]) continue;
      const double reduced = program.linear[i] + program.quadratic[i] * (x - program.center[i])
                             + 2.0 * tie * program.weight[i] * x - s[i];
      const double small = 1e-7 * price;
      const bool top = subset[i] && x >= maximum * (1.0 - 1e-9);
      if (top) pressure -= std::min(0.0, reduced);
      // an interior point: the product of multiplier and distance is small, not either factor
      EXPECT_LE(reduced * std::min(1.0, x - program.lower[i]), small) << i;
      if (!top) {
        EXPECT_GE(reduced * std::min(1.0, program.upper[i] - x), -small) << i;
      }
    }
    // a lower bound at the maximum can take any part of the price
    bool held = false;
    for (int i = 0; i < program.columns(); ++i) {
      held = held || (subset[i] && program.lower[i] >= maximum * (1.0 - 1e-9));
    }
    EXPECT_LE(pressure, price * (1.0 + 1e-6));
    if (!held) {
      EXPECT_NEAR(pressure, price, 1e-6 * price);
      ++free;
    }
  }
  EXPECT_GE(free, 30);
}

TEST(SeparableProgram, FindsTheLeastReservesInClosedForm) {
  // independent rows: the reserve is what the columns cannot supply
  Eigen::MatrixXd A(2, 4);
  A << 10.0, 5.0, 0.0, 0.0,  //
      0.0, 0.0, 4.0, -8.0;
  auto program = sparse(A);
  program.power = 3.0;
  program.weight.setOnes();
  program.lower.setZero();
  program.upper.setOnes();
  program.b << 18.0, 1.0;
  SeparableWorkspace work(program);
  SeparableSolution solution;
  Eigen::VectorXd reserve(2);
  ASSERT_EQ(
      least_reserves(program, Eigen::Vector2d(1.0, 2.0), work, solution, reserve),
      SolveStatus::solved);
  EXPECT_NEAR(reserve[0], 3.0, 3e-6);
  EXPECT_NEAR(reserve[1], 0.0, 1e-6);
  EXPECT_NEAR(solution.x[2], 0.25, 1e-6);  // the others at least cost
  EXPECT_NEAR(solution.x[3], 0.0, 1e-6);

  // two rows that share one column: least (r/scale)^2 along the column
  Eigen::MatrixXd B(2, 1);
  B << 3.0, 4.0;
  program = sparse(B);
  program.quadratic << 1.0;
  program.b << 10.0, 0.0;
  SeparableWorkspace small(program);
  const Eigen::Vector2d scale(1.0, 2.0);
  ASSERT_EQ(least_reserves(program, scale, small, solution, reserve), SolveStatus::solved);
  const double x = (30.0) / (9.0 + 16.0 / 4.0);
  EXPECT_NEAR(solution.x[0], x, 1e-6 * x);
  EXPECT_NEAR(reserve[0], 10.0 - 3.0 * x, 1e-6 * 10.0);
  EXPECT_NEAR(reserve[1], -4.0 * x, 1e-6 * 10.0);

  // no reserve allowed in the second row
  ASSERT_EQ(
      least_reserves(program, Eigen::Vector2d(1.0, 0.0), small, solution, reserve),
      SolveStatus::solved);
  EXPECT_NEAR(solution.x[0], 0.0, 1e-9);
  EXPECT_NEAR(reserve[0], 10.0, 1e-6);
  EXPECT_EQ(reserve[1], 0.0);

  // a feasible programme needs no reserves
  RandomProgramme random(2, 3.0, false, 1e-4);
  SeparableWorkspace wide(random.program);
  SeparableSolution best;
  solve(random.program, wide, best);
  Eigen::VectorXd none(random.program.rows);
  ASSERT_EQ(
      least_reserves(
          random.program, Eigen::VectorXd::Ones(random.program.rows), wide, solution, none),
      SolveStatus::solved);
  EXPECT_LE(none.cwiseAbs().maxCoeff(), 1e-9 * random.program.b.cwiseAbs().maxCoeff());
  EXPECT_NEAR(solution.cost, best.cost, 1e-8 * best.cost);
}

TEST(SeparableProgram, LeastReservesAreOptimalAndTheRestIsOfLeastCost) {
  int with_reserve = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    RandomProgramme random(seed, seed % 2 ? 2.0 : 3.0, seed % 4 == 0, 1e-4);
    SeparableProgram& program = random.program;
    const int m = program.rows;
    for (int i = 0; i < program.columns(); ++i) {
      if (!std::isfinite(program.upper[i])) program.upper[i] = 3000.0;
    }
    program.b[6] += 500.0;
    program.b[9] -= 300.0;
    Eigen::VectorXd scale = Eigen::VectorXd::Constant(m, 2.0);
    scale.head(6).setConstant(0.5);
    SeparableWorkspace work(program);
    SeparableSolution solution;
    Eigen::VectorXd reserve(m);
    ASSERT_EQ(least_reserves(program, scale, work, solution, reserve), SolveStatus::solved);
    const Eigen::MatrixXd A = dense(program);
    EXPECT_LE((A * solution.x + reserve - program.b).cwiseAbs().maxCoeff(), 1e-7);

    // the conditions of the bounded least-squares problem, with y = reserve / scale^2
    const Eigen::VectorXd y = reserve.array() / scale.array().square();
    const Eigen::VectorXd s = A.transpose() * y;
    const Eigen::VectorXd s_size = A.cwiseAbs().colwise().sum() * y.cwiseAbs().maxCoeff();
    const bool needed = reserve.cwiseAbs().maxCoeff() > 1.0;
    with_reserve += needed;
    for (int i = 0; needed && i < program.columns(); ++i) {
      if (program.lower[i] == program.upper[i]) continue;
      if (solution.x[i] > program.lower[i]) {
        EXPECT_GE(s[i], -1e-8 * s_size[i]) << i;
      }
      if (solution.x[i] < program.upper[i]) {
        EXPECT_LE(s[i], 1e-8 * s_size[i]) << i;
      }
    }

    // and x has the least cost for these reserves
    const Eigen::VectorXd pull = A.transpose() * solution.lambda;
    for (int i = 0; i < program.columns(); ++i) {
      if (program.lower[i] == program.upper[i]) continue;
      const double reduced = slope(program, i, solution.x[i]) - pull[i];
      const double small = 1e-11 * (A.col(i).cwiseAbs().dot(solution.lambda.cwiseAbs())) + 1e-9;
      if (solution.x[i] > program.lower[i]) {
        EXPECT_LE(reduced, small) << i;
      }
      if (solution.x[i] < program.upper[i]) {
        EXPECT_GE(reduced, -small) << i;
      }
    }
  }
  EXPECT_GE(with_reserve, 20);
}

TEST(SeparableProgram, ExtremaUseTheWholeCostLimit) {
  for (double power : {1.0, 2.0, 3.0, 5.0}) {
    for (unsigned seed = 0; seed < 25; ++seed) {
      SCOPED_TRACE(::testing::Message() << "power " << power << " seed " << seed);
      RandomProgramme random(seed, power, seed % 4 == 0, 1e-4);
      SeparableWorkspace work(random.program);
      SeparableSolution best;
      ASSERT_EQ(solve(random.program, work, best), SolveStatus::solved);
      Eigen::VectorXd d = Eigen::VectorXd::Zero(random.program.columns());
      for (int i = 14; i < 30; ++i) d[i] = 1.0;  // the first limb's support
      double low = 0.0;
      double high = 0.0;
      SeparableSolution at;
      ASSERT_EQ(
          extremum(random.program, d, Sense::minimise, 0.05, best, work, at, low),
          SolveStatus::solved);
      EXPECT_NEAR(at.cost, 1.05 * best.cost, 1e-5 * best.cost);
      EXPECT_LE(
          (dense(random.program) * at.x - random.program.b).cwiseAbs().maxCoeff(),
          1.0001e-10 * random.program.b.cwiseAbs().maxCoeff());
      ASSERT_EQ(
          extremum(random.program, d, Sense::maximise, 0.05, best, work, at, high),
          SolveStatus::solved);
      EXPECT_LE(at.cost, 1.05 * best.cost * (1.0 + 1e-8));
      EXPECT_LT(low, d.dot(best.x));
      EXPECT_GT(high, d.dot(best.x));
      EXPECT_DOUBLE_EQ(high, d.dot(at.x));
    }
  }
}

TEST(SeparableProgram, LoadLimitNamesWhatBinds) {
  // two muscles in one row against a growing moment: both saturate, and each N m of either is worth
  // 1/2
  Eigen::MatrixXd A(1, 3);
  A << 30.0, 20.0, -10.0;
  auto program = sparse(A);
  program.weight.setOnes();
  program.lower << 0.0, 0.0, 0.1;
  program.upper.setOnes();
  program.b << 5.0;
  SeparableWorkspace work(program);
  FeasibleLimit limit;
  ASSERT_EQ(
      maximise_along(program, Eigen::VectorXd::Constant(1, 2.0), 100.0, work, limit),
      SolveStatus::solved);
  EXPECT_NEAR(limit.t, (30.0 + 20.0 - 1.0 - 5.0) / 2.0, 1e-7);
  EXPECT_NEAR(limit.multiplier[0], 15.0, 1e-5);
  EXPECT_NEAR(limit.multiplier[1], 10.0, 1e-5);
  EXPECT_NEAR(limit.multiplier[2], -5.0, 1e-5);
  EXPECT_NEAR(limit.lambda[0], -0.5, 1e-7);
  ASSERT_EQ(
      maximise_along(program, Eigen::VectorXd::Constant(1, 2.0), 10.0, work, limit),
      SolveStatus::solved);
  EXPECT_NEAR(limit.t, 10.0, 1e-7);
  EXPECT_EQ(limit.multiplier.cwiseAbs().maxCoeff(), 0.0);
  program.b << 60.0;
  EXPECT_EQ(
      maximise_along(program, Eigen::VectorXd::Constant(1, 2.0), 10.0, work, limit),
      SolveStatus::infeasible);
}

TEST(SeparableProgram, LoadLimitIsTheEdgeOfFeasibility) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    RandomProgramme random(seed, 2.0, seed % 4 == 0, 1e-4);
    SeparableProgram program = random.program;
    std::mt19937 generator(seed + 100);
    Eigen::VectorXd direction(program.columns());
    for (double& v : direction) v = std::uniform_real_distribution<double>(-1.0, 1.0)(generator);
    const Eigen::VectorXd along = dense(program) * direction;
    SeparableWorkspace work(program);
    FeasibleLimit limit;
    ASSERT_EQ(maximise_along(program, along, 1000.0, work, limit), SolveStatus::solved);
    EXPECT_LE(limit.bound - limit.t, 1e-8 * limit.t);
    EXPECT_LE(limit.residual, 1e-9 * (program.b + limit.t * along).cwiseAbs().maxCoeff());
    SeparableSolution solution;
    if (limit.t >= 1000.0 * (1.0 - 1e-9)) continue;
    program.b = random.program.b + limit.t * (1.0 - 1e-6) * along;
    EXPECT_EQ(solve(program, work, solution), SolveStatus::solved);
    program.b = random.program.b + limit.t * (1.0 + 1e-5) * along;
    EXPECT_EQ(solve(program, work, solution), SolveStatus::infeasible);
    EXPECT_GT(limit.multiplier.cwiseAbs().maxCoeff(), 0.0);
  }
}

TEST(SeparableProgram, AgreesWithOtherSolvers) {
  std::ifstream file(
      std::string(COXA_SOURCE_DIR) + "/tests/core/math/separable_program_reference.txt");
  ASSERT_TRUE(file);
  std::string word;
  std::getline(file, word);
  double tie_linear = 0.0, tie_maximum = 0.0, fraction = 0.0, t_max = 0.0;
  file >> word >> tie_linear >> tie_maximum >> fraction >> t_max;
  auto number = [&] {
    file >> word;
    return std::stod(word);
  };
  int programmes = 0;
  int rows = 0;
  int columns = 0;
  while (file >> word >> rows >> columns) {
    SCOPED_TRACE(programmes);
    Eigen::MatrixXd A = Eigen::MatrixXd::Zero(rows, columns);
    Eigen::MatrixXd head(6, columns);
    for (int i = 0; i < columns; ++i) {
      for (int k = 0; k < 6; ++k) head(k, i) = number();
      const int used = static_cast<int>(number());
      for (int k = 0; k < used; ++k) {
        const int row = static_cast<int>(number());
        A(row, i) = number();
      }
    }
    auto program = sparse(A);
    program.lower = head.row(0);
    program.upper = head.row(1);
    program.weight = head.row(2);
    program.linear = head.row(3);
    program.quadratic = head.row(4);
    program.center = head.row(5);
    program.tie_break = tie_linear;
    Eigen::VectorXd d(columns), along(rows), far(rows), scale(rows), expected(9);
    for (double& v : program.b) v = number();
    for (double& v : d) v = number();
    for (double& v : along) v = number();
    for (double& v : far) v = number();
    for (double& v : scale) v = number();
    for (double& v : expected) v = number();

    // 1e-7: accuracy of the reference solvers on these programmes
    auto expect_close = [](double ours, double theirs, const char* what) {
      EXPECT_NEAR(ours, theirs, 1e-7 * (1.0 + std::abs(theirs))) << what;
    };
    SeparableWorkspace work(program);
    SeparableSolution solution;
    const double powers[] = {1.0, 2.0, 3.0, 5.0};
    for (int k = 0; k < 4; ++k) {
      program.power = powers[k];
      ASSERT_EQ(solve(program, work, solution), SolveStatus::solved) << powers[k];
      expect_close(solution.cost, expected[k], "cost");
      expect_optimal(program, solution);
    }
    std::vector<char> subset(columns);
    for (int i = 0; i < columns; ++i) subset[i] = program.weight[i] > 0.0;
    double value = 0.0;
    ASSERT_EQ(
        minimise_maximum(program, subset, tie_maximum, work, solution, value), SolveStatus::solved);
    expect_close(solution.cost, expected[4], "maximum");

    program.power = 2.0;
    SeparableSolution best;
    solve(program, work, best);
    ASSERT_EQ(
        extremum(program, d, Sense::minimise, fraction, best, work, solution, value),
        SolveStatus::solved);
    EXPECT_NEAR(value, expected[5], 1e-6 * (1.0 + std::abs(expected[5])));
    ASSERT_EQ(
        extremum(program, d, Sense::maximise, fraction, best, work, solution, value),
        SolveStatus::solved);
    EXPECT_NEAR(value, expected[6], 1e-6 * (1.0 + std::abs(expected[6])));

    FeasibleLimit limit;
    ASSERT_EQ(maximise_along(program, along, t_max, work, limit), SolveStatus::solved);
    EXPECT_NEAR(limit.t, expected[8], 1e-8 * expected[8]);

    program.b = far;
    Eigen::VectorXd reserve(rows);
    ASSERT_EQ(least_reserves(program, scale, work, solution, reserve), SolveStatus::solved);
    expect_close((reserve.array() / scale.array()).square().sum(), expected[7], "reserve");
    ++programmes;
  }
  EXPECT_EQ(programmes, 10);
}

/// A programme from a study, and the answer of another solver (Clarabel 0.11, tolerances 1e-12):
/// the least sum of (reserve / scale)^2 if it is infeasible, otherwise the least cost.
struct HardProgramme {
  SeparableProgram program;
  Eigen::VectorXd scale;
  double expected = 0.0;
};

std::vector<HardProgramme> hard_programmes() {
  std::ifstream file(std::string(COXA_SOURCE_DIR) + "/tests/core/math/separable_program_hard.txt");
  std::string word;
  std::getline(file, word);
  auto number = [&] {
    file >> word;
    return std::stod(word);
  };
  std::vector<HardProgramme> result;
  while (file >> word) {
    const double power = number();
    const int rows = static_cast<int>(number());
    const int columns = static_cast<int>(number());
    const double expected = number();
    Eigen::MatrixXd A = Eigen::MatrixXd::Zero(rows, columns);
    Eigen::MatrixXd head(4, columns);
    for (int i = 0; i < columns; ++i) {
      for (int k = 0; k < 4; ++k) head(k, i) = number();
      const int used = static_cast<int>(number());
      for (int k = 0; k < used; ++k) {
        const int row = static_cast<int>(number());
        A(row, i) = number();
      }
    }
    HardProgramme hard{sparse(A), Eigen::VectorXd(rows), expected};
    hard.program.power = power;
    hard.program.lower = head.row(0);
    hard.program.upper = head.row(1);
    hard.program.weight = head.row(2);
    hard.program.quadratic = head.row(3);
    for (double& v : hard.program.b) v = number();
    for (double& v : hard.scale) v = number();
    result.push_back(hard);
  }
  return result;
}

/// 1e-7: accuracy of the reference solver. Least reserves are specified to 1e-4 of their norm or of
/// one natural size, which is 1e-8 of the sum of squares.
void expect_hard_answer(
    const HardProgramme& hard, SeparableWorkspace& work, SeparableSolution& solution) {
  SeparableProgram program = hard.program;
  SolveStatus status = SolveStatus::iteration_limit;
  if (std::isfinite(program.power)) {
    status = solve(program, work, solution);
  } else {
    program.power = 2.0;
    std::vector<char> subset(program.columns());
    for (int i = 0; i < program.columns(); ++i) subset[i] = program.weight[i] > 0.0;
    double maximum = 0.0;
    status = minimise_maximum(program, subset, 1e-4, work, solution, maximum);
  }
  double value = solution.cost;
  double tolerance = 1e-7 * hard.expected;
  Eigen::VectorXd reserve = Eigen::VectorXd::Zero(program.rows);
  if (status == SolveStatus::infeasible) {
    status = least_reserves(program, hard.scale, work, solution, reserve);
    value = 0.0;
    for (int j = 0; j < program.rows; ++j) {
      if (hard.scale[j] > 0.0) value += std::pow(reserve[j] / hard.scale[j], 2);
    }
    tolerance = std::max(tolerance, 1e-8);
  }
  EXPECT_EQ(status, SolveStatus::solved);
  EXPECT_NEAR(value, hard.expected, tolerance);
  const Eigen::VectorXd error = dense(program) * solution.x + reserve - program.b;
  EXPECT_LE(
      error.cwiseAbs().maxCoeff(), 1.0001e-10 * std::max(1.0, program.b.cwiseAbs().maxCoeff()));
  EXPECT_TRUE((solution.x.array() >= program.lower.array()).all());
  EXPECT_TRUE((solution.x.array() <= program.upper.array()).all());
}

// in this order: reserves whose multipliers exceed double precision; reserves far below their
// natural size; p = 5 with reserves, where full steps cycle; the same without reserves; a least
// maximum whose multipliers lose precision
TEST(SeparableProgram, SolvesWhatStudiesMet) {
  const std::vector<HardProgramme> programmes = hard_programmes();
  ASSERT_EQ(programmes.size(), 5u);
  for (std::size_t k = 0; k < programmes.size(); ++k) {
    SCOPED_TRACE(k);
    SeparableWorkspace work(programmes[k].program);
    SeparableSolution solution;
    expect_hard_answer(programmes[k], work, solution);

    // state that careful steps leave in the workspace must not matter
    const SeparableSolution first = solution;
    expect_hard_answer(programmes[k], work, solution);
    EXPECT_EQ(solution.x, first.x);
  }
}

// the answer for p = 5 is also optimal by its own multipliers: over the bounds, the dual function
// nowhere exceeds the least cost
TEST(SeparableProgram, WhatTakesCareIsOptimalByDuality) {
  const HardProgramme hard = hard_programmes().at(3);
  const SeparableProgram& program = hard.program;
  SeparableWorkspace work(program);
  SeparableSolution solution;
  ASSERT_EQ(solve(program, work, solution), SolveStatus::solved);
  const Eigen::VectorXd s = dense(program).transpose() * solution.lambda;
  double dual = solution.lambda.dot(program.b);
  for (int i = 0; i < program.columns(); ++i) {
    // minimum of cost - s x over the bounds, by bisection of the slope
    double low = program.lower[i];
    double high = program.upper[i];
    for (int k = 0; k < 200; ++k) {
      const double middle = 0.5 * (low + high);
      (slope(program, i, middle) < s[i] ? low : high) = middle;
    }
    dual += program.weight[i] * std::pow(low, program.power)
            + 0.5 * program.quadratic[i] * low * low - s[i] * low;
  }
  EXPECT_LE(dual, solution.cost * (1.0 + 1e-9));
  EXPECT_NEAR(dual, solution.cost, 1e-9 * solution.cost);  // the method requires 1e-11 of it
}

TEST(SeparableProgram, AllocatesNothing) {
  if (!test::allocations_are_counted()) GTEST_SKIP() << "allocations are not counted in this build";
  RandomProgramme random(1, 3.0, true);
  SeparableProgram& program = random.program;
  SeparableWorkspace work(program);
  SeparableSolution best;
  SeparableSolution other;
  FeasibleLimit limit;
  Eigen::VectorXd reserve(program.rows);
  const Eigen::VectorXd scale = Eigen::VectorXd::Ones(program.rows);
  Eigen::VectorXd d = Eigen::VectorXd::Zero(program.columns());
  d[14] = 1.0;
  std::vector<char> subset(program.columns());
  for (int i = 0; i < program.columns(); ++i) subset[i] = program.weight[i] > 0.0;
  double value = 0.0;
  auto everything = [&] {
    solve(program, work, best);
    solve(program, work, best, Start::warm);
    extremum(program, d, Sense::maximise, 0.05, best, work, other, value);
    minimise_maximum(program, subset, 1e-2, work, other, value);
    maximise_along(program, scale, 10.0, work, limit);
    least_reserves(program, scale, work, other, reserve);
  };
  everything();  // sizes the results
  const test::AllocationCount count;
  everything();
  EXPECT_EQ(count(), 0u);

  // careful steps do not allocate either
  for (const HardProgramme& hard : hard_programmes()) {
    SeparableProgram careful = hard.program;
    const bool maximum = !std::isfinite(careful.power);
    if (maximum) careful.power = 2.0;
    subset.assign(careful.columns(), 0);
    for (int i = 0; i < careful.columns(); ++i) subset[i] = careful.weight[i] > 0.0;
    SeparableWorkspace room(careful);
    SeparableSolution answer;
    Eigen::VectorXd lacks(careful.rows);
    auto with_care = [&] {
      maximum ? minimise_maximum(careful, subset, 1e-4, room, answer, value)
              : solve(careful, room, answer);
      if (answer.status == SolveStatus::infeasible) {
        least_reserves(careful, hard.scale, room, answer, lacks);
      }
    };
    with_care();
    const test::AllocationCount careful_count;
    with_care();
    EXPECT_EQ(careful_count(), 0u);
  }
}

TEST(SeparableProgram, NamesTheEntryThatIsWrong) {
  RandomProgramme random(1, 3.0, false);
  SeparableWorkspace work(random.program);
  SeparableSolution solution;
  auto expect_message = [&](auto spoil, const std::string& part) {
    SeparableProgram program = random.program;
    spoil(program);
    try {
      solve(program, work, solution);
      ADD_FAILURE() << "nothing thrown; expected " << part;
    } catch (const InvalidArgument& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  expect_message([&](auto& p) { p.values[7] = nan; }, "values[7]");
  expect_message([&](auto& p) { p.values[8] = kInfinity; }, "values[8]");
  expect_message([&](auto& p) { p.b[3] = nan; }, "b[3]");
  expect_message([&](auto& p) { p.lower[2] = nan; }, "lower[2]");
  expect_message([&](auto& p) { p.lower[2] = 2.0; }, "x[2]");
  expect_message([&](auto& p) { p.lower[2] = -0.1; }, "lower[2]");
  expect_message([&](auto& p) { p.weight[4] = -1.0; }, "weight[4]");
  expect_message([&](auto& p) { p.weight[4] = kInfinity; }, "weight[4]");
  expect_message([&](auto& p) { p.linear[4] = nan; }, "linear[4]");
  expect_message([&](auto& p) { p.center[20] = nan; }, "center[20]");
  expect_message([&](auto& p) { p.quadratic[20] = 0.0; }, "quadratic[20]");
  expect_message([&](auto& p) { p.power = 0.5; }, "power");
  expect_message([&](auto& p) { p.power = nan; }, "power");
  expect_message([&](auto& p) { p.b.conservativeResize(3); }, "b has 3");
  expect_message([&](auto& p) { p.row_index[0] += 1; }, "pattern");
  EXPECT_THROW(SeparableProgram::with_pattern(2, {0, 2}, {1, 0}), InvalidArgument);
  EXPECT_THROW(SeparableProgram::with_pattern(2, {0, 1}, {2}), InvalidArgument);
}

}  // namespace
}  // namespace coxa
