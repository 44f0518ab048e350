#include "study/roles.hpp"

#include <algorithm>

namespace coxa {
namespace {

std::vector<std::string> both_sides(const std::string& name) { return {name + "_r", name + "_l"}; }

}  // namespace

Role::Role(const Skeleton& skeleton, std::vector<std::string> given)
    : names(std::move(given)), coordinate(names.size(), -1), body(names.size(), -1) {
  const std::vector<std::string> free = skeleton.coordinate_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto found = std::ranges::find(free, names[i]);
    if (found == free.end()) continue;
    coordinate[i] = static_cast<int>(found - free.begin());
    const int full = skeleton.independent()[coordinate[i]];
    const auto column = std::ranges::find(skeleton.columns(), full, &Skeleton::Column::full);
    if (column != skeleton.columns().end()) body[i] = column->body;
  }
}

bool Role::absent() const {
  return std::ranges::all_of(coordinate, [](int c) { return c < 0; });
}

std::string Role::missing() const {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (coordinate[i] < 0) list += (list.empty() ? "" : " and ") + names[i];
  return list;
}

Roles::Roles(const Skeleton& skeleton)
    : hip_flexion(skeleton, both_sides("hip_flexion")),
      hip_adduction(skeleton, both_sides("hip_adduction")),
      hip_rotation(skeleton, both_sides("hip_rotation")),
      knee_angle(skeleton, both_sides("knee_angle")),
      ankle_angle(skeleton, both_sides("ankle_angle")),
      lumbar_extension(skeleton, {"lumbar_extension"}) {
  for (const Role* role : {&hip_flexion, &knee_angle, &ankle_angle, &lumbar_extension})
    for (const int body : role->body)
      if (body >= 0) joint_bodies.push_back(body);
}

}  // namespace coxa
