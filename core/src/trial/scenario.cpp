#include "coxa/trial/scenario.hpp"

#include <algorithm>
#include <cmath>
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

// a dumbbell: two heads of cast iron on a handle
constexpr double kCastIron = 7200;        // kg/m3, grey iron; CRC Handbook
constexpr double kHeadSlenderness = 1.2;  // length of a head over its radius; assumed, for drawing
constexpr double kHandleLength = 0.13;    // m; assumed, for drawing
constexpr double kHandleRadius = 0.016;   // m; assumed, for drawing

// strand of a blue Thera-Band, Uchida et al. (2016) J Phys Ther Sci 28:1266-1271: mean of their measurements, which have the
// regression F[kgf] = 1.14 + 1.216 elongation
constexpr double kElongation[] = {0.25, 0.50, 0.75, 1.00, 1.25, 1.50, 1.75, 2.00, 2.25, 2.50};
constexpr double kBlueForce[] = {11.28, 16.67, 20.99, 24.62, 27.95,
                                 30.30, 32.56, 34.52, 37.76, 39.03};  // N

// strands at 100 % elongation, manufacturer's chart (The Hygenic Corporation), pounds-force: Uchida et al. found its slopes
// too steep (blue falls short of it by 4 % at 100 % and by 10 % at 200 %), so only the ratios between colours are taken
// from it
struct Colour {
  const char* name;
  double pounds;
};
constexpr Colour kColours[] = {{"tan", 2.4},  {"yellow", 3.0}, {"red", 3.7},     {"green", 4.6},
                               {"blue", 5.8}, {"black", 7.3},  {"silver", 10.2}, {"gold", 14.2}};
constexpr double kBluePounds = 5.8;

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

double strand_tension(const BandMaterial& material, double elongation) {
  const std::vector<double>& x = material.elongation;
  const std::vector<double>& y = material.force;
  const int n = static_cast<int>(x.size());  // points beside the origin, which is number -1
  if (!(elongation > 0) || n == 0) return 0;
  const auto at_x = [&](int i) { return i < 0 ? 0 : x[i]; };
  const auto at_y = [&](int i) { return i < 0 ? 0 : y[i]; };
  const auto width = [&](int i) { return at_x(i) - at_x(i - 1); };
  const auto chord = [&](int i) { return (at_y(i) - at_y(i - 1)) / width(i); };
  const int i = static_cast<int>(std::upper_bound(x.begin(), x.end(), elongation) - x.begin());
  if (i == n) return y.back() + chord(n - 1) * (elongation - x.back());

  // slope at a point: the weighted harmonic mean of the chords beside it, at the ends that of the chord
  const auto slope = [&](int k) {
    if (k < 0) return chord(0);
    if (k == n - 1) return chord(k);
    const double before = chord(k);
    const double after = chord(k + 1);
    if (before <= 0 || after <= 0) return 0.0;
    const double w_before = 2 * width(k + 1) + width(k);
    const double w_after = width(k + 1) + 2 * width(k);
    return (w_before + w_after) / (w_before / before + w_after / after);
  };
  const double h = width(i);
  const double t = (elongation - at_x(i - 1)) / h;
  const double u = 1 - t;
  return u * u * ((1 + 2 * t) * at_y(i - 1) + t * h * slope(i - 1))
         + t * t * ((1 + 2 * u) * at_y(i) - u * h * slope(i));
}

BandMaterial thera_band(const std::string& colour) {
  std::vector<std::string> names;
  std::string list;
  for (const Colour& c : kColours) {
    if (colour == c.name) {
      BandMaterial band{
          "thera-band " + colour, {std::begin(kElongation), std::end(kElongation)}, {}};
      for (const double force : kBlueForce) band.force.push_back(force * c.pounds / kBluePounds);
      return band;
    }
    names.push_back(c.name);
    list += " " + names.back();
  }
  const std::string nearest = nearest_name(colour, names);
  throw UnknownName(message(
      "no Thera-Band of colour '", colour, "'; there are", list,
      nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
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
