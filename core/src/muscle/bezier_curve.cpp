#include <algorithm>
#include <cmath>

#include "coxa/math/error.hpp"
#include "coxa/muscle/curves.hpp"

namespace coxa {
namespace {

// six Bezier control values to coefficients of u^0 ... u^5
std::array<double, 6> power_basis(const BezierCurve::ControlPoints& p) {
  return {
      p[0],
      5 * (p[1] - p[0]),
      10 * (p[2] - 2 * p[1] + p[0]),
      10 * (p[3] - 3 * p[2] + 3 * p[1] - p[0]),
      5 * (p[4] - 4 * p[3] + 6 * p[2] - 4 * p[1] + p[0]),
      p[5] - 5 * p[4] + 10 * p[3] - 10 * p[2] + 5 * p[1] - p[0]};
}

double polynomial(const std::array<double, 6>& c, double u) {
  return ((((c[5] * u + c[4]) * u + c[3]) * u + c[2]) * u + c[1]) * u + c[0];
}

double first_derivative(const std::array<double, 6>& c, double u) {
  return (((5 * c[5] * u + 4 * c[4]) * u + 3 * c[3]) * u + 2 * c[2]) * u + c[1];
}

double second_derivative(const std::array<double, 6>& c, double u) {
  return ((20 * c[5] * u + 12 * c[4]) * u + 6 * c[3]) * u + 2 * c[2];
}

}  // namespace

BezierCurve::BezierCurve(const std::vector<Corner>& corners) {
  require(!corners.empty(), "a Bezier curve needs at least one corner; given none");
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Corner& c = corners[i];
    require(
        c.x1 > c.x0, "corner ", i, " of a Bezier curve must rise in x; it goes from ", c.x0, " to ",
        c.x1);
    if (i > 0) {
      const Corner& last = corners[i - 1];
      require(
          c.x0 == last.x1 && c.y0 == last.y1 && c.slope0 == last.slope1, "corner ", i,
          " of a Bezier curve does not start where the one before ends");
    }

    // intersection of the two tangents; the midpoint if they coincide
    const double slopes = c.slope0 - c.slope1;
    const double x_meet = std::abs(slopes) > 1.5e-8  // root of machine precision, as OpenSim
                              ? (c.y1 - c.y0 - c.x1 * c.slope1 + c.x0 * c.slope0) / slopes
                              : 0.5 * (c.x0 + c.x1);
    const double y_meet = (x_meet - c.x1) * c.slope1 + c.y1;
    const double side0 = std::hypot(x_meet - c.x0, y_meet - c.y0);
    const double side1 = std::hypot(x_meet - c.x1, y_meet - c.y1);
    const double base = std::hypot(c.x1 - c.x0, c.y1 - c.y0);
    require(
        base > side0 && base > side1, "corner ", i, " of a Bezier curve, from (", c.x0, ", ", c.y0,
        ") slope ", c.slope0, " to (", c.x1, ", ", c.y1, ") slope ", c.slope1,
        ", is S-shaped: move its ends or slopes so that the tangents meet between them");

    const double xa = c.x0 + c.pull * (x_meet - c.x0);
    const double ya = c.y0 + c.pull * (y_meet - c.y0);
    const double xb = c.x1 + c.pull * (x_meet - c.x1);
    const double yb = c.y1 + c.pull * (y_meet - c.y1);

    Piece piece{};
    piece.x_lower = c.x0;
    piece.x_upper = c.x1;
    piece.cells_per_x = kCells / (c.x1 - c.x0);
    // x relative to the piece's start keeps the root accurate relative to its width
    piece.x = power_basis({0, xa - c.x0, xa - c.x0, xb - c.x0, xb - c.x0, c.x1 - c.x0});
    piece.y = power_basis({c.y0, ya, ya, yb, yb, c.y1});

    // u at equal steps of x: bisection, then Newton; x(u) increases strictly
    for (int k = 0; k <= kCells; ++k) {
      const double target = (c.x1 - c.x0) * k / kCells;
      double low = 0, high = 1;
      for (int j = 0; j < 60; ++j) {
        const double middle = 0.5 * (low + high);
        (polynomial(piece.x, middle) < target ? low : high) = middle;
      }
      const double u = k == 0 ? 0.0 : k == kCells ? 1.0 : 0.5 * (low + high);
      piece.start[k] = {u, 1 / (first_derivative(piece.x, u) * piece.cells_per_x)};
    }
    pieces_.push_back(piece);
  }
  y_lower_ = corners.front().y0;
  slope_lower_ = corners.front().slope0;
  y_upper_ = corners.back().y1;
  slope_upper_ = corners.back().slope1;
}

const BezierCurve::Piece& BezierCurve::piece_at(double x) const {
  std::size_t i = 0;
  while (i + 1 < pieces_.size() && x >= pieces_[i].x_upper) ++i;
  return pieces_[i];
}

double BezierCurve::solve(const Piece& piece, double x) const {
  const double target = x - piece.x_lower;
  const double cell = target * piece.cells_per_x;
  const int k = std::clamp(static_cast<int>(cell), 0, kCells - 1);

  // initial guess: the cubic through both ends of the cell and their slopes
  const double t = cell - k;
  const auto [u0, d0] = piece.start[k];
  const auto [u1, d1] = piece.start[k + 1];
  const double rise = u1 - u0;
  double u = u0 + t * (d0 + t * (3 * rise - 2 * d0 - d1 + t * (d0 + d1 - 2 * rise)));
  for (int i = 0; i < 8; ++i) {
    const double step = (polynomial(piece.x, u) - target) / first_derivative(piece.x, u);
    u = std::clamp(u - step, 0.0, 1.0);
    // convergence is quadratic: after a step of 1e-8 the error is below rounding
    if (std::abs(step) < 1e-8) break;
  }
  return u;
}

double BezierCurve::value(double x) const {
  if (x <= lower()) return y_lower_ + slope_lower_ * (x - lower());
  if (x >= upper()) return y_upper_ + slope_upper_ * (x - upper());
  if (std::isnan(x)) return x;
  const Piece& piece = piece_at(x);
  return polynomial(piece.y, solve(piece, x));
}

Derivatives BezierCurve::operator()(double x) const {
  if (x <= lower()) return {y_lower_ + slope_lower_ * (x - lower()), slope_lower_, 0};
  if (x >= upper()) return {y_upper_ + slope_upper_ * (x - upper()), slope_upper_, 0};
  if (std::isnan(x)) return {x, x, x};
  const Piece& piece = piece_at(x);
  const double u = solve(piece, x);
  const double x1 = first_derivative(piece.x, u);
  const double y1 = first_derivative(piece.y, u);
  const double x2 = second_derivative(piece.x, u);
  const double y2 = second_derivative(piece.y, u);
  return {polynomial(piece.y, u), y1 / x1, (y2 * x1 - y1 * x2) / (x1 * x1 * x1)};
}

}  // namespace coxa
