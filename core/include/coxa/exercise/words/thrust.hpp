#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Goal of hips as low as they go: buttocks bottom_clearance above the floor, or higher so that no load or lifted foot
/// touches it.
COXA_EXPORT NamedTask low_hips(const ScenarioBuilder& s);
/// Hips driven up on a back that rests: top with the trunk at `inclination` or where the hips' extension ends,
/// bottom with the buttocks just above the floor (bottom_clearance) and no load touching it, driven by the
/// trunk's inclination; where no foot_distance is given, feet so that the shank of `working` stands vertical at
/// the top. Notes say what was found. Feet must have been placed (`stand`), at any x.
/// @param help what to change first where the feet find no such place: "decrease stagger"
COXA_EXPORT void drive_hips_up(
    ScenarioBuilder& s,
    double inclination,
    Side working = Side::right,
    const std::string& help = "");
/// Likewise, but the top is where knee, hip and shoulder of `working` lie in one line.
COXA_EXPORT void drive_hips_into_line(ScenarioBuilder& s, Side working = Side::right);

}  // namespace coxa
