#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "coxa/body/dynamics.hpp"
#include "coxa/motion/tasks.hpp"

namespace coxa {

/// Residuals and Jacobian of a list of tasks, one block of rows after the other.
struct Equations {
  Eigen::VectorXd residual;    // [rows] m or rad
  Eigen::MatrixXd jacobian;    // [rows x nq]
  std::vector<int> first_row;  // of each task, and the total at the end
};

/// The equations of tasks at a posture.
void evaluate(
    const Skeleton& skeleton,
    BodyWorkspace& work,
    const std::vector<NamedTask>& tasks,
    const Eigen::VectorXd& q,
    double path,
    Equations& equations);

/// The task that is met worst, and by how much.
struct WorstTask {
  std::string name{};
  double error = 0;  // m or rad
};
WorstTask worst_task(const std::vector<NamedTask>& tasks, const Equations& equations);

/// @throws InvalidArgument for a task about a body or coordinate that the model lacks
void require_known(const Skeleton& skeleton, const std::string& name, const Task& task);

/// The number that a measure asks for, rad or m: of PointHeight, LineInclination and HoldCoordinate; of others nothing.
std::optional<double> wanted(const Task& task);

/// A measure that asks for another number. @throws InvalidArgument for a task that is no measure
Task with_value(Task task, double value);

/// The task that has a measure go from one value at the bottom to another at the top, late by `lag` (see DriveLine);
/// nothing if it cannot.
std::optional<Task> follow(const Task& quantity, double from, double to, double lag);

}  // namespace coxa
