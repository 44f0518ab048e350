#pragma once

#include <string>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/math/function.hpp"
#include "coxa/math/spatial.hpp"

namespace coxa {

/// A coordinate of an OpenSim file: one degree of freedom.
struct Coordinate {
  std::string name;
  bool rotational = true;    // in rad if true, otherwise in m
  double default_value = 0;  // rad or m
  double lower = 0;          // rad or m, limits of the range
  double upper = 0;          // rad or m
  bool locked = false;       // fixed at its default; not among the unknowns
};

/// q[dependent] = function(q[independent]), both indices into the full set.
struct Coupling {
  int dependent = -1;
  int independent = -1;
  Function function = Function::linear(1, 0);
};

/// One axis of a joint: translation along or rotation about `direction` by function(q[coordinate]).
struct JointAxis {
  bool rotational = true;
  Vec3 direction = Vec3::UnitX();  // unit vector, in the frame moved by the preceding axes
  int coordinate = -1;             // index into the full set; -1 if the function is constant
  Function function = Function::linear(1, 0);
};

/// A rigid body and the joint that connects it to its parent. The joint's frame F is fixed in the
/// parent, M in the body; the axes act in order from F to M, translations first as in OpenSim.
struct Body {
  std::string name;
  std::string joint;                   // name of the joint that carries the body
  int parent = -1;                     // index into bodies; -1 only for the world
  double mass = 0;                     // kg
  Vec3 center_of_mass = Vec3::Zero();  // m, in the body's frame
  Mat3 inertia = Mat3::Zero();         // kg m2, about the centre of mass, body axes
  Pose X_PF{};
  Pose X_BM{};
  std::vector<JointAxis> axes{};
};

/// A named point of a body (a marker in OpenSim).
struct Site {
  std::string name;
  int body = 0;
  Vec3 p_B = Vec3::Zero();  // m, in the body's frame
};

/// A tree of rigid bodies. bodies[0] is the world; parents come before their children.
///
/// The *full* coordinates are all those in the file; the *independent* ones (the unknowns q)
/// exclude those that are locked or coupled to others. Immutable once built.
class COXA_EXPORT Skeleton {
 public:
  /// @throws InvalidArgument for a parent after its child, a coordinate index out of range, a mass
  ///         that is negative or not a number, or a coupling to a coordinate that is itself
  ///         dependent
  Skeleton(
      std::vector<Body> bodies,
      std::vector<Coordinate> full_coordinates,
      std::vector<Coupling> couplings,
      std::vector<Site> sites,
      Vec3 gravity);

  /// A column of a joint's motion subspace: motion of `body`'s joint per unit of a full coordinate.
  struct Column {
    int body = 0;
    int full = 0;         // index into the full coordinates
    int independent = 0;  // index into q, -1 if the coordinate is locked
  };

  /// Precomputed evaluation of a joint axis, derived from `bodies`.
  struct AxisPlan {
    enum class Rotation { x, y, z, general, none };
    Rotation rotation = Rotation::none;
    bool linear = true;   // whether the function is the identity
    int coordinate = -1;  // full
    int column = -1;
  };

  int nq() const { return static_cast<int>(independent_.size()); }
  int nq_full() const { return static_cast<int>(full_coordinates_.size()); }

  const std::vector<Body>& bodies() const { return bodies_; }
  const std::vector<Coordinate>& full_coordinates() const { return full_coordinates_; }
  const std::vector<Coupling>& couplings() const { return couplings_; }
  const std::vector<Site>& sites() const { return sites_; }
  const Vec3& gravity() const { return gravity_; }
  double total_mass() const { return total_mass_; }

  /// Index into the full coordinates of each independent one.
  const std::vector<int>& independent() const { return independent_; }
  const Coordinate& coordinate(int independent) const {
    return full_coordinates_[independent_[independent]];
  }
  std::vector<std::string> coordinate_names() const;

  const std::vector<Column>& columns() const { return columns_; }
  /// Columns of body i are first_column(i) ... first_column(i + 1) - 1.
  int first_column(int body) const { return first_column_[body]; }
  /// Columns that move body i, root first.
  const std::vector<int>& support(int body) const { return support_[body]; }
  int first_axis(int body) const { return first_axis_[body]; }
  const std::vector<AxisPlan>& axis_plans() const { return axis_plans_; }

  /// Indices by name. @throws UnknownName naming the nearest
  int body_index(const std::string& name) const;
  int coordinate_index(const std::string& name) const;  // among the independent ones
  int full_coordinate_index(const std::string& name) const;
  int site_index(const std::string& name) const;
  const Site& site(const std::string& name) const { return sites_[site_index(name)]; }

  /// [nq] default values of the independent coordinates, rad or m.
  Eigen::VectorXd default_position() const;

 private:
  std::vector<Body> bodies_;
  std::vector<Coordinate> full_coordinates_;
  std::vector<Coupling> couplings_;
  std::vector<Site> sites_;
  Vec3 gravity_;
  double total_mass_ = 0;
  std::vector<int> independent_;
  std::vector<Column> columns_;
  std::vector<int> first_column_;
  std::vector<std::vector<int>> support_;
  std::vector<AxisPlan> axis_plans_;
  std::vector<int> first_axis_;
};

}  // namespace coxa
