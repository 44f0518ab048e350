#pragma once

#include <Eigen/Core>
#include <gtest/gtest.h>

namespace coxa::test {

/// Passes if both have the same size and every entry agrees within `tolerance` (absolute); a
/// failure names the worst entry, both values, and the number of entries that differ. NaN never
/// agrees.
///
///     EXPECT_TRUE(matrices_near(tau, expected, 1e-8));
::testing::AssertionResult matrices_near(
    const Eigen::Ref<const Eigen::MatrixXd>& given,
    const Eigen::Ref<const Eigen::MatrixXd>& expected,
    double tolerance);

/// The same with a tolerance relative to the largest magnitude in `expected`.
::testing::AssertionResult matrices_near_relative(
    const Eigen::Ref<const Eigen::MatrixXd>& given,
    const Eigen::Ref<const Eigen::MatrixXd>& expected,
    double relative);

}  // namespace coxa::test
