#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pugixml.hpp>

#include "coxa/math/error.hpp"
#include "coxa/math/function.hpp"
#include "coxa/math/spatial.hpp"

namespace coxa {

/// The model element of an OpenSim file: typed access to its contents, errors with the element's
/// path, and the list of unsupported elements.
class OsimDocument {
 protected:
  using xml_node = pugi::xml_node;
  using Names = std::initializer_list<const char*>;

  static constexpr int kMaxNesting = 16;  // of functions in functions and frames in frames

  OsimDocument(const xml_node& model, std::string file) : model_(model), file_(std::move(file)) {}

  static std::string tag(const xml_node& node) { return node.name(); }
  static std::string name_of(const xml_node& node) { return node.attribute("name").value(); }
  std::string required_name(const xml_node& node);

  // supported elements
  static bool knows(const xml_node& node, Names understood);
  static bool without_effect(const xml_node& node);
  void know_children(const xml_node& node, Names understood);
  void not_understood(const xml_node& node);
  bool all_understood() const { return unknown_.empty(); }

  // contents of a child element
  bool given(const xml_node& parent, const char* child) const;
  std::string text(const xml_node& parent, const char* child, const std::string& otherwise);
  bool flag(const xml_node& parent, const char* child, bool otherwise);
  std::vector<double> numbers(
      const xml_node& parent, const char* child, int count, std::vector<double> otherwise);
  double number(const xml_node& parent, const char* child, double otherwise);
  double required_number(const xml_node& parent, const char* child);
  double positive(const xml_node& parent, const char* child, double otherwise);
  Vec3 vector(const xml_node& parent, const char* child);
  std::optional<Function> read_function(const xml_node& holder, int depth = 0);

  // errors
  std::string where(const xml_node& node) const;
  template <typename... Parts>
  [[noreturn]] void fail(const xml_node& at, const Parts&... parts) const {
    // a missing item may be within an unsupported element, which is then the more likely cause
    if (!all_understood()) fail_unknown();
    throw FileError(message(file_, ": ", where(at), ": ", parts...));
  }
  [[noreturn]] void fail_unknown() const;

  xml_node model_;
  std::string file_;

 private:
  std::map<std::string, std::pair<int, std::string>> unknown_;  // element: count, first place
};

}  // namespace coxa
