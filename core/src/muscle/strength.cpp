#include "coxa/muscle/strength.hpp"

#include <algorithm>
#include <cmath>

#include "coxa/math/error.hpp"
#include "coxa/math/spatial.hpp"

namespace coxa {
namespace {

using Point = Eigen::Vector2d;

double cross(const Point& a, const Point& b) { return a.x() * b.y() - a.y() * b.x(); }

// Where the forces of both curves agree, of the strain from zero to one norm force: least deviation
// elsewhere for strengths near 1.
constexpr double kAgreement = 0.6;

// How far a corner between two tangents must be drawn into their intersection to pass through a
// point: the pull of BezierCurve::Corner. With its control points the corner is
//
//     p(u) = w0 start + w1 end + 5 u (1 - u) pull d(u)
//     d(u) = (1 - u)^2 (1 + u) (meet - start) + u^2 (2 - u) (meet - end)
//
// so that u is where d(u) is parallel to the rest.
double pull_through(const Point& start, const Point& end, const Point& meet, const Point& point) {
  const auto rest = [&](double u) -> Point {
    const double v = 1 - u;
    const double w0 = v * v * v * (1 + 3 * u + 6 * u * u);
    return point - w0 * start - (1 - w0) * end;
  };
  const auto direction = [&](double u) -> Point {
    const double v = 1 - u;
    return v * v * (1 + u) * (meet - start) + u * u * (2 - u) * (meet - end);
  };
  double low = 0, high = 1;
  const bool rising = cross(rest(low), direction(low)) < 0;
  for (int i = 0; i < 60; ++i) {
    const double u = 0.5 * (low + high);
    ((cross(rest(u), direction(u)) < 0) == rising ? low : high) = u;
  }
  const double u = 0.5 * (low + high);
  const Point d = direction(u);
  return rest(u).dot(d) / (5 * u * (1 - u) * d.squaredNorm());
}

double or_default(double value, double choice) { return std::isnan(value) ? choice : value; }

// `curve` is that of the parameters: making it is most of the work
PassiveForceLengthParameters fit(
    const PassiveForceLengthParameters& unchanged, const BezierCurve& curve, double strength) {
  const double zero = unchanged.strain_at_zero_force;
  const double one = unchanged.strain_at_one_norm_force;
  const double stiffness = or_default(unchanged.stiffness_at_one_norm_force, 2 / (one - zero));

  // the line through (one, 1), in N as before, now reaches the norm force 1 elsewhere
  PassiveForceLengthParameters found = unchanged;
  found.strain_at_one_norm_force = one + (strength - 1) / stiffness;
  const double span = found.strain_at_one_norm_force - zero;
  // far above usual strengths (5 with usual stiffness) that line is too flat for the curve's end
  found.stiffness_at_one_norm_force = std::max(stiffness / strength, 1.2 / span);
  found.stiffness_at_low_force =
      std::min(or_default(unchanged.stiffness_at_low_force, 0.2) / strength, 0.9 / span);

  // corner of the foot's tangent with that line, as in passive_force_length_curve
  const double x_low = 1 + zero + std::min(0.1 / found.stiffness_at_one_norm_force, 0.1 * span);
  const double low = found.stiffness_at_low_force, high = found.stiffness_at_one_norm_force;
  const Point start(x_low, 0.5 * low * (x_low - 1 - zero));
  const Point end(1 + found.strain_at_one_norm_force, 1);
  const double x_meet = (end.y() - start.y() - end.x() * high + start.x() * low) / (low - high);
  const Point meet(x_meet, end.y() + high * (x_meet - end.x()));
  const double x = 1 + zero + kAgreement * std::min(one - zero, span);
  const double pull = pull_through(start, end, meet, {x, curve.value(x) / strength});
  found.curviness = std::clamp((pull - 0.1) / 0.8, 0.0, 1.0);
  return found;
}

}  // namespace

PassiveForceLengthParameters passive_at_strength(
    const PassiveForceLengthParameters& unchanged, double strength) {
  require(strength > 0, "strength of a muscle is ", strength, "; it must be above 0");
  return fit(unchanged, *passive_force_length_curve(unchanged), strength);
}

void multiply_strength(Muscle& muscle, double factor, CurveCache& curves) {
  if (factor == 1) return;
  PassiveForceLengthParameters& passive = muscle.curves.passive_parameters;
  if (muscle.strength == 1) muscle.passive_at_strength_one = passive;
  const auto unchanged = muscle.strength == 1
                             ? muscle.curves.passive_force_length
                             : curves.passive_force_length(muscle.passive_at_strength_one);
  muscle.strength *= factor;
  muscle.max_isometric_force *= factor;
  passive = muscle.strength == 1 ? muscle.passive_at_strength_one
                                 : fit(muscle.passive_at_strength_one, *unchanged, muscle.strength);
  muscle.curves.passive_force_length = curves.passive_force_length(passive);
}

}  // namespace coxa
