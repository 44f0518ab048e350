#include "coxa/muscle/muscle_state.hpp"

#include <algorithm>
#include <cmath>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

// cosine of the largest pennation angle; towards 90 degrees the fibre's speed has a pole (as in
// OpenSim)
constexpr double kCosMaxPennation = 0.1;

// Root of f, in units of Fmax, between `low` (f < 0) and `high`: regula falsi with Illinois
// halving; every third step, and any that leaves the bracket, is a bisection.
template <typename F>
double root_between(
    double low, double f_low, double high, double f_high, double width_enough, const F& f) {
  double at = high;
  int last_side = 0;
  for (int i = 0; i < 200 && f_high != 0; ++i) {
    const double width = high - low;
    if (width <= width_enough) break;
    at = i % 3 == 2 ? 0.5 * (low + high) : high - f_high * width / (f_high - f_low);
    if (!(at > low && at < high)) at = 0.5 * (low + high);
    const double value = f(at);
    if (std::abs(value) < 1e-15) break;
    if (value > 0) {
      high = at;
      f_high = value;
      if (last_side == 1) f_low *= 0.5;
      last_side = 1;
    } else {
      low = at;
      f_low = value;
      if (last_side == -1) f_high *= 0.5;
      last_side = -1;
    }
  }
  return at;
}

}  // namespace

FiberGeometry::FiberGeometry(const Muscle& muscle) {
  require(
      muscle.optimal_fiber_length > 0, "muscle '", muscle.name, "': optimal_fiber_length is ",
      muscle.optimal_fiber_length, " m; it must be above 0");
  require(
      muscle.pennation_at_optimal >= 0 && std::cos(muscle.pennation_at_optimal) > kCosMaxPennation,
      "muscle '", muscle.name, "': pennation_at_optimal is ", muscle.pennation_at_optimal,
      " rad; it must lie in 0 ... ", std::acos(kCosMaxPennation));
  require(
      muscle.max_contraction_velocity > 0, "muscle '", muscle.name,
      "': max_contraction_velocity is ", muscle.max_contraction_velocity, "; it must be above 0");
  require(
      muscle.curves.active_force_length && muscle.curves.force_velocity
          && muscle.curves.passive_force_length && muscle.curves.tendon_force_length,
      "muscle '", muscle.name, "' lacks a curve; make its curves with CurveCache");
  const double sin_max = std::sqrt(1 - kCosMaxPennation * kCosMaxPennation);
  height = muscle.optimal_fiber_length * std::sin(muscle.pennation_at_optimal);
  const double active_start =
      muscle.curves.active_force_length->lower() * muscle.optimal_fiber_length;
  minimum_length = std::max(active_start, height / sin_max);
  minimum_along_tendon = std::sqrt(minimum_length * minimum_length - height * height);
}

double FiberGeometry::fiber_length(double along_tendon) const {
  if (along_tendon <= minimum_along_tendon) return minimum_length;
  return std::sqrt(along_tendon * along_tendon + height * height);
}

MuscleState muscle_state(
    const Muscle& muscle, const FiberGeometry& fiber, double length, double speed) {
  const MuscleCurves& curves = muscle.curves;
  const double along = length - muscle.tendon_slack_length;
  const bool at_minimum = along <= fiber.minimum_along_tendon;
  const double fiber_length = fiber.fiber_length(along);

  MuscleState state;
  state.fiber_length = fiber_length / muscle.optimal_fiber_length;
  state.cos_pennation = (at_minimum ? fiber.minimum_along_tendon : along) / fiber_length;
  state.active_force_length = curves.active_force_length->value(state.fiber_length);
  state.passive_force_length = curves.passive_force_length->value(state.fiber_length);
  if (state.fiber_length < curves.active_force_length->lower()) state.flags |= kFiberTooShort;
  if (state.fiber_length > curves.active_force_length->upper()) state.flags |= kFiberTooLong;
  if (state.passive_force_length > 1) state.flags |= kFiberOverstretched;
  if (at_minimum) {
    // a slack tendon exerts no force and does not move the fibre
    state.flags |= kFiberAtMinimum;
    return state;
  }

  state.fiber_velocity =
      speed * state.cos_pennation / (muscle.optimal_fiber_length * muscle.max_contraction_velocity);
  state.force_velocity = curves.force_velocity->value(state.fiber_velocity);
  if (std::abs(state.fiber_velocity) > 1) state.flags |= kFiberTooFast;
  const double scale = muscle.max_isometric_force * state.cos_pennation;
  state.active_force = scale * state.active_force_length * state.force_velocity;
  state.passive_force = scale * state.passive_force_length;
  return state;
}

std::vector<FiberGeometry> fiber_geometries(const Model& model) {
  std::vector<FiberGeometry> fibers;
  fibers.reserve(model.muscles.size());
  for (const Muscle& muscle : model.muscles) fibers.emplace_back(muscle);
  return fibers;
}

void muscle_states(
    const Model& model,
    const std::vector<FiberGeometry>& fibers,
    const MuscleGeometry& geometry,
    std::vector<MuscleState>& states) {
  const auto n = model.muscles.size();
  require_size("fibers", std::ssize(fibers), static_cast<long>(n));
  require_size("geometry.length", geometry.length.size(), static_cast<long>(n));
  states.resize(n);
  for (std::size_t m = 0; m < n; ++m)
    states[m] = muscle_state(model.muscles[m], fibers[m], geometry.length[m], geometry.speed[m]);
}

ElasticEquilibrium elastic_equilibrium(
    const Muscle& muscle,
    const FiberGeometry& fiber,
    double activation,
    double length,
    double speed) {
  require(
      activation >= 0 && activation <= 1, "activation is ", activation, "; it must lie in 0 ... 1");
  require(
      muscle.tendon_slack_length > 0, "muscle '", muscle.name, "' has tendon_slack_length ",
      muscle.tendon_slack_length, " m: an elastic tendon needs a length above 0");
  const MuscleCurves& curves = muscle.curves;
  const double velocity_scale = 1 / (muscle.optimal_fiber_length * muscle.max_contraction_velocity);

  struct Forces {
    double fiber, tendon;  // along the tendon, in units of Fmax
  };
  const auto forces = [&](double along) -> Forces {
    const double l = fiber.fiber_length(along);
    const double cosine = along / l;
    const double norm = l / muscle.optimal_fiber_length;
    const double fV =
        speed == 0 ? 1.0 : curves.force_velocity->value(speed * cosine * velocity_scale);
    return {
        cosine
            * (activation * curves.active_force_length->value(norm) * fV
               + curves.passive_force_length->value(norm)),
        curves.tendon_force_length->value((length - along) / muscle.tendon_slack_length)};
  };

  // brackets: minimum fibre length, and the fibre length at which the tendon is slack
  const double low = fiber.minimum_along_tendon;
  const double high = length - muscle.tendon_slack_length;
  ElasticEquilibrium result;
  const Forces at_low = forces(low);
  if (high <= low || at_low.fiber >= at_low.tendon) {
    result.at_minimum = true;
    result.fiber_length = fiber.minimum_length;
    result.tendon_force = muscle.max_isometric_force * at_low.tendon;
    return result;
  }
  const Forces at_high = forces(high);
  const double along = root_between(
      low, at_low.fiber - at_low.tendon, high, at_high.fiber - at_high.tendon, 1e-15 * length,
      [&](double at) {
        const Forces found = forces(at);
        return found.fiber - found.tendon;
      });
  result.fiber_length = fiber.fiber_length(along);
  result.tendon_force = muscle.max_isometric_force * forces(along).tendon;
  return result;
}

}  // namespace coxa
