#include "coxa/muscle/subject.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "coxa/math/error.hpp"
#include "coxa/muscle/geometry.hpp"
#include "coxa/muscle/perturbation.hpp"
#include "coxa/muscle/strength.hpp"

#include "origin.hpp"
#include "subject_inertia.hpp"
#include "subject_measures.hpp"
#include "subject_strength.hpp"
#include "subject_tables.hpp"

namespace coxa {
namespace {

// input
// -------------------------------------------------------------------------------

void check_range(
    const char* name,
    double given,
    double lower,
    double upper,
    const char* unit,
    const char* advice) {
  require(
      given >= lower && given <= upper, name, " is ", given, " ", unit, "; it must be from ", lower,
      " to ", upper, " ", unit, ": ", advice);
}

void check_name(const char* what, const std::string& name, const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  std::string known;
  for (const std::string& each : names) known += (known.empty() ? "" : ", ") + each;
  const std::string near = nearest_name(name, names);
  throw UnknownName(message(
      "no ", what, " '", name, "'; ", near.empty() ? "" : "did you mean '" + near + "'? ",
      near.empty() ? "there are: " : "There are: ", known));
}

void check_subject(const Model& model, const Subject& subject) {
  check_range("mass", subject.mass, 20, 300, "kg", "give the mass of the body without any load");
  check_range("height", subject.height, 1.0, 2.5, "m", "give the stature in metres");
  check_range(
      "strength", subject.strength, 0.05, 5, "times the usual",
      "1 is a person of average strength");
  if (subject.age)
    check_range("age", *subject.age, 18, 90, "years", "strength was measured on adults");
  for (const auto& [name, length] : subject.segment_lengths)
    check_name("segment length", name, segment_names());
  if (subject.group_strength.empty()) return;
  const std::vector<std::string> groups = strength_groups(model);
  for (const auto& [name, factor] : subject.group_strength) {
    check_name("muscle group", name, groups);
    check_range(
        message("strength of ", name).c_str(), factor, 0.05, 5, "times the usual",
        "1 is a person of average strength");
  }
}

// segment lengths expected from stature alone
std::map<std::string, double> expected_lengths(
    const Skeleton& skeleton, const Anthropometry& tables, double height) {
  std::map<std::string, double> lengths;
  for (const auto& [name, fraction] : tables.lengths) lengths[name] = fraction * height;
  const double stature = height / tables.model_height;
  lengths["hip_width"] = measure(skeleton, "hip_width") * stature * tables.hip_breadth;
  lengths["shoulder_width"] =
      measure(skeleton, "shoulder_width") * stature * tables.shoulder_breadth;
  return lengths;
}

std::map<std::string, double> wanted_lengths(
    const Subject& subject, const std::map<std::string, double>& expected) {
  std::map<std::string, double> lengths = expected;
  for (const auto& [name, given] : subject.segment_lengths) {
    const double usual = expected.at(name);
    require(
        given >= 0.5 * usual && given <= 2 * usual, "segment length '", name, "' is ", given,
        " m; a person of ", subject.height, " m has about ", usual, " m, and it must be from ",
        0.5 * usual, " to ", 2 * usual, " m: give it in metres, or leave it out");
    lengths[name] = given;
  }
  return lengths;
}

// scale factors of the bodies
// ----------------------------------------------------------------------------

// y factor that gives the vector p the length `wanted` when x and z are scaled by `across`
double factor_along(const std::string& name, const Vec3& p, double across, double wanted) {
  const double rest = wanted * wanted - across * across * (p.x() * p.x() + p.z() * p.z());
  require(
      rest > 0, "segment length '", name, "' of ", wanted,
      " m is less than the model's joints are apart sideways; give a greater one");
  return std::sqrt(rest) / std::abs(p.y());
}

// factors of every body along its axes; all ones for the world
std::vector<Vec3> body_factors(
    const Skeleton& skeleton,
    const std::map<std::string, double>& wanted,
    double stature,
    double hand) {
  const auto ratio = [&](const char* name) { return wanted.at(name) / measure(skeleton, name); };
  const auto along = [&](const char* name, const Vec3& p) {
    return factor_along(name, p, stature, wanted.at(name));
  };
  const Vec3 foot(ratio("foot"), ratio("ankle_height"), stature);
  const Vec3 thigh(stature, along("thigh", between(skeleton, "femur_r", "tibia_r")), stature);
  const Vec3 shank(stature, along("shank", between(skeleton, "tibia_r", "talus_r")), stature);
  const Vec3 arm(stature, along("upper_arm", between(skeleton, "humerus_r", "ulna_r")), stature);
  const Vec3 forearm(stature, along("forearm", forearm_vector(skeleton)), stature);
  const Vec3 pelvis(stature, ratio("trunk"), ratio("hip_width"));
  const Vec3 torso(stature, ratio("trunk"), ratio("shoulder_width"));

  // C7 is on the torso above the neck joint: the head's factor compensates for the difference
  const double vertex =
      skeleton.site("head_vertex").p_B.y() - find_body(skeleton, "head").X_BM.p.y();
  const double neck = measure(skeleton, "head") - vertex;
  const Vec3 head(stature, (wanted.at("head") - torso.y() * neck) / vertex, stature);

  const std::map<std::string, Vec3> factors = {
      {"pelvis", pelvis},
      {"torso", torso},
      {"head", head},
      {"femur", thigh},
      {"patella", thigh},
      {"tibia", shank},
      {"talus", foot},
      {"calcn", foot},
      {"toes", foot},
      {"humerus", arm},
      {"ulna", forearm},
      {"radius", forearm},
      {"hand", Vec3::Constant(stature * hand)}};
  std::vector<Vec3> result(skeleton.bodies().size(), Vec3::Ones());
  for (std::size_t i = 1; i < result.size(); ++i) {
    std::string name = skeleton.bodies()[i].name;
    if (name.ends_with("_r") || name.ends_with("_l")) name.resize(name.size() - 2);
    const auto found = factors.find(name);
    require<UnknownName>(
        found != factors.end(), "body '", skeleton.bodies()[i].name,
        "' cannot be scaled: only the bodies of the full-body model can; use the model as it is");
    result[i] = found->second;
  }
  return result;
}

Skeleton stretched(const Skeleton& skeleton, const std::vector<Vec3>& factors) {
  std::vector<Body> bodies = skeleton.bodies();
  for (std::size_t i = 1; i < bodies.size(); ++i) {
    Body& body = bodies[i];
    const Vec3& parent = factors[body.parent];
    for (JointAxis& axis : body.axes) {
      // a coordinate in metres is already a length
      if (axis.rotational) continue;
      if (axis.coordinate >= 0 && !skeleton.full_coordinates()[axis.coordinate].rotational)
        continue;
      const Vec3 direction = body.X_PF.R * axis.direction;
      axis.function = axis.function.scaled(direction.cwiseProduct(direction).dot(parent));
    }
    body.X_PF.p = body.X_PF.p.cwiseProduct(parent);
    body.X_BM.p = body.X_BM.p.cwiseProduct(factors[i]);
    body.center_of_mass = body.center_of_mass.cwiseProduct(factors[i]);
  }
  std::vector<Site> sites = skeleton.sites();
  for (Site& site : sites) site.p_B = site.p_B.cwiseProduct(factors[site.body]);
  return Skeleton(
      std::move(bodies), skeleton.full_coordinates(), skeleton.couplings(), std::move(sites),
      skeleton.gravity());
}

void stretch(std::vector<WrapCylinder>& cylinders, const std::vector<Vec3>& factors) {
  for (WrapCylinder& cylinder : cylinders) {
    const Vec3& factor = factors[cylinder.body];
    const auto stretch_of = [&](int axis) {
      return cylinder.X_BC.R.col(axis).cwiseProduct(factor).norm();
    };
    cylinder.X_BC.p = cylinder.X_BC.p.cwiseProduct(factor);
    cylinder.radius *= 0.5 * (stretch_of(0) + stretch_of(1));
    cylinder.length *= stretch_of(2);
  }
}

void stretch(std::vector<Muscle>& muscles, const std::vector<Vec3>& factors) {
  for (Muscle& muscle : muscles) {
    for (PathPoint& point : muscle.path.points) {
      point.p_B = point.p_B.cwiseProduct(factors[point.body]);
      for (int axis = 0; axis < 3; ++axis) {
        Function& location = point.moving[axis].function;
        location = location.scaled(factors[point.body][axis]);
      }
    }
  }
}

// muscles
// -------------------------------------------------------------------------------------------

// postures over which operating ranges are preserved: flexion of hip and knee, rad, otherwise
// default
constexpr std::array<std::array<double, 2>, 5> kReferencePostures = {
    {{0, 0}, {0.5, 0.5}, {1, 1}, {1.5, 1.5}, {0, 1.5}}};

// [muscles] sum of path lengths over the reference postures, m
Eigen::VectorXd path_lengths(const Model& model) {
  const Skeleton& skeleton = model.skeleton;
  const MusclePlan plan(model);
  MuscleGeometry geometry(plan);
  BodyWorkspace work(skeleton);
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(plan.muscles());
  for (const auto& [hip, knee] : kReferencePostures) {
    Eigen::VectorXd q = skeleton.default_position();
    for (int i = 0; i < skeleton.nq(); ++i) {
      const std::string& name = skeleton.coordinate(i).name;
      if (name.starts_with("hip_flexion")) q[i] = hip;
      if (name.starts_with("knee_angle")) q[i] = knee;
    }
    positions(skeleton, work, q);
    muscle_geometry(model, plan, work, geometry);
    sum += geometry.length;
  }
  return sum;
}

// `strength`, and what sex, age and training make of it; forces and actuators already fit the size
void strengthen(Model& model, const Subject& subject, const StrengthTables& tables) {
  const std::map<std::string, double> actions = action_strength(tables, subject);
  CurveCache curves;
  for (Muscle& muscle : model.muscles)
    multiply_strength(
        muscle, subject.strength * muscle_strength(tables, actions, muscle.name), curves);
  const double mean = mean_strength(actions);
  for (Actuator& actuator : model.actuators) {
    actuator.lower *= mean;
    actuator.upper *= mean;
  }
}

std::string describe(const Subject& subject) {
  std::string text = message(
      subject.sex == Sex::male ? "male" : "female", ", ", subject.mass, " kg, ", subject.height,
      " m, strength ", subject.strength);
  for (const auto& [name, length] : subject.segment_lengths)
    text += message(", ", name, " ", length, " m");
  for (const auto& [name, factor] : subject.group_strength)
    text += message(", ", name, " strength ", factor);
  if (subject.age) text += message(", ", *subject.age, " years");
  if (subject.training != Training::untrained)
    text += subject.training == Training::trained ? ", trained" : ", recreationally trained";
  return text;
}

}  // namespace

const std::vector<std::string>& segment_names() {
  static const std::vector<std::string> names = {
      "thigh", "shank",     "ankle_height", "foot",      "trunk",
      "head",  "upper_arm", "forearm",      "hip_width", "shoulder_width"};
  return names;
}

std::map<std::string, double> segment_lengths(const Model& model) {
  std::map<std::string, double> lengths;
  for (const std::string& name : segment_names()) lengths[name] = measure(model.skeleton, name);
  return lengths;
}

Model scale(
    const Model& generic, const Subject& subject, const std::filesystem::path& anthropometry) {
  check_subject(generic, subject);
  const Anthropometry tables = load_anthropometry(anthropometry, subject.sex);
  const auto expected = expected_lengths(generic.skeleton, tables, subject.height);
  const auto wanted = wanted_lengths(subject, expected);
  const double stature = subject.height / tables.model_height;
  const std::vector<Vec3> factors = body_factors(generic.skeleton, wanted, stature, tables.hand);

  // geometry, then mass
  Model model = generic;
  model.skeleton = stretched(generic.skeleton, factors);
  model.skeleton = Skeleton(
      distribute_mass(generic.skeleton, model.skeleton, factors, tables, subject, expected, wanted),
      model.skeleton.full_coordinates(), model.skeleton.couplings(), model.skeleton.sites(),
      model.skeleton.gravity());
  stretch(model.cylinders, factors);
  stretch(model.muscles, factors);

  // fibres and tendons scale with the path, forces with volume over fibre length
  const Eigen::VectorXd ratio = path_lengths(model).cwiseQuotient(path_lengths(generic));
  const double volume = tables.muscle_volume(subject.mass, subject.height)
                        / tables.muscle_volume(tables.model_mass, tables.model_height);
  for (std::size_t m = 0; m < model.muscles.size(); ++m) {
    Muscle& muscle = model.muscles[m];
    muscle.optimal_fiber_length *= ratio[m];
    muscle.tendon_slack_length *= ratio[m];
    muscle.max_isometric_force *= volume / ratio[m];
  }
  const double torque =
      subject.strength * subject.mass * subject.height / (tables.model_mass * tables.model_height);
  for (Actuator& actuator : model.actuators) {
    actuator.lower *= torque;
    actuator.upper *= torque;
  }
  strengthen(model, subject, tables.strength);

  if (!subject.group_strength.empty()) {
    std::map<std::string, double> changes;
    for (const auto& [name, factor] : subject.group_strength) changes["strength_" + name] = factor;
    model = perturb(model, changes);
  }

  model.name = message(
      generic.name, "_", subject.sex == Sex::male ? "male" : "female", "_", subject.mass, "kg_",
      subject.height, "m");
  model.source = message(origin_of(generic), ", scaled to: ", describe(subject));
  model.sha256.clear();
  return model;
}

}  // namespace coxa
