#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Barbell of `mass`, kg, carried by a body part, its axis transverse.
COXA_EXPORT void bar_on(ScenarioBuilder& s, double mass, const ContactPoint& where);
/// Barbell on a pad in the hip crease, `along` m towards the knees.
COXA_EXPORT void bar_in_hip_crease(ScenarioBuilder& s, double mass, double along);
/// Barbell of mass load in the hip crease at bar_position, hands on it; at 0 kg no bar, and arms
/// across the chest.
COXA_EXPORT void bar_on_hips(ScenarioBuilder& s);
/// Barbell hanging from both hands, arms straight, hands `grip_width` m apart, half of its mass in
/// each. It moves vertically above x, m.
COXA_EXPORT void bar_in_hands(ScenarioBuilder& s, double mass, double grip_width, double x);
/// A dumbbell of half the mass hangs from each hand, vertically below the shoulder.
COXA_EXPORT void dumbbells_in_hands(ScenarioBuilder& s, double mass);
/// "dumbbells" in the hands or "barbell" on the upper back with the hands beside it; no load at 0
/// kg. @throws InvalidArgument for another `how`
COXA_EXPORT void carry(ScenarioBuilder& s, const std::string& how, double mass);

}  // namespace coxa
