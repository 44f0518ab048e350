#pragma once

#include <map>
#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"
#include "coxa/export.hpp"
#include "coxa/frame/trial.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// Heaviest load of a trial.
struct MaxLoad {
  double load = 0;  // kg
  int frame = 0;    // the limiting frame
  double time = 0;  // s, of that frame
  std::string
      limited_by;  // muscle, support or actuator at its bound there, or what ended the search
  std::vector<double> load_at_frame;  // [frames] kg: the sticking curve
  std::vector<double> path;           // [frames] 0 bottom to 1 top
};

/// Largest value of the parameter "load", to 1e-3 kg, at which no frame needs reserves.
///
/// For a given movement, forces are linear in the load, so each frame has an interval of feasible
/// loads. If the movement itself depends on the load (a standing lift balances body and bar), the
/// result is the load that equals the limit of the movement made for it; it is found by secant
/// steps within a bracket and confirmed by a simulation. The search stays within the declared range
/// of "load"; if no movement exists beyond some load, that is the limit and `limited_by` says so.
/// @param given values of parameters, declared units; "load" is replaced
/// @throws InvalidArgument for an exercise without "load"
/// @throws InfeasibleMotion, UnsolvedFrame if no movement exists at the least load, or it needs
///         reserves
COXA_EXPORT MaxLoad max_load(
    const Model& model,
    const Exercise& exercise,
    const std::map<std::string, double>& given,
    const SimulateOptions& options);

}  // namespace coxa
