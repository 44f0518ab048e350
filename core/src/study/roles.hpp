#pragma once

#include <string>
#include <vector>

#include "coxa/muscle/model.hpp"

namespace coxa {

/// Coordinates that results refer to by name: a right and left pair, or a single one.
struct Role {
  Role(const Skeleton& skeleton, std::vector<std::string> names);

  bool absent() const;          // whether the model has none of them
  std::string missing() const;  // names that the model lacks, "a and b"; empty if none

  std::vector<std::string> names;
  std::vector<int>
      coordinate;         // index of the independent coordinate, -1 if the model has none of that
                          // name
  std::vector<int> body;  // body carried by the coordinate's joint, -1 if absent
};

/// Coordinates and bodies of a model that the variables of format "coxa-1" report on.
struct Roles {
  explicit Roles(const Skeleton& skeleton);

  Role hip_flexion, hip_adduction, hip_rotation, knee_angle, ankle_angle;
  Role lumbar_extension;
  std::vector<int>
      joint_bodies;  // carried by the hips, knees, ankles and lumbar joint that the model has
};

}  // namespace coxa
