#include "subject_strength.hpp"

#include <algorithm>
#include <cmath>

namespace coxa {

std::map<std::string, double> action_strength(
    const StrengthTables& tables, const Subject& subject) {
  // between the groups' centres linear in age, constant beyond them
  const auto& centers = tables.centers;
  const double age = std::clamp(subject.age.value_or(centers[0]), centers[0], centers[2]);
  const std::size_t i = age < centers[1] ? 0 : 1;
  const double part = (age - centers[i]) / (centers[i + 1] - centers[i]);
  const auto& training = tables.training[static_cast<std::size_t>(subject.training)];
  std::map<std::string, double> found;
  for (const auto& [action, torque] : tables.torque)
    found[action] = std::lerp(torque[i], torque[i + 1], part) * training.at(action);
  return found;
}

double mean_strength(const std::map<std::string, double>& actions) {
  double sum = 0;
  for (const auto& [action, factor] : actions) sum += factor;
  return sum / static_cast<double>(actions.size());
}

double muscle_strength(
    const StrengthTables& tables,
    const std::map<std::string, double>& actions,
    const std::string& muscle) {
  const std::vector<std::string>* own = nullptr;
  std::size_t longest = 0;
  for (const auto& [beginning, names] : tables.muscles) {
    if (!muscle.starts_with(beginning) || beginning.size() <= longest) continue;
    own = &names;
    longest = beginning.size();
  }
  if (!own) return mean_strength(actions);
  double sum = 0;
  for (const std::string& action : *own) sum += actions.at(action);
  return sum / static_cast<double>(own->size());
}

}  // namespace coxa
