#pragma once

#include <string>
#include <vector>

#include "coxa/motion/movement.hpp"
#include "coxa/setting/setting.hpp"

namespace coxa {

/// A parameter that was not given: the value of least effort, and the range in which it was sought.
struct FoundTechnique {
  std::string parameter{};  // its name
  double value = 0;         // in the declared unit, as `lower` and `upper`
  double lower = 0;
  double upper = 0;
};

/// Everything specific to one exercise performed by one model: its setting and its movement.
struct Scenario {
  Setting setting{};
  MovementPlan plan{};
  std::vector<FoundTechnique> technique{};  // over these parameters `max_load` maximises
};

}  // namespace coxa
