#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coxa/frame/frame_solver.hpp"
#include "coxa/study/max_load.hpp"

namespace coxa {

/// One frame of a movement whose load may change: the search for its greatest load, and what limits
/// it.
struct LoadedFrame {
  const Trial& trial;     // with `load`
  const Trial& other;     // the same movement with `other_load`
  int frame = 0;          // of the trial's motion
  double load = 0;        // kg
  double other_load = 0;  // kg, not `load`
  double minimum = 0;     // kg, of the parameter "load"
  double maximum = 0;     // kg
  SimulateOptions options{};
};

/// What limits the load of a frame, then what limits it once that is removed, and so on.
/// @param count greatest number of limits; fewer if the parameter's maximum comes first, or if the
///        frame needs reserves even at the least load
/// @return at least one; margins ascend from 0
std::vector<LoadLimit> load_limits(const LoadedFrame& frame, int count);

}  // namespace coxa
