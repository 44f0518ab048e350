#include "support/matrices.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace coxa::test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(MatricesNear, AcceptsEqualAndNear) {
  const Eigen::MatrixXd a = Eigen::MatrixXd::Random(3, 4);
  EXPECT_TRUE(matrices_near(a, a, 0));
  EXPECT_TRUE(matrices_near(a, a.array() + 1e-9, 1.01e-9));
  EXPECT_TRUE(matrices_near(Eigen::MatrixXd(0, 0), Eigen::MatrixXd(0, 0), 0));
}

TEST(MatricesNear, NamesTheWorstEntry) {
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(3, 4), b = a;
  b(1, 1) = 0.1;
  b(2, 3) = 0.5;
  const auto result = matrices_near(a, b, 1e-6);
  ASSERT_FALSE(result);
  const std::string text = result.message();
  EXPECT_NE(text.find("2 of 12 entries"), std::string::npos) << text;
  EXPECT_NE(text.find("(2, 3)"), std::string::npos) << text;
}

TEST(MatricesNear, RefusesNanAndSize) {
  Eigen::VectorXd a = Eigen::VectorXd::Zero(3), b = a;
  a[1] = kNan;
  EXPECT_FALSE(matrices_near(a, b, 1e300));
  b[1] = kNan;
  EXPECT_FALSE(matrices_near(a, b, 1e300));
  EXPECT_FALSE(matrices_near(Eigen::VectorXd::Zero(3), Eigen::VectorXd::Zero(2), 1));
}

TEST(MatricesNear, ScalesByTheLargestExpected) {
  const Eigen::Vector2d expected(1000, 1), given(1000.5, 1.5);
  EXPECT_TRUE(matrices_near_relative(given, expected, 1e-3));
  EXPECT_FALSE(matrices_near_relative(given, expected, 1e-4));
}

}  // namespace
}  // namespace coxa::test
