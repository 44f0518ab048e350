#pragma once

#include <string>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/math/spatial.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// A point of a body that may press on the world.
struct ContactPoint {
  int body = 0;
  Vec3 p_B = Vec3::Zero();  // m, in the body's frame
};

/// Where the body may push on the world, and the world pushes back: at each point a force inside the friction
/// cone about `normal`, never a pull.
struct Support {
  std::string name;
  std::vector<ContactPoint> points{};
  Vec3 normal = Vec3::UnitY();  // unit, world axes, away from the surface
  double friction = 0.6;        // Coulomb coefficient, 1
  Vec3 origin = Vec3::Zero();   // m, world; moments are reported about it
  double path_from = 0;         // where on the path it touches, 0 bottom to 1 top; elsewhere it
  double path_to = 1;           // carries nothing. A measured motion has no path: it always touches
};

/// The normal force of one support is a given share of what it and another carry together, wherever both touch.
struct SupportShare {
  std::string support_a;
  std::string support_b;
  double share = 0.5;  // of a in a + b, 0 to 1
};

/// A hand that holds a load: equal and opposite forces on hand and carrier, pulling or pushing, each
/// component within +-`strength`.
struct Grip {
  std::string name;
  ContactPoint hand;
  ContactPoint load;    // the gripped point, fixed in the body that carries the load
  double strength = 0;  // N
};

/// A body point held by something fixed in the world (rails of a smith machine, a post that a hand holds): along each
/// world axis a force within +-`strength`; 0 leaves that axis free.
struct Anchor {
  std::string name;
  ContactPoint point;
  Vec3 strength = Vec3::Zero();  // N, world axes
};

/// Sole of one foot: heel and ball corners on the foot, toe corners on the toes.
COXA_EXPORT Support
foot_support(const Model& model, Side side, double friction, bool heel_on_floor);

}  // namespace coxa
