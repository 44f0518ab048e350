#include "support/matrices.hpp"

#include <cmath>
#include <limits>

namespace coxa::test {

::testing::AssertionResult matrices_near(
    const Eigen::Ref<const Eigen::MatrixXd>& given,
    const Eigen::Ref<const Eigen::MatrixXd>& expected,
    double tolerance) {
  if (given.rows() != expected.rows() || given.cols() != expected.cols()) {
    return ::testing::AssertionFailure()
           << "size " << given.rows() << " x " << given.cols() << ", expected " << expected.rows()
           << " x " << expected.cols();
  }

  double worst = -1;
  Eigen::Index row = 0, col = 0, differing = 0;
  for (Eigen::Index j = 0; j < given.cols(); ++j) {
    for (Eigen::Index i = 0; i < given.rows(); ++i) {
      if (given(i, j) == expected(i, j)) continue;  // equal infinities too
      const double difference = std::abs(given(i, j) - expected(i, j));
      if (difference <= tolerance) continue;
      ++differing;
      const double size =
          std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference;
      if (size > worst) worst = size, row = i, col = j;
    }
  }
  if (differing == 0) return ::testing::AssertionSuccess();

  return ::testing::AssertionFailure()
         << differing << " of " << given.size() << " entries differ by more than " << tolerance
         << "; the worst is (" << row << ", " << col
         << "): " << ::testing::PrintToString(given(row, col)) << ", expected "
         << ::testing::PrintToString(expected(row, col)) << ", difference "
         << given(row, col) - expected(row, col);
}

::testing::AssertionResult matrices_near_relative(
    const Eigen::Ref<const Eigen::MatrixXd>& given,
    const Eigen::Ref<const Eigen::MatrixXd>& expected,
    double relative) {
  const double scale = expected.size() == 0 ? 0.0 : expected.cwiseAbs().maxCoeff();
  return matrices_near(given, expected, relative * scale);
}

}  // namespace coxa::test
