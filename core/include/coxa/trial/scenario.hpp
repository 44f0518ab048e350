#pragma once

#include <string>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/math/spatial.hpp"
#include "coxa/muscle/model.hpp"
#include "coxa/trial/movement.hpp"

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
};

/// A hand that holds a load: equal and opposite forces on hand and carrier, pulling or pushing, each
/// component within +-`strength`.
struct Grip {
  std::string name;
  ContactPoint hand;
  ContactPoint load;    // the gripped point, fixed in the body that carries the load
  double strength = 0;  // N
};

/// Cylindrical part of a load along its z axis, for its inertia and for drawing.
struct LoadShape {
  Vec3 center = Vec3::Zero();  // m, load frame
  double radius = 0;           // m
  double length = 0;           // m
};

/// A rigid body carried by one of the person's bodies and moving with it.
struct Load {
  std::string name;
  int carrier = 0;                     // body that carries it
  Pose X_BL{};                         // load frame in the carrier's frame
  double mass = 0;                     // kg
  Vec3 center_of_mass = Vec3::Zero();  // m, load frame
  Mat3 inertia = Mat3::Zero();         // kg m2, about the mass centre, load axes
  std::vector<LoadShape> shapes{};
};

/// A fixed thing of the surroundings, for drawing only: a box between two corners.
struct Furniture {
  std::string name;
  Vec3 lower = Vec3::Zero();  // m, world
  Vec3 upper = Vec3::Zero();
};

/// Everything particular to one exercise done by one body.
struct Scenario {
  std::vector<Support> supports;
  std::vector<Grip> grips;
  std::vector<Load> loads;
  std::vector<Furniture> furniture;
  MovementPlan plan;
  std::vector<std::pair<std::string, std::string>>
      notes;  // what the geometry decided, name and sentence
};

// International Weightlifting Federation men's bar and plates (Technical and Competition Rules, 3.3.3)
inline constexpr double kBarMass = 20;         // kg; a heavier load has plates
inline constexpr double kShaftRadius = 0.014;  // m
inline constexpr double kPlateRadius = 0.225;  // m, plates of 10 kg and more

/// Barbell of the given total mass, axis along the carrier's z, centred at `p_B` of the carrier.
/// The bar is an International Weightlifting Federation bar (20 kg, 2.2 m); the rest is plates of 0.45 m diameter on its
/// sleeves. Below 20 kg the bar alone is lighter with the same shape.
COXA_EXPORT Load barbell(double mass, int carrier, const Vec3& p_B);

/// Sole of one foot: heel and ball corners on the foot, toe corners on the toes.
COXA_EXPORT Support
foot_support(const Model& model, Side side, double friction, bool heel_on_floor);

}  // namespace coxa
