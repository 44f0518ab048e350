#pragma once

#include <string>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/math/spatial.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// A point of a body at which a force acts.
struct ContactPoint {
  int body = 0;
  Vec3 p_B = Vec3::Zero();  // m, in the body's frame
};

/// Contact at which the body pushes on the world: at each point the world exerts a force on the
/// body within the friction cone about `normal`, never a pull.
struct Support {
  std::string name;
  std::vector<ContactPoint> points{};
  Vec3 normal = Vec3::UnitY();  // unit, world axes, away from the surface
  double friction = 0.6;        // Coulomb coefficient, 1
  Vec3 origin = Vec3::Zero();   // m, world; the support's moment is reported about it
  double path_from = 0;         // range of path in which it touches, 0 bottom to 1 top; elsewhere
  double path_to = 1;           // its force is 0. In a measured motion it always touches
};

/// The normal force of support a is a given fraction of the sum of a and b, wherever both touch.
struct SupportShare {
  std::string support_a;
  std::string support_b;
  double share = 0.5;  // a / (a + b), 0 to 1
};

/// A hand that holds a load: equal and opposite forces on hand and carrier, each world component
/// within +-`strength`.
struct Grip {
  std::string name;
  ContactPoint hand;
  ContactPoint load;    // the gripped point, fixed in the body that carries the load
  double strength = 0;  // N
};

/// A body point held by a fixed object (rails of a Smith machine, a post that a hand holds): along
/// each world axis a force within +-`strength`; 0 leaves that axis free.
struct Anchor {
  std::string name;
  ContactPoint point;
  Vec3 strength = Vec3::Zero();  // N, world axes
};

/// Support of one sole: heel and ball corners on the foot (heel only if `heel_on_floor`), toe
/// corners on the toes.
COXA_EXPORT Support
foot_support(const Model& model, Side side, double friction, bool heel_on_floor);

}  // namespace coxa
