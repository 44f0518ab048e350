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

/// Contact point of a body: the world can push on it within friction, but not pull.
struct FrictionCone {
  std::string name;  // name of its support
  int body = 0;
  Vec3 p_B = Vec3::Zero();      // m, in the body's frame
  Vec3 normal = Vec3::UnitY();  // unit, world axes
  double friction = 0;          // Coulomb coefficient, 1
};

/// Bounded force between points of two bodies, or of a body and the world (body 0): +f on `a`, -f
/// on `b`, each world component within +-strength.
struct BoundedTie {
  std::string name;
  int body_a = 0;
  Vec3 p_A = Vec3::Zero();  // m, in the body's frame
  int body_b = 0;
  Vec3 p_B = Vec3::Zero();
  Vec3 strength = Vec3::Zero();  // N, world axes; 0 leaves that axis free
};

/// The sum of the normal forces of cones `a` is a given fraction of that of `a` and `b`, if both
/// have active cones.
struct ConeShare {
  std::string name;
  std::vector<int> a;
  std::vector<int> b;
  double share = 0.5;  // 0 to 1
};

/// What limits a load in one frame: the bounds that one muscle, actuator or tie, or the contact of
/// one support, sets to the unknowns of `Recruitment`.
struct Bound {
  enum class Kind {
    muscle,    // full activation
    actuator,  // strength
    tie,       // strength
    balance,   // pressure cannot leave the support's points
    contact,   // a support that carries nothing cannot pull
    friction,  // of a support
  };
  Kind kind = Kind::muscle;
  int index = 0;      // muscle, actuator or tie; first cone of the support
  int direction = 1;  // of an actuator: sign of its force
  double gain = 0;    // growth of t per relative growth of strength, friction or the support's
                      // size, or per body weight of pull, to first order
};

/// Distributes one frame's generalized forces over muscles, supports, ties and actuators by one
/// convex programme.
///
///     minimise    sum_i (V_i / V) a_i^p + small quadratic costs of supports, ties and actuators
///     subject to  sum_m r_m f_m(a_m) + sum_k J_k' c_k + actuators = tau        exactly
///                 f_m(a) = Fmax (a fL fV + fPE) cos(alpha),   a_low <= a <= 1
///                 c_k = sum of non-negative generators on the edges of its friction cone
///                 (1 - share) sum_a n'c - share sum_b n'c = 0     for every ConeShare, no reserves
///
/// V_i = Fmax l_opt is proportional to the muscle's volume (Crowninshield & Brand 1981; volume
/// weights as in Happee & Van der Helm 1995). An actuator represents muscles of the volume that its
/// strength implies, at the same cost. Without volume weights each muscle has the weight 1 /
/// muscles, and so has an actuator at its strength. If the programme is infeasible, a second one
/// finds the least reserves.
class COXA_EXPORT Recruitment {
 public:
  static constexpr int kEdges = 8;  // edges of the pyramid inscribed in each friction cone

  /// @param criterion p in [1, 5], or infinity to minimise the maximum activation
  /// @param volume_weights false: all muscles have equal weights, as in static optimisation after
  ///        Anderson & Pandy (2001)
  /// @throws InvalidArgument for another criterion, a negative friction or strength, a normal that
  ///         is not a unit vector, or a share outside 0 to 1
  Recruitment(
      const Model& model,
      const MusclePlan& plan,
      std::vector<FrictionCone> cones,
      std::vector<BoundedTie> ties,
      double criterion,
      bool volume_weights = true,
      std::vector<ConeShare> shares = {});

  /// Sets whether a cone may carry force, from the next solve on; initially all may.
  void set_active(int cone, bool active);

  /// Fills the programme from current columns, moment arms and muscle states.
  /// @param tau [nq] required sum of muscle, support, tie and actuator forces, N m or N
  void assemble(
      const BodyWorkspace& body,
      const MuscleGeometry& geometry,
      const std::vector<MuscleState>& states,
      const VectorRef& tau);

  /// Solves, warm-started from the last frame if there is one. Does not allocate.
  /// @return true if solved, with or without reserves (`reserve_used`)
  bool solve();

  /// Discards the last solution, so that the next one does not depend on it.
  void forget() { warm_ = false; }

  bool reserve_used() const { return reserve_used_; }
  /// Minimum cost of the frame, 1.
  double cost() const { return solution_.cost; }

  double activation(int muscle) const { return solution_.x[muscle]; }
  /// Force of the world on the body at a cone's point, N, world axes.
  Vec3 cone_force(int cone) const;
  /// Force on body a of a tie, N, world axes; its opposite acts on body b.
  Vec3 tie_force(int tie) const { return solution_.x.segment<3>(first_tie_ + 3 * tie); }
  /// N m or N, positive along its coordinate.
  double actuator(int index) const { return solution_.x[first_actuator_ + index]; }
  bool actuator_at_bound(int index) const;
  /// [nq] N m or N: reserves, which no muscle, support, tie or actuator could supply.
  const Eigen::VectorXd& reserve() const { return reserve_; }

  const std::vector<FrictionCone>& cones() const { return cones_; }
  const std::vector<BoundedTie>& ties() const { return ties_; }
  const std::vector<ConeShare>& shares() const { return shares_; }

  /// Least and greatest sum of the given cones' forces along a direction, N, over all solutions
  /// that cost at most `fraction` more than the minimum. Needs a solve without reserves.
  /// @return false if no range was found
  bool cone_force_range(
      std::span<const int> cones,
      const Vec3& direction,
      double fraction,
      double& least,
      double& greatest);

  /// Greatest t in [t_min, t_max] for which tau + t along has a solution, both [nq]; see
  /// maximise_along. The feasible t form one interval, which need not contain 0. If it is empty,
  /// `limit` holds a proof for t = 0.
  SolveStatus limit_along(const VectorRef& along, double t_min, double t_max, FeasibleLimit& limit);
  /// Whether tau + t along has a solution.
  bool possible_along(const VectorRef& along, double t);
  /// Bounds that limit t, greatest gain first. If there is no feasible t, all kinds of bounds of
  /// every support that the certificate involves, with gains to first order of the certificate.
  /// @param body state of the frame
  std::vector<Bound> bounds_of(const FeasibleLimit& limit, const BodyWorkspace& body) const;
  /// Multiplies a bound, from the next `assemble` on: strength, friction, or the size of a support
  /// about its centre; a contact can pull with (factor - 1) body weights.
  void relax(const Bound& bound, double factor, const BodyWorkspace& body);
  /// Share of the strength of a muscle, actuator or tie that the limit uses, 0 to 1.
  double used(const Bound& bound, const FeasibleLimit& limit) const;
  /// Normal force of a cone at the limit, N.
  double normal_force(const FeasibleLimit& limit, int cone) const;
  /// The cones of the support to which a cone belongs.
  std::vector<int> cones_with(int cone) const;

 private:
  bool any_active(std::span<const int> cones) const;
  void assemble_share(std::size_t share);
  SolveStatus solve_along(double t);
  SolveStatus halve_to_limit(double t_min, double t_max, FeasibleLimit& limit);
  std::vector<Bound> bounds_of_support(
      const std::vector<int>& cones, const FeasibleLimit& limit, const BodyWorkspace& body) const;
  Vec3 center_of(std::span<const int> cones, const BodyWorkspace& body) const;
  void lean_on(const Eigen::VectorXd& lambda, FeasibleLimit& limit) const;

  const Model* model_;
  const MusclePlan* plan_;
  std::vector<FrictionCone> cones_;
  std::vector<BoundedTie> ties_;
  std::vector<ConeShare> shares_;
  std::vector<char> active_;  // [cones]
  std::vector<double> pull_;  // [cones] N, greatest of each edge; 0 unless relaxed
  std::vector<Vec3> edges_;   // [cones x kEdges] generators, world axes, normal component 1
  double criterion_;
  double weight_;  // N, body weight: scale of support forces
  int first_cone_ = 0;
  int first_tie_ = 0;
  int first_actuator_ = 0;
  int first_slack_ = 0;  // one per share: free where the share does not apply
  SeparableProgram program_;
  SeparableWorkspace work_;
  SeparableSolution solution_;
  SeparableSolution range_;
  std::vector<char> counts_;   // [columns] 1 for muscles: the unknowns of the min-max criterion
  Eigen::VectorXd direction_;  // [columns] scratch of cone_force_range
  Eigen::VectorXd base_;       // [rows] scratch of limit_along
  Eigen::VectorXd along_;      // [rows]
  Eigen::VectorXd reserve_;    // [nq]
  Eigen::VectorXd missing_;    // [rows] reserves, 0 in the rows of shares
  Eigen::VectorXd reserve_scale_;
  std::vector<Vec3> row_scratch_;  // [nq]
  bool warm_ = false;
  bool reserve_used_ = false;
};

}  // namespace coxa
