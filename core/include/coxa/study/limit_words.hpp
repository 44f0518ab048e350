#pragma once

#include <string>

#include "coxa/body/skeleton.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// A name in a model or setting in words, split into its side and the rest: "vaslat_r" is
/// {"right ", "vaslat"}, "left_foot" {"left ", "foot"}, "roller" {"", "roller"}.
struct SidedName {
  std::string side;
  std::string rest;
};
COXA_EXPORT SidedName sided(const std::string& name);

/// The same element of the other side of the body; empty for a name without a side.
COXA_EXPORT std::string mirrored(const std::string& name);

/// "right vastus lateralis" of "vaslat_r"; the name itself, with spaces, where none is known.
COXA_EXPORT std::string muscle_words(const std::string& name);

/// "118 deg of knee flexion": an angle of a rotational coordinate, rad, in its anatomical direction.
COXA_EXPORT std::string angle_words(const Coordinate& coordinate, double angle);

/// "right elbow flexion": what an actuator does along its coordinate.
/// @param direction sign of its force or moment
COXA_EXPORT std::string action_words(const Coordinate& coordinate, int direction);

/// "ball", "right shoulder blade": where a site of that name is; a part of a sole has no side.
COXA_EXPORT std::string place_words(const std::string& site);

/// "right foot", "bench": a support, grip or anchor.
COXA_EXPORT std::string plain_words(const std::string& name);

}  // namespace coxa
