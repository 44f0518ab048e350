#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "coxa/export.hpp"

namespace coxa {

/// One thing about an exercise that the user may set. A parameter whose unit is "deg" is given in degrees
/// and reaches `build` in radians; its name ends in `_deg`. A parameter with `choices` is one of some words:
/// its value is the index of the word, its unit "1", its range 0 to the last index, and users give and see
/// the word.
struct COXA_EXPORT Parameter {
  std::string name;
  double default_value =
      0;  // NaN: found from the body when the exercise is built, as the description says
  double minimum = 0;
  double maximum = 0;
  std::string unit;  // "kg", "m", "s", "deg", "1"
  std::string description;
  bool integer = false;                // always so for choices
  std::vector<std::string> choices{};  // the words; empty for a number

  /// Index of a word. @throws UnknownName naming the nearest, InvalidArgument if this is a number
  double index_of(const std::string& choice) const;

  /// Word of an index. @throws InvalidArgument if there is none
  const std::string& choice_at(double index) const;
};

/// A value as users give it: a number in the declared unit, or one of the words of a choice.
using GivenValue = std::variant<double, std::string>;

/// Numbers for what a user gave, words by their index; neither names nor ranges are checked here.
/// @throws UnknownName for a word that is no choice or the name of no parameter, naming the nearest;
///         InvalidArgument for a word where a number is due
COXA_EXPORT std::map<std::string, double> as_numbers(
    const std::string& exercise,
    const std::vector<Parameter>& declared,
    const std::map<std::string, GivenValue>& given);

/// Values of all parameters of an exercise, checked, SI units and radians.
class COXA_EXPORT Parameters {
 public:
  /// Checks names, types and ranges and fills in defaults.
  /// @param given values in the declared units
  /// @throws UnknownName naming the nearest, InvalidArgument with the value, the range and the unit
  Parameters(
      const std::string& exercise,
      const std::vector<Parameter>& declared,
      const std::map<std::string, double>& given);

  /// Value in SI units and radians. @throws UnknownName
  double operator[](const std::string& name) const;

  /// True if the value is one of some words. @throws UnknownName
  bool has_choices(const std::string& name) const;

  /// Word of a parameter that has choices. @throws UnknownName, InvalidArgument if it is a number
  const std::string& choice(const std::string& name) const;

  /// True if the value is to be found from the body (declared NaN and not given).
  bool automatic(const std::string& name) const;

  /// Name of the exercise that they belong to.
  const std::string& exercise() const { return exercise_; }

  /// Values as declared and given (degrees stay degrees, choices are indices), for provenance.
  const std::map<std::string, double>& given_units() const { return given_units_; }

 private:
  std::string exercise_;
  std::map<std::string, double> si_;
  std::map<std::string, double> given_units_;
  std::map<std::string, Parameter> choices_;  // the parameters that have some
};

}  // namespace coxa
