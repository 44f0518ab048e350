#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "coxa/body/skeleton.hpp"
#include "coxa/export.hpp"
#include "coxa/motion/tasks.hpp"

namespace coxa {

/// Target value of a coordinate where the tasks leave it free (weighted least squares).
struct Preference {
  int coordinate = 0;  // independent
  double value = 0;    // rad or m
  double weight = 1;
};

/// Posture that satisfies all tasks and is nearest to the preferences.
struct Posture {
  Eigen::VectorXd q;       // [nq]
  double error = 0;        // largest remaining residual, m or rad
  std::string worst_task;  // the task with that residual
  bool solved = false;     // error below 1e-10
};

/// Solves for one posture by damped Newton steps on the tasks; the remaining freedom minimises the
/// weighted distance to the preferences.
/// @param guess [nq] initial guess, also the target of coordinates without a preference
/// @param path  place on the path at which driven tasks are evaluated, 0 bottom to 1 top
COXA_EXPORT Posture solve_posture(
    const Skeleton& skeleton,
    const std::vector<NamedTask>& tasks,
    const std::vector<Preference>& preferences,
    const Eigen::VectorXd& guess,
    double path = 0);

/// Value of a LineInclination, PointHeight or HoldCoordinate at a posture q [nq], rad or m.
COXA_EXPORT double measure(const Skeleton& skeleton, const Task& task, const Eigen::VectorXd& q);

}  // namespace coxa
