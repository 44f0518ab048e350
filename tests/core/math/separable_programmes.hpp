#pragma once

// Programmes made of dense matrices or at random, and what makes an answer optimal.

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "coxa/math/separable_program.hpp"

namespace coxa::test {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

inline Eigen::MatrixXd dense(const SeparableProgram& program) {
  Eigen::MatrixXd A = Eigen::MatrixXd::Zero(program.rows, program.columns());
  for (int i = 0; i < program.columns(); ++i) {
    for (int k = program.col_start[i]; k < program.col_start[i + 1]; ++k) {
      A(program.row_index[k], i) = program.values[k];
    }
  }
  return A;
}

inline SeparableProgram sparse(const Eigen::MatrixXd& A) {
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
inline double cost(const SeparableProgram& program, const Eigen::VectorXd& x) {
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

inline double slope(const SeparableProgram& program, int i, double x) {
  const double w = program.weight[i];
  double sum = program.linear[i] + program.quadratic[i] * (x - program.center[i]);
  if (w > 0.0) sum += w * program.power * std::pow(x, program.power - 1.0);
  if (w > 0.0 && program.power == 1.0) sum += program.tie_break * w * x;
  return sum;
}

/// Rows, bounds, and the sign of every reduced cost: sufficient for the optimum of a convex
/// programme.
inline void expect_optimal(const SeparableProgram& program, const SeparableSolution& solution) {
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

}  // namespace coxa::test
