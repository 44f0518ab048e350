#pragma once

#include <string>

#include "coxa/math/spatial.hpp"
#include "coxa/setting/supports.hpp"

namespace coxa {

/// A weight stack that pulls a body point toward a fixed pulley.
///
///     tension = ratio mass (g + ratio d2(length)/dt2),  0 where that is negative: the cable is slack
///
/// with `length` the distance from pulley to point. Friction and the mass of cable and pulleys are left out.
struct Cable {
  std::string name;
  ContactPoint point;
  Vec3 anchor = Vec3::Zero();  // m, world: the pulley
  double mass = 0;             // kg, of the stack
  double ratio = 1;            // rise of the stack per length of cable pulled out, 1
};

}  // namespace coxa
