// Which bounds of the programme limit a load, and the programme without them.

#include <algorithm>
#include <cmath>

#include "coxa/muscle/recruitment.hpp"

#include "friction_edge.hpp"

namespace coxa {
namespace {

// gains below this, relative to the greatest, are rounding errors of the limit
constexpr double kLeastGain = 1e-7;

// body weights: a support that carries less carries nothing
constexpr double kUnloaded = 1e-6;

// part of a vector that lies in the plane with a unit normal
Vec3 in_plane(const Vec3& v, const Vec3& normal) { return v - normal.dot(v) * normal; }

}  // namespace

double Recruitment::normal_force(const FeasibleLimit& limit, int cone) const {
  return limit.x.segment<kEdges>(first_cone_ + kEdges * cone).sum();
}

std::vector<int> Recruitment::cones_with(int cone) const {
  std::vector<int> found;
  for (std::size_t c = 0; c < cones_.size(); ++c)
    if (cones_[c].name == cones_[cone].name) found.push_back(static_cast<int>(c));
  return found;
}

Vec3 Recruitment::center_of(std::span<const int> cones, const BodyWorkspace& body) const {
  Vec3 sum = Vec3::Zero();
  for (const int c : cones) sum += world_point(body, cones_[c].body, cones_[c].p_B);
  return sum / static_cast<double>(cones.size());
}

// With the multipliers as virtual speeds, a change dA of the columns changes t by -lambda' dA x: a
// point's force on its virtual velocity.
std::vector<Bound> Recruitment::bounds_of_support(
    const std::vector<int>& cones, const FeasibleLimit& limit, const BodyWorkspace& body) const {
  const Skeleton& skeleton = model_->skeleton;
  const Vec3 center = center_of(cones, body);
  double normal = 0;    // N
  double balance = 0;   // per relative growth
  double friction = 0;  // per relative growth
  double contact = 0;   // per body weight
  for (const int c : cones) {
    const FrictionCone& cone = cones_[c];
    if (!active_[c]) continue;
    Twist speed;
    for (const int column : skeleton.support(cone.body)) {
      const Skeleton::Column& of = skeleton.columns()[column];
      if (of.independent >= 0)
        speed += body.columns[column] * (limit.lambda[of.independent] * body.factor[of.full]);
    }
    Vec3 force = Vec3::Zero();
    for (int edge = 0; edge < kEdges; ++edge)
      force += limit.x[first_cone_ + kEdges * c + edge] * edges_[kEdges * c + edge];
    const Vec3 p = world_point(body, cone.body, cone.p_B);
    normal += force.dot(cone.normal);
    balance -= speed.angular.cross(in_plane(p - center, cone.normal)).dot(force);
    friction -= speed.at(p).dot(in_plane(force, cone.normal));
    contact += limit.multiplier.segment<kEdges>(first_cone_ + kEdges * c).cwiseAbs().sum() / kEdges;
  }
  const int first = cones.front();
  const Bound bounds[] = {
      {Bound::Kind::balance, first, 1, balance},
      {Bound::Kind::contact, first, 1, contact * weight_},
      {Bound::Kind::friction, first, 1, friction}};
  if (limit.status == SolveStatus::infeasible)
    return contact > 0 ? std::vector<Bound>(std::begin(bounds), std::end(bounds))
                       : std::vector<Bound>{};
  if (normal <= kUnloaded * weight_) return {bounds[1]};
  return {bounds[0], bounds[2]};
}

std::vector<Bound> Recruitment::bounds_of(
    const FeasibleLimit& limit, const BodyWorkspace& body) const {
  std::vector<Bound> bounds;
  for (int m = 0; m < plan_->muscles(); ++m)
    if (limit.multiplier[m] > 0)
      bounds.push_back({Bound::Kind::muscle, m, 1, limit.multiplier[m] * program_.upper[m]});
  for (std::size_t j = 0; j < model_->actuators.size(); ++j) {
    const int i = first_actuator_ + static_cast<int>(j);
    const bool up = limit.multiplier[i] > 0;
    const double gain = limit.multiplier[i] * (up ? program_.upper[i] : program_.lower[i]);
    bounds.push_back({Bound::Kind::actuator, static_cast<int>(j), up ? 1 : -1, gain});
  }
  for (std::size_t t = 0; t < ties_.size(); ++t) {
    const int i = first_tie_ + 3 * static_cast<int>(t);
    const double gain = limit.multiplier.segment<3>(i).cwiseAbs().dot(program_.upper.segment<3>(i));
    bounds.push_back({Bound::Kind::tie, static_cast<int>(t), 1, gain});
  }
  for (int c = 0; c < static_cast<int>(cones_.size()); ++c) {
    const std::vector<int> cones = cones_with(c);
    if (cones.front() != c) continue;
    for (const Bound& bound : bounds_of_support(cones, limit, body)) bounds.push_back(bound);
  }
  std::ranges::stable_sort(bounds, std::greater<>(), &Bound::gain);
  if (limit.status == SolveStatus::infeasible || bounds.empty()) return bounds;
  const double least = kLeastGain * bounds.front().gain;
  std::erase_if(bounds, [&](const Bound& bound) { return bound.gain <= least; });
  return bounds;
}

double Recruitment::used(const Bound& bound, const FeasibleLimit& limit) const {
  const auto share = [&](int column, int direction) {
    const double most = direction > 0 ? program_.upper[column] : program_.lower[column];
    return most != 0 ? limit.x[column] / most : 0;
  };
  if (bound.kind == Bound::Kind::muscle) return share(bound.index, 1);
  if (bound.kind == Bound::Kind::actuator)
    return share(first_actuator_ + bound.index, bound.direction);
  double most = 0;
  for (int axis = 0; axis < 3; ++axis)
    most = std::max(most, std::abs(share(first_tie_ + 3 * bound.index + axis, 1)));
  return most;
}

void Recruitment::relax(const Bound& bound, double factor, const BodyWorkspace& body) {
  const auto strengthen = [&](int column) {
    if (program_.lower[column] < 0) program_.lower[column] *= factor;
    program_.upper[column] *= factor;
  };
  if (bound.kind == Bound::Kind::muscle) return strengthen(bound.index);
  if (bound.kind == Bound::Kind::actuator) return strengthen(first_actuator_ + bound.index);
  if (bound.kind == Bound::Kind::tie) {
    for (int axis = 0; axis < 3; ++axis) strengthen(first_tie_ + 3 * bound.index + axis);
    return;
  }
  const std::vector<int> cones = cones_with(bound.index);
  const Vec3 center = center_of(cones, body);
  for (const int c : cones) {
    FrictionCone& cone = cones_[c];
    if (bound.kind == Bound::Kind::contact) {
      pull_[c] = (factor - 1) * weight_ / kEdges;
    } else if (bound.kind == Bound::Kind::balance) {
      const Vec3 p = world_point(body, cone.body, cone.p_B);
      const Vec3 wider = p + (factor - 1) * in_plane(p - center, cone.normal);
      cone.p_B = body.bodies[cone.body].X_WB.inverse() * wider;
    } else {
      cone.friction *= factor;
      for (int edge = 0; edge < kEdges; ++edge)
        edges_[kEdges * c + edge] = friction_edge(cone, edge);
    }
  }
}

}  // namespace coxa
