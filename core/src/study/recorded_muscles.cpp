#include <algorithm>
#include <limits>

#include "study/recorded_rows.hpp"

namespace coxa {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double tension_of_group(const Frame& f, const std::vector<int>& muscles) {
  double sum = 0;
  for (const int m : muscles) sum += f.solver.tension(m);
  return sum;
}
double activation_of_group(const Frame& f, const std::vector<int>& muscles) {
  double volume = 0;
  double active = 0;
  for (const int m : muscles) {
    const Muscle& muscle = f.of.model.muscles[m];
    const double v = muscle.max_isometric_force * muscle.optimal_fiber_length;
    volume += v;
    active += v * f.solver.recruitment().activation(m);
  }
  return volume > 0 ? active / volume : kNaN;
}

template <typename Value>
Fill each_muscle(const Value& value) {
  return [=](const Frame& f, double* row) {
    for (std::size_t m = 0; m < f.of.model.muscles.size(); ++m)
      row[m] = value(f, static_cast<int>(m));
  };
}
template <typename Value>
Fill each_group(const Value& value) {
  return [=](const Frame& f, double* row) {
    for (const std::vector<int>& muscles : f.of.group_muscles) *row++ = value(f, muscles);
  };
}

}  // namespace

Rows muscle_rows() {
  // a table: one row for each variable
  return {
      solved(
          {"activation", {"time", "muscle"}, "1", "activation"},
          each_muscle([](const Frame& f, int m) { return f.solver.recruitment().activation(m); })),
      solved(
          {"muscle_force", {"time", "muscle"}, "N", "tension of the tendon, active and passive"},
          each_muscle([](const Frame& f, int m) { return f.solver.tension(m); })),
      solved(
          {"passive_force", {"time", "muscle"}, "N", "passive part of the tension"},
          each_muscle([](const Frame& f, int m) { return f.solver.muscles()[m].passive_force; })),
      solved(
          {"fiber_length", {"time", "muscle"}, "1", "fibre length in optimal fibre lengths"},
          each_muscle([](const Frame& f, int m) { return f.solver.muscles()[m].fiber_length; })),
      solved(
          {"fiber_velocity",
           {"time", "muscle"},
           "s^-1",
           "lengthening speed of the fibre in optimal fibre lengths per s"},
          each_muscle([](const Frame& f, int m) {
            return f.solver.muscles()[m].fiber_velocity
                   * f.of.model.muscles[m].max_contraction_velocity;
          })),
      solved(
          {"muscle_tendon_length", {"time", "muscle"}, "m", "length of muscle and tendon together"},
          each_muscle([](const Frame& f, int m) { return f.solver.geometry().length[m]; })),
      solved(
          {"actuator",
           {"time", "coordinate"},
           "N m",
           "bounded ideal actuator where the model has no muscles",
           over_coordinate()},
          [](const Frame& f, double* row) {
            const std::vector<Actuator>& actuators = f.of.model.actuators;
            std::fill_n(row, f.of.model.skeleton.nq(), 0.0);
            for (std::size_t j = 0; j < actuators.size(); ++j)
              row[actuators[j].coordinate] = f.solver.recruitment().actuator(static_cast<int>(j));
          }),
      solved(
          {"reserve",
           {"time", "coordinate"},
           "N m",
           "what nothing could supply",
           over_coordinate()},
          [](const Frame& f, double* row) {
            const Eigen::VectorXd& reserve = f.solver.recruitment().reserve();
            Eigen::VectorXd::Map(row, reserve.size()) = reserve;
          }),
      solved(
          {"hip_extension_contribution",
           {"time", "side", "muscle"},
           "N m",
           "part of each muscle in the hip extension moment"},
          [](const Frame& f, double* row) {
            const int muscles = static_cast<int>(f.of.model.muscles.size());
            std::fill_n(row, 2 * muscles, 0.0);
            for (const Recording::HipArm& arm : f.of.hip_arms)
              row[arm.side * muscles + arm.muscle] =
                  -f.solver.geometry().moment_arm[arm.arm] * f.solver.tension(arm.muscle);
          }),
      solved(
          {"group_force", {"time", "side", "group"}, "N", "sum of the tensions of a muscle group"},
          each_group(tension_of_group)),
      solved(
          {"group_activation",
           {"time", "side", "group"},
           "1",
           "volume-weighted activation of a muscle group"},
          each_group(activation_of_group)),
  };
}

}  // namespace coxa
