// Common to all bridges: shoulders on the floor, hips driven up until they are in line with knees
// and shoulders.

#pragma once

#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"

namespace coxa {

inline Parameter bridge_load_parameter(double kg) {
  return load_parameter(kg, "bar and plates together; 0 is no bar, arms across the chest");
}

/// foot_distance, whose default is described by `otherwise`, and bottom_clearance.
inline std::vector<Parameter> bridge_parameters(const std::string& otherwise) {
  return {
      {"foot_distance", kFound, 0.30, 1.20, "m",
       "shoulders' contact to the heels, along the floor; default: " + otherwise},
      {"bottom_clearance", kFound, 0.01, 0.30, "m",
       "lowest point of the buttocks above the floor at the bottom; default: 0.05 m, or what "
       "keeps the plates off it"}};
}

/// Tempo and spine; no neck_flexion_deg, because the head lies on the floor and the neck follows.
inline std::vector<Parameter> bridge_tempo_and_spine() {
  return join({tempo_parameters(0.58, 2, 1.5), without({"neck_flexion_deg"}, spine_parameters())});
}

}  // namespace coxa
