#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Hips pushed back with the knees fixed at knee_flexion_deg, from an upright trunk at the top to
/// `goal` at the bottom; driven by the trunk's inclination. Call after feet, loads and balance.
/// @param help what to change if there is no bottom posture
COXA_EXPORT void hinge_down(ScenarioBuilder& s, const NamedTask& goal, const std::string& help);
/// A bar lifted from the floor (bar_height) until hips and knees are straight, vertically and as
/// close to mid-foot as the legs allow. At the bottom the trunk leans by trunk_lean_deg or, if not
/// given, so that the shins touch the bar. Driven by the knees with the trunk lagging: hips and
/// shoulders rise together at first. Call after feet, bar_in_hands and balance.
COXA_EXPORT void pull_from_floor(ScenarioBuilder& s);

}  // namespace coxa
