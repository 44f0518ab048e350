#include "coxa/exercise/words/hinge.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "coxa/exercise/words/feet.hpp"
#include "coxa/exercise/words/goals.hpp"
#include "coxa/exercise/words/holding.hpp"
#include "coxa/exercise/words/parameters.hpp"
#include "coxa/math/error.hpp"

#include "exercise/words/shared.hpp"

namespace coxa {
namespace {

constexpr double kUnlocked = 5 * kDegree;       // rad, knee flexion in unlocked standing; assumed
constexpr double kLeastLean = 20 * kDegree;     // rad, from upright, with the bar on the floor
constexpr double kGreatestLean = 85 * kDegree;  // rad
constexpr double kLeanStep = 5 * kDegree;       // rad, decrement from kGreatestLean until a posture
                                                // exists
// rad, least knee flexion at the start of a deadlift: lifters start heavy bars with 50 to 65 degrees
constexpr double kLeastStartKnee = 50 * kDegree;
constexpr double kTouching = 1e-9;  // m, tolerance of the contact of shins and bar
constexpr double kLag =
    1;  // DriveLine::lag of the trunk in a deadlift: hips and shoulders rise together at first
constexpr double kJustClear =
    1e-7;  // m, tolerance of the contact of bar and legs; small enough that x varies smoothly with
           // the load
constexpr int kMostMoves = 20;  // iterations for the bar's position or the trunk's lean
constexpr int kChecks = 6;      // intervals of the path at which the legs must clear the bar

// position of a point relative to a line from a low to a high end, in the sagittal plane
struct Beside {
  double along;     // 0 at the low end, 1 at the high end
  double distance;  // m, in front of the line
};

Beside beside(const Eigen::Vector2d& p, const Eigen::Vector2d& low, const Eigen::Vector2d& high) {
  const Eigen::Vector2d line = high - low;
  const double along = (p - low).dot(line) / line.squaredNorm();
  const Eigen::Vector2d away = p - low - std::clamp(along, 0.0, 1.0) * line;
  const bool within = along >= 0 && along <= 1;
  const double side = within ? line.y() * away.x() - line.x() * away.y() : away.x();
  return {along, std::copysign(away.norm(), side)};
}

// distance from the bar's surface to the front of shank or thigh, m; soft tissue is as thick along
// the shank as at knee_front, and along the thigh varies linearly from there to thigh_front and
// beyond
double room_before(
    const ScenarioBuilder& s,
    const Posture& posture,
    const std::string& low,
    const std::string& high) {
  const auto flat = [&](const std::string& name) -> Eigen::Vector2d {
    return place_at(s, posture, site(s, name + "_r")).head<2>();
  };
  const Eigen::Vector2d axis = place_at(s, posture, hanging_bar(s, Side::right)).head<2>();
  if (high == "hip" && axis.y() < flat(low).y())
    return std::numeric_limits<double>::infinity();  // below the knee the thigh is not in its way
  const Beside bar = beside(axis, flat(low), flat(high));
  const double shin = beside(flat("knee_front"), flat("ankle"), flat("knee")).distance;
  double flesh = shin;
  if (high == "hip") {
    const Beside thigh = beside(flat("thigh_front"), flat(low), flat(high));
    flesh += std::clamp(bar.along, 0.0, 1.0) / thigh.along * (thigh.distance - shin);
  }
  return bar.distance - flesh - kShaftRadius;
}

// moves the hanging bar forward or back until it just touches the nearest leg in any of the
// postures
void hang_bar_clear(ScenarioBuilder& s, const std::function<std::vector<Posture>()>& postures) {
  std::vector<HoldPoint*> hands;
  for (NamedTask& named : s.tasks)
    if (named.id == kHandOnBar) hands.push_back(&std::get<HoldPoint>(named.task));
  if (hands.empty()) return;

  // the body shifts in the opposite direction: balance fixes the common centre of mass
  double body = 0;
  double bar = 0;
  for (const Body& part : s.skeleton().bodies()) body += part.mass;
  for (const Load& load : s.scenario.setting.loads) bar += load.mass;
  for (int i = 0; i < kMostMoves; ++i) {
    double room = std::numeric_limits<double>::infinity();
    for (const Posture& posture : postures())
      if (posture.solved)
        room = std::min(
            {room, room_before(s, posture, "ankle", "knee"),
             room_before(s, posture, "knee", "hip")});
    if (!std::isfinite(room) || std::abs(room) < kJustClear) return;
    for (HoldPoint* hand : hands) hand->p_W.x() -= room / (1 + bar / body);
  }
}

// trunk lean at which the shins touch the bar: with more lean the hips are higher and the knees
// further back
double shins_at_bar(const ScenarioBuilder& s, const NamedTask& on_floor, const std::string& help) {
  std::string hardest;
  const auto room = [&](double lean) {
    const Posture p =
        posture(s, {on_floor, {"trunk leant forward", trunk(s, kUprightTrunk - lean)}}, 0);
    hardest = p.worst_task;
    return p.solved ? room_before(s, p, "ankle", "knee") : -1;
  };
  double a = kLeastLean;
  double b = kGreatestLean;
  double at_b = room(b);
  while (at_b <= 0 && b > a + kLeanStep) at_b = room(b -= kLeanStep);
  double at_a = room(a);
  require<InfeasibleMotion>(
      at_b > 0, s.exercise(), ": no lean of the trunk has the bar on the floor before the shins ('",
      hardest, "' was the hardest to meet); ", help);
  if (at_a >= 0) return a;

  // false position with Illinois halving
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

// lean with the shins at the bar; a greatest load may start with higher hips, up to knees bent least
double lowest_start(ScenarioBuilder& s, const NamedTask& on_floor, const std::string& help) {
  const double lean = shins_at_bar(s, on_floor, help);
  const Posture highest = posture(
      s, {on_floor, {"knees bent least", coordinate(s, "knee_angle_r", kLeastStartKnee)}}, 0);
  const double most =
      highest.solved ? kUprightTrunk - measure(s.skeleton(), trunk(s), highest.q) : lean;
  found(s, "trunk_lean_deg", lean, lean, std::max(lean, most));
  return lean;
}

void advise_pull(ScenarioBuilder& s, const std::string& bar_height) {
  const std::string lean_or_bar = "increase trunk_lean_deg or " + bar_height;
  advise(s, "ankle_angle", "decrease trunk_lean_deg", lean_or_bar);
  advise(
      s, "hip_flexion", "decrease " + bar_height,
      "increase " + bar_height + " or lumbar_flexion_deg");
  advise(s, "knee_angle", "decrease trunk_lean_deg", lean_or_bar);
  advise(s, "hip_rotation", "decrease toe_out_deg", "increase toe_out_deg");
}

}  // namespace

void hinge_down(
    ScenarioBuilder& s,
    const NamedTask& goal,
    const std::string& help,
    const std::string& knee_flexion) {
  soften_knees(s);
  for (const Side side : {Side::right, Side::left})
    hold(s, "knee_angle" + suffix(side), s.value(knee_flexion, 0));
  const NamedTask upright{"trunk upright at the top", trunk(s, kUprightTrunk)};
  const auto way = [&] {
    std::vector<Posture> postures{posture(s, {goal}, 0)};
    const double low = measure(s.skeleton(), trunk(s), postures.front().q);
    for (int i = 1; i <= kChecks; ++i) {
      const double path = static_cast<double>(i) / kChecks;
      postures.push_back(
          posture(s, {{upright.name, trunk(s, low + path * (kUprightTrunk - low))}}, path));
    }
    return postures;
  };
  hang_bar_clear(s, way);
  const std::string to_default = "move " + knee_flexion + " toward its default";
  top(s, {upright}, to_default);
  const Posture& low = bottom(s, {goal}, help);
  driven_by(s, "trunk inclination", trunk(s));
  note(s, "trunk_inclination_bottom_deg", measure(s.skeleton(), trunk(s), low.q) / kDegree);
  note(s, "hip_flexion_bottom_deg", coordinate_at(s, low, "hip_flexion_r") / kDegree);
  const std::string decrease = "decrease " + knee_flexion;
  advise(s, "hip_flexion", to_default, help);
  advise(s, "ankle_angle", decrease, decrease);
  advise(s, "knee_angle", "increase " + knee_flexion, decrease);
}

void pull_from_floor(ScenarioBuilder& s, const std::string& bar_height) {
  soften_knees(s);
  const std::vector<NamedTask> standing{
      {"knees unlocked at the top", coordinate(s, "knee_angle_r", kUnlocked)},
      {"hips straight at the top", coordinate(s, "hip_flexion_r", 0)}};
  const std::string help = "increase " + bar_height + ", or move stance_width toward its default";
  const auto [right, at_right] = hanging_bar(s, Side::right);
  const auto [left, at_left] = hanging_bar(s, Side::left);
  const NamedTask on_floor{
      "bar on the floor",
      PointHeight{{{right, at_right}, {left, at_left}}, s.value(bar_height, kPlateRadius)}};
  double lean = s.value("trunk_lean_deg", kFound);
  const bool given = !std::isnan(lean);
  const auto start = [&] {
    return std::vector<NamedTask>{
        on_floor, {"trunk leant forward", trunk(s, kUprightTrunk - lean)}};
  };

  // postures on the way with linear knees and lagging trunk, as in the movement, before its ends
  // are known
  const auto way = [&] {
    std::vector<Posture> postures{posture(s, standing, 1), posture(s, start(), 0)};
    const double upright = measure(s.skeleton(), trunk(s), postures.front().q);
    const double bent = coordinate_at(s, postures.back(), "knee_angle_r");
    const double low = kUprightTrunk - lean;
    for (int i = 1; i < kChecks; ++i) {
      const double path = static_cast<double>(i) / kChecks;
      const double share = path * (1 - kLag + kLag * path);
      postures.push_back(posture(
          s,
          {{"knees on the way", coordinate(s, "knee_angle_r", bent + path * (kUnlocked - bent))},
           {"trunk on the way", trunk(s, low + share * (upright - low))}},
          path));
    }
    return postures;
  };

  // bar in front of the thighs at the top; shins against it at the bottom; then as far forward as
  // the knees require on the way
  hang_bar_clear(s, [&] { return std::vector<Posture>{posture(s, standing, 1)}; });
  top(s, standing, help);
  if (!given) lean = lowest_start(s, on_floor, help);
  hang_bar_clear(s, way);
  top(s, standing, help);
  const Posture& low = bottom(s, start(), help);
  lagging(s, "trunk after the knees", trunk(s), kLag);
  driven_by(s, "knee angle", coordinate(s, "knee_angle_r"));
  note(s, "trunk_lean_bottom_deg", lean / kDegree);
  note(
      s, "bar_before_mid_foot",
      place_at(s, low, hanging_bar(s, Side::right)).x() - mid_sole(s, Side::right).x());
  note_leg_at_bottom(s, low);
  advise_pull(s, bar_height);
}

}  // namespace coxa
