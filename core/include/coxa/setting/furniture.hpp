#pragma once

#include <string>

#include "coxa/math/spatial.hpp"

namespace coxa {

/// A fixed object of the surroundings, for drawing only: an axis-aligned box between two corners.
struct Furniture {
  std::string name;
  Vec3 lower = Vec3::Zero();  // m, world
  Vec3 upper = Vec3::Zero();
};

}  // namespace coxa
