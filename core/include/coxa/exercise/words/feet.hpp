#pragma once

#include <optional>
#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// A foot standing on the floor (or on a surface of height y), with its support.
COXA_EXPORT void stand(ScenarioBuilder& s, Side side, const FootPlace& place);
/// Both feet side by side, heels at x, m; from stance_width, toe_out_deg, heel_height and
/// floor_friction.
COXA_EXPORT void stand(ScenarioBuilder& s, double x);
/// Both soles on the floor where, with the trunk level, each hip is abducted by `abduction` rad
/// with no axial rotation and the shank is vertical (or the heel is at foot_distance): knees in
/// line with the toes. Call after the words for back and spine.
/// @param help what to change if there is no such posture: "decrease abduction_deg"
COXA_EXPORT void stand_spread(ScenarioBuilder& s, double abduction, const std::string& help);
/// A foot on its lateral border with the heel at x, m (NaN: anywhere), its sole turned up by `turn`
/// rad towards the other sole, on which it may press; supports of border and sole.
COXA_EXPORT void stand_on_border(
    ScenarioBuilder& s, Side side, double x, double turn, double friction);
/// The moving foot of a step. At the bottom its ball touches the floor at `from`, heel up, without
/// load; it moves to `to` in an arc `lift` m above the straight line, its knee bent by about `knee`
/// rad (a preference).
COXA_EXPORT void step(
    ScenarioBuilder& s, Side side, const Vec3& from, const Vec3& to, double lift, double knee);
/// The dorsum of a foot rests on something behind, the sole facing back; its support.
COXA_EXPORT void rest_foot_behind(
    ScenarioBuilder& s, Side side, const Vec3& laces, double friction);
/// A knee on the floor at x, m, below the hip, shin and dorsum of the foot on the floor behind it;
/// supports of knee and foot.
COXA_EXPORT void kneel(ScenarioBuilder& s, Side side, double x, double friction);
/// A leg held in the air at hip and knee angles in rad, without ab- or adduction, the foot
/// perpendicular to the shank.
/// @param help what to change if the foot would touch the floor: "increase free_hip_deg"
COXA_EXPORT void hold_leg(
    ScenarioBuilder& s,
    Side side,
    double hip_flexion,
    double hip_rotation,
    double knee_flexion,
    const std::string& help = "");

/// Name of the support of a foot: "right_foot" or "left_foot".
COXA_EXPORT std::string sole_name(Side side);
/// Position of a foot that stands; empty if it does not.
COXA_EXPORT const std::optional<FootPlace>& foot(const ScenarioBuilder& s, Side side);
/// Distance between the heels, m: the parameter stance_width, or the distance between the hip
/// creases.
COXA_EXPORT double stance_width(const ScenarioBuilder& s);
/// Position of the ball of a foot that stands flat, m, world.
COXA_EXPORT Vec3 ball(const ScenarioBuilder& s, Side side);
/// Centre of a standing sole on the floor, halfway between heel and toes, m, world.
/// @throws InvalidArgument before `stand`
COXA_EXPORT Vec3 mid_sole(const ScenarioBuilder& s, Side side);

}  // namespace coxa
