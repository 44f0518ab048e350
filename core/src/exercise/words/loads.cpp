#include "coxa/exercise/words/loads.hpp"

#include "coxa/exercise/words/arms.hpp"
#include "coxa/exercise/words/holding.hpp"
#include "coxa/math/error.hpp"

#include "exercise/words/shared.hpp"

namespace coxa {
namespace {

constexpr double kPadThickness = 0.03;  // m, compressed foam pad between bar and hip; assumed

}  // namespace

void bar_on(ScenarioBuilder& s, double mass, const ContactPoint& where) {
  s.bar = where;
  load(s, barbell(mass, where.body, where.p_B));
}

void bar_in_hip_crease(ScenarioBuilder& s, double mass, double along) {
  arms_to_hips(s);
  const ContactPoint crease = site(s, "hip_crease");
  bar_on(s, mass, {crease.body, crease.p_B + Vec3(kPadThickness + kShaftRadius, -along, 0)});
}

void bar_on_hips(ScenarioBuilder& s) {
  const double mass = s.value("load", 0);
  if (mass == 0) return arms_across_chest(s);
  bar_in_hip_crease(s, mass, s.value("bar_position", 0));
  hands_on_bar(s, hip_half_width(s) + kGripBeyondHip);
}

void bar_in_hands(ScenarioBuilder& s, double mass, double grip_width, double x) {
  for (const Side side : {Side::right, Side::left}) {
    const double z = (side == Side::right ? 0.5 : -0.5) * grip_width;
    const ContactPoint bar = hanging_bar(s, side);
    hanging_hand(s, side);
    task(
        s, word(side) + " hand on the bar",
        HoldPoint{bar.body, bar.p_B, Vec3(x, 0, z), {true, false, true}}, kHandOnBar);
    load(s, half_barbell(mass, side, bar, z));
  }
}

void dumbbells_in_hands(ScenarioBuilder& s, double mass) {
  for (const Side side : {Side::right, Side::left}) {
    const ContactPoint palm = site(s, "palm" + suffix(side));
    const ContactPoint shoulder = site(s, "shoulder" + suffix(side));
    hanging_hand(s, side);
    hold(s, "arm_add" + suffix(side), -12 * kDegree);
    task(
        s, word(side) + " dumbbell below the shoulder",
        JoinPoints{palm.body, palm.p_B, shoulder.body, shoulder.p_B, {true, false, false}});
    load(s, dumbbell(mass / 2, palm, word(side) + "_dumbbell"));
  }
}

void carry(ScenarioBuilder& s, const std::string& how, double mass) {
  if (mass == 0) {
    arms_at_sides(s);
  } else if (how == "dumbbells") {
    dumbbells_in_hands(s, mass);
  } else {
    require(
        how == "barbell", s.exercise(), ": carried is '", how,
        "'; allowed are dumbbells and barbell");
    bar_on(s, mass, site(s, "trapezius"));
    arms_to_bar_behind(s);
  }
}

}  // namespace coxa
