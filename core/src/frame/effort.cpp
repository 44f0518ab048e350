#include "frame/effort.hpp"

#include <limits>
#include <utility>

namespace coxa {
namespace {

constexpr double kMissing =
    1e3;  // cost of any reserve; recruitment without reserves costs at most about 1

SimulateOptions without_inertia() {
  SimulateOptions options;
  options.inertia = false;
  return options;
}

}  // namespace

StillEffort::StillEffort(Trial trial)
    : still_(std::move(trial)),
      solver_(still_, without_inertia()),
      zero_(Eigen::VectorXd::Zero(still_.model->skeleton.nq())) {}

double StillEffort::operator()(const Eigen::VectorXd& q, double path) {
  // cold start: the result must not depend on earlier solves
  solver_.forget();
  if (!solver_.solve(q, zero_, zero_, path)) return std::numeric_limits<double>::infinity();
  const Recruitment& shared = solver_.recruitment();
  return shared.reserve_used() ? kMissing * (1 + shared.reserve().norm()) : shared.cost();
}

}  // namespace coxa
