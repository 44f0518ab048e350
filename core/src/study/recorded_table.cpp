// The table of format "coxa-1": labels and time here, every other group in a file of its own.

#include <algorithm>
#include <iterator>
#include <limits>

#include "study/recorded_rows.hpp"

namespace coxa {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

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

RecordedVariable labels(
    const std::string& dimension, const std::string& long_name, const Whole& whole) {
  return {{dimension, {dimension}, "1", long_name}, Known::before_the_frames, whole};
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

}  // namespace

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
