#pragma once

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"
#include "coxa/export.hpp"
#include "coxa/frame/trial.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// What limits a load.
struct LoadLimit {
  std::string name{};        // in words: "right vastus lateralis fully active at 118 deg of knee
                             // flexion", "balance: pressure at the ball of the right foot"
  std::string kind{};        // muscle, actuator, grip, tie, balance, friction, support, geometry or
                             // parameter
  std::string element{};     // its name in the model or setting; empty for geometry
  std::string coordinate{};  // joint coordinate of a muscle or actuator; otherwise empty
  double angle = std::numeric_limits<double>::quiet_NaN();  // deg, of that coordinate
  double margin = 0;  // kg above the greatest load at which it begins to limit
};

/// Heaviest load of a trial.
struct MaxLoad {
  double load = 0;                            // kg
  int frame = 0;                              // the limiting frame
  double time = 0;                            // s, of that frame
  std::string limited_by;                     // name of the first limit
  std::vector<LoadLimit> limits{};            // the limit, then the next three
  std::vector<double> load_at_frame;          // [frames] kg: the sticking curve
  std::vector<double> path;                   // [frames] 0 bottom to 1 top
  std::map<std::string, double> technique{};  // parameters that were not given, with the values of
                                              // the greatest load, declared units
};

/// Largest value of the parameter "load", to 1e-3 kg, at which no frame needs reserves.
///
/// For a given movement, forces are linear in the load, so each frame has an interval of feasible
/// loads. If the movement itself depends on the load (a standing lift balances body and bar), the
/// result is the load that equals the limit of the movement made for it; it is found by secant
/// steps within a bracket and confirmed by a simulation. The search stays within the declared range
/// of "load"; if no movement exists beyond some load, that is the limit and `limited_by` says so.
///
/// Parameters that the exercise finds by least effort (Scenario::technique) and that are not given
/// take the values, within the range allowed at that load, with which most can be lifted: a pattern
/// search (Hooke and Jeeves 1961) to a sixteenth of a degree, started at the values of least effort.
///
/// Several bounds limit at once. The one that is named belongs to the kind (strength of all muscles
/// and actuators, a support's size, its friction, a grip) whose relative growth would gain most, to
/// first order; among muscles and actuators, it is the one with the greatest gain. A muscle's angle
/// is that of the joint at which it does most work in the virtual motion of the limit. The next
/// limit is what limits in the same frame of the same movement once the first is removed: a muscle,
/// actuator or grip of both sides 100 times as strong, a support 10 times as long and wide (or able
/// to pull, if it carries nothing), friction 100 times as great; its margin is the load gained. So
/// on for the third and fourth. Another frame may limit before them.
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
