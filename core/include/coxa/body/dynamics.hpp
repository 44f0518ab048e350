#pragma once

#include <span>
#include <vector>

#include <Eigen/Core>

#include "coxa/body/skeleton.hpp"
#include "coxa/export.hpp"
#include "coxa/math/spatial.hpp"

namespace coxa {

using VectorRef = Eigen::Ref<const Eigen::VectorXd>;

/// Motion of one body and the wrench that causes it, all in world axes about the world's origin.
struct BodyState {
  Pose X_WB{};  // pose in the world
  Twist V{};    // velocity
  Twist A{};    // acceleration minus gravity
  Wrench F{};   // wrench through the inboard joint that the subtree's motion and loads require
};

/// Scratch memory and last results of the body algorithms; one per thread.
struct BodyWorkspace {
  COXA_EXPORT explicit BodyWorkspace(const Skeleton& skeleton);

  std::vector<BodyState>
      bodies;                  // [bodies]; bodies[0] is the world, its F the total ground reaction
  std::vector<Twist> columns;  // [columns] motion per unit of its full coordinate
  Eigen::VectorXd q_full;      // [nq_full] rad or m
  Eigen::VectorXd v_full;      // [nq_full]
  Eigen::VectorXd vdot_full;   // [nq_full]
  Eigen::VectorXd factor;      // [nq_full] d q_full / d q of the coordinate that drives it
  Eigen::VectorXd tau_full;    // [nq_full] N m or N
  Eigen::VectorXd tau;         // [nq] N m or N
};

/// Poses of all bodies, and `columns`, from coordinates.
/// @param q [nq] or [nq_full], rad or m
COXA_EXPORT void positions(const Skeleton& skeleton, BodyWorkspace& work, const VectorRef& q);

/// Poses, velocities and accelerations (minus gravity) of all bodies.
/// @param q, v, vdot [nq] or [nq_full]; rad or m, per s, per s2
COXA_EXPORT void motion(
    const Skeleton& skeleton,
    BodyWorkspace& work,
    const VectorRef& q,
    const VectorRef& v,
    const VectorRef& vdot);

/// Generalized forces that produce a given motion (recursive Newton-Euler).
///
///     tau = M(q) vdot + C(q, v) v + g(q) - sum_i J_i' f_ext,i
///
/// @param q, v, vdot [nq], or [nq_full] for OpenSim's full set; rad or m, per s, per s2
/// @param f_ext wrench on each body, world axes, about the world's origin; one per body, empty: none
/// @return `work.tau` [nq], N m or N: effective, projected by the couplings; `work.tau_full`
///         [nq_full] is filled as well
/// @throws InvalidArgument if a size does not match
///
/// Does not allocate. Reference: Featherstone (2008), table 5.1, written about the world's origin so
/// that wrenches add without being transformed.
COXA_EXPORT const Eigen::VectorXd& inverse_dynamics(
    const Skeleton& skeleton,
    BodyWorkspace& work,
    const VectorRef& q,
    const VectorRef& v,
    const VectorRef& vdot,
    std::span<const Wrench> f_ext = {});

/// Second half of `inverse_dynamics` on a workspace whose motion is current: wrenches and tau.
COXA_EXPORT void forces(
    const Skeleton& skeleton, BodyWorkspace& work, std::span<const Wrench> f_ext = {});

/// Mass matrix on [nq] or [nq_full] coordinates (composite rigid body algorithm).
/// @return [n x n] kg m2, kg m or kg. Reference: Featherstone (2008), table 6.2
COXA_EXPORT Eigen::MatrixXd mass_matrix(
    const Skeleton& skeleton, BodyWorkspace& work, const VectorRef& q);

/// Accelerations [nq] due to generalized forces tau [nq]: M(q) vdot = tau - C(q, v) v - g(q).
COXA_EXPORT Eigen::VectorXd forward_dynamics(
    const Skeleton& skeleton,
    BodyWorkspace& work,
    const VectorRef& q,
    const VectorRef& v,
    const VectorRef& tau);

/// World position of a body's point. Needs current poses.
inline Vec3 world_point(const BodyWorkspace& work, int body, const Vec3& p_B) {
  return work.bodies[body].X_WB * p_B;
}

/// Acceleration, m/s2, without the gravity term, of the body-fixed point that is at `p_W`. Needs
/// current motion.
COXA_EXPORT Vec3
point_acceleration(const Skeleton& skeleton, const BodyWorkspace& work, int body, const Vec3& p_W);

/// Wrench, world axes about the world's origin, that the motion and weight of a rigid body require
/// (Newton and Euler equations about its centre of mass).
/// @param state   motion of the body, or of the one to which it is fixed
/// @param R       orientation of its axes in the world
/// @param center  m, its centre of mass in the world
/// @param mass    kg
/// @param inertia kg m2, about the centre of mass, its own axes
COXA_EXPORT Wrench required_wrench(
    const BodyState& state, const Mat3& R, const Vec3& center, double mass, const Mat3& inertia);

/// row += factor * J_body' wrench, with J_body = d(twist of `body`)/d(v); `row` is [nq]. Needs
/// current `columns`.
COXA_EXPORT void add_projected_wrench(
    const Skeleton& skeleton,
    const BodyWorkspace& work,
    int body,
    const Wrench& wrench,
    double factor,
    Eigen::Ref<Eigen::VectorXd> row);

/// Adds factor times the Jacobian [3 x nq] of the world position of a body-fixed point to `J`.
/// Needs current columns.
COXA_EXPORT void add_point_jacobian(
    const Skeleton& skeleton,
    const BodyWorkspace& work,
    int body,
    const Vec3& p_W,
    double factor,
    Eigen::Ref<Eigen::MatrixXd> J);

/// Adds factor times the Jacobian [3 x nq] of a body's angular velocity to `J`. Needs current
/// columns.
COXA_EXPORT void add_angular_jacobian(
    const Skeleton& skeleton,
    const BodyWorkspace& work,
    int body,
    double factor,
    Eigen::Ref<Eigen::MatrixXd> J);

/// Mass, centre of mass and momentum of a system of bodies.
struct Momentum {
  double mass = 0;                     // kg
  Vec3 center_of_mass = Vec3::Zero();  // m
  Vec3 linear = Vec3::Zero();          // kg m/s
  Vec3 angular = Vec3::Zero();         // kg m2/s about the world's origin

  Momentum& operator+=(const Momentum& other);
  /// kg m2/s about the centre of mass
  Vec3 angular_about_center() const { return angular - center_of_mass.cross(linear); }
};

/// Momentum of one rigid body; arguments as in `required_wrench`.
COXA_EXPORT Momentum momentum(
    const BodyState& state, const Mat3& R, const Vec3& center, double mass, const Mat3& inertia);

/// Momentum of the whole skeleton. Needs current motion.
COXA_EXPORT Momentum momentum(const Skeleton& skeleton, const BodyWorkspace& work);

}  // namespace coxa
