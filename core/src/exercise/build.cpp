#include "coxa/exercise/build.hpp"

#include <cmath>
#include <utility>

#include "coxa/math/error.hpp"

#include "exercise/scenario_check.hpp"

namespace coxa {
namespace {

template <typename Call>
auto guarded(const std::string& name, const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw PluginError(message("exercise '", name, "' failed: ", error.what()));
  } catch (...) {
    throw PluginError(message("exercise '", name, "' failed with something that is no exception"));
  }
}

// lists parameters that differ from their defaults, for an infeasible motion whose message names
// none
std::string away_from_default(
    const std::vector<Parameter>& declared, const Parameters& parameters, const std::string& why) {
  std::string away;
  for (const Parameter& p : declared) {
    if (why.find(p.name) != std::string::npos) return "";
    const double value = parameters.given_units().at(p.name);
    if (std::isnan(value) || value == p.default_value) continue;
    away += (away.empty() ? "" : ", ") + p.name + " = "
            + (p.choices.empty() ? message(value) : p.choice_at(value));
  }
  return away.empty() ? "" : "; set away from the default: " + away;
}

}  // namespace

Scenario scenario_of(const Model& model, const Exercise& exercise, const Parameters& parameters) {
  ScenarioBuilder s(model, parameters);
  exercise.build(s, parameters);
  return finish(s);
}

Scenario build_scenario(
    const Model& model, const Exercise& exercise, const Parameters& parameters) {
  const std::string name = guarded("?", [&] { return exercise.info().name; });
  Scenario scenario = guarded(name, [&] { return scenario_of(model, exercise, parameters); });
  check_scenario(model, name, scenario);
  return scenario;
}

Trial trial_of(const Model& model, const std::string& name, Scenario scenario, int frames) {
  Trial trial;
  trial.model = &model;
  try {
    trial.motion = solve_motion(model.skeleton, scenario.plan, frames);
  } catch (const InfeasibleMotion& error) {
    throw InfeasibleMotion(name + ": " + error.what());
  } catch (const InvalidArgument& error) {
    throw InvalidArgument(name + ": " + error.what());
  }
  trial.setting = std::move(scenario.setting);
  return trial;
}

Trial build_trial(
    const Model& model, const Exercise& exercise, const Parameters& parameters, int frames) {
  const std::string name = guarded("?", [&] { return exercise.info().name; });
  try {
    return trial_of(model, name, build_scenario(model, exercise, parameters), frames);
  } catch (const InfeasibleMotion& error) {
    const std::string why = error.what();
    const auto declared = guarded(name, [&] { return exercise.parameters(); });
    throw InfeasibleMotion(why + away_from_default(declared, parameters, why));
  }
}

}  // namespace coxa
