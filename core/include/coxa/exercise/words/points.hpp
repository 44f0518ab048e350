#pragma once

#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

inline constexpr double kDegree = std::numbers::pi / 180;

/// The parameter `side`.
COXA_EXPORT Side side(const ScenarioBuilder& s);
/// +1 to the right, -1 to the left.
inline double sign(Side side) { return side == Side::right ? 1 : -1; }
/// "_r" or "_l".
COXA_EXPORT std::string suffix(Side side);
inline Side other(Side side) { return side == Side::right ? Side::left : Side::right; }

/// Site of the model. @throws UnknownName
COXA_EXPORT ContactPoint site(const ScenarioBuilder& s, const std::string& name);
/// The right and left site of that name, or the one in the middle.
COXA_EXPORT std::vector<std::pair<int, Vec3>> sites(
    const ScenarioBuilder& s, const std::string& name);
/// Line from the hips to the shoulders above the horizontal; upright is 90 deg. Lying, the head is toward -x.
COXA_EXPORT LineInclination trunk(const ScenarioBuilder& s, double inclination = 0);
/// Line from the knee back to the hip above the horizontal: 0 level, negative with the hip below the knee.
COXA_EXPORT LineInclination thigh(const ScenarioBuilder& s, Side side, double inclination = 0);
/// Line from the ankle up to the knee above the horizontal: 90 deg vertical, less with the knee ahead.
COXA_EXPORT LineInclination shank(const ScenarioBuilder& s, Side side, double inclination = 0);
/// Mean height of a site or pair of sites.
COXA_EXPORT PointHeight height(const ScenarioBuilder& s, const std::string& site, double value = 0);
/// One coordinate.
COXA_EXPORT HoldCoordinate
coordinate(const ScenarioBuilder& s, const std::string& name, double value = 0);
/// Thigh and shank together, from hip to ankle, m.
COXA_EXPORT double leg_length(const ScenarioBuilder& s);
/// Half the distance between the hip centres' front, m.
COXA_EXPORT double hip_half_width(const ScenarioBuilder& s);

/// A coordinate in a posture, rad or m.
COXA_EXPORT double coordinate_at(
    const ScenarioBuilder& s, const Posture& posture, const std::string& name);
/// Where a point is in a posture, m, world.
COXA_EXPORT Vec3
place_at(const ScenarioBuilder& s, const Posture& posture, const ContactPoint& point);

}  // namespace coxa
