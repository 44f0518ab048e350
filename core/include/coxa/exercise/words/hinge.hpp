#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Hips pushed back with the knees held at knee_flexion_deg, from an upright trunk at the top to `goal` at the bottom;
/// driven by the trunk. Feet, loads and balance must have been said.
COXA_EXPORT void hinge_down(ScenarioBuilder& s, const NamedTask& goal, const std::string& help);
/// A bar lifted from the floor (bar_height) until hips and knees are straight, straight up and as near to mid-foot as the
/// legs allow. At the bottom the trunk leans by trunk_lean_deg or, not given, so that the shins touch the bar; driven
/// by the knees, the trunk following later: hips and shoulders rise together at first. Feet, the bar in the hands and
/// balance must have been said.
COXA_EXPORT void pull_from_floor(ScenarioBuilder& s);

}  // namespace coxa
