#include "coxa/exercise/words/points.hpp"

#include <algorithm>
#include <cmath>

#include "coxa/body/dynamics.hpp"
#include "coxa/math/error.hpp"

namespace coxa {

Side side(const ScenarioBuilder& s) {
  return s.parameters.choice("side") == "right" ? Side::right : Side::left;
}

std::string suffix(Side side) {
  require(side != Side::both, "a suffix belongs to one side; given both");
  return side == Side::right ? "_r" : "_l";
}

ContactPoint site(const ScenarioBuilder& s, const std::string& name) {
  const Site& found = s.skeleton().site(name);
  return {found.body, found.p_B};
}

std::vector<std::pair<int, Vec3>> sites(const ScenarioBuilder& s, const std::string& name) {
  const auto& all = s.skeleton().sites();
  const auto named = [&](const std::string& wanted) {
    return std::ranges::find(all, wanted, &Site::name);
  };
  const auto right = named(name + "_r");
  const auto left = named(name + "_l");
  if (right != all.end() && left != all.end())
    return {{right->body, right->p_B}, {left->body, left->p_B}};
  const ContactPoint middle = site(s, name);
  return {{middle.body, middle.p_B}};
}

LineInclination trunk(const ScenarioBuilder& s, double inclination) {
  return {sites(s, "hip"), sites(s, "shoulder"), s.lying ? -1.0 : 1.0, inclination};
}

LineInclination thigh(const ScenarioBuilder& s, Side side, double inclination) {
  return {sites(s, "knee" + suffix(side)), sites(s, "hip" + suffix(side)), -1, inclination};
}

LineInclination shank(const ScenarioBuilder& s, Side side, double inclination) {
  return {sites(s, "ankle" + suffix(side)), sites(s, "knee" + suffix(side)), 1, inclination};
}

PointHeight height(const ScenarioBuilder& s, const std::string& site, double value) {
  return {sites(s, site), value};
}

HoldCoordinate coordinate(const ScenarioBuilder& s, const std::string& name, double value) {
  return {s.skeleton().coordinate_index(name), value};
}

double leg_length(const ScenarioBuilder& s) {
  BodyWorkspace work(s.skeleton());
  positions(s.skeleton(), work, s.skeleton().default_position());
  const auto at = [&](const char* name) -> Vec3 {
    const ContactPoint point = site(s, name);
    return world_point(work, point.body, point.p_B);
  };
  return (at("hip_r") - at("knee_r")).norm() + (at("knee_r") - at("ankle_r")).norm();
}

double hip_half_width(const ScenarioBuilder& s) {
  return std::abs(s.skeleton().site("hip_crease_r").p_B.z());
}

double coordinate_at(const ScenarioBuilder& s, const Posture& posture, const std::string& name) {
  return posture.q[s.skeleton().coordinate_index(name)];
}

Vec3 place_at(const ScenarioBuilder& s, const Posture& posture, const ContactPoint& point) {
  BodyWorkspace work(s.skeleton());
  positions(s.skeleton(), work, posture.q);
  return world_point(work, point.body, point.p_B);
}

}  // namespace coxa
