#include "coxa/motion/movement.hpp"

#include <numbers>

#include <gtest/gtest.h>

#include "coxa/math/error.hpp"

#include "core/support/hip_thrust.hpp"
#include "support/matrices.hpp"

namespace coxa {
namespace {

using test::full_body;
using test::hip_thrust_trial;
using test::matrices_near;

TEST(Movement, ConstraintsHoldAtEveryFrame) {
  const auto exercise = test::hip_thrust();
  const Parameters parameters("barbell_hip_thrust", exercise->parameters(), {{"toe_out_deg", 8}});
  const Scenario scenario = scenario_of(full_body(), *exercise, parameters);
  const Motion motion = solve_motion(full_body().skeleton, scenario.plan, 101);
  BodyWorkspace work(full_body().skeleton);
  const Skeleton& skeleton = full_body().skeleton;
  const Vec3 heel = (skeleton.site("heel_medial_r").p_B + skeleton.site("heel_lateral_r").p_B) / 2;
  positions(skeleton, work, motion.q.col(0));
  const int calcn = skeleton.body_index("calcn_r");
  const Vec3 heel_at_start = world_point(work, calcn, heel);
  for (int k = 0; k < motion.frames(); ++k) {
    positions(skeleton, work, motion.q.col(k));
    const auto at = [&](const std::string& site) {
      return world_point(work, skeleton.site(site).body, skeleton.site(site).p_B);
    };
    // 1e-6 m is the accuracy required of this exercise
    for (const std::string part :
         {"heel_medial", "heel_lateral", "ball_medial", "ball_lateral", "toe_medial"})
      for (const std::string side : {"_r", "_l"}) EXPECT_NEAR(at(part + side).y(), 0, 1e-6);
    EXPECT_TRUE(matrices_near(world_point(work, calcn, heel), heel_at_start, 1e-6));
    for (const std::string pad : {"scapula_r", "scapula_l"}) {
      EXPECT_NEAR(at(pad).x(), 0, 1e-6);
      EXPECT_NEAR(at(pad).y(), 0.40, 1e-6);
    }
    for (const Grip& grip : scenario.setting.grips)
      EXPECT_TRUE(matrices_near(
          world_point(work, grip.hand.body, grip.hand.p_B),
          world_point(work, grip.load.body, grip.load.p_B), 1e-6));
  }
}

TEST(Movement, RatesAreDerivativesOfTheCoordinates) {
  // a fine grid with frames at the ends of the phases, so that differences stay within a phase
  const int frames = 4301;
  const Motion motion = hip_thrust_trial({}, frames).motion;
  const double h = motion.time[1] - motion.time[0];
  double worst_v = 0;
  double worst_vdot = 0;
  for (int k = 2; k + 2 < frames; ++k) {
    if (motion.phase[k - 2] != motion.phase[k + 2]) continue;
    const auto difference = [&](const Eigen::MatrixXd& x) -> Eigen::VectorXd {
      return (8 * (x.col(k + 1) - x.col(k - 1)) - (x.col(k + 2) - x.col(k - 2))) / (12 * h);
    };
    worst_v = std::max(worst_v, (difference(motion.q) - motion.v.col(k)).cwiseAbs().maxCoeff());
    worst_vdot =
        std::max(worst_vdot, (difference(motion.v) - motion.vdot.col(k)).cwiseAbs().maxCoeff());
  }
  EXPECT_LT(worst_v, 1e-8);  // fourth-order differences of 1 ms
  EXPECT_LT(worst_vdot, 1e-6);
}

TEST(Movement, PhasesTakeTheirTimeAndRepeat) {
  const Motion motion =
      hip_thrust_trial({{"concentric", 1}, {"hold", 2}, {"eccentric", 1}, {"repetitions", 3}}, 121)
          .motion;
  EXPECT_NEAR(motion.time[120], 12, 1e-12);
  EXPECT_EQ(motion.repetition.front(), 1);
  EXPECT_EQ(motion.repetition.back(), 3);
  for (int k = 0; k < 40; ++k) {
    EXPECT_EQ(motion.phase[k], k < 10 ? 0 : k < 30 ? 1 : 2) << k;
    EXPECT_TRUE(matrices_near(motion.q.col(k), motion.q.col(k + 40), 1e-9)) << k;
  }
}

TEST(Movement, BuildingTwiceGivesTheSameBits) {
  const Motion first = hip_thrust_trial({}).motion;
  const Motion second = hip_thrust_trial({}).motion;
  EXPECT_EQ(first.q, second.q);
  EXPECT_EQ(first.vdot, second.vdot);
}

TEST(Movement, LevelTrunkDefinesTheTop) {
  const Trial trial = hip_thrust_trial({});
  BodyWorkspace work(full_body().skeleton);
  positions(full_body().skeleton, work, trial.motion.q.col(30));
  ASSERT_EQ(trial.motion.phase[30], 1);
  const auto middle = [&](const std::string& site) -> Vec3 {
    Vec3 sum = Vec3::Zero();
    for (const std::string side : {"_r", "_l"}) {
      const Site& s = full_body().skeleton.site(site + side);
      sum += world_point(work, s.body, s.p_B) / 2;
    }
    return sum;
  };
  EXPECT_NEAR(middle("hip").y(), middle("shoulder").y(), 1e-6);
  // by default the shank is vertical there
  EXPECT_NEAR(middle("knee").x(), middle("ankle").x(), 1e-6);
}

TEST(Movement, HeelsCanBeLifted) {
  const Trial trial = hip_thrust_trial({{"heel_height", 0.04}});
  BodyWorkspace work(full_body().skeleton);
  positions(full_body().skeleton, work, trial.motion.q.col(50));
  const auto height = [&](const std::string& site) {
    const Site& s = full_body().skeleton.site(site);
    return world_point(work, s.body, s.p_B).y();
  };
  EXPECT_NEAR((height("heel_medial_r") + height("heel_lateral_r")) / 2, 0.04, 1e-6);
  EXPECT_NEAR(height("ball_medial_r"), 0, 1e-6);
  EXPECT_NEAR(height("ball_lateral_r"), 0, 1e-6);
  EXPECT_EQ(trial.setting.supports[0].points.size(), 4u);
}

void expect_advice(const std::map<std::string, double>& given, const std::string& words) {
  try {
    hip_thrust_trial(given);
    FAIL() << "no error that says " << words;
  } catch (const InfeasibleMotion& error) {
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
  }
}

TEST(Movement, ImpossibleGeometrySaysWhatToMove) {
  expect_advice({{"foot_distance", 1.2}}, "decrease foot_distance");
  expect_advice({{"foot_distance", 0.25}}, "increase foot_distance");
  expect_advice({{"foot_distance", 0.55}}, "increase foot_distance");
  expect_advice({{"toe_out_deg", 30}}, "increase stance_width");
  expect_advice(
      {{"load", 100}, {"bench_height", 0.50}, {"bottom_clearance", 0.03}},
      "increase bottom_clearance");
  expect_advice({{"bottom_clearance", 0.40}, {"bench_height", 0.30}}, "decrease bottom_clearance");
}

}  // namespace
}  // namespace coxa
