#include <algorithm>
#include <cmath>

#include <pugixml.hpp>

#include "coxa/io/osim.hpp"
#include "coxa/math/error.hpp"

#include "io/text.hpp"

namespace coxa {
namespace {

using coxa::to_text;
using pugi::xml_node;

constexpr int kVersion = 40500;

std::string to_text(const Vec3& v) {
  return to_text(v.x()) + " " + to_text(v.y()) + " " + to_text(v.z());
}

std::string to_text(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : " ") + to_text(value);
  return text;
}

xml_node add(xml_node parent, const char* tag, const std::string& name) {
  xml_node node = parent.append_child(tag);
  node.append_attribute("name") = name.c_str();
  return node;
}

xml_node set(xml_node parent, const char* tag, const std::string& text) {
  xml_node node = parent.append_child(tag);
  node.text() = text.c_str();
  return node;
}

void set(xml_node parent, const char* tag, double value) { set(parent, tag, to_text(value)); }

xml_node add_set(xml_node parent, const char* tag, const char* name) {
  return add(parent, tag, name).append_child("objects");
}

void add_function(xml_node parent, const Function& function, bool named) {
  const auto node = [&](const char* tag) {
    return named ? add(parent, tag, "function") : parent.append_child(tag);
  };
  switch (function.kind()) {
    case Function::Kind::constant:
      set(node("Constant"), "value", function.coefficients()[0]);
      break;
    case Function::Kind::linear:
      set(node("LinearFunction"), "coefficients", to_text(function.coefficients()));
      break;
    case Function::Kind::polynomial:
      set(node("PolynomialFunction"), "coefficients", to_text(function.coefficients()));
      break;
    case Function::Kind::spline: {
      xml_node spline = node("SimmSpline");
      set(spline, "x", to_text(function.knots()));
      set(spline, "y", to_text(function.coefficients()));
      break;
    }
  }
}

const char* quadrant_name(WrapCylinder::Quadrant quadrant) {
  switch (quadrant) {
    case WrapCylinder::Quadrant::plus_x: return "x";
    case WrapCylinder::Quadrant::minus_x: return "-x";
    case WrapCylinder::Quadrant::plus_y: return "y";
    case WrapCylinder::Quadrant::minus_y: return "-y";
    case WrapCylinder::Quadrant::all: break;
  }
  return "all";
}

/// Extends the given directions to three independent ones: Simbody requires that even of axes
/// without motion.
std::vector<Vec3> completed(std::vector<Vec3> directions) {
  while (directions.size() < 3) {
    Vec3 best = Vec3::UnitX();
    double best_rest = -1;
    for (int i = 0; i < 3; ++i) {
      Eigen::Matrix3Xd span(3, directions.size());
      for (std::size_t k = 0; k < directions.size(); ++k) span.col(k) = directions[k];
      Vec3 rest = Vec3::Unit(i);
      if (directions.size() == 1) rest -= span.col(0) * span.col(0).dot(rest);
      if (directions.size() == 2) {
        const Vec3 normal = Vec3(span.col(0)).cross(Vec3(span.col(1)));
        rest = normal * normal.dot(rest);
      }
      if (rest.norm() > best_rest + 1e-9) {
        best_rest = rest.norm();
        best = Vec3::Unit(i);
      }
    }
    directions.push_back(best);
  }
  return directions;
}

void add_curves(xml_node node, const Muscle& muscle) {
  const ActiveForceLengthParameters& active = muscle.curves.active_parameters;
  xml_node a = add(node, "ActiveForceLengthCurve", muscle.name + "_ActiveForceLengthCurve");
  set(a, "min_norm_active_fiber_length", active.min_norm_active_fiber_length);
  set(a, "transition_norm_fiber_length", active.transition_norm_fiber_length);
  set(a, "max_norm_active_fiber_length", active.max_norm_active_fiber_length);
  set(a, "shallow_ascending_slope", active.shallow_ascending_slope);
  set(a, "minimum_value", active.minimum_value);

  const ForceVelocityParameters& velocity = muscle.curves.velocity_parameters;
  xml_node v = add(node, "ForceVelocityCurve", muscle.name + "_ForceVelocityCurve");
  set(v, "concentric_slope_at_vmax", velocity.concentric_slope_at_vmax);
  set(v, "concentric_slope_near_vmax", velocity.concentric_slope_near_vmax);
  set(v, "isometric_slope", velocity.isometric_slope);
  set(v, "eccentric_slope_at_vmax", velocity.eccentric_slope_at_vmax);
  set(v, "eccentric_slope_near_vmax", velocity.eccentric_slope_near_vmax);
  set(v, "max_eccentric_velocity_force_multiplier",
      velocity.max_eccentric_velocity_force_multiplier);
  set(v, "concentric_curviness", velocity.concentric_curviness);
  set(v, "eccentric_curviness", velocity.eccentric_curviness);

  // OpenSim requires all of its optional parameters or none: NaN is written as the default it
  // stands for
  const auto chosen = [](double given, double otherwise) {
    return std::isnan(given) ? otherwise : given;
  };
  const PassiveForceLengthParameters& passive = muscle.curves.passive_parameters;
  xml_node p = add(node, "FiberForceLengthCurve", muscle.name + "_FiberForceLengthCurve");
  set(p, "strain_at_zero_force", passive.strain_at_zero_force);
  set(p, "strain_at_one_norm_force", passive.strain_at_one_norm_force);
  set(p, "stiffness_at_low_force", chosen(passive.stiffness_at_low_force, 0.2));
  set(p, "stiffness_at_one_norm_force",
      chosen(
          passive.stiffness_at_one_norm_force,
          2 / (passive.strain_at_one_norm_force - passive.strain_at_zero_force)));
  set(p, "curviness", chosen(passive.curviness, 0.75));

  const TendonForceLengthParameters& tendon = muscle.curves.tendon_parameters;
  xml_node t = add(node, "TendonForceLengthCurve", muscle.name + "_TendonForceLengthCurve");
  set(t, "strain_at_one_norm_force", tendon.strain_at_one_norm_force);
  set(t, "stiffness_at_one_norm_force",
      chosen(tendon.stiffness_at_one_norm_force, 1.375 / tendon.strain_at_one_norm_force));
  set(t, "norm_force_at_toe_end", chosen(tendon.norm_force_at_toe_end, 2.0 / 3.0));
  set(t, "curviness", chosen(tendon.curviness, 0.5));
}

class Writer {
 public:
  explicit Writer(const Model& model) : model_(model), skeleton_(model.skeleton) {}

  std::string write();

 private:
  std::string body_path(int body) const {
    return body == 0 ? "/ground" : "/bodyset/" + skeleton_.bodies()[body].name;
  }
  std::string joint_name(int body) const {
    const Body& b = skeleton_.bodies()[body];
    return b.joint.empty() ? b.name + "_joint" : b.joint;
  }
  const std::string& coordinate_name(int full) const {
    return skeleton_.full_coordinates()[full].name;
  }
  std::string coordinate_path(int full) const {
    return "/jointset/" + joint_name(owner_[full]) + "/" + coordinate_name(full);
  }

  void find_owners();
  void add_wraps(xml_node frame, int body);
  void add_bodies(xml_node model);
  void add_joints(xml_node model);
  void add_joint(xml_node joints, int body);
  void add_transform(xml_node joint, const Body& body);
  void add_couplings(xml_node model);
  void add_forces(xml_node model);
  void add_muscle(xml_node forces, const Muscle& muscle);
  void add_point(xml_node points, const PathPoint& point);
  void add_markers(xml_node model);

  const Model& model_;
  const Skeleton& skeleton_;
  std::vector<int> owner_;               // body whose joint a full coordinate belongs to
  std::vector<std::vector<int>> owned_;  // full coordinates of a body's joint
};

void Writer::find_owners() {
  const int n = skeleton_.nq_full();
  owner_.assign(n, -1);
  owned_.resize(skeleton_.bodies().size());
  for (std::size_t b = 0; b < skeleton_.bodies().size(); ++b) {
    const Body& body = skeleton_.bodies()[b];
    bool rotated = false;
    int translations = 0;
    for (const JointAxis& axis : body.axes) {
      if (axis.rotational) rotated = true;
      require(
          axis.rotational || !rotated, "joint of body '", body.name,
          "' translates after it rotates; an OpenSim file can hold only translations followed by "
          "rotations");
      translations += axis.rotational ? 0 : 1;
      if (axis.coordinate < 0) continue;
      int& owner = owner_[axis.coordinate];
      require(
          owner < 0 || owner == static_cast<int>(b), "coordinate '",
          coordinate_name(axis.coordinate),
          "' moves the joints of two bodies; in an OpenSim file a coordinate belongs to one joint "
          "(couple "
          "a second coordinate to it)");
      if (owner < 0) owned_[b].push_back(axis.coordinate);
      owner = static_cast<int>(b);
    }
    require(
        translations <= 3 && body.axes.size() - translations <= 3, "joint of body '", body.name,
        "' has ", translations, " translations and ", body.axes.size() - translations,
        " rotations; an OpenSim file can hold three of each");
    std::sort(owned_[b].begin(), owned_[b].end());
    require(
        owned_[b].empty()
            || owned_[b].back() - owned_[b].front() == static_cast<int>(owned_[b].size()) - 1,
        "the coordinates of body '", body.name,
        "' do not stand together; in an OpenSim file their order is that of the joints");
  }
  for (int c = 0; c < n; ++c)
    require(
        owner_[c] >= 0, "coordinate '", coordinate_name(c),
        "' moves nothing; an OpenSim file cannot hold it");
}

void Writer::add_wraps(xml_node frame, int body) {
  xml_node objects;
  for (const WrapCylinder& cylinder : model_.cylinders) {
    if (cylinder.body != body) continue;
    if (!objects) objects = add_set(frame, "WrapObjectSet", "wrapobjectset");
    xml_node node = add(objects, "WrapCylinder", cylinder.name);
    set(node, "active", cylinder.active ? "true" : "false");
    set(node, "xyz_body_rotation", to_text(angles_xyz(cylinder.X_BC.R)));
    set(node, "translation", to_text(cylinder.X_BC.p));
    set(node, "quadrant", quadrant_name(cylinder.quadrant));
    set(node, "radius", cylinder.radius);
    set(node, "length", cylinder.length);
  }
}

void Writer::add_bodies(xml_node model) {
  add_wraps(add(model, "Ground", "ground"), 0);
  set(model, "gravity", to_text(skeleton_.gravity()));
  xml_node bodies = add_set(model, "BodySet", "bodyset");
  for (std::size_t b = 1; b < skeleton_.bodies().size(); ++b) {
    const Body& body = skeleton_.bodies()[b];
    xml_node node = add(bodies, "Body", body.name);
    add_wraps(node, static_cast<int>(b));
    set(node, "mass", body.mass);
    set(node, "mass_center", to_text(body.center_of_mass));
    const Mat3& I = body.inertia;
    set(node, "inertia",
        to_text(std::vector<double>{I(0, 0), I(1, 1), I(2, 2), I(0, 1), I(0, 2), I(1, 2)}));
  }
}

void Writer::add_transform(xml_node joint, const Body& body) {
  xml_node transform = joint.append_child("SpatialTransform");
  for (const bool rotational : {true, false}) {
    std::vector<const JointAxis*> axes;
    std::vector<Vec3> directions;
    for (const JointAxis& axis : body.axes)
      if (axis.rotational == rotational) {
        axes.push_back(&axis);
        directions.push_back(axis.direction);
      }
    directions = completed(directions);
    for (std::size_t i = 0; i < 3; ++i) {
      xml_node node =
          add(transform, "TransformAxis",
              (rotational ? "rotation" : "translation") + std::to_string(i + 1));
      const bool moves = i < axes.size();
      set(node, "coordinates",
          moves && axes[i]->coordinate >= 0 ? coordinate_name(axes[i]->coordinate) : "");
      set(node, "axis", to_text(directions[i]));
      add_function(node, moves ? axes[i]->function : Function::constant(0), true);
    }
  }
}

void Writer::add_joint(xml_node joints, int b) {
  const Body& body = skeleton_.bodies()[b];
  const bool moves = !owned_[b].empty();
  xml_node joint = add(joints, moves ? "CustomJoint" : "WeldJoint", joint_name(b));
  const std::string parent = skeleton_.bodies()[body.parent].name;
  const std::string parent_frame = (body.parent == 0 ? "ground" : parent) + "_offset";
  const std::string child_frame = body.name + "_offset";
  set(joint, "socket_parent_frame", parent_frame);
  set(joint, "socket_child_frame", child_frame);

  if (moves) {
    xml_node coordinates = joint.append_child("coordinates");
    for (const int c : owned_[b]) {
      const Coordinate& coordinate = skeleton_.full_coordinates()[c];
      xml_node node = add(coordinates, "Coordinate", coordinate.name);
      set(node, "default_value", coordinate.default_value);
      set(node, "range", to_text(coordinate.lower) + " " + to_text(coordinate.upper));
      set(node, "clamped", "false");
      set(node, "locked", coordinate.locked ? "true" : "false");
      set(node, "prescribed", "false");
    }
  }

  // a joint without coordinates is a constant displacement
  Pose X_PF = body.X_PF;
  if (!moves)
    for (const JointAxis& axis : body.axes) {
      const double value = axis.function(0).value;
      X_PF = X_PF
             * (axis.rotational ? Pose{rotation(axis.direction, value), Vec3::Zero()}
                                : Pose{Mat3::Identity(), axis.direction * value});
    }

  xml_node frames = joint.append_child("frames");
  const auto add_frame = [&](const std::string& name, const std::string& in, const Pose& X) {
    xml_node frame = add(frames, "PhysicalOffsetFrame", name);
    set(frame, "socket_parent", in);
    set(frame, "translation", to_text(X.p));
    set(frame, "orientation", to_text(angles_xyz(X.R)));
  };
  add_frame(parent_frame, body_path(body.parent), X_PF);
  add_frame(child_frame, body_path(b), body.X_BM);
  if (moves) add_transform(joint, body);
}

void Writer::add_joints(xml_node model) {
  xml_node joints = add_set(model, "JointSet", "jointset");
  std::vector<int> order;
  for (std::size_t b = 1; b < skeleton_.bodies().size(); ++b) order.push_back(static_cast<int>(b));
  // joints in the order of their coordinates; those without coordinates last
  const auto first = [&](int b) {
    return owned_[b].empty() ? skeleton_.nq_full() : owned_[b].front();
  };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return first(a) < first(b); });
  for (const int b : order) add_joint(joints, b);
}

void Writer::add_couplings(xml_node model) {
  xml_node constraints = add_set(model, "ConstraintSet", "constraintset");
  for (const Coupling& coupling : skeleton_.couplings()) {
    xml_node node =
        add(constraints, "CoordinateCouplerConstraint",
            coordinate_name(coupling.dependent) + "_coupler");
    set(node, "isEnforced", "true");
    add_function(node.append_child("coupled_coordinates_function"), coupling.function, false);
    set(node, "independent_coordinate_names", coordinate_name(coupling.independent));
    set(node, "dependent_coordinate_name", coordinate_name(coupling.dependent));
    set(node, "scale_factor", "1");
  }
}

void Writer::add_point(xml_node points, const PathPoint& point) {
  static constexpr const char* kTags[] = {"PathPoint", "ConditionalPathPoint", "MovingPathPoint"};
  xml_node node = add(points, kTags[static_cast<int>(point.kind)], point.name);
  set(node, "socket_parent_frame", body_path(point.body));
  if (point.kind != PathPoint::Kind::moving) set(node, "location", to_text(point.p_B));
  if (point.kind == PathPoint::Kind::conditional) {
    set(node, "socket_coordinate", coordinate_path(point.coordinate));
    set(node, "range", to_text(point.lower) + " " + to_text(point.upper));
  }
  if (point.kind == PathPoint::Kind::moving) {
    // OpenSim requires a coordinate for each direction, even a constant one
    int any = -1;
    for (const MovingLocation& location : point.moving) any = std::max(any, location.coordinate);
    require(any >= 0, "path point '", point.name, "' is a moving one but no coordinate moves it");
    static constexpr const char* kSockets[] = {
        "socket_x_coordinate", "socket_y_coordinate", "socket_z_coordinate"};
    static constexpr const char* kLocations[] = {"x_location", "y_location", "z_location"};
    for (int i = 0; i < 3; ++i) {
      const int coordinate = point.moving[i].coordinate;
      set(node, kSockets[i], coordinate_path(coordinate >= 0 ? coordinate : any));
    }
    for (int i = 0; i < 3; ++i)
      add_function(node.append_child(kLocations[i]), point.moving[i].function, false);
  }
}

void Writer::add_muscle(xml_node forces, const Muscle& muscle) {
  xml_node node = add(forces, "Millard2012EquilibriumMuscle", muscle.name);
  xml_node path = add(node, "GeometryPath", "path");
  xml_node points = path.append_child("PathPointSet").append_child("objects");
  for (const PathPoint& point : muscle.path.points) add_point(points, point);
  xml_node wraps = path.append_child("PathWrapSet").append_child("objects");
  int number = 0;
  for (const PathWrap& wrap : muscle.path.wraps) {
    xml_node entry = add(wraps, "PathWrap", "pathwrap_" + std::to_string(++number));
    set(entry, "wrap_object", model_.cylinders.at(wrap.cylinder).name);
    set(entry, "range", std::to_string(wrap.first_point) + " " + std::to_string(wrap.last_point));
  }

  set(node, "max_isometric_force", muscle.max_isometric_force);
  set(node, "optimal_fiber_length", muscle.optimal_fiber_length);
  set(node, "tendon_slack_length", muscle.tendon_slack_length);
  set(node, "pennation_angle_at_optimal", muscle.pennation_at_optimal);
  set(node, "max_contraction_velocity", muscle.max_contraction_velocity);
  set(node, "minimum_activation", muscle.minimum_activation);

  add_curves(node, muscle);
}

void Writer::add_forces(xml_node model) {
  xml_node forces = add_set(model, "ForceSet", "forceset");
  for (const Muscle& muscle : model_.muscles) add_muscle(forces, muscle);
  for (const Actuator& actuator : model_.actuators) {
    xml_node node = add(forces, "CoordinateActuator", actuator.name);
    set(node, "min_control", actuator.lower);
    set(node, "max_control", actuator.upper);
    set(node, "coordinate", skeleton_.coordinate(actuator.coordinate).name);
    set(node, "optimal_force", "1");
  }
  xml_node groups = forces.parent().append_child("groups");
  for (const MuscleGroup& group : model_.groups) {
    static constexpr const char* kSuffix[] = {"_r", "_l", ""};
    std::string members;
    for (const int m : group.muscles)
      members += (members.empty() ? "" : " ") + model_.muscles.at(m).name;
    set(add(groups, "ObjectGroup", group.name + kSuffix[static_cast<int>(group.side)]), "members",
        members);
  }
}

void Writer::add_markers(xml_node model) {
  xml_node markers = add_set(model, "MarkerSet", "markerset");
  for (const Site& site : skeleton_.sites()) {
    xml_node node = add(markers, "Marker", site.name);
    set(node, "socket_parent_frame", body_path(site.body));
    set(node, "location", to_text(site.p_B));
    set(node, "fixed", "true");
  }
}

std::string Writer::write() {
  find_owners();
  pugi::xml_document document;
  xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  xml_node root = document.append_child("OpenSimDocument");
  root.append_attribute("Version") = kVersion;

  xml_node model = add(root, "Model", model_.name);
  const std::string source = std::filesystem::path(model_.source).filename().string();
  set(model, "credits", source.empty() ? "Written by coxa" : "Written by coxa from " + source);
  set(model, "length_units", "meters");
  set(model, "force_units", "N");
  add_bodies(model);
  add_joints(model);
  add_couplings(model);
  add_forces(model);
  add_markers(model);

  struct Text : pugi::xml_writer {
    void write(const void* data, std::size_t size) override {
      bytes.append(static_cast<const char*>(data), size);
    }
    std::string bytes;
  } text;
  document.save(text, "  ", pugi::format_indent, pugi::encoding_utf8);
  return text.bytes;
}

}  // namespace

void write_osim(const Model& model, const std::filesystem::path& path) {
  write_bytes(path, Writer(model).write());
}

}  // namespace coxa
