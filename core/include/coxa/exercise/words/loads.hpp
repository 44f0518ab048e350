#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Barbell that a body part carries, its axis across.
COXA_EXPORT void bar_on(ScenarioBuilder& s, double mass, const ContactPoint& where);
/// Barbell in the crease of the hips on a pad, `along` m toward the knees; plates rest above the floor.
COXA_EXPORT void bar_in_hip_crease(ScenarioBuilder& s, double mass, double along);
/// Barbell of the parameter load in the hip crease at bar_position, hands on it; with no load there is no bar, and the
/// arms lie across the chest.
COXA_EXPORT void bar_on_hips(ScenarioBuilder& s);
/// Barbell hanging from both hands, arms straight, hands `grip_width` apart: half of it from each. It goes straight
/// up and down over x of the floor.
COXA_EXPORT void bar_in_hands(ScenarioBuilder& s, double mass, double grip_width, double x);
/// A dumbbell of half the mass hangs from each hand, straight below the shoulder.
COXA_EXPORT void dumbbells_in_hands(ScenarioBuilder& s, double mass);
/// "dumbbells" in the hands or "barbell" on the upper back, held by the hands; nothing at 0 kg.
COXA_EXPORT void carry(ScenarioBuilder& s, const std::string& how, double mass);

}  // namespace coxa
