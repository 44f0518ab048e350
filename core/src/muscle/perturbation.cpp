#include "coxa/muscle/perturbation.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "coxa/math/error.hpp"
#include "coxa/muscle/strength.hpp"

#include "origin.hpp"

namespace coxa {
namespace {

enum class Kind { strength, fiber, tendon, mass, joint };

struct Range {
  const char* prefix;
  const char* unit;
  double neutral, minimum, maximum;
};

// by Kind; wide enough for any person and study, narrow enough to reveal wrong units
constexpr std::array<Range, 5> kRanges = {{
    {"strength_", "1", 1, 0.05, 5},  // as Subject::strength
    {"optimal_fiber_length_", "1", 1, 0.5, 2},
    {"tendon_slack_length_", "1", 1, 0.5, 2},
    {"segment_mass_", "1", 1, 0.2, 5},
    {"joint_center_", "m", 0, -0.05, 0.05},
}};

const Range& range_of(Kind kind) { return kRanges[static_cast<std::size_t>(kind)]; }

constexpr std::array<const char*, 3> kAxes = {"x", "y", "z"};

constexpr const char* kActuators = "actuators";
constexpr const char* kAll = "all";
constexpr const char* kOther = "other";

// parts of a model that one name refers to
struct Target {
  std::string name;
  std::vector<int> items{};  // muscles or bodies, ascending
  bool independent = true;
};
using Targets = std::vector<Target>;

std::string without_side(const std::string& name) {
  const bool sided = name.ends_with("_r") || name.ends_with("_l");
  return sided ? name.substr(0, name.size() - 2) : name;
}

std::string spaced(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

Target& target(Targets& targets, const std::string& name) {
  const auto found = std::ranges::find(targets, name, &Target::name);
  return found != targets.end() ? *found : targets.emplace_back(Target{name});
}

// a partition of the muscles, followed by the groups that consist of smaller ones
Targets muscle_groups(const Model& model) {
  Targets given;
  for (const MuscleGroup& group : model.groups) {
    if (group.muscles.empty() || group.name == kAll || group.name == kActuators) continue;
    std::vector<int>& items = target(given, group.name).items;
    items.insert(items.end(), group.muscles.begin(), group.muscles.end());
  }
  std::vector<int> smallest(model.muscles.size(), -1);  // group of each muscle
  for (std::size_t g = 0; g < given.size(); ++g) {
    std::vector<int>& items = given[g].items;
    std::ranges::sort(items);
    items.erase(std::unique(items.begin(), items.end()), items.end());
    // earlier groups are already sorted and unique, so their sizes are final
    for (const int muscle : items) {
      int& best = smallest[muscle];
      if (best < 0 || items.size() < given[best].items.size()) best = static_cast<int>(g);
    }
  }

  Targets parts, wholes;
  for (std::size_t g = 0; g < given.size(); ++g) {
    Target part{given[g].name};
    for (const int muscle : given[g].items)
      if (smallest[muscle] == static_cast<int>(g)) part.items.push_back(muscle);
    const bool whole = part.items.empty();
    given[g].independent = !whole;
    (whole ? wholes : parts).push_back(whole ? std::move(given[g]) : std::move(part));
  }
  for (std::size_t m = 0; m < smallest.size(); ++m) {
    if (smallest[m] < 0) target(parts, kOther).items.push_back(static_cast<int>(m));
  }
  std::ranges::move(wholes, std::back_inserter(parts));
  return parts;
}

Targets body_segments(const Skeleton& skeleton) {
  static const std::map<std::string, std::string, std::less<>> segments = {
      {"torso", "trunk"},  {"femur", "thigh"},       {"patella", "thigh"}, {"tibia", "shank"},
      {"fibula", "shank"}, {"talus", "foot"},        {"calcn", "foot"},    {"toes", "foot"},
      {"ulna", "forearm"}, {"humerus", "upper_arm"}, {"radius", "forearm"}};
  Targets result;
  for (std::size_t i = 1; i < skeleton.bodies().size(); ++i) {
    const Body& body = skeleton.bodies()[i];
    if (body.mass == 0) continue;
    const std::string name = without_side(body.name);
    const auto found = segments.find(name);
    target(result, found == segments.end() ? name : found->second)
        .items.push_back(static_cast<int>(i));
  }
  return result;
}

// bodies grouped by the joint that carries them
Targets joints(const Skeleton& skeleton) {
  static const std::map<std::string, std::string, std::less<>> shown = {
      {"back", "lumbar"},
      {"acromial", "shoulder"},
      {"radius_hand", "wrist"},
      {"walker_knee", "knee"}};
  Targets result;
  for (std::size_t i = 1; i < skeleton.bodies().size(); ++i) {
    const Body& body = skeleton.bodies()[i];
    if (body.parent == 0 || body.joint.empty()) continue;
    const std::string name = without_side(body.joint);
    const auto found = shown.find(name);
    target(result, found == shown.end() ? name : found->second)
        .items.push_back(static_cast<int>(i));
  }
  return result;
}

// the target's muscles or bodies in brackets, without sides, each once
std::string list(const Target& target, const auto& items) {
  std::vector<std::string> names;
  for (const int i : target.items) {
    const std::string name = without_side(items[i].name);
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text == target.name ? "" : " (" + text + ")";
}

// a parsed name and its value
struct Change {
  Kind kind = Kind::strength;
  const Target* target = nullptr;  // none: actuators, or all
  bool muscles = false, actuators = false;
  int axis = 0;  // of a joint's centre
  double value = 1;
};

class Names {
 public:
  explicit Names(const Model& model)
      : model_(model),
        groups_(muscle_groups(model)),
        segments_(body_segments(model.skeleton)),
        joints_(joints(model.skeleton)) {}

  const Targets& groups() const { return groups_; }

  std::vector<Perturbation> all() const {
    std::vector<Perturbation> result;
    const auto add = [&](Kind kind, const std::string& name, const std::string& description,
                         bool independent = true) {
      const Range& range = range_of(kind);
      result.push_back(
          {range.prefix + name, range.unit, description, range.neutral, range.minimum,
           range.maximum, independent});
    };
    const auto of_groups = [&](Kind kind, const std::string& quantity) {
      for (const Target& group : groups_) {
        const std::string who =
            group.name == kOther ? "muscles of no group" : "the " + spaced(group.name);
        add(kind, group.name, quantity + " of " + who + list(group, model_.muscles),
            group.independent);
      }
    };
    of_groups(Kind::strength, "factor on the maximum isometric force");
    if (!model_.actuators.empty())
      add(Kind::strength, kActuators,
          "factor on the strength of the actuators that stand for joints without muscles");
    add(Kind::strength, kAll,
        "factor on the maximum isometric force of every muscle and the strength of every actuator",
        false);
    of_groups(Kind::fiber, "factor on the optimal fibre length");
    of_groups(Kind::tendon, "factor on the tendon slack length");
    for (const Target& segment : segments_)
      add(Kind::mass, segment.name,
          "factor on mass and inertia of the " + spaced(segment.name)
              + list(segment, model_.skeleton.bodies()) + " against the rest of the body");
    constexpr std::array<const char*, 3> kWays = {"forward", "up", "outward"};
    for (const Target& joint : joints_)
      for (int axis = 0; axis < 3; ++axis)
        add(Kind::joint, joint.name + "_" + kAxes[axis],
            "shift of the " + spaced(joint.name) + " joint in its parent, " + kWays[axis]);
    return result;
  }

  Change parse(const std::string& name, double value) const {
    Change change;
    change.value = value;
    const auto kind = std::ranges::find_if(
        kRanges, [&](const Range& range) { return name.starts_with(range.prefix); });
    if (kind == kRanges.end()
        || !find(
            name.substr(std::string_view(kind->prefix).size()),
            static_cast<Kind>(kind - kRanges.begin()), change))
      throw_unknown(name);
    const std::string unit = kind->unit == std::string_view("1") ? "" : message(" ", kind->unit);
    require(
        value >= kind->minimum && value <= kind->maximum, name, " is ", value, unit,
        "; it must be from ", kind->minimum, " to ", kind->maximum, unit, ": ",
        unit.empty() ? "a factor, where 1 changes nothing" : "a shift, where 0 changes nothing");
    return change;
  }

 private:
  bool find(const std::string& rest, Kind kind, Change& change) const {
    change.kind = kind;
    const auto among = [&](const Targets& targets, const std::string& name) {
      const auto found = std::ranges::find(targets, name, &Target::name);
      if (found != targets.end()) change.target = &*found;
      return change.target != nullptr;
    };
    switch (kind) {
      case Kind::strength:
        change.actuators = rest == kAll || (rest == kActuators && !model_.actuators.empty());
        change.muscles = rest == kAll;
        return change.actuators || among(groups_, rest);
      case Kind::fiber:
      case Kind::tendon: return among(groups_, rest);
      case Kind::mass: return among(segments_, rest);
      case Kind::joint:
        for (change.axis = 0; change.axis < 3; ++change.axis) {
          if (rest.size() > 2 && rest.ends_with(std::string("_") + kAxes[change.axis]))
            return among(joints_, rest.substr(0, rest.size() - 2));
        }
        return false;
    }
    return false;
  }

  [[noreturn]] void throw_unknown(const std::string& name) const {
    std::vector<std::string> names;
    for (Perturbation& each : all()) names.push_back(std::move(each.name));
    const std::string near = nearest_name(name, names);
    throw UnknownName(message(
        "model '", model_.name, "' has no property '", name, "' to change; ",
        near.empty() ? "there are strength_<group>, optimal_fiber_length_<group>, "
                       "tendon_slack_length_<group>, segment_mass_<segment> and "
                       "joint_center_<joint>_<x|y|z>: see perturbations()"
                     : "did you mean '" + near + "'?"));
  }

  const Model& model_;
  Targets groups_, segments_, joints_;
};

void change_muscles(Model& model, const Change& change, CurveCache& curves) {
  const auto multiply = [&](Muscle& muscle) {
    switch (change.kind) {
      case Kind::strength: multiply_strength(muscle, change.value, curves); break;
      case Kind::fiber: muscle.optimal_fiber_length *= change.value; break;
      default: muscle.tendon_slack_length *= change.value; break;
    }
  };
  if (change.target)
    for (const int m : change.target->items) multiply(model.muscles[m]);
  if (change.muscles)
    for (Muscle& muscle : model.muscles) multiply(muscle);
  if (change.actuators) {
    for (Actuator& actuator : model.actuators) {
      actuator.lower *= change.value;
      actuator.upper *= change.value;
    }
  }
}

void shift_joints(std::vector<Body>& bodies, std::vector<Site>& sites, const Change& change) {
  for (const int i : change.target->items) {
    Body& body = bodies[i];
    const bool mirrored = change.axis == 2 && body.joint.ends_with("_l");
    const Vec3 centre = body.X_PF.p;
    body.X_PF.p[change.axis] += mirrored ? -change.value : change.value;
    for (Site& site : sites)
      if (site.body == body.parent && site.p_B == centre) site.p_B = body.X_PF.p;
  }
}

double total_mass(const std::vector<Body>& bodies) {
  double sum = 0;
  for (const Body& body : bodies) sum += body.mass;
  return sum;
}

void multiply_mass(Body& body, double factor) {
  body.mass *= factor;
  body.inertia *= factor;
}

void change_skeleton(Model& model, const std::vector<Change>& changes) {
  std::vector<Body> bodies = model.skeleton.bodies();
  std::vector<Site> sites = model.skeleton.sites();
  bool masses = false;
  for (const Change& change : changes) {
    if (change.kind == Kind::joint) {
      shift_joints(bodies, sites, change);
    } else {
      for (const int i : change.target->items) multiply_mass(bodies[i], change.value);
      masses = true;
    }
  }
  if (masses) {
    const double total = model.skeleton.total_mass();
    const double factor = total / total_mass(bodies);
    for (Body& body : bodies) multiply_mass(body, factor);
    // the heaviest body absorbs the rounding error of the total
    std::ranges::max_element(bodies, {}, &Body::mass)->mass += total - total_mass(bodies);
  }
  model.skeleton = Skeleton(
      std::move(bodies), model.skeleton.full_coordinates(), model.skeleton.couplings(),
      std::move(sites), model.skeleton.gravity());
}

}  // namespace

std::vector<Perturbation> perturbations(const Model& model) { return Names(model).all(); }

std::vector<std::string> strength_groups(const Model& model) {
  std::vector<std::string> names;
  for (const Target& group : muscle_groups(model)) names.push_back(group.name);
  if (!model.actuators.empty()) names.emplace_back(kActuators);
  names.emplace_back(kAll);
  return names;
}

Model perturb(const Model& model, const std::map<std::string, double>& changes) {
  const Names names(model);
  std::vector<Change> muscles, skeleton;
  std::string text;
  for (const auto& [name, value] : changes) {
    const Change change = names.parse(name, value);
    const Range& range = range_of(change.kind);
    if (value == range.neutral) continue;
    (change.kind == Kind::mass || change.kind == Kind::joint ? skeleton : muscles)
        .push_back(change);
    text +=
        message(text.empty() ? "" : ", ", name, " ", value, change.kind == Kind::joint ? " m" : "");
  }

  Model result = model;
  if (text.empty()) return result;
  CurveCache curves;
  for (const Change& change : muscles) change_muscles(result, change, curves);
  if (!skeleton.empty()) change_skeleton(result, skeleton);
  result.name = model.name + "_changed";
  result.source = message(origin_of(model), ", changed: ", text);
  result.sha256.clear();
  return result;
}

}  // namespace coxa
