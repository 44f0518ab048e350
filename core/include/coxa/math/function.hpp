#pragma once

#include <vector>

#include "coxa/export.hpp"

namespace coxa {

/// Value and the first two derivatives of a scalar function at one point.
struct Derivatives {
  double value = 0;
  double first = 0;
  double second = 0;
};

/// Scalar function of one variable: maps a coordinate to a translation or rotation of a joint axis
/// in an OpenSim file.
class COXA_EXPORT Function {
 public:
  enum class Kind { constant, linear, polynomial, spline };

  /// f(x) = value
  static Function constant(double value);

  /// f(x) = slope x + intercept
  static Function linear(double slope, double intercept);

  /// f(x) = c0 x^n + ... + cn, highest power first as in OpenSim's PolynomialFunction.
  static Function polynomial(std::vector<double> coefficients);

  /// OpenSim's SimmSpline: the cubic spline of Forsythe, Malcolm & Moler (1977, ch. 4), whose third
  /// derivative at each end equals that of the cubic through the four outermost points;
  /// extrapolated linearly.
  /// @throws InvalidArgument unless x increases strictly and has as many entries as y, at least 2
  static Function simm_spline(std::vector<double> x, std::vector<double> y);

  /// The same function times a factor (OpenSim's MultiplierFunction).
  Function scaled(double factor) const;

  Derivatives operator()(double x) const;

  Kind kind() const { return kind_; }

  /// Range over which the function is defined: first and last knot of a spline, ±infinity for the
  /// others.
  double domain_lower() const;
  double domain_upper() const;

  /// slope and intercept of a linear function, value of a constant, coefficients of a polynomial,
  /// ordinates of a spline
  const std::vector<double>& coefficients() const { return coefficients_; }

  /// knots of a spline, empty for the others
  const std::vector<double>& knots() const { return knots_; }

 private:
  Function(Kind kind, std::vector<double> coefficients);

  Kind kind_ = Kind::constant;
  std::vector<double> coefficients_;
  std::vector<double> knots_;
  std::vector<double> moments_;  // second derivative at each knot
};

}  // namespace coxa
