#include "coxa/trial/exercise.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

// "900 kg"; a pure number has no unit to print
std::string with_unit(double value, const std::string& unit) {
  return unit.empty() || unit == "1" ? message(value) : message(value, " ", unit);
}

std::string range(const Parameter& p) {
  return message(p.minimum, " ... ", with_unit(p.maximum, p.unit));
}

double in_si(const Parameter& p, double value) {
  return p.unit == "deg" ? value * (std::numbers::pi / 180) : value;
}

void check(const std::string& exercise, const Parameter& p, double value) {
  const std::string given = message(exercise, ": ", p.name, " = ", with_unit(value, p.unit));
  require(
      std::isfinite(value), exercise, ": ", p.name, " = ", value,
      " is not a finite number; allowed is ", range(p));
  require(
      !p.integer || value == std::round(value), given, " is not a whole number; allowed is ",
      range(p));
  require(value >= p.minimum && value <= p.maximum, given, " is outside ", range(p));
}

}  // namespace

// here, so that the run-time type of an exercise is the same in every plugin
Exercise::~Exercise() = default;

Parameters::Parameters(
    const std::string& exercise,
    const std::vector<Parameter>& declared,
    const std::map<std::string, double>& given)
    : exercise_(exercise) {
  std::vector<std::string> names;
  for (const Parameter& p : declared) names.push_back(p.name);

  for (const auto& [name, value] : given) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string nearest = nearest_name(name, names);
    throw UnknownName(message(
        exercise, " has no parameter '", name, "'",
        nearest.empty() ? "." : "; did you mean '" + nearest + "'?", " It has: ", listed(names)));
  }

  for (const Parameter& p : declared) {
    const auto entry = given.find(p.name);
    double value = p.default_value;
    if (entry != given.end()) {
      value = entry->second;
      check(exercise, p, value);
    } else if (!std::isnan(value)) {
      check(exercise, p, value);
    }
    given_units_[p.name] = value;
    si_[p.name] = in_si(p, value);
  }
}

double Parameters::operator[](const std::string& name) const {
  const auto entry = si_.find(name);
  if (entry != si_.end()) return entry->second;

  std::vector<std::string> names;
  for (const auto& [known, value] : si_) names.push_back(known);
  const std::string nearest = nearest_name(name, names);
  throw UnknownName(message(
      exercise_, " asks for a parameter '", name, "' that it does not declare",
      nearest.empty() ? "." : "; did it mean '" + nearest + "'?", " It declares: ", listed(names)));
}

bool Parameters::automatic(const std::string& name) const { return std::isnan((*this)[name]); }

}  // namespace coxa
