#pragma once

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "coxa/math/spatial.hpp"

namespace coxa {

// The vocabulary of postures. Each is an equation (or several) that a posture satisfies exactly.

/// A body's orientation is given.
struct HoldOrientation {
  int body = 0;
  Mat3 R_WB = Mat3::Identity();
};

/// A direction fixed in a body points along a direction of the world; the body may turn about it.
struct HoldDirection {
  int body = 0;
  Vec3 axis_B = Vec3::UnitZ();
  Vec3 direction_W = Vec3::UnitZ();
};

/// Chosen world components of a point are given.
struct HoldPoint {
  int body = 0;
  Vec3 p_B = Vec3::Zero();
  Vec3 p_W = Vec3::Zero();
  bool axes[3] = {true, true, true};  // which of x, y, z hold
};

/// A point follows a curve along the path (0 bottom, 1 top); the curve must be smooth.
struct DrivePoint {
  int body = 0;
  Vec3 p_B = Vec3::Zero();
  std::function<Vec3(double path)> p_W;  // m
  bool axes[3] = {true, true, true};     // which of x, y, z hold
};

/// Chosen world components of the way from point b to point a are given: zero where the points coincide.
struct JoinPoints {
  int body_a = 0;
  Vec3 p_A = Vec3::Zero();
  int body_b = 0;
  Vec3 p_B = Vec3::Zero();
  bool axes[3] = {true, true, true};  // which of x, y, z hold
  Vec3 offset_W = Vec3::Zero();       // m, from b to a
};

/// A coordinate has a value.
struct HoldCoordinate {
  int coordinate = 0;  // independent
  double value = 0;    // rad or m
};

/// A coordinate goes from one value to another along the path (0 bottom, 1 top).
struct DriveCoordinate {
  int coordinate = 0;  // independent
  double from = 0;
  double to = 0;
};

/// A weighted sum of heights of points has a value: one point, or the mean of left and right.
struct PointHeight {
  std::vector<std::pair<int, Vec3>> points;  // body and point of it; their mean height
  double value = 0;                          // m
};

/// Angle of the line from one point (or the middle of two) to another above the horizontal, in the x-y plane:
/// atan2(dy, |dx|-signed along `forward`).
struct LineInclination {
  std::vector<std::pair<int, Vec3>> from;
  std::vector<std::pair<int, Vec3>> to;
  double forward = 1;  // +1 if `to` lies towards +x of `from`, else -1
  double value = 0;    // rad
};

/// The inclination of a line goes from one value to another along the path (0 bottom, 1 top):
/// from + (to - from) ((1 - lag) path + lag path^2).
struct DriveLine {
  LineInclination line;
  double from = 0;  // rad
  double to = 0;
  double lag = 0;  // 0 evenly, 1 at rest at the bottom
};

/// A mass that a body carries.
struct PointMass {
  int body = 0;
  Vec3 p_B = Vec3::Zero();  // m
  double mass = 0;          // kg
};

/// Chosen world components of the common centre of mass of body and carried masses are given: balance.
struct HoldCenterOfMass {
  std::vector<PointMass> carried;
  Vec3 p_W = Vec3::Zero();
  bool axes[3] = {true, false, true};  // which of x, y, z hold
};

using Task = std::variant<
    HoldOrientation,
    HoldDirection,
    HoldPoint,
    DrivePoint,
    JoinPoints,
    HoldCoordinate,
    DriveCoordinate,
    PointHeight,
    LineInclination,
    DriveLine,
    HoldCenterOfMass>;

/// A task with the words that tell a person what cannot be met.
struct NamedTask {
  std::string name;  // for people: "right foot flat on the floor"
  Task task{};
  std::string id{};  // for code that looks for it; empty if none does
};

}  // namespace coxa
