#include "coxa/body/skeleton.hpp"

#include <algorithm>
#include <cmath>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

Skeleton::AxisPlan::Rotation rotation_kind(const JointAxis& axis) {
  using Rotation = Skeleton::AxisPlan::Rotation;
  if (!axis.rotational) return Rotation::none;
  if (axis.direction == Vec3::UnitX()) return Rotation::x;
  if (axis.direction == Vec3::UnitY()) return Rotation::y;
  if (axis.direction == Vec3::UnitZ()) return Rotation::z;
  return Rotation::general;
}

template <typename Items>
int index_of(const char* what, const std::string& name, const Items& items) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].name == name) return static_cast<int>(i);
    names.push_back(items[i].name);
  }
  const std::string nearest = nearest_name(name, names);
  throw UnknownName(message(
      "no ", what, " '", name, "' in the model", nearest.empty() ? "" : "; did you mean '", nearest,
      nearest.empty() ? "" : "'?"));
}

void check_body(const Body& body, int index) {
  require(
      index == 0 ? body.parent == -1 : body.parent >= 0 && body.parent < index, "body '", body.name,
      "' has parent number ", body.parent, "; a parent must stand before its child");
  require(
      std::isfinite(body.mass) && body.mass >= 0, "body '", body.name, "' has mass ", body.mass,
      " kg; a mass must be a number that is not negative");
  require(
      body.inertia.allFinite() && body.center_of_mass.allFinite(), "body '", body.name,
      "' has an inertia or mass centre that is not a number");
}

bool is_identity(const Function& function) {
  return function.kind() == Function::Kind::linear
         && function.coefficients() == std::vector<double>{1, 0};
}

// index of the coordinate that determines each full one: itself, the one it is coupled to, or none
// if locked
std::vector<int> drivers_of(
    const std::vector<Coordinate>& coordinates, const std::vector<Coupling>& couplings) {
  const int n = static_cast<int>(coordinates.size());
  std::vector<int> driver(n);
  for (int c = 0; c < n; ++c) driver[c] = coordinates[c].locked ? -1 : c;
  for (const Coupling& coupling : couplings) {
    require(
        coupling.dependent >= 0 && coupling.dependent < n && coupling.independent >= 0
            && coupling.independent < n,
        "a coupling names coordinate ", coupling.dependent, " or ", coupling.independent,
        "; the model has ", n);
    for (const Coupling& other : couplings)
      require(
          coupling.independent != other.dependent, "coordinate '",
          coordinates[coupling.independent].name,
          "' drives another one but is itself driven; couple both to the first one instead");
    driver[coupling.dependent] =
        coordinates[coupling.independent].locked ? -1 : coupling.independent;
  }
  return driver;
}

}  // namespace

Skeleton::Skeleton(
    std::vector<Body> bodies,
    std::vector<Coordinate> full_coordinates,
    std::vector<Coupling> couplings,
    std::vector<Site> sites,
    Vec3 gravity)
    : bodies_(std::move(bodies)),
      full_coordinates_(std::move(full_coordinates)),
      couplings_(std::move(couplings)),
      sites_(std::move(sites)),
      gravity_(std::move(gravity)) {
  require(!bodies_.empty(), "a skeleton needs at least the world; given no body");

  const std::vector<int> driver = drivers_of(full_coordinates_, couplings_);
  std::vector<int> independent_of(nq_full(), -1);
  for (int c = 0; c < nq_full(); ++c) {
    if (driver[c] != c) continue;
    independent_of[c] = nq();
    independent_.push_back(c);
  }

  for (int i = 0; i < static_cast<int>(bodies_.size()); ++i) {
    const Body& body = bodies_[i];
    check_body(body, i);
    total_mass_ += body.mass;
    first_column_.push_back(static_cast<int>(columns_.size()));
    first_axis_.push_back(static_cast<int>(axis_plans_.size()));
    support_.push_back(i > 0 ? support_[body.parent] : std::vector<int>{});

    for (const JointAxis& axis : body.axes) {
      require(
          axis.coordinate < nq_full(), "joint '", body.joint, "' names coordinate number ",
          axis.coordinate, "; the model has ", nq_full());
      AxisPlan plan;
      plan.rotation = rotation_kind(axis);
      plan.linear = is_identity(axis.function);
      plan.coordinate = axis.coordinate;
      if (axis.coordinate >= 0) {
        // one column per coordinate of the joint, even if it moves several axes
        const auto same = std::find_if(
            columns_.begin() + first_column_[i], columns_.end(),
            [&](const Column& column) { return column.full == axis.coordinate; });
        plan.column = static_cast<int>(same - columns_.begin());
        if (same == columns_.end()) {
          const int driven_by = driver[axis.coordinate];
          columns_.push_back({i, axis.coordinate, driven_by < 0 ? -1 : independent_of[driven_by]});
          support_[i].push_back(plan.column);
        }
      }
      axis_plans_.push_back(plan);
    }
  }
  first_column_.push_back(static_cast<int>(columns_.size()));
  first_axis_.push_back(static_cast<int>(axis_plans_.size()));

  for (const Site& site : sites_)
    require(
        site.body >= 0 && site.body < static_cast<int>(bodies_.size()), "site '", site.name,
        "' is on body number ", site.body, "; the model has ", bodies_.size());
}

std::vector<std::string> Skeleton::coordinate_names() const {
  std::vector<std::string> names;
  for (const int c : independent_) names.push_back(full_coordinates_[c].name);
  return names;
}

int Skeleton::body_index(const std::string& name) const { return index_of("body", name, bodies_); }

int Skeleton::site_index(const std::string& name) const { return index_of("site", name, sites_); }

int Skeleton::full_coordinate_index(const std::string& name) const {
  return index_of("coordinate", name, full_coordinates_);
}

int Skeleton::coordinate_index(const std::string& name) const {
  const int full = full_coordinate_index(name);
  const auto found = std::find(independent_.begin(), independent_.end(), full);
  require<UnknownName>(
      found != independent_.end(), "coordinate '", name, "' is locked or driven by another one");
  return static_cast<int>(found - independent_.begin());
}

Eigen::VectorXd Skeleton::default_position() const {
  Eigen::VectorXd q(nq());
  for (int i = 0; i < nq(); ++i) q[i] = coordinate(i).default_value;
  return q;
}

}  // namespace coxa
