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

/// Cylindrical part of a load along its z axis, for its inertia and for drawing.
struct LoadShape {
  Vec3 center = Vec3::Zero();  // m, load frame
  double radius = 0;           // m
  double length = 0;           // m
};

/// A rigid body carried by one of the person's bodies and moving with it.
///
/// One that `hangs` (a dumbbell in the hand, half a barbell) keeps its orientation in the world whatever its carrier
/// does: only m (a - g) acts, at the point X_BL.p, and no moment about it. Then X_BL.R is its orientation in the world,
/// and its mass centre must be at X_BL.p: a hand that transmits no moment holds it there.
struct Load {
  std::string name;
  int carrier = 0;                     // body that carries it
  Pose X_BL{};                         // load frame in the carrier's frame
  double mass = 0;                     // kg
  Vec3 center_of_mass = Vec3::Zero();  // m, load frame
  Mat3 inertia = Mat3::Zero();         // kg m2, about the mass centre, load axes
  std::vector<LoadShape> shapes{};
  bool hangs = false;
};

/// How one strand of an elastic band answers to being stretched.
///
/// A monotone cubic (Fritsch & Carlson 1980) through the origin and the points given, so the force rises from zero over the
/// first interval and is continuous; beyond the last point it goes on along the last chord. A slack band does nothing.
struct BandMaterial {
  std::string name;
  std::vector<double> elongation;  // 1, ascending from above 0: stretched over rest length, less 1
  std::vector<double> force;       // N, of one strand, at each; never falling
};

/// Tension of one strand, N; 0 where `elongation` <= 0. Allocates nothing.
COXA_EXPORT double strand_tension(const BandMaterial& material, double elongation);

/// Elastic band of a Thera-Band colour: tan, yellow, red, green, blue, black, silver or gold.
/// @throws UnknownName for another colour
COXA_EXPORT BandMaterial thera_band(const std::string& colour);

/// Elastic band between points of two bodies; either may be the world (body 0). It pulls both along the line between
/// them with `strands` times the tension of one strand at the elongation
///
///     (distance + wrap_a + wrap_b) / rest_length - 1
///
/// A closed loop about both thighs has two strands, and everything counts for half of it: its rest length is that of the
/// loop lying flat (half its circumference), and each wrap is what half a loop lays about a limb, a quarter of the limb's
/// circumference where the points are on its axis. (A belt about two equal cylinders is 2 distance + circumference long.)
struct Band {
  std::string name;
  ContactPoint a;
  ContactPoint b;
  double rest_length = 0;  // m
  int strands = 2;
  BandMaterial material{};
  double wrap_a = 0;  // m, about the limb of a
  double wrap_b = 0;  // m, about the limb of b
};

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
  std::vector<Band> bands{};
  std::vector<Cable> cables{};
  std::vector<Anchor> anchors{};
  std::vector<SupportShare> shares{};
};

// International Weightlifting Federation men's bar and plates (Technical and Competition Rules, 3.3.3)
inline constexpr double kBarMass = 20;         // kg; a heavier load has plates
inline constexpr double kShaftRadius = 0.014;  // m
inline constexpr double kPlateRadius = 0.225;  // m, plates of 10 kg and more

/// Barbell of the given total mass, axis along the carrier's z, centred at `p_B` of the carrier.
/// The bar is an International Weightlifting Federation bar (20 kg, 2.2 m); the rest is plates of 0.45 m diameter on its
/// sleeves. Below 20 kg the bar alone is lighter with the same shape.
COXA_EXPORT Load barbell(double mass, int carrier, const Vec3& p_B);

/// One side of a barbell hanging from a hand at height of its axis, `z` m from the bar's middle; both together are the
/// bar.
COXA_EXPORT Load half_barbell(double mass, Side side, const ContactPoint& palm, double z);

/// Dumbbell that hangs from a hand, its handle along x.
COXA_EXPORT Load dumbbell(double mass, const ContactPoint& palm, const std::string& name);

/// The same dumbbell lying across a body part that carries it, its handle along the carrier's z, centred at `where`.
COXA_EXPORT Load lying_dumbbell(double mass, const ContactPoint& where, const std::string& name);

/// Size of a dumbbell: two heads on a handle. Heads are cast iron and carry its mass.
struct DumbbellSize {
  double head_radius = 0;    // m
  double head_length = 0;    // m
  double handle_length = 0;  // m
  double length() const { return handle_length + 2 * head_length; }
};
COXA_EXPORT DumbbellSize dumbbell_size(double mass);

/// Sole of one foot: heel and ball corners on the foot, toe corners on the toes.
COXA_EXPORT Support
foot_support(const Model& model, Side side, double friction, bool heel_on_floor);

}  // namespace coxa
