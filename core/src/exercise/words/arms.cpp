#include "coxa/exercise/words/arms.hpp"

#include "coxa/body/dynamics.hpp"
#include "coxa/exercise/words/goals.hpp"
#include "coxa/exercise/words/holding.hpp"
#include "coxa/math/error.hpp"

#include "exercise/words/shared.hpp"

namespace coxa {
namespace {

constexpr double kGripStrength = 541;  // N, each way: hand grip of young men, Leyk et al. (2007)
constexpr double kWristOnFloor = -60 * kDegree;  // rad; the joint's range ends at -70 degrees
// the model's shoulders sit high and do not drop under a load: at 1.75 m its palms hang 0.82 m
// above the floor, while the knuckles of men of 1.74 m are at 0.755 m (Pheasant 1996); a bar hangs
// lower by the difference, on the same vertical
constexpr double kHandsTooHigh = 0.06;  // m

}  // namespace

void straight_arm(ScenarioBuilder& s, Side side) {
  hold(s, "elbow_flex" + suffix(side), 0);
  hold(s, "arm_rot" + suffix(side), 0);
}

void hanging_hand(ScenarioBuilder& s, Side side) {
  const ContactPoint palm = site(s, "palm" + suffix(side));
  const ContactPoint wrist = site(s, "wrist" + suffix(side));
  straight_arm(s, side);
  hold(s, "pro_sup" + suffix(side), 90 * kDegree);
  guess(s, "wrist_flex" + suffix(side), -20 * kDegree);
  task(
      s, word(side) + " hand hangs",
      JoinPoints{palm.body, palm.p_B, wrist.body, wrist.p_B, {true, false, true}});
}

ContactPoint hanging_bar(const ScenarioBuilder& s, Side side) {
  const ContactPoint palm = site(s, "palm" + suffix(side));
  BodyWorkspace work(s.skeleton());
  positions(s.skeleton(), work, s.skeleton().default_position());
  const ContactPoint wrist = site(s, "wrist" + suffix(side));
  const Pose& X_WH = work.bodies[palm.body].X_WB;
  const Vec3 fingers = X_WH * palm.p_B - world_point(work, wrist.body, wrist.p_B);
  return {palm.body, palm.p_B + kHandsTooHigh * (X_WH.R.transpose() * fingers).normalized()};
}

void hands_on_bar(ScenarioBuilder& s, double half_width) {
  require(s.bar.has_value(), "there is no bar for the hands to hold; name the bar first");
  for (const Side side : {Side::right, Side::left}) {
    const double z = side == Side::right ? half_width : -half_width;
    hand_on(s, side, {s.bar->body, s.bar->p_B + Vec3(0, 0, z)});
  }
}

void hand_on(ScenarioBuilder& s, Side side, const ContactPoint& place) {
  const ContactPoint palm = site(s, "palm" + suffix(side));
  task(s, word(side) + " hand on the load", JoinPoints{palm.body, palm.p_B, place.body, place.p_B});
  s.scenario.setting.grips.push_back({word(side) + "_hand", palm, place, kGripStrength});
  wish(s, "arm_rot" + suffix(side), 0);
  wish(s, "wrist_flex" + suffix(side), 0);
  wish(s, "wrist_dev" + suffix(side), 0);
}

void hands_hold_fixed(ScenarioBuilder& s, const std::string& name, const Posture& where) {
  for (const Side side : {Side::right, Side::left}) {
    const ContactPoint palm = site(s, "palm" + suffix(side));
    task(
        s, word(side) + " hand on the " + name,
        HoldPoint{palm.body, palm.p_B, place_at(s, where, palm)});
    s.scenario.setting.anchors.push_back(
        {name + "_" + word(side), palm, Vec3::Constant(kGripStrength)});
  }
}

void hands_on_floor(ScenarioBuilder& s, double friction) {
  for (const Side side : {Side::right, Side::left}) {
    wish(s, "arm_flex" + suffix(side), 90 * kDegree);
    wish(s, "arm_add" + suffix(side), 0);
    wish(s, "arm_rot" + suffix(side), 0);
    wish(s, "elbow_flex" + suffix(side), 10 * kDegree);
    wish(s, "pro_sup" + suffix(side), 90 * kDegree);
    hold(s, "wrist_flex" + suffix(side), kWristOnFloor);
    hold(s, "wrist_dev" + suffix(side), 0);
  }
  // the position of the shoulders does not depend on the hands
  const Posture still = posture(s, {}, 0);
  for (const Side side : {Side::right, Side::left}) {
    const ContactPoint palm = site(s, "palm" + suffix(side));
    Vec3 place = place_at(s, still, site(s, "shoulder" + suffix(side)));
    place.y() = kFloor;
    const std::string name = word(side) + "_hand";
    task(s, word(side) + " hand on the floor", HoldPoint{palm.body, palm.p_B, place});
    support(s, {.name = name, .points = {palm}, .friction = friction, .origin = place});
  }
}

void arms_to_hips(ScenarioBuilder& s) {
  for (const Side side : {Side::right, Side::left}) {
    wish(s, "arm_flex" + suffix(side), 0);
    wish(s, "arm_add" + suffix(side), -25 * kDegree);
    wish(s, "elbow_flex" + suffix(side), 40 * kDegree);
    wish(s, "pro_sup" + suffix(side), 80 * kDegree);
  }
}

void arms_to_bar_behind(ScenarioBuilder& s) {
  for (const Side side : {Side::right, Side::left}) {
    hold(s, "arm_flex" + suffix(side), -15 * kDegree);
    hold(s, "arm_add" + suffix(side), -35 * kDegree);
    hold(s, "arm_rot" + suffix(side), -80 * kDegree);
    hold(s, "elbow_flex" + suffix(side), 130 * kDegree);
    hold(s, "pro_sup" + suffix(side), 110 * kDegree);
    hold(s, "wrist_flex" + suffix(side), -30 * kDegree);
    hold(s, "wrist_dev" + suffix(side), 0);
  }
}

void arms_crossed_on_bar(ScenarioBuilder& s, double half_width) {
  hands_on_bar(s, -half_width);
  for (const Side side : {Side::right, Side::left}) {
    wish(s, "arm_flex" + suffix(side), 75 * kDegree);
    wish(s, "arm_add" + suffix(side), 15 * kDegree);
    wish(s, "arm_rot" + suffix(side), 55 * kDegree);
    wish(s, "elbow_flex" + suffix(side), 115 * kDegree);
    wish(s, "pro_sup" + suffix(side), 90 * kDegree);
  }
}

void arms_across_chest(ScenarioBuilder& s) {
  for (const Side side : {Side::right, Side::left}) {
    hold(s, "arm_flex" + suffix(side), 40 * kDegree);
    hold(s, "arm_add" + suffix(side), 10 * kDegree);
    hold(s, "arm_rot" + suffix(side), 60 * kDegree);
    hold(s, "elbow_flex" + suffix(side), 120 * kDegree);
    hold(s, "pro_sup" + suffix(side), 90 * kDegree);
    hold(s, "wrist_flex" + suffix(side), 0);
    hold(s, "wrist_dev" + suffix(side), 0);
  }
}

void arms_forward(ScenarioBuilder& s, double raise) {
  for (const Side side : {Side::right, Side::left}) {
    wish(s, "arm_flex" + suffix(side), raise);
    wish(s, "arm_add" + suffix(side), 0);
    wish(s, "arm_rot" + suffix(side), 0);
    wish(s, "elbow_flex" + suffix(side), 60 * kDegree);
    wish(s, "pro_sup" + suffix(side), 90 * kDegree);
    wish(s, "wrist_flex" + suffix(side), 0);
    wish(s, "wrist_dev" + suffix(side), 0);
  }
}

void arms_at_sides(ScenarioBuilder& s) {
  for (const Side side : {Side::right, Side::left}) {
    straight_arm(s, side);
    hold(s, "wrist_flex" + suffix(side), 0);
    hold(s, "wrist_dev" + suffix(side), 0);
    hold(s, "arm_flex" + suffix(side), 0);
    hold(s, "arm_add" + suffix(side), -12 * kDegree);
    hold(s, "pro_sup" + suffix(side), 90 * kDegree);
  }
}

}  // namespace coxa
