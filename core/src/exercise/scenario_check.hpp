#pragma once

#include <string>

#include "coxa/exercise/scenario.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// Holds a scenario to what a solver needs of it.
/// @throws PluginError that names the exercise, the element and what is wrong with it
void check_scenario(const Model& model, const std::string& exercise, const Scenario& scenario);

}  // namespace coxa
