#include "coxa/frame/frame_solver.hpp"

#include <gtest/gtest.h>

#include "coxa/math/error.hpp"

#include "core/support/hip_thrust.hpp"
#include "support/allocations.hpp"
#include "support/matrices.hpp"

namespace coxa {
namespace {

using test::full_body;
using test::hip_thrust_trial;
using test::matrices_near;

// the solution's generalized forces, summed independently
Eigen::VectorXd supplied(const FrameSolver& solver) {
  Eigen::VectorXd tau = solver.recruitment().reserve();
  for (int m = 0; m < solver.plan().muscles(); ++m)
    for (int k = solver.plan().first_arm(m); k < solver.plan().first_arm(m + 1); ++k)
      tau[solver.plan().arm_coordinates()[k]] +=
          solver.geometry().moment_arm[k] * solver.tension(m);
  for (std::size_t j = 0; j < full_body().actuators.size(); ++j)
    tau[full_body().actuators[j].coordinate] += solver.recruitment().actuator(static_cast<int>(j));
  return tau;
}

class HipThrustFrames : public ::testing::Test {
 protected:
  bool solve(int k) {
    return solver.solve(trial.motion.q.col(k), trial.motion.v.col(k), trial.motion.vdot.col(k));
  }

  const Trial trial = hip_thrust_trial({{"load", 40}});
  FrameSolver solver{trial, SimulateOptions{}};
};

TEST_F(HipThrustFrames, MusclesActuatorsAndReservesGiveTheGeneralizedForce) {
  for (int k = 0; k < trial.motion.frames(); ++k) {
    ASSERT_TRUE(solve(k));
    const Eigen::VectorXd given = supplied(solver);
    const Eigen::VectorXd& net = solver.generalized_force();
    EXPECT_TRUE(matrices_near(given.tail(34), net.tail(34), 1e-9)) << "frame " << k;
    // only supports hold the pelvis in the world; rows are met to 1e-10 of the largest, over 1000 N
    EXPECT_TRUE(matrices_near(net.head(6), Eigen::VectorXd::Zero(6), 1e-7)) << "frame " << k;
  }
}

TEST_F(HipThrustFrames, SupportsOnlyPushWithinFriction) {
  for (int k = 0; k < trial.motion.frames(); ++k) {
    ASSERT_TRUE(solve(k));
    for (std::size_t c = 0; c < solver.recruitment().cones().size(); ++c) {
      const Vec3 f = solver.recruitment().cone_force(static_cast<int>(c));
      EXPECT_GE(f.y(), 0);
      EXPECT_LE(std::hypot(f.x(), f.z()), 0.6 * f.y() + 1e-9);
    }
  }
}

TEST_F(HipThrustFrames, SymmetricExerciseIsSharedSymmetrically) {
  // left and right fibre lengths of the published model differ by up to 5e-6, and so do their
  // forces
  for (const int k : {0, 10, 40, 90}) {
    ASSERT_TRUE(solve(k));
    for (int m = 0; m < solver.plan().muscles(); ++m) {
      std::string name = full_body().muscles[m].name;
      if (name.substr(name.size() - 2) != "_r") continue;
      name.back() = 'l';
      EXPECT_NEAR(solver.tension(m), solver.tension(full_body().muscle_index(name)), 0.5)
          << name << " " << k;
    }
  }
}

TEST_F(HipThrustFrames, WarmAndColdStartsAgree) {
  std::vector<Eigen::VectorXd> warm;
  for (int k = 0; k < 30; ++k) {
    ASSERT_TRUE(solve(k));
    warm.push_back(solver.generalized_force());
    for (int m = 0; m < solver.plan().muscles(); ++m) {
      warm.back().conservativeResize(warm.back().size() + 1);
      warm.back().tail<1>()[0] = solver.recruitment().activation(m);
    }
  }
  for (int k = 0; k < 30; ++k) {
    solver.forget();
    ASSERT_TRUE(solve(k));
    Eigen::VectorXd cold = solver.generalized_force();
    for (int m = 0; m < solver.plan().muscles(); ++m) {
      cold.conservativeResize(cold.size() + 1);
      cold.tail<1>()[0] = solver.recruitment().activation(m);
    }
    EXPECT_TRUE(matrices_near(cold, warm[k], 1e-6))
        << "frame " << k;  // rows are met to 1e-10 of their scale
  }
}

TEST_F(HipThrustFrames, NothingIsAllocated) {
  if (!test::allocations_are_counted()) GTEST_SKIP() << "allocations cannot be counted here";
  solve(0);
  test::AllocationCount count;
  for (int k = 1; k < 20; ++k) solve(k);
  EXPECT_EQ(count(), 0u);
}

TEST_F(HipThrustFrames, JointWrenchesCloseTheirBodies) {
  // the wrenches through hips and lumbar joint, with muscles and weight, move the pelvis: its
  // floating joint must carry nothing
  for (const int k : {0, 5, 40}) {
    ASSERT_TRUE(solve(k));
    const Wrench& F = solver.joint_wrench(full_body().skeleton.body_index("pelvis"));
    EXPECT_TRUE(matrices_near(F.force, Vec3::Zero(), 1e-6));
    EXPECT_TRUE(matrices_near(F.moment, Vec3::Zero(), 1e-6));
  }
}

TEST_F(HipThrustFrames, PatellaCarriesThePullOfTheQuadriceps) {
  // a coupled patella: the pull of quadriceps and patellar ligament on it is carried by its joint
  // in full
  ASSERT_TRUE(solve(40));
  double quadriceps = 0;
  for (const std::string name : {"recfem_r", "vasint_r", "vaslat_r", "vasmed_r"})
    quadriceps += solver.tension(full_body().muscle_index(name));
  const Wrench& F = solver.joint_wrench(full_body().skeleton.body_index("patella_r"));
  EXPECT_GT(quadriceps, 500);
  EXPECT_LT(F.force.norm(), 2 * quadriceps);
  EXPECT_GT(F.force.norm(), 0.5 * quadriceps);
}

TEST(FrameSolver, MinMaxLowersTheGreatestActivation) {
  const Trial trial = hip_thrust_trial({{"load", 60}}, 5);
  SimulateOptions squares;
  SimulateOptions min_max;
  min_max.criterion = std::numeric_limits<double>::infinity();
  FrameSolver a(trial, squares);
  FrameSolver b(trial, min_max);
  const auto greatest = [&](FrameSolver& solver) {
    EXPECT_TRUE(
        solver.solve(trial.motion.q.col(0), trial.motion.v.col(0), trial.motion.vdot.col(0)));
    double g = 0;
    for (int m = 0; m < solver.plan().muscles(); ++m)
      g = std::max(g, solver.recruitment().activation(m));
    return g;
  };
  EXPECT_LT(greatest(b), greatest(a));
}

TEST(FrameSolver, EveryCriterionGivesTheSameMoments) {
  const Trial trial = hip_thrust_trial({{"load", 60}}, 5);
  for (const double p : {1.0, 2.0, 3.0, 5.0}) {
    SimulateOptions options;
    options.criterion = p;
    FrameSolver solver(trial, options);
    for (int k = 0; k < 5; ++k) {
      ASSERT_TRUE(
          solver.solve(trial.motion.q.col(k), trial.motion.v.col(k), trial.motion.vdot.col(k)));
      EXPECT_FALSE(solver.recruitment().reserve_used()) << p;
      EXPECT_TRUE(matrices_near(supplied(solver), solver.generalized_force(), 1e-9)) << p;
    }
  }
  SimulateOptions wrong;
  wrong.criterion = 0.5;
  EXPECT_THROW(FrameSolver(trial, wrong), InvalidArgument);
}

TEST(FrameSolver, TooHeavyALoadUsesReservesAndSaysSo) {
  const Trial trial = hip_thrust_trial({{"load", 480}}, 5);
  FrameSolver solver(trial, SimulateOptions{});
  ASSERT_TRUE(solver.solve(trial.motion.q.col(0), trial.motion.v.col(0), trial.motion.vdot.col(0)));
  EXPECT_TRUE(solver.recruitment().reserve_used());
  EXPECT_TRUE(solver.status() & kReserveUsed);
  EXPECT_GT(solver.recruitment().reserve().cwiseAbs().maxCoeff(), 1);
  EXPECT_TRUE(matrices_near(supplied(solver), solver.generalized_force(), 1e-6));
}

}  // namespace
}  // namespace coxa
