#include "coxa/exercise/builder.hpp"

#include <utility>

namespace coxa {

ScenarioBuilder::ScenarioBuilder(const Model& model, const Parameters& given)
    : model(&model), parameters(given), first_guess(model.skeleton.default_position()) {}

bool ScenarioBuilder::declares(const std::string& name) const {
  return parameters.given_units().count(name) > 0;
}

double ScenarioBuilder::value(const std::string& name, double otherwise) const {
  return declares(name) && !parameters.automatic(name) ? parameters[name] : otherwise;
}

void ScenarioBuilder::take(Scenario given) {
  scenario = std::move(given);
  whole = true;
}

}  // namespace coxa
