#pragma once

#include <string>

#include "coxa/frame/trial.hpp"

namespace coxa {

/// Load shapes, furniture, supports, grips, bands, cables and anchors of a trial as JSON, for
/// drawing.
std::string scene_json(const Trial& trial);

}  // namespace coxa
