// Common to all hip thrusts: shoulder blades on the edge of a bench, hips driven up until the back
// is level.

#pragma once

#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"

namespace coxa {

inline constexpr double kGripBeyondHip = 0.20;  // m, from the hip crease to each hand, laterally;
                                                // assumed

/// An exercise's own parameters, followed by those of every hip thrust.
inline std::vector<Parameter> thrust_with(
    const std::vector<Parameter>& own,
    const std::vector<Parameter>& feet = feet_parameters(),
    const std::vector<Parameter>& bench = bench_parameters()) {
  return join(
      {own,
       bench,
       thrust_parameters(),
       feet,
       {bar_position_parameter()},
       tempo_parameters(0.8, 2, 1.5),
       spine_parameters()});
}

/// Back on the bench, both feet side by side on the floor.
inline void lie_on_bench(ScenarioBuilder& s) {
  lie_down(s, 0.3);
  stand(s, 0);
  bench(s);
  neutral_spine(s);
}

/// Up until the trunk is level, and down again. Call last.
inline void thrust(ScenarioBuilder& s, Side working = Side::right, const std::string& help = "") {
  drive_hips_up(s, 0, working, help);
  tempo(s, StartAt::bottom);
}

}  // namespace coxa
