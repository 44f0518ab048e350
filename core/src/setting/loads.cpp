#include "coxa/setting/loads.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

// dimensions of the same bar
constexpr double kShaftLength = 1.310;   // m, between the sleeves
constexpr double kSleeveLength = 0.415;  // m
constexpr double kSleeveRadius = 0.025;  // m
constexpr double kPlateStack =
    0.12;                         // m, thickness of the plates on one side; assumed, little effect
constexpr double kCollar = 0.03;  // m, inner collar between shaft and plates; assumed

// a dumbbell: two heads of cast iron on a handle
constexpr double kCastIron = 7200;        // kg/m3, grey iron; CRC Handbook
constexpr double kHeadSlenderness = 1.2;  // length over radius of a head; assumed, for drawing
constexpr double kHandleLength = 0.13;    // m; assumed, for drawing
constexpr double kHandleRadius = 0.016;   // m; assumed, for drawing

LoadShape cylinder(double z, double radius, double length) {
  return {Vec3(0, 0, z), radius, length};
}

// adds the inertia of a solid cylinder along z, about the load frame's origin
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

}  // namespace

Load barbell(double mass, int carrier, const Vec3& p_B) {
  require(
      mass >= 0 && std::isfinite(mass), "a barbell of ", mass, " kg; its mass must be 0 or more");
  Load load{.name = "barbell", .carrier = carrier, .X_BL = {Mat3::Identity(), p_B}, .mass = mass};

  // shaft and sleeves have the bar's mass in proportion to volume (uniform density)
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

Load half_barbell(double mass, Side side, const ContactPoint& palm, double z) {
  const Load whole = barbell(mass, palm.body, palm.p_B);
  Load half{
      .name = side == Side::right ? "barbell_right" : "barbell_left",
      .carrier = palm.body,
      .X_BL = {Mat3::Identity(), palm.p_B},
      .mass = mass / 2,
      .hangs = true};
  const double outwards = side == Side::right ? 1 : -1;
  const LoadShape shaft = cylinder(outwards * kShaftLength / 4 - z, kShaftRadius, kShaftLength / 2);
  half.shapes.push_back(shaft);
  for (const LoadShape& shape : whole.shapes)
    if (shape.center.z() * outwards > 0)
      half.shapes.push_back(cylinder(shape.center.z() - z, shape.radius, shape.length));
  return half;
}

Load dumbbell(double mass, const ContactPoint& palm, const std::string& name) {
  const DumbbellSize size = dumbbell_size(mass);
  Load load{
      .name = name,
      .carrier = palm.body,
      .X_BL = {rotation(Vec3::UnitY(), std::numbers::pi / 2), palm.p_B},
      .mass = mass,
      .hangs = true};
  load.shapes = {cylinder(0, kHandleRadius, kHandleLength)};
  for (const double end : {1.0, -1.0})
    load.shapes.push_back(cylinder(
        end * (size.handle_length + size.head_length) / 2, size.head_radius, size.head_length));
  return load;
}

Load lying_dumbbell(double mass, const ContactPoint& where, const std::string& name) {
  Load load = dumbbell(mass, where, name);
  load.hangs = false;
  load.X_BL.R = Mat3::Identity();
  for (const LoadShape& head : {load.shapes[1], load.shapes[2]})
    add_cylinder(load.inertia, mass / 2, head);
  return load;
}

DumbbellSize dumbbell_size(double mass) {
  require(
      mass >= 0 && std::isfinite(mass), "a dumbbell of ", mass, " kg; its mass must be 0 or more");
  const double radius = std::cbrt(mass / kCastIron / (2 * kHeadSlenderness * std::numbers::pi));
  return {radius, kHeadSlenderness * radius, kHandleLength};
}

}  // namespace coxa
