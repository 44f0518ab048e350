#include "coxa/math/function.hpp"

#include <algorithm>
#include <limits>

#include <Eigen/Dense>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

// third derivative of the cubic through four points: six times their third divided difference
double third_derivative(const double* x, const double* y) {
  const double d01 = (y[1] - y[0]) / (x[1] - x[0]);
  const double d12 = (y[2] - y[1]) / (x[2] - x[1]);
  const double d23 = (y[3] - y[2]) / (x[3] - x[2]);
  const double d012 = (d12 - d01) / (x[2] - x[0]);
  const double d123 = (d23 - d12) / (x[3] - x[1]);
  return 6 * (d123 - d012) / (x[3] - x[0]);
}

// second derivatives at the knots, from continuity of slope inside and the given end conditions
std::vector<double> spline_moments(const std::vector<double>& x, const std::vector<double>& y) {
  const int n = static_cast<int>(x.size());
  if (n == 2) return {0, 0};
  Eigen::MatrixXd system = Eigen::MatrixXd::Zero(n, n);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(n);
  for (int i = 1; i + 1 < n; ++i) {
    const double before = x[i] - x[i - 1];
    const double after = x[i + 1] - x[i];
    system(i, i - 1) = before;
    system(i, i) = 2 * (before + after);
    system(i, i + 1) = after;
    right[i] = 6 * ((y[i + 1] - y[i]) / after - (y[i] - y[i - 1]) / before);
  }
  system(0, 0) = system(n - 1, n - 2) = -1;
  system(0, 1) = system(n - 1, n - 1) = 1;
  if (n > 3) {
    right[0] = third_derivative(&x[0], &y[0]) * (x[1] - x[0]);
    right[n - 1] = third_derivative(&x[n - 4], &y[n - 4]) * (x[n - 1] - x[n - 2]);
  }
  const Eigen::VectorXd solution = system.partialPivLu().solve(right);
  return {solution.begin(), solution.end()};
}

}  // namespace

Function::Function(Kind kind, std::vector<double> coefficients)
    : kind_(kind), coefficients_(std::move(coefficients)) {}

Function Function::constant(double value) { return {Kind::constant, {value}}; }

Function Function::linear(double slope, double intercept) {
  return {Kind::linear, {slope, intercept}};
}

Function Function::polynomial(std::vector<double> coefficients) {
  require(!coefficients.empty(), "a polynomial needs at least one coefficient; given none");
  return {Kind::polynomial, std::move(coefficients)};
}

Function Function::simm_spline(std::vector<double> x, std::vector<double> y) {
  require(
      x.size() == y.size() && x.size() >= 2, "a spline needs as many y as x, at least 2; given ",
      x.size(), " x and ", y.size(), " y");
  for (std::size_t i = 1; i < x.size(); ++i)
    require(
        x[i] > x[i - 1], "the x of a spline must rise; x[", i, "] = ", x[i], " after ", x[i - 1]);
  Function function(Kind::spline, std::move(y));
  function.knots_ = std::move(x);
  function.moments_ = spline_moments(function.knots_, function.coefficients_);
  return function;
}

Function Function::scaled(double factor) const {
  Function result = *this;
  for (double& coefficient : result.coefficients_) coefficient *= factor;
  for (double& moment : result.moments_) moment *= factor;
  return result;
}

Derivatives Function::operator()(double x) const {
  switch (kind_) {
    case Kind::constant: return {coefficients_[0], 0, 0};
    case Kind::linear: return {coefficients_[0] * x + coefficients_[1], coefficients_[0], 0};
    case Kind::polynomial: {
      Derivatives d;  // Horner's scheme for the value and both derivatives at once
      for (const double coefficient : coefficients_) {
        d.second = d.second * x + 2 * d.first;
        d.first = d.first * x + d.value;
        d.value = d.value * x + coefficient;
      }
      return d;
    }
    case Kind::spline: break;
  }

  const int n = static_cast<int>(knots_.size());
  const auto above = std::upper_bound(knots_.begin(), knots_.end(), x);
  const int i = std::clamp(static_cast<int>(above - knots_.begin()) - 1, 0, n - 2);
  const double h = knots_[i + 1] - knots_[i];
  const double m0 = moments_[i];
  const double m1 = moments_[i + 1];
  const double slope = (coefficients_[i + 1] - coefficients_[i]) / h;
  const double start = slope - h * (2 * m0 + m1) / 6;

  if (x < knots_.front()) return {coefficients_.front() + (x - knots_.front()) * start, start, 0};
  if (x > knots_.back()) {
    const double end = slope + h * (m0 + 2 * m1) / 6;
    return {coefficients_.back() + (x - knots_.back()) * end, end, 0};
  }
  const double t = x - knots_[i];
  const double jerk = (m1 - m0) / h;
  return {
      coefficients_[i] + t * (start + t * (m0 / 2 + t * jerk / 6)), start + t * (m0 + t * jerk / 2),
      m0 + t * jerk};
}

double Function::domain_lower() const {
  return knots_.empty() ? -std::numeric_limits<double>::infinity() : knots_.front();
}

double Function::domain_upper() const {
  return knots_.empty() ? std::numeric_limits<double>::infinity() : knots_.back();
}

}  // namespace coxa
