#pragma once

#include <string>

#include "coxa/frame/trial.hpp"

namespace coxa {

/// Loads' shapes, furniture, supports, grips, bands, cables and anchors of a trial as JSON, for whoever draws it.
std::string scene_json(const Trial& trial);

}  // namespace coxa
