#pragma once

#include <string>
#include <vector>

#include "coxa/body/dynamics.hpp"
#include "coxa/export.hpp"
#include "coxa/math/function.hpp"
#include "coxa/math/spatial.hpp"

namespace coxa {

/// One coordinate of a moving path point: location = function(q[coordinate]), m.
struct MovingLocation {
  int coordinate = -1;  // index into the full coordinates; -1 for a constant
  Function function = Function::constant(0);
};

/// A point through which a muscle's path passes.
struct PathPoint {
  enum class Kind { fixed, conditional, moving };

  std::string name;
  Kind kind = Kind::fixed;
  int body = 0;
  Vec3 p_B = Vec3::Zero();  // m, in the body's frame; unused for a moving point

  // conditional: present only while lower <= q[coordinate] <= upper (OpenSim's ConditionalPathPoint)
  int coordinate = -1;
  double lower = 0;
  double upper = 0;

  MovingLocation moving[3] = {};  // x, y, z in the body's frame
};

/// Cylinder over which paths wrap; its axis is the z axis of the frame X_BC.
struct WrapCylinder {
  enum class Quadrant { all, plus_x, minus_x, plus_y, minus_y };

  std::string name;
  int body = 0;
  Pose X_BC{};
  double radius = 0;  // m
  double length = 0;  // m, centred on the origin of X_BC
  Quadrant quadrant = Quadrant::all;
  bool active = true;
};

/// A cylinder of a path, and the range of path points between which it may act.
struct PathWrap {
  int cylinder = -1;     // index into Model::cylinders
  int first_point = -1;  // 1-based as in the file; -1: the first
  int last_point = -1;   // 1-based; -1: the last
};

/// Line of action of a muscle.
struct Path {
  std::vector<PathPoint> points;
  std::vector<PathWrap> wraps;
};

}  // namespace coxa
