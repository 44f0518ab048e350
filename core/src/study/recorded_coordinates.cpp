#include "study/recorded_rows.hpp"

namespace coxa {
namespace {

// attributes of a quantity per coordinate: rad and m share the array, and a column's unit follows
// from coordinate_units
Attributes times_coordinate(const std::string& rates) {
  return {
      {"unit_variable", "coordinate_units"},
      {"unit_exponent", 1.0},
      {"comment",
       "numbers in coordinate_units" + rates + ": multiply units by coordinate_units(coordinate)"}};
}
// these coordinates are positive in flexion, dorsiflexion, adduction and internal rotation,
// opposite to the moments' names
double against(const Frame& f, int c) { return -f.solver.generalized_force()[c]; }
double along(const Frame& f, int c) { return f.solver.generalized_force()[c]; }
double power(const Frame& f, int c) {
  return f.solver.generalized_force()[c] * f.of.trial.motion.v(c, f.index);
}

RecordedVariable moment_of(Role Roles::*role, const std::string& name, const std::string& words) {
  return of_role(
      role,
      {name + "_moment", {"time", "side"}, "N m", "net " + words + " moment, positive as named"},
      against);
}
RecordedVariable power_of(Role Roles::*role, const std::string& name, const std::string& words) {
  return of_role(
      role, {name + "_power", {"time", "side"}, "W", "power of the " + words + " moment"}, power);
}

}  // namespace

Rows coordinate_rows() {
  return {
      always(
          {"position", {"time", "coordinate"}, "1", "coordinate", times_coordinate("")},
          [](const Frame& f, double* row) {
            const auto q = f.of.trial.motion.q.col(f.index);
            Eigen::VectorXd::Map(row, q.size()) = q;
          }),
      always(
          {"velocity",
           {"time", "coordinate"},
           "s^-1",
           "rate of the coordinate",
           times_coordinate(" per s")},
          [](const Frame& f, double* row) {
            const auto v = f.of.trial.motion.v.col(f.index);
            Eigen::VectorXd::Map(row, v.size()) = v;
          }),
      always(
          {"acceleration",
           {"time", "coordinate"},
           "s^-2",
           "second rate of the coordinate",
           times_coordinate(" per s2")},
          [](const Frame& f, double* row) {
            const auto vdot = f.of.trial.motion.vdot.col(f.index);
            Eigen::VectorXd::Map(row, vdot.size()) = vdot;
          }),
      solved(
          {"generalized_force",
           {"time", "coordinate"},
           "N m",
           "generalized force net of gravity, inertia, loads and supports",
           over_coordinate()},
          [](const Frame& f, double* row) {
            const Eigen::VectorXd& tau = f.solver.generalized_force();
            Eigen::VectorXd::Map(row, tau.size()) = tau;
          }),
      moment_of(&Roles::hip_flexion, "hip_extension", "hip extension"),
      power_of(&Roles::hip_flexion, "hip_extension", "hip extension"),
      moment_of(&Roles::knee_angle, "knee_extension", "knee extension"),
      power_of(&Roles::knee_angle, "knee_extension", "knee extension"),
      moment_of(&Roles::ankle_angle, "ankle_plantarflexion", "ankle plantarflexion"),
      power_of(&Roles::ankle_angle, "ankle_plantarflexion", "ankle plantarflexion"),
      moment_of(&Roles::hip_adduction, "hip_abduction", "hip abduction"),
      power_of(&Roles::hip_adduction, "hip_abduction", "hip abduction"),
      moment_of(&Roles::hip_rotation, "hip_external_rotation", "hip external rotation"),
      power_of(&Roles::hip_rotation, "hip_external_rotation", "hip external rotation"),
      of_role(
          &Roles::lumbar_extension,
          {"lumbar_extension_moment",
           {"time"},
           "N m",
           "net extension moment of the lumbar joint, positive as named"},
          along),
  };
}

}  // namespace coxa
