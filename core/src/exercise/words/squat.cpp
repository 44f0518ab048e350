#include "coxa/exercise/words/squat.hpp"

#include <cmath>

#include "coxa/exercise/words/goals.hpp"
#include "coxa/exercise/words/holding.hpp"
#include "coxa/exercise/words/parameters.hpp"

#include "exercise/words/shared.hpp"

namespace coxa {
namespace {

constexpr double kUnlocked = 5 * kDegree;  // rad, knee flexion in unlocked standing; assumed
constexpr double kSoft = 15 * kDegree;     // rad, initial guess of hips and ankles; knees twice
                                           // that
constexpr double kLeanOverKnee = 0.5;      // trunk lean at the top per knee flexion there; assumed
// rad, largest lean from upright in the search for least effort: on both feet and on one
constexpr double kDeepestLean = 75 * kDegree;
constexpr double kDeepestLeanOnOne = 50 * kDegree;

// rad, greatest lateral bend of the lumbar joint toward the working leg; assumed
constexpr double kGreatestBend = 15 * kDegree;

// bends the trunk toward the working leg at the bottom, by trunk_bend_deg or least effort; straight
// at the top
void bend_toward(
    ScenarioBuilder& s, Side leg, const std::vector<NamedTask>& goals, const std::string& help) {
  if (!s.declares("trunk_bend_deg")) return;
  double bend = s.value("trunk_bend_deg", kFound);
  if (bend == 0) return;
  const std::string name = "lumbar_bending";
  release(s, name);
  if (std::isnan(bend)) {
    const double toward = sign(leg) * kGreatestBend;
    bend = std::abs(least_effort(
        s, goals, {"trunk bent sideways", coordinate(s, name, 0)}, std::min(0.0, toward),
        std::max(0.0, toward), 0, {}, help));
    found(s, "trunk_bend_deg", bend, 0, kGreatestBend);
  }
  drive(s, name, sign(leg) * bend, 0);
}

// bottom of any squat: trunk lean given or found; from there the trunk follows the knee linearly
const Posture& squat_to(
    ScenarioBuilder& s,
    const NamedTask& depth,
    Side leg,
    double deepest_lean,
    const std::string& help) {
  double lean = s.value("trunk_lean_deg", kFound);
  if (std::isnan(lean)) {
    lean = kUprightTrunk
           - least_effort(
               s, {depth}, {"trunk leant forward", trunk(s)}, kUprightTrunk - deepest_lean,
               kUprightTrunk, 0, {}, help);
    found(s, "trunk_lean_deg", lean, 0, deepest_lean);
  }
  const std::vector<NamedTask> goals{
      depth, {"trunk leant forward", trunk(s, kUprightTrunk - lean)}};
  bend_toward(s, leg, goals, help);
  const Posture& low = bottom(s, goals, help);
  evenly(s, "trunk follows the knee", trunk(s));
  driven_by(s, "knee angle", coordinate(s, "knee_angle" + suffix(leg)));
  note(s, "trunk_lean_bottom_deg", lean / kDegree);
  return low;
}

}  // namespace

void soften_knees(ScenarioBuilder& s) {
  for (const Side side : {Side::right, Side::left}) {
    guess(s, "hip_flexion" + suffix(side), kSoft);
    guess(s, "knee_angle" + suffix(side), 2 * kSoft);
    guess(s, "ankle_angle" + suffix(side), kSoft);
  }
}

void squat_down(ScenarioBuilder& s, const std::string& thigh_angle) {
  soften_knees(s);
  const NamedTask knee{"knees unlocked at the top", coordinate(s, "knee_angle_r", kUnlocked)};
  top(s, {knee, {"hips straight at the top", coordinate(s, "hip_flexion_r", 0)}},
      "move heel_height or stance_width toward their defaults");

  const NamedTask depth{"thighs as low as asked", thigh(s, Side::right, s.value(thigh_angle, 0))};
  const std::string help = "increase " + thigh_angle + ", or raise the heels by heel_height";
  const Posture& low = squat_to(s, depth, Side::right, kDeepestLean, help);
  note_leg_at_bottom(s, low);

  const std::string lower = "decrease " + thigh_angle;
  const std::string higher = "increase " + thigh_angle;
  advise(s, "ankle_angle", "decrease trunk_lean_deg", "increase heel_height or " + thigh_angle);
  advise(s, "hip_flexion", lower, higher);
  advise(s, "knee_angle", lower, higher);
  advise(s, "hip_adduction", "decrease stance_width", "increase stance_width");
  advise(s, "hip_rotation", "decrease toe_out_deg", "increase toe_out_deg");
  advise(
      s, "subtalar_angle", "increase stance_width or decrease toe_out_deg",
      "decrease stance_width or increase toe_out_deg");
}

void squat_on(
    ScenarioBuilder& s,
    Side side,
    const NamedTask& depth,
    double knee_top,
    const std::string& reach) {
  const std::string knee = "knee_angle" + suffix(side);
  top(s,
      {{"knee nearly straight", coordinate(s, knee, knee_top)},
       {"trunk upright", trunk(s, kUprightTrunk - kLeanOverKnee * knee_top)}},
      "move the feet toward their defaults");

  const Posture& down =
      squat_to(s, depth, side, kDeepestLeanOnOne, "ask for less depth, or change " + reach);
  for (const Side each : {side, other(side)})
    for (const char* name : {"hip_flexion", "knee_angle", "ankle_angle"})
      note(
          s, name + suffix(each) + "_bottom_deg",
          coordinate_at(s, down, name + suffix(each)) / kDegree);

  advise(s, "ankle_angle", "decrease " + reach, "ask for less depth or increase trunk_lean_deg");
  advise(s, "hip_flexion", "decrease " + reach, "ask for less depth or decrease trunk_lean_deg");
  advise(s, "knee_angle", "decrease " + reach, "ask for less depth");
  advise(s, "hip_adduction", "decrease stance_width", "increase stance_width");
  advise(s, "subtalar_angle", "increase stance_width", "decrease stance_width");
}

}  // namespace coxa
