#pragma once

#include "coxa/motion/movement.hpp"
#include "coxa/setting/setting.hpp"

namespace coxa {

/// Everything particular to one exercise done by one body.
struct Scenario {
  Setting setting{};
  MovementPlan plan{};
};

}  // namespace coxa
