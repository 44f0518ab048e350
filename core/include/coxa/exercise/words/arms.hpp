#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Hands grip the last bar, `half_width` m to either side of its centre, with grip strength.
/// @throws InvalidArgument if there is no bar yet
COXA_EXPORT void hands_on_bar(ScenarioBuilder& s, double half_width);
/// A hand grips a point of the body that carries a load, with grip strength.
COXA_EXPORT void hand_on(ScenarioBuilder& s, Side side, const ContactPoint& place);
/// Hands hold a fixed object at their positions in a posture; each can pull and push with grip
/// strength.
COXA_EXPORT void hands_hold_fixed(
    ScenarioBuilder& s, const std::string& name, const Posture& where);
/// Both palms on the floor under the shoulders, with their supports. Call after the words for trunk
/// and legs.
COXA_EXPORT void hands_on_floor(ScenarioBuilder& s, double friction);

/// Preferred arm posture for hands that hold a load at the hip crease.
COXA_EXPORT void arms_to_hips(ScenarioBuilder& s);
/// Hands raised beside a bar on the upper back, elbows down. The model's scapulae cannot retract,
/// so the hands stay in front of the bar and carry no force.
COXA_EXPORT void arms_to_bar_behind(ScenarioBuilder& s);
/// Upper arms raised forward and crossed, each hand on the bar in front of the shoulders,
/// `half_width` m beyond its centre.
COXA_EXPORT void arms_crossed_on_bar(ScenarioBuilder& s, double half_width);
/// Arms crossed over the chest, each hand on the opposite shoulder.
COXA_EXPORT void arms_across_chest(ScenarioBuilder& s);
/// Arms raised forward by `raise` rad from hanging, elbows bent by about 60 degrees, as
/// preferences.
COXA_EXPORT void arms_forward(ScenarioBuilder& s, double raise);
/// Arms hang beside the trunk.
COXA_EXPORT void arms_at_sides(ScenarioBuilder& s);

}  // namespace coxa
