#pragma once

#include "coxa/export.hpp"
#include "coxa/math/spatial.hpp"
#include "coxa/muscle/path.hpp"

namespace coxa {

/// Rule for the tangent points of a path on a cylinder.
enum class TangentRule {
  geodesic,       // shortest path: a helix that continues tangentially into straight lines
  opensim_plane,  // OpenSim 4.5 to 4.6, one cylinder on a path: both tangent points are in one
                  // plane with the ends. The path is slightly longer and has kinks, so the pull
                  // along it is not the gradient of its length: for comparison only
};

/// How a straight path segment meets a cylinder.
struct CylinderWrap {
  enum class Action {
    none,       // the segment stays straight
    inside,     // an end is inside the cylinder: the segment stays straight
    possible,   // it wraps here unless another segment wraps with less lengthening
    mandatory,  // it intersects the cylinder, so it wraps here
  };

  Action action = Action::none;
  Vec3 first = Vec3::Zero();  // m, first tangent point, in the cylinder's frame
  Vec3 last = Vec3::Zero();   // m, second tangent point
  double arc_length = 0;      // m, of the helix between them
  double sweep = 0;           // rad, from `first` to `last`, signed
};

/// The shortest path from p1 to p2 (m, in the cylinder's frame) around a cylinder, on the side that
/// its quadrant allows; the decisions are those of OpenSim's WrapCylinder.
///
/// Developed into a plane, the cylinder and both tangent planes form one flat sheet, and the path
/// is a straight line on it: z changes linearly with distance around the axis.
COXA_EXPORT CylinderWrap wrap_cylinder(
    const WrapCylinder& cylinder,
    const Vec3& p1,
    const Vec3& p2,
    TangentRule rule = TangentRule::geodesic);

}  // namespace coxa
