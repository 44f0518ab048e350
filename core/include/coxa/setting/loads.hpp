#pragma once

#include <string>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/math/spatial.hpp"
#include "coxa/muscle/model.hpp"
#include "coxa/setting/supports.hpp"

namespace coxa {

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

}  // namespace coxa
