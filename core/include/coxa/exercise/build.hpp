#pragma once

#include <string>

#include "coxa/exercise/exercise.hpp"
#include "coxa/exercise/scenario.hpp"
#include "coxa/export.hpp"
#include "coxa/frame/trial.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// Scenario that an exercise builds for a model, unchecked.
/// @throws whatever the exercise throws
COXA_EXPORT Scenario
scenario_of(const Model& model, const Exercise& exercise, const Parameters& parameters);

/// Scenario that an exercise builds for a model, checked against the solver's requirements.
/// @throws coxa's errors as the exercise throws them; PluginError naming the exercise for any other
///         exception or an invalid scenario
COXA_EXPORT Scenario
build_scenario(const Model& model, const Exercise& exercise, const Parameters& parameters);

/// Trial of a scenario: solves for its motion.
/// @param exercise name of the exercise that built it, prefixed to error messages
/// @param frames   number of equally spaced times, first and last included
/// @throws InfeasibleMotion, InvalidArgument; see `solve_motion`
COXA_EXPORT Trial
trial_of(const Model& model, const std::string& exercise, Scenario scenario, int frames);

/// Trial of an exercise on a model: builds the scenario and solves for its motion.
/// @throws InfeasibleMotion, with the parameters that differ from their defaults; otherwise as
///         `build_scenario` and `trial_of`
COXA_EXPORT Trial
build_trial(const Model& model, const Exercise& exercise, const Parameters& parameters, int frames);

}  // namespace coxa
