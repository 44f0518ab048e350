#include <algorithm>
#include <cmath>
#include <set>

#include "io/osim_reader.hpp"
#include "io/text.hpp"

namespace coxa {

void OsimReader::read_joints() {
  static constexpr Names kJoints = {"CustomJoint", "WeldJoint",      "PinJoint",
                                    "SliderJoint", "UniversalJoint", "GimbalJoint",
                                    "BallJoint",   "PlanarJoint",    "FreeJoint"};
  const xml_node set = model_.child("JointSet");
  know_children(set, {"objects"});
  std::vector<JointRecord> joints;
  std::set<std::string> seen;
  for (const xml_node node : set.child("objects").children()) {
    if (node.type() != pugi::node_element) continue;
    const std::string name = required_name(node);
    if (!knows(node, kJoints)) {
      // continue with its frames and coordinates, to collect all unsupported elements
      not_understood(node);
      collect_frames_in(node.child("frames"), "/jointset/" + name, 0);
      read_coordinates(node, -1);
      continue;
    }
    if (!seen.insert(name).second) fail(node, "a second joint of this name; names must differ");
    joints.push_back({node, "/jointset/" + name});
    collect_frames_in(node.child("frames"), joints.back().path, 0);
  }
  const xml_node components = model_.child("ComponentSet");
  know_children(components, {"objects"});
  collect_frames_in(components.child("objects"), "/componentset", 0);
  collect_frames_in(model_.child("components"), "", 0);

  resolve_frames();
  for (const JointRecord& joint : joints) read_joint(joint);
}

void OsimReader::read_joint(const JointRecord& joint) {
  const xml_node& node = joint.node;
  const std::string kind = tag(node);
  know_children(
      node,
      {"socket_parent_frame", "socket_child_frame", "coordinates", "frames", "SpatialTransform"});
  const Frame& F = frames_[frame_at(node, joint.path, "socket_parent_frame")];
  const Frame& M = frames_[frame_at(node, joint.path, "socket_child_frame")];
  if (M.body == 0) fail(node, "has the ground as its child; exchange its two frames");
  Body& body = bodies_[M.body];
  if (!body.joint.empty())
    fail(
        node, "is the second joint that carries body '", body.name, "' (the first is '", body.joint,
        "'); loops are not supported, a body has one joint");
  body.joint = required_name(node);
  body.parent = F.body;
  body.X_PF = F.X_BF;
  body.X_BM = M.X_BF;

  const int first = static_cast<int>(coordinates_.size());
  // c: index within the joint, in OpenSim's order
  const auto add = [&](bool rotational, int c, int direction) {
    coordinates_[first + c].rotational = rotational;
    body.axes.push_back({rotational, Vec3::Unit(direction), first + c, Function::linear(1, 0)});
  };
  if (kind == "CustomJoint") {
    read_coordinates(node, -1);
    read_custom_axes(node, first, body);
  } else if (kind == "WeldJoint") {
    read_coordinates(node, 0);
  } else if (kind == "PinJoint") {
    read_coordinates(node, 1);
    add(true, 0, 2);
  } else if (kind == "SliderJoint") {
    read_coordinates(node, 1);
    add(false, 0, 0);
  } else if (kind == "UniversalJoint") {
    read_coordinates(node, 2);
    for (int i = 0; i < 2; ++i) add(true, i, i);
  } else if (kind == "GimbalJoint" || kind == "BallJoint") {
    read_coordinates(node, 3);
    for (int i = 0; i < 3; ++i) add(true, i, i);
  } else if (kind == "PlanarJoint") {
    read_coordinates(node, 3);
    add(false, 1, 0);
    add(false, 2, 1);
    add(true, 0, 2);
  } else {  // FreeJoint
    read_coordinates(node, 6);
    for (int i = 0; i < 3; ++i) add(false, 3 + i, i);
    for (int i = 0; i < 3; ++i) add(true, i, i);
  }
  if (kind == "BallJoint" || kind == "FreeJoint")
    warnings_.push_back(
        kind + " '" + body.joint +
        "': its speeds are rates of the body-fixed x-y-z angles here, not the angular velocity that "
        "they are in OpenSim");
}

void OsimReader::read_coordinates(const xml_node& joint, int expected) {
  int count = 0;
  for (const xml_node node : joint.child("coordinates").children()) {
    if (node.type() != pugi::node_element) continue;
    if (tag(node) != "Coordinate") {
      not_understood(node);
      continue;
    }
    know_children(node, {"default_value", "range", "clamped", "locked", "prescribed"});
    Coordinate c;
    c.name = required_name(node);
    for (const Coordinate& other : coordinates_)
      if (other.name == c.name) fail(node, "a second coordinate of this name; names must differ");
    // OpenSim's default range
    const std::vector<double> range = numbers(node, "range", 2, {-10, 10});
    c.lower = range[0];
    c.upper = range[1];
    if (c.lower > c.upper)
      fail(
          node.child("range"), "given ", c.lower, " to ", c.upper,
          "; the first must not exceed the second");
    c.default_value = number(node, "default_value", 0);
    if (flag(node, "clamped", false))
      c.default_value = std::clamp(c.default_value, c.lower, c.upper);
    c.locked = flag(node, "locked", false);
    if (flag(node, "prescribed", false))
      fail(
          node,
          "is prescribed as a function of time, which this model cannot hold; set <prescribed> to "
          "false, and <locked> to true to keep it at its default");
    coordinates_.push_back(c);
    ++count;
  }
  if (expected >= 0 && count != expected)
    fail(joint, "has ", count, " coordinates; a ", tag(joint), " has ", expected);
}

Vec3 OsimReader::read_direction(const xml_node& node, int axis) {
  Vec3 direction = Vec3::Unit(axis);
  if (given(node, "axis")) direction = vector(node, "axis");
  if (!(direction.norm() > 1e-12))
    fail(
        node.child("axis"), "given ", in_quotes(text(node, "axis", "")),
        "; an axis must not be zero");
  // unit axes are kept bit for bit, so that reading a written file gives the same model
  if (std::abs(direction.squaredNorm() - 1) > 4e-16) direction.normalize();
  return direction;
}

// full index of the coordinate on which a TransformAxis depends, `first` being the joint's first;
// -1 for none
int OsimReader::coordinate_of_axis(const xml_node& node, int first) {
  const std::string listed = text(node, "coordinates", "");
  const std::vector<std::string_view> names = words(listed);
  if (names.empty()) return -1;
  if (names.size() > 1)
    fail(
        node, "depends on ", names.size(), " coordinates (", in_quotes(listed),
        "); at most one is allowed");
  const auto found = std::find_if(
      coordinates_.begin() + first, coordinates_.end(),
      [&](const Coordinate& c) { return c.name == names[0]; });
  if (found == coordinates_.end())
    fail(node, "depends on ", in_quotes(names[0]), ", which is no coordinate of this joint");
  return static_cast<int>(found - coordinates_.begin());
}

void OsimReader::read_custom_axes(const xml_node& joint, int first, Body& body) {
  static constexpr const char* kNames[] = {"translation1", "translation2", "translation3",
                                           "rotation1",    "rotation2",    "rotation3"};
  const xml_node transform = joint.child("SpatialTransform");
  know_children(transform, {"TransformAxis"});
  const int last = static_cast<int>(coordinates_.size());
  for (int i = first; i < last; ++i) coordinates_[i].rotational = false;

  // translations first: OpenSim translates M along the axes of F and then rotates it about its own
  // axes
  for (int i = 0; i < 6; ++i) {
    const xml_node node = transform.find_child_by_attribute("TransformAxis", "name", kNames[i]);
    if (!node) continue;
    know_children(
        node, {"coordinates", "axis", "Constant", "LinearFunction", "PolynomialFunction",
               "SimmSpline", "MultiplierFunction", "function"});
    JointAxis axis;
    axis.rotational = i >= 3;
    axis.direction = read_direction(node, i % 3);
    axis.coordinate = coordinate_of_axis(node, first);

    // OpenSim's defaults: identity with a coordinate, zero without
    const auto function = read_function(node);
    const auto wrapped = function ? function : read_function(node.child("function"));
    axis.function = wrapped                ? *wrapped
                    : axis.coordinate >= 0 ? Function::linear(1, 0)
                                           : Function::constant(0);
    if (axis.function.kind() == Function::Kind::constant) axis.coordinate = -1;
    if (axis.coordinate < 0 && axis.function.kind() != Function::Kind::constant)
      fail(node, "has a function but no coordinate; name one in <coordinates>, or use a Constant");
    if (axis.rotational && axis.coordinate >= 0) coordinates_[axis.coordinate].rotational = true;
    if (axis.coordinate < 0 && axis.function(0).value == 0) continue;  // no motion
    body.axes.push_back(axis);
  }
  for (int c = first; c < last; ++c)
    if (std::ranges::none_of(body.axes, [&](const JointAxis& axis) { return axis.coordinate == c; })
        && all_understood())
      fail(joint, "has coordinate '", coordinates_[c].name, "', which moves none of its axes");
  for (const xml_node node : transform.children("TransformAxis"))
    if (std::none_of(std::begin(kNames), std::end(kNames), [&](const char* n) {
          return name_of(node) == n;
        }))
      fail(node, "allowed names are rotation1 to rotation3 and translation1 to translation3");
}

int OsimReader::coordinate_named(const xml_node& at, std::string name) {
  // a path ends with the name
  if (const std::size_t slash = name.rfind('/'); slash != std::string::npos)
    name.erase(0, slash + 1);
  std::vector<std::string> names;
  for (int i = 0; i < static_cast<int>(coordinates_.size()); ++i) {
    if (coordinates_[i].name == name) return i;
    names.push_back(coordinates_[i].name);
  }
  const std::string nearest = nearest_name(name, names);
  fail(
      at, "no coordinate ", in_quotes(name), " in the model",
      nearest.empty() ? "" : "; did you mean '" + nearest + "'?");
}

void OsimReader::read_constraints() {
  const xml_node set = model_.child("ConstraintSet");
  know_children(set, {"objects"});
  for (const xml_node node : set.child("objects").children()) {
    if (node.type() != pugi::node_element) continue;
    if (!flag(node, "isEnforced", true)) {
      warnings_.push_back(
          tag(node) + " '" + name_of(node) + "' is not enforced in the file: left out");
      continue;
    }
    if (tag(node) != "CoordinateCouplerConstraint") {
      not_understood(node);
      continue;
    }
    know_children(
        node, {"isEnforced", "coupled_coordinates_function", "independent_coordinate_names",
               "dependent_coordinate_name", "scale_factor"});
    const std::string listed = text(node, "independent_coordinate_names", "");
    const std::vector<std::string_view> names = words(listed);
    if (names.size() != 1)
      fail(
          node, "has ", names.size(), " independent coordinates (", in_quotes(listed),
          "); one is needed");
    const auto function = read_function(node.child("coupled_coordinates_function"));
    if (!function) fail(node, "has no <coupled_coordinates_function>; one is needed");
    Coupling coupling;
    coupling.independent = coordinate_named(node, std::string(names[0]));
    coupling.dependent = coordinate_named(node, text(node, "dependent_coordinate_name", ""));
    coupling.function = function->scaled(number(node, "scale_factor", 1));
    if (coupling.independent == coupling.dependent)
      fail(node, "couples '", coordinates_[coupling.dependent].name, "' to itself");
    for (const Coupling& other : couplings_)
      if (other.dependent == coupling.dependent)
        fail(
            node, "is the second to drive '", coordinates_[coupling.dependent].name,
            "'; one is allowed");
    couplings_.push_back(coupling);
  }
}

}  // namespace coxa
