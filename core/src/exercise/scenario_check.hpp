#pragma once

#include <string>

#include "coxa/exercise/scenario.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// Checks that a scenario meets the solver's requirements.
/// @throws PluginError that names the exercise, the element and what is wrong with it
void check_scenario(const Model& model, const std::string& exercise, const Scenario& scenario);

}  // namespace coxa
