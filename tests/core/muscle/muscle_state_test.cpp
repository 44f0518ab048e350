#include "coxa/muscle/muscle_state.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

Muscle muscle(double pennation) {
  CurveCache cache;
  Muscle result;
  result.name = "test";
  result.max_isometric_force = 1000;
  result.optimal_fiber_length = 0.1;
  result.tendon_slack_length = 0.2;
  result.pennation_at_optimal = pennation;
  result.curves = cache.curves({}, {}, {}, {});
  return result;
}

TEST(MuscleState, IsometricAtOptimalLengthGivesMaximumForce) {
  const Muscle straight = muscle(0);
  const MuscleState s = muscle_state(straight, FiberGeometry(straight), 0.3, 0);
  EXPECT_NEAR(s.fiber_length, 1, 1e-14);
  EXPECT_NEAR(s.active_force, 1000, 1e-9);
  EXPECT_NEAR(s.passive_force, 0, 1e-9);
  EXPECT_EQ(s.flags, kFiberSound);

  const Muscle pennate = muscle(0.5);
  const MuscleState p = muscle_state(pennate, FiberGeometry(pennate), 0.2 + 0.1 * std::cos(0.5), 0);
  EXPECT_NEAR(p.fiber_length, 1, 1e-14);
  EXPECT_NEAR(p.cos_pennation, std::cos(0.5), 1e-14);
  EXPECT_NEAR(p.active_force, 1000 * std::cos(0.5), 1e-9);
}

TEST(MuscleState, KeepsTheParallelogramsHeight) {
  const Muscle m = muscle(0.4);
  const FiberGeometry fiber(m);
  for (double length = 0.26; length < 0.4; length += 0.01) {
    const MuscleState s = muscle_state(m, fiber, length, 0);
    const double sine = std::sqrt(1 - s.cos_pennation * s.cos_pennation);
    EXPECT_NEAR(s.fiber_length * sine, std::sin(0.4), 1e-13);
    EXPECT_NEAR(0.2 + 0.1 * s.fiber_length * s.cos_pennation, length, 1e-14);
  }
}

TEST(MuscleState, FiberVelocityIsTheRateOfFiberLength) {
  const Muscle m = muscle(0.4);
  const FiberGeometry fiber(m);
  const double speed = 0.3, h = 1e-6;
  for (double length = 0.26; length < 0.4; length += 0.01) {
    const MuscleState s = muscle_state(m, fiber, length, speed);
    const double rate = (muscle_state(m, fiber, length + speed * h, 0).fiber_length
                         - muscle_state(m, fiber, length - speed * h, 0).fiber_length)
                        / (2 * h);
    EXPECT_NEAR(s.fiber_velocity, rate / m.max_contraction_velocity, 1e-9);
  }
}

TEST(MuscleState, ASlackTendonPullsNothing) {
  for (const double pennation : {0.0, 0.4, 1.2}) {
    const Muscle m = muscle(pennation);
    const FiberGeometry fiber(m);
    const MuscleState s =
        muscle_state(m, fiber, m.tendon_slack_length + 0.9 * fiber.minimum_along_tendon, -0.5);
    EXPECT_TRUE(s.flags & kFiberAtMinimum);
    EXPECT_EQ(s.active_force, 0);
    EXPECT_EQ(s.passive_force, 0);
    EXPECT_EQ(s.fiber_velocity, 0);
    EXPECT_GE(s.cos_pennation, 0.1 - 1e-12);
  }
}

TEST(MuscleState, SaysWhereTheFiberLeavesItsRange) {
  const Muscle m = muscle(0);
  const FiberGeometry fiber(m);
  EXPECT_EQ(muscle_state(m, fiber, 0.3, 0).flags, kFiberSound);
  EXPECT_EQ(muscle_state(m, fiber, 0.2 + 0.175, 0).flags, kFiberOverstretched);
  EXPECT_EQ(muscle_state(m, fiber, 0.2 + 0.19, 0).flags, kFiberOverstretched | kFiberTooLong);
  EXPECT_EQ(muscle_state(m, fiber, 0.3, -1.1).flags, kFiberTooFast);
  EXPECT_EQ(muscle_state(m, fiber, 0.3, -1.1).active_force, 0);
}

TEST(FiberGeometry, RefusesWhatCannotBe) {
  Muscle m = muscle(0);
  m.optimal_fiber_length = 0;
  EXPECT_THROW(FiberGeometry{m}, InvalidArgument);
  m = muscle(1.5);
  EXPECT_THROW(FiberGeometry{m}, InvalidArgument);
  m = muscle(0);
  m.curves = {};
  EXPECT_THROW(FiberGeometry{m}, InvalidArgument);
}

TEST(ElasticEquilibrium, BalancesFiberAndTendon) {
  for (const double pennation : {0.0, 0.4, 1.0}) {
    const Muscle m = muscle(pennation);
    const FiberGeometry fiber(m);
    for (const double activation : {0.0, 0.01, 0.5, 1.0}) {
      for (const double speed : {-0.4, 0.0, 0.4}) {
        for (double length = 0.15; length < 0.42; length += 0.003) {
          const ElasticEquilibrium e = elastic_equilibrium(m, fiber, activation, length, speed);
          ASSERT_GE(e.fiber_length, fiber.minimum_length);
          ASSERT_GE(e.tendon_force, 0);
          if (e.at_minimum) continue;
          const double along =
              std::sqrt(e.fiber_length * e.fiber_length - fiber.height * fiber.height);
          const double cosine = along / e.fiber_length;
          const double norm = e.fiber_length / m.optimal_fiber_length;
          const double fV = m.curves.force_velocity->value(speed * cosine / 1.0);
          const double pull = m.max_isometric_force * cosine
                              * (activation * m.curves.active_force_length->value(norm) * fV
                                 + m.curves.passive_force_length->value(norm));
          // rounding error of a length of 0.3 m times the tendon's stiffness of 1.4e5 N/m
          EXPECT_NEAR(pull, e.tendon_force, 1e-9);
          EXPECT_NEAR(
              e.tendon_force,
              m.max_isometric_force * m.curves.tendon_force_length->value((length - along) / 0.2),
              1e-9);
        }
      }
    }
  }
}

TEST(ElasticEquilibrium, AStiffTendonIsARigidOne) {
  CurveCache cache;
  Muscle m = muscle(0.3);
  m.curves = cache.curves({}, {}, {}, {1e-7, std::nan(""), std::nan(""), std::nan("")});
  const FiberGeometry fiber(m);
  for (double length = 0.27; length < 0.36; length += 0.01) {
    const MuscleState s = muscle_state(m, fiber, length, 0);
    const ElasticEquilibrium e = elastic_equilibrium(m, fiber, 0.7, length);
    // the tendon strain is 1e-7 of 0.2 m at most
    EXPECT_NEAR(e.fiber_length, s.fiber_length * 0.1, 1e-7);
    EXPECT_NEAR(e.tendon_force, 0.7 * s.active_force + s.passive_force, 1e-2);
  }
}

}  // namespace
}  // namespace coxa
