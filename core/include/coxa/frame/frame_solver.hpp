#pragma once

#include <limits>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "coxa/body/dynamics.hpp"
#include "coxa/export.hpp"
#include "coxa/frame/trial.hpp"
#include "coxa/muscle/geometry.hpp"
#include "coxa/muscle/muscle_state.hpp"
#include "coxa/muscle/recruitment.hpp"

namespace coxa {

/// Force of a load, of one end of a band or of a cable on the body in one frame.
struct LoadState {
  Vec3 position = Vec3::Zero();  // m, world: centre of mass of a load, attachment point of a band
                                 // or cable
  Vec3 force = Vec3::Zero();     // N, on the body
  Vec3 moment = Vec3::Zero();    // N m, on the body, about `position`
};

/// Names of the entries of `FrameSolver::loads`: loads, then each end of a band on a body as
/// `<band>_on_<body>`, then cables.
COXA_EXPORT std::vector<std::string> load_names(const Trial& trial);

/// Solves one frame in stages: motion, generalized forces, muscle geometry and state, recruitment,
/// joint reactions. All memory is allocated at construction; `solve` does not allocate. One per
/// thread.
class COXA_EXPORT FrameSolver {
 public:
  static constexpr double kAnywhere = std::numeric_limits<double>::quiet_NaN();

  /// @param trial must outlive the solver; its motion may be empty if states are given to `solve`
  /// @throws UnknownName for a share of a support that the trial does not have
  FrameSolver(const Trial& trial, const SimulateOptions& options);

  /// All stages for one state.
  /// @param q, v, vdot [nq] rad or m, per s, per s2
  /// @param path place on the path, 0 to 1, for supports that touch on part of it; NaN: all touch
  /// @return false if no solution exists even with reserves: no result of the frame may be used
  bool solve(
      const VectorRef& q, const VectorRef& v, const VectorRef& vdot, double path = kAnywhere);
  /// The same for one frame of a motion, usually that of the trial.
  bool solve(const Motion& motion, int frame);

  /// The stages up to assembling the programme, without solving it: for load limits.
  void prepare(
      const VectorRef& q, const VectorRef& v, const VectorRef& vdot, double path = kAnywhere);
  void prepare(const Motion& motion, int frame);

  /// Discards the previous frame's solution, so that the next frame starts cold.
  void forget() { recruitment_.forget(); }

  const BodyWorkspace& body() const { return body_; }
  const MuscleGeometry& geometry() const { return geometry_; }
  const MusclePlan& plan() const { return plan_; }
  const std::vector<MuscleState>& muscles() const { return states_; }
  Recruitment& recruitment() { return recruitment_; }
  const Recruitment& recruitment() const { return recruitment_; }

  /// [nq] required sum of muscle, support, grip and actuator forces, N m or N.
  const Eigen::VectorXd& required() const { return required_; }
  /// [nq] net generalized force after gravity, inertia, loads, supports and grips: what muscles,
  /// actuators and reserves provide, N m or N.
  const Eigen::VectorXd& generalized_force() const { return net_; }
  /// Tendon force of a muscle, N.
  double tension(int muscle) const { return tension_[muscle]; }
  const std::vector<LoadState>& loads() const { return loads_; }  // see `load_names`
  /// Force of the world on the body at a support, N, world.
  Vec3 support_force(int support) const;
  /// Force, N, world, on the hand of a grip or the body of an anchor (anchors follow the grips in
  /// numbering), and its point of application, m, world.
  Vec3 grip_force(int grip) const { return recruitment_.tie_force(grip); }
  Vec3 grip_position(int grip) const;
  /// N m, world, about the support's origin.
  Vec3 support_moment(int support) const;
  /// m, world; NaN where the support carries no force.
  Vec3 center_of_pressure(int support) const;
  /// Indices into the cones of one support.
  std::span<const int> cones_of(int support) const { return cones_of_[support]; }
  /// Wrench of the parent on body i through its joint with the muscle forces removed (joint contact
  /// force), world axes, about the world's origin.
  const Wrench& joint_wrench(int body) const { return reactions_.bodies[body].F; }
  Momentum momentum() const;  // of the body and all loads
  /// Bits of StatusBit for the last frame.
  int status() const { return status_; }

 private:
  bool share_out();
  void touch(double path);
  void apply_loads();
  LoadState carry(const Load& load);
  LoadState pull(const Cable& cable);
  void stretch(const Band& band, std::size_t first);
  void share();
  void react();
  bool outside_spline_domain() const;

  const Trial& trial_;
  SimulateOptions options_;
  MusclePlan plan_;
  std::vector<FiberGeometry> fibers_;
  BodyWorkspace body_;
  BodyWorkspace reactions_;  // the same motion with all forces applied
  MuscleGeometry geometry_;
  std::vector<MuscleState> states_;
  Recruitment recruitment_;
  std::vector<std::vector<int>> cones_of_;
  std::vector<LoadState> loads_;
  std::vector<Wrench> external_;  // [bodies] scratch
  std::vector<Wrench> from_loads_;
  Eigen::VectorXd required_;
  Eigen::VectorXd net_;
  Eigen::VectorXd tension_;
  Eigen::VectorXd still_;  // [nq] zeros, for options.inertia = false
  int status_ = 0;
};

}  // namespace coxa
