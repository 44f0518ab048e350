#include <cmath>

#include "coxa/exercise/vocabulary.hpp"
#include "coxa/math/error.hpp"

namespace coxa {
namespace {

constexpr double kUprightTrunk = 90 * kDegree;
constexpr double kLeanOverKnee =
    0.5;  // of the trunk at the top, for the bend of the knee there; assumed
constexpr double kDeepestLean = 50 * kDegree;  // from upright, in search of the least effort

constexpr double kSteppingAnkle = 0;  // rad, what the stepping foot's ankle likes; assumed
constexpr double kSteppingToes = -45 * kDegree;  // bent back on the floor, as far as they go

}  // namespace

double ScenarioBuilder::leg_length() const {
  BodyWorkspace work(*skeleton_);
  positions(*skeleton_, work, skeleton_->default_position());
  const auto at = [&](const char* name) -> Vec3 {
    const ContactPoint point = site(name);
    return world_point(work, point.body, point.p_B);
  };
  return (at("hip_r") - at("knee_r")).norm() + (at("knee_r") - at("ankle_r")).norm();
}

void ScenarioBuilder::step(Side side, const Vec3& from, const Vec3& to, double lift, double knee) {
  const ContactPoint medial = site("ball_medial" + suffix(side));
  const Vec3 ball = (medial.p_B + site("ball_lateral" + suffix(side)).p_B) / 2;
  const std::string name = side == Side::right ? "right foot" : "left foot";
  task(name + " on its way", DrivePoint{medial.body, ball, [=](double path) -> Vec3 {
                                          return from + path * (to - from)
                                                 + Vec3(0, 4 * path * (1 - path) * lift, 0);
                                        }});
  task(name + " straight", HoldDirection{medial.body, Vec3::UnitZ(), Vec3::UnitZ()});
  wish("knee_angle" + suffix(side), knee);
  wish("ankle_angle" + suffix(side), kSteppingAnkle);
  drive("mtp_angle" + suffix(side), kSteppingToes, 0);
}

void ScenarioBuilder::squat_on(Side side, const NamedTask& depth, double knee_top) {
  const std::string knee = "knee_angle" + suffix(side);
  top({{"knee nearly straight", coordinate(knee, knee_top)},
       {"trunk upright", trunk(kUprightTrunk - kLeanOverKnee * knee_top)}},
      "move the feet toward their defaults");

  const Posture& down =
      squat_to(depth, side, kDeepestLean, "ask for less depth, or change step_length");
  for (const Side each : {side, other(side)})
    for (const char* name : {"hip_flexion", "knee_angle", "ankle_angle"})
      note(name + suffix(each) + "_bottom_deg", coordinate_at(down, name + suffix(each)) / kDegree);

  advise("ankle_angle", "decrease step_length", "ask for less depth or increase trunk_lean_deg");
  advise("hip_flexion", "decrease step_length", "ask for less depth or decrease trunk_lean_deg");
  advise("knee_angle", "decrease step_length", "ask for less depth");
  advise("hip_adduction", "decrease stance_width", "increase stance_width");
  advise("subtalar_angle", "increase stance_width", "decrease stance_width");
}

}  // namespace coxa
