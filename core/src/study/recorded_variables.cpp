// The table of format "coxa-1": one row for each variable. It is longer than other files because it is a table.
#include "study/recorded_variables.hpp"

#include <algorithm>
#include <limits>
#include <ranges>

namespace coxa {
namespace {

using Rows = std::vector<RecordedVariable>;
using Known = RecordedVariable::Known;
using Fill = RecordedVariable::Fill;
using Whole = RecordedVariable::Whole;
using Frame = RecordedFrame;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

const char* const kIfHeld = "if a grip or an anchor holds something";
const char* const kIfIntervals = "with intervals";

// per unit of each coordinate: rad and m share the array, and units of columns follow from coordinate_units
Attributes times_coordinate(const std::string& rates) {
  return {
      {"unit_variable", "coordinate_units"},
      {"unit_exponent", 1.0},
      {"comment",
       "numbers in coordinate_units" + rates + ": multiply units by coordinate_units(coordinate)"}};
}
Attributes over_coordinate() {
  return {
      {"unit_variable", "coordinate_units"},
      {"unit_exponent", -1.0},
      {"comment",
       "per coordinate_units, so N m where the coordinate is in rad and N where it is in m: divide "
       "units by coordinate_units(coordinate)"}};
}

template <typename Items>
std::vector<std::string> names_of(const Items& items) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.name);
  return names;
}

std::vector<std::string> held_names(const Trial& trial) {
  std::vector<std::string> names = names_of(trial.setting.grips);
  for (const Anchor& anchor : trial.setting.anchors) names.push_back(anchor.name);
  return names;
}

std::vector<std::string> joint_names(const Recording& r) {
  std::vector<std::string> names;
  for (const int body : r.roles.joint_bodies)
    names.push_back(r.model.skeleton.bodies()[body].joint);
  return names;
}

std::vector<std::string> units_of_coordinates(const Skeleton& skeleton) {
  std::vector<std::string> units;
  for (int i = 0; i < skeleton.nq(); ++i)
    units.push_back(skeleton.coordinate(i).rotational ? "rad" : "m");
  return units;
}

template <typename T, typename Items>
std::vector<T> vector_of(const Items& items) {
  return {items.begin(), items.end()};
}

// one vector after the other
template <typename Vectors>
void write_vectors(double* row, std::size_t count, const Vectors& vector) {
  for (std::size_t i = 0; i < count; ++i) Vec3::Map(row + 3 * i) = vector(static_cast<int>(i));
}

RecordedVariable labels(
    const std::string& dimension, const std::string& long_name, const Whole& whole) {
  return {{dimension, {dimension}, "1", long_name}, Known::before_the_frames, whole};
}
RecordedVariable before(VariableDescription description, const Whole& whole) {
  return {std::move(description), Known::before_the_frames, whole};
}
RecordedVariable always(VariableDescription description, const Fill& fill) {
  return {std::move(description), Known::in_every_frame, {}, fill};
}
RecordedVariable solved(VariableDescription description, const Fill& fill) {
  return {std::move(description), Known::in_solved_frames, {}, fill};
}
RecordedVariable only_if(
    bool (*exists)(const Recording&), const std::string& condition, RecordedVariable variable) {
  variable.exists = exists;
  variable.description.condition = condition;
  return variable;
}

// a variable about the coordinates of a role; a side that the model lacks stays NaN
RecordedVariable of_role(
    Role Roles::*role, VariableDescription description, double (*value)(const Frame&, int)) {
  description.condition = "if the model has the coordinate";
  RecordedVariable variable = solved(std::move(description), [=](const Frame& f, double* row) {
    for (const int coordinate : (f.of.roles.*role).coordinate) {
      if (coordinate >= 0) *row = value(f, coordinate);
      ++row;
    }
  });
  variable.role = role;
  return variable;
}

// joint coordinates are positive the other way: flexion, dorsiflexion, adduction, internal rotation
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
template <typename Vector>
Fill each_support(const Vector& vector) {
  return [=](const Frame& f, double* row) {
    write_vectors(
        row, f.of.trial.setting.supports.size(), [&](int s) { return vector(f.solver, s); });
  };
}
template <typename Vector>
Fill each_grip(const Vector& vector) {
  return [=](const Frame& f, double* row) {
    const std::size_t count = f.of.trial.setting.grips.size() + f.of.trial.setting.anchors.size();
    write_vectors(row, count, [&](int g) { return vector(f.solver, g); });
  };
}
Fill each_load(Vec3 LoadState::*member) {
  return [=](const Frame& f, double* row) {
    const std::vector<LoadState>& loads = f.solver.loads();
    write_vectors(row, loads.size(), [&](int i) { return loads[i].*member; });
  };
}
template <typename Vector>
Fill each_joint(const Vector& vector) {
  return [=](const Frame& f, double* row) {
    const std::vector<int>& bodies = f.of.roles.joint_bodies;
    write_vectors(row, bodies.size(), [&](int j) -> Vec3 {
      const Pose& X_WB = f.solver.body().bodies[bodies[j]].X_WB;
      return X_WB.R.transpose() * vector(f, bodies[j]);
    });
  };
}

// what the lumbar joint transmits to the trunk, in the frame of the body below it
Vec3 lumbar_force(const Frame& f) {
  const int trunk = f.of.roles.lumbar_extension.body[0];
  const int below = f.of.model.skeleton.bodies()[trunk].parent;
  return f.solver.body().bodies[below].X_WB.R.transpose() * f.solver.joint_wrench(trunk).force;
}

Rows label_rows() {
  return {
      labels(
          "coordinate", "independent coordinate",
          [](const Recording& r) { return r.model.skeleton.coordinate_names(); }),
      labels(
          "side", "side of the body",
          [](const Recording&) {
            return std::vector<std::string>{"right", "left"};
          }),
      labels("muscle", "muscle", [](const Recording& r) { return names_of(r.model.muscles); }),
      labels("group", "muscle group", [](const Recording& r) { return r.group_names; }),
      labels(
          "support", "where the world pushes on the body",
          [](const Recording& r) { return names_of(r.trial.setting.supports); }),
      labels(
          "load", "carried load, end of a band on a body, or cable",
          [](const Recording& r) { return load_names(r.trial); }),
      only_if(
          [](const Recording& r) { return !held_names(r.trial).empty(); }, kIfHeld,
          labels(
              "grip", "hand that holds a load, or body held by something fixed",
              [](const Recording& r) { return held_names(r.trial); })),
      labels(
          "site", "named point of the body",
          [](const Recording& r) { return names_of(r.model.skeleton.sites()); }),
      labels(
          "axis", "axis of a vector, ground frame (forward, up, right) unless said",
          [](const Recording&) {
            return std::vector<std::string>{"x", "y", "z"};
          }),
      labels("joint", "joint", joint_names),
  };
}

Rows time_rows() {
  return {
      before(
          {"time", {"time"}, "s", "time"},
          [](const Recording& r) { return vector_of<double>(r.trial.motion.time); }),
      before(
          {"phase",
           {"time"},
           "1",
           "phase of the repetition",
           {{"flag_values", std::vector<std::int32_t>{0, 1, 2, 3}},
            {"flag_meanings", "concentric hold eccentric rest"}}},
          [](const Recording& r) { return vector_of<std::int32_t>(r.trial.motion.phase); }),
      before(
          {"repetition", {"time"}, "1", "number of the repetition, from 1"},
          [](const Recording& r) { return vector_of<std::int32_t>(r.trial.motion.repetition); }),
      before(
          {"coordinate_units", {"coordinate"}, "1", "unit of each coordinate"},
          [](const Recording& r) { return units_of_coordinates(r.model.skeleton); }),
      only_if(
          [](const Recording& r) { return r.trial.motion.path.size() > 0; },
          "if the movement has a path",
          before(
              {"path", {"time"}, "1", "place on the path of the movement, 0 bottom to 1 top"},
              [](const Recording& r) { return vector_of<double>(r.trial.motion.path); })),
  };
}

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

Rows muscle_rows() {
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

Rows contact_rows() {
  return {
      solved(
          {"support_force", {"time", "support", "axis"}, "N", "force of the support on the body"},
          each_support([](const FrameSolver& s, int i) { return s.support_force(i); })),
      solved(
          {"support_moment",
           {"time", "support", "axis"},
           "N m",
           "moment of the support on the body about support_origin"},
          each_support([](const FrameSolver& s, int i) { return s.support_moment(i); })),
      before(
          {"support_origin", {"support", "axis"}, "m", "point about which support_moment is taken"},
          [](const Recording& r) {
            std::vector<double> origins(3 * r.trial.setting.supports.size());
            write_vectors(origins.data(), r.trial.setting.supports.size(), [&](int s) {
              return r.trial.setting.supports[s].origin;
            });
            return origins;
          }),
      solved(
          {"center_of_pressure", {"time", "support", "axis"}, "m", "centre of pressure"},
          each_support([](const FrameSolver& s, int i) { return s.center_of_pressure(i); })),
      only_if(
          [](const Recording& r) { return r.options.intervals; }, kIfIntervals,
          solved(
              {"support_force_min",
               {"time", "support", "axis"},
               "N",
               "least support force over all solutions within 5 % of the least cost"},
              [](const Frame& f, double* row) { std::ranges::copy(f.of.support_min, row); })),
      only_if(
          [](const Recording& r) { return r.options.intervals; }, kIfIntervals,
          solved(
              {"support_force_max",
               {"time", "support", "axis"},
               "N",
               "greatest support force over all solutions within 5 % of the least cost"},
              [](const Frame& f, double* row) { std::ranges::copy(f.of.support_max, row); })),
      solved(
          {"grip_force",
           {"time", "grip", "axis"},
           "N",
           "force on the hand, its opposite acts on the load; or of what is fixed on the body",
           {},
           kIfHeld},
          each_grip([](const FrameSolver& s, int g) { return s.grip_force(g); })),
      solved(
          {"grip_position", {"time", "grip", "axis"}, "m", "where grip_force acts", {}, kIfHeld},
          each_grip([](const FrameSolver& s, int g) { return s.grip_position(g); })),
      always(
          {"load_force",
           {"time", "load", "axis"},
           "N",
           "force on the body: weight and inertia of a load or of a cable's stack, tension of a "
           "band"},
          each_load(&LoadState::force)),
      always(
          {"load_position",
           {"time", "load", "axis"},
           "m",
           "mass centre of the load; point of the body that band or cable pulls"},
          each_load(&LoadState::position)),
      always(
          {"load_moment",
           {"time", "load", "axis"},
           "N m",
           "moment of the load on the body about load_position"},
          each_load(&LoadState::moment)),
  };
}

Rows body_rows() {
  const Attributes child{
      {"comment", "on the child body, in its frame, at the joint's frame in it"}};
  const Attributes axis{
      {"comment",
       "axis: y of the pelvis frame (upward along the lower lumbar spine); shear: its x (forward), "
       "on the trunk"}};
  return {
      always(
          {"center_of_mass", {"time", "axis"}, "m", "mass centre of body and carried loads"},
          [](const Frame& f, double* row) { Vec3::Map(row) = f.momentum.center_of_mass; }),
      always(
          {"linear_momentum", {"time", "axis"}, "kg m s^-1", "momentum of body and carried loads"},
          [](const Frame& f, double* row) { Vec3::Map(row) = f.momentum.linear; }),
      always(
          {"angular_momentum",
           {"time", "axis"},
           "kg m^2 s^-1",
           "angular momentum of body and carried loads about center_of_mass"},
          [](const Frame& f, double* row) { Vec3::Map(row) = f.momentum.angular_about_center(); }),
      always(
          {"site_position", {"time", "site", "axis"}, "m", "position of a named point"},
          [](const Frame& f, double* row) {
            const std::vector<Site>& sites = f.of.model.skeleton.sites();
            write_vectors(row, sites.size(), [&](int i) {
              return world_point(f.solver.body(), sites[i].body, sites[i].p_B);
            });
          }),
      solved(
          {"joint_reaction_force",
           {"time", "joint", "axis"},
           "N",
           "force that the joint transmits",
           child},
          each_joint([](const Frame& f, int body) { return f.solver.joint_wrench(body).force; })),
      solved(
          {"joint_reaction_moment",
           {"time", "joint", "axis"},
           "N m",
           "moment that the joint transmits",
           child},
          each_joint([](const Frame& f, int body) {
            const Vec3 center =
                f.solver.body().bodies[body].X_WB * f.of.model.skeleton.bodies()[body].X_BM.p;
            return f.solver.joint_wrench(body).moment_about(center);
          })),
      of_role(
          &Roles::lumbar_extension,
          {"lumbar_compression", {"time"}, "N", "compression of the lumbar joint", axis},
          [](const Frame& f, int) { return lumbar_force(f).y(); }),
      of_role(
          &Roles::lumbar_extension,
          {"lumbar_shear",
           {"time"},
           "N",
           "forward shear of the lumbar joint, pelvis on trunk",
           axis},
          [](const Frame& f, int) { return lumbar_force(f).x(); }),
      before(
          {"status",
           {"time"},
           "1",
           "what went on in the frame, 0 if nothing",
           {{"flag_masks",
             std::vector<std::int32_t>{
                 kUnsolved, kReserveUsed, kFiberOutOfRange, kOutsideSplineDomain,
                 kActuatorAtBound}},
            {"flag_meanings",
             "unsolved reserve_used fiber_out_of_range outside_spline_domain actuator_at_bound"}}},
          [](const Recording& r) { return std::vector<std::int32_t>(r.trial.motion.frames(), 0); }),
  };
}

}  // namespace

Recording::Recording(const Trial& of, const SimulateOptions& with, const MusclePlan& plan)
    : trial(of),
      model(*of.model),
      options(with),
      roles(of.model->skeleton),
      support_min(3 * of.setting.supports.size(), kNaN),
      support_max(support_min) {
  for (const MuscleGroup& group : model.groups)
    if (group.side != Side::both && std::ranges::find(group_names, group.name) == group_names.end())
      group_names.push_back(group.name);
  group_muscles.resize(2 * group_names.size());
  for (const MuscleGroup& group : model.groups) {
    if (group.side == Side::both) continue;
    const std::size_t g = std::ranges::find(group_names, group.name) - group_names.begin();
    group_muscles[(group.side == Side::right ? 0 : group_names.size()) + g] = group.muscles;
  }
  for (int m = 0; m < plan.muscles(); ++m)
    for (int k = plan.first_arm(m); k < plan.first_arm(m + 1); ++k)
      for (int side = 0; side < 2; ++side)
        if (plan.arm_coordinates()[k] == roles.hip_flexion.coordinate[side])
          hip_arms.push_back({m, k, side});
}

const std::vector<RecordedVariable>& recorded_variable_table() {
  static const Rows table = [] {
    Rows all;
    for (auto rows : {label_rows, time_rows, coordinate_rows, muscle_rows, contact_rows, body_rows})
      std::ranges::move(rows(), std::back_inserter(all));
    return all;
  }();
  return table;
}

std::vector<VariableDescription> recorded_variables() {
  std::vector<VariableDescription> list;
  for (const RecordedVariable& variable : recorded_variable_table())
    list.push_back(variable.description);
  return list;
}

}  // namespace coxa
