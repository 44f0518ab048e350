#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "coxa/muscle/subject.hpp"

namespace coxa {

/// Strength of one sex relative to the man whom the unscaled model describes
/// (data/anthropometry/strength.toml).
struct StrengthTables {
  std::array<double, 3> centers{};  // of the age groups, years
  // by joint action: torque over that of untrained men of the first age group, by age group
  std::map<std::string, std::array<double, 3>> torque;
  std::array<std::map<std::string, double>, 3> training;    // by Training, by joint action
  std::map<std::string, std::vector<std::string>> muscles;  // actions by beginning of the name
};

/// Factors of sex, age and training by joint action.
std::map<std::string, double> action_strength(const StrengthTables& tables, const Subject& subject);

/// Mean factor of the actions of a muscle, or of all actions where `tables` has none for it.
double muscle_strength(
    const StrengthTables& tables,
    const std::map<std::string, double>& actions,
    const std::string& muscle);

/// Mean factor of all actions.
double mean_strength(const std::map<std::string, double>& actions);

}  // namespace coxa
