#pragma once

#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "coxa/exercise/technique.hpp"

namespace coxa {

/// Limit of a movement that lifts nothing, kg.
inline constexpr double kNothing = -std::numeric_limits<double>::infinity();

/// Parameters of a movement that are free, by name.
using Technique = std::map<std::string, double>;

/// What the search over technique asks of an exercise.
struct LiftedWith {
  /// Ranges of the free parameters and their values of least effort for a load, kg; throws
  /// InfeasibleMotion if there is no movement.
  std::function<std::vector<FoundTechnique>(double load)> free;
  /// Limit of the movement for one load and technique, kg; exact only if above `floor`.
  std::function<double(const Technique& technique, double load, double floor)> limit;
  double minimum = 0;  // kg, of the load
  double maximum = 0;
};

struct BestTechnique {
  Technique values;  // empty if nothing is free, or if no technique lifts the least load
  double load = 0;   // kg, near the greatest load with it
};

/// The technique with which most can be lifted: a pattern search from that of least effort.
/// @param first load at which the search starts, kg
BestTechnique best_technique(const LiftedWith& lifted, double first);

}  // namespace coxa
