#include "coxa/muscle/wrap_cylinder.hpp"

#include <cmath>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

namespace coxa {
namespace {

using Action = CylinderWrap::Action;
using Quadrant = WrapCylinder::Quadrant;
constexpr double kPi = std::numbers::pi;

WrapCylinder cylinder(double radius, Quadrant quadrant = Quadrant::all, double length = 10) {
  WrapCylinder result;
  result.radius = radius;
  result.length = length;
  result.quadrant = quadrant;
  return result;
}

double length_of(const CylinderWrap& wrap, const Vec3& p1, const Vec3& p2) {
  return (wrap.first - p1).norm() + wrap.arc_length + (p2 - wrap.last).norm();
}

TEST(WrapCylinder, HalfTurnOverARopePulley) {
  // ends beside the pulley, below its axis: tangent length 2, half a turn
  const Vec3 p1(-1, -2, 0), p2(1, -2, 0);
  const CylinderWrap wrap = wrap_cylinder(cylinder(1, Quadrant::plus_y), p1, p2);
  ASSERT_EQ(wrap.action, Action::possible);
  EXPECT_NEAR(length_of(wrap, p1, p2), 2 + kPi + 2, 1e-14);
  EXPECT_NEAR(wrap.sweep, -kPi, 1e-14);
  EXPECT_NEAR((wrap.first - Vec3(-1, 0, 0)).norm(), 0, 1e-14);
}

TEST(WrapCylinder, RightAngleCornerOfKnownLength) {
  // from (-1, 2) down to the cylinder at (-1, 0), a quarter turn below it, and on to (3, -1)
  const Vec3 p1(-1, 2, 0), p2(3, -1, 0);
  const CylinderWrap wrap = wrap_cylinder(cylinder(1, Quadrant::minus_y), p1, p2);
  EXPECT_NEAR(length_of(wrap, p1, p2), 2 + kPi / 2 + 3, 1e-14);
  EXPECT_NEAR((wrap.last - Vec3(0, -1, 0)).norm(), 0, 1e-14);
  EXPECT_NEAR(wrap.sweep, kPi / 2, 1e-14);
}

TEST(WrapCylinder, SkewPathIsAStraightLineOnTheUnrolledSheet) {
  const Vec3 p1(-1, 2, -1.5), p2(3, -1, 2);
  const CylinderWrap wrap = wrap_cylinder(cylinder(1, Quadrant::minus_y), p1, p2);
  EXPECT_NEAR(length_of(wrap, p1, p2), std::hypot(2 + kPi / 2 + 3, 3.5), 1e-14);
}

TEST(WrapCylinder, NoOtherPairOfPointsIsShorterAndTheWayHasNoKink) {
  std::mt19937 random(7);
  std::uniform_real_distribution<> spread(-3, 3);
  const WrapCylinder shaft = cylinder(1);
  int wrapped = 0;
  for (int k = 0; k < 2000; ++k) {
    const Vec3 p1(spread(random), spread(random), spread(random));
    const Vec3 p2(spread(random), spread(random), spread(random));
    const CylinderWrap wrap = wrap_cylinder(shaft, p1, p2);
    if (wrap.action != Action::mandatory) continue;
    ++wrapped;
    const double length = length_of(wrap, p1, p2);
    EXPECT_GE(length, (p2 - p1).norm());

    // the helix continues tangentially into the straight segments
    const double side = wrap.sweep < 0 ? -1 : 1;
    const double around = std::abs(wrap.sweep);
    const double rise = wrap.last.z() - wrap.first.z();
    const auto helix = [&](const Vec3& p) {
      return Vec3(Vec3::UnitZ().cross(p) * side * around + Vec3(0, 0, rise)).normalized();
    };
    if (around > 1e-6) {
      EXPECT_NEAR((helix(wrap.first) - (wrap.first - p1).normalized()).norm(), 0, 1e-9);
      EXPECT_NEAR((helix(wrap.last) - (p2 - wrap.last).normalized()).norm(), 0, 1e-9);
    }

    // no neighbouring path is shorter: angles and heights of both points perturbed
    std::normal_distribution<> shift(0, 0.05);
    for (int j = 0; j < 10; ++j) {
      const double da = shift(random), db = shift(random);
      const Vec3 first = rotation(Vec3::UnitZ(), da) * wrap.first + Vec3(0, 0, shift(random));
      const Vec3 last = rotation(Vec3::UnitZ(), db) * wrap.last + Vec3(0, 0, shift(random));
      const double turned = std::abs(wrap.sweep + db - da);
      const double other =
          (first - p1).norm() + std::hypot(turned, last.z() - first.z()) + (p2 - last).norm();
      // paths that cut through the cylinder do not count
      const auto outside = [](const Vec3& p, const Vec3& on) {
        return (on - p).head<2>().dot(on.head<2>()) <= 0;
      };
      if (outside(p1, first) && outside(p2, last) && (wrap.sweep + db - da) * side > 0) {
        EXPECT_GE(other, length - 1e-12);
      }
    }
  }
  EXPECT_GT(wrapped, 200);
}

TEST(WrapCylinder, GrowsContinuouslyFromAGraze) {
  double last = 0;
  for (int k = 0; k <= 2000; ++k) {
    const double height = 1.001 - 1e-6 * k;
    const Vec3 p1(-2, height, 0.3), p2(2, height, -0.4);
    const CylinderWrap wrap = wrap_cylinder(cylinder(1), p1, p2);
    const double length =
        wrap.action == Action::mandatory ? length_of(wrap, p1, p2) : (p2 - p1).norm();
    if (k > 0) {
      EXPECT_NEAR(length, last, 1e-7);
    }
    last = length;
  }
}

TEST(WrapCylinder, LeavesAlone) {
  const WrapCylinder shaft = cylinder(1);
  EXPECT_EQ(wrap_cylinder(shaft, {-2, 1.1, 0}, {2, 1.1, 0}).action, Action::none);
  EXPECT_EQ(wrap_cylinder(shaft, {-3, 0, 0}, {-2, 0, 0}).action, Action::none);  // ends before it
  EXPECT_EQ(wrap_cylinder(shaft, {0.5, 0, 0}, {2, 0, 0}).action, Action::inside);
  EXPECT_EQ(wrap_cylinder(shaft, {2, 0, -1}, {2, 0, 1}).action, Action::none);  // along the axis
  // past the end of a short cylinder, and across its middle
  const WrapCylinder disc = cylinder(1, Quadrant::all, 0.5);
  EXPECT_EQ(wrap_cylinder(disc, {-2, 0.1, 0.3}, {2, 0.1, 0.3}).action, Action::none);
  EXPECT_EQ(wrap_cylinder(disc, {-2, 0.1, 0.2}, {2, 0.1, 0.2}).action, Action::mandatory);
}

TEST(WrapCylinder, StaysOnItsQuadrantsSide) {
  const struct {
    Quadrant quadrant;
    Vec3 side;
  } cases[] = {
      {Quadrant::plus_x, Vec3::UnitX()},
      {Quadrant::minus_x, -Vec3::UnitX()},
      {Quadrant::plus_y, Vec3::UnitY()},
      {Quadrant::minus_y, -Vec3::UnitY()}};
  for (const auto& c : cases) {
    // a line just off the axis on the far side still wraps around the allowed side
    const Vec3 across = Vec3::UnitZ().cross(c.side);
    const Vec3 p1 = 2 * across - 0.1 * c.side, p2 = -2 * across - 0.1 * c.side;
    const CylinderWrap wrap = wrap_cylinder(cylinder(1, c.quadrant), p1, p2);
    ASSERT_NE(wrap.action, Action::none);
    const Vec3 middle = rotation(Vec3::UnitZ(), 0.5 * wrap.sweep) * wrap.first;
    EXPECT_GT(middle.dot(c.side), 0.9);
    // both ends on the allowed side and clear of the cylinder: straight
    EXPECT_EQ(
        wrap_cylinder(cylinder(1, c.quadrant), p1 + 2 * c.side, p2 + 2 * c.side).action,
        Action::none);
  }
}

TEST(WrapCylinder, OpenSimsPlaneIsTheGeodesicWherePathAndAxisAreSquareAndLongerElsewhere) {
  std::mt19937 random(3);
  std::uniform_real_distribution<> spread(-3, 3);
  for (int k = 0; k < 500; ++k) {
    Vec3 p1(spread(random), spread(random), spread(random));
    Vec3 p2(spread(random), spread(random), spread(random));
    for (const bool square : {false, true}) {
      if (square) p2.z() = p1.z();
      const CylinderWrap ours = wrap_cylinder(cylinder(1), p1, p2);
      if (ours.action != Action::mandatory) continue;
      const CylinderWrap plane = wrap_cylinder(cylinder(1), p1, p2, TangentRule::opensim_plane);
      const double longer = length_of(plane, p1, p2) - length_of(ours, p1, p2);
      EXPECT_GE(longer, -1e-13);
      if (square) {
        EXPECT_NEAR(longer, 0, 1e-12);
      }
    }
  }
}

}  // namespace
}  // namespace coxa
