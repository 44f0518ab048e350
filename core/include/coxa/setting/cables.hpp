#pragma once

#include <string>

#include "coxa/math/spatial.hpp"
#include "coxa/setting/supports.hpp"

namespace coxa {

/// A cable from a weight stack over a fixed pulley to a point of a body.
///
///     tension = ratio mass (g + ratio d2(length)/dt2),  at least 0 (slack cable)
///
/// `length` is the distance from pulley to point. Friction and the masses of cable and pulleys are
/// neglected.
struct Cable {
  std::string name;
  ContactPoint point;
  Vec3 anchor = Vec3::Zero();  // m, world: the pulley
  double mass = 0;             // kg, of the stack
  double ratio = 1;            // rise of the stack per length of cable pulled out
};

}  // namespace coxa
