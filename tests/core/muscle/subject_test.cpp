#include "coxa/muscle/subject.hpp"

#include <cmath>
#include <fstream>
#include <random>

#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

#include "coxa/body/dynamics.hpp"
#include "coxa/io/osim.hpp"
#include "coxa/math/error.hpp"
#include "coxa/muscle/geometry.hpp"

#include "core/muscle/people.hpp"
#include "support/matrices.hpp"
#include "support/paths.hpp"

namespace coxa {
namespace {

using test::all_bodies;
using test::body;
using test::data_dir;
using test::fit;
using test::generic;
using test::lump;
using test::matrices_near;
using test::people;
using test::standing;

// the person represented by the unscaled model (Rajagopal et al. 2016)
constexpr double kModelMass = 75.337;
constexpr double kModelHeight = 1.70;

double standing_height(const Model& model) {
  const Skeleton& skeleton = model.skeleton;
  const BodyWorkspace work = standing(model);
  const Site& vertex = skeleton.site("head_vertex");
  double sole = INFINITY;
  for (const Site& site : skeleton.sites())
    if (site.name.starts_with("heel"))
      sole = std::min(sole, world_point(work, site.body, site.p_B).y());
  return world_point(work, vertex.body, vertex.p_B).y() - sole;
}

double joint_distance(const Model& model, const BodyWorkspace& work, const char* a, const char* b) {
  const auto origin = [&](const char* name) {
    const int index = model.skeleton.body_index(name);
    return Vec3(work.bodies[index].X_WB * model.skeleton.bodies()[index].X_BM.p);
  };
  return (origin(a) - origin(b)).norm();
}

Subject model_person() {
  return {
      .sex = Sex::male,
      .mass = kModelMass,
      .height = kModelHeight,
      .strength = 1,
      .segment_lengths = segment_lengths(generic())};
}

struct Sweep {
  Eigen::MatrixXd length;      // [postures x muscles]
  Eigen::MatrixXd moment_arm;  // [postures * nq x muscles]
};

// hip -15 to 120 deg, knee 0 to 140 deg, ankle -30 to 30 deg, trunk -40 to 20 deg
Sweep sweep(const Model& model) {
  const Skeleton& skeleton = model.skeleton;
  const MusclePlan plan(model);
  MuscleGeometry geometry(plan);
  BodyWorkspace work(skeleton);
  const int n = skeleton.nq();
  Sweep result;
  for (double hip = -15; hip <= 120; hip += 45)
    for (double knee = 0; knee <= 140; knee += 35)
      for (double other = -1; other <= 1; other += 1) {
        const double degree = M_PI / 180;
        Eigen::VectorXd q = skeleton.default_position();
        for (int i = 0; i < n; ++i) {
          const std::string& name = skeleton.coordinate(i).name;
          if (name.starts_with("hip_flexion")) q[i] = hip * degree;
          if (name.starts_with("knee_angle")) q[i] = knee * degree;
          if (name.starts_with("ankle_angle")) q[i] = 30 * other * degree;
          if (name == "lumbar_extension") q[i] = (30 * other - 10) * degree;
        }
        positions(skeleton, work, q);
        muscle_geometry(model, plan, work, geometry);
        const int row = static_cast<int>(result.length.rows());
        result.length.conservativeResize(row + 1, plan.muscles());
        result.length.row(row) = geometry.length;
        result.moment_arm.conservativeResize((row + 1) * n, plan.muscles());
        result.moment_arm.middleRows(row * n, n) = moment_arm_matrix(plan, geometry, n).transpose();
      }
  return result;
}

// fibre length over its optimum, rigid tendon
double normalised_fiber(const Muscle& muscle, double length) {
  const double along = length - muscle.tendon_slack_length;
  const double width = muscle.optimal_fiber_length * std::sin(muscle.pennation_at_optimal);
  return std::hypot(along, width) / muscle.optimal_fiber_length;
}

// laws
// ----------------------------------------------------------------------------------------------

TEST(Subject, ThePersonOfTheModelGetsItBack) {
  const Model model = fit(model_person());
  const Model& original = generic();
  const auto& bodies = model.skeleton.bodies();
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const Body& expected = original.skeleton.bodies()[i];
    EXPECT_TRUE(matrices_near(bodies[i].X_PF.p, expected.X_PF.p, 1e-12)) << bodies[i].name;
    EXPECT_TRUE(matrices_near(bodies[i].X_BM.p, expected.X_BM.p, 1e-12)) << bodies[i].name;
    EXPECT_EQ(bodies[i].X_PF.R, expected.X_PF.R);
    for (std::size_t a = 0; a < bodies[i].axes.size(); ++a)
      for (const double x : {0.0, 0.7, 1.9})
        EXPECT_NEAR(bodies[i].axes[a].function(x).value, expected.axes[a].function(x).value, 1e-12);
  }
  for (std::size_t i = 0; i < model.skeleton.sites().size(); ++i)
    EXPECT_TRUE(
        matrices_near(model.skeleton.sites()[i].p_B, original.skeleton.sites()[i].p_B, 1e-12));
  for (std::size_t i = 0; i < model.cylinders.size(); ++i) {
    EXPECT_TRUE(matrices_near(model.cylinders[i].X_BC.p, original.cylinders[i].X_BC.p, 1e-12));
    EXPECT_NEAR(model.cylinders[i].radius, original.cylinders[i].radius, 1e-12);
    EXPECT_NEAR(model.cylinders[i].length, original.cylinders[i].length, 1e-12);
  }
  for (std::size_t m = 0; m < model.muscles.size(); ++m) {
    const Muscle& muscle = model.muscles[m];
    const Muscle& expected = original.muscles[m];
    for (std::size_t k = 0; k < muscle.path.points.size(); ++k)
      EXPECT_TRUE(matrices_near(muscle.path.points[k].p_B, expected.path.points[k].p_B, 1e-12));
    EXPECT_NEAR(muscle.optimal_fiber_length, expected.optimal_fiber_length, 1e-12);
    EXPECT_NEAR(muscle.tendon_slack_length, expected.tendon_slack_length, 1e-12);
    EXPECT_NEAR(muscle.max_isometric_force, expected.max_isometric_force, 1e-8);
    EXPECT_EQ(muscle.curves.active_force_length, expected.curves.active_force_length);
  }
  for (std::size_t a = 0; a < model.actuators.size(); ++a)
    EXPECT_NEAR(model.actuators[a].upper, original.actuators[a].upper, 1e-10);
  EXPECT_EQ(model.groups.size(), original.groups.size());
  EXPECT_NEAR(generic().skeleton.total_mass(), kModelMass, 1e-3);
}

// every length 1.1 times as great: a geometrically similar person, whose paths and moment arms are
// 1.1 times as great everywhere, also over cylinders, knees and patellae
TEST(Subject, SimilarPeopleHaveSimilarMuscles) {
  Subject giant = model_person();
  giant.height *= 1.1;
  for (auto& [name, length] : giant.segment_lengths) length *= 1.1;
  const Model model = fit(giant);
  const Sweep small = sweep(generic());
  const Sweep great = sweep(model);
  EXPECT_TRUE(matrices_near(great.length, 1.1 * small.length, 1e-9));
  EXPECT_TRUE(matrices_near(great.moment_arm, 1.1 * small.moment_arm, 1e-9));
  for (std::size_t m = 0; m < model.muscles.size(); ++m) {
    EXPECT_NEAR(
        model.muscles[m].optimal_fiber_length / generic().muscles[m].optimal_fiber_length, 1.1,
        1e-10);
    EXPECT_NEAR(
        model.muscles[m].tendon_slack_length / generic().muscles[m].tendon_slack_length, 1.1,
        1e-10);
  }
  EXPECT_NEAR(standing_height(model) / standing_height(generic()), 1.1, 1e-10);
}

TEST(Subject, PeopleAddUp) {
  double worst = 0;
  for (const Subject& subject : people(50)) {
    SCOPED_TRACE(message(
        subject.sex == Sex::male ? "man " : "woman ", subject.mass, " kg ", subject.height, " m"));
    const Model model = fit(subject);

    double sum = 0;
    for (const Body& each : model.skeleton.bodies()) {
      sum += each.mass;
      if (each.parent < 0) continue;
      EXPECT_GT(each.mass, 0);
      EXPECT_TRUE(matrices_near(each.inertia, each.inertia.transpose(), 0));
      const Vec3 moments = Eigen::SelfAdjointEigenSolver<Mat3>(each.inertia).eigenvalues();
      EXPECT_GT(moments[0], 0) << each.name;
      EXPECT_GE(moments[0] + moments[1], moments[2]) << each.name;
    }
    EXPECT_NEAR(sum / subject.mass, 1, 1e-12);
    EXPECT_NEAR(model.skeleton.total_mass() / subject.mass, 1, 1e-12);

    const auto lengths = segment_lengths(model);
    for (const auto& [name, length] : subject.segment_lengths)
      EXPECT_NEAR(lengths.at(name), length, 1e-9) << name;
    // 1e-5: the table's values add up to stature with five decimals; 2 mm: joint centres are not
    // all on one vertical line
    if (subject.segment_lengths.empty()) {
      EXPECT_NEAR(standing_height(model), subject.height, 0.002);
      worst = std::max(worst, std::abs(standing_height(model) / subject.height - 1));
    }
  }
  RecordProperty("worst_relative_stature", std::to_string(worst));
  EXPECT_LT(worst, 0.002);
}

// distances of joints in the posed skeleton, independent of the frames used for scaling
TEST(Subject, JointsAreWhereTheLengthsSay) {
  const Subject subject{.sex = Sex::female, .mass = 62, .height = 1.68};
  const Model model = fit(subject);
  const BodyWorkspace work = standing(model);
  // 5e-5: the knee's polynomials leave 25 micrometres at 0 deg
  EXPECT_NEAR(joint_distance(model, work, "femur_r", "tibia_r"), 0.2425 * 1.68, 5e-5);
  EXPECT_NEAR(joint_distance(model, work, "tibia_l", "talus_l"), 0.23245 * 1.68, 1e-9);
  EXPECT_NEAR(joint_distance(model, work, "humerus_r", "ulna_r"), 0.15856 * 1.68, 1e-9);
  EXPECT_NEAR(joint_distance(model, work, "ulna_l", "hand_l"), 0.15233 * 1.68, 1e-9);
  // women's hips are wider and their shoulders narrower relative to stature
  const auto man = segment_lengths(fit({.sex = Sex::male, .mass = 62, .height = 1.68}));
  const auto woman = segment_lengths(model);
  EXPECT_NEAR(woman.at("hip_width") / man.at("hip_width"), 0.1679 / 0.1569, 1e-9);
  EXPECT_NEAR(woman.at("shoulder_width") / man.at("shoulder_width"), 0.2244 / 0.2368, 1e-9);
}

TEST(Subject, RightAndLeftAreEqual) {
  for (const Subject& subject : people(6)) {
    const Model model = fit(subject);
    const Vec3 mirror(1, 1, -1);
    for (const Body& right : model.skeleton.bodies()) {
      if (!right.name.ends_with("_r")) continue;
      const Body& left = body(model, right.name.substr(0, right.name.size() - 2) + "_l");
      EXPECT_NEAR(left.mass, right.mass, 1e-14);
      EXPECT_TRUE(
          matrices_near(left.center_of_mass, mirror.cwiseProduct(right.center_of_mass), 1e-12));
      EXPECT_TRUE(matrices_near(left.X_PF.p, mirror.cwiseProduct(right.X_PF.p), 1e-12));
      const Mat3 M = mirror.asDiagonal();
      EXPECT_TRUE(matrices_near(left.inertia, M * right.inertia * M, 1e-12)) << right.name;
    }
    for (const Muscle& right : model.muscles) {
      if (!right.name.ends_with("_r")) continue;
      const Muscle& left =
          model.muscles[model.muscle_index(right.name.substr(0, right.name.size() - 2) + "_l")];
      // 1e-5: the published points of the two sides are equal to five or six places of a metre
      EXPECT_NEAR(left.optimal_fiber_length / right.optimal_fiber_length, 1, 1e-5) << right.name;
      EXPECT_NEAR(left.tendon_slack_length / right.tendon_slack_length, 1, 1e-5) << right.name;
      EXPECT_NEAR(left.max_isometric_force / right.max_isometric_force, 1, 1e-5) << right.name;
    }
    EXPECT_NEAR(
        lump(model, standing(model), all_bodies(model)).center.z(),
        standing(model).bodies[model.skeleton.body_index("pelvis")].X_WB.p.z(), 1e-6);
  }
}

// muscles
// -------------------------------------------------------------------------------------------

TEST(Subject, OperatingRangesAreKept) {
  const Sweep original = sweep(generic());
  for (const Subject& subject :
       {Subject{.sex = Sex::male, .mass = 80, .height = 1.80},
        Subject{.sex = Sex::female, .mass = 62, .height = 1.68},
        Subject{.sex = Sex::female, .mass = 50, .height = 1.50},
        Subject{.sex = Sex::male, .mass = 110, .height = 2.00}}) {
    const Model model = fit(subject);
    const Sweep scaled = sweep(model);
    double worst = 0;
    double sum = 0;
    for (std::size_t m = 0; m < model.muscles.size(); ++m)
      for (int p = 0; p < scaled.length.rows(); ++p) {
        const double before = normalised_fiber(generic().muscles[m], original.length(p, m));
        const double after = normalised_fiber(model.muscles[m], scaled.length(p, m));
        sum += std::abs(after - before);
        worst = std::max(worst, std::abs(after - before));
      }
    // in optimal fibre lengths: an active force-length curve half a length wide hardly changes
    // within 0.05
    EXPECT_LT(sum / static_cast<double>(scaled.length.size()), 0.005);
    EXPECT_LT(worst, 0.05);
  }
}

TEST(Subject, ForcesFollowVolumeOverFiberLength) {
  const Subject subject{.sex = Sex::male, .mass = 80, .height = 1.80};
  const Model model = fit(subject);
  // muscle volume of a leg (Handsfield et al. 2014): 47 m h + 1285 cm3
  const double ratio = (47 * 80 * 1.80 + 1285) / (47 * kModelMass * kModelHeight + 1285);
  for (std::size_t m = 0; m < model.muscles.size(); ++m) {
    const Muscle& muscle = model.muscles[m];
    const Muscle& before = generic().muscles[m];
    EXPECT_NEAR(
        muscle.max_isometric_force * muscle.optimal_fiber_length
            / (before.max_isometric_force * before.optimal_fiber_length),
        ratio, 1e-10);
    EXPECT_EQ(muscle.pennation_at_optimal, before.pennation_at_optimal);
    EXPECT_EQ(muscle.curves.passive_force_length, before.curves.passive_force_length);
  }
  Subject strong = subject;
  strong.strength = 2;
  const Model doubled = fit(strong);
  for (std::size_t m = 0; m < model.muscles.size(); ++m) {
    EXPECT_DOUBLE_EQ(
        doubled.muscles[m].max_isometric_force, 2 * model.muscles[m].max_isometric_force);
    EXPECT_EQ(doubled.muscles[m].optimal_fiber_length, model.muscles[m].optimal_fiber_length);
  }
  for (std::size_t a = 0; a < model.actuators.size(); ++a) {
    EXPECT_DOUBLE_EQ(doubled.actuators[a].upper, 2 * model.actuators[a].upper);
    EXPECT_NEAR(
        model.actuators[a].lower,
        generic().actuators[a].lower * 80 * 1.80 / (kModelMass * kModelHeight), 1e-10);
  }
}

TEST(Subject, SaysHowItWasMade) {
  const Model model = fit(
      {.sex = Sex::female,
       .mass = 62,
       .height = 1.68,
       .strength = 1.2,
       .segment_lengths = {{"thigh", 0.41}}});
  EXPECT_EQ(model.name, "coxa_fullbody_female_62kg_1.68m");
  EXPECT_TRUE(model.sha256.empty());
  for (const char* part :
       {"coxa_fullbody", "female", "62 kg", "1.68 m", "strength 1.2", "thigh 0.41 m"})
    EXPECT_NE(model.source.find(part), std::string::npos) << part << " in " << model.source;
}

// bad input
// -----------------------------------------------------------------------------------------

void expect_refused(const Subject& subject, const std::vector<std::string>& parts) {
  try {
    fit(subject);
    FAIL() << "accepted, though it should name " << parts.front();
  } catch (const InvalidArgument& error) {
    for (const std::string& part : parts)
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
          << "'" << part << "' is missing in: " << error.what();
  }
}

TEST(Subject, RefusesWhatNobodyIs) {
  const double nan = std::nan("");
  expect_refused({.mass = -80}, {"mass", "-80", "20", "300", "kg"});
  expect_refused({.mass = 301}, {"mass", "301", "300"});
  expect_refused({.mass = nan}, {"mass", "nan", "20"});
  expect_refused({.height = 180}, {"height", "180", "2.5", "metres"});
  expect_refused({.height = nan}, {"height", "nan"});
  expect_refused({.strength = 0}, {"strength", "0", "0.05", "5"});
  expect_refused({.strength = INFINITY}, {"strength", "inf"});
  expect_refused(
      {.height = 1.8, .segment_lengths = {{"thigh", 43}}}, {"thigh", "43", "0.4365", "metres"});
  expect_refused({.segment_lengths = {{"shank", nan}}}, {"shank", "nan"});
  expect_refused({.segment_lengths = {{"trunk", -0.5}}}, {"trunk", "-0.5"});
  expect_refused(
      {.segment_lengths = {{"tigh", 0.4}}}, {"tigh", "did you mean 'thigh'", "shoulder_width"});
  EXPECT_THROW(fit({.segment_lengths = {{"tigh", 0.4}}}), UnknownName);
}

// half and twice the usual length are allowed, so each alone must give a valid body
TEST(Subject, EveryLengthThatIsAllowedWorksAlone) {
  for (const Sex sex : {Sex::male, Sex::female}) {
    const Subject usual{.sex = sex, .mass = 70, .height = 1.7};
    for (const auto& [name, length] : segment_lengths(fit(usual)))
      for (const double factor : {0.501, 1.999}) {
        Subject subject = usual;
        subject.segment_lengths[name] = factor * length;
        EXPECT_NO_THROW(fit(subject)) << name << " times " << factor;
      }
  }
}

TEST(Subject, RefusesBrokenTables) {
  const auto folder = test::scratch_dir();
  EXPECT_THROW(scale(generic(), {}, folder / "none"), FileError);
  for (const auto& entry : std::filesystem::directory_iterator(data_dir() / "anthropometry"))
    std::filesystem::copy_file(entry.path(), folder / entry.path().filename());
  EXPECT_NO_THROW(scale(generic(), {}, folder));
  std::ofstream(folder / "muscle_volume.toml") << "[total]\nslope = 47.0\n";
  try {
    scale(generic(), {}, folder);
    FAIL() << "accepted a table without an intercept";
  } catch (const FileError& error) {
    EXPECT_NE(std::string(error.what()).find("total.intercept"), std::string::npos) << error.what();
  }
  std::ofstream(folder / "muscle_volume.toml") << "[total\nslope = ";
  EXPECT_THROW(scale(generic(), {}, folder), FileError);
}

TEST(Subject, RefusesAModelOfOtherBodies) {
  Model other = generic();
  std::vector<Body> bodies = other.skeleton.bodies();
  bodies[other.skeleton.body_index("head")].name = "antlers";
  other.skeleton = Skeleton(
      bodies, other.skeleton.full_coordinates(), other.skeleton.couplings(), other.skeleton.sites(),
      other.skeleton.gravity());
  EXPECT_THROW(scale(other, {}, data_dir() / "anthropometry"), UnknownName);
}

}  // namespace
}  // namespace coxa
