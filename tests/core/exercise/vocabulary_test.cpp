#include "coxa/exercise/vocabulary.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "coxa/math/error.hpp"

#include "core/support/hip_thrust.hpp"

namespace coxa {
namespace {

using test::full_body;

Trial squat(std::map<std::string, double> given, int frames) {
  const auto exercise = ExerciseRegistry::instance().find("back_squat");
  return build_trial(
      full_body(), *exercise, Parameters("back_squat", exercise->parameters(), given), frames);
}

int lowest(const Trial& trial) {
  int frame = 0;
  trial.motion.path.minCoeff(&frame);
  return frame;
}

// cost of holding still at the bottom
double still_cost(const Trial& trial) {
  SimulateOptions options;
  options.inertia = false;
  FrameSolver solver(trial, options);
  EXPECT_TRUE(solver.solve(trial.motion, lowest(trial)));
  EXPECT_FALSE(solver.recruitment().reserve_used());
  return solver.recruitment().cost();
}

double found_lean_deg(const Trial& trial) {
  for (const auto& [name, note] : trial.setting.notes)
    if (name == "trunk_lean_bottom_deg") return std::get<double>(note);
  ADD_FAILURE() << "the trunk's lean is not in the notes";
  return 0;
}

TEST(Vocabulary, BalanceHoldsTheCenterOfMassThatMomentumKnows) {
  const Trial trial = squat({{"load", 30}}, 21);
  FrameSolver solver(trial, SimulateOptions{});
  solver.prepare(trial.motion, 0);
  const Momentum standing = solver.momentum();
  for (int k = 1; k < trial.motion.frames(); ++k) {
    solver.prepare(trial.motion, k);
    // the path's polynomial is accurate to 1e-7 m
    EXPECT_NEAR(solver.momentum().center_of_mass.x(), standing.center_of_mass.x(), 2e-7) << k;
    EXPECT_NEAR(solver.momentum().center_of_mass.z(), 0, 2e-7) << k;
  }
  solver.prepare(trial.motion, lowest(trial));
  EXPECT_LT(solver.momentum().center_of_mass.y(), standing.center_of_mass.y() - 0.2);
}

TEST(Vocabulary, LeastEffortIsTheLowestPointOfAScan) {
  const Trial free = squat({{"load", 10}, {"thigh_angle_deg", 20}}, 21);
  const double lean = found_lean_deg(free);
  const double least = still_cost(free);
  for (const double away : {-4.0, -2.0, -1.0, 1.0, 2.0, 4.0}) {
    const Trial given =
        squat({{"load", 10}, {"thigh_angle_deg", 20}, {"trunk_lean_deg", lean + away}}, 21);
    EXPECT_GT(still_cost(given), least) << lean + away;
  }
}

TEST(Vocabulary, LeastEffortAsksNothingImpossible) {
  try {
    squat({{"thigh_angle_deg", -35}, {"lumbar_flexion_deg", 0}}, 5);
    FAIL() << "hips cannot flex that far";
  } catch (const InfeasibleMotion& error) {
    EXPECT_NE(std::string(error.what()).find("increase thigh_angle_deg"), std::string::npos)
        << error.what();
  }
}

TEST(Vocabulary, HoldDirectionTurnsAnAxisAndLeavesTheRest) {
  const Skeleton& skeleton = full_body().skeleton;
  const int torso = skeleton.body_index("torso");
  const Vec3 wished = Vec3(0.3, 0.9, -0.2).normalized();
  const HoldDirection upward{torso, Vec3::UnitY(), wished};
  Eigen::VectorXd guess = skeleton.default_position();
  const int rotation = skeleton.coordinate_index("pelvis_rotation");
  guess[rotation] = 0.4;
  const Posture posture =
      solve_posture(skeleton, {{"torso along a line", upward}}, {{rotation, 0.4, 1}}, guess);
  ASSERT_TRUE(posture.solved) << posture.error;
  BodyWorkspace work(skeleton);
  positions(skeleton, work, posture.q);
  EXPECT_NEAR((work.bodies[torso].X_WB.R.col(1) - wished).norm(), 0, 1e-9);
  // rotation about that line stays near its preference
  EXPECT_NEAR(posture.q[rotation], 0.4, 0.1);
}

TEST(Vocabulary, ALineThatLagsRestsAtTheBottom) {
  const Skeleton& skeleton = full_body().skeleton;
  const Site& hip = skeleton.site("hip_r");
  const Site& shoulder = skeleton.site("shoulder_r");
  const LineInclination trunk{{{hip.body, hip.p_B}}, {{shoulder.body, shoulder.p_B}}};
  const double low = 0.5;
  const double high = 1.5;
  for (const double lag : {0.0, 1.0})
    for (const double path : {0.0, 0.25, 0.5, 1.0}) {
      const Posture posture = solve_posture(
          skeleton, {{"trunk", DriveLine{trunk, low, high, lag}}}, {}, skeleton.default_position(),
          path);
      ASSERT_TRUE(posture.solved);
      const double share = lag == 0 ? path : path * path;
      EXPECT_NEAR(measure(skeleton, trunk, posture.q), low + (high - low) * share, 1e-9);
    }
}

}  // namespace
}  // namespace coxa
