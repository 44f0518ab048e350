#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "coxa/export.hpp"

namespace coxa {

/// Value of an attribute: text, a number, or a list of integers (CF flag_values, flag_masks).
using Attribute = std::variant<std::string, double, std::vector<std::int32_t>>;
using Attributes = std::map<std::string, Attribute>;

/// A named array with named dimensions, row-major: the last dimension varies fastest.
struct Variable {
  std::string name;
  std::vector<std::string> dims;
  std::variant<std::vector<double>, std::vector<std::int32_t>, std::vector<std::string>> data;
  Attributes attributes;  // at least long_name and units
};

/// Named, dimensioned arrays with units: the content of a Result, of an HDF5 file and of an xarray
/// Dataset. A variable with the name of a dimension holds its labels or values (coordinate
/// variable).
struct COXA_EXPORT Dataset {
  std::vector<std::pair<std::string, std::size_t>> dimensions;  // in order of first use
  std::vector<Variable> variables;
  Attributes attributes;

  std::size_t size(const std::string& dimension) const;   // @throws UnknownName
  const Variable& at(const std::string& variable) const;  // @throws UnknownName
  bool has(const std::string& variable) const;

  /// Adds a variable. Its dimensions must exist and its data must have the product of their sizes.
  /// @throws InvalidArgument otherwise, or if the name is taken
  void add(Variable variable);

  /// Adds a dimension; `add_labels` also adds its coordinate variable.
  void add_dimension(const std::string& name, std::size_t size);
  void add_labels(
      const std::string& name,
      const std::vector<std::string>& labels,
      const std::string& long_name);

  /// Checks fields that were filled directly against the rules of `add` and `add_dimension`.
  /// @throws InvalidArgument
  void check() const;
};

}  // namespace coxa
