#pragma once

#include <string>

#include "coxa/math/spatial.hpp"

namespace coxa {

/// A fixed thing of the surroundings, for drawing only: a box between two corners.
struct Furniture {
  std::string name;
  Vec3 lower = Vec3::Zero();  // m, world
  Vec3 upper = Vec3::Zero();
};

}  // namespace coxa
