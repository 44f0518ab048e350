#include "io/osim_document.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <string_view>

#include "io/text.hpp"

namespace coxa {
namespace {

// elements without mechanical effect here: appearance, credits, settings of OpenSim's tools
const std::set<std::string_view> kWithoutEffect = {
    "Appearance",
    "FrameGeometry",
    "attached_geometry",
    "frame_geometry",
    "credits",
    "publications",
    "authors",
    "references",
    "description",
    "default_speed_value",
    "is_free_to_satisfy_constraints",
    "ContactGeometrySet",
    "ProbeSet",
    "ModelVisualPreferences",
    "ModelDisplayHints",
    "Outputs",
    "assembly_accuracy",
    "force_units",
    "optimal_force",
    "min_control",
    "max_control",
    "ignore_tendon_compliance",
    "ignore_activation_dynamics",
    "fiber_damping",
    "default_activation",
    "default_fiber_length",
    "activation_time_constant",
    "deactivation_time_constant",
    "groups",
    "defaults",
    "method",
    "fixed",
    "prescribed_function"};

}  // namespace

std::string OsimDocument::required_name(const xml_node& node) {
  const std::string name = name_of(node);
  if (trimmed(name).empty()) fail(node, "has no name; give it name=\"...\"");
  return name;
}

bool OsimDocument::knows(const xml_node& node, Names understood) {
  const std::string_view name = node.name();
  return std::find(understood.begin(), understood.end(), name) != understood.end();
}

bool OsimDocument::without_effect(const xml_node& node) {
  return kWithoutEffect.contains(node.name());
}

void OsimDocument::know_children(const xml_node& node, Names understood) {
  for (const xml_node child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    if (!knows(child, understood) && !without_effect(child)) not_understood(child);
  }
}

void OsimDocument::not_understood(const xml_node& node) {
  auto& [count, place] = unknown_[tag(node)];
  if (count++ == 0) place = where(node);
}

bool OsimDocument::given(const xml_node& parent, const char* child) const {
  return !trimmed(parent.child(child).text().get()).empty();
}

std::string OsimDocument::text(
    const xml_node& parent, const char* child, const std::string& otherwise) {
  return given(parent, child) ? std::string(trimmed(parent.child(child).text().get())) : otherwise;
}

bool OsimDocument::flag(const xml_node& parent, const char* child, bool otherwise) {
  std::string value = text(parent, child, otherwise ? "true" : "false");
  std::transform(
      value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::tolower(c); });
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  fail(parent.child(child), "given ", in_quotes(value), "; allowed are true and false");
}

std::vector<double> OsimDocument::numbers(
    const xml_node& parent, const char* child, int count, std::vector<double> otherwise) {
  const xml_node node = parent.child(child);
  if (!node) return otherwise;
  std::string_view content = node.text().get();
  // OpenSim also writes vectors in parentheses
  std::string cleaned(content);
  for (char& c : cleaned)
    if (c == '(' || c == ')' || c == ',') c = ' ';
  std::vector<double> values;
  for (const std::string_view word : words(cleaned)) {
    const std::optional<double> value = to_number(word);
    if (!value) fail(node, "given ", in_quotes(word), "; a number is needed");
    if (!std::isfinite(*value))
      fail(node, "given ", in_quotes(word), "; a finite number is needed");
    values.push_back(*value);
  }
  if (count >= 0 && static_cast<int>(values.size()) != count)
    fail(node, "given ", values.size(), " numbers (", in_quotes(content), "); ", count, " needed");
  return values;
}

double OsimDocument::number(const xml_node& parent, const char* child, double otherwise) {
  return given(parent, child) ? numbers(parent, child, 1, {})[0] : otherwise;
}

double OsimDocument::required_number(const xml_node& parent, const char* child) {
  if (!given(parent, child)) fail(parent, "<", child, "> is missing or empty; a number is needed");
  return numbers(parent, child, 1, {})[0];
}

double OsimDocument::positive(const xml_node& parent, const char* child, double otherwise) {
  const double value = number(parent, child, otherwise);
  if (!(value > 0)) fail(parent.child(child), "given ", value, "; a number above 0 is needed");
  return value;
}

Vec3 OsimDocument::vector(const xml_node& parent, const char* child) {
  const std::vector<double> v = numbers(parent, child, 3, {0, 0, 0});
  return {v[0], v[1], v[2]};
}

// function in an element such as <coupled_coordinates_function>; empty if there is none
std::optional<Function> OsimDocument::read_function(const xml_node& holder, int depth) {
  for (const xml_node node : holder.children()) {
    const std::string kind = tag(node);
    if (kind == "Constant") return Function::constant(number(node, "value", 0));
    if (kind == "LinearFunction") {
      const std::vector<double> c = numbers(node, "coefficients", 2, {1, 0});
      return Function::linear(c[0], c[1]);
    }
    if (kind == "PolynomialFunction") {
      const std::vector<double> c = numbers(node, "coefficients", -1, {});
      if (c.empty()) fail(node, "has no coefficients; at least one is needed");
      return Function::polynomial(c);
    }
    if (kind == "SimmSpline") {
      const std::vector<double> x = numbers(node, "x", -1, {});
      const std::vector<double> y = numbers(node, "y", -1, {});
      if (x.size() != y.size() || x.size() < 2)
        fail(
            node, "has ", x.size(), " x and ", y.size(), " y; equally many are needed, at least 2");
      for (std::size_t i = 1; i < x.size(); ++i)
        if (!(x[i] > x[i - 1]))
          fail(node, "x[", i, "] = ", x[i], " follows ", x[i - 1], "; x must rise");
      return Function::simm_spline(x, y);
    }
    if (kind == "MultiplierFunction") {
      if (depth > kMaxNesting) fail(node, "functions are nested more than ", kMaxNesting, " deep");
      const std::optional<Function> inner = read_function(node.child("function"), depth + 1);
      if (!inner) fail(node, "has no <function>; one is needed");
      return inner->scaled(number(node, "scale", 1));
    }
    // any other element spelled like a class is an unsupported function
    if (!kind.empty() && std::isupper(static_cast<unsigned char>(kind[0]))) {
      not_understood(node);
      return Function::constant(0);
    }
  }
  return std::nullopt;
}

std::string OsimDocument::where(const xml_node& node) const {
  std::string path;
  for (xml_node n = node; n && n != model_.parent(); n = n.parent()) {
    // omit list elements between an object and its owner
    if (tag(n) == "objects") continue;
    const std::string name = name_of(n);
    path = "/" + tag(n) + (name.empty() ? "" : "[" + in_quotes(name) + "]") + path;
  }
  return path;
}

void OsimDocument::fail_unknown() const {
  std::string list;
  for (const auto& [name, seen] : unknown_) {
    list += (list.empty() ? "" : ", ") + in_quotes(name);
    list += " (" + std::to_string(seen.first)
            + (seen.first == 1 ? " time, at " : " times, first at ") + seen.second + ")";
  }
  throw FileError(message(
      file_,
      ": these elements are not understood, and without them the model would be wrong: ", list));
}

}  // namespace coxa
