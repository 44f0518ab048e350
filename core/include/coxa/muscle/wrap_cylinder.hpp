#pragma once

#include "coxa/export.hpp"
#include "coxa/math/spatial.hpp"
#include "coxa/muscle/path.hpp"

namespace coxa {

/// Where on its cylinder a path touches.
enum class TangentRule {
  geodesic,       // the shortest way: the helix runs on straight and tangent
  opensim_plane,  // OpenSim 4.5 to 4.6, one cylinder on a path: both points lie in one plane with
                  // the ends. The way is a little longer and has kinks, so that the pull along it
                  // is not the gradient of its length: for comparison only
};

/// How a straight piece of a path and a cylinder get on.
struct CylinderWrap {
  enum class Action {
    none,       // the piece stays straight
    inside,     // an end lies inside the cylinder: straight too
    possible,   // it may wrap here, if no other piece wraps for less
    mandatory,  // it runs through the cylinder, so it wraps here
  };

  Action action = Action::none;
  Vec3 first = Vec3::Zero();  // m, where it meets the cylinder, in the cylinder's frame
  Vec3 last = Vec3::Zero();   // m, where it leaves
  double arc_length = 0;      // m, of the helix between
  double sweep = 0;           // rad, from `first` to `last`, signed
};

/// The shortest way from p1 to p2 (m, in the cylinder's frame) around a cylinder, on the side its
/// quadrant allows; decides as OpenSim's WrapCylinder.
///
/// Unrolled, the cylinder and both tangent planes make one flat sheet: the way is a straight line
/// on it, so z rises evenly with distance about the axis.
COXA_EXPORT CylinderWrap wrap_cylinder(
    const WrapCylinder& cylinder,
    const Vec3& p1,
    const Vec3& p2,
    TangentRule rule = TangentRule::geodesic);

}  // namespace coxa
