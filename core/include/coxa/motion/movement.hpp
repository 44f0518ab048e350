#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "coxa/body/skeleton.hpp"
#include "coxa/export.hpp"
#include "coxa/motion/posture.hpp"
#include "coxa/motion/tasks.hpp"

namespace coxa {

/// A timed part of a repetition; several phases follow each other.
struct Phase {
  enum class Kind { concentric = 0, hold = 1, eccentric = 2, rest = 3 };
  Kind kind = Kind::hold;
  double duration = 0;  // s
  double from = 0;      // path parameter at its start, 0 bottom to 1 top
  double to = 0;        // and at its end
};

/// What to change in an exercise whose movement leaves the range of a joint coordinate.
struct RangeAdvice {
  std::string coordinate;  // its name
  std::string if_low;      // "decrease foot_distance"
  std::string if_high;
};

/// Tasks that hold at every posture, the task that drives the movement, and its timing.
struct MovementPlan {
  std::vector<NamedTask> tasks;
  NamedTask start;  // determines the bottom posture (path 0)
  NamedTask end;    // determines the top posture (path 1)
  NamedTask drive;  // its value changes linearly with path from the bottom to the top posture
  std::vector<Preference> preferences;
  std::vector<RangeAdvice> advice;
  Eigen::VectorXd guess;          // [nq] initial guess of the bottom posture
  std::vector<Phase> repetition;  // phases of one repetition
  int repetitions = 1;
};

/// Coordinates over time, with exact derivatives.
struct COXA_EXPORT Motion {
  Eigen::VectorXd time;         // [frames] s
  Eigen::MatrixXd q, v, vdot;   // [nq x frames]
  std::vector<int> phase;       // [frames] Phase::Kind
  std::vector<int> repetition;  // [frames] from 1
  Eigen::VectorXd path;         // [frames] 0 bottom to 1 top; empty for measured motions
  double constraint_error = 0;  // m or rad, largest over all frames

  int frames() const { return static_cast<int>(time.size()); }
};

/// Solves for the postures along the path and times them.
///
/// One polynomial per coordinate interpolates the postures at Chebyshev points of the path; its
/// degree is raised until every task holds to 1e-7 between the points. The timing law of each phase
/// is the minimum-jerk polynomial (Flash & Hogan 1985), so that v and vdot are exact derivatives of
/// q.
///
/// @param frames number of equally spaced times, first and last included
/// @throws InfeasibleMotion naming the task that cannot be met and where on the path, or the
///         coordinate that leaves its range
/// @throws InvalidArgument for fewer than 2 or more than `kMaxFrames` frames, or invalid phases
COXA_EXPORT Motion solve_motion(const Skeleton& skeleton, const MovementPlan& plan, int frames);

}  // namespace coxa
