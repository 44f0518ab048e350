#include "coxa/exercise/parameter.hpp"

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

// "900 kg"; a dimensionless number is printed without unit
std::string with_unit(double value, const std::string& unit) {
  return unit.empty() || unit == "1" ? message(value) : message(value, " ", unit);
}

std::string range(const Parameter& p) {
  return message(p.minimum, " ... ", with_unit(p.maximum, p.unit));
}

UnknownName no_choice(
    const std::string& parameter,
    const std::string& given,
    const std::vector<std::string>& choices) {
  const std::string nearest = nearest_name(given, choices);
  return UnknownName(message(
      parameter, " = '", given, "' is none of its choices",
      nearest.empty() ? "." : "; did you mean '" + nearest + "'?",
      " There are: ", listed(choices)));
}

double in_si(const Parameter& p, double value) {
  return p.unit == "deg" ? value * (std::numbers::pi / 180) : value;
}

UnknownName no_parameter(
    const std::string& exercise, const std::string& name, const std::vector<Parameter>& declared) {
  std::vector<std::string> names;
  for (const Parameter& p : declared) names.push_back(p.name);
  const std::string nearest = nearest_name(name, names);
  return UnknownName(message(
      exercise, " has no parameter '", name, "'",
      nearest.empty() ? "." : "; did you mean '" + nearest + "'?", " It has: ", listed(names)));
}

void check(const std::string& exercise, const Parameter& p, double value) {
  if (!p.choices.empty()) {
    require(
        value >= p.minimum && value <= p.maximum && value == std::round(value), exercise, ": ",
        p.name, " = ", value, " is no choice; it is one of: ", listed(p.choices));
    return;
  }
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

double Parameter::index_of(const std::string& choice) const {
  require(
      !choices.empty(), name, " = '", choice, "' is a word, but ", name, " is a number in ",
      range(*this));
  const auto found = std::ranges::find(choices, choice);
  if (found == choices.end()) throw no_choice(name, choice, choices);
  return static_cast<double>(found - choices.begin());
}

const std::string& Parameter::choice_at(double index) const {
  require(!choices.empty(), name, " is a number and has no choices; ask for its value");
  require(
      index >= 0 && index < static_cast<double>(choices.size()) && index == std::round(index), name,
      " has no choice ", index, "; they are 0 ... ", choices.size() - 1);
  return choices[static_cast<std::size_t>(index)];
}

std::map<std::string, double> as_numbers(
    const std::string& exercise,
    const std::vector<Parameter>& declared,
    const std::map<std::string, GivenValue>& given) {
  std::map<std::string, double> numbers;
  for (const auto& [name, value] : given) {
    if (const double* number = std::get_if<double>(&value)) {
      numbers[name] = *number;
      continue;
    }
    const auto parameter = std::ranges::find(declared, name, &Parameter::name);
    if (parameter == declared.end()) throw no_parameter(exercise, name, declared);
    try {
      numbers[name] = parameter->index_of(std::get<std::string>(value));
    } catch (const UnknownName& error) {
      throw UnknownName(exercise + ": " + error.what());
    } catch (const InvalidArgument& error) {
      throw InvalidArgument(exercise + ": " + error.what());
    }
  }
  return numbers;
}

Parameters::Parameters(
    const std::string& exercise,
    const std::vector<Parameter>& declared,
    const std::map<std::string, double>& given)
    : exercise_(exercise) {
  for (const auto& [name, value] : given) {
    if (std::ranges::find(declared, name, &Parameter::name) == declared.end()) {
      throw no_parameter(exercise, name, declared);
    }
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
    if (!p.choices.empty()) choices_[p.name] = p;
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

bool Parameters::has_choices(const std::string& name) const {
  (*this)[name];  // throws for unknown names
  return choices_.contains(name);
}

const std::string& Parameters::choice(const std::string& name) const {
  const double index = (*this)[name];
  const auto parameter = choices_.find(name);
  require(
      parameter != choices_.end(), exercise_, " asks for the choice of '", name,
      "', which is declared as a number; give it choices, or use p[\"", name, "\"]");
  return parameter->second.choice_at(index);
}

bool Parameters::automatic(const std::string& name) const { return std::isnan((*this)[name]); }

}  // namespace coxa
