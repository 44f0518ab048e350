#include "coxa/muscle/subject.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <Eigen/Eigenvalues>

#include "coxa/math/error.hpp"
#include "coxa/muscle/geometry.hpp"
#include "coxa/muscle/perturbation.hpp"

#include "origin.hpp"
#include "subject_tables.hpp"

namespace coxa {
namespace {

// what the person is
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

// how the model measures
// ----------------------------------------------------------------------------

const Body& find_body(const Skeleton& skeleton, const std::string& name) {
  return skeleton.bodies()[skeleton.body_index(name)];
}

// joint centre of `child` from that of `parent`, in the axes of the parent
Vec3 between(const Skeleton& skeleton, const std::string& parent, const std::string& child) {
  return find_body(skeleton, child).X_PF.p - find_body(skeleton, parent).X_BM.p;
}

Vec3 forearm_vector(const Skeleton& skeleton) {
  // ulna and radius are parallel where the forearm is not turned
  return between(skeleton, "ulna_r", "radius_r") + between(skeleton, "radius_r", "hand_r");
}

// bounds of the sites on a body along one of its axes
std::pair<double, double> site_bounds(const Skeleton& skeleton, const std::string& body, int axis) {
  const int index = skeleton.body_index(body);
  double lower = INFINITY;
  double upper = -INFINITY;
  for (const Site& site : skeleton.sites()) {
    if (site.body != index) continue;
    lower = std::min(lower, site.p_B[axis]);
    upper = std::max(upper, site.p_B[axis]);
  }
  require(
      lower <= upper, "body '", body,
      "' has no sites; a model to be scaled needs the corners of the ",
      "sole on calcn_r and toes_r to measure its foot");
  return {lower, upper};
}

double heel(const Skeleton& skeleton) { return site_bounds(skeleton, "calcn_r", 0).first; }

// height of C7 in the frame of the pelvis
double cervicale(const Skeleton& skeleton) {
  const Body& torso = find_body(skeleton, "torso");
  return torso.X_PF.p.y() - torso.X_BM.p.y() + skeleton.site("c7").p_B.y();
}

double measure(const Skeleton& skeleton, const std::string& name) {
  if (name == "thigh") return between(skeleton, "femur_r", "tibia_r").norm();
  if (name == "shank") return between(skeleton, "tibia_r", "talus_r").norm();
  if (name == "upper_arm") return between(skeleton, "humerus_r", "ulna_r").norm();
  if (name == "forearm") return forearm_vector(skeleton).norm();
  if (name == "trunk") return cervicale(skeleton) - find_body(skeleton, "femur_r").X_PF.p.y();
  if (name == "head") {
    const Body& head = find_body(skeleton, "head");
    return head.X_PF.p.y() - head.X_BM.p.y() + skeleton.site("head_vertex").p_B.y()
           - skeleton.site("c7").p_B.y();
  }
  if (name == "foot") {
    const Body& toes = find_body(skeleton, "toes_r");
    return toes.X_PF.p.x() - toes.X_BM.p.x() + site_bounds(skeleton, "toes_r", 0).second
           - heel(skeleton);
  }
  if (name == "ankle_height")
    return find_body(skeleton, "calcn_r").X_BM.p.y() - between(skeleton, "talus_r", "calcn_r").y()
           - site_bounds(skeleton, "calcn_r", 1).first;
  const bool hip = name == "hip_width";
  return find_body(skeleton, hip ? "femur_r" : "humerus_r").X_PF.p.z()
         - find_body(skeleton, hip ? "femur_l" : "humerus_l").X_PF.p.z();
}

// lengths that stature alone gives
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

// how the bodies stretch
// ----------------------------------------------------------------------------

// y factor that gives the vector p the wanted length, where x and z take `across`
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

  // C7 is on the torso and the joint of the neck below it: the head makes up for the difference
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
      // a coordinate in metres is a length already
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

// mass and inertia
// ----------------------------------------------------------------------------------

// mass, mass centre, and inertia about it
struct MassProperties {
  double mass = 0;
  Vec3 center = Vec3::Zero();
  Mat3 inertia = Mat3::Zero();
};

// an inertia that a rigid body can have: no principal moment exceeds the sum of the others
bool is_physical(const Mat3& inertia) {
  const Vec3 moments = Eigen::SelfAdjointEigenSolver<Mat3>(inertia).eigenvalues();
  return moments[0] > 0 && moments[0] + moments[1] >= moments[2];
}

Mat3 point_inertia(double mass, const Vec3& p) {
  return mass * (p.squaredNorm() * Mat3::Identity() - p * p.transpose());
}

MassProperties in_frame(const Pose& X, const MassProperties& body) {
  return {body.mass, X * body.center, X.R * body.inertia * X.R.transpose()};
}

// distributes de Leva's segments over the bodies of a stretched skeleton
class Inertia {
 public:
  Inertia(
      const Skeleton& generic,
      const Skeleton& skeleton,
      const std::vector<Vec3>& factors,
      const Anthropometry& tables,
      const Subject& subject,
      const std::map<std::string, double>& expected,
      const std::map<std::string, double>& wanted)
      : generic_(generic),
        skeleton_(skeleton),
        factors_(factors),
        tables_(tables),
        subject_(subject),
        work_(skeleton),
        bodies_(skeleton.bodies()) {
    positions(skeleton_, work_, skeleton_.default_position());

    // fractions of mass add up to 1 but for rounding in the table
    double sum = tables.inertia.at("head").mass + tables.inertia.at("trunk").mass;
    for (const char* limb : {"upper_arm", "forearm", "hand", "thigh", "shank", "foot"})
      sum += 2 * tables.inertia.at(limb).mass;
    unit_mass_ = subject.mass / sum;
    for (const auto& [name, length] : wanted) stretch_[name] = length / expected.at(name);
    stretch_["hand"] = 1;
    stretch_["lower_trunk"] = stretch_.at("trunk");
  }

  std::vector<Body> distribute() {
    const double c7 = cervicale(skeleton_);
    const double vertex = skeleton_.site("head_vertex").p_B.y();
    single("head", "head", vertex - center("head"));
    trunk(c7);
    for (const std::string side : {"_r", "_l"}) {
      const Body& tibia = body("tibia" + side);
      const double steepness = steepness_of(between(skeleton_, "femur_r", "tibia_r"));
      thigh(side, tibia.X_PF.p.y() + steepness * (length("thigh") - center("thigh")));
      single("tibia" + side, "shank", tibia.X_BM.p.y() - center("shank"));
      shared(
          {"talus" + side, "calcn" + side, "toes" + side}, "calcn" + side, "foot", 0,
          heel(skeleton_) + center("foot"));
      const Body& humerus = body("humerus" + side);
      single("humerus" + side, "upper_arm", humerus.X_BM.p.y() - center("upper_arm"));
      shared(
          {"ulna" + side, "radius" + side}, "ulna" + side, "forearm", 1,
          body("ulna" + side).X_BM.p.y()
              - steepness_of(forearm_vector(skeleton_)) * center("forearm"));
      single("hand" + side, "hand", body("hand" + side).X_BM.p.y() - center("hand"));
    }
    close_mass();
    for (std::size_t i = 1; i < bodies_.size(); ++i) check(bodies_[i]);
    return bodies_;
  }

 private:
  const Body& body(const std::string& name) const { return bodies_[skeleton_.body_index(name)]; }
  double mass(const char* segment) const { return unit_mass_ * tables_.inertia.at(segment).mass; }
  // de Leva's own length, stretched as much as the segment is against its usual length
  double length(const char* segment) const {
    return tables_.inertia.at(segment).length * subject_.height * stretch_.at(segment);
  }
  double center(const char* segment) const {
    return tables_.inertia.at(segment).center * length(segment);
  }
  static double steepness_of(const Vec3& p) { return std::abs(p.y()) / p.norm(); }

  // inertia of a whole segment about its mass centre, axes of its body; `axis` is the long one
  Mat3 inertia(const char* segment, int axis) const {
    const SegmentInertia& row = tables_.inertia.at(segment);
    Vec3 radii(row.sagittal, row.longitudinal, row.transverse);
    if (axis == 0) radii = Vec3(row.longitudinal, row.sagittal, row.transverse);
    radii *= length(segment);
    return mass(segment) * Mat3(radii.cwiseProduct(radii).asDiagonal());
  }

  Pose pose_in(int reference, int index) const {
    return work_.bodies[reference].X_WB.inverse() * work_.bodies[index].X_WB;
  }

  void set(int index, const MassProperties& properties) {
    Body& target = bodies_[index];
    target.mass = properties.mass;
    target.center_of_mass = properties.center;
    target.inertia = 0.5 * (properties.inertia + properties.inertia.transpose());
  }

  void single(const std::string& name, const char* segment, double along) {
    const int index = skeleton_.body_index(name);
    Vec3 c = bodies_[index].center_of_mass;
    c.y() = along;
    set(index, {mass(segment), c, inertia(segment, 1)});
  }

  // several bodies as one segment: masses in the proportion that they have, places as they are but
  // moved along the segment, and the inertia that their places leave over by mass. Where a short
  // segment is broad, places would take more than there is: they move together until something is
  // left.
  void shared(
      const std::vector<std::string>& names,
      const std::string& reference_name,
      const char* segment,
      int axis,
      double along) {
    const int reference = skeleton_.body_index(reference_name);
    std::vector<int> indices;
    double old_mass = 0;
    for (const std::string& name : names) {
      indices.push_back(skeleton_.body_index(name));
      old_mass += bodies_[indices.back()].mass;
    }
    const auto share = [&](int i) { return generic_.bodies()[i].mass / old_mass; };
    Vec3 combined = Vec3::Zero();
    for (const int i : indices)
      combined += share(i) * (pose_in(reference, i) * bodies_[i].center_of_mass);
    Vec3 center = combined;
    center[axis] = along;

    double spread = 1;
    Mat3 rest;
    while (true) {
      rest = inertia(segment, axis);
      for (const int i : indices) {
        const Vec3 apart = pose_in(reference, i) * bodies_[i].center_of_mass - combined;
        rest -= point_inertia(share(i) * mass(segment), spread * apart);
      }
      if (is_physical(rest)) break;
      spread *= 0.8;
    }
    for (const int i : indices) {
      const Pose X = pose_in(reference, i);
      const Vec3 apart = X * bodies_[i].center_of_mass - combined;
      set(i,
          in_frame(
              X.inverse(), {share(i) * mass(segment), center + spread * apart, share(i) * rest}));
    }
  }

  // gives `main` what `minor` leaves of a segment whose centre lies at `along` on the y axis of
  // `main`; off that axis the centre of `main` stays where it is. The long axis of a `tilted`
  // segment runs through both centres.
  void remainder(
      const char* segment,
      int main,
      int minor,
      const MassProperties& part,
      double along,
      bool tilted) {
    const MassProperties other = in_frame(pose_in(main, minor), part);
    MassProperties rest;
    rest.mass = mass(segment) - other.mass;
    rest.center = bodies_[main].center_of_mass;
    rest.center.y() = (mass(segment) * along - other.mass * other.center.y()) / rest.mass;
    const Vec3 apart = rest.center - other.center;
    const Mat3 tilt = tilted ? rotation(Vec3::UnitZ(), std::atan2(-apart.x(), apart.y()))
                             : Mat3(Mat3::Identity());
    rest.inertia = tilt * inertia(segment, 1) * tilt.transpose() - other.inertia
                   - point_inertia(other.mass * rest.mass / mass(segment), apart);
    set(minor, part);
    set(main, rest);
  }

  // patella: its share of the thigh, in its own stretched shape
  void thigh(const std::string& side, double along) {
    const int femur = skeleton_.body_index("femur" + side);
    const int patella = skeleton_.body_index("patella" + side);
    const Body& shape = generic_.bodies()[patella];
    MassProperties part;
    part.mass = mass("thigh") * shape.mass / (shape.mass + generic_.bodies()[femur].mass);
    part.center = bodies_[patella].center_of_mass;
    const Mat3 moments = 0.5 * shape.inertia.trace() * Mat3::Identity() - shape.inertia;
    const Mat3 S = factors_[patella].asDiagonal();
    const Mat3 stretched_moments = part.mass / shape.mass * (S * moments * S);
    part.inertia = stretched_moments.trace() * Mat3::Identity() - stretched_moments;
    remainder("thigh", femur, patella, part, along, false);
  }

  // pelvis: de Leva's lower trunk; torso: what it leaves of his trunk. Heights are from C7 down.
  void trunk(double c7) {
    const int pelvis = skeleton_.body_index("pelvis");
    const int torso = skeleton_.body_index("torso");
    MassProperties part;
    part.mass = mass("lower_trunk");
    part.center = bodies_[pelvis].center_of_mass;
    part.center.y() = c7 - (length("trunk") - length("lower_trunk") + center("lower_trunk"));
    part.inertia = inertia("lower_trunk", 1);
    const double along = skeleton_.site("c7").p_B.y() - center("trunk");
    remainder("trunk", torso, pelvis, part, along, true);
  }

  // the sum of masses is the person's: the trunk takes what rounding leaves
  void close_mass() {
    double sum = 0;
    for (const Body& each : bodies_) sum += each.mass;
    bodies_[skeleton_.body_index("torso")].mass += subject_.mass - sum;
  }

  static void check(const Body& body) {
    require(
        body.mass > 0 && is_physical(body.inertia), "body '", body.name,
        "' would have an inertia that no rigid body has; the lengths given do not go together: ",
        "bring them nearer to the usual ones");
  }

  const Skeleton& generic_;
  const Skeleton& skeleton_;
  const std::vector<Vec3>& factors_;
  const Anthropometry& tables_;
  const Subject& subject_;
  BodyWorkspace work_;
  std::vector<Body> bodies_;
  std::map<std::string, double> stretch_;
  double unit_mass_ = 0;
};

// muscles
// -------------------------------------------------------------------------------------------

// postures over which operating ranges are kept: default but for flexion of hip and knee, rad
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

std::string describe(const Subject& subject) {
  std::string text = message(
      subject.sex == Sex::male ? "male" : "female", ", ", subject.mass, " kg, ", subject.height,
      " m, strength ", subject.strength);
  for (const auto& [name, length] : subject.segment_lengths)
    text += message(", ", name, " ", length, " m");
  for (const auto& [name, factor] : subject.group_strength)
    text += message(", ", name, " strength ", factor);
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
  Inertia inertia(generic.skeleton, model.skeleton, factors, tables, subject, expected, wanted);
  model.skeleton = Skeleton(
      inertia.distribute(), model.skeleton.full_coordinates(), model.skeleton.couplings(),
      model.skeleton.sites(), model.skeleton.gravity());
  stretch(model.cylinders, factors);
  stretch(model.muscles, factors);

  // fibres and tendons by the path, forces by volume over fibre length
  const Eigen::VectorXd ratio = path_lengths(model).cwiseQuotient(path_lengths(generic));
  const double volume = tables.muscle_volume(subject.mass, subject.height)
                        / tables.muscle_volume(tables.model_mass, tables.model_height);
  for (std::size_t m = 0; m < model.muscles.size(); ++m) {
    Muscle& muscle = model.muscles[m];
    muscle.optimal_fiber_length *= ratio[m];
    muscle.tendon_slack_length *= ratio[m];
    muscle.max_isometric_force *= volume / ratio[m] * subject.strength;
  }
  const double torque =
      subject.strength * subject.mass * subject.height / (tables.model_mass * tables.model_height);
  for (Actuator& actuator : model.actuators) {
    actuator.lower *= torque;
    actuator.upper *= torque;
  }

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
