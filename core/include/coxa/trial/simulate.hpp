#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/muscle/model.hpp"
#include "coxa/trial/dataset.hpp"
#include "coxa/trial/exercise.hpp"
#include "coxa/trial/movement.hpp"
#include "coxa/trial/scenario.hpp"

namespace coxa {

/// Bits of the variable `status`; 0 is a healthy frame.
enum StatusBit : int {
  kUnsolved = 1,
  kReserveUsed = 2,
  kFiberOutOfRange = 4,
  kOutsideSplineDomain = 8,
  kActuatorAtBound = 16,
};

/// Model, motion, supports and loads: all that the solver needs, planned or measured.
struct Trial {
  const Model* model = nullptr;
  Motion motion;
  std::vector<Support> supports;
  std::vector<Grip> grips;
  std::vector<Load> loads;
  std::vector<Furniture> furniture;
  std::vector<std::pair<std::string, std::string>> notes;
  std::vector<Band> bands{};
  std::vector<Cable> cables{};
  std::vector<Anchor> anchors{};
  std::vector<SupportShare> shares{};
};

struct SimulateOptions {
  double criterion = 2;  // p of sum V a^p; infinity for min-max
  int frames = 101;
  bool strict = false;         // an unsolved frame is an exception
  bool intervals = false;      // also support_force_min and _max
  bool inertia = true;         // false: velocities and accelerations are taken as zero
  bool volume_weights = true;  // false: every muscle costs the same, the mean of a^p
};

/// Scenario of an exercise on a model, held to what a solver needs of it.
/// @throws what the exercise throws, and PluginError naming it if that is no error of ours or the scenario cannot be
COXA_EXPORT Scenario
build_scenario(const Model& model, const Exercise& exercise, const Parameters& parameters);

/// Scenario of an exercise on a model, with its motion found.
/// @throws InfeasibleMotion, and PluginError naming the exercise if its code throws anything else
COXA_EXPORT Trial
build_trial(const Model& model, const Exercise& exercise, const Parameters& parameters, int frames);

/// Forces of every frame, as the dataset of format "coxa-1" (without provenance, which the caller adds).
/// @throws UnsolvedFrame in strict mode
COXA_EXPORT Dataset simulate(const Trial& trial, const SimulateOptions& options);

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
