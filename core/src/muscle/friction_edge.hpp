#pragma once

#include <cmath>
#include <numbers>

#include "coxa/muscle/recruitment.hpp"

namespace coxa {

/// Generator of the pyramid inscribed in a friction cone, world axes, normal component 1.
/// @param edge 0 to Recruitment::kEdges - 1
inline Vec3 friction_edge(const FrictionCone& cone, int edge) {
  const Vec3 tangent = cone.normal.unitOrthogonal();
  const Vec3 other = cone.normal.cross(tangent);
  const double angle = 2 * std::numbers::pi * edge / Recruitment::kEdges;
  return cone.normal + cone.friction * (std::cos(angle) * tangent + std::sin(angle) * other);
}

}  // namespace coxa
