#include "coxa/muscle/curves.hpp"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// de Casteljau's construction: independent of the library's power basis
double casteljau(std::array<double, 6> p, double u) {
  for (int n = 5; n > 0; --n)
    for (int i = 0; i < n; ++i) p[i] = (1 - u) * p[i] + u * p[i + 1];
  return p[0];
}

std::vector<std::shared_ptr<const BezierCurve>> all_curves() {
  return {
      active_force_length_curve({}),  active_force_length_curve({0.25, 0.77, 1.9, 0.75, 0}),
      force_velocity_curve({}),       force_velocity_curve({0.1, 0.3, 4, 0.1, 0.2, 1.6, 0.2, 0.4}),
      passive_force_length_curve({}), passive_force_length_curve({-0.3, 0.5, kNaN, kNaN, kNaN}),
      tendon_force_length_curve({}),  tendon_force_length_curve({0.033, kNaN, kNaN, kNaN})};
}

TEST(BezierCurve, FollowsItsControlPoints) {
  // tangents y = 0 and y = 2 (x - 1) meet at (1, 0); drawn 70 % into the corner
  const BezierCurve curve({{0.5, 0, 0, 1.75, 1.5, 2, 0.7}});
  const std::array<double, 6> x = {0.5, 0.85, 0.85, 1.225, 1.225, 1.75};
  const std::array<double, 6> y = {0, 0, 0, 0.45, 0.45, 1.5};
  for (int k = 0; k <= 1000; ++k) {
    const double u = k / 1000.0;
    EXPECT_NEAR(curve.value(casteljau(x, u)), casteljau(y, u), 1e-14);
  }
}

TEST(BezierCurve, DerivativesAreThoseOfItsValues) {
  std::mt19937 random(1);
  for (const auto& curve : all_curves()) {
    const double width = curve->upper() - curve->lower();
    const double h = 1e-5 * width;
    std::uniform_real_distribution<> inside(
        curve->lower() - 0.2 * width, curve->upper() + 0.2 * width);
    for (int k = 0; k < 300; ++k) {
      const double x = inside(random);
      const Derivatives at = (*curve)(x);
      EXPECT_DOUBLE_EQ(at.value, curve->value(x));
      const Derivatives before = (*curve)(x - h), after = (*curve)(x + h);
      // central differences: truncation h^2 y''' / 6, and y''' jumps between pieces
      const double scale = std::max(1.0, std::abs(at.second)) / width;
      EXPECT_NEAR(at.first, (after.value - before.value) / (2 * h), 1e-6 * scale);
      EXPECT_NEAR(at.second, (after.first - before.first) / (2 * h), 5e-3 * scale / width);
    }
  }
}

TEST(BezierCurve, IsContinuousToTheSecondDerivative) {
  for (const auto& curve : all_curves()) {
    const double width = curve->upper() - curve->lower();
    Derivatives last = (*curve)(curve->lower() - 0.01 * width);
    const int n = 200000;
    double largest = 0, jump = 0;
    for (int k = 1; k <= n; ++k) {
      const Derivatives at = (*curve)(curve->lower() + width * (1.02 * k / n - 0.01));
      largest = std::max(largest, std::abs(at.second));
      jump = std::max(jump, std::abs(at.second - last.second));
      last = at;
    }
    // a jump would not shrink with the step; steps here are 5e-6 of the width
    EXPECT_LT(jump, 2e-3 * largest);
  }
}

TEST(BezierCurve, IsStraightBeyondItsEnds) {
  const auto curve = tendon_force_length_curve({});
  EXPECT_EQ(curve->value(0.9), 0);
  const Derivatives end = (*curve)(curve->upper());
  const Derivatives beyond = (*curve)(curve->upper() + 0.5);
  EXPECT_NEAR(beyond.value, end.value + 0.5 * end.first, 1e-12);
  EXPECT_EQ(beyond.second, 0);
  EXPECT_TRUE(std::isnan(curve->value(kNaN)));
}

TEST(BezierCurve, RefusesWhatIsNoCorner) {
  EXPECT_THROW(BezierCurve({}), InvalidArgument);
  EXPECT_THROW(BezierCurve({{0, 0, 2, 1, 1, 2, 0.5}, {1.1, 1, 2, 2, 2, 0, 0.5}}), InvalidArgument);
  EXPECT_THROW(BezierCurve({{1, 0, 0, 0, 1, 2, 0.5}}), InvalidArgument);
  EXPECT_THROW(BezierCurve({{0, 0, 0, 1, 1, 0.1, 0.5}}), InvalidArgument);  // tangents meet outside
}

TEST(MuscleCurves, PassThroughTheirDefiningPoints) {
  const auto active = active_force_length_curve({});
  EXPECT_NEAR(active->value(0.4441), 0.1, 1e-14);
  EXPECT_NEAR(active->value(1), 1, 1e-14);
  EXPECT_NEAR((*active)(1).first, 0, 1e-12);
  EXPECT_NEAR(active->value(1.8123), 0.1, 1e-14);

  const auto velocity = force_velocity_curve({});
  EXPECT_NEAR(velocity->value(-1), 0, 1e-14);
  EXPECT_NEAR(velocity->value(0), 1, 1e-14);
  EXPECT_NEAR((*velocity)(0).first, 5, 1e-12);
  EXPECT_NEAR(velocity->value(1), 1.4, 1e-14);

  const auto passive = passive_force_length_curve({});
  EXPECT_NEAR(passive->value(1), 0, 1e-14);
  EXPECT_NEAR(passive->value(1.7), 1, 1e-14);
  EXPECT_NEAR((*passive)(1.7).first, 2 / 0.7, 1e-12);

  const auto tendon = tendon_force_length_curve({});
  EXPECT_NEAR(tendon->value(1), 0, 1e-14);
  EXPECT_NEAR(tendon->value(1.049), 1, 1e-13);
  EXPECT_NEAR((*tendon)(1.049).first, 1.375 / 0.049, 1e-10);
  EXPECT_NEAR(tendon->value(tendon->upper()), 2.0 / 3, 1e-14);
}

TEST(MuscleCurves, RiseWhereMuscleAndTendonMust) {
  for (const auto& curve :
       {force_velocity_curve({}), passive_force_length_curve({}), tendon_force_length_curve({})}) {
    const double step = (curve->upper() - curve->lower()) / 1000;
    for (int k = 1; k <= 1000; ++k)
      EXPECT_GE(
          curve->value(curve->lower() + k * step), curve->value(curve->lower() + (k - 1) * step));
  }
}

TEST(MuscleCurves, NaNMeansOpenSimsChoice) {
  const auto given = passive_force_length_curve({0.1, 0.6, 0.2, 4, 0.75});
  const auto chosen = passive_force_length_curve({0.1, 0.6, kNaN, kNaN, kNaN});
  for (double x = 1; x < 2; x += 0.01) EXPECT_EQ(given->value(x), chosen->value(x));
}

TEST(MuscleCurves, RefuseParametersOutOfRange) {
  EXPECT_THROW(active_force_length_curve({0.8, 0.7, 1.8, 0.8, 0}), InvalidArgument);
  EXPECT_THROW(active_force_length_curve({0.4, 0.7, 1.8, 5, 0}), InvalidArgument);
  EXPECT_THROW(force_velocity_curve({0, 0.25, 0.5, 0, 0.15, 1.4, 0.6, 0.9}), InvalidArgument);
  EXPECT_THROW(passive_force_length_curve({0, 0.7, 0.2, 1, 0.75}), InvalidArgument);
  EXPECT_THROW(passive_force_length_curve({0, 0.7, 0.2, 3, 1.5}), InvalidArgument);
  EXPECT_THROW(tendon_force_length_curve({0.049, 10, 0.5, 0.5}), InvalidArgument);
  EXPECT_THROW(tendon_force_length_curve({kNaN, kNaN, kNaN, kNaN}), InvalidArgument);
}

TEST(CurveCache, SharesEqualCurves) {
  CurveCache cache;
  const MuscleCurves a = cache.curves({}, {}, {}, {0.049, kNaN, kNaN, kNaN});
  const MuscleCurves b =
      cache.curves({}, {}, {0, 0.6, kNaN, kNaN, kNaN}, {0.049, kNaN, kNaN, kNaN});
  EXPECT_EQ(a.active_force_length, b.active_force_length);
  EXPECT_EQ(a.tendon_force_length, b.tendon_force_length);
  EXPECT_NE(a.passive_force_length, b.passive_force_length);
  EXPECT_EQ(cache.size(), 5);
  // rigid tendon: the active curve has no floor
  EXPECT_EQ(a.active_force_length->value(0.4441), 0);
}

}  // namespace
}  // namespace coxa
