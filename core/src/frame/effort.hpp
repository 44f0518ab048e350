#pragma once

#include "coxa/frame/frame_solver.hpp"
#include "coxa/frame/trial.hpp"

namespace coxa {

/// What it costs muscles to keep still in a posture, with a trial's supports and loads.
class StillEffort {
 public:
  /// @param trial its motion may be empty; its model must outlive this
  explicit StillEffort(Trial trial);
  StillEffort(const StillEffort&) = delete;
  StillEffort& operator=(const StillEffort&) = delete;

  /// Least cost of the recruitment, 1; where muscles cannot hold the posture at all, far more, growing with what
  /// is missing, so that postures still compare; infinite if nothing could be solved.
  /// @param q [nq]
  /// @param path where on the path it lies, for supports that touch on part of it
  double operator()(const Eigen::VectorXd& q, double path);

 private:
  Trial still_;
  FrameSolver solver_;
  Eigen::VectorXd zero_;
};

}  // namespace coxa
