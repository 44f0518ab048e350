#pragma once

#include <limits>
#include <string>
#include <vector>

#include "coxa/exercise/parameter.hpp"
#include "coxa/export.hpp"

namespace coxa {

// Parameters shared by several exercises, so that they have the same meaning everywhere.

/// Default of a parameter that is found from the model unless given.
inline constexpr double kFound = std::numeric_limits<double>::quiet_NaN();

/// load, kg, with the default `kg`; `what` describes it.
COXA_EXPORT Parameter load_parameter(double kg, const std::string& what);
/// concentric, hold, eccentric (s) and repetitions.
COXA_EXPORT std::vector<Parameter> tempo_parameters(
    double concentric, double hold, double eccentric);
/// stance_width, toe_out_deg, heel_height and floor_friction.
COXA_EXPORT std::vector<Parameter> feet_parameters(
    double stance_width = kFound, double toe_out_deg = 0);
/// lumbar_extension_deg (at the top) and neck_flexion_deg.
COXA_EXPORT std::vector<Parameter> spine_parameters();
/// bench_height and bench_friction of a bench under the shoulder blades.
COXA_EXPORT std::vector<Parameter> bench_parameters();
/// foot_distance and bottom_clearance of a hip thrust or bridge.
COXA_EXPORT std::vector<Parameter> thrust_parameters();
/// lumbar_flexion_deg: lumbar flexion at the bottom, for a back that is neutral at the top.
COXA_EXPORT Parameter lumbar_flexion_parameter(double deg);
/// trunk_lean_deg: given, or found by least effort.
COXA_EXPORT Parameter trunk_lean_parameter();
/// trunk_bend_deg: sideways toward the working leg, `deg` or found by least effort.
COXA_EXPORT Parameter trunk_bend_parameter(double deg = kFound);
/// `side`: right or left.
COXA_EXPORT Parameter side_parameter(const std::string& what);
/// bar_position of a bar in the hip crease.
COXA_EXPORT Parameter bar_position_parameter();
/// `list` without the parameters of these names.
COXA_EXPORT std::vector<Parameter> without(
    const std::vector<std::string>& names, std::vector<Parameter> list);
/// Concatenates lists of declarations.
COXA_EXPORT std::vector<Parameter> join(std::vector<std::vector<Parameter>> lists);

}  // namespace coxa
