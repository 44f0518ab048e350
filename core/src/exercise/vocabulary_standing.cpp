#include <algorithm>
#include <cmath>
#include <limits>

#include "coxa/exercise/vocabulary.hpp"
#include "coxa/math/error.hpp"

namespace coxa {
namespace {

constexpr double kUnlocked = 5 * kDegree;  // of the knees of someone who stands; assumed
constexpr double kUprightTrunk = 90 * kDegree;
constexpr double kSoft = 15 * kDegree;         // first guess of hips and ankles, half of the knees'
constexpr double kDeepestLean = 75 * kDegree;  // from upright, in search of the least effort
constexpr double kLeastLean = 20 * kDegree;    // from upright, with the bar on the floor
constexpr double kGreatestLean = 85 * kDegree;
constexpr double kLeanStep = 5 * kDegree;  // down from there, to where a posture exists
constexpr double kTouching = 1e-9;         // m, of shins and bar
constexpr double kLag =
    1;  // of the trunk behind the knees in a deadlift: hips and shoulders rise together at first
constexpr double kJustClear =
    1e-7;  // m, between bar and leg where they touch; so small that x follows the load smoothly
constexpr int kMostMoves = 20;  // of the bar until it does
constexpr int kChecks = 6;      // parts of the way on which legs must be clear of the bar

}  // namespace

Parameter lumbar_flexion_parameter(double deg) {
  return {
      "lumbar_flexion_deg",
      deg,
      0,
      50,
      "deg",
      "of the lumbar joint at the bottom, from upright standing; it straightens toward the top"};
}

Parameter trunk_lean_parameter() {
  return {
      "trunk_lean_deg",
      kFound,
      0,
      85,
      "deg",
      "line from hips to shoulders leant forward from upright at the bottom; default: what costs "
      "the muscles least"};
}

void ScenarioBuilder::arms_to_bar_behind() {
  for (const Side side : {Side::right, Side::left}) {
    hold("arm_flex" + suffix(side), -15 * kDegree);
    hold("arm_add" + suffix(side), -35 * kDegree);
    hold("arm_rot" + suffix(side), -80 * kDegree);
    hold("elbow_flex" + suffix(side), 130 * kDegree);
    hold("pro_sup" + suffix(side), 110 * kDegree);
    hold("wrist_flex" + suffix(side), -30 * kDegree);
    hold("wrist_dev" + suffix(side), 0);
  }
}

void ScenarioBuilder::arms_crossed_on_bar(double half_width) {
  hands_on_bar(-half_width);
  for (const Side side : {Side::right, Side::left}) {
    wish("arm_flex" + suffix(side), 75 * kDegree);
    wish("arm_add" + suffix(side), 15 * kDegree);
    wish("arm_rot" + suffix(side), 55 * kDegree);
    wish("elbow_flex" + suffix(side), 115 * kDegree);
    wish("pro_sup" + suffix(side), 90 * kDegree);
  }
}

// a straight leg could bend either way: the search begins with it bent as knees bend
void ScenarioBuilder::soften_knees() {
  for (const Side side : {Side::right, Side::left}) {
    guess("hip_flexion" + suffix(side), kSoft);
    guess("knee_angle" + suffix(side), 2 * kSoft);
    guess("ankle_angle" + suffix(side), kSoft);
  }
}

// the bottom of any squat: the lean of the trunk given or found, and even from there to the top with the knee
const Posture& ScenarioBuilder::squat_to(
    const NamedTask& depth, Side leg, double deepest_lean, const std::string& help) {
  double lean = value("trunk_lean_deg", kFound);
  if (std::isnan(lean))
    lean = kUprightTrunk
           - least_effort(
               {depth}, {"trunk leant forward", trunk()}, kUprightTrunk - deepest_lean,
               kUprightTrunk, 0, {}, help);
  const Posture& low = bottom({depth, {"trunk leant forward", trunk(kUprightTrunk - lean)}}, help);
  evenly("trunk follows the knee", trunk());
  driven_by("knee angle", coordinate("knee_angle" + suffix(leg)));
  note("trunk_lean_bottom_deg", lean / kDegree);
  return low;
}

void ScenarioBuilder::squat_down() {
  soften_knees();
  const NamedTask knee{"knees unlocked at the top", coordinate("knee_angle_r", kUnlocked)};
  top({knee, {"hips straight at the top", coordinate("hip_flexion_r", 0)}},
      "move heel_height or stance_width toward their defaults");

  const NamedTask depth{"thighs as low as asked", thigh(Side::right, value("thigh_angle_deg", 0))};
  const std::string help = "increase thigh_angle_deg, or raise the heels by heel_height";
  const Posture& low = squat_to(depth, Side::right, kDeepestLean, help);
  for (const char* name : {"hip_flexion", "knee_angle", "ankle_angle"})
    note(name + std::string("_bottom_deg"), coordinate_at(low, name + std::string("_r")) / kDegree);

  advise("ankle_angle", "decrease trunk_lean_deg", "increase heel_height or thigh_angle_deg");
  advise("hip_flexion", "decrease thigh_angle_deg", "increase thigh_angle_deg");
  advise("knee_angle", "decrease thigh_angle_deg", "increase thigh_angle_deg");
  advise("hip_adduction", "decrease stance_width", "increase stance_width");
  advise("hip_rotation", "decrease toe_out_deg", "increase toe_out_deg");
  advise(
      "subtalar_angle", "increase stance_width or decrease toe_out_deg",
      "decrease stance_width or increase toe_out_deg");
}

void ScenarioBuilder::hinge_down(const NamedTask& goal, const std::string& help) {
  soften_knees();
  for (const Side side : {Side::right, Side::left})
    hold("knee_angle" + suffix(side), value("knee_flexion_deg", 0));
  const NamedTask upright{"trunk upright at the top", trunk(kUprightTrunk)};
  const auto way = [&] {
    std::vector<Posture> postures{posture({goal}, 0)};
    const double low = measure(*skeleton_, trunk(), postures.front().q);
    for (int i = 1; i <= kChecks; ++i) {
      const double path = static_cast<double>(i) / kChecks;
      postures.push_back(
          posture({{upright.name, trunk(low + path * (kUprightTrunk - low))}}, path));
    }
    return postures;
  };
  hang_bar_clear(way);
  top({upright}, "move knee_flexion_deg toward its default");
  const Posture& low = bottom({goal}, help);
  driven_by("trunk inclination", trunk());
  note("trunk_inclination_bottom_deg", measure(*skeleton_, trunk(), low.q) / kDegree);
  note("hip_flexion_bottom_deg", coordinate_at(low, "hip_flexion_r") / kDegree);
  advise("hip_flexion", "move knee_flexion_deg toward its default", help);
  advise("ankle_angle", "decrease knee_flexion_deg", "decrease knee_flexion_deg");
  advise("knee_angle", "increase knee_flexion_deg", "decrease knee_flexion_deg");
}

void ScenarioBuilder::pull_from_floor() {
  soften_knees();
  const std::vector<NamedTask> standing{
      {"knees unlocked at the top", coordinate("knee_angle_r", kUnlocked)},
      {"hips straight at the top", coordinate("hip_flexion_r", 0)}};
  const std::string help = "increase bar_height, or move stance_width toward its default";
  const auto [right, at_right] = hanging_bar(Side::right);
  const auto [left, at_left] = hanging_bar(Side::left);
  const NamedTask on_floor{
      "bar on the floor",
      PointHeight{{{right, at_right}, {left, at_left}}, value("bar_height", kPlateRadius)}};
  double lean = value("trunk_lean_deg", kFound);
  const bool given = !std::isnan(lean);
  const auto start = [&] {
    return std::vector<NamedTask>{on_floor, {"trunk leant forward", trunk(kUprightTrunk - lean)}};
  };

  // knees evenly, the trunk after them: the same rule as for the movement, before its ends are settled
  const auto way = [&] {
    std::vector<Posture> postures{posture(standing, 1), posture(start(), 0)};
    const double upright = measure(*skeleton_, trunk(), postures.front().q);
    const double bent = coordinate_at(postures.back(), "knee_angle_r");
    const double low = kUprightTrunk - lean;
    for (int i = 1; i < kChecks; ++i) {
      const double path = static_cast<double>(i) / kChecks;
      const double share = path * (1 - kLag + kLag * path);
      postures.push_back(posture(
          {{"knees on the way", coordinate("knee_angle_r", bent + path * (kUnlocked - bent))},
           {"trunk on the way", trunk(low + share * (upright - low))}},
          path));
    }
    return postures;
  };

  // the bar before the thighs at the top, the shins against it at the bottom; then as far forward as knees need on the way
  hang_bar_clear([&] { return std::vector<Posture>{posture(standing, 1)}; });
  top(standing, help);
  if (!given) lean = shins_at_bar(on_floor, help);
  hang_bar_clear(way);
  top(standing, help);
  const Posture& low = bottom(start(), help);
  lagging("trunk after the knees", trunk(), kLag);
  driven_by("knee angle", coordinate("knee_angle_r"));
  note("trunk_lean_bottom_deg", lean / kDegree);
  note(
      "bar_before_mid_foot",
      place_at(low, hanging_bar(Side::right)).x() - mid_sole(Side::right).x());
  for (const char* name : {"hip_flexion", "knee_angle", "ankle_angle"})
    note(name + std::string("_bottom_deg"), coordinate_at(low, name + std::string("_r")) / kDegree);

  advise("ankle_angle", "decrease trunk_lean_deg", "increase trunk_lean_deg or bar_height");
  advise("hip_flexion", "decrease bar_height", "increase bar_height or lumbar_flexion_deg");
  advise("knee_angle", "decrease trunk_lean_deg", "increase trunk_lean_deg or bar_height");
  advise("hip_rotation", "decrease toe_out_deg", "increase toe_out_deg");
}

// lean of the trunk with which the shins touch the bar: further forward the hips are higher and the knees behind it
double ScenarioBuilder::shins_at_bar(const NamedTask& on_floor, const std::string& help) const {
  std::string hardest;
  const auto room = [&](double lean) {
    const Posture p = posture({on_floor, {"trunk leant forward", trunk(kUprightTrunk - lean)}}, 0);
    hardest = p.worst_task;
    return p.solved ? room_before(p, "ankle", "knee") : -1;
  };
  double a = kLeastLean;
  double b = kGreatestLean;
  double at_b = room(b);
  while (at_b <= 0 && b > a + kLeanStep) at_b = room(b -= kLeanStep);
  double at_a = room(a);
  require<InfeasibleMotion>(
      at_b > 0, exercise_, ": no lean of the trunk has the bar on the floor before the shins ('",
      hardest, "' was the hardest to meet); ", help);
  if (at_a >= 0) return a;

  // false position, halving the weight of an end that stays (Illinois)
  double lean = b;
  for (int i = 0; i < kMostMoves; ++i) {
    lean = (a * at_b - b * at_a) / (at_b - at_a);
    const double at = room(lean);
    if (std::abs(at) < kTouching) break;
    if (at > 0) {
      b = lean;
      at_b = at;
      at_a /= 2;
    } else {
      a = lean;
      at_a = at;
      at_b /= 2;
    }
  }
  return lean;
}

namespace {

// where a point is beside a line from a low to a high end, seen from the side
struct Beside {
  double along;     // 0 at the low end, 1 at the high one
  double distance;  // m, before it
};

Beside beside(const Eigen::Vector2d& p, const Eigen::Vector2d& low, const Eigen::Vector2d& high) {
  const Eigen::Vector2d line = high - low;
  const double along = (p - low).dot(line) / line.squaredNorm();
  const Eigen::Vector2d away = p - low - std::clamp(along, 0.0, 1.0) * line;
  const bool within = along >= 0 && along <= 1;
  const double side = within ? line.y() * away.x() - line.x() * away.y() : away.x();
  return {along, std::copysign(away.norm(), side)};
}

}  // namespace

// distance of the bar's surface from the front of shank or thigh; the flesh is as thick before the shank as at knee_front,
// and before the thigh grows from there to thigh_front and on
double ScenarioBuilder::room_before(
    const Posture& posture, const std::string& low, const std::string& high) const {
  const auto flat = [&](const std::string& name) -> Eigen::Vector2d {
    return place_at(posture, site(name + "_r")).head<2>();
  };
  const Eigen::Vector2d axis = place_at(posture, hanging_bar(Side::right)).head<2>();
  if (high == "hip" && axis.y() < flat(low).y())
    return std::numeric_limits<double>::infinity();  // below the knee no thigh is in its way
  const Beside bar = beside(axis, flat(low), flat(high));
  const double shin = beside(flat("knee_front"), flat("ankle"), flat("knee")).distance;
  double flesh = shin;
  if (high == "hip") {
    const Beside thigh = beside(flat("thigh_front"), flat(low), flat(high));
    flesh += std::clamp(bar.along, 0.0, 1.0) / thigh.along * (thigh.distance - shin);
  }
  return bar.distance - flesh - kShaftRadius;
}

// moves the bar that hangs from the hands to where the nearest of the postures just touches it
void ScenarioBuilder::hang_bar_clear(const std::function<std::vector<Posture>()>& postures) {
  std::vector<HoldPoint*> hands;
  for (NamedTask& named : tasks_)
    if (named.name.ends_with("hand on the bar"))
      if (auto* hand = std::get_if<HoldPoint>(&named.task)) hands.push_back(hand);
  if (hands.empty()) return;

  // the body gives way as the bar moves: balance holds their common centre of mass
  double body = 0;
  double bar = 0;
  for (const Body& part : skeleton_->bodies()) body += part.mass;
  for (const Load& load : scenario_.setting.loads) bar += load.mass;
  for (int i = 0; i < kMostMoves; ++i) {
    double room = std::numeric_limits<double>::infinity();
    for (const Posture& posture : postures())
      if (posture.solved)
        room = std::min(
            {room, room_before(posture, "ankle", "knee"), room_before(posture, "knee", "hip")});
    if (!std::isfinite(room) || std::abs(room) < kJustClear) return;
    for (HoldPoint* hand : hands) hand->p_W.x() -= room / (1 + bar / body);
  }
}

}  // namespace coxa
