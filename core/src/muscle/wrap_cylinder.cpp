#include "coxa/muscle/wrap_cylinder.hpp"

#include <cmath>
#include <numbers>
#include <optional>

namespace coxa {
namespace {

using Quadrant = WrapCylinder::Quadrant;

struct Point2 {
  double x, y;
};

double dot(Point2 a, Point2 b) { return a.x * b.x + a.y * b.y; }
double cross(Point2 a, Point2 b) { return a.x * b.y - a.y * b.x; }

// tangent point on the circle of a line from p; `turn` = +1: counterclockwise of p, -1: clockwise;
// `reach`: length of the tangent
Point2 tangent_point(Point2 p, double distance2, double radius, double reach, double turn) {
  const double along = radius * radius / distance2;
  const double across = turn * radius * reach / distance2;
  return {along * p.x - across * p.y, along * p.y + across * p.x};
}

// signed coordinate towards the side that the quadrant allows
double toward(Quadrant quadrant, Point2 p) {
  switch (quadrant) {
    case Quadrant::plus_x: return p.x;
    case Quadrant::minus_x: return -p.x;
    case Quadrant::plus_y: return p.y;
    default: return -p.y;
  }
}

// zero counts as the positive side, as in OpenSim
bool allowed(Quadrant quadrant, Point2 p) {
  const double side = toward(quadrant, p);
  const bool positive = quadrant == Quadrant::plus_x || quadrant == Quadrant::plus_y;
  return positive ? side >= 0 : side > 0;
}

// whether a cylinder with an allowed side must, may or does not wrap
CylinderWrap::Action action_of(Quadrant quadrant, Point2 a, Point2 b, Point2 near, bool hits) {
  using Action = CylinderWrap::Action;
  const bool a_allowed = allowed(quadrant, a);
  const bool b_allowed = allowed(quadrant, b);
  if (!a_allowed && !b_allowed) return Action::possible;
  if (hits) return Action::mandatory;
  return a_allowed == b_allowed || allowed(quadrant, near) ? Action::none : Action::possible;
}

// tangent points of both ends, counterclockwise and clockwise
struct TangentPoints {
  Point2 first_ccw, first_cw, last_ccw, last_cw;
};

struct Way {
  double turn;    // +1 counterclockwise
  bool far_side;  // whether OpenSim's plane passes through the far edge of the cylinder
};

// the path whose tangent points are on the allowed side: decided by the first point, otherwise by
// the second, otherwise by the pair farther apart
Way way_on_allowed_side(Quadrant quadrant, const TangentPoints& at) {
  const bool ccw = allowed(quadrant, at.first_ccw);
  const bool cw = allowed(quadrant, at.first_cw);
  const bool last_ccw = allowed(quadrant, at.last_ccw);
  const bool last_cw = allowed(quadrant, at.last_cw);
  const bool ccw_is_long = dot(at.first_ccw, at.last_cw) < dot(at.first_cw, at.last_ccw);
  double turn;
  if (ccw != cw) {
    turn = ccw ? 1 : -1;
  } else if (last_ccw) {
    turn = -1;
  } else if (ccw || last_cw) {
    turn = 1;
  } else {
    turn = ccw_is_long ? 1 : -1;
  }
  const bool none = !ccw && !cw && !last_ccw && !last_cw;
  return {turn, none || (turn > 0 ? ccw_is_long : !ccw_is_long)};
}

// angle from first to last in the direction of `turn`, 0 to 2 pi
double sweep_between(Point2 first, Point2 last, double turn, bool mandatory) {
  const double sweep = std::atan2(turn * cross(first, last), dot(first, last));
  if (sweep >= 0) return sweep;
  // for a grazing path, rounding must give 0 and not a full turn
  return mandatory && sweep > -1e-9 ? 0.0 : sweep + 2 * std::numbers::pi;
}

// z of both tangent points in the plane through the ends and the cylinder's edge between them, if
// that is between the ends; otherwise z of the nearer end
void slide_into_plane(
    const WrapCylinder& cylinder,
    const Vec3& p1,
    const Vec3& p2,
    bool far_side,
    Vec3& first,
    Vec3& last) {
  const double d1 = std::hypot(p1.x(), p1.y());
  const double d2 = std::hypot(p2.x(), p2.y());
  const Vec3 middle = p1 + d1 / (d1 + d2) * (p2 - p1);
  const Vec3 center(0, 0, middle.z());
  const Vec3 normal = (p1 - center).cross(p2 - center).normalized();
  const Vec3 edge = Vec3::UnitZ().cross(normal).normalized() * cylinder.radius;
  const bool edge_is_near =
      (middle - center - edge).squaredNorm() < (middle - center + edge).squaredNorm();
  const Vec3 apex = center + (edge_is_near != far_side ? edge : Vec3(-edge));
  const Vec3 plane = (p1 - apex).cross(p2 - apex).normalized();

  first.z() = p1.z();
  last.z() = p2.z();
  if (std::abs(20 * plane.z()) < 1e-5) return;  // the plane is parallel to the axis
  const double z1 =
      p1.z() - (plane.x() * (first.x() - p1.x()) + plane.y() * (first.y() - p1.y())) / plane.z();
  const double z2 =
      p1.z() - (plane.x() * (last.x() - p1.x()) + plane.y() * (last.y() - p1.y())) / plane.z();
  const double apart = std::abs(p2.z() - p1.z());
  if (std::abs(z1 - p2.z()) < apart && std::abs(z1 - p1.z()) <= 10) first.z() = z1;
  if (std::abs(z2 - p1.z()) < apart && std::abs(z2 - p2.z()) <= 10) last.z() = z2;
}

// ends of the straight segment, projected along the axis; both outside the cylinder
struct Ends {
  Point2 a, b;
  double radius;
  double a2, b2;          // m2, squared distances from the axis
  double reach1, reach2;  // m, lengths of the tangents

  Point2 first(double turn) const { return tangent_point(a, a2, radius, reach1, turn); }
  Point2 last(double turn) const { return tangent_point(b, b2, radius, reach2, -turn); }
};

// whether the segment wraps, as `action`, and if so its direction
std::optional<Way> way_round(Quadrant quadrant, const Ends& ends, CylinderWrap::Action& action) {
  using Action = CylinderWrap::Action;
  const Point2 a = ends.a;
  const Point2 b = ends.b;
  // point of the line nearest to the axis; undefined for a line along the axis, which does not wrap
  const Point2 ab{b.x - a.x, b.y - a.y};
  const double t = -dot(a, ab) / dot(ab, ab);
  const Point2 near{a.x + t * ab.x, a.y + t * ab.y};
  const bool hits = dot(near, near) < ends.radius * ends.radius && t > 0 && t < 1;
  if (quadrant == Quadrant::all) {
    if (!hits) return {};
    action = Action::mandatory;
    return Way{cross(a, b) >= 0 ? 1.0 : -1.0, false};
  }
  action = action_of(quadrant, a, b, near, hits);
  if (action == Action::none) return {};
  return way_on_allowed_side(
      quadrant, {ends.first(1), ends.first(-1), ends.last(-1), ends.last(1)});
}

}  // namespace

CylinderWrap wrap_cylinder(
    const WrapCylinder& cylinder, const Vec3& p1, const Vec3& p2, TangentRule rule) {
  using Action = CylinderWrap::Action;
  CylinderWrap wrap;
  const double radius = cylinder.radius;
  const double radius2 = radius * radius;
  const Point2 a{p1.x(), p1.y()};
  const Point2 b{p2.x(), p2.y()};
  const double a2 = dot(a, a);
  const double b2 = dot(b, b);
  if (a2 < radius2 || b2 < radius2) {
    wrap.action = Action::inside;
    return wrap;
  }

  const double reach1 = std::sqrt(a2 - radius2);
  const double reach2 = std::sqrt(b2 - radius2);
  const Ends ends{a, b, radius, a2, b2, reach1, reach2};
  const std::optional<Way> way = way_round(cylinder.quadrant, ends, wrap.action);
  if (!way) return wrap;
  const auto [turn, far_side] = *way;
  const Point2 first = ends.first(turn);
  const Point2 last = ends.last(turn);
  const double sweep = sweep_between(first, last, turn, wrap.action == Action::mandatory);
  wrap.sweep = turn * sweep;

  // developed into a plane, z changes linearly
  const double around = radius * sweep;
  const double total = reach1 + around + reach2;
  const double slope = total > 0 ? (p2.z() - p1.z()) / total : 0.0;
  wrap.first = {first.x, first.y, p1.z() + slope * reach1};
  wrap.last = {last.x, last.y, p2.z() - slope * reach2};
  if (rule == TangentRule::opensim_plane)
    slide_into_plane(cylinder, p1, p2, far_side, wrap.first, wrap.last);

  const double half = 0.5 * cylinder.length;
  if (std::abs(wrap.first.z()) > half && std::abs(wrap.last.z()) > half) {
    wrap.action = Action::none;
    return wrap;
  }
  const double rise = wrap.last.z() - wrap.first.z();
  wrap.arc_length = std::sqrt(around * around + rise * rise);
  return wrap;
}

}  // namespace coxa
