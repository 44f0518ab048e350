#pragma once

#include <filesystem>
#include <string>

#include "coxa/export.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// Reads an OpenSim 4 model (document versions 40000 to 40600).
///
/// Understands CustomJoint, PinJoint, UniversalJoint, BallJoint, FreeJoint, WeldJoint, PlanarJoint,
/// SliderJoint and GimbalJoint; Constant, LinearFunction, PolynomialFunction, SimmSpline and
/// MultiplierFunction; CoordinateCouplerConstraint; Millard2012EquilibriumMuscle with fixed,
/// conditional and moving path points and wrap cylinders; CoordinateActuator with finite bounds;
/// markers (as sites); object groups ("x_r" and "x_l" are the sides of group "x").
///
/// Left out with an entry in Model::warnings, as they act on nothing: constraints that are not
/// enforced, forces that apply none, controllers, actuators without finite bounds (reserves) or on a
/// locked or driven coordinate. BallJoint and FreeJoint turn by body-fixed x-y-z angles, and their
/// speeds are rates of these.
///
/// @throws FileError if the file cannot be read, is not XML, is cut off, or has another version; the
///         text lists every element that is not understood, since a model that is silently incomplete
///         is wrong; and for a number that is missing or impossible names its element, what was given
///         and what is allowed
COXA_EXPORT Model read_osim(const std::filesystem::path& path);

/// Reads the same from the bytes of a file; `source` is the file's name in errors and `Model::source`.
COXA_EXPORT Model parse_osim(const std::string& bytes, const std::string& source);

/// Writes a model as an OpenSim 4 file (version 40500) that read_osim and OpenSim read to the same
/// model. All joints become CustomJoints or, without coordinates, WeldJoints.
///
/// @throws FileError if it cannot be written; InvalidArgument for a joint that an OpenSim file cannot
///         hold: rotation before translation, more than three of either, a coordinate of two joints
COXA_EXPORT void write_osim(const Model& model, const std::filesystem::path& path);

}  // namespace coxa
