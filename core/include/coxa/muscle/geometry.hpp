#pragma once

#include <span>
#include <vector>

#include <Eigen/Core>

#include "coxa/body/dynamics.hpp"
#include "coxa/export.hpp"
#include "coxa/muscle/model.hpp"
#include "coxa/muscle/wrap_cylinder.hpp"

namespace coxa {

/// State-independent part of the muscle geometry: the bodies on which a muscle pulls and the
/// independent coordinates that it can move. Built once per model, shared by all threads.
class COXA_EXPORT MusclePlan {
 public:
  /// @param rule where paths touch cylinders; use other than `geodesic` for comparison only
  /// @throws InvalidArgument for a path of fewer than two points, or an index out of range
  explicit MusclePlan(const Model& model, TangentRule rule = TangentRule::geodesic);

  int muscles() const { return static_cast<int>(first_arm_.size()) - 1; }

  /// Number of structurally nonzero moment arms, over all muscles.
  int arms() const { return first_arm_.back(); }
  /// Moment arms of muscle m are first_arm(m) ... first_arm(m + 1) - 1.
  int first_arm(int muscle) const { return first_arm_[muscle]; }
  /// [arms] independent coordinate of each moment arm, ascending within a muscle.
  const std::vector<int>& arm_coordinates() const { return arm_coordinates_; }

  /// Stations of muscle m, first_station(m) ... first_station(m + 1) - 1: the bodies that it pulls
  /// on or that lie between them; children before parents, the common ancestor last.
  int stations() const { return first_station_.back(); }
  int first_station(int muscle) const { return first_station_[muscle]; }
  int station_body(int station) const { return stations_[station].body; }

  /// Maximum number of nodes of a path.
  int max_nodes() const { return max_nodes_; }
  int cylinders() const { return cylinders_; }

 private:
  friend struct PathSolver;

  struct Station {
    int body = 0;
    int parent = -1;  // station of the next body towards the common ancestor; -1 for the ancestor
    int first_column = 0, last_column = 0;  // into arm_columns_
  };
  struct ArmColumn {
    int column = 0;
    int full = 0;
    int arm = 0;
  };
  struct MovingAxis {
    int point = 0;  // of the path
    int axis = 0;
    int full = 0;
    int arm = 0;
  };

  std::vector<int> first_arm_;
  std::vector<int> arm_coordinates_;
  std::vector<int> first_station_;
  std::vector<Station> stations_;
  std::vector<ArmColumn> arm_columns_;
  std::vector<int> first_moving_;
  std::vector<MovingAxis> moving_;
  std::vector<int> first_point_;
  std::vector<int> point_station_;  // of each point of each path
  std::vector<int> first_wrap_;
  std::vector<int> wrap_station_;
  std::vector<char> cylinder_used_;
  TangentRule rule_;
  int max_nodes_ = 0;
  int cylinders_ = 0;
};

/// Geometry of all muscles in one state; one per thread. All memory is allocated at construction.
struct COXA_EXPORT MuscleGeometry {
  explicit MuscleGeometry(const MusclePlan& plan);

  Eigen::VectorXd length;      // [muscles] m, muscle and tendon
  Eigen::VectorXd speed;       // [muscles] m/s, lengthening positive
  Eigen::VectorXd moment_arm;  // [plan.arms()] m or 1: r = -dL/dq, so that tau = r * tension
  std::vector<Wrench> pull;    // [plan.stations()] on the station's body per N of tension, world
                               // axes, about the world's origin

  /// Node of a path: a path point, or a tangent point where the path meets or leaves a cylinder.
  struct Node {
    Vec3 p_W = Vec3::Zero();
    int body = 0;
    int station = 0;
    int point = -1;         // index of the path point, -1 for a node on a cylinder
    int wrap = -1;          // index of the path's wrap, -1 for a point
    int cylinder = -1;      // index of the model's cylinder, -1 for a point
    double arc_length = 0;  // m, over the cylinder to the next node; 0 where the path leaves it
    double sweep = 0;       // rad, signed, to the next node
  };
  std::vector<Node> nodes;      // scratch
  std::vector<Pose> cylinders;  // scratch: [cylinders] poses in the world
  std::vector<Wrench> subtree;  // scratch
};

/// Lengths, moment arms and pulls of all muscles, along the shortest path over the cylinders that
/// OpenSim would select.
///
/// Which cylinder is active, between which points and on which side is decided as in OpenSim 4.5
/// (GeometryPath, WrapCylinder). The tangent points differ: OpenSim moves them into a plane, which
/// leaves a kink of up to some degrees; here the path is the geodesic (a helix tangent to its
/// straight continuations), so that the moment arm equals -dL/dq.
///
/// The moment arm is the total derivative, including couplings and moving points:
///
///     r_i = -dL/dq_i = sum over bodies of J_i' pull
///
/// Needs current poses and columns in `work`, from the independent coordinates (`positions` or
/// `motion`). Does not allocate. Reference: Sherman, Seth & Delp (2013) for the effective moment
/// arm.
COXA_EXPORT void muscle_geometry(
    const Model& model,
    const MusclePlan& plan,
    const BodyWorkspace& work,
    MuscleGeometry& geometry);

/// Lengthening speeds, m/s, from current moment arms: speed = -sum_i r_i v_i.
/// @param v [nq] rad/s or m/s
COXA_EXPORT void muscle_speeds(
    const MusclePlan& plan, const VectorRef& v, MuscleGeometry& geometry);

/// Adds the wrenches on bodies of one muscle with the given tension, N.
/// @param wrenches [bodies] world axes, about the world's origin
COXA_EXPORT void add_tension(
    const MusclePlan& plan,
    const MuscleGeometry& geometry,
    int muscle,
    double tension,
    std::span<Wrench> wrenches);

/// Moment arms as a dense matrix [muscles x nq], m or 1.
COXA_EXPORT Eigen::MatrixXd moment_arm_matrix(
    const MusclePlan& plan, const MuscleGeometry& geometry, int nq);

/// World positions along a muscle's path, m, for drawing: its nodes, and arcs over cylinders in
/// steps of at most `max_step` (rad).
COXA_EXPORT std::vector<Vec3> muscle_polyline(
    const Model& model,
    const MusclePlan& plan,
    const BodyWorkspace& work,
    int muscle,
    double max_step = 0.1);

}  // namespace coxa
