// Answers of other solvers, and programmes that studies met: optimal, and solved without allocation.

#include <cmath>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "core/math/separable_programmes.hpp"
#include "support/allocations.hpp"

namespace coxa {
namespace {

using test::dense;
using test::expect_optimal;
using test::RandomProgramme;
using test::slope;
using test::sparse;

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

}  // namespace
}  // namespace coxa
