#pragma once

#include <cmath>

#include <Eigen/Core>
#include <Eigen/Geometry>

namespace coxa {

using Vec3 = Eigen::Vector3d;
using Mat3 = Eigen::Matrix3d;

/// Position and orientation of frame B in frame A, written X_AB: p_A = X_AB * p_B.
struct Pose {
  Mat3 R = Mat3::Identity();
  Vec3 p = Vec3::Zero();

  Vec3 operator*(const Vec3& point) const { return R * point + p; }
  Pose operator*(const Pose& other) const { return {R * other.R, R * other.p + p}; }
  Pose inverse() const { return {R.transpose(), -(R.transpose() * p)}; }
};

/// Spatial velocity or acceleration, angular and linear, in world axes about the world's origin
/// (Featherstone 2008, ch. 2); `linear` is that of the body-fixed point currently at the origin.
/// Units rad/s and m/s, or rad/s2 and m/s2.
struct Twist {
  Vec3 angular = Vec3::Zero();
  Vec3 linear = Vec3::Zero();

  /// Linear part at the body-fixed point that is at `p`, world axes.
  Vec3 at(const Vec3& p) const { return linear + angular.cross(p); }

  Twist& operator+=(const Twist& other) {
    angular += other.angular;
    linear += other.linear;
    return *this;
  }
  Twist operator+(const Twist& other) const {
    return {angular + other.angular, linear + other.linear};
  }
  Twist operator*(double factor) const { return {angular * factor, linear * factor}; }
};

/// Moment about the world's origin, N m, and force, N; world axes.
struct Wrench {
  Vec3 moment = Vec3::Zero();
  Vec3 force = Vec3::Zero();

  /// Wrench of a force that acts at a point.
  static Wrench at(const Vec3& p, const Vec3& force) { return {p.cross(force), force}; }

  /// Moment about the point `p` instead of the origin.
  Vec3 moment_about(const Vec3& p) const { return moment - p.cross(force); }

  Wrench& operator+=(const Wrench& other) {
    moment += other.moment;
    force += other.force;
    return *this;
  }
  Wrench& operator-=(const Wrench& other) {
    moment -= other.moment;
    force -= other.force;
    return *this;
  }
  Wrench operator+(const Wrench& other) const {
    return {moment + other.moment, force + other.force};
  }
  Wrench operator-(const Wrench& other) const {
    return {moment - other.moment, force - other.force};
  }
  Wrench operator*(double factor) const { return {moment * factor, force * factor}; }
};

/// Power of a wrench on a moving body, W.
inline double dot(const Twist& twist, const Wrench& wrench) {
  return twist.angular.dot(wrench.moment) + twist.linear.dot(wrench.force);
}

/// Rate of change of a twist that is fixed in a frame moving with V (Featherstone's crm(V) S).
inline Twist cross(const Twist& V, const Twist& S) {
  return {V.angular.cross(S.angular), V.angular.cross(S.linear) + V.linear.cross(S.angular)};
}

/// Rotation of `angle` about a unit axis (Rodrigues).
inline Mat3 rotation(const Vec3& axis, double angle) {
  return Eigen::AngleAxisd(angle, axis).toRotationMatrix();
}

/// Body-fixed rotations about x, then y, then z: the orientation convention of OpenSim's files.
inline Mat3 rotation_xyz(const Vec3& angles) {
  return rotation(Vec3::UnitX(), angles.x()) * rotation(Vec3::UnitY(), angles.y())
         * rotation(Vec3::UnitZ(), angles.z());
}

/// Inverse of `rotation_xyz`, rad; the first and third angle are not unique where the second is ±90
/// degrees.
inline Vec3 angles_xyz(const Mat3& R) {
  const double x = std::atan2(-R(1, 2), R(2, 2));
  // the others from R with the first rotation undone: well conditioned also where cos(y) vanishes
  const double s = std::sin(x);
  const double c = std::cos(x);
  return {
      x, std::atan2(R(0, 2), c * R(2, 2) - s * R(1, 2)),
      std::atan2(c * R(1, 0) + s * R(2, 0), c * R(1, 1) + s * R(2, 1))};
}

}  // namespace coxa
