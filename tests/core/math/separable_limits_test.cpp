// Least maximum, least reserves, extrema within a cost, and the limit of a load.

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "coxa/math/error.hpp"

#include "core/math/separable_programmes.hpp"

namespace coxa {
namespace {

using test::dense;
using test::RandomProgramme;
using test::slope;
using test::sparse;

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

}  // namespace
}  // namespace coxa
