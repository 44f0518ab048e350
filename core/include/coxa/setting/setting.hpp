#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "coxa/setting/bands.hpp"
#include "coxa/setting/cables.hpp"
#include "coxa/setting/furniture.hpp"
#include "coxa/setting/loads.hpp"
#include "coxa/setting/supports.hpp"

namespace coxa {

/// A quantity found while the scenario was built: its name, and a number (unit of the parameter or
/// as in its name) or a sentence.
using Note = std::pair<std::string, std::variant<double, std::string>>;

/// Everything around the body and carried by it.
struct Setting {
  std::vector<Support> supports{};
  std::vector<SupportShare> shares{};
  std::vector<Grip> grips{};
  std::vector<Anchor> anchors{};
  std::vector<Load> loads{};
  std::vector<Band> bands{};
  std::vector<Cable> cables{};
  std::vector<Furniture> furniture{};
  std::vector<Note> notes{};
};

}  // namespace coxa
