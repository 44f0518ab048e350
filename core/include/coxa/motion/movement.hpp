#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "coxa/body/skeleton.hpp"
#include "coxa/export.hpp"
#include "coxa/motion/posture.hpp"
#include "coxa/motion/tasks.hpp"

namespace coxa {

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
