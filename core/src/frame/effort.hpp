#pragma once

#include "coxa/frame/frame_solver.hpp"
#include "coxa/frame/trial.hpp"

namespace coxa {

/// Recruitment cost of holding a posture still, with the supports and loads of a trial.
class StillEffort {
 public:
  /// @param trial its motion may be empty; its model must outlive this object
  explicit StillEffort(Trial trial);
  StillEffort(const StillEffort&) = delete;
  StillEffort& operator=(const StillEffort&) = delete;

  /// Minimum cost of the recruitment; where muscles cannot hold the posture, a far larger value
  /// that grows with the reserves, so that postures remain comparable; infinite if there is no
  /// solution at all.
  /// @param q    [nq] rad or m
  /// @param path place on the path, 0 to 1, for supports that touch on part of it
  double operator()(const Eigen::VectorXd& q, double path);

 private:
  Trial still_;
  FrameSolver solver_;
  Eigen::VectorXd zero_;
};

}  // namespace coxa
