#include "coxa/math/separable_program.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "coxa/math/error.hpp"

#include "core/math/separable_programmes.hpp"

namespace coxa {
namespace {

using test::cost;
using test::dense;
using test::expect_optimal;
using test::kInfinity;
using test::RandomProgramme;
using test::sparse;

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
