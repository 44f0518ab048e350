#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "coxa/export.hpp"

namespace coxa {

/// A user-settable parameter of an exercise. A parameter in "deg" has a name that ends in `_deg`;
/// users give it in degrees and `build` receives radians. A parameter with `choices` takes one of
/// several words: its value is the index of the word, its unit "1", its range 0 to the last index;
/// users give and see the word.
struct COXA_EXPORT Parameter {
  std::string name;
  double default_value =
      0;  // NaN: found from the model when the exercise is built, as the description says
  double minimum = 0;
  double maximum = 0;
  std::string unit;  // "kg", "m", "s", "deg", "1"
  std::string description;
  bool integer = false;                // always true with choices
  std::vector<std::string> choices{};  // allowed words; empty for a number

  /// Index of a word. @throws UnknownName naming the nearest, InvalidArgument if this is a number
  double index_of(const std::string& choice) const;

  /// Word of an index. @throws InvalidArgument if there is none
  const std::string& choice_at(double index) const;
};

/// A value as users give it: a number in the declared unit, or a word of a choice.
using GivenValue = std::variant<double, std::string>;

/// Converts given values to numbers, words to their index. Names and ranges of numbers are not
/// checked here.
/// @throws UnknownName for an unknown word or a word for an unknown parameter, naming the nearest
/// @throws InvalidArgument for a word where a number is expected
COXA_EXPORT std::map<std::string, double> as_numbers(
    const std::string& exercise,
    const std::vector<Parameter>& declared,
    const std::map<std::string, GivenValue>& given);

/// Values of all parameters of an exercise, checked, SI units and radians.
class COXA_EXPORT Parameters {
 public:
  /// Checks names, types and ranges and fills in the defaults.
  /// @param given values in the declared units
  /// @throws UnknownName naming the nearest; InvalidArgument with value, range and unit
  Parameters(
      const std::string& exercise,
      const std::vector<Parameter>& declared,
      const std::map<std::string, double>& given);

  /// Value in SI units and radians. @throws UnknownName
  double operator[](const std::string& name) const;

  /// Whether the parameter has choices. @throws UnknownName
  bool has_choices(const std::string& name) const;

  /// Chosen word of a parameter with choices. @throws UnknownName, InvalidArgument for a number
  const std::string& choice(const std::string& name) const;

  /// Whether the value is to be found from the model (default NaN and not given).
  bool automatic(const std::string& name) const;

  /// Name of the exercise.
  const std::string& exercise() const { return exercise_; }

  /// Values in the declared units (degrees stay degrees, choices are indices), for provenance.
  const std::map<std::string, double>& given_units() const { return given_units_; }

 private:
  std::string exercise_;
  std::map<std::string, double> si_;
  std::map<std::string, double> given_units_;
  std::map<std::string, Parameter> choices_;  // those with choices
};

}  // namespace coxa
