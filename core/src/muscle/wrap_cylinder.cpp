#include "coxa/muscle/wrap_cylinder.hpp"

#include <cmath>
#include <numbers>

namespace coxa {
namespace {

using Quadrant = WrapCylinder::Quadrant;

struct Point2 {
  double x, y;
};

double dot(Point2 a, Point2 b) { return a.x * b.x + a.y * b.y; }
double cross(Point2 a, Point2 b) { return a.x * b.y - a.y * b.x; }

// where the tangent from p touches the circle, `turn` = +1 counterclockwise of p, -1 clockwise;
// `reach` is the tangent's length
Point2 tangent_point(Point2 p, double distance2, double radius, double reach, double turn) {
  const double along = radius * radius / distance2;
  const double across = turn * radius * reach / distance2;
  return {along * p.x - across * p.y, along * p.y + across * p.x};
}

// signed coordinate toward the side that the quadrant allows
double toward(Quadrant quadrant, Point2 p) {
  switch (quadrant) {
    case Quadrant::plus_x: return p.x;
    case Quadrant::minus_x: return -p.x;
    case Quadrant::plus_y: return p.y;
    default: return -p.y;
  }
}

// zero counts as the positive side of the axis, as in OpenSim
bool allowed(Quadrant quadrant, Point2 p) {
  const double side = toward(quadrant, p);
  const bool positive = quadrant == Quadrant::plus_x || quadrant == Quadrant::plus_y;
  return positive ? side >= 0 : side > 0;
}

// z of both tangent points in the plane through the ends and the cylinder's edge between them,
// where that lies between the ends; z of the near end otherwise
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
  if (std::abs(20 * plane.z()) < 1e-5) return;  // the plane is along the axis
  const double z1 =
      p1.z() - (plane.x() * (first.x() - p1.x()) + plane.y() * (first.y() - p1.y())) / plane.z();
  const double z2 =
      p1.z() - (plane.x() * (last.x() - p1.x()) + plane.y() * (last.y() - p1.y())) / plane.z();
  const double apart = std::abs(p2.z() - p1.z());
  if (std::abs(z1 - p2.z()) < apart && std::abs(z1 - p1.z()) <= 10) first.z() = z1;
  if (std::abs(z2 - p1.z()) < apart && std::abs(z2 - p2.z()) <= 10) last.z() = z2;
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

  // nearest point of the line to the axis; a line along the axis has none, and does not wrap
  const Point2 ab{b.x - a.x, b.y - a.y};
  const double t = -dot(a, ab) / dot(ab, ab);
  const Point2 near{a.x + t * ab.x, a.y + t * ab.y};
  const bool hits = dot(near, near) < radius2 && t > 0 && t < 1;

  const double reach1 = std::sqrt(a2 - radius2);
  const double reach2 = std::sqrt(b2 - radius2);
  double turn;
  bool far_side = false;
  if (cylinder.quadrant == Quadrant::all) {
    if (!hits) return wrap;
    wrap.action = Action::mandatory;
    turn = cross(a, b) >= 0 ? 1 : -1;
  } else {
    const auto quadrant = cylinder.quadrant;
    const bool a_allowed = allowed(quadrant, a);
    const bool b_allowed = allowed(quadrant, b);
    wrap.action = Action::possible;
    if (a_allowed || b_allowed) {
      if (hits) {
        wrap.action = Action::mandatory;
      } else if (a_allowed == b_allowed || allowed(quadrant, near)) {
        wrap.action = Action::none;
        return wrap;
      }
    }

    // the way whose tangent points lie on the allowed side; the first point decides, then the
    // second, and if neither does, the pair farther apart
    const Point2 first_ccw = tangent_point(a, a2, radius, reach1, 1);
    const Point2 first_cw = tangent_point(a, a2, radius, reach1, -1);
    const Point2 last_cw = tangent_point(b, b2, radius, reach2, -1);
    const Point2 last_ccw = tangent_point(b, b2, radius, reach2, 1);
    const bool ccw = allowed(quadrant, first_ccw);
    const bool cw = allowed(quadrant, first_cw);
    if (ccw != cw) {
      turn = ccw ? 1 : -1;
    } else if (allowed(quadrant, last_ccw)) {
      turn = -1;
    } else if (ccw || allowed(quadrant, last_cw)) {
      turn = 1;
    } else {
      turn = dot(first_ccw, last_cw) < dot(first_cw, last_ccw) ? 1 : -1;
    }
    // which edge of the cylinder OpenSim's plane goes through
    const bool ccw_is_long = dot(first_ccw, last_cw) < dot(first_cw, last_ccw);
    const bool none = !ccw && !cw && !allowed(quadrant, last_ccw) && !allowed(quadrant, last_cw);
    far_side = none || (turn > 0 ? ccw_is_long : !ccw_is_long);
  }

  const Point2 first = tangent_point(a, a2, radius, reach1, turn);
  const Point2 last = tangent_point(b, b2, radius, reach2, -turn);
  double sweep = std::atan2(turn * cross(first, last), dot(first, last));
  // a grazing path turns by nothing, not by rounding's full circle
  if (sweep < 0)
    sweep = wrap.action == Action::mandatory && sweep > -1e-9 ? 0.0 : sweep + 2 * std::numbers::pi;

  wrap.sweep = turn * sweep;

  // unrolled, z rises evenly
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
