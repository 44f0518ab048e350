#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Hands hold the bar that was named last, `half_width` to each side of its middle, with the hands' strength.
COXA_EXPORT void hands_on_bar(ScenarioBuilder& s, double half_width);
/// A hand holds a point of what carries a load, with the hand's strength.
COXA_EXPORT void hand_on(ScenarioBuilder& s, Side side, const ContactPoint& place);
/// Hands hold something fixed where they are in a posture; each pulls and pushes with the hands' strength.
COXA_EXPORT void hands_hold_fixed(
    ScenarioBuilder& s, const std::string& name, const Posture& where);
/// Both palms on the floor under the shoulders; their supports. Trunk and legs must have been said.
COXA_EXPORT void hands_on_floor(ScenarioBuilder& s, double friction);

/// Arms reach for the hip crease: what the arms like where hands hold a load there.
COXA_EXPORT void arms_to_hips(ScenarioBuilder& s);
/// Hands raised beside a bar on the upper back, elbows down. The model's shoulder blades do not draw back, so the hands
/// stay before the bar, and no force passes through them.
COXA_EXPORT void arms_to_bar_behind(ScenarioBuilder& s);
/// Upper arms raised forward and crossed, hands on a bar before the shoulders, each `half_width` past its middle.
COXA_EXPORT void arms_crossed_on_bar(ScenarioBuilder& s, double half_width);
/// Arms across the chest, hands on the other side's shoulder.
COXA_EXPORT void arms_across_chest(ScenarioBuilder& s);
/// Arms reach forward, raised from hanging by `raise`, elbows nearly straight.
COXA_EXPORT void arms_forward(ScenarioBuilder& s, double raise);
/// Arms hang beside the trunk.
COXA_EXPORT void arms_at_sides(ScenarioBuilder& s);

}  // namespace coxa
