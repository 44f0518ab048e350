#pragma once

#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

inline constexpr double kDegree = std::numbers::pi / 180;

/// Value of the parameter `side`.
COXA_EXPORT Side side(const ScenarioBuilder& s);
/// +1 to the right, -1 to the left.
inline double sign(Side side) { return side == Side::right ? 1 : -1; }
/// "_r" or "_l".
COXA_EXPORT std::string suffix(Side side);
/// The opposite side.
inline Side other(Side side) { return side == Side::right ? Side::left : Side::right; }

/// Site of the model. @throws UnknownName
COXA_EXPORT ContactPoint site(const ScenarioBuilder& s, const std::string& name);
/// The right and left site of that name, or the single one on the midline; body and point in its
/// frame, m.
COXA_EXPORT std::vector<std::pair<int, Vec3>> sites(
    const ScenarioBuilder& s, const std::string& name);
/// Inclination of the line from hips to shoulders above the horizontal, rad; upright: 90 degrees.
/// When lying, the head is towards -x.
COXA_EXPORT LineInclination trunk(const ScenarioBuilder& s, double inclination = 0);
/// Inclination of the line from knee to hip above the horizontal, rad: 0 level, negative with the
/// hip below the knee.
COXA_EXPORT LineInclination thigh(const ScenarioBuilder& s, Side side, double inclination = 0);
/// Inclination of the line from ankle to knee above the horizontal, rad: 90 degrees vertical, less
/// with the knee forward.
COXA_EXPORT LineInclination shank(const ScenarioBuilder& s, Side side, double inclination = 0);
/// Mean height of a site or pair of sites, m.
COXA_EXPORT PointHeight height(const ScenarioBuilder& s, const std::string& site, double value = 0);
/// A coordinate by name, rad or m.
COXA_EXPORT HoldCoordinate
coordinate(const ScenarioBuilder& s, const std::string& name, double value = 0);
/// Length of thigh plus shank, hip to ankle, m, default posture.
COXA_EXPORT double leg_length(const ScenarioBuilder& s);
/// Half the distance between the sites hip_crease_r and hip_crease_l, in front of the hip centres,
/// m.
COXA_EXPORT double hip_half_width(const ScenarioBuilder& s);

/// Value of a coordinate in a posture, rad or m.
COXA_EXPORT double coordinate_at(
    const ScenarioBuilder& s, const Posture& posture, const std::string& name);
/// Position of a point in a posture, m, world.
COXA_EXPORT Vec3
place_at(const ScenarioBuilder& s, const Posture& posture, const ContactPoint& point);

}  // namespace coxa
