#pragma once

// The muscles of a model at a posture, and moment arms by differences of lengths.

#include "coxa/muscle/geometry.hpp"

namespace coxa::test {

struct Solved {
  explicit Solved(const Model& model, TangentRule rule = TangentRule::geodesic)
      : model(model), plan(model, rule), work(model.skeleton), geometry(plan) {}
  void at(const Eigen::VectorXd& q) {
    positions(model.skeleton, work, q);
    muscle_geometry(model, plan, work, geometry);
  }
  Eigen::MatrixXd arms() const { return moment_arm_matrix(plan, geometry, model.skeleton.nq()); }

  const Model& model;
  MusclePlan plan;
  BodyWorkspace work;
  MuscleGeometry geometry;
};

// -dL/dq by fourth-order differences
inline Eigen::MatrixXd differences(Solved& solved, const Eigen::VectorXd& q, double h = 1e-4) {
  Eigen::MatrixXd r(solved.plan.muscles(), q.size());
  for (int i = 0; i < q.size(); ++i) {
    const auto length = [&](double step) {
      Eigen::VectorXd moved = q;
      moved[i] += step;
      solved.at(moved);
      return Eigen::VectorXd(solved.geometry.length);
    };
    r.col(i) = -(length(-2 * h) - 8 * length(-h) + 8 * length(h) - length(2 * h)) / (12 * h);
  }
  return r;
}

}  // namespace coxa::test
