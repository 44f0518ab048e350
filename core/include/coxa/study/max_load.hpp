#pragma once

#include <map>
#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"
#include "coxa/export.hpp"
#include "coxa/frame/trial.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// Heaviest load for a trial whose load is a free mass.
struct MaxLoad {
  double load = 0;  // kg
  int frame = 0;    // that limits
  double time = 0;  // s, of that frame
  std::string
      limited_by;  // muscle, support or actuator that is at its bound there, or what ended the search
  std::vector<double> load_at_frame;  // [frames] kg: the sticking curve
  std::vector<double> path;           // [frames] 0 bottom to 1 top
};

/// Heaviest value of the parameter "load", to 1e-3 kg, that leaves every frame without reserves.
///
/// For one movement forces are linear in the load, so each frame has an interval of loads that it can do. Where the movement
/// itself depends on the load (a standing lift balances body and bar), the answer is the load that is the limit of
/// the movement made for it; it is searched for by secants within a bracket, and confirmed by a simulation. The
/// search stays within the declared range of "load"; if no movement exists beyond some load, that is the limit
/// and `limited_by` says so.
/// @throws InvalidArgument for an exercise without "load"; InfeasibleMotion and UnsolvedFrame if even its least load cannot
///         be moved, or not without reserves
COXA_EXPORT MaxLoad max_load(
    const Model& model,
    const Exercise& exercise,
    const std::map<std::string, double>& given,
    const SimulateOptions& options);

}  // namespace coxa
