#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Goal for the lowest hips: buttocks bottom_clearance above the floor, or higher so that no load
/// or lifted foot touches it.
COXA_EXPORT NamedTask low_hips(const ScenarioBuilder& s);
/// Hips driven up with the back resting: at the top the trunk at `inclination`, rad, or at the
/// limit of hip extension; at the bottom the buttocks just above the floor (bottom_clearance) with
/// no load touching it; driven by the trunk's inclination. If foot_distance is not given, the feet
/// are placed so that the shank of `working` is vertical at the top. Notes record what was found.
/// Feet must have been placed (`stand`), at any x.
/// @param help what to change first if there is no such foot position: "decrease stagger"
COXA_EXPORT void drive_hips_up(
    ScenarioBuilder& s,
    double inclination,
    Side working = Side::right,
    const std::string& help = "");
/// Likewise, with the top where knee, hip and shoulder of `working` are in line.
COXA_EXPORT void drive_hips_into_line(ScenarioBuilder& s, Side working = Side::right);

}  // namespace coxa
