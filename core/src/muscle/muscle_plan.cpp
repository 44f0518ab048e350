#include <algorithm>
#include <map>

#include "coxa/math/error.hpp"
#include "coxa/muscle/geometry.hpp"

namespace coxa {
namespace {

// validates the indices in a muscle's path
void check_path(const Model& model, const Muscle& muscle) {
  const Skeleton& skeleton = model.skeleton;
  const int n_bodies = static_cast<int>(skeleton.bodies().size());
  const int n_cylinders = static_cast<int>(model.cylinders.size());
  const auto require_body = [&](int body, const std::string& what) {
    require(
        body >= 0 && body < n_bodies, "muscle '", muscle.name, "': ", what, " lies on body ", body,
        "; the model has bodies 0 ... ", n_bodies - 1);
  };
  const auto require_coordinate = [&](int full, const std::string& what) {
    require(
        full >= 0 && full < skeleton.nq_full(), "muscle '", muscle.name, "': ", what,
        " depends on coordinate ", full, "; the model has 0 ... ", skeleton.nq_full() - 1);
  };

  require(
      muscle.path.points.size() >= 2, "the path of muscle '", muscle.name, "' has ",
      muscle.path.points.size(), " points; it needs at least 2");
  for (const PathPoint& point : muscle.path.points) {
    require_body(point.body, "point '" + point.name + "'");
    if (point.kind == PathPoint::Kind::conditional)
      require_coordinate(point.coordinate, "point '" + point.name + "'");
    if (point.kind != PathPoint::Kind::moving) continue;
    for (const MovingLocation& moving : point.moving) {
      if (moving.coordinate != -1)
        require_coordinate(moving.coordinate, "point '" + point.name + "'");
    }
  }
  for (const PathWrap& wrap : muscle.path.wraps) {
    require(
        wrap.cylinder >= 0 && wrap.cylinder < n_cylinders, "muscle '", muscle.name,
        "' wraps over cylinder ", wrap.cylinder, "; the model has ", n_cylinders);
    require_body(model.cylinders[wrap.cylinder].body, "a cylinder");
  }
}

// independent coordinate that drives each full one, or -1
std::vector<int> independents(const Skeleton& skeleton) {
  std::vector<int> independent_of(skeleton.nq_full(), -1);
  for (int i = 0; i < skeleton.nq(); ++i) independent_of[skeleton.independent()[i]] = i;
  for (const Coupling& coupling : skeleton.couplings())
    independent_of[coupling.dependent] = independent_of[coupling.independent];
  return independent_of;
}

// bodies loaded by a muscle's tension, directly or through their children; children first, the
// common ancestor last
std::vector<int> bodies_between(const Model& model, const Path& path) {
  const auto& bodies = model.skeleton.bodies();
  const int n_bodies = static_cast<int>(bodies.size());
  std::vector<char> pulled(n_bodies, 0);
  for (const PathPoint& point : path.points) pulled[point.body] = 1;
  for (const PathWrap& wrap : path.wraps) pulled[model.cylinders[wrap.cylinder].body] = 1;

  std::vector<int> carried(pulled.begin(), pulled.end());
  for (int b = n_bodies - 1; b >= 1; --b) carried[bodies[b].parent] += carried[b];
  int ancestor = 0;
  for (int b = 0; b < n_bodies; ++b)
    if (carried[b] == carried[0]) ancestor = b;

  std::vector<int> between;
  for (int b = n_bodies - 1; b > ancestor; --b)
    if (carried[b] > 0) between.push_back(b);
  between.push_back(ancestor);
  return between;
}

// independent coordinates that can move parts of a path relative to each other, ascending
std::vector<int> moving_coordinates(
    const Skeleton& skeleton,
    const Path& path,
    const std::vector<int>& between,
    const std::vector<int>& independent_of) {
  std::vector<int> found;
  for (const int b : between) {
    if (b == between.back()) continue;
    for (int c = skeleton.first_column(b); c < skeleton.first_column(b + 1); ++c)
      if (skeleton.columns()[c].independent >= 0)
        found.push_back(skeleton.columns()[c].independent);
  }
  for (const PathPoint& point : path.points) {
    if (point.kind != PathPoint::Kind::moving) continue;
    for (const MovingLocation& moving : point.moving) {
      if (moving.coordinate == -1) continue;
      const int independent = independent_of[moving.coordinate];
      if (independent >= 0) found.push_back(independent);
    }
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace

MusclePlan::MusclePlan(const Model& model, TangentRule rule) : rule_(rule) {
  const Skeleton& skeleton = model.skeleton;
  const auto& bodies = skeleton.bodies();
  cylinders_ = static_cast<int>(model.cylinders.size());
  cylinder_used_.assign(cylinders_, 0);
  const std::vector<int> independent_of = independents(skeleton);

  first_arm_ = first_station_ = first_moving_ = first_point_ = first_wrap_ = {0};
  for (const Muscle& muscle : model.muscles) {
    const Path& path = muscle.path;
    check_path(model, muscle);
    const std::vector<int> between = bodies_between(model, path);
    std::vector<int> station_of(bodies.size(), -1);
    for (std::size_t k = 0; k < between.size(); ++k)
      station_of[between[k]] = stations() + static_cast<int>(k);

    std::map<int, int> arm_of;
    for (const int independent : moving_coordinates(skeleton, path, between, independent_of)) {
      arm_of[independent] = static_cast<int>(arm_coordinates_.size());
      arm_coordinates_.push_back(independent);
    }
    for (const int b : between) {
      const bool ancestor = b == between.back();
      Station station;
      station.body = b;
      station.parent = ancestor ? -1 : station_of[bodies[b].parent];
      station.first_column = static_cast<int>(arm_columns_.size());
      for (int c = skeleton.first_column(b); !ancestor && c < skeleton.first_column(b + 1); ++c) {
        const Skeleton::Column& column = skeleton.columns()[c];
        if (column.independent >= 0)
          arm_columns_.push_back({c, column.full, arm_of[column.independent]});
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
    for (const PathWrap& wrap : path.wraps) {
      cylinder_used_[wrap.cylinder] = 1;
      wrap_station_.push_back(station_of[model.cylinders[wrap.cylinder].body]);
    }

    first_arm_.push_back(static_cast<int>(arm_coordinates_.size()));
    first_station_.push_back(static_cast<int>(stations_.size()));
    first_moving_.push_back(static_cast<int>(moving_.size()));
    first_point_.push_back(static_cast<int>(point_station_.size()));
    first_wrap_.push_back(static_cast<int>(wrap_station_.size()));
    max_nodes_ = std::max(max_nodes_, static_cast<int>(path.points.size() + 2 * path.wraps.size()));
  }
}

}  // namespace coxa
