#include "coxa/trial/scenario.hpp"

#include <algorithm>
#include <numbers>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

// lengths of the same bar
constexpr double kShaftLength = 1.310;   // m, between the sleeves
constexpr double kSleeveLength = 0.415;  // m
constexpr double kSleeveRadius = 0.025;  // m
constexpr double kPlateStack =
    0.12;  // m, thickness of the plates on one side; assumed, it barely matters
constexpr double kCollar = 0.03;  // m, inner collar between shaft and plates; assumed

LoadShape cylinder(double z, double radius, double length) {
  return {Vec3(0, 0, z), radius, length};
}

// adds a solid cylinder along z to an inertia about the load frame's origin
void add_cylinder(Mat3& inertia, double mass, const LoadShape& shape) {
  const double squared = shape.radius * shape.radius;
  const double across = mass * (3 * squared + shape.length * shape.length) / 12;
  inertia.diagonal() += Vec3(across, across, mass * squared / 2);
  const Vec3& c = shape.center;
  inertia += mass * (c.squaredNorm() * Mat3::Identity() - c * c.transpose());
}

double volume(const LoadShape& shape) {
  return std::numbers::pi * shape.radius * shape.radius * shape.length;
}

ContactPoint contact(const Model& model, const std::string& site) {
  const Site& s = model.skeleton.site(site);
  return {s.body, s.p_B};
}

}  // namespace

Load barbell(double mass, int carrier, const Vec3& p_B) {
  require(
      mass >= 0 && std::isfinite(mass), "a barbell of ", mass, " kg; its mass must be 0 or more");
  Load load{.name = "barbell", .carrier = carrier, .X_BL = {Mat3::Identity(), p_B}, .mass = mass};

  // shaft and sleeves share the bar's mass by volume, as if of one steel
  const double sleeve_z = (kShaftLength + kSleeveLength) / 2;
  const LoadShape bar[] = {
      cylinder(0, kShaftRadius, kShaftLength), cylinder(sleeve_z, kSleeveRadius, kSleeveLength),
      cylinder(-sleeve_z, kSleeveRadius, kSleeveLength)};
  const double total = volume(bar[0]) + volume(bar[1]) + volume(bar[2]);
  const double bar_mass = std::min(mass, kBarMass);
  for (const LoadShape& shape : bar) {
    add_cylinder(load.inertia, bar_mass * volume(shape) / total, shape);
    load.shapes.push_back(shape);
  }
  if (mass > kBarMass) {
    const double plate_z = kShaftLength / 2 + kCollar + kPlateStack / 2;
    for (const double z : {plate_z, -plate_z}) {
      const LoadShape plates = cylinder(z, kPlateRadius, kPlateStack);
      add_cylinder(load.inertia, (mass - kBarMass) / 2, plates);
      load.shapes.push_back(plates);
    }
  }
  return load;
}

Support foot_support(const Model& model, Side side, double friction, bool heel_on_floor) {
  require(side != Side::both, "foot_support makes one foot; given both sides");
  const std::string suffix = side == Side::right ? "_r" : "_l";
  Support support{.name = side == Side::right ? "right_foot" : "left_foot", .friction = friction};
  std::vector<std::string> sites{"ball_medial", "ball_lateral", "toe_medial", "toe_lateral"};
  if (heel_on_floor) sites.insert(sites.end(), {"heel_medial", "heel_lateral"});
  for (const std::string& site : sites) support.points.push_back(contact(model, site + suffix));
  return support;
}

}  // namespace coxa
