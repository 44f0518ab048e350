#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Down and up over both feet: top standing with the hips straight, bottom with the thighs at thigh_angle_deg and the
/// trunk leant by trunk_lean_deg or, not given, by least effort; driven by the knees, the trunk following evenly.
/// Feet, loads and balance must have been said.
COXA_EXPORT void squat_down(ScenarioBuilder& s);
/// Down and up over one foot: top nearly upright with its knee bent by `knee_top`, bottom where `depth` holds and
/// the trunk leans by trunk_lean_deg or, not given, by least effort; driven by that knee, the trunk following.
/// @param reach the parameter that says how far away the other foot is, for advice
COXA_EXPORT void squat_on(
    ScenarioBuilder& s,
    Side side,
    const NamedTask& depth,
    double knee_top,
    const std::string& reach);

}  // namespace coxa
