// Shares, supports that touch on part of the path, and anchors: each against statics computed here.

#include <cmath>

#include <gtest/gtest.h>

#include "coxa/frame/frame_solver.hpp"
#include "coxa/math/error.hpp"
#include "coxa/study/max_load.hpp"
#include "coxa/study/simulate.hpp"

#include "core/setting/elements.hpp"
#include "core/support/hip_thrust.hpp"
#include "support/allocations.hpp"
#include "support/matrices.hpp"

namespace coxa {
namespace {

using test::dumbbell;
using test::hip_thrust_trial;
using test::matrices_near;
using test::place;
using test::site;
using test::stack;
using test::thigh_band;

double normal_force(const FrameSolver& solver, int support) {
  return solver.support_force(support).y();
}

class SharedFeet : public ::testing::Test {
 protected:
  SharedFeet() { trial.setting.shares = {{"right_foot", "left_foot", 0.6}}; }
  Trial trial = hip_thrust_trial({{"load", 30}}, 41);
};

TEST_F(SharedFeet, CarryTheirSharesAtEveryFrame) {
  FrameSolver solver(trial, SimulateOptions{});
  for (int k = 0; k < trial.motion.frames(); ++k) {
    ASSERT_TRUE(solver.solve(trial.motion, k));
    EXPECT_FALSE(solver.recruitment().reserve_used()) << k;
    const double right = normal_force(solver, 0);
    const double left = normal_force(solver, 1);
    EXPECT_GT(left, 10);
    EXPECT_NEAR(right, 0.6 * (right + left), 1e-7) << k;  // rows are met to 1e-10 of the largest
  }
}

TEST_F(SharedFeet, WarmAndColdStartsAgree) {
  FrameSolver solver(trial, SimulateOptions{});
  std::vector<Vec3> warm;
  for (int k = 0; k < 20; ++k) {
    ASSERT_TRUE(solver.solve(trial.motion, k));
    warm.push_back(solver.support_force(0));
  }
  for (int k = 0; k < 20; ++k) {
    solver.forget();
    ASSERT_TRUE(solver.solve(trial.motion, k));
    EXPECT_TRUE(matrices_near(solver.support_force(0), warm[k], 1e-4)) << k;  // of 300 N
  }
}

TEST_F(SharedFeet, NothingIsAllocated) {
  if (!test::allocations_are_counted()) GTEST_SKIP() << "allocations cannot be counted here";
  trial.setting.supports[0].path_to = 0.7;
  trial.setting.bands = {thigh_band()};
  trial.setting.cables = {stack(1)};
  trial.setting.loads.push_back(dumbbell());
  trial.setting.anchors = {{"post", site("palm_l"), Vec3(50, 0, 50)}};
  FrameSolver solver(trial, SimulateOptions{});
  solver.solve(trial.motion, 0);
  test::AllocationCount count;
  for (int k = 1; k < 5; ++k) solver.solve(trial.motion, k);
  EXPECT_EQ(count(), 0u);
}

TEST_F(SharedFeet, IntervalsHoldTheAnswer) {
  FrameSolver solver(trial, SimulateOptions{});
  ASSERT_TRUE(solver.solve(trial.motion, 3));
  for (const int support : {0, 1, 2}) {
    double least = 0;
    double greatest = 0;
    ASSERT_TRUE(solver.recruitment().cone_force_range(
        solver.cones_of(support), Vec3::UnitY(), 0.05, least, greatest));
    EXPECT_LE(least, normal_force(solver, support) + 1e-6);
    EXPECT_GE(greatest, normal_force(solver, support) - 1e-6);
  }
}

TEST_F(SharedFeet, LimitRespectsTheShare) {
  const auto limit_of = [&](double share) {
    trial.setting.shares[0].share = share;
    Trial heavier = trial;
    heavier.setting.loads = {
        barbell(31, trial.setting.loads[0].carrier, trial.setting.loads[0].X_BL.p)};
    FrameSolver solver(trial, SimulateOptions{});
    FrameSolver other(heavier, SimulateOptions{});
    solver.prepare(trial.motion, 2);
    other.prepare(trial.motion, 2);
    FeasibleLimit limit;
    EXPECT_EQ(
        solver.recruitment().limit_along(other.required() - solver.required(), -40, 400, limit),
        SolveStatus::solved);
    return limit.t;
  };
  EXPECT_LT(limit_of(0.8), limit_of(0.5) - 1);
  EXPECT_LT(limit_of(0.95), limit_of(0.8) - 1);
}

TEST_F(SharedFeet, AnImpossibleShareUsesReservesAndIsKept) {
  // the shear of a foot alone cannot hold up a body whose bench carries nothing
  trial.setting.shares = {{"bench", "right_foot", 0}};
  FrameSolver solver(trial, SimulateOptions{});
  ASSERT_TRUE(solver.solve(trial.motion, 2));
  EXPECT_TRUE(solver.recruitment().reserve_used());
  EXPECT_TRUE(solver.status() & kReserveUsed);
  EXPECT_NEAR(normal_force(solver, 2), 0, 1e-6);
}

TEST_F(SharedFeet, UnknownNamesAreRefused) {
  trial.setting.shares = {{"right_foot", "third_foot", 0.5}};
  EXPECT_THROW(FrameSolver(trial, SimulateOptions{}), UnknownName);
  trial.setting.shares = {{"right_foot", "right_foot", 0.5}};
  EXPECT_THROW(FrameSolver(trial, SimulateOptions{}), InvalidArgument);
  trial.setting.shares = {{"right_foot", "left_foot", 1.5}};
  EXPECT_THROW(FrameSolver(trial, SimulateOptions{}), InvalidArgument);
}

TEST(SupportWindow, CarriesNothingOutside) {
  Trial trial = hip_thrust_trial({{"load", 0}}, 41);
  trial.setting.supports[1].path_to = 0.6;
  trial.setting.shares = {{"left_foot", "right_foot", 0.5}};
  FrameSolver solver(trial, SimulateOptions{});
  int outside = 0;
  for (int k = 0; k < trial.motion.frames(); ++k) {
    ASSERT_TRUE(solver.solve(trial.motion, k)) << k;
    const double right = normal_force(solver, 0);
    const double left = normal_force(solver, 1);
    if (trial.motion.path[k] > 0.6) {
      ++outside;
      EXPECT_EQ(left, 0) << k;
      EXPECT_GT(right, 50) << k;
      double least = 1;
      double greatest = 1;
      if (!solver.recruitment().reserve_used()) {
        ASSERT_TRUE(solver.recruitment().cone_force_range(
            solver.cones_of(1), Vec3::UnitY(), 0.05, least, greatest));
        EXPECT_EQ(least, 0);
        EXPECT_EQ(greatest, 0);
      }
    } else {
      EXPECT_NEAR(left, right, 1e-7) << k;
    }
  }
  EXPECT_GT(outside, 10);
  EXPECT_LT(outside, trial.motion.frames() - 2);
}

TEST(SupportWindow, AMeasuredMotionTouchesEverywhere) {
  Trial trial = hip_thrust_trial({{"load", 0}}, 11);
  for (Support& support : trial.setting.supports) support.path_to = 0.1;
  trial.motion.path.resize(0);
  FrameSolver solver(trial, SimulateOptions{});
  for (int k = 0; k < trial.motion.frames(); ++k) {
    ASSERT_TRUE(solver.solve(trial.motion, k));
    EXPECT_FALSE(solver.recruitment().reserve_used());
    EXPECT_GT(normal_force(solver, 1), 50);
  }
}

TEST(Anchor, HoldsWithinItsStrengthAndOnlyAlongItsAxes) {
  Trial trial = hip_thrust_trial({{"load", 480}}, 5);
  FrameSolver alone(trial, SimulateOptions{});
  ASSERT_TRUE(alone.solve(trial.motion, 0));
  ASSERT_TRUE(alone.recruitment().reserve_used());

  const ContactPoint bar{trial.setting.loads[0].carrier, trial.setting.loads[0].X_BL.p};
  trial.setting.anchors = {{"rails", bar, Vec3(0, 4800, 300)}};
  FrameSolver held(trial, SimulateOptions{});
  ASSERT_TRUE(held.solve(trial.motion, 0));
  EXPECT_FALSE(held.recruitment().reserve_used());
  const Vec3 force = held.grip_force(static_cast<int>(trial.setting.grips.size()));
  EXPECT_EQ(force.x(), 0);
  EXPECT_GT(force.y(), 1000);
  EXPECT_LE(force.y(), 4800);
  EXPECT_LE(std::abs(force.z()), 300);
  EXPECT_TRUE(matrices_near(
      held.grip_position(static_cast<int>(trial.setting.grips.size())),
      place(trial.motion.q.col(0), bar), 1e-12));
}

}  // namespace
}  // namespace coxa
