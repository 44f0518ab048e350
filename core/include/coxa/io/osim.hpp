#pragma once

#include <filesystem>
#include <string>

#include "coxa/export.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// Reads an OpenSim 4 model (document versions 40000 to 40600).
///
/// Supports CustomJoint, PinJoint, UniversalJoint, BallJoint, FreeJoint, WeldJoint, PlanarJoint,
/// SliderJoint and GimbalJoint; Constant, LinearFunction, PolynomialFunction, SimmSpline and
/// MultiplierFunction; CoordinateCouplerConstraint; Millard2012EquilibriumMuscle with fixed,
/// conditional and moving path points and wrap cylinders; CoordinateActuator with finite bounds;
/// markers (as sites); object groups ("x_r" and "x_l" are the sides of group "x").
///
/// Omitted with an entry in Model::warnings, because they have no effect: constraints that are not
/// enforced, disabled forces, controllers, actuators without finite bounds (reserves) or on a
/// locked or coupled coordinate. BallJoint and FreeJoint rotate by body-fixed x-y-z angles, and
/// their speeds are the rates of these angles.
///
/// @throws FileError if the file cannot be read, is not XML, is truncated, or has another version.
///         The message lists every unsupported element, because a model with parts silently missing
///         is wrong. For a number that is missing or impossible it names the element, the given
///         value and what is allowed
COXA_EXPORT Model read_osim(const std::filesystem::path& path);

/// Reads a model from the bytes of a file; `source` is the file's name in errors and
/// `Model::source`.
COXA_EXPORT Model parse_osim(const std::string& bytes, const std::string& source);

/// Writes a model as an OpenSim 4 file (version 40500) from which read_osim and OpenSim read an
/// equivalent model. All joints become CustomJoints or, without coordinates, WeldJoints.
///
/// @throws FileError if it cannot be written
/// @throws InvalidArgument for a joint that an OpenSim file cannot represent: rotation before
///         translation, more than three of either, a coordinate shared by two joints
COXA_EXPORT void write_osim(const Model& model, const std::filesystem::path& path);

}  // namespace coxa
