// Common to all squats with a bar: stance, depth, and the descent.

#pragma once

#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"

namespace coxa {

inline constexpr double kStance = 0.483;  // m, traditional squat, Swinton et al. (2012)
inline constexpr double kToeOut =
    25;  // deg, so that knees and toes point in the same direction with this stance
inline constexpr double kLumbarFlexion =
    20;  // deg, between men (26) and women (13), McKean et al. (2010)

/// An exercise's own parameters, followed by those of every squat.
inline std::vector<Parameter> squat_with(const std::vector<Parameter>& own) {
  return join(
      {own,
       {{"thigh_angle_deg", 0, -35, 60, "deg",
         "thighs above the horizontal at the bottom; negative: hips below the knees"},
        trunk_lean_parameter(),
        lumbar_flexion_parameter(kLumbarFlexion)},
       feet_parameters(kStance, kToeOut),
       tempo_parameters(2, 0.5, 2),
       spine_parameters()});
}

/// Down and up, balanced over mid-foot. Call after feet, bar and arms.
inline void squat(ScenarioBuilder& s) {
  balance(s, mid_sole(s, Side::right).x());
  squat_down(s, "thigh_angle_deg");
  tempo(s, StartAt::top);
}

}  // namespace coxa
