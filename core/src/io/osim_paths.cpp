#include <algorithm>
#include <cmath>
#include <map>

#include "io/osim_reader.hpp"
#include "io/text.hpp"

namespace coxa {

void OsimReader::read_wraps() {
  static const std::map<std::string, WrapCylinder::Quadrant> kQuadrants = {
      {"all", WrapCylinder::Quadrant::all},   {"x", WrapCylinder::Quadrant::plus_x},
      {"+x", WrapCylinder::Quadrant::plus_x}, {"-x", WrapCylinder::Quadrant::minus_x},
      {"y", WrapCylinder::Quadrant::plus_y},  {"+y", WrapCylinder::Quadrant::plus_y},
      {"-y", WrapCylinder::Quadrant::minus_y}};
  for (const Frame& frame : frames_) {
    const xml_node set = frame.node.child("WrapObjectSet");
    know_children(set, {"objects"});
    for (const xml_node node : set.child("objects").children()) {
      if (node.type() != pugi::node_element) continue;
      if (tag(node) != "WrapCylinder") {
        not_understood(node);
        continue;
      }
      know_children(
          node, {"active", "xyz_body_rotation", "translation", "quadrant", "radius", "length",
                 "components"});
      WrapCylinder cylinder;
      cylinder.name = required_name(node);
      for (const WrapCylinder& other : cylinders_)
        if (other.name == cylinder.name)
          fail(node, "a second wrap object of this name; names must differ");
      cylinder.body = frame.body;
      cylinder.X_BC =
          frame.X_BF
          * Pose{rotation_xyz(vector(node, "xyz_body_rotation")), vector(node, "translation")};
      cylinder.radius = positive(node, "radius", 1);
      cylinder.length = positive(node, "length", 1);
      cylinder.active = flag(node, "active", true);
      const std::string quadrant = text(node, "quadrant", "all");
      const auto found = kQuadrants.find(quadrant == "Unassigned" ? "all" : quadrant);
      if (found == kQuadrants.end())
        fail(
            node.child("quadrant"), "given ", in_quotes(quadrant),
            "; allowed are all, x, -x, y and -y");
      cylinder.quadrant = found->second;
      cylinders_.push_back(cylinder);
    }
  }
}

PathPoint OsimReader::read_point(const xml_node& node, const std::string& path) {
  PathPoint point;
  point.name = name_of(node);
  const Frame& frame = frames_[frame_at(node, path + "/" + point.name, "socket_parent_frame")];
  point.body = frame.body;
  if (tag(node) == "MovingPathPoint") {
    know_children(
        node, {"socket_parent_frame", "socket_x_coordinate", "socket_y_coordinate",
               "socket_z_coordinate", "x_location", "y_location", "z_location", "components"});
    point.kind = PathPoint::Kind::moving;
    if (!frame.X_BF.R.isIdentity(0) || !frame.X_BF.p.isZero(0))
      fail(node, "moves in an offset frame; it must move in a body's own frame");
    static constexpr const char* kAxes[][2] = {
        {"x_location", "socket_x_coordinate"},
        {"y_location", "socket_y_coordinate"},
        {"z_location", "socket_z_coordinate"}};
    for (int i = 0; i < 3; ++i) {
      const auto function = read_function(node.child(kAxes[i][0]));
      const std::string coordinate = text(node, kAxes[i][1], "");
      if (function) point.moving[i].function = *function;
      if (point.moving[i].function.kind() == Function::Kind::constant) continue;
      if (coordinate.empty())
        fail(
            node, "<", kAxes[i][0], "> is a function, but <", kAxes[i][1], "> names no coordinate");
      point.moving[i].coordinate = coordinate_named(node, coordinate);
    }
    return point;
  }

  if (!node.child("location")) fail(node, "<location> is missing; three numbers are needed");
  point.p_B = frame.X_BF * vector(node, "location");
  if (tag(node) == "ConditionalPathPoint") {
    know_children(
        node, {"socket_parent_frame", "location", "socket_coordinate", "range", "components"});
    point.kind = PathPoint::Kind::conditional;
    point.coordinate = coordinate_named(node, text(node, "socket_coordinate", ""));
    const std::vector<double> range = numbers(node, "range", 2, {0, 0});
    point.lower = range[0];
    point.upper = range[1];
    if (point.lower > point.upper)
      fail(
          node.child("range"), "given ", point.lower, " to ", point.upper,
          "; the first must not exceed the second");
  } else {
    know_children(node, {"socket_parent_frame", "location", "components"});
  }
  return point;
}

Path OsimReader::read_path(const xml_node& node, const std::string& path) {
  know_children(node, {"PathPointSet", "PathWrapSet", "components"});
  Path result;
  const xml_node points = node.child("PathPointSet");
  know_children(points, {"objects"});
  for (const xml_node point : points.child("objects").children()) {
    if (point.type() != pugi::node_element) continue;
    if (knows(point, {"PathPoint", "ConditionalPathPoint", "MovingPathPoint"}))
      result.points.push_back(read_point(point, path));
    else
      not_understood(point);
  }
  if (result.points.size() < 2 && all_understood())
    fail(node, "has ", result.points.size(), " path points; at least 2 are needed");

  const xml_node wraps = node.child("PathWrapSet");
  know_children(wraps, {"objects"});
  const int count = static_cast<int>(result.points.size());
  for (const xml_node wrap : wraps.child("objects").children()) {
    if (wrap.type() != pugi::node_element) continue;
    if (tag(wrap) != "PathWrap") {
      not_understood(wrap);
      continue;
    }
    know_children(wrap, {"wrap_object", "range", "components"});
    const std::string object = text(wrap, "wrap_object", "");
    const auto found = std::find_if(
        cylinders_.begin(), cylinders_.end(),
        [&](const WrapCylinder& c) { return c.name == object; });
    if (found == cylinders_.end()) {
      if (!all_understood()) continue;  // it may be among the unsupported wrap objects
      std::vector<std::string> names;
      for (const WrapCylinder& c : cylinders_) names.push_back(c.name);
      const std::string nearest = nearest_name(object, names);
      fail(
          wrap, "no wrap object ", in_quotes(object), " in the model",
          nearest.empty() ? "" : "; did you mean '" + nearest + "'?");
    }
    PathWrap entry;
    entry.cylinder = static_cast<int>(found - cylinders_.begin());
    const std::vector<double> range = numbers(wrap, "range", 2, {-1, -1});
    for (const double value : range)
      if (value != std::floor(value) || value > count || (value < 1 && value != -1))
        fail(
            wrap.child("range"), "given ", value, "; allowed are -1 (no limit) and 1 to ", count,
            ", the number of the point");
    entry.first_point = static_cast<int>(range[0]);
    entry.last_point = static_cast<int>(range[1]);
    result.wraps.push_back(entry);
  }
  return result;
}

}  // namespace coxa
