#include "coxa/muscle/perturbation.hpp"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "coxa/body/dynamics.hpp"
#include "coxa/io/osim.hpp"
#include "coxa/math/error.hpp"
#include "coxa/muscle/subject.hpp"

#include "support/paths.hpp"

namespace coxa {
namespace {

using Changes = std::map<std::string, double>;

const Model& generic() {
  static const Model model = read_osim(test::data_dir() / "models" / "coxa_fullbody.osim");
  return model;
}

Model fit(const Subject& subject) {
  return scale(generic(), subject, test::data_dir() / "anthropometry");
}

// every number that `perturb` may change, in one vector
std::vector<double> numbers(const Model& model) {
  std::vector<double> all;
  const auto add = [&](const auto& values) {
    all.insert(all.end(), values.data(), values.data() + values.size());
  };
  for (const Body& body : model.skeleton.bodies()) {
    all.push_back(body.mass);
    add(body.inertia);
    add(body.center_of_mass);
    add(body.X_PF.p);
    add(body.X_BM.p);
  }
  for (const Site& site : model.skeleton.sites()) add(site.p_B);
  for (const Muscle& muscle : model.muscles)
    for (const double x :
         {muscle.max_isometric_force, muscle.optimal_fiber_length, muscle.tendon_slack_length})
      all.push_back(x);
  for (const Actuator& actuator : model.actuators)
    for (const double x : {actuator.lower, actuator.upper}) all.push_back(x);
  return all;
}

// largest difference, relative where numbers are large
double difference(const Model& a, const Model& b) {
  const std::vector<double> x = numbers(a), y = numbers(b);
  EXPECT_EQ(x.size(), y.size());
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    worst = std::max(worst, std::abs(x[i] - y[i]) / std::max(1.0, std::abs(x[i])));
  return worst;
}

const Body& body(const Model& model, const std::string& name) {
  return model.skeleton.bodies()[model.skeleton.body_index(name)];
}

double force(const Model& model, const std::string& name) {
  return model.muscles[model.muscle_index(name)].max_isometric_force;
}

template <typename E>
std::string refusal(const Changes& changes, const Model& model = generic()) {
  try {
    perturb(model, changes);
  } catch (const E& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Perturb, NeutralChangesNothing) {
  Changes neutral;
  for (const Perturbation& p : perturbations(generic())) neutral[p.name] = p.neutral;
  ASSERT_GT(neutral.size(), 50u);
  for (const Changes& changes : {Changes{}, neutral}) {
    const Model same = perturb(generic(), changes);
    EXPECT_EQ(numbers(same), numbers(generic()));
    EXPECT_EQ(same.name, generic().name);
    EXPECT_EQ(same.sha256, generic().sha256);
  }
}

// every name has an effect at both ends of its range, different from that of any other
TEST(Perturb, EveryNameActs) {
  std::set<std::vector<double>> models;
  const std::vector<Perturbation> all = perturbations(generic());
  for (const Perturbation& p : all) {
    SCOPED_TRACE(p.name);
    EXPECT_FALSE(p.description.empty());
    EXPECT_LT(p.minimum, p.neutral);
    EXPECT_GT(p.maximum, p.neutral);
    for (const double value : {p.minimum, p.maximum}) {
      const Model changed = perturb(generic(), {{p.name, value}});
      EXPECT_NE(numbers(changed), numbers(generic()));
      EXPECT_TRUE(models.insert(numbers(changed)).second) << "as another one";
      EXPECT_NEAR(changed.skeleton.total_mass(), generic().skeleton.total_mass(), 1e-12);
    }
  }
  EXPECT_EQ(models.size(), 2 * all.size());
}

// each muscle belongs to one group: all groups together act once on each muscle
TEST(Perturb, GroupsArePartition) {
  for (const char* kind : {"strength_", "optimal_fiber_length_", "tendon_slack_length_"}) {
    Changes parts;
    for (const Perturbation& p : perturbations(generic()))
      if (p.independent && p.name.starts_with(kind)) parts[p.name] = 1.5;
    EXPECT_GT(parts.size(), 10u);
    const Model changed = perturb(generic(), parts);
    for (std::size_t m = 0; m < generic().muscles.size(); ++m) {
      const Muscle& before = generic().muscles[m];
      const Muscle& after = changed.muscles[m];
      const bool strength = kind == std::string("strength_");
      const bool fiber = kind == std::string("optimal_fiber_length_");
      EXPECT_EQ(after.max_isometric_force, before.max_isometric_force * (strength ? 1.5 : 1));
      EXPECT_EQ(after.optimal_fiber_length, before.optimal_fiber_length * (fiber ? 1.5 : 1));
      EXPECT_EQ(
          after.tendon_slack_length, before.tendon_slack_length * (strength || fiber ? 1 : 1.5));
    }
  }
  // and `all` is all of them together
  Changes parts;
  for (const Perturbation& p : perturbations(generic()))
    if (p.independent && p.name.starts_with("strength_")) parts[p.name] = 0.7;
  EXPECT_EQ(
      numbers(perturb(generic(), parts)), numbers(perturb(generic(), {{"strength_all", 0.7}})));
}

TEST(Perturb, GroupsOfTheFullBody) {
  const Model strong = perturb(generic(), {{"strength_quadriceps", 2}});
  for (const char* side : {"_r", "_l"}) {
    for (const std::string name : {"recfem", "vasint", "vaslat", "vasmed"})
      EXPECT_EQ(force(strong, name + side), 2 * force(generic(), name + side));
    EXPECT_EQ(
        force(strong, std::string("psoas") + side), force(generic(), std::string("psoas") + side));
  }
  // the rectus femoris counts in the smaller of its groups, muscles without group in `other`
  const Model flexors = perturb(generic(), {{"strength_hip_flexors", 2}});
  EXPECT_EQ(force(flexors, "psoas_l"), 2 * force(generic(), "psoas_l"));
  EXPECT_EQ(force(flexors, "recfem_l"), force(generic(), "recfem_l"));
  EXPECT_EQ(
      force(perturb(generic(), {{"strength_other", 2}}), "tibant_r"),
      2 * force(generic(), "tibant_r"));
  // a group of groups acts as its parts
  EXPECT_EQ(
      numbers(perturb(generic(), {{"strength_glutes", 1.1}})),
      numbers(perturb(
          generic(), {{"strength_gluteus_maximus", 1.1},
                      {"strength_gluteus_medius", 1.1},
                      {"strength_gluteus_minimus", 1.1}})));
}

TEST(Perturb, ModelWithoutGroupsHasOther) {
  Model plain = generic();
  plain.groups.clear();
  plain.actuators.clear();
  EXPECT_EQ(strength_groups(plain), (std::vector<std::string>{"other", "all"}));
  EXPECT_EQ(
      numbers(perturb(plain, {{"strength_other", 1.3}})),
      numbers(perturb(plain, {{"strength_all", 1.3}})));
  EXPECT_NE(refusal<UnknownName>({{"strength_actuators", 2}}, plain), "accepted");
}

// factors multiply and shifts add, in one call or in two
TEST(Perturb, Composes) {
  const Changes a = {
      {"strength_hamstrings", 1.3},
      {"segment_mass_thigh", 1.2},
      {"joint_center_hip_x", 0.01},
      {"tendon_slack_length_calves", 1.05}};
  const Changes b = {
      {"strength_all", 0.8},
      {"segment_mass_trunk", 0.9},
      {"joint_center_hip_z", -0.02},
      {"optimal_fiber_length_calves", 0.9}};
  Changes both = a;
  both.insert(b.begin(), b.end());
  // rounding of a few products and sums in another order
  const double rounding = 1e-14;
  const Model together = perturb(generic(), both);
  EXPECT_LT(difference(perturb(perturb(generic(), a), b), together), rounding);
  EXPECT_LT(difference(perturb(perturb(generic(), b), a), together), rounding);
  EXPECT_LT(
      difference(
          perturb(perturb(generic(), {{"segment_mass_foot", 2}}), {{"segment_mass_foot", 0.5}}),
          generic()),
      rounding);
}

TEST(Perturb, MassIsKeptAndItsRatiosAreTheFactors) {
  const Model light = fit({.sex = Sex::female, .mass = 58.3, .height = 1.64});
  const Model changed = perturb(light, {{"segment_mass_thigh", 1.25}, {"segment_mass_hand", 0.5}});
  EXPECT_NEAR(changed.skeleton.total_mass(), 58.3, 1e-13);
  const auto ratio = [&](const char* name) {
    return body(changed, name).mass / body(light, name).mass;
  };
  // rounding; the torso is the heaviest body and absorbs the remainder
  for (const char* name : {"femur_r", "femur_l", "patella_r"})
    EXPECT_NEAR(ratio(name) / ratio("head"), 1.25, 1e-13) << name;
  EXPECT_NEAR(ratio("hand_l") / ratio("head"), 0.5, 1e-13);
  EXPECT_NEAR(ratio("torso") / ratio("head"), 1, 1e-13);
  for (std::size_t i = 1; i < light.skeleton.bodies().size(); ++i) {
    const Body& before = light.skeleton.bodies()[i];
    const Body& after = changed.skeleton.bodies()[i];
    // radii of gyration and mass centres are unchanged
    EXPECT_LT((after.inertia / after.mass - before.inertia / before.mass).norm(), 1e-14);
    EXPECT_EQ(after.center_of_mass, before.center_of_mass);
  }
}

TEST(Perturb, JointCentresMoveInTheirParentMirrored) {
  const Vec3 shift(0.011, -0.007, 0.013);
  const Model moved = perturb(
      generic(), {{"joint_center_hip_x", shift.x()},
                  {"joint_center_hip_y", shift.y()},
                  {"joint_center_hip_z", shift.z()}});
  BodyWorkspace before(generic().skeleton), after(moved.skeleton);
  // any posture: the pelvis rotates the shift, the leg moves with it rigidly
  Eigen::VectorXd q = generic().skeleton.default_position();
  for (int i = 0; i < q.size(); ++i) q[i] += 0.3 * std::sin(3.0 * i);
  positions(generic().skeleton, before, q);
  positions(moved.skeleton, after, q);
  const Mat3 R = before.bodies[generic().skeleton.body_index("pelvis")].X_WB.R;
  for (const std::string name : {"femur", "tibia", "patella", "calcn", "toes"}) {
    for (const double side : {1.0, -1.0}) {
      const int i = generic().skeleton.body_index(name + (side > 0 ? "_r" : "_l"));
      const Vec3 expected = R * Vec3(shift.x(), shift.y(), side * shift.z());
      // coordinates near 1 m
      EXPECT_LT((after.bodies[i].X_WB.p - before.bodies[i].X_WB.p - expected).norm(), 1e-14)
          << name;
    }
  }
  const int torso = generic().skeleton.body_index("torso");
  EXPECT_EQ(after.bodies[torso].X_WB.p, before.bodies[torso].X_WB.p);
  EXPECT_EQ(
      perturb(generic(), {{"joint_center_lumbar_z", 0.02}}).skeleton.bodies()[torso].X_PF.p.z(),
      body(generic(), "torso").X_PF.p.z() + 0.02);
}

TEST(Perturb, SiteAtTheJointGoesWithIt) {
  const Model moved = perturb(generic(), {{"joint_center_knee_y", -0.02}});
  for (const std::string side : {"_r", "_l"}) {
    EXPECT_EQ(moved.skeleton.site("knee" + side).p_B, body(moved, "tibia" + side).X_PF.p);
    EXPECT_EQ(
        moved.skeleton.site("thigh_front" + side).p_B,
        generic().skeleton.site("thigh_front" + side).p_B);
    EXPECT_EQ(body(moved, "patella" + side).X_PF.p, body(generic(), "patella" + side).X_PF.p);
  }
}

TEST(Perturb, SaysWhereTheModelCameFrom) {
  const Model changed = perturb(
      generic(), {{"strength_all", 1.25}, {"joint_center_hip_x", 0.01}, {"strength_other", 1}});
  EXPECT_EQ(changed.name, "coxa_fullbody_changed");
  EXPECT_EQ(
      changed.source, "coxa_fullbody.osim (sha256 " + generic().sha256
                          + "), changed: joint_center_hip_x 0.01 m, strength_all 1.25");
  EXPECT_TRUE(changed.sha256.empty());
}

TEST(Perturb, Refuses) {
  EXPECT_EQ(
      refusal<UnknownName>({{"strength_hamstring", 1}}),
      "model 'coxa_fullbody' has no property 'strength_hamstring' to change; did you mean "
      "'strength_hamstrings'?");
  EXPECT_EQ(
      refusal<UnknownName>({{"colour", 1}}),
      "model 'coxa_fullbody' has no property 'colour' to change; there are strength_<group>, "
      "optimal_fiber_length_<group>, tendon_slack_length_<group>, segment_mass_<segment> and "
      "joint_center_<joint>_<x|y|z>: see perturbations()");
  // the joint to the ground, a side, an invalid axis, and a group without fibres
  for (const char* name :
       {"joint_center_ground_pelvis_x", "joint_center_hip_r_x", "joint_center_hip_w",
        "joint_center_hip", "joint_center__x", "optimal_fiber_length_all",
        "tendon_slack_length_actuators", "segment_mass_femur", "segment_mass_ground", "strength_",
        ""})
    EXPECT_NE(refusal<UnknownName>({{name, 1}}), "accepted") << name;
  EXPECT_EQ(
      refusal<InvalidArgument>({{"strength_calves", 0.01}}),
      "strength_calves is 0.01; it must be from 0.05 to 5: a factor, where 1 changes nothing");
  EXPECT_EQ(
      refusal<InvalidArgument>({{"joint_center_hip_x", 12}}),
      "joint_center_hip_x is 12 m; it must be from -0.05 to 0.05 m: a shift, where 0 changes "
      "nothing");
  EXPECT_NE(refusal<InvalidArgument>({{"strength_calves", std::nan("")}}), "accepted");
}

TEST(SubjectStrength, OfGroupsIsThatOfPerturb) {
  const Subject usual{.sex = Sex::female, .mass = 62, .height = 1.68, .strength = 1.1};
  Subject strong = usual;
  strong.group_strength = {{"quadriceps", 1.3}, {"actuators", 0.8}};
  const Model scaled = fit(strong);
  const Model changed =
      perturb(fit(usual), {{"strength_quadriceps", 1.3}, {"strength_actuators", 0.8}});
  EXPECT_EQ(numbers(scaled), numbers(changed));
  EXPECT_NE(numbers(scaled), numbers(fit(usual)));
  EXPECT_EQ(scaled.name, fit(usual).name);
  EXPECT_TRUE(
      scaled.source.ends_with("strength 1.1, actuators strength 0.8, quadriceps strength 1.3"))
      << scaled.source;
}

TEST(SubjectStrength, Refuses) {
  const auto said = [](const std::string& name, double value) -> std::string {
    try {
      Subject subject;
      subject.group_strength[name] = value;
      fit(subject);
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(
      said("quadricep", 1).substr(0, 63),
      "no muscle group 'quadricep'; did you mean 'quadriceps'? There a");
  EXPECT_EQ(
      said("calves", 6),
      "strength of calves is 6 times the usual; it must be from 0.05 to 5 times the usual: 1 is a "
      "person of average strength");
}

}  // namespace
}  // namespace coxa
