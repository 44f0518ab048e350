#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <set>

#include <pugixml.hpp>

#include "coxa/io/osim.hpp"
#include "coxa/io/sha256.hpp"
#include "coxa/math/error.hpp"

#include "io/text.hpp"

namespace coxa {
namespace {

using pugi::xml_node;
using Names = std::initializer_list<const char*>;

constexpr int kOldestVersion = 40000;
constexpr int kNewestVersion = 40600;
constexpr int kMaxNesting = 16;  // of functions in functions and frames in frames

// elements that say nothing about mechanics here: looks, credits, settings of OpenSim's own tools
const std::set<std::string_view> kWithoutEffect = {
    "Appearance",
    "FrameGeometry",
    "attached_geometry",
    "frame_geometry",
    "credits",
    "publications",
    "authors",
    "references",
    "description",
    "default_speed_value",
    "is_free_to_satisfy_constraints",
    "ContactGeometrySet",
    "ProbeSet",
    "ModelVisualPreferences",
    "ModelDisplayHints",
    "Outputs",
    "assembly_accuracy",
    "force_units",
    "optimal_force",
    "min_control",
    "max_control",
    "ignore_tendon_compliance",
    "ignore_activation_dynamics",
    "fiber_damping",
    "default_activation",
    "default_fiber_length",
    "activation_time_constant",
    "deactivation_time_constant",
    "groups",
    "defaults",
    "method",
    "fixed",
    "prescribed_function"};

std::string tag(const xml_node& node) { return node.name(); }

std::string name_of(const xml_node& node) { return node.attribute("name").value(); }

/// One OpenSim document on its way to a Model.
class Reader {
 public:
  Reader(const xml_node& model, std::string file) : model_(model), file_(std::move(file)) {}

  Model read(std::string sha256);

 private:
  struct Frame {
    std::string name;
    int body = -1;    // index into bodies_ once resolved
    int parent = -1;  // index into frames_, of an offset frame
    Pose X_PF{};      // in the parent frame
    Pose X_BF{};      // in the body, once resolved
    bool resolved = false;
    std::string path;
    xml_node node;
  };
  struct JointRecord {
    xml_node node;
    std::string path;
  };

  // what the document says
  void read_bodies();
  void collect_frame(const xml_node& node, const std::string& path, int body, int depth);
  void collect_frames_in(const xml_node& list, const std::string& path, int depth);
  void resolve_frames();
  void read_joints();
  void read_joint(const JointRecord& joint);
  void read_coordinates(const xml_node& joint, int expected);
  void read_custom_axes(const xml_node& joint, int first_coordinate, Body& body);
  void sort_bodies();
  void read_constraints();
  void read_wraps();
  void read_forces();
  void read_muscle(const xml_node& node, const std::string& path);
  Path read_path(const xml_node& node, const std::string& path);
  PathPoint read_point(const xml_node& node, const std::string& path);
  MuscleCurves read_curves(const xml_node& node);
  void read_actuator(const xml_node& node);
  void read_groups(const xml_node& groups);
  void read_markers();

  // pieces of it
  std::optional<Function> read_function(const xml_node& holder, int depth = 0);
  bool knows(const xml_node& node, Names understood);
  void know_children(const xml_node& node, Names understood);
  void not_understood(const xml_node& node);
  std::string text(const xml_node& parent, const char* child, const std::string& otherwise);
  bool flag(const xml_node& parent, const char* child, bool otherwise);
  bool given(const xml_node& parent, const char* child) const;
  std::vector<double> numbers(
      const xml_node& parent, const char* child, int count, std::vector<double> otherwise);
  double number(const xml_node& parent, const char* child, double otherwise);
  double required_number(const xml_node& parent, const char* child);
  double positive(const xml_node& parent, const char* child, double otherwise);
  Vec3 vector(const xml_node& parent, const char* child);
  int frame_at(const xml_node& owner, const std::string& path, const char* socket);
  int coordinate_named(const xml_node& at, std::string name);
  std::string required_name(const xml_node& node);

  std::string where(const xml_node& node) const;
  template <typename... Parts>
  [[noreturn]] void fail(const xml_node& at, const Parts&... parts) const {
    // what is missing here may be in what is not understood: that is the likelier trouble
    if (!unknown_.empty()) fail_unknown();
    throw FileError(message(file_, ": ", where(at), ": ", parts...));
  }
  [[noreturn]] void fail_unknown() const;

  xml_node model_;
  std::string file_;
  std::vector<Frame> frames_;
  std::map<std::string, int> frame_by_path_;
  std::vector<Body> bodies_;
  std::vector<Coordinate> coordinates_;
  std::vector<Coupling> couplings_;
  std::vector<Site> sites_;
  std::vector<WrapCylinder> cylinders_;
  std::vector<Muscle> muscles_;
  std::vector<Actuator> actuators_;  // their coordinate counts in the full set until the end
  std::vector<MuscleGroup> groups_;
  CurveCache curves_;
  std::string unbounded_;  // names of actuators without finite bounds
  std::vector<std::string> warnings_;
  std::map<std::string, std::pair<int, std::string>> unknown_;  // element: how often, first place
};

std::string Reader::where(const xml_node& node) const {
  std::string path;
  for (xml_node n = node; n && n != model_.parent(); n = n.parent()) {
    // lists between a thing and its owner only lengthen the text
    if (tag(n) == "objects") continue;
    const std::string name = name_of(n);
    path = "/" + tag(n) + (name.empty() ? "" : "[" + in_quotes(name) + "]") + path;
  }
  return path;
}

void Reader::not_understood(const xml_node& node) {
  auto& [count, place] = unknown_[tag(node)];
  if (count++ == 0) place = where(node);
}

void Reader::fail_unknown() const {
  std::string list;
  for (const auto& [name, seen] : unknown_) {
    list += (list.empty() ? "" : ", ") + in_quotes(name);
    list += " (" + std::to_string(seen.first)
            + (seen.first == 1 ? " time, at " : " times, first at ") + seen.second + ")";
  }
  throw FileError(message(
      file_,
      ": these elements are not understood, and without them the model would be wrong: ", list));
}

bool Reader::knows(const xml_node& node, Names understood) {
  const std::string_view name = node.name();
  return std::find(understood.begin(), understood.end(), name) != understood.end();
}

void Reader::know_children(const xml_node& node, Names understood) {
  for (const xml_node child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    if (!knows(child, understood) && !kWithoutEffect.contains(child.name())) not_understood(child);
  }
}

bool Reader::given(const xml_node& parent, const char* child) const {
  return !trimmed(parent.child(child).text().get()).empty();
}

std::string Reader::text(const xml_node& parent, const char* child, const std::string& otherwise) {
  return given(parent, child) ? std::string(trimmed(parent.child(child).text().get())) : otherwise;
}

bool Reader::flag(const xml_node& parent, const char* child, bool otherwise) {
  std::string value = text(parent, child, otherwise ? "true" : "false");
  std::transform(
      value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::tolower(c); });
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  fail(parent.child(child), "given ", in_quotes(value), "; allowed are true and false");
}

std::vector<double> Reader::numbers(
    const xml_node& parent, const char* child, int count, std::vector<double> otherwise) {
  const xml_node node = parent.child(child);
  if (!node) return otherwise;
  std::string_view content = node.text().get();
  // OpenSim also writes vectors in round brackets
  std::string cleaned(content);
  for (char& c : cleaned)
    if (c == '(' || c == ')' || c == ',') c = ' ';
  std::vector<double> values;
  for (const std::string_view word : words(cleaned)) {
    const std::optional<double> value = to_number(word);
    if (!value) fail(node, "given ", in_quotes(word), "; a number is needed");
    if (!std::isfinite(*value))
      fail(node, "given ", in_quotes(word), "; a finite number is needed");
    values.push_back(*value);
  }
  if (count >= 0 && static_cast<int>(values.size()) != count)
    fail(node, "given ", values.size(), " numbers (", in_quotes(content), "); ", count, " needed");
  return values;
}

double Reader::number(const xml_node& parent, const char* child, double otherwise) {
  return given(parent, child) ? numbers(parent, child, 1, {})[0] : otherwise;
}

double Reader::required_number(const xml_node& parent, const char* child) {
  if (!given(parent, child)) fail(parent, "<", child, "> is missing or empty; a number is needed");
  return numbers(parent, child, 1, {})[0];
}

double Reader::positive(const xml_node& parent, const char* child, double otherwise) {
  const double value = number(parent, child, otherwise);
  if (!(value > 0)) fail(parent.child(child), "given ", value, "; a number above 0 is needed");
  return value;
}

Vec3 Reader::vector(const xml_node& parent, const char* child) {
  const std::vector<double> v = numbers(parent, child, 3, {0, 0, 0});
  return {v[0], v[1], v[2]};
}

std::string Reader::required_name(const xml_node& node) {
  const std::string name = name_of(node);
  if (trimmed(name).empty()) fail(node, "has no name; give it name=\"...\"");
  return name;
}

// function held by an element such as <coupled_coordinates_function>; empty if there is none
std::optional<Function> Reader::read_function(const xml_node& holder, int depth) {
  for (const xml_node node : holder.children()) {
    const std::string kind = tag(node);
    if (kind == "Constant") return Function::constant(number(node, "value", 0));
    if (kind == "LinearFunction") {
      const std::vector<double> c = numbers(node, "coefficients", 2, {1, 0});
      return Function::linear(c[0], c[1]);
    }
    if (kind == "PolynomialFunction") {
      const std::vector<double> c = numbers(node, "coefficients", -1, {});
      if (c.empty()) fail(node, "has no coefficients; at least one is needed");
      return Function::polynomial(c);
    }
    if (kind == "SimmSpline") {
      const std::vector<double> x = numbers(node, "x", -1, {});
      const std::vector<double> y = numbers(node, "y", -1, {});
      if (x.size() != y.size() || x.size() < 2)
        fail(
            node, "has ", x.size(), " x and ", y.size(), " y; equally many are needed, at least 2");
      for (std::size_t i = 1; i < x.size(); ++i)
        if (!(x[i] > x[i - 1]))
          fail(node, "x[", i, "] = ", x[i], " follows ", x[i - 1], "; x must rise");
      return Function::simm_spline(x, y);
    }
    if (kind == "MultiplierFunction") {
      if (depth > kMaxNesting) fail(node, "functions are nested more than ", kMaxNesting, " deep");
      const std::optional<Function> inner = read_function(node.child("function"), depth + 1);
      if (!inner) fail(node, "has no <function>; one is needed");
      return inner->scaled(number(node, "scale", 1));
    }
    // anything else that is spelled as a class is a function we do not have
    if (!kind.empty() && std::isupper(static_cast<unsigned char>(kind[0]))) {
      not_understood(node);
      return Function::constant(0);
    }
  }
  return std::nullopt;
}

void Reader::read_bodies() {
  bodies_.emplace_back().name = "ground";
  const xml_node ground = model_.child("Ground");
  collect_frame(ground, "/ground", 0, 0);

  const xml_node set = model_.child("BodySet");
  know_children(set, {"objects"});
  std::set<std::string> seen = {"ground"};
  for (const xml_node node : set.child("objects").children()) {
    if (node.type() != pugi::node_element) continue;
    if (tag(node) != "Body") {
      not_understood(node);
      continue;
    }
    Body body;
    body.name = required_name(node);
    if (!seen.insert(body.name).second) fail(node, "a second body of this name; names must differ");
    body.mass = required_number(node, "mass");
    if (body.mass < 0) fail(node.child("mass"), "given ", body.mass, " kg; must not be negative");
    body.center_of_mass = vector(node, "mass_center");
    const std::vector<double> I = numbers(node, "inertia", 6, {0, 0, 0, 0, 0, 0});
    if (I[0] < 0 || I[1] < 0 || I[2] < 0)
      fail(node.child("inertia"), "given a negative moment of inertia; must not be negative");
    body.inertia << I[0], I[3], I[4], I[3], I[1], I[5], I[4], I[5], I[2];
    bodies_.push_back(body);
    collect_frame(node, "/bodyset/" + body.name, static_cast<int>(bodies_.size()) - 1, 0);
  }
}

// a body, the ground or an offset frame, and the frames inside it
void Reader::collect_frame(const xml_node& node, const std::string& path, int body, int depth) {
  if (depth > kMaxNesting) fail(node, "frames are nested more than ", kMaxNesting, " deep");
  Frame frame;
  frame.name = body == 0 ? "ground" : required_name(node);
  frame.path = path;
  frame.node = node;
  if (body >= 0) {
    know_children(
        node, {"components", "frames", "WrapObjectSet", "mass", "mass_center", "inertia"});
    frame.body = body;
    frame.resolved = true;
  } else {
    know_children(
        node,
        {"components", "frames", "WrapObjectSet", "socket_parent", "translation", "orientation"});
    frame.X_PF = {rotation_xyz(vector(node, "orientation")), vector(node, "translation")};
  }
  frame_by_path_.emplace(path, static_cast<int>(frames_.size()));
  frames_.push_back(frame);
  collect_frames_in(node.child("components"), path, depth);
  collect_frames_in(node.child("frames"), path, depth);
}

void Reader::collect_frames_in(const xml_node& list, const std::string& path, int depth) {
  for (const xml_node node : list.children()) {
    if (node.type() != pugi::node_element || kWithoutEffect.contains(node.name())) continue;
    if (tag(node) == "PhysicalOffsetFrame")
      collect_frame(node, path + "/" + required_name(node), -1, depth + 1);
    else
      not_understood(node);
  }
}

// where a socket points: "/bodyset/pelvis", "../pelvis_offset", "pelvis_offset" or a unique name
int Reader::frame_at(const xml_node& owner, const std::string& path, const char* socket) {
  const std::string target = text(owner, socket, "");
  if (target.empty())
    fail(owner, "<", socket, "> is missing or empty; the path of a frame is needed");

  std::vector<std::string> parts;
  const std::string whole = target.starts_with('/') ? target : path + "/" + target;
  std::size_t begin = 0;
  while (begin <= whole.size()) {
    const std::size_t end = std::min(whole.find('/', begin), whole.size());
    const std::string part = whole.substr(begin, end - begin);
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    begin = end + 1;
  }
  std::string absolute;
  for (const std::string& part : parts) absolute += "/" + part;
  if (const auto found = frame_by_path_.find(absolute); found != frame_by_path_.end())
    return found->second;

  // older files count the sets between differently: fall back on a name that is unique
  int match = -1;
  std::vector<std::string> names;
  for (int i = 0; i < static_cast<int>(frames_.size()); ++i) {
    names.push_back(frames_[i].name);
    if (parts.empty() || frames_[i].name != parts.back()) continue;
    if (match >= 0)
      fail(
          owner, "<", socket, "> points to ", in_quotes(target),
          ", which several frames are called; give the full path");
    match = i;
  }
  if (match < 0) {
    const std::string nearest = parts.empty() ? "" : nearest_name(parts.back(), names);
    fail(
        owner, "<", socket, "> points to ", in_quotes(target), ", but there is no such frame",
        nearest.empty() ? "" : "; did you mean '" + nearest + "'?");
  }
  return match;
}

void Reader::resolve_frames() {
  for (Frame& frame : frames_)
    if (!frame.resolved) frame.parent = frame_at(frame.node, frame.path, "socket_parent");
  for (Frame& frame : frames_) {
    std::size_t steps = 0;
    Pose X = Pose{};
    const Frame* at = &frame;
    while (!at->resolved) {
      if (++steps > frames_.size())
        fail(
            frame.node,
            "the frame is its own parent by way of others; its chain must end at a body");
      X = at->X_PF * X;
      at = &frames_[at->parent];
    }
    frame.X_BF = at->X_BF * X;
    frame.body = at->body;
    frame.resolved = true;
  }
}

void Reader::read_coordinates(const xml_node& joint, int expected) {
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

void Reader::read_custom_axes(const xml_node& joint, int first, Body& body) {
  static constexpr const char* kNames[] = {"translation1", "translation2", "translation3",
                                           "rotation1",    "rotation2",    "rotation3"};
  const xml_node transform = joint.child("SpatialTransform");
  know_children(transform, {"TransformAxis"});
  const int last = static_cast<int>(coordinates_.size());
  for (int i = first; i < last; ++i) coordinates_[i].rotational = false;

  // translations first: OpenSim moves M along the axes of F and turns it there, about its own axes
  for (int i = 0; i < 6; ++i) {
    const xml_node node = transform.find_child_by_attribute("TransformAxis", "name", kNames[i]);
    if (!node) continue;
    know_children(
        node, {"coordinates", "axis", "Constant", "LinearFunction", "PolynomialFunction",
               "SimmSpline", "MultiplierFunction", "function"});
    JointAxis axis;
    axis.rotational = i >= 3;
    axis.direction = Vec3::Unit(i % 3);
    if (given(node, "axis")) axis.direction = vector(node, "axis");
    if (!(axis.direction.norm() > 1e-12))
      fail(
          node.child("axis"), "given ", in_quotes(text(node, "axis", "")),
          "; an axis must not be zero");
    // unit axes stay as they are to the last bit, so that a second reading agrees
    if (std::abs(axis.direction.squaredNorm() - 1) > 4e-16) axis.direction.normalize();

    const std::string listed = text(node, "coordinates", "");
    const std::vector<std::string_view> names = words(listed);
    if (names.size() > 1)
      fail(
          node, "depends on ", names.size(), " coordinates (", in_quotes(listed),
          "); at most one is allowed");
    if (names.size() == 1) {
      const auto found = std::find_if(
          coordinates_.begin() + first, coordinates_.end(),
          [&](const Coordinate& c) { return c.name == names[0]; });
      if (found == coordinates_.end())
        fail(node, "depends on ", in_quotes(names[0]), ", which is no coordinate of this joint");
      axis.coordinate = static_cast<int>(found - coordinates_.begin());
    }

    // OpenSim's defaults: the coordinate itself, or nothing
    const auto function = read_function(node);
    const auto wrapped = function ? function : read_function(node.child("function"));
    axis.function = wrapped                ? *wrapped
                    : axis.coordinate >= 0 ? Function::linear(1, 0)
                                           : Function::constant(0);
    if (axis.function.kind() == Function::Kind::constant) axis.coordinate = -1;
    if (axis.coordinate < 0 && axis.function.kind() != Function::Kind::constant)
      fail(node, "has a function but no coordinate; name one in <coordinates>, or use a Constant");
    if (axis.rotational && axis.coordinate >= 0) coordinates_[axis.coordinate].rotational = true;
    if (axis.coordinate < 0 && axis.function(0).value == 0) continue;  // moves nothing
    body.axes.push_back(axis);
  }
  for (int c = first; c < last; ++c)
    if (std::ranges::none_of(body.axes, [&](const JointAxis& axis) { return axis.coordinate == c; })
        && unknown_.empty())
      fail(joint, "has coordinate '", coordinates_[c].name, "', which moves none of its axes");
  for (const xml_node node : transform.children("TransformAxis"))
    if (std::none_of(std::begin(kNames), std::end(kNames), [&](const char* n) {
          return name_of(node) == n;
        }))
      fail(node, "allowed names are rotation1 to rotation3 and translation1 to translation3");
}

void Reader::read_joint(const JointRecord& joint) {
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
  // c counts within the joint, in OpenSim's order
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

void Reader::read_joints() {
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
      // go on with its frames and coordinates, to find all that is not understood
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

// parents before children, otherwise in the order of the file
void Reader::sort_bodies() {
  const int n = static_cast<int>(bodies_.size());
  for (int i = 1; i < n; ++i) {
    if (!bodies_[i].joint.empty()) continue;
    if (!unknown_.empty()) return;  // its joint may be among those that are not understood
    throw FileError(message(
        file_, ": body '", bodies_[i].name,
        "' has no joint; add one (a FreeJoint to the ground lets it move freely)"));
  }
  std::vector<int> order = {0};
  std::vector<int> place(n, -1);
  place[0] = 0;
  bool grew = true;
  while (grew) {
    grew = false;
    for (int i = 1; i < n; ++i)
      if (place[i] < 0 && place[bodies_[i].parent] >= 0) {
        place[i] = static_cast<int>(order.size());
        order.push_back(i);
        grew = true;
      }
  }
  for (int i = 1; i < n; ++i)
    if (place[i] < 0)
      throw FileError(message(
          file_, ": joint '", bodies_[i].joint, "': body '", bodies_[i].name,
          "' hangs on itself by way of other joints; its chain of parents must end at the ground"));

  std::vector<Body> sorted;
  for (const int i : order) {
    sorted.push_back(bodies_[i]);
    if (i > 0) sorted.back().parent = place[bodies_[i].parent];
  }
  bodies_ = std::move(sorted);
  for (Frame& frame : frames_) frame.body = place[frame.body];
}

int Reader::coordinate_named(const xml_node& at, std::string name) {
  // a path ends in the name
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

void Reader::read_constraints() {
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

void Reader::read_wraps() {
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

PathPoint Reader::read_point(const xml_node& node, const std::string& path) {
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

Path Reader::read_path(const xml_node& node, const std::string& path) {
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
  if (result.points.size() < 2 && unknown_.empty())
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
      if (!unknown_.empty()) continue;  // it may be among the wrap objects that are not understood
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

MuscleCurves Reader::read_curves(const xml_node& node) {
  ActiveForceLengthParameters active;
  const xml_node a = node.child("ActiveForceLengthCurve");
  know_children(
      a, {"min_norm_active_fiber_length", "transition_norm_fiber_length",
          "max_norm_active_fiber_length", "shallow_ascending_slope", "minimum_value"});
  active.min_norm_active_fiber_length =
      number(a, "min_norm_active_fiber_length", active.min_norm_active_fiber_length);
  active.transition_norm_fiber_length =
      number(a, "transition_norm_fiber_length", active.transition_norm_fiber_length);
  active.max_norm_active_fiber_length =
      number(a, "max_norm_active_fiber_length", active.max_norm_active_fiber_length);
  active.shallow_ascending_slope =
      number(a, "shallow_ascending_slope", active.shallow_ascending_slope);
  active.minimum_value = number(a, "minimum_value", active.minimum_value);

  ForceVelocityParameters velocity;
  const xml_node v = node.child("ForceVelocityCurve");
  know_children(
      v,
      {"concentric_slope_at_vmax", "concentric_slope_near_vmax", "isometric_slope",
       "eccentric_slope_at_vmax", "eccentric_slope_near_vmax",
       "max_eccentric_velocity_force_multiplier", "concentric_curviness", "eccentric_curviness"});
  velocity.concentric_slope_at_vmax =
      number(v, "concentric_slope_at_vmax", velocity.concentric_slope_at_vmax);
  velocity.eccentric_slope_at_vmax =
      number(v, "eccentric_slope_at_vmax", velocity.eccentric_slope_at_vmax);
  velocity.concentric_slope_near_vmax =
      number(v, "concentric_slope_near_vmax", velocity.concentric_slope_near_vmax);
  velocity.isometric_slope = number(v, "isometric_slope", velocity.isometric_slope);
  velocity.eccentric_slope_near_vmax =
      number(v, "eccentric_slope_near_vmax", velocity.eccentric_slope_near_vmax);
  velocity.max_eccentric_velocity_force_multiplier = number(
      v, "max_eccentric_velocity_force_multiplier",
      velocity.max_eccentric_velocity_force_multiplier);
  velocity.concentric_curviness = number(v, "concentric_curviness", velocity.concentric_curviness);
  velocity.eccentric_curviness = number(v, "eccentric_curviness", velocity.eccentric_curviness);

  PassiveForceLengthParameters passive;
  const xml_node p = node.child("FiberForceLengthCurve");
  know_children(
      p, {"strain_at_zero_force", "strain_at_one_norm_force", "stiffness_at_low_force",
          "stiffness_at_one_norm_force", "curviness"});
  passive.strain_at_zero_force = number(p, "strain_at_zero_force", passive.strain_at_zero_force);
  passive.strain_at_one_norm_force =
      number(p, "strain_at_one_norm_force", passive.strain_at_one_norm_force);
  const int passive_given = given(p, "stiffness_at_low_force")
                            + given(p, "stiffness_at_one_norm_force") + given(p, "curviness");
  if (passive_given != 0 && passive_given != 3)
    fail(
        p, "gives ", passive_given,
        " of <stiffness_at_low_force>, <stiffness_at_one_norm_force> and "
        "<curviness>; give all three or none");
  // OpenSim's own choice where none is given
  passive.stiffness_at_low_force = number(p, "stiffness_at_low_force", 0.2);
  passive.stiffness_at_one_norm_force = number(
      p, "stiffness_at_one_norm_force",
      2 / (passive.strain_at_one_norm_force - passive.strain_at_zero_force));
  passive.curviness = number(p, "curviness", 0.75);

  TendonForceLengthParameters tendon;
  const xml_node t = node.child("TendonForceLengthCurve");
  know_children(
      t, {"strain_at_one_norm_force", "stiffness_at_one_norm_force", "norm_force_at_toe_end",
          "curviness"});
  tendon.strain_at_one_norm_force =
      number(t, "strain_at_one_norm_force", tendon.strain_at_one_norm_force);
  const int tendon_given = given(t, "stiffness_at_one_norm_force")
                           + given(t, "norm_force_at_toe_end") + given(t, "curviness");
  if (tendon_given != 0 && tendon_given != 3)
    fail(
        t, "gives ", tendon_given,
        " of <stiffness_at_one_norm_force>, <norm_force_at_toe_end> and "
        "<curviness>; give all three or none");
  tendon.stiffness_at_one_norm_force =
      number(t, "stiffness_at_one_norm_force", 1.375 / tendon.strain_at_one_norm_force);
  tendon.norm_force_at_toe_end = number(t, "norm_force_at_toe_end", 2.0 / 3.0);
  tendon.curviness = number(t, "curviness", 0.5);

  try {
    return curves_.curves(active, velocity, passive, tendon);
  } catch (const InvalidArgument& error) {
    fail(node, error.what());
  }
}

void Reader::read_muscle(const xml_node& node, const std::string& path) {
  know_children(
      node,
      {"appliesForce", "GeometryPath", "max_isometric_force", "optimal_fiber_length",
       "tendon_slack_length", "pennation_angle_at_optimal", "max_contraction_velocity",
       "minimum_activation", "maximum_pennation_angle", "ActiveForceLengthCurve",
       "ForceVelocityCurve", "FiberForceLengthCurve", "TendonForceLengthCurve", "components"});
  Muscle muscle;
  muscle.name = required_name(node);
  for (const Muscle& other : muscles_)
    if (other.name == muscle.name) fail(node, "a second muscle of this name; names must differ");
  muscle.path = read_path(node.child("GeometryPath"), path + "/geometrypath");

  // defaults of OpenSim's Muscle and Millard2012EquilibriumMuscle
  muscle.max_isometric_force = positive(node, "max_isometric_force", 1000);
  muscle.optimal_fiber_length = positive(node, "optimal_fiber_length", 0.1);
  muscle.tendon_slack_length = positive(node, "tendon_slack_length", 0.2);
  muscle.pennation_at_optimal = number(node, "pennation_angle_at_optimal", 0);
  if (muscle.pennation_at_optimal < 0 || muscle.pennation_at_optimal >= std::numbers::pi / 2)
    fail(
        node.child("pennation_angle_at_optimal"), "given ", muscle.pennation_at_optimal,
        " rad; from 0 to below pi/2 is allowed");
  muscle.max_contraction_velocity = positive(node, "max_contraction_velocity", 10);
  muscle.minimum_activation = std::clamp(number(node, "minimum_activation", 0.01), 0.0, 1.0);
  const double widest = std::acos(0.1);
  if (std::abs(number(node, "maximum_pennation_angle", widest) - widest) > 1e-6)
    warnings_.push_back(
        "muscle '" + muscle.name + "': its maximum pennation angle is taken as acos(0.1)");
  muscle.curves = read_curves(node);
  muscles_.push_back(muscle);
}

void Reader::read_actuator(const xml_node& node) {
  know_children(node, {"appliesForce", "coordinate", "components"});
  Actuator actuator;
  actuator.name = required_name(node);
  const std::string coordinate = text(node, "coordinate", "");
  if (coordinate.empty())
    fail(node, "<coordinate> is missing or empty; the name of a coordinate is needed");
  actuator.coordinate = coordinate_named(node, coordinate);

  // unlike all other numbers a control may be infinite
  const auto control = [&](const char* which, double otherwise) {
    if (!given(node, which)) return otherwise;
    const std::string word = text(node, which, "");
    const std::optional<double> value = to_number(word);
    if (!value || std::isnan(*value))
      fail(node.child(which), "given ", in_quotes(word), "; a number is needed");
    return *value;
  };
  const double low = control("min_control", -INFINITY);
  const double high = control("max_control", INFINITY);
  const double force = number(node, "optimal_force", 1);
  if (!std::isfinite(low) || !std::isfinite(high)) {
    unbounded_ += (unbounded_.empty() ? "" : ", ") + actuator.name;
    return;
  }
  if (low > high) fail(node, "has <min_control> ", low, " above <max_control> ", high);
  actuator.lower = std::min(low * force, high * force);
  actuator.upper = std::max(low * force, high * force);
  actuators_.push_back(actuator);
}

void Reader::read_groups(const xml_node& groups) {
  for (const xml_node node : groups.children()) {
    if (node.type() != pugi::node_element) continue;
    if (tag(node) != "ObjectGroup") {
      not_understood(node);
      continue;
    }
    know_children(node, {"members"});
    MuscleGroup group;
    group.name = required_name(node);
    if (group.name.size() > 2 && group.name.ends_with("_r")) group.side = Side::right;
    if (group.name.size() > 2 && group.name.ends_with("_l")) group.side = Side::left;
    if (group.side != Side::both) group.name.resize(group.name.size() - 2);
    for (const std::string_view member : words(node.child("members").text().get())) {
      const auto found = std::find_if(
          muscles_.begin(), muscles_.end(), [&](const Muscle& m) { return m.name == member; });
      const int index = static_cast<int>(found - muscles_.begin());
      // groups may also hold other forces, and muscles that apply no force
      if (found != muscles_.end() && std::ranges::find(group.muscles, index) == group.muscles.end())
        group.muscles.push_back(index);
    }
    if (!group.muscles.empty()) groups_.push_back(group);
  }
}

void Reader::read_forces() {
  const xml_node set = model_.child("ForceSet");
  know_children(set, {"objects"});
  for (const xml_node node : set.child("objects").children()) {
    if (node.type() != pugi::node_element) continue;
    const std::string kind = tag(node);
    if (!flag(node, "appliesForce", true)) {
      warnings_.push_back(kind + " '" + name_of(node) + "' applies no force in the file: left out");
    } else if (kind == "Millard2012EquilibriumMuscle") {
      read_muscle(node, "/forceset/" + name_of(node));
    } else if (kind == "CoordinateActuator") {
      read_actuator(node);
    } else {
      not_understood(node);
    }
  }
  if (!unbounded_.empty())
    warnings_.push_back(
        "CoordinateActuators without finite bounds are left out, since a torque without limits is "
        "a reserve: "
        + unbounded_);
  read_groups(set.child("groups"));
}

void Reader::read_markers() {
  const xml_node set = model_.child("MarkerSet");
  know_children(set, {"objects"});
  for (const xml_node node : set.child("objects").children()) {
    if (node.type() != pugi::node_element) continue;
    if (tag(node) != "Marker") {
      not_understood(node);
      continue;
    }
    know_children(node, {"socket_parent_frame", "location", "components"});
    Site site;
    site.name = required_name(node);
    for (const Site& other : sites_)
      if (other.name == site.name) fail(node, "a second marker of this name; names must differ");
    if (!node.child("location")) fail(node, "<location> is missing; three numbers are needed");
    const Frame& frame = frames_[frame_at(node, "/markerset/" + site.name, "socket_parent_frame")];
    site.body = frame.body;
    site.p_B = frame.X_BF * vector(node, "location");
    sites_.push_back(site);
  }
}

Model Reader::read(std::string sha256) {
  know_children(
      model_, {"Ground", "gravity", "length_units", "BodySet", "JointSet", "ConstraintSet",
               "ForceSet", "MarkerSet", "ControllerSet", "ComponentSet", "components"});
  const std::string units = text(model_, "length_units", "meters");
  if (units != "meters" && units != "m")
    fail(model_.child("length_units"), "given ", in_quotes(units), "; only meters are allowed");
  if (!model_.child("BodySet")) fail(model_, "has no <BodySet>; a model needs bodies");
  if (!model_.child("JointSet")) fail(model_, "has no <JointSet>; a model needs joints");

  read_bodies();
  read_joints();
  sort_bodies();
  read_constraints();
  read_wraps();
  read_forces();
  read_markers();
  for (const xml_node node : model_.child("ControllerSet").child("objects").children())
    if (node.type() == pugi::node_element)
      warnings_.push_back(tag(node) + " '" + name_of(node) + "': controllers are left out");

  if (!unknown_.empty()) fail_unknown();

  const std::vector<double> g = numbers(model_, "gravity", 3, {0, -9.80665, 0});
  Skeleton skeleton(bodies_, coordinates_, couplings_, sites_, Vec3(g[0], g[1], g[2]));

  // actuators work on independent coordinates only
  std::vector<Actuator> actuators;
  for (Actuator actuator : actuators_) {
    const auto& independent = skeleton.independent();
    const auto found = std::ranges::find(independent, actuator.coordinate);
    if (found == independent.end()) {
      warnings_.push_back(
          "CoordinateActuator '" + actuator.name + "' works on '"
          + coordinates_[actuator.coordinate].name
          + "', which is locked or driven by another coordinate: left out");
      continue;
    }
    actuator.coordinate = static_cast<int>(found - independent.begin());
    actuators.push_back(actuator);
  }

  return {
      .name = name_of(model_),
      .skeleton = std::move(skeleton),
      .cylinders = std::move(cylinders_),
      .muscles = std::move(muscles_),
      .actuators = std::move(actuators),
      .groups = std::move(groups_),
      .source = file_,
      .sha256 = std::move(sha256),
      .warnings = std::move(warnings_)};
}

}  // namespace

Model read_osim(const std::filesystem::path& path) {
  const std::string bytes = read_bytes(path);
  const std::string file = path.string();
  require<FileError>(!trimmed(bytes).empty(), file, ": is empty; an OpenSim model is needed");

  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(bytes.data(), bytes.size());
  require<FileError>(
      parsed, file, ": is not XML, or is cut off or damaged (at byte ", parsed.offset, " of ",
      bytes.size(), ": ", parsed.description(), ")");
  const xml_node root = document.child("OpenSimDocument");
  require<FileError>(
      root, file, ": is not an OpenSim file: its first element is <",
      document.document_element().name(), ">; <OpenSimDocument> is needed");

  const std::string given = root.attribute("Version").value();
  const std::optional<double> version = to_number(trimmed(given));
  require<FileError>(
      version && *version >= kOldestVersion && *version <= kNewestVersion, file,
      ": has document version ", in_quotes(given), "; versions ", kOldestVersion, " to ",
      kNewestVersion, " are read. Open and save the model in OpenSim 4 to convert it");
  const xml_node model = root.child("Model");
  require<FileError>(model, file, ": holds no <Model>; an OpenSim model is needed");

  try {
    return Reader(model, file).read(sha256(bytes));
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    throw FileError(message(file, ": ", error.what()));
  }
}

}  // namespace coxa
