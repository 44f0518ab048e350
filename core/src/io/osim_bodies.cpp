#include <algorithm>
#include <set>

#include "io/osim_reader.hpp"
#include "io/text.hpp"

namespace coxa {

void OsimReader::read_bodies() {
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

// a body, the ground or an offset frame, and the frames within it
void OsimReader::collect_frame(const xml_node& node, const std::string& path, int body, int depth) {
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

void OsimReader::collect_frames_in(const xml_node& list, const std::string& path, int depth) {
  for (const xml_node node : list.children()) {
    if (node.type() != pugi::node_element || without_effect(node)) continue;
    if (tag(node) == "PhysicalOffsetFrame")
      collect_frame(node, path + "/" + required_name(node), -1, depth + 1);
    else
      not_understood(node);
  }
}

// resolves a socket: "/bodyset/pelvis", "../pelvis_offset", "pelvis_offset" or a unique name
int OsimReader::frame_at(const xml_node& owner, const std::string& path, const char* socket) {
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

  // older files count set levels differently in relative paths: fall back on a unique name
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

void OsimReader::resolve_frames() {
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

// parents before children, otherwise in the order of the file
void OsimReader::sort_bodies() {
  const int n = static_cast<int>(bodies_.size());
  for (int i = 1; i < n; ++i) {
    if (!bodies_[i].joint.empty()) continue;
    if (!all_understood()) return;  // its joint may be among the unsupported elements
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

void OsimReader::read_markers() {
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

}  // namespace coxa
