#pragma once

#include <vector>

#include "coxa/exercise/technique.hpp"
#include "coxa/motion/movement.hpp"
#include "coxa/setting/setting.hpp"

namespace coxa {

/// Everything specific to one exercise performed by one model: its setting and its movement.
struct Scenario {
  Setting setting{};
  MovementPlan plan{};
  std::vector<FoundTechnique> technique{};  // over these parameters `max_load` maximises
};

}  // namespace coxa
