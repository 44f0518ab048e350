#pragma once

#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "coxa/body/dynamics.hpp"
#include "coxa/export.hpp"
#include "coxa/math/separable_program.hpp"
#include "coxa/muscle/geometry.hpp"
#include "coxa/muscle/model.hpp"
#include "coxa/muscle/muscle_state.hpp"

namespace coxa {

/// Point of a body on which the world can push, within friction, and never pull.
struct FrictionCone {
  std::string name;  // of the support that it belongs to
  int body = 0;
  Vec3 p_B = Vec3::Zero();      // m, in the body's frame
  Vec3 normal = Vec3::UnitY();  // unit, world axes
  double friction = 0;          // Coulomb coefficient, 1
};

/// Two-sided bounded force between points of two bodies, or of a body and the world (body 0): +f on `a`, -f on `b`, each
/// world component within +-strength.
struct BoundedTie {
  std::string name;
  int body_a = 0;
  Vec3 p_A = Vec3::Zero();  // m, in the body's frame
  int body_b = 0;
  Vec3 p_B = Vec3::Zero();
  Vec3 strength = Vec3::Zero();  // N, world axes; 0 leaves that axis free
};

/// The normal forces of cones `a` are together a given share of those of `a` and `b`, wherever both are active.
struct ConeShare {
  std::string name;
  std::vector<int> a;
  std::vector<int> b;
  double share = 0.5;  // 0 to 1
};

/// Shares one frame's generalized forces among muscles, supports, ties and actuators: one convex programme.
///
///     minimise    sum_i (V_i / V) a_i^p + small quadratic costs of supports, ties and actuators
///     subject to  sum_m r_m f_m(a_m) + sum_k J_k' c_k + actuators = tau        exactly
///                 f_m(a) = Fmax (a fL fV + fPE) cos(alpha),   a_low <= a <= 1
///                 c_k = sum of non-negative generators on the edges of its friction cone
///                 (1 - share) sum_a n'c - share sum_b n'c = 0     for every ConeShare, without reserves
///
/// V_i = Fmax l_opt is the muscle's volume up to specific tension (Crowninshield & Brand 1981; volume weights as in
/// Happee & Van der Helm 1995). An actuator stands for muscles of the volume that its strength implies, and costs as much.
/// Without volume weights each muscle counts 1 / muscles, and so does an actuator at its strength. If the
/// exact programme is infeasible a second one finds the least reserves.
class COXA_EXPORT Recruitment {
 public:
  static constexpr int kEdges = 8;  // of the pyramid inside each friction cone

  /// @param criterion p in [1, 5], or infinity for the least greatest activation
  /// @param volume_weights false: every muscle weighs the same, as in static optimisation after Anderson & Pandy (2001)
  /// @throws InvalidArgument for another criterion, a negative friction or strength, a normal that is not unit, or a
  ///         share outside 0 to 1
  Recruitment(
      const Model& model,
      const MusclePlan& plan,
      std::vector<FrictionCone> cones,
      std::vector<BoundedTie> ties,
      double criterion,
      bool volume_weights = true,
      std::vector<ConeShare> shares = {});

  /// Says whether a cone may carry force; all may at first. It counts from the next solve on.
  void set_active(int cone, bool active);

  /// Fills the programme from current columns, moment arms and muscle states.
  /// @param tau [nq] what muscles, supports, ties and actuators must give together
  void assemble(
      const BodyWorkspace& body,
      const MuscleGeometry& geometry,
      const std::vector<MuscleState>& states,
      const VectorRef& tau);

  /// Solves, warm from the last frame if there was one. Allocates nothing.
  /// @return true if solved, with or without reserves (`reserve_used`)
  bool solve();

  /// Forgets the last frame, so that what follows does not depend on it.
  void forget() { warm_ = false; }

  bool reserve_used() const { return reserve_used_; }
  /// Least cost of the frame, 1.
  double cost() const { return solution_.cost; }

  double activation(int muscle) const { return solution_.x[muscle]; }
  /// Force of the world on the body at a cone's point, N, world axes.
  Vec3 cone_force(int cone) const;
  /// Force on body a of a tie, N, world axes; its opposite acts on body b.
  Vec3 tie_force(int tie) const { return solution_.x.segment<3>(first_tie_ + 3 * tie); }
  /// N m or N, positive along its coordinate.
  double actuator(int index) const { return solution_.x[first_actuator_ + index]; }
  bool actuator_at_bound(int index) const;
  /// [nq] N m or N: what nothing could supply.
  const Eigen::VectorXd& reserve() const { return reserve_; }

  const std::vector<FrictionCone>& cones() const { return cones_; }
  const std::vector<BoundedTie>& ties() const { return ties_; }
  const std::vector<ConeShare>& shares() const { return shares_; }

  /// Least and greatest sum of given cones' forces along a direction, over all answers that cost at most
  /// `fraction` more than the best. Needs a solve without reserves.
  /// @return false if no range was found
  bool cone_force_range(
      std::span<const int> cones,
      const Vec3& direction,
      double fraction,
      double& least,
      double& greatest);

  /// Greatest t in [t_min, t_max] with a solution for tau + t along, both [nq]; see maximise_along. What is feasible is
  /// one interval of t, which need not hold 0. If it is empty, `limit` holds a proof for t = 0.
  SolveStatus limit_along(const VectorRef& along, double t_min, double t_max, FeasibleLimit& limit);
  /// True if there is a solution for tau + t along.
  bool possible_along(const VectorRef& along, double t);
  /// Name of the muscle, support, tie or actuator whose bound keeps t from growing.
  std::string limited_by(const FeasibleLimit& limit) const;

 private:
  bool any_active(std::span<const int> cones) const;
  void assemble_share(std::size_t share);
  SolveStatus solve_along(double t);
  SolveStatus halve_to_limit(double t_min, double t_max, FeasibleLimit& limit);
  void lean_on(const Eigen::VectorXd& lambda, FeasibleLimit& limit) const;

  const Model* model_;
  const MusclePlan* plan_;
  std::vector<FrictionCone> cones_;
  std::vector<BoundedTie> ties_;
  std::vector<ConeShare> shares_;
  std::vector<char> active_;  // [cones]
  std::vector<Vec3> edges_;   // [cones x kEdges] generators, world axes, normal part 1
  double criterion_;
  double weight_;  // N, of the body: scale of support forces
  int first_cone_ = 0;
  int first_tie_ = 0;
  int first_actuator_ = 0;
  int first_slack_ = 0;  // one for each share: free where the share does not hold
  SeparableProgram program_;
  SeparableWorkspace work_;
  SeparableSolution solution_;
  SeparableSolution range_;
  std::vector<char> counts_;   // [columns] 1 for muscles: what the min-max criterion looks at
  Eigen::VectorXd direction_;  // [columns] scratch of ranges
  Eigen::VectorXd base_;       // [rows] scratch of limits
  Eigen::VectorXd along_;      // [rows]
  Eigen::VectorXd reserve_;    // [nq]
  Eigen::VectorXd missing_;    // [rows] reserves, none in the rows of shares
  Eigen::VectorXd reserve_scale_;
  std::vector<Vec3> row_scratch_;  // [nq]
  bool warm_ = false;
  bool reserve_used_ = false;
};

}  // namespace coxa
