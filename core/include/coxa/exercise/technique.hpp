#pragma once

#include <string>

namespace coxa {

/// A parameter that was not given: the value of least effort, and the range in which it was sought.
struct FoundTechnique {
  std::string parameter{};  // its name
  double value = 0;         // in the declared unit, as `lower` and `upper`
  double lower = 0;
  double upper = 0;
};

}  // namespace coxa
