#pragma once

#include <optional>
#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// A sole on the floor (or on something of height y), and its support.
COXA_EXPORT void stand(ScenarioBuilder& s, Side side, const FootPlace& place);
/// Both soles, side by side, heels at x, from stance_width, toe_out_deg, heel_height and floor_friction.
COXA_EXPORT void stand(ScenarioBuilder& s, double x);
/// Both soles on the floor where, with the trunk level, each hip is abducted by `abduction`, the thigh neither turned in
/// nor out, the shank vertical (or the heel at foot_distance): knees in line with the toes. Say back and spine before.
/// @param help what to change where no posture does so: "decrease abduction_deg"
COXA_EXPORT void stand_spread(ScenarioBuilder& s, double abduction, const std::string& help);
/// A foot on its outer border, the heel at x (anywhere if that is to be found), its sole turned up by `turn` toward the
/// other's, on which it may press; supports of border and sole.
COXA_EXPORT void stand_on_border(
    ScenarioBuilder& s, Side side, double x, double turn, double friction);
/// The other foot of a step: at the bottom its ball touches the floor at `from`, heel up, and carries nothing; then it
/// goes to `to` in an arc `lift` m above the straight way, its knee bent by about `knee` where reach allows.
COXA_EXPORT void step(
    ScenarioBuilder& s, Side side, const Vec3& from, const Vec3& to, double lift, double knee);
/// Laces of a foot on something behind, the sole facing back; its support.
COXA_EXPORT void rest_foot_behind(
    ScenarioBuilder& s, Side side, const Vec3& laces, double friction);
/// A knee on the floor at x under the hip's width, shin and laces on the floor behind it; supports of knee and foot.
COXA_EXPORT void kneel(ScenarioBuilder& s, Side side, double x, double friction);
/// A leg in the air, neither spread nor crossed, hip and knee as given, its foot square to the shank.
/// @param help what to change where the foot would touch the floor: "increase free_hip_deg"
COXA_EXPORT void hold_leg(
    ScenarioBuilder& s,
    Side side,
    double hip_flexion,
    double hip_rotation,
    double knee_flexion,
    const std::string& help = "");

/// Name of the support that a foot's words make.
COXA_EXPORT std::string sole_name(Side side);
COXA_EXPORT const std::optional<FootPlace>& foot(const ScenarioBuilder& s, Side side);
/// Distance between the heels: the parameter stance_width, or the width of the hip centres.
COXA_EXPORT double stance_width(const ScenarioBuilder& s);
/// Ball of a foot that stands flat.
COXA_EXPORT Vec3 ball(const ScenarioBuilder& s, Side side);
/// Middle of a standing sole on the floor, half way from the heel to the toes, m.
COXA_EXPORT Vec3 mid_sole(const ScenarioBuilder& s, Side side);

}  // namespace coxa
