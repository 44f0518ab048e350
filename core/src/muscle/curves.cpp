#include "coxa/muscle/curves.hpp"

#include <algorithm>
#include <cmath>

#include "coxa/math/error.hpp"

// Millard M, Uchida T, Seth A, Delp SL (2013). Flexing computational muscle: modeling and
// simulation of musculotendon dynamics. J Biomech Eng 135:021005. The paper does not give the
// positions of the corners; they follow OpenSim 4.5 (SmoothSegmentedFunctionFactory), so that the
// same file gives the same curves.

namespace coxa {
namespace {

using Corner = BezierCurve::Corner;

// OpenSim maps curviness 0 ... 1 to 0.1 ... 0.9
double pull(double curviness) { return 0.1 + 0.8 * curviness; }

double or_default(double value, double choice) { return std::isnan(value) ? choice : value; }

void require_curviness(const char* name, double value) {
  require(value >= 0 && value <= 1, name, " is ", value, "; it must lie in 0 ... 1");
}

}  // namespace

std::shared_ptr<const BezierCurve> active_force_length_curve(
    const ActiveForceLengthParameters& parameters) {
  const double x0 = parameters.min_norm_active_fiber_length;
  const double x1 = parameters.transition_norm_fiber_length;
  const double x2 = 1;
  const double x3 = parameters.max_norm_active_fiber_length;
  const double slope = parameters.shallow_ascending_slope;
  const double floor = parameters.minimum_value;
  require(
      x0 >= 0 && x1 > x0 && x2 > x1 && x3 > x2,
      "active force-length lengths must rise: 0 <= min_norm_active_fiber_length (", x0,
      ") < transition_norm_fiber_length (", x1, ") < 1 < max_norm_active_fiber_length (", x3, ")");
  require(floor >= 0 && floor < 1, "minimum_value is ", floor, "; it must lie in 0 ... 1");
  require(
      slope >= 0 && slope < (1 - floor) / (x2 - x1), "shallow_ascending_slope is ", slope,
      "; it must lie in 0 ... ", (1 - floor) / (x2 - x1));

  // the plateau is widened by 5 % of the optimal length on either side
  const double delta = 0.05 * x2;
  const double shoulder = x2 - delta;
  const double y1 = 1 - slope * (shoulder - x1);
  const double steep = 1.25 * y1 / (x1 - x0);
  const double x01 = 0.5 * (x0 + x1);
  const double y01 = 0.5 * y1;
  const double x1s = 0.5 * (x1 + shoulder);
  const double y1s = 0.5 * (y1 + 1);
  const double x23 = 0.5 * (x2 + delta + x3);
  const double y23 = 0.5;
  const double falling = -1 / ((x3 - delta) - (x2 + delta));
  const double c = pull(1);
  return std::make_shared<BezierCurve>(std::vector<Corner>{
      {x0, floor, 0, x01, y01, steep, c},
      {x01, y01, steep, x1s, y1s, slope, c},
      {x1s, y1s, slope, x2, 1, 0, c},
      {x2, 1, 0, x23, y23, falling, c},
      {x23, y23, falling, x3, floor, 0, c}});
}

std::shared_ptr<const BezierCurve> force_velocity_curve(const ForceVelocityParameters& parameters) {
  const double at_c = parameters.concentric_slope_at_vmax;
  const double near_c = parameters.concentric_slope_near_vmax;
  const double isometric = parameters.isometric_slope;
  const double at_e = parameters.eccentric_slope_at_vmax;
  const double near_e = parameters.eccentric_slope_near_vmax;
  const double top = parameters.max_eccentric_velocity_force_multiplier;
  require(top > 1, "max_eccentric_velocity_force_multiplier is ", top, "; it must be above 1");
  require(
      at_c >= 0 && at_c < 1 && near_c > at_c && near_c <= 1,
      "concentric slopes must satisfy 0 <= at vmax (", at_c, ") < near vmax (", near_c, ") <= 1");
  require(isometric > 1, "isometric_slope is ", isometric, "; it must be above 1");
  require(
      at_e >= 0 && near_e >= at_e && near_e < top - 1,
      "eccentric slopes must satisfy 0 <= at vmax (", at_e, ") <= near vmax (", near_e, ") < ",
      top - 1);
  require_curviness("concentric_curviness", parameters.concentric_curviness);
  require_curviness("eccentric_curviness", parameters.eccentric_curviness);

  const double c = pull(parameters.concentric_curviness);
  const double e = pull(parameters.eccentric_curviness);
  const double x_near = 0.9;
  const double y_near_c = 0.5 * (near_c + at_c) * (1 - x_near);
  const double y_near_e = top - 0.5 * (near_e + at_e) * (1 - x_near);
  return std::make_shared<BezierCurve>(std::vector<Corner>{
      {-1, 0, at_c, -x_near, y_near_c, near_c, c},
      {-x_near, y_near_c, near_c, 0, 1, isometric, c},
      {0, 1, isometric, x_near, y_near_e, near_e, e},
      {x_near, y_near_e, near_e, 1, top, at_e, e}});
}

std::shared_ptr<const BezierCurve> passive_force_length_curve(
    const PassiveForceLengthParameters& parameters) {
  const double zero = parameters.strain_at_zero_force;
  const double one = parameters.strain_at_one_norm_force;
  require(
      one > zero, "strain_at_one_norm_force is ", one, "; it must be above strain_at_zero_force, ",
      zero);
  const double low = or_default(parameters.stiffness_at_low_force, 0.2);
  const double high = or_default(parameters.stiffness_at_one_norm_force, 2 / (one - zero));
  const double curviness = or_default(parameters.curviness, 0.75);
  const double mean = 1 / (one - zero);
  require(high > mean, "stiffness_at_one_norm_force is ", high, "; it must be above ", mean);
  require(
      low > 0 && low < mean, "stiffness_at_low_force is ", low, "; it must lie between 0 and ",
      mean);
  require_curviness("curviness of the passive curve", curviness);

  const double x_zero = 1 + zero;
  const double x_one = 1 + one;
  const double x_low = x_zero + std::min(0.1 / high, 0.1 * (x_one - x_zero));
  const double x_foot = 0.5 * (x_zero + x_low);
  const double y_low = low * (x_low - x_foot);
  const double c = pull(curviness);
  return std::make_shared<BezierCurve>(std::vector<Corner>{
      {x_zero, 0, 0, x_low, y_low, low, c}, {x_low, y_low, low, x_one, 1, high, c}});
}

std::shared_ptr<const BezierCurve> tendon_force_length_curve(
    const TendonForceLengthParameters& parameters) {
  const double strain = parameters.strain_at_one_norm_force;
  require(strain > 0, "strain_at_one_norm_force of the tendon is ", strain, "; it must be above 0");
  const double stiffness = or_default(parameters.stiffness_at_one_norm_force, 1.375 / strain);
  const double y_toe = or_default(parameters.norm_force_at_toe_end, 2.0 / 3.0);
  const double curviness = or_default(parameters.curviness, 0.5);
  require(
      y_toe > 0 && y_toe < 1, "norm_force_at_toe_end is ", y_toe, "; it must lie between 0 and 1");
  require(
      stiffness > 1 / strain, "stiffness_at_one_norm_force of the tendon is ", stiffness,
      "; it must be above 1 / strain, ", 1 / strain);
  require_curviness("curviness of the tendon curve", curviness);

  const double x_one = 1 + strain;
  const double x_toe = x_one + (y_toe - 1) / stiffness;
  const double x_foot = 1 + 0.1 * (x_toe - 1);
  const double x_middle = x_one + (0.5 * y_toe - 1) / stiffness;
  const double slope = 0.5 * y_toe / (x_middle - x_foot);
  const double x_corner = 0.5 * (x_foot + x_middle);
  const double y_corner = slope * (x_corner - x_foot);
  const double c = pull(curviness);
  return std::make_shared<BezierCurve>(std::vector<Corner>{
      {1, 0, 0, x_corner, y_corner, slope, c},
      {x_corner, y_corner, slope, x_toe, y_toe, stiffness, c}});
}

// the first entry identifies the kind of curve; NaN is replaced because it does not equal itself as
// a key
template <typename Make>
std::shared_ptr<const BezierCurve> CurveCache::once(std::vector<double> key, Make make) {
  for (double& entry : key)
    if (std::isnan(entry)) entry = -1e300;
  auto& curve = curves_[std::move(key)];
  if (!curve) curve = make();
  return curve;
}

std::shared_ptr<const BezierCurve> CurveCache::passive_force_length(
    const PassiveForceLengthParameters& passive) {
  return once(
      {2, passive.strain_at_zero_force, passive.strain_at_one_norm_force,
       passive.stiffness_at_low_force, passive.stiffness_at_one_norm_force, passive.curviness},
      [&] { return passive_force_length_curve(passive); });
}

MuscleCurves CurveCache::curves(
    ActiveForceLengthParameters active,
    ForceVelocityParameters velocity,
    const PassiveForceLengthParameters& passive,
    const TendonForceLengthParameters& tendon) {
  active.minimum_value = 0;
  velocity.concentric_slope_at_vmax = 0;
  velocity.eccentric_slope_at_vmax = 0;

  MuscleCurves result;
  result.active_parameters = active;
  result.velocity_parameters = velocity;
  result.passive_parameters = passive;
  result.tendon_parameters = tendon;
  result.active_force_length = once(
      {0, active.min_norm_active_fiber_length, active.transition_norm_fiber_length,
       active.max_norm_active_fiber_length, active.shallow_ascending_slope, active.minimum_value},
      [&] { return active_force_length_curve(active); });
  result.force_velocity = once(
      {1, velocity.concentric_slope_at_vmax, velocity.concentric_slope_near_vmax,
       velocity.isometric_slope, velocity.eccentric_slope_at_vmax,
       velocity.eccentric_slope_near_vmax, velocity.max_eccentric_velocity_force_multiplier,
       velocity.concentric_curviness, velocity.eccentric_curviness},
      [&] { return force_velocity_curve(velocity); });
  result.passive_force_length = passive_force_length(passive);
  result.tendon_force_length = once(
      {3, tendon.strain_at_one_norm_force, tendon.stiffness_at_one_norm_force,
       tendon.norm_force_at_toe_end, tendon.curviness},
      [&] { return tendon_force_length_curve(tendon); });
  return result;
}

}  // namespace coxa
