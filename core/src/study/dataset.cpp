#include "coxa/study/dataset.hpp"

#include <algorithm>
#include <set>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

std::string suggestion(const std::string& name, const std::vector<std::string>& candidates) {
  const std::string nearest = nearest_name(name, candidates);
  return nearest.empty() ? "." : "; did you mean '" + nearest + "'?";
}

std::vector<std::string> dimension_names(const Dataset& dataset) {
  std::vector<std::string> names;
  for (const auto& [name, size] : dataset.dimensions) names.push_back(name);
  return names;
}

bool has_dimension(const Dataset& dataset, const std::string& name) {
  return std::ranges::any_of(dataset.dimensions, [&](const auto& d) { return d.first == name; });
}

// a name becomes a link in the file: no path separator, and no character that a reader would have
// to quote
void check_name(const char* what, const std::string& name) {
  require(!name.empty(), "a ", what, " of a dataset needs a name; it is empty");
  const bool sound = std::ranges::all_of(name, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  const bool starts_with_digit = name[0] >= '0' && name[0] <= '9';
  require(
      sound && !starts_with_digit, "'", name, "' cannot name a ", what,
      " of a dataset: use letters, digits and underscores, and no digit first");
}

std::string shape(const Dataset& dataset, const Variable& variable) {
  std::string text;
  for (const std::string& dim : variable.dims)
    text += message(text.empty() ? "" : " x ", dim, " ", dataset.size(dim));
  return text.empty() ? "no dimension" : text;
}

// called for some two hundred variables per trial: texts for messages are built only on failure
void check_variable(const Dataset& dataset, const Variable& variable) {
  check_name("variable", variable.name);
  std::size_t expected = 1;
  for (std::size_t i = 0; i < variable.dims.size(); ++i) {
    const std::string& dim = variable.dims[i];
    if (!has_dimension(dataset, dim))
      throw InvalidArgument(message(
          "variable '", variable.name, "' has the dimension '", dim,
          "', which the dataset has not; add it first. It has: ",
          listed(dimension_names(dataset))));
    const auto here = variable.dims.begin() + static_cast<std::ptrdiff_t>(i);
    require(
        std::find(variable.dims.begin(), here, dim) == here, "variable '", variable.name,
        "' has the dimension '", dim, "' twice");
    expected *= dataset.size(dim);
  }
  if (has_dimension(dataset, variable.name)
      && !(variable.dims.size() == 1 && variable.dims[0] == variable.name))
    throw InvalidArgument(message(
        "variable '", variable.name,
        "' is named like a dimension, so it must hold that dimension's ", "values, dims (",
        variable.name, "); it has dims (", listed(variable.dims), ")"));

  const std::size_t given = std::visit([](const auto& data) { return data.size(); }, variable.data);
  if (given != expected)
    throw InvalidArgument(message(
        "variable '", variable.name, "' has ", given, " entries; expected ", expected, " (",
        shape(dataset, variable), ")"));
}

}  // namespace

std::size_t Dataset::size(const std::string& dimension) const {
  for (const auto& [name, size] : dimensions) {
    if (name == dimension) return size;
  }
  const std::vector<std::string> names = dimension_names(*this);
  throw UnknownName(message(
      "no dimension '", dimension, "' in this dataset", suggestion(dimension, names),
      " It has: ", listed(names)));
}

const Variable& Dataset::at(const std::string& variable) const {
  for (const Variable& v : variables)
    if (v.name == variable) return v;
  std::vector<std::string> names;
  for (const Variable& v : variables) names.push_back(v.name);
  throw UnknownName(message(
      "no variable '", variable, "' in this dataset", suggestion(variable, names),
      " It has: ", listed(names)));
}

bool Dataset::has(const std::string& variable) const {
  return std::ranges::any_of(variables, [&](const Variable& v) { return v.name == variable; });
}

void Dataset::add(Variable variable) {
  require(
      !has(variable.name), "the dataset has a variable '", variable.name,
      "' already; give the new one another name");
  check_variable(*this, variable);
  variables.push_back(std::move(variable));
}

void Dataset::add_dimension(const std::string& name, std::size_t size) {
  check_name("dimension", name);
  require(!has_dimension(*this, name), "the dataset has a dimension '", name, "' already");
  require(
      !has(name), "the dataset has a variable '", name,
      "', so no dimension can have that name; add the dimension before the variable");
  dimensions.emplace_back(name, size);
}

void Dataset::add_labels(
    const std::string& name, const std::vector<std::string>& labels, const std::string& long_name) {
  add_dimension(name, labels.size());
  Variable variable;
  variable.name = name;
  variable.dims = {name};
  variable.data = labels;
  variable.attributes.emplace("long_name", long_name);
  variable.attributes.emplace("units", "1");
  variables.push_back(std::move(variable));
}

void Dataset::check() const {
  std::set<std::string> names;
  for (const auto& [name, size] : dimensions) {
    check_name("dimension", name);
    require(names.insert(name).second, "the dataset has the dimension '", name, "' twice");
  }
  names.clear();
  for (const Variable& variable : variables) {
    require(
        names.insert(variable.name).second, "the dataset has the variable '", variable.name,
        "' twice");
    check_variable(*this, variable);
  }
}

}  // namespace coxa
