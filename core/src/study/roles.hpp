#pragma once

#include <string>
#include <vector>

#include "coxa/muscle/model.hpp"

namespace coxa {

/// A coordinate that results name: right and left, or one alone.
struct Role {
  Role(const Skeleton& skeleton, std::vector<std::string> names);

  bool absent() const;          // on both sides
  std::string missing() const;  // names that the model lacks, "a and b"; empty if none

  std::vector<std::string> names;
  std::vector<int>
      coordinate;         // independent, -1 where the model has no free coordinate of that name
  std::vector<int> body;  // that the coordinate's joint carries, -1 where absent
};

/// Where the variables of format "coxa-1" find what they report in a model.
struct Roles {
  explicit Roles(const Skeleton& skeleton);

  Role hip_flexion, hip_adduction, hip_rotation, knee_angle, ankle_angle;
  Role lumbar_extension;
  std::vector<int>
      joint_bodies;  // carried by hips, knees, ankles and the lumbar joint, as far as there are
};

}  // namespace coxa
