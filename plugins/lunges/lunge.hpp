// Common to all lunges: one leg works, its foot flat; the other rests or steps; dumbbells or a bar
// are carried.

#pragma once

#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"

namespace coxa {

/// load, held, and the working leg `side`.
inline std::vector<Parameter> carried_parameters(double kg, const std::string& leg) {
  return {
      load_parameter(kg, "both dumbbells, or the bar"),
      {"held", 0, 0, 1, "1", "what is carried", true, {"dumbbells", "barbell"}},
      side_parameter(leg)};
}

/// Pelvis level and straight ahead, spine neutral, the load carried as the parameters say.
inline void carry_upright(ScenarioBuilder& s) {
  hold(s, "pelvis_list", 0);
  hold(s, "pelvis_rotation", 0);
  neutral_spine(s);
  carry(s, s.parameters.choice("held"), s.parameters["load"]);
}

}  // namespace coxa
