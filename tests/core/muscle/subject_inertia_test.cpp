// Mass, centre and inertia of segments, against values repeated here.

#include <cmath>

#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

#include "core/muscle/people.hpp"
#include "support/matrices.hpp"

namespace coxa {
namespace {

using test::all_bodies;
using test::body;
using test::fit;
using test::generic;
using test::lump;
using test::Lump;
using test::matrices_near;
using test::people;
using test::standing;

struct Row {
  const char* name;
  std::vector<std::string> bodies;
  double mass, length, sagittal, transverse, longitudinal;
};

// de Leva (1996), table 4; the woman's thigh with the length that belongs to its radii
const std::vector<Row> kMan = {
    {"head", {"head"}, 0.0694, 0.2429, 0.303, 0.315, 0.261},
    {"trunk", {"pelvis", "torso"}, 0.4346, 0.6033, 0.328, 0.306, 0.169},
    {"lower trunk", {"pelvis"}, 0.1117, 0.1457, 0.615, 0.551, 0.587},
    {"upper arm", {"humerus_r"}, 0.0271, 0.2817, 0.285, 0.269, 0.158},
    {"forearm", {"ulna_r", "radius_r"}, 0.0162, 0.2689, 0.276, 0.265, 0.121},
    {"hand", {"hand_l"}, 0.0061, 0.0862, 0.628, 0.513, 0.401},
    {"thigh", {"femur_r", "patella_r"}, 0.1416, 0.4222, 0.329, 0.329, 0.149},
    {"shank", {"tibia_l"}, 0.0433, 0.4403, 0.251, 0.246, 0.102}};
const std::vector<Row> kWoman = {
    {"head", {"head"}, 0.0668, 0.2437, 0.271, 0.295, 0.261},
    {"trunk", {"pelvis", "torso"}, 0.4257, 0.6148, 0.307, 0.292, 0.147},
    {"lower trunk", {"pelvis"}, 0.1247, 0.1815, 0.433, 0.402, 0.444},
    {"upper arm", {"humerus_l"}, 0.0255, 0.2751, 0.278, 0.260, 0.148},
    {"forearm", {"ulna_l", "radius_l"}, 0.0138, 0.2643, 0.261, 0.257, 0.094},
    {"hand", {"hand_r"}, 0.0056, 0.0780, 0.531, 0.454, 0.335},
    {"thigh", {"femur_l", "patella_l"}, 0.1478, 0.3685, 0.369, 0.364, 0.162},
    {"shank", {"tibia_r"}, 0.0481, 0.4386, 0.267, 0.263, 0.092}};

// 1e-8: at 0 deg the knee's polynomials still rotate the shank by 4e-8 rad
void expect_de_leva(
    const Subject& subject, const std::vector<Row>& rows, const Row& foot, double sum) {
  const Model model = fit(subject);
  const BodyWorkspace work = standing(model);
  const double stature = subject.sex == Sex::male ? 1.741 : 1.735;
  for (const Row& row : rows) {
    const Lump segment = lump(model, work, row.bodies);
    const double length = row.length / stature * subject.height;
    const Vec3 radii = Vec3(row.sagittal, row.longitudinal, row.transverse) * length;
    EXPECT_NEAR(segment.mass, subject.mass * row.mass / sum, 1e-10) << row.name;
    // the long axis of the trunk leans back from the hips to the chest
    Mat3 axes = Mat3::Identity();
    if (row.name == std::string("trunk")) {
      const Vec3 line = lump(model, work, {"torso"}).center - lump(model, work, {"pelvis"}).center;
      const double lean = std::atan2(-line.x(), line.y());
      EXPECT_NEAR(lean, 0.19, 0.03);  // 11 deg
      axes = rotation(Vec3::UnitZ(), lean);
    }
    EXPECT_TRUE(matrices_near(
        axes.transpose() * segment.inertia * axes,
        segment.mass * Mat3(radii.cwiseProduct(radii).asDiagonal()), 1e-8))
        << row.name;
  }
  // the foot is horizontal: its long axis points forward
  const Lump segment = lump(model, work, foot.bodies);
  const Vec3 radii = Vec3(foot.longitudinal, foot.sagittal, foot.transverse) * foot.length / stature
                     * subject.height;
  EXPECT_NEAR(segment.mass, subject.mass * foot.mass / sum, 1e-10);
  EXPECT_TRUE(matrices_near(
      segment.inertia, segment.mass * Mat3(radii.cwiseProduct(radii).asDiagonal()), 1e-8));
}

TEST(Subject, SegmentsHaveTheInertiaOfDeLeva) {
  // sums of the mass fractions of the table: 1.0000 and 0.9999
  expect_de_leva(
      {.sex = Sex::male, .mass = 80, .height = 1.80}, kMan,
      {"foot", {"talus_r", "calcn_r", "toes_r"}, 0.0137, 0.2581, 0.257, 0.245, 0.124}, 1.0);
  expect_de_leva(
      {.sex = Sex::female, .mass = 62, .height = 1.68}, kWoman,
      {"foot", {"talus_l", "calcn_l", "toes_l"}, 0.0129, 0.2283, 0.299, 0.279, 0.139}, 0.9999);
}

TEST(Subject, MassCentersLieWhereDeLevaHasThem) {
  const Model man = fit({.sex = Sex::male, .mass = 80, .height = 1.80});
  const BodyWorkspace work = standing(man);
  const double unit = 1.80 / 1.741;
  const auto height = [&](const char* name) {
    return work.bodies[man.skeleton.body_index(name)].X_WB.p.y();
  };
  const auto site_height = [&](const char* name) {
    const Site& site = man.skeleton.site(name);
    return world_point(work, site.body, site.p_B).y();
  };
  // hip to knee 0.4095 of 422.2 mm; the hip joint is at the origin of the femur. 0.1 mm: slope of
  // the segment
  EXPECT_NEAR(
      height("femur_r") - lump(man, work, {"femur_r", "patella_r"}).center.y(),
      0.4095 * 0.4222 * unit, 1e-4);
  EXPECT_NEAR(
      height("humerus_r") - lump(man, work, {"humerus_r"}).center.y(), 0.5772 * 0.2817 * unit,
      1e-4);
  EXPECT_NEAR(
      site_height("c7") - lump(man, work, {"pelvis", "torso"}).center.y(), 0.5138 * 0.6033 * unit,
      1e-9);
  EXPECT_NEAR(
      site_height("head_vertex") - lump(man, work, {"head"}).center.y(), 0.5002 * 0.2429 * unit,
      1e-9);
  // from the mid-hip up, by the lower end point of the same table row (lower trunk OMPH-MIDH)
  EXPECT_NEAR(
      lump(man, work, {"pelvis"}).center.y() - height("femur_r"), (1 - 0.6115) * 0.1457 * unit,
      1e-4);
}

// measured on whole persons, without segments: three men standing with their arms at the sides on a
// compound pendulum (Santschi, DuBois & Omoto 1963, AMRL-TDR-63-36): stature, mass, vertex to mass
// centre, and moments of inertia about the mass centre for the fore-aft, left-right and long axis;
// inches, pounds and lb in s2 in the report
TEST(Subject, TheWholeBodyIsThatOfMeasuredMen) {
  struct Measured {
    double stature, mass, vertex_to_center;
    Vec3 inertia;
  };
  for (const Measured& man :
       {Measured{72.2, 173.5, 32.2, {132, 119, 13.1}},
        Measured{67.4, 147.3, 29.8, {95.6, 81.9, 10.3}},
        Measured{73.3, 203, 31.8, {144, 129, 14.2}}}) {
    const double inch = 0.0254;
    const Model model =
        fit({.sex = Sex::male, .mass = man.mass * 0.45359237, .height = man.stature * inch});
    const BodyWorkspace work = standing(model);
    const Lump whole = lump(model, work, all_bodies(model));
    const Site& vertex = model.skeleton.site("head_vertex");
    const double depth = world_point(work, vertex.body, vertex.p_B).y() - whole.center.y();
    // 2 cm, and 20 % about the transverse axes: de Leva's means are of other people (the pendulum
    // itself is accurate to 2 to 8 %); 35 % about the long axis, which depends on the position of
    // the arms
    EXPECT_NEAR(depth, man.vertex_to_center * inch, 0.02);
    const Vec3 measured = man.inertia * 0.11298;  // kg m2 per lb in s2
    EXPECT_NEAR(whole.inertia(0, 0) / measured[0], 1, 0.2);
    EXPECT_NEAR(whole.inertia(2, 2) / measured[1], 1, 0.2);
    EXPECT_NEAR(whole.inertia(1, 1) / measured[2], 1, 0.35);
  }
}

// mass centres of adults are at 55 to 57 % of stature, women's lower than men's
TEST(Subject, TheMassCenterOfMenIsHigher) {
  const auto relative = [](Sex sex) {
    const Model model = fit({.sex = sex, .mass = 68, .height = 1.70});
    const BodyWorkspace work = standing(model);
    const Site& vertex = model.skeleton.site("head_vertex");
    const double top = world_point(work, vertex.body, vertex.p_B).y();
    return 1 - (top - lump(model, work, all_bodies(model)).center.y()) / 1.70;
  };
  EXPECT_GT(relative(Sex::male), relative(Sex::female));
  for (const Sex sex : {Sex::male, Sex::female}) {
    EXPECT_GT(relative(sex), 0.54);
    EXPECT_LT(relative(sex), 0.58);
  }
}

}  // namespace
}  // namespace coxa
