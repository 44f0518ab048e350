#include "coxa/muscle/geometry.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "coxa/math/error.hpp"

#include "core/muscle/solved.hpp"

namespace coxa {
namespace {

using test::Solved;

PathPoint point(int body, const Vec3& p) {
  PathPoint result;
  result.name = "p";
  result.body = body;
  result.p_B = p;
  return result;
}

// an upper arm hinged to the world about z at the origin, and a forearm hinged to it 0.3 m along x
Skeleton arm() {
  Body world;
  world.name = "world";
  std::vector<Body> bodies{world};
  for (int i = 0; i < 2; ++i) {
    Body body;
    body.name = i == 0 ? "arm" : "forearm";
    body.parent = i;
    body.mass = 1;
    body.X_PF.p = Vec3(0.3 * i, 0, 0);
    JointAxis hinge;
    hinge.direction = Vec3::UnitZ();
    hinge.coordinate = i;
    body.axes = {hinge};
    bodies.push_back(body);
  }
  std::vector<Coordinate> coordinates(2);
  coordinates[0].name = "shoulder";
  coordinates[1].name = "elbow";
  for (Coordinate& c : coordinates) c.lower = -3, c.upper = 3;
  return Skeleton(bodies, coordinates, {}, {}, Vec3(0, -9.81, 0));
}

Model arm_model(Path path, std::vector<WrapCylinder> cylinders = {}) {
  Muscle muscle;
  muscle.name = "m";
  muscle.path = std::move(path);
  return {"arm", arm(), std::move(cylinders), {muscle}, {}, {}, "", ""};
}

TEST(MuscleGeometry, WithoutCylindersIsTheStraightDistance) {
  const Model model = arm_model({{point(0, {-0.1, 0.05, 0}), point(1, {0.2, 0.03, 0.01})}, {}});
  Solved solved(model);
  solved.at(Eigen::Vector2d(0.7, -0.4));
  const Vec3 end = rotation(Vec3::UnitZ(), 0.7) * Vec3(0.2, 0.03, 0.01);
  EXPECT_NEAR(solved.geometry.length[0], (end - Vec3(-0.1, 0.05, 0)).norm(), 1e-15);
  // crosses the shoulder only
  ASSERT_EQ(solved.plan.arms(), 1);
  EXPECT_EQ(solved.plan.arm_coordinates()[0], 0);
}

TEST(MuscleGeometry, PulleyAtTheJointHasItsRadiusAsMomentArm) {
  WrapCylinder pulley;
  pulley.radius = 0.03;
  pulley.length = 1;
  pulley.quadrant = WrapCylinder::Quadrant::minus_y;
  const Model model =
      arm_model({{point(0, {-0.2, 0.001, 0}), point(1, {0.2, 0.001, 0})}, {{0, -1, -1}}}, {pulley});
  Solved solved(model);
  for (double angle = 0.1; angle < 1.5; angle += 0.1) {
    // below the joint: shortening rotates the arm down, independent of the elbow
    solved.at(Eigen::Vector2d(angle, 0.3));
    EXPECT_NEAR(solved.arms()(0, 0), -0.03, 1e-14);
  }
}

TEST(MuscleGeometry, ConditionalPointIsThereInItsRangeOnly) {
  PathPoint via = point(0, {0, 0.1, 0});
  via.kind = PathPoint::Kind::conditional;
  via.coordinate = 0;
  via.lower = -1;
  via.upper = 0;
  const Model model = arm_model({{point(0, {-0.2, 0, 0}), via, point(1, {0.2, 0, 0})}, {}});
  Solved solved(model);
  solved.at(Eigen::Vector2d(-0.2, 0));
  const double with = std::hypot(0.2, 0.1)
                      + (rotation(Vec3::UnitZ(), -0.2) * Vec3(0.2, 0, 0) - Vec3(0, 0.1, 0)).norm();
  EXPECT_NEAR(solved.geometry.length[0], with, 1e-15);
  solved.at(Eigen::Vector2d(0.2, 0));
  EXPECT_NEAR(solved.geometry.length[0], 0.4 * std::cos(0.1), 1e-15);
}

TEST(MuscleGeometry, MovingPointAddsItsOwnDerivative) {
  // the end moves along the forearm with the elbow, and both its neighbours are on the forearm too
  PathPoint slider = point(2, Vec3::Zero());
  slider.kind = PathPoint::Kind::moving;
  slider.moving[0] = {1, Function::polynomial({0.02, 0.1, 0.2})};
  slider.moving[1] = {1, Function::linear(0.03, 0.02)};
  slider.moving[2] = {-1, Function::constant(0.01)};
  const Model model =
      arm_model({{point(1, {0.1, 0.05, 0}), slider, point(2, {0.25, -0.05, 0})}, {}});
  Solved solved(model);
  ASSERT_EQ(solved.plan.arms(), 1);
  const Eigen::Vector2d q(0.3, 0.9);
  const Eigen::MatrixXd expected = differences(solved, q);
  solved.at(q);
  EXPECT_NEAR(solved.arms()(0, 1), expected(0, 1), 1e-11);
}

TEST(MuscleGeometry, SeveralCylindersShareATangent) {
  // an S around two equal rolls: cross tangent of known length
  WrapCylinder a;
  a.radius = 0.1;
  a.length = 1;
  a.X_BC.p = Vec3(0, 0, 0);
  a.quadrant = WrapCylinder::Quadrant::plus_y;
  WrapCylinder b = a;
  b.X_BC.p = Vec3(0.5, 0, 0);
  b.quadrant = WrapCylinder::Quadrant::minus_y;
  const Model model = arm_model(
      {{point(0, {-0.3, -0.02, -0.1}), point(0, {0.8, 0.02, 0.2})}, {{0, -1, -1}, {1, -1, -1}}},
      {a, b});
  Solved solved(model);
  solved.at(Eigen::Vector2d(0, 0));

  // plane part: tangent, arc, cross tangent, arc, tangent; then unrolled with the rise of 0.3
  const double reach = std::sqrt(0.3 * 0.3 + 0.02 * 0.02 - 0.01);
  const double cross = std::sqrt(0.5 * 0.5 - 0.2 * 0.2);
  const double sum = 2 * reach + cross
                     + 0.2
                           * (std::numbers::pi - std::acos(0.4) + std::atan2(0.02, 0.3)
                              - std::acos(0.1 / std::hypot(0.3, 0.02)));
  EXPECT_NEAR(solved.geometry.length[0], std::hypot(sum, 0.3), 1e-12);
}

TEST(MuscleGeometry, PolylineFollowsThePath) {
  WrapCylinder pulley;
  pulley.radius = 0.03;
  pulley.length = 1;
  pulley.quadrant = WrapCylinder::Quadrant::minus_y;
  const Model model = arm_model(
      {{point(0, {-0.2, 0.001, 0.1}), point(1, {0.2, 0.001, -0.1})}, {{0, -1, -1}}}, {pulley});
  Solved solved(model);
  solved.at(Eigen::Vector2d(1.2, 0));
  const std::vector<Vec3> line = muscle_polyline(model, solved.plan, solved.work, 0, 1e-3);
  double length = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    length += (line[i] - line[i - 1]).norm();
    EXPECT_GE(line[i].head<2>().norm(), 0.03 - 1e-12);
  }
  // chords of 1 mrad are shorter than their arcs by 4e-8
  EXPECT_NEAR(length, solved.geometry.length[0], 1e-8);
  EXPECT_GT(line.size(), 100u);
}

TEST(MuscleGeometry, RefusesPathsThatLeadNowhere) {
  EXPECT_THROW(MusclePlan(arm_model({{point(0, Vec3::Zero())}, {}})), InvalidArgument);
  EXPECT_THROW(
      MusclePlan(arm_model({{point(0, Vec3::Zero()), point(7, Vec3::Zero())}, {}})),
      InvalidArgument);
  EXPECT_THROW(
      MusclePlan(arm_model({{point(0, Vec3::Zero()), point(1, Vec3::Zero())}, {{3, -1, -1}}})),
      InvalidArgument);
}

}  // namespace
}  // namespace coxa
