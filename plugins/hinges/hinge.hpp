// Common to all hinges with a bar: feet side by side, the bar on the back or in the hands, balanced
// over mid-foot.

#pragma once

#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"

namespace coxa {

inline constexpr double kStance = 0.32;  // m, deadlift, Escamilla et al. (2000)

/// Standing with a bar of mass load in straight arms, over mid-foot.
inline void stand_with_bar_in_hands(ScenarioBuilder& s) {
  constexpr double grip = 0.46;  // m, between the hands, just outside the shins; assumed
  constexpr double bar_before_mid_foot = 0.04;  // m, initial guess of the bar's position
  stand_square(s);
  const double mid_foot = mid_sole(s, Side::right).x();
  bar_in_hands(s, s.parameters["load"], grip, mid_foot + bar_before_mid_foot);
  balance(s, mid_foot);
}

}  // namespace coxa
