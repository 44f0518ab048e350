#pragma once

#include <string>

#include "coxa/exercise/exercise.hpp"
#include "coxa/exercise/scenario.hpp"
#include "coxa/export.hpp"
#include "coxa/frame/trial.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// Scenario of an exercise on a model, as the exercise says it.
/// @throws what the exercise throws
COXA_EXPORT Scenario
scenario_of(const Model& model, const Exercise& exercise, const Parameters& parameters);

/// Scenario of an exercise on a model, held to what a solver needs of it.
/// @throws what the exercise throws, and PluginError naming it if that is no error of ours or the scenario cannot be
COXA_EXPORT Scenario
build_scenario(const Model& model, const Exercise& exercise, const Parameters& parameters);

/// Trial of a scenario, its motion found.
/// @param exercise that made it; errors begin with its name
/// @throws InfeasibleMotion, InvalidArgument
COXA_EXPORT Trial
trial_of(const Model& model, const std::string& exercise, Scenario scenario, int frames);

/// Trial of an exercise on a model: its scenario, and the motion found.
/// @throws InfeasibleMotion, and PluginError naming the exercise if its code throws anything else
COXA_EXPORT Trial
build_trial(const Model& model, const Exercise& exercise, const Parameters& parameters, int frames);

}  // namespace coxa
