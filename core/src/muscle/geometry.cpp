#include "coxa/muscle/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "coxa/math/error.hpp"

namespace coxa {

using Node = MuscleGeometry::Node;

namespace {

// OpenSim's tolerance on the range of a conditional point
constexpr double kConditionTolerance = 1e-5;

// a path over several cylinders is swept until its tangent points rest to this, m
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

// nodes of one path; the list is in geometry.nodes[0 ... count)
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

    // each cylinder in turn, given the others, until nothing moves; the first two change places if
    // the first had nothing to wrap and a point lay inside the second (OpenSim's order of trying)
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

  // slides the tangent points of neighbouring cylinders to rest without choosing pieces anew: each
  // cylinder in turn, and Anderson's extrapolation over one step for all of them
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
        0;  // m, of the tangent points since the last time; infinite if they came or went
    bool stop = false;  // nothing of the path is there to be wrapped
  };

  // takes away the nodes of a wrap; true if there were any, their places in `before`
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

  Outcome wrap_one(int muscle, const Path& path, int wrap) {
    using Action = CylinderWrap::Action;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    auto& nodes = geometry.nodes;
    const PathWrap& range = path.wraps[wrap];
    const WrapCylinder& cylinder = model.cylinders[range.cylinder];
    Outcome outcome;
    Vec3 before[2] = {Vec3::Zero(), Vec3::Zero()};
    const bool was_wrapped = remove(wrap, before);
    if (!cylinder.active) return outcome;

    // nodes between which it may act
    const int first_point = range.first_point < 1 ? 0 : range.first_point - 1;
    const int last_point =
        range.last_point < 1 ? static_cast<int>(path.points.size()) - 1 : range.last_point - 1;
    int first = -1, last = -1;
    for (int i = 0; i < count; ++i) {
      const int point = nodes[i].point;
      if (point < first_point || point > last_point) continue;
      if (first < 0) first = i;
      last = i;
    }
    if (first < 0) {
      outcome.stop = true;
      return outcome;
    }

    // the first piece that runs through the cylinder, or else the one that is lengthened least
    const Pose& X_WC = geometry.cylinders[range.cylinder];
    CylinderWrap best;
    int at = -1;
    double least = infinity;
    Vec3 next = X_WC.R.transpose() * (nodes[first].p_W - X_WC.p);
    for (int i = first; i < last; ++i) {
      const Vec3 p1 = next;
      next = X_WC.R.transpose() * (nodes[i + 1].p_W - X_WC.p);
      if (nodes[i].cylinder >= 0 && nodes[i].cylinder == nodes[i + 1].cylinder) continue;
      const CylinderWrap candidate = wrap_cylinder(cylinder, p1, next, plan.rule_);
      outcome.last_action = candidate.action;
      if (candidate.action == Action::mandatory) {
        best = candidate;
        at = i;
        break;
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
    if (at < 0) {
      if (was_wrapped) outcome.moved = infinity;
      return outcome;
    }

    std::move_backward(nodes.begin() + at + 1, nodes.begin() + count, nodes.begin() + count + 2);
    count += 2;
    Node& a = nodes[at + 1];
    Node& b = nodes[at + 2];
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
  // pull on each station per unit of tension: what two bodies do to each other along a straight
  // piece
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

    // children first; above the common ancestor all pulls cancel
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

    // points that move within their body
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

MusclePlan::MusclePlan(const Model& model, TangentRule rule) : rule_(rule) {
  const Skeleton& skeleton = model.skeleton;
  const auto& bodies = skeleton.bodies();
  const int n_bodies = static_cast<int>(bodies.size());
  cylinders_ = static_cast<int>(model.cylinders.size());
  cylinder_used_.assign(cylinders_, 0);

  // what drives each full coordinate
  std::vector<int> independent_of(skeleton.nq_full(), -1);
  for (int i = 0; i < skeleton.nq(); ++i) independent_of[skeleton.independent()[i]] = i;
  for (const Coupling& coupling : skeleton.couplings())
    independent_of[coupling.dependent] = independent_of[coupling.independent];

  first_arm_ = first_station_ = first_moving_ = first_point_ = first_wrap_ = {0};
  for (const Muscle& muscle : model.muscles) {
    const Path& path = muscle.path;
    require(
        path.points.size() >= 2, "the path of muscle '", muscle.name, "' has ", path.points.size(),
        " points; it needs at least 2");
    const auto require_body = [&](int body, const std::string& what) {
      require(
          body >= 0 && body < n_bodies, "muscle '", muscle.name, "': ", what, " lies on body ",
          body, "; the model has bodies 0 ... ", n_bodies - 1);
    };
    const auto require_coordinate = [&](int full, const std::string& what) {
      require(
          full >= 0 && full < skeleton.nq_full(), "muscle '", muscle.name, "': ", what,
          " depends on coordinate ", full, "; the model has 0 ... ", skeleton.nq_full() - 1);
    };

    // bodies that the muscle may pull on, and how many of them each body carries
    std::vector<char> pulled(n_bodies, 0);
    for (const PathPoint& point : path.points) {
      require_body(point.body, "point '" + point.name + "'");
      pulled[point.body] = 1;
      if (point.kind == PathPoint::Kind::conditional)
        require_coordinate(point.coordinate, "point '" + point.name + "'");
    }
    for (const PathWrap& wrap : path.wraps) {
      require(
          wrap.cylinder >= 0 && wrap.cylinder < cylinders_, "muscle '", muscle.name,
          "' wraps over cylinder ", wrap.cylinder, "; the model has ", cylinders_);
      cylinder_used_[wrap.cylinder] = 1;
      require_body(model.cylinders[wrap.cylinder].body, "a cylinder");
      pulled[model.cylinders[wrap.cylinder].body] = 1;
    }
    std::vector<int> carried(pulled.begin(), pulled.end());
    for (int b = n_bodies - 1; b >= 1; --b) carried[bodies[b].parent] += carried[b];
    int ancestor = 0;
    for (int b = 0; b < n_bodies; ++b)
      if (carried[b] == carried[0]) ancestor = b;

    // stations: everything carrying between the ancestor and the ends, children first, ancestor
    // last
    std::vector<int> station_of(n_bodies, -1);
    std::vector<int> between;
    for (int b = n_bodies - 1; b > ancestor; --b)
      if (carried[b] > 0) between.push_back(b);
    between.push_back(ancestor);
    const int first_station = stations();
    for (std::size_t k = 0; k < between.size(); ++k)
      station_of[between[k]] = first_station + static_cast<int>(k);

    // the coordinates that can move one part of it against another
    std::map<int, int> arm_of;
    for (const int b : between) {
      if (b == ancestor) continue;
      for (int c = skeleton.first_column(b); c < skeleton.first_column(b + 1); ++c)
        if (skeleton.columns()[c].independent >= 0) arm_of[skeleton.columns()[c].independent] = 0;
    }
    for (const PathPoint& point : path.points) {
      if (point.kind != PathPoint::Kind::moving) continue;
      for (const MovingLocation& moving : point.moving) {
        if (moving.coordinate == -1) continue;
        require_coordinate(moving.coordinate, "point '" + point.name + "'");
        const int independent = independent_of[moving.coordinate];
        if (independent >= 0) arm_of[independent] = 0;
      }
    }
    for (auto& [coordinate, arm] : arm_of) {
      arm = static_cast<int>(arm_coordinates_.size());
      arm_coordinates_.push_back(coordinate);
    }

    for (const int b : between) {
      Station station;
      station.body = b;
      station.parent = b == ancestor ? -1 : station_of[bodies[b].parent];
      station.first_column = static_cast<int>(arm_columns_.size());
      if (b != ancestor) {
        for (int c = skeleton.first_column(b); c < skeleton.first_column(b + 1); ++c) {
          const Skeleton::Column& column = skeleton.columns()[c];
          if (column.independent >= 0)
            arm_columns_.push_back({c, column.full, arm_of[column.independent]});
        }
      }
      station.last_column = static_cast<int>(arm_columns_.size());
      stations_.push_back(station);
    }
    for (std::size_t i = 0; i < path.points.size(); ++i) {
      const PathPoint& point = path.points[i];
      point_station_.push_back(station_of[point.body]);
      if (point.kind != PathPoint::Kind::moving) continue;
      for (int axis = 0; axis < 3; ++axis) {
        const int full = point.moving[axis].coordinate;
        if (full >= 0 && independent_of[full] >= 0)
          moving_.push_back({static_cast<int>(i), axis, full, arm_of[independent_of[full]]});
      }
    }
    for (const PathWrap& wrap : path.wraps)
      wrap_station_.push_back(station_of[model.cylinders[wrap.cylinder].body]);

    first_arm_.push_back(static_cast<int>(arm_coordinates_.size()));
    first_station_.push_back(static_cast<int>(stations_.size()));
    first_moving_.push_back(static_cast<int>(moving_.size()));
    first_point_.push_back(static_cast<int>(point_station_.size()));
    first_wrap_.push_back(static_cast<int>(wrap_station_.size()));
    max_nodes_ = std::max(max_nodes_, static_cast<int>(path.points.size() + 2 * path.wraps.size()));
  }
}

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

void add_muscle_torque(
    const MusclePlan& plan,
    const MuscleGeometry& geometry,
    int muscle,
    double tension,
    Eigen::Ref<Eigen::VectorXd> tau) {
  for (int k = plan.first_arm(muscle); k < plan.first_arm(muscle + 1); ++k)
    tau[plan.arm_coordinates()[k]] += geometry.moment_arm[k] * tension;
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
