#pragma once

#include <string>
#include <utility>
#include <vector>

#include "coxa/motion/movement.hpp"
#include "coxa/setting/bands.hpp"
#include "coxa/setting/cables.hpp"
#include "coxa/setting/furniture.hpp"
#include "coxa/setting/loads.hpp"
#include "coxa/setting/supports.hpp"

namespace coxa {

/// Everything particular to one exercise done by one body.
struct Scenario {
  std::vector<Support> supports;
  std::vector<Grip> grips;
  std::vector<Load> loads;
  std::vector<Furniture> furniture;
  MovementPlan plan;
  std::vector<std::pair<std::string, std::string>>
      notes;  // what the geometry decided, name and sentence
  std::vector<Band> bands{};
  std::vector<Cable> cables{};
  std::vector<Anchor> anchors{};
  std::vector<SupportShare> shares{};
};

}  // namespace coxa
