#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "coxa/body/skeleton.hpp"
#include "coxa/export.hpp"
#include "coxa/motion/tasks.hpp"

namespace coxa {

/// What a coordinate likes to be where the tasks leave it free.
struct Preference {
  int coordinate = 0;  // independent
  double value = 0;    // rad or m
  double weight = 1;
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

}  // namespace coxa
