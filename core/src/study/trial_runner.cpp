#include "coxa/study/trial_runner.hpp"

#include <algorithm>
#include <cmath>

#include "coxa/exercise/build.hpp"
#include "coxa/exercise/registry.hpp"
#include "coxa/math/error.hpp"
#include "coxa/muscle/perturbation.hpp"
#include "coxa/study/simulate.hpp"

namespace coxa {
namespace {

// value of a parameter that an exercise found from the body, declared units
double found_value(
    const Model& model,
    const Exercise& exercise,
    const Parameters& parameters,
    const std::string& name) {
  const Scenario scenario = build_scenario(model, exercise, parameters);
  for (const auto& [noted, found] : scenario.setting.notes) {
    const double* value = std::get_if<double>(&found);
    if (noted == name && value && std::isfinite(*value)) return *value;
  }
  throw InvalidArgument(message(
      parameters.exercise(), ": ", name,
      " is found from the body, but the exercise does not note which value it found, so nothing "
      "can be added to it; give ",
      name, " a value"));
}

std::map<std::string, double> with_offsets(
    const Model& model,
    const Exercise& exercise,
    const std::vector<Parameter>& declared,
    const Parameters& parameters,
    const std::map<std::string, double>& given,
    const std::map<std::string, double>& offsets) {
  std::map<std::string, double> values = given;
  for (const auto& [name, offset] : offsets) {
    const auto p = std::ranges::find(declared, name, &Parameter::name);
    if (p == declared.end()) {
      values[name] = offset;  // Parameters rejects it and names the nearest
      continue;
    }
    require(
        p->choices.empty(), parameters.exercise(), ": ", name,
        " is one of some words; nothing can be added to it");
    require(
        std::isfinite(offset), parameters.exercise(), ": the amount to add to ", name, " is ",
        offset, "; it must be a finite number");
    if (offset == 0) continue;
    const double before = parameters.automatic(name)
                              ? found_value(model, exercise, parameters, name)
                              : parameters.given_units().at(name);
    const double sum = p->integer ? std::round(before + offset) : before + offset;
    values[name] = std::clamp(sum, p->minimum, p->maximum);
  }
  return values;
}

}  // namespace

TrialRunner::TrialRunner(
    std::shared_ptr<const Model> generic,
    std::filesystem::path anthropometry,
    const SimulateOptions& options)
    : generic_(std::move(generic)), anthropometry_(std::move(anthropometry)), options_(options) {
  require(generic_ != nullptr, "trials need a model; none was given");
}

const TrialRunner::Known& TrialRunner::known(const std::string& exercise) {
  const auto found = known_.find(exercise);
  if (found != known_.end()) return found->second;
  Known known{ExerciseRegistry::instance().find(exercise), {}};
  known.declared = known.exercise->parameters();
  return known_.emplace(exercise, std::move(known)).first->second;
}

void TrialRunner::prepare(const TrialRow& row) {
  if (!scaled_ || row.subject != subject_) {
    changed_.reset();
    scaled_.reset();
    scaled_ = row.subject
                  ? std::make_shared<const Model>(scale(*generic_, *row.subject, anthropometry_))
                  : generic_;
    subject_ = row.subject;
  }
  if (!changed_ || row.changes != changes_) {
    changed_.reset();
    changed_ = row.changes.empty() ? scaled_
                                   : std::make_shared<const Model>(perturb(*scaled_, row.changes));
    changes_ = row.changes;
  }
}

Dataset TrialRunner::run(const TrialRow& row) {
  const auto& [exercise, declared] = known(row.exercise);
  const auto given = as_numbers(row.exercise, declared, row.parameters);
  parameters_.emplace(row.exercise, declared, given);
  prepare(row);
  if (!row.offsets.empty()) {
    const auto values =
        with_offsets(*changed_, *exercise, declared, *parameters_, given, row.offsets);
    parameters_.emplace(row.exercise, declared, values);
  }
  SimulateOptions options = options_;
  if (row.criterion) options.criterion = *row.criterion;
  return simulate(build_trial(*changed_, *exercise, *parameters_, options.frames), options);
}

const std::shared_ptr<const Model>& TrialRunner::model() const {
  require(changed_ != nullptr, "no trial was run yet");
  return changed_;
}

const Parameters& TrialRunner::parameters() const {
  require(parameters_.has_value(), "no trial was run yet");
  return *parameters_;
}

}  // namespace coxa
