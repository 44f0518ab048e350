#pragma once

// Bands, cables and a hanging load on the body, as several tests of settings use them.

#include <string>

#include "core/support/hip_thrust.hpp"

namespace coxa::test {

inline ContactPoint site(const std::string& name) {
  const Site& s = full_body().skeleton.site(name);
  return {s.body, s.p_B};
}

inline Vec3 place(const Eigen::VectorXd& q, const ContactPoint& point) {
  BodyWorkspace work(full_body().skeleton);
  positions(full_body().skeleton, work, q);
  return world_point(work, point.body, point.p_B);
}

inline Band thigh_band() {
  return {
      .name = "loop",
      .a = site("knee_r"),
      .b = site("knee_l"),
      .rest_length = 0.06,
      .strands = 2,
      .material = thera_band("green"),
      .wrap_a = 0.02,
      .wrap_b = 0.03};
}

inline Cable stack(double ratio) {
  return {
      .name = "stack",
      .point = site("ankle_r"),
      .anchor = Vec3(0.9, 0.15, 0.3),
      .mass = 20,
      .ratio = ratio};
}

inline Load dumbbell() {
  const ContactPoint hand = site("palm_r");
  Load load{.name = "dumbbell", .carrier = hand.body, .mass = 12};
  load.X_BL.p = hand.p_B + Vec3(0.01, -0.02, 0.03);
  load.inertia = Vec3(0.01, 0.02, 0.03).asDiagonal();
  load.hangs = true;
  return load;
}

}  // namespace coxa::test
