#pragma once

#include <string>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/math/spatial.hpp"
#include "coxa/muscle/model.hpp"
#include "coxa/setting/supports.hpp"

namespace coxa {

/// Cylindrical part of a load, axis along z of the load frame; for inertia and drawing.
struct LoadShape {
  Vec3 center = Vec3::Zero();  // m, load frame
  double radius = 0;           // m
  double length = 0;           // m
};

/// A rigid body carried by one of the person's bodies and moving with it.
///
/// A load that `hangs` (a dumbbell in the hand, half a barbell) keeps its orientation in the world
/// whatever its carrier does: only the force m (a - g) acts, at the point X_BL.p, and no moment
/// about it. X_BL.R is then its orientation in the world, and its centre of mass must be at X_BL.p,
/// because a hand that transmits no moment holds it there.
struct Load {
  std::string name;
  int carrier = 0;                     // index of the body that carries it
  Pose X_BL{};                         // load frame in the carrier's frame
  double mass = 0;                     // kg
  Vec3 center_of_mass = Vec3::Zero();  // m, load frame
  Mat3 inertia = Mat3::Zero();         // kg m2, about the centre of mass, load axes
  std::vector<LoadShape> shapes{};
  bool hangs = false;
};

// International Weightlifting Federation men's bar and plates (Technical and Competition Rules, 3.3.3)
inline constexpr double kBarMass = 20;         // kg; a heavier barbell has plates
inline constexpr double kShaftRadius = 0.014;  // m
inline constexpr double kPlateRadius = 0.225;  // m, plates of 10 kg and more

/// Barbell of the given total mass, kg, axis along the carrier's z, centred at `p_B` in the
/// carrier, m. The bar is an International Weightlifting Federation bar (20 kg, 2.2 m); the rest of
/// the mass is plates of 0.45 m diameter on its sleeves. Below 20 kg the bar has the same shape and
/// less mass.
/// @throws InvalidArgument for a mass that is negative or not finite
COXA_EXPORT Load barbell(double mass, int carrier, const Vec3& p_B);

/// Half of a barbell of `mass`, kg, hanging from a hand at the height of the bar's axis, `z` m from
/// the bar's centre; the two halves make up the bar.
COXA_EXPORT Load half_barbell(double mass, Side side, const ContactPoint& palm, double z);

/// Dumbbell of `mass`, kg, hanging from a hand, its handle along x.
COXA_EXPORT Load dumbbell(double mass, const ContactPoint& palm, const std::string& name);

/// The same dumbbell lying on a body part that carries it, its handle along the carrier's z,
/// centred at `where`.
COXA_EXPORT Load lying_dumbbell(double mass, const ContactPoint& where, const std::string& name);

/// Dimensions of a dumbbell: two heads on a handle. The heads are cast iron and have all its mass.
struct DumbbellSize {
  double head_radius = 0;    // m
  double head_length = 0;    // m
  double handle_length = 0;  // m
  double length() const { return handle_length + 2 * head_length; }
};
/// Dimensions of a dumbbell of `mass`, kg.
COXA_EXPORT DumbbellSize dumbbell_size(double mass);

}  // namespace coxa
