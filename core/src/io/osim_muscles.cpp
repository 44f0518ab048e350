#include <algorithm>
#include <cmath>
#include <numbers>

#include "io/osim_reader.hpp"
#include "io/text.hpp"

namespace coxa {

void OsimReader::read_forces() {
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

void OsimReader::read_muscle(const xml_node& node, const std::string& path) {
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

// three elements that are only meaningful together
void OsimReader::all_or_none(const xml_node& node, const char* a, const char* b, const char* c) {
  const int count = given(node, a) + given(node, b) + given(node, c);
  if (count != 0 && count != 3)
    fail(node, "gives ", count, " of <", a, ">, <", b, "> and <", c, ">; give all three or none");
}

// keeps the value if the element is absent
void OsimReader::read_given(double& value, const xml_node& at, const char* child) {
  value = number(at, child, value);
}

ActiveForceLengthParameters OsimReader::read_active_curve(const xml_node& muscle) {
  ActiveForceLengthParameters active;
  const xml_node a = muscle.child("ActiveForceLengthCurve");
  know_children(
      a, {"min_norm_active_fiber_length", "transition_norm_fiber_length",
          "max_norm_active_fiber_length", "shallow_ascending_slope", "minimum_value"});
  read_given(active.min_norm_active_fiber_length, a, "min_norm_active_fiber_length");
  read_given(active.transition_norm_fiber_length, a, "transition_norm_fiber_length");
  read_given(active.max_norm_active_fiber_length, a, "max_norm_active_fiber_length");
  read_given(active.shallow_ascending_slope, a, "shallow_ascending_slope");
  read_given(active.minimum_value, a, "minimum_value");
  return active;
}

ForceVelocityParameters OsimReader::read_velocity_curve(const xml_node& muscle) {
  ForceVelocityParameters velocity;
  const xml_node v = muscle.child("ForceVelocityCurve");
  know_children(
      v,
      {"concentric_slope_at_vmax", "concentric_slope_near_vmax", "isometric_slope",
       "eccentric_slope_at_vmax", "eccentric_slope_near_vmax",
       "max_eccentric_velocity_force_multiplier", "concentric_curviness", "eccentric_curviness"});
  read_given(velocity.concentric_slope_at_vmax, v, "concentric_slope_at_vmax");
  read_given(velocity.eccentric_slope_at_vmax, v, "eccentric_slope_at_vmax");
  read_given(velocity.concentric_slope_near_vmax, v, "concentric_slope_near_vmax");
  read_given(velocity.isometric_slope, v, "isometric_slope");
  read_given(velocity.eccentric_slope_near_vmax, v, "eccentric_slope_near_vmax");
  read_given(
      velocity.max_eccentric_velocity_force_multiplier, v,
      "max_eccentric_velocity_force_multiplier");
  read_given(velocity.concentric_curviness, v, "concentric_curviness");
  read_given(velocity.eccentric_curviness, v, "eccentric_curviness");
  return velocity;
}

PassiveForceLengthParameters OsimReader::read_passive_curve(const xml_node& muscle) {
  PassiveForceLengthParameters passive;
  const xml_node p = muscle.child("FiberForceLengthCurve");
  know_children(
      p, {"strain_at_zero_force", "strain_at_one_norm_force", "stiffness_at_low_force",
          "stiffness_at_one_norm_force", "curviness"});
  read_given(passive.strain_at_zero_force, p, "strain_at_zero_force");
  read_given(passive.strain_at_one_norm_force, p, "strain_at_one_norm_force");
  all_or_none(p, "stiffness_at_low_force", "stiffness_at_one_norm_force", "curviness");
  // OpenSim's defaults
  passive.stiffness_at_low_force = number(p, "stiffness_at_low_force", 0.2);
  passive.stiffness_at_one_norm_force = number(
      p, "stiffness_at_one_norm_force",
      2 / (passive.strain_at_one_norm_force - passive.strain_at_zero_force));
  passive.curviness = number(p, "curviness", 0.75);
  return passive;
}

TendonForceLengthParameters OsimReader::read_tendon_curve(const xml_node& muscle) {
  TendonForceLengthParameters tendon;
  const xml_node t = muscle.child("TendonForceLengthCurve");
  know_children(
      t, {"strain_at_one_norm_force", "stiffness_at_one_norm_force", "norm_force_at_toe_end",
          "curviness"});
  read_given(tendon.strain_at_one_norm_force, t, "strain_at_one_norm_force");
  all_or_none(t, "stiffness_at_one_norm_force", "norm_force_at_toe_end", "curviness");
  tendon.stiffness_at_one_norm_force =
      number(t, "stiffness_at_one_norm_force", 1.375 / tendon.strain_at_one_norm_force);
  tendon.norm_force_at_toe_end = number(t, "norm_force_at_toe_end", 2.0 / 3.0);
  tendon.curviness = number(t, "curviness", 0.5);
  return tendon;
}

MuscleCurves OsimReader::read_curves(const xml_node& node) {
  const ActiveForceLengthParameters active = read_active_curve(node);
  const ForceVelocityParameters velocity = read_velocity_curve(node);
  const PassiveForceLengthParameters passive = read_passive_curve(node);
  const TendonForceLengthParameters tendon = read_tendon_curve(node);
  try {
    return curves_.curves(active, velocity, passive, tendon);
  } catch (const InvalidArgument& error) {
    fail(node, error.what());
  }
}

void OsimReader::read_actuator(const xml_node& node) {
  know_children(node, {"appliesForce", "coordinate", "components"});
  Actuator actuator;
  actuator.name = required_name(node);
  const std::string coordinate = text(node, "coordinate", "");
  if (coordinate.empty())
    fail(node, "<coordinate> is missing or empty; the name of a coordinate is needed");
  actuator.coordinate = coordinate_named(node, coordinate);

  // unlike all other numbers, a control limit may be infinite
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

void OsimReader::read_groups(const xml_node& groups) {
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
      // groups may also hold other forces, and disabled muscles
      if (found != muscles_.end() && std::ranges::find(group.muscles, index) == group.muscles.end())
        group.muscles.push_back(index);
    }
    if (!group.muscles.empty()) groups_.push_back(group);
  }
}

}  // namespace coxa
