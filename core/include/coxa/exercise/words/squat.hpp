#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Squat on both feet: at the top standing with straight hips, at the bottom thighs as low as asked
/// and the trunk leaning by trunk_lean_deg or, if not given, by least effort. Driven by the knees,
/// the trunk following linearly. Call after feet, loads and balance.
/// @param thigh_angle name of the parameter for the thighs above the horizontal at the bottom
COXA_EXPORT void squat_down(ScenarioBuilder& s, const std::string& thigh_angle);
/// Squat on one foot: at the top nearly upright with that knee flexed by `knee_top` rad, at the
/// bottom with `depth` met and the trunk leaning by trunk_lean_deg or, if not given, by least
/// effort. If the exercise declares trunk_bend_deg, the lumbar joint bends toward that leg at the
/// bottom by as much, or by least effort at that lean, and is straight at the top. Driven by that
/// knee, the trunk following linearly.
/// @param reach name of the parameter for the distance to the other foot, for error messages
COXA_EXPORT void squat_on(
    ScenarioBuilder& s,
    Side side,
    const NamedTask& depth,
    double knee_top,
    const std::string& reach);

}  // namespace coxa
