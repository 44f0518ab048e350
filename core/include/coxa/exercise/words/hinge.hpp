#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Hips pushed back with the knees fixed, from an upright trunk at the top to `goal` at the bottom;
/// driven by the trunk's inclination. Call after feet, loads and balance.
/// @param knee_flexion name of the parameter for the angle of both knees
/// @param help         what to change if there is no bottom posture
COXA_EXPORT void hinge_down(
    ScenarioBuilder& s,
    const NamedTask& goal,
    const std::string& help,
    const std::string& knee_flexion);
/// A bar lifted from the floor until hips and knees are straight, vertically and as close to
/// mid-foot as the legs allow. At the bottom the trunk leans by trunk_lean_deg or, if not
/// given, so that the shins touch the bar. Driven by the knees with the trunk lagging: hips and
/// shoulders rise together at first. Call after feet, bar_in_hands and balance.
/// @param bar_height name of the parameter for the bar's axis above the floor at the start
COXA_EXPORT void pull_from_floor(ScenarioBuilder& s, const std::string& bar_height);

}  // namespace coxa
