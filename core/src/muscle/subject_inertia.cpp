#include "subject_inertia.hpp"

#include <cmath>

#include <Eigen/Eigenvalues>

#include "coxa/body/dynamics.hpp"
#include "coxa/math/error.hpp"

#include "subject_measures.hpp"

namespace coxa {
namespace {

// mass, centre of mass, and inertia about it
struct MassProperties {
  double mass = 0;
  Vec3 center = Vec3::Zero();
  Mat3 inertia = Mat3::Zero();
};

// whether a rigid body can have this inertia: no principal moment exceeds the sum of the other two
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

    // mass fractions add up to 1 but for rounding in the table
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
  // de Leva's own length times the segment's stretch relative to its expected length
  double length(const char* segment) const {
    return tables_.inertia.at(segment).length * subject_.height * stretch_.at(segment);
  }
  double center(const char* segment) const {
    return tables_.inertia.at(segment).center * length(segment);
  }
  static double steepness_of(const Vec3& p) { return std::abs(p.y()) / p.norm(); }

  // inertia of a whole segment about its centre of mass, axes of its body; `axis` is the long one
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

  // Several bodies as one segment: mass ratios are kept, positions are shifted along the segment,
  // and the remaining inertia is distributed by mass. Where a short segment is broad, the positions
  // alone would exceed its inertia; they are then contracted until a physical inertia remains.
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

  // Gives `main` the rest of a segment after `minor`; the segment's centre lies at `along` on the y
  // axis of `main`, and off that axis the centre of `main` is unchanged. The long axis of a
  // `tilted` segment runs through both centres.
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

  // patella: its mass fraction of the thigh, with its own scaled shape
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

  // pelvis: de Leva's lower trunk; torso: the rest of his trunk. Heights are measured down from C7.
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

  // makes the masses sum to the person's exactly; the trunk absorbs the rounding error
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

}  // namespace

std::vector<Body> distribute_mass(
    const Skeleton& generic,
    const Skeleton& skeleton,
    const std::vector<Vec3>& factors,
    const Anthropometry& tables,
    const Subject& subject,
    const std::map<std::string, double>& expected,
    const std::map<std::string, double>& wanted) {
  return Inertia(generic, skeleton, factors, tables, subject, expected, wanted).distribute();
}

}  // namespace coxa
