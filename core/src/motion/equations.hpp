#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "coxa/body/dynamics.hpp"
#include "coxa/motion/tasks.hpp"

namespace coxa {

/// Residuals and Jacobian of a list of tasks, in blocks of rows, one per task.
struct Equations {
  Eigen::VectorXd residual;    // [rows] m or rad
  Eigen::MatrixXd jacobian;    // [rows x nq]
  std::vector<int> first_row;  // of each task, and the total at the end
};

/// Evaluates the equations of tasks at a posture q [nq] and a place on the path, 0 to 1.
void evaluate(
    const Skeleton& skeleton,
    BodyWorkspace& work,
    const std::vector<NamedTask>& tasks,
    const Eigen::VectorXd& q,
    double path,
    Equations& equations);

/// The task with the largest residual.
struct WorstTask {
  std::string name{};
  double error = 0;  // m or rad
};
WorstTask worst_task(const std::vector<NamedTask>& tasks, const Equations& equations);

/// @throws InvalidArgument for a task on a body or coordinate that the model does not have
void require_known(const Skeleton& skeleton, const std::string& name, const Task& task);

/// Target value, rad or m, of a PointHeight, LineInclination or HoldCoordinate; none for other
/// tasks.
std::optional<double> wanted(const Task& task);

/// The same measure with another target value. @throws InvalidArgument if the task is not one of
/// these
Task with_value(Task task, double value);

/// The task that changes a measure from one value at the bottom to another at the top with `lag`
/// (see DriveLine); none if there is no such task.
std::optional<Task> follow(const Task& quantity, double from, double to, double lag);

}  // namespace coxa
