#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include <Eigen/Core>

#include "coxa/body/dynamics.hpp"
#include "coxa/export.hpp"
#include "coxa/muscle/model.hpp"

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
  std::string name;  // "right foot flat on the floor"
  Task task;
};

/// What a coordinate likes to be where the tasks leave it free.
struct Preference {
  int coordinate = 0;  // independent
  double value = 0;    // rad or m
  double weight = 1;
};

/// One stretch of a repetition.
struct Phase {
  enum class Kind { concentric = 0, hold = 1, eccentric = 2, rest = 3 };
  Kind kind = Kind::hold;
  double duration = 0;  // s
  double from = 0;      // path parameter at its start, 0 bottom to 1 top
  double to = 0;        // and at its end
};

/// What to change about an exercise when its movement asks more of a joint than its range.
struct RangeAdvice {
  std::string coordinate;
  std::string if_low;  // "decrease foot_distance"
  std::string if_high;
};

/// How the body moves: tasks that hold at every moment, one that drives, and the timing.
struct MovementPlan {
  std::vector<NamedTask> tasks;
  NamedTask start;  // defines the bottom (path 0)
  NamedTask end;    // defines the top (path 1)
  NamedTask
      drive;  // its value goes linearly from what it is at the bottom to what it is at the top
  std::vector<Preference> preferences;
  std::vector<RangeAdvice> advice;
  Eigen::VectorXd guess;          // [nq] posture from which the search begins
  std::vector<Phase> repetition;  // phases of one repetition
  int repetitions = 1;
};

/// Posture that satisfies all tasks, nearest to the preferences.
struct Posture {
  Eigen::VectorXd q;       // [nq]
  double error = 0;        // largest remaining residual, m or rad
  std::string worst_task;  // the task that has it
  bool solved = false;     // error below 1e-10
};

/// Solves for one posture by damped Newton steps on the tasks, the rest of the freedom going to the preferences.
COXA_EXPORT Posture solve_posture(
    const Skeleton& skeleton,
    const std::vector<NamedTask>& tasks,
    const std::vector<Preference>& preferences,
    const Eigen::VectorXd& guess,
    double path = 0);

/// Value of a LineInclination or PointHeight or HoldCoordinate at a posture (rad or m).
COXA_EXPORT double measure(const Skeleton& skeleton, const Task& task, const Eigen::VectorXd& q);

/// Coordinates over time, exactly differentiated.
struct COXA_EXPORT Motion {
  Eigen::VectorXd time;         // [frames] s
  Eigen::MatrixXd q, v, vdot;   // [nq x frames]
  std::vector<int> phase;       // [frames] Phase::Kind
  std::vector<int> repetition;  // [frames] from 1
  Eigen::VectorXd path;         // [frames] 0 bottom to 1 top; empty for measured motions
  double constraint_error = 0;  // m or rad, the largest at any frame

  int frames() const { return static_cast<int>(time.size()); }
};

/// Finds postures along the path and times them.
///
/// The postures at Chebyshev points of the path are interpolated by one polynomial per coordinate, whose degree is raised until
/// every task holds everywhere to 1e-7; the timing law of each phase is the minimum-jerk polynomial (Flash & Hogan
/// 1985), so v and vdot are exact derivatives of q.
///
/// @param frames number of equally spaced times, first and last included
/// @throws InfeasibleMotion naming the task that cannot hold and where on the path
COXA_EXPORT Motion solve_motion(const Skeleton& skeleton, const MovementPlan& plan, int frames);

}  // namespace coxa
