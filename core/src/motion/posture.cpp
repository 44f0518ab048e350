#include "coxa/motion/posture.hpp"

#include <algorithm>
#include <limits>

#include <Eigen/Dense>

#include "coxa/math/error.hpp"

#include "motion/equations.hpp"

namespace coxa {
namespace {

constexpr double kSolved = 1e-10;     // m or rad: a posture is found
constexpr double kFreeWeight = 1e-3;  // weight of coordinates without a preference, target: the
                                      // guess
constexpr int kMaxIterations = 300;
constexpr double kLargestStep = 0.3;  // rad or m, per iteration

// largest step of a converged solution, rad or m
constexpr double kSettled = 1e-12;

}  // namespace

Posture solve_posture(
    const Skeleton& skeleton,
    const std::vector<NamedTask>& tasks,
    const std::vector<Preference>& preferences,
    const Eigen::VectorXd& guess,
    double path) {
  require_size("guess", guess.size(), skeleton.nq());
  for (const NamedTask& named : tasks) require_known(skeleton, named.name, named.task);
  Eigen::VectorXd target = guess;
  Eigen::VectorXd weight = Eigen::VectorXd::Constant(skeleton.nq(), kFreeWeight);
  for (const Preference& preference : preferences) {
    require_known(skeleton, "preference", HoldCoordinate{preference.coordinate, 0});
    target[preference.coordinate] = preference.value;
    weight[preference.coordinate] = preference.weight;
  }

  // repeatedly minimise (q - target)' W (q - target) / 2 subject to the linearised tasks
  BodyWorkspace work(skeleton);
  Equations equations;
  Posture posture;
  posture.q = guess;
  double previous_step = std::numeric_limits<double>::infinity();
  for (int iteration = 0; iteration < kMaxIterations; ++iteration) {
    evaluate(skeleton, work, tasks, posture.q, path, equations);
    const Eigen::MatrixXd& J = equations.jacobian;
    const Eigen::VectorXd wish = target - posture.q;
    const Eigen::VectorXd root = weight.cwiseSqrt().cwiseInverse();
    const Eigen::MatrixXd scaled = J * root.asDiagonal();
    const Eigen::VectorXd correction = Eigen::VectorXd(equations.residual + J * wish);
    const Eigen::VectorXd step =
        wish - root.asDiagonal() * scaled.completeOrthogonalDecomposition().solve(correction);
    const double size = step.cwiseAbs().maxCoeff();
    posture.q += step * std::min(1.0, kLargestStep / size);
    // rounding keeps the last digits moving: stop when steps no longer shrink
    if (size < kSettled || (size < 1e-9 && size > 0.5 * previous_step)) break;
    previous_step = size;
  }
  evaluate(skeleton, work, tasks, posture.q, path, equations);
  const WorstTask worst = worst_task(tasks, equations);
  posture.error = worst.error;
  posture.worst_task = worst.name;
  posture.solved = posture.q.allFinite() && posture.error < kSolved;
  return posture;
}

double measure(const Skeleton& skeleton, const Task& task, const Eigen::VectorXd& q) {
  require_known(skeleton, "measured", task);
  const Task at_zero = with_value(task, 0);
  BodyWorkspace work(skeleton);
  Equations equations;
  evaluate(skeleton, work, {{"measured", at_zero}}, q, 0, equations);
  return equations.residual[0];
}

}  // namespace coxa
