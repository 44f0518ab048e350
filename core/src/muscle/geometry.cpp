#include "coxa/muscle/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "coxa/math/error.hpp"

namespace coxa {

using Node = MuscleGeometry::Node;

namespace {

// rad or m: OpenSim's tolerance on the range of a conditional point
constexpr double kConditionTolerance = 1e-5;

// m: a path over several cylinders is iterated until its tangent points move less than this
constexpr double kTangentTolerance = 1e-12;
constexpr int kMaxSweeps = 20;
constexpr int kMaxSettling = 100;

bool is_there(const PathPoint& point, const BodyWorkspace& work) {
  if (point.kind != PathPoint::Kind::conditional) return true;
  const double value = work.q_full[point.coordinate];
  return value >= point.lower - kConditionTolerance && value <= point.upper + kConditionTolerance;
}

Vec3 location(const PathPoint& point, const BodyWorkspace& work) {
  if (point.kind != PathPoint::Kind::moving) return point.p_B;
  Vec3 p;
  for (int axis = 0; axis < 3; ++axis) {
    const MovingLocation& moving = point.moving[axis];
    p[axis] = moving.function(moving.coordinate < 0 ? 0.0 : work.q_full[moving.coordinate]).value;
  }
  return p;
}

Pose cylinder_pose(const WrapCylinder& cylinder, const BodyWorkspace& work) {
  return work.bodies[cylinder.body].X_WB * cylinder.X_BC;
}

}  // namespace

// finds the nodes of one path, stored in geometry.nodes[0 ... count)
struct PathSolver {
  const Model& model;
  const MusclePlan& plan;
  const BodyWorkspace& work;
  MuscleGeometry& geometry;
  int count = 0;

  void solve(int muscle) {
    const Path& path = model.muscles[muscle].path;
    const int first = plan.first_point_[muscle];
    count = 0;
    for (std::size_t i = 0; i < path.points.size(); ++i) {
      const PathPoint& point = path.points[i];
      if (!is_there(point, work)) continue;
      Node& node = geometry.nodes[count++];
      node.p_W = work.bodies[point.body].X_WB * location(point, work);
      node.body = point.body;
      node.station = plan.point_station_[first + i];
      node.point = static_cast<int>(i);
      node.wrap = node.cylinder = -1;
      node.arc_length = node.sweep = 0;
    }
    if (!path.wraps.empty()) wrap_all(muscle, path);
  }

  double length() const {
    double sum = 0;
    for (int i = 0; i + 1 < count; ++i) {
      const Node& a = geometry.nodes[i];
      const Node& b = geometry.nodes[i + 1];
      sum += a.wrap >= 0 && a.wrap == b.wrap ? a.arc_length : (b.p_W - a.p_W).norm();
    }
    return sum;
  }

 private:
  void wrap_all(int muscle, const Path& path) {
    const int n = static_cast<int>(path.wraps.size());
    if (n == 1) {
      wrap_one(muscle, path, 0);
      return;
    }

    // each cylinder in turn with the others fixed, until no tangent point moves; the first two are
    // swapped if the first had nothing to wrap and a point was inside the second (OpenSim's order)
    bool swapped = false;
    for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
      double moved = 0;
      CylinderWrap::Action actions[2] = {};
      for (int i = 0; i < n; ++i) {
        const int wrap = swapped && i < 2 ? 1 - i : i;
        const Outcome outcome = wrap_one(muscle, path, wrap);
        if (outcome.stop) return;
        if (i < 2) actions[i] = outcome.last_action;
        moved = std::max(moved, outcome.moved);
      }
      if (sweep > 0 && moved <= kTangentTolerance) return;
      if (sweep == 0 && actions[0] == CylinderWrap::Action::none
          && actions[1] == CylinderWrap::Action::inside) {
        swapped = true;
        remove(0);
        continue;
      }
      settle();
    }
  }

  // moves the tangent points of adjacent cylinders to convergence without selecting segments again:
  // each cylinder in turn, with Anderson acceleration of depth one for all of them
  void settle() {
    constexpr int kMaxPairs = 4;
    auto& nodes = geometry.nodes;
    int pairs[kMaxPairs];
    int n = 0;
    for (int i = 1; i + 2 < count; ++i) {
      if (nodes[i].wrap < 0 || nodes[i].wrap != nodes[i + 1].wrap) continue;
      if (n == kMaxPairs) return;
      pairs[n++] = i++;
    }
    if (n < 2) return;

    Vec3 given[2 * kMaxPairs], found_before[2 * kMaxPairs], change_before[2 * kMaxPairs];
    for (int iteration = 0; iteration < kMaxSettling; ++iteration) {
      for (int k = 0; k < n; ++k) {
        given[2 * k] = nodes[pairs[k]].p_W;
        given[2 * k + 1] = nodes[pairs[k] + 1].p_W;
      }
      double moved = 0;
      for (int k = 0; k < n; ++k) {
        const int i = pairs[k];
        const Pose& X_WC = geometry.cylinders[nodes[i].cylinder];
        const CylinderWrap wrap = wrap_cylinder(
            model.cylinders[nodes[i].cylinder], X_WC.R.transpose() * (nodes[i - 1].p_W - X_WC.p),
            X_WC.R.transpose() * (nodes[i + 2].p_W - X_WC.p), plan.rule_);
        if (wrap.action == CylinderWrap::Action::none
            || wrap.action == CylinderWrap::Action::inside)
          return;
        nodes[i].p_W = X_WC * wrap.first;
        nodes[i + 1].p_W = X_WC * wrap.last;
        nodes[i].arc_length = wrap.arc_length;
        nodes[i].sweep = wrap.sweep;
      }

      double along = 0, square = 0;
      for (int j = 0; j < 2 * n; ++j) {
        const Vec3 found = nodes[pairs[j / 2] + j % 2].p_W;
        const Vec3 change = found - given[j];
        moved = std::max(moved, change.squaredNorm());
        if (iteration > 0) {
          const Vec3 difference = change - change_before[j];
          along += change.dot(difference);
          square += difference.squaredNorm();
        }
      }
      if (moved <= kTangentTolerance * kTangentTolerance) return;
      const double back = square > 0 ? along / square : 0.0;
      for (int j = 0; j < 2 * n; ++j) {
        Vec3& p = nodes[pairs[j / 2] + j % 2].p_W;
        const Vec3 found = p;
        if (iteration > 0) p -= back * (found - found_before[j]);
        change_before[j] = found - given[j];
        found_before[j] = found;
      }
    }
  }

  struct Outcome {
    CylinderWrap::Action last_action = CylinderWrap::Action::none;
    double moved =
        0;  // m, displacement of the tangent points; infinite if they appeared or vanished
    bool stop = false;  // no point of the path is in the wrap's range
  };

  // removes the nodes of a wrap; true if there were any, with their positions in `before`
  bool remove(int wrap, Vec3 before[2] = nullptr) {
    auto& nodes = geometry.nodes;
    for (int i = 0; i + 1 < count; ++i) {
      if (nodes[i].wrap != wrap) continue;
      if (before) before[0] = nodes[i].p_W, before[1] = nodes[i + 1].p_W;
      std::move(nodes.begin() + i + 2, nodes.begin() + count, nodes.begin() + i);
      count -= 2;
      return true;
    }
    return false;
  }

  // first and last node between which a wrap may act; -1 if there is none
  std::pair<int, int> nodes_between(const Path& path, const PathWrap& range) const {
    const int first_point = range.first_point < 1 ? 0 : range.first_point - 1;
    const int last_point =
        range.last_point < 1 ? static_cast<int>(path.points.size()) - 1 : range.last_point - 1;
    int first = -1, last = -1;
    for (int i = 0; i < count; ++i) {
      const int point = geometry.nodes[i].point;
      if (point < first_point || point > last_point) continue;
      if (first < 0) first = i;
      last = i;
    }
    return {first, last};
  }

  // the first segment that intersects the cylinder, otherwise the one that is lengthened least; -1
  // if none wraps
  int piece_to_wrap(
      int cylinder, int first, int last, CylinderWrap& best, CylinderWrap::Action& last_action) {
    using Action = CylinderWrap::Action;
    const auto& nodes = geometry.nodes;
    const Pose& X_WC = geometry.cylinders[cylinder];
    int at = -1;
    double least = std::numeric_limits<double>::infinity();
    Vec3 next = X_WC.R.transpose() * (nodes[first].p_W - X_WC.p);
    for (int i = first; i < last; ++i) {
      const Vec3 p1 = next;
      next = X_WC.R.transpose() * (nodes[i + 1].p_W - X_WC.p);
      if (nodes[i].cylinder >= 0 && nodes[i].cylinder == nodes[i + 1].cylinder) continue;
      const CylinderWrap candidate = wrap_cylinder(model.cylinders[cylinder], p1, next, plan.rule_);
      last_action = candidate.action;
      if (candidate.action == Action::mandatory) {
        best = candidate;
        return i;
      }
      if (candidate.action != Action::possible) continue;
      const double change = (candidate.first - p1).norm() + candidate.arc_length
                            + (next - candidate.last).norm() - (next - p1).norm();
      if (change < least) {
        best = candidate;
        at = i;
        least = change;
      }
    }
    return at;
  }

  Outcome wrap_one(int muscle, const Path& path, int wrap) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    auto& nodes = geometry.nodes;
    const PathWrap& range = path.wraps[wrap];
    const WrapCylinder& cylinder = model.cylinders[range.cylinder];
    Outcome outcome;
    Vec3 before[2] = {Vec3::Zero(), Vec3::Zero()};
    const bool was_wrapped = remove(wrap, before);
    if (!cylinder.active) return outcome;

    const auto [first, last] = nodes_between(path, range);
    if (first < 0) {
      outcome.stop = true;
      return outcome;
    }
    CylinderWrap best;
    const int at = piece_to_wrap(range.cylinder, first, last, best, outcome.last_action);
    if (at < 0) {
      if (was_wrapped) outcome.moved = infinity;
      return outcome;
    }

    std::move_backward(nodes.begin() + at + 1, nodes.begin() + count, nodes.begin() + count + 2);
    count += 2;
    Node& a = nodes[at + 1];
    Node& b = nodes[at + 2];
    const Pose& X_WC = geometry.cylinders[range.cylinder];
    a.p_W = X_WC * best.first;
    b.p_W = X_WC * best.last;
    a.body = b.body = cylinder.body;
    a.station = b.station = plan.wrap_station_[plan.first_wrap_[muscle] + wrap];
    a.point = b.point = -1;
    a.wrap = b.wrap = wrap;
    a.cylinder = b.cylinder = range.cylinder;
    a.arc_length = best.arc_length;
    a.sweep = best.sweep;
    b.arc_length = b.sweep = 0;
    outcome.moved =
        was_wrapped ? std::max((a.p_W - before[0]).norm(), (b.p_W - before[1]).norm()) : infinity;
    return outcome;
  }

 public:
  // pull on each station per unit of tension: equal and opposite forces along each straight segment
  void add_pulls() {
    for (int i = 0; i + 1 < count; ++i) {
      const Node& a = geometry.nodes[i];
      const Node& b = geometry.nodes[i + 1];
      if (a.body == b.body) continue;
      const Vec3 along = b.p_W - a.p_W;
      const double distance = along.norm();
      if (distance == 0) continue;
      const Wrench pull = Wrench::at(a.p_W, along / distance);
      geometry.pull[a.station] += pull;
      geometry.pull[b.station] -= pull;
    }
  }

  void add_arms(int muscle) {
    const int first = plan.first_station_[muscle];
    const int last = plan.first_station_[muscle + 1];
    for (int s = first; s < last; ++s) geometry.subtree[s] = geometry.pull[s];

    // children first; at the common ancestor all pulls cancel
    for (int s = first; s + 1 < last; ++s) {
      const auto& station = plan.stations_[s];
      const Wrench& pull = geometry.subtree[s];
      for (int k = station.first_column; k < station.last_column; ++k) {
        const auto& column = plan.arm_columns_[k];
        geometry.moment_arm[column.arm] +=
            work.factor[column.full] * dot(work.columns[column.column], pull);
      }
      geometry.subtree[station.parent] += pull;
    }

    // contribution of points that move within their body
    for (int k = plan.first_moving_[muscle]; k < plan.first_moving_[muscle + 1]; ++k) {
      const auto& moving = plan.moving_[k];
      const PathPoint& point = model.muscles[muscle].path.points[moving.point];
      for (int i = 0; i < count; ++i) {
        if (geometry.nodes[i].point != moving.point) continue;
        const Vec3& p = geometry.nodes[i].p_W;
        Vec3 force = Vec3::Zero();
        if (i > 0) force += (geometry.nodes[i - 1].p_W - p).stableNormalized();
        if (i + 1 < count) force += (geometry.nodes[i + 1].p_W - p).stableNormalized();
        const double slope = point.moving[moving.axis].function(work.q_full[moving.full]).first;
        geometry.moment_arm[moving.arm] +=
            work.factor[moving.full] * slope
            * work.bodies[point.body].X_WB.R.col(moving.axis).dot(force);
        break;
      }
    }
  }

  void pose_cylinders() {
    for (int i = 0; i < plan.cylinders_; ++i)
      if (plan.cylinder_used_[i]) geometry.cylinders[i] = cylinder_pose(model.cylinders[i], work);
  }
};

MuscleGeometry::MuscleGeometry(const MusclePlan& plan)
    : length(Eigen::VectorXd::Zero(plan.muscles())),
      speed(Eigen::VectorXd::Zero(plan.muscles())),
      moment_arm(Eigen::VectorXd::Zero(plan.arms())),
      pull(plan.stations()),
      nodes(plan.max_nodes()),
      cylinders(plan.cylinders()),
      subtree(plan.stations()) {}

void muscle_geometry(
    const Model& model,
    const MusclePlan& plan,
    const BodyWorkspace& work,
    MuscleGeometry& geometry) {
  require_size("muscles of the plan", plan.muscles(), std::ssize(model.muscles));
  require_size("geometry.length", geometry.length.size(), plan.muscles());
  require_size("geometry.moment_arm", geometry.moment_arm.size(), plan.arms());

  PathSolver solver{model, plan, work, geometry};
  solver.pose_cylinders();
  geometry.moment_arm.setZero();
  for (Wrench& pull : geometry.pull) pull = Wrench{};
  for (int m = 0; m < plan.muscles(); ++m) {
    solver.solve(m);
    geometry.length[m] = solver.length();
    solver.add_pulls();
    solver.add_arms(m);
  }
}

void muscle_speeds(const MusclePlan& plan, const VectorRef& v, MuscleGeometry& geometry) {
  for (int m = 0; m < plan.muscles(); ++m) {
    double speed = 0;
    for (int k = plan.first_arm(m); k < plan.first_arm(m + 1); ++k)
      speed -= geometry.moment_arm[k] * v[plan.arm_coordinates()[k]];
    geometry.speed[m] = speed;
  }
}

void add_tension(
    const MusclePlan& plan,
    const MuscleGeometry& geometry,
    int muscle,
    double tension,
    std::span<Wrench> wrenches) {
  for (int s = plan.first_station(muscle); s < plan.first_station(muscle + 1); ++s)
    wrenches[plan.station_body(s)] += geometry.pull[s] * tension;
}

Eigen::MatrixXd moment_arm_matrix(const MusclePlan& plan, const MuscleGeometry& geometry, int nq) {
  Eigen::MatrixXd r = Eigen::MatrixXd::Zero(plan.muscles(), nq);
  for (int m = 0; m < plan.muscles(); ++m)
    for (int k = plan.first_arm(m); k < plan.first_arm(m + 1); ++k)
      r(m, plan.arm_coordinates()[k]) = geometry.moment_arm[k];
  return r;
}

std::vector<Vec3> muscle_polyline(
    const Model& model,
    const MusclePlan& plan,
    const BodyWorkspace& work,
    int muscle,
    double max_step) {
  require(
      muscle >= 0 && muscle < plan.muscles(), "muscle ", muscle, " does not exist; the model has ",
      plan.muscles());
  require(max_step > 0, "max_step is ", max_step, " rad; it must be above 0");
  MuscleGeometry geometry(plan);
  PathSolver solver{model, plan, work, geometry};
  solver.pose_cylinders();
  solver.solve(muscle);

  std::vector<Vec3> line;
  for (int i = 0; i < solver.count; ++i) {
    const Node& node = geometry.nodes[i];
    line.push_back(node.p_W);
    if (node.sweep == 0) continue;
    const Pose& X_WC = geometry.cylinders[node.cylinder];
    const Pose X_CW = X_WC.inverse();
    const Vec3 first = X_CW * node.p_W;
    const double rise = (X_CW * geometry.nodes[i + 1].p_W).z() - first.z();
    const int steps = static_cast<int>(std::ceil(std::abs(node.sweep) / max_step));
    for (int k = 1; k < steps; ++k) {
      const double t = static_cast<double>(k) / steps;
      const Vec3 turned = rotation(Vec3::UnitZ(), t * node.sweep) * first;
      line.push_back(X_WC * Vec3(turned + Vec3(0, 0, t * rise)));
    }
  }
  return line;
}

}  // namespace coxa
