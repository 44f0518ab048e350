#pragma once

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "coxa/math/spatial.hpp"

namespace coxa {

// Kinds of tasks. Each states one or more equations that a posture satisfies exactly.

/// The orientation of a body is given.
struct HoldOrientation {
  int body = 0;
  Mat3 R_WB = Mat3::Identity();
};

/// A body-fixed direction points along a world direction; rotation about it is free.
struct HoldDirection {
  int body = 0;
  Vec3 axis_B = Vec3::UnitZ();
  Vec3 direction_W = Vec3::UnitZ();
};

/// Selected world coordinates of a body-fixed point are given, in m.
struct HoldPoint {
  int body = 0;
  Vec3 p_B = Vec3::Zero();
  Vec3 p_W = Vec3::Zero();
  bool axes[3] = {true, true, true};  // which of x, y, z are constrained
};

/// A body-fixed point follows a curve along the path (0 bottom, 1 top); the curve must be smooth.
struct DrivePoint {
  int body = 0;
  Vec3 p_B = Vec3::Zero();
  std::function<Vec3(double path)> p_W;  // m
  bool axes[3] = {true, true, true};     // which of x, y, z are constrained
};

/// Selected world components of the vector from point b to point a are given; zero where the points
/// coincide.
struct JoinPoints {
  int body_a = 0;
  Vec3 p_A = Vec3::Zero();
  int body_b = 0;
  Vec3 p_B = Vec3::Zero();
  bool axes[3] = {true, true, true};  // which of x, y, z are constrained
  Vec3 offset_W = Vec3::Zero();       // m, from b to a
};

/// A coordinate has a given value.
struct HoldCoordinate {
  int coordinate = 0;  // independent
  double value = 0;    // rad or m
};

/// A coordinate changes linearly along the path (0 bottom, 1 top).
struct DriveCoordinate {
  int coordinate = 0;  // independent
  double from = 0;     // rad or m
  double to = 0;
};

/// The mean height of one or more body-fixed points is given.
struct PointHeight {
  std::vector<std::pair<int, Vec3>> points;  // body and point in its frame, m
  double value = 0;                          // m
};

/// The inclination of a line above the horizontal in the x-y plane is given: atan2(dy, forward dx),
/// with (dx, dy) from the mean of the points `from` to the mean of the points `to`.
struct LineInclination {
  std::vector<std::pair<int, Vec3>> from;  // body and point in its frame, m
  std::vector<std::pair<int, Vec3>> to;
  double forward = 1;  // +1 if `to` lies towards +x of `from`, else -1
  double value = 0;    // rad
};

/// The inclination of a line changes along the path (0 bottom, 1 top):
/// from + (to - from) ((1 - lag) path + lag path^2).
struct DriveLine {
  LineInclination line;
  double from = 0;  // rad
  double to = 0;    // rad
  double lag = 0;   // 0: linear; 1: zero rate at the bottom
};

/// A point mass carried by a body.
struct PointMass {
  int body = 0;
  Vec3 p_B = Vec3::Zero();  // m
  double mass = 0;          // kg
};

/// Selected world coordinates of the common centre of mass of body and carried masses are given:
/// balance.
struct HoldCenterOfMass {
  std::vector<PointMass> carried;
  Vec3 p_W = Vec3::Zero();
  bool axes[3] = {true, false, true};  // which of x, y, z are constrained
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

/// A task and its name.
struct NamedTask {
  std::string name;  // for error messages: "right foot flat on the floor"
  Task task{};
  std::string id{};  // by which code finds the task; may be empty
};

}  // namespace coxa
