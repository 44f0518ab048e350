#include "coxa/exercise/words/trunk.hpp"

#include "coxa/exercise/words/feet.hpp"
#include "coxa/exercise/words/holding.hpp"

#include "exercise/words/shared.hpp"

namespace coxa {
namespace {

constexpr double kHalfHeadLength =
    0.0985;  // m, half of 197 mm, forehead to occiput of men: Gordon et al. (1989), measure 62
constexpr double kBenchDepth = 0.35;     // m, for drawing
constexpr double kBenchHalfWidth = 0.6;  // m, for drawing

std::vector<PointMass> carried(const ScenarioBuilder& s) {
  std::vector<PointMass> masses;
  for (const Load& load : s.scenario.setting.loads) {
    const Vec3 center = load.hangs ? load.X_BL.p : load.X_BL * load.center_of_mass;
    masses.push_back({load.carrier, center, load.mass});
  }
  return masses;
}

}  // namespace

void lie_down(ScenarioBuilder& s, double pelvis_height) {
  s.lying = true;
  guess(s, "pelvis_tilt", 50 * kDegree);
  guess(s, "pelvis_tx", 0.35);
  guess(s, "pelvis_ty", pelvis_height);
  for (const Side side : {Side::right, Side::left}) {
    guess(s, "hip_flexion" + suffix(side), 70 * kDegree);
    guess(s, "knee_angle" + suffix(side), 110 * kDegree);
    guess(s, "ankle_angle" + suffix(side), 10 * kDegree);
  }
}

void square_pelvis(ScenarioBuilder& s) {
  hold(s, "pelvis_list", 0);
  hold(s, "pelvis_rotation", 0);
  hold(s, "pelvis_tz", 0);
}

void neutral_spine(ScenarioBuilder& s) { spine(s, 0, 0); }

void stand_square(ScenarioBuilder& s) {
  stand(s, 0);
  square_pelvis(s);
  neutral_spine(s);
}

void spine(ScenarioBuilder& s, double bending, double rotation) {
  drive(
      s, "lumbar_extension", -s.value("lumbar_flexion_deg", 0), s.value("lumbar_extension_deg", 0));
  hold(s, "lumbar_bending", bending);
  hold(s, "lumbar_rotation", rotation);
  hold(s, "neck_extension", -s.value("neck_flexion_deg", 0));
  hold(s, "neck_bending", 0);
  hold(s, "neck_rotation", 0);
}

void rest(
    ScenarioBuilder& s,
    const std::string& name,
    const std::string& site,
    const Vec3& place,
    double friction,
    const Vec3& normal) {
  const auto points = sites(s, site);
  Support rest{.name = name, .normal = normal, .friction = friction, .origin = place};
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& [body, p_B] = points[i];
    const bool pair = points.size() == 2;
    const std::string whose = pair ? (i == 0 ? "right " : "left ") : "";
    const double z = pair ? place.z() + p_B.z() : place.z();
    // for a pair on one body, only the right point fixes z
    task(
        s, whose + site + " on the " + name,
        HoldPoint{body, p_B, Vec3(place.x(), place.y(), z), {true, true, !pair || i == 0}});
    rest.points.push_back({body, p_B});
  }
  support(s, rest);
}

void bench(ScenarioBuilder& s) {
  const double height = s.value("bench_height", 0.4);
  rest(s, "bench", "scapula", Vec3(0, height, 0), s.value("bench_friction", kFrictionOtherwise));
  furniture(
      s, {"bench", Vec3(-kBenchDepth, kFloor, -kBenchHalfWidth), Vec3(0, height, kBenchHalfWidth)});
}

void slide_on_bench(ScenarioBuilder& s) {
  const double height = s.value("bench_height", 0.4);
  const auto blades = sites(s, "scapula");
  const auto& [right, right_B] = blades.front();
  const auto& [left, left_B] = blades.back();
  task(
      s, "right scapula on the bench",
      HoldPoint{right, right_B, Vec3(0, height, right_B.z()), {false, true, true}});
  task(
      s, "left scapula on the bench",
      HoldPoint{left, left_B, Vec3(0, height, left_B.z()), {false, true, false}});
  task(s, "shoulders square", JoinPoints{right, right_B, left, left_B, {true, false, false}});
  support(
      s, {.name = "bench",
          .points = {{right, right_B}, {left, left_B}},
          .friction = 0,
          .origin = Vec3(0, height, 0)});
  furniture(
      s, {"bench", Vec3(-kBenchDepth, kFloor, -kBenchHalfWidth), Vec3(0, height, kBenchHalfWidth)});
}

void shoulders_on_floor(ScenarioBuilder& s) {
  const double friction = s.value("floor_friction", kFrictionOtherwise);
  rest(s, "shoulders", "shoulder_back", Vec3(0, kFloor, 0), friction);

  // the back of the head stays on the floor: the neck flexes as the trunk rises
  const int head = s.skeleton().body_index("head");
  const Vec3 center = s.skeleton().bodies()[head].center_of_mass;
  const ContactPoint back{head, center - Vec3(kHalfHeadLength, 0, 0)};
  release(s, "neck_extension");
  wish(s, "neck_extension", 0);
  task(s, "head on the floor", PointHeight{{{back.body, back.p_B}}, kFloor});
  // frictionless, since the head slides during the movement
  support(s, {.name = "head", .points = {back}, .friction = 0});
}

void balance(ScenarioBuilder& s, double x) {
  task(
      s, "body and load in balance",
      HoldCenterOfMass{carried(s), Vec3(x, 0, 0), {true, false, false}});
}

void balance(ScenarioBuilder& s, double x, double z) {
  task(
      s, "body and load in balance",
      HoldCenterOfMass{carried(s), Vec3(x, 0, z), {true, false, true}});
}

}  // namespace coxa
