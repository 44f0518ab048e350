#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "coxa/body/dynamics.hpp"
#include "coxa/io/osim.hpp"
#include "coxa/io/sha256.hpp"
#include "coxa/math/error.hpp"

#include "small_model.hpp"
#include "support/paths.hpp"

namespace coxa {
namespace {

using test::edited;
using test::kSmallModel;
using test::write_file;

std::string message_of(const std::string& text) {
  try {
    read_osim(write_file("model.osim", text));
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

TEST(OsimReader, ReadsTheTree) {
  const Model model = read_osim(write_file("model.osim", kSmallModel));
  const Skeleton& skeleton = model.skeleton;
  EXPECT_EQ(model.name, "small");
  EXPECT_EQ(model.sha256, sha256(kSmallModel));
  EXPECT_EQ(skeleton.gravity(), Vec3(0, -9.81, 0));
  EXPECT_DOUBLE_EQ(skeleton.total_mass(), 11.6);

  // coordinates in the order of the joints, bodies with parents first
  std::vector<std::string> names;
  for (const Coordinate& c : skeleton.full_coordinates()) names.push_back(c.name);
  EXPECT_EQ(
      names, (std::vector<std::string>{"knee_angle", "hip_x", "hip_y", "hip_z", "cap_slide"}));
  EXPECT_EQ(
      skeleton.coordinate_names(), (std::vector<std::string>{"knee_angle", "hip_x", "hip_z"}));
  for (std::size_t b = 1; b < skeleton.bodies().size(); ++b)
    EXPECT_LT(skeleton.bodies()[b].parent, static_cast<int>(b));

  const auto coordinate = [&](const char* name) {
    return skeleton.full_coordinates()[skeleton.full_coordinate_index(name)];
  };
  EXPECT_EQ(coordinate("knee_angle").default_value, -2)
      << "a clamped coordinate starts inside its range";
  EXPECT_TRUE(coordinate("hip_y").locked);
  EXPECT_EQ(coordinate("hip_z").upper, 10) << "OpenSim's default range";
  EXPECT_FALSE(coordinate("cap_slide").rotational);
  EXPECT_TRUE(coordinate("knee_angle").rotational);

  const Body& thigh = skeleton.bodies()[skeleton.body_index("thigh")];
  Mat3 inertia;
  inertia << 0.1, 0.001, 0.002, 0.001, 0.02, 0.003, 0.002, 0.003, 0.11;
  EXPECT_EQ(thigh.inertia, inertia);
  ASSERT_EQ(skeleton.couplings().size(), 1u);
  EXPECT_DOUBLE_EQ(skeleton.couplings()[0].function(3).value, 2 * (0.1 * 3 + 0.2))
      << "scale factor";
}

TEST(OsimReader, JointAxesTranslateFirstAndDropWhatMovesNothing) {
  const Model model = read_osim(write_file("model.osim", kSmallModel));
  const Body& shank = model.skeleton.bodies()[model.skeleton.body_index("shank")];
  ASSERT_EQ(shank.axes.size(), 4u);
  EXPECT_FALSE(shank.axes[0].rotational);
  EXPECT_FALSE(shank.axes[1].rotational);
  EXPECT_EQ(shank.axes[1].coordinate, -1);
  EXPECT_EQ(shank.axes[1].function(0).value, 0.01);
  EXPECT_EQ(shank.axes[2].direction, Vec3::UnitZ()) << "axes are normalised";
  EXPECT_DOUBLE_EQ(shank.axes[0].function(0).value, 0.45) << "multiplied spline";
  EXPECT_DOUBLE_EQ(shank.axes[3].function(2).value, 0.1 * 4 + 0.2 * 2 + 0.3);
}

// frames composed by hand: thigh -> distal -> more -> joint of the cap -> cap
TEST(OsimReader, OffsetFramesFormChains) {
  const Model model = read_osim(write_file("model.osim", kSmallModel));
  const Skeleton& skeleton = model.skeleton;
  const double c = std::cos(0.5);
  const double s = std::sin(0.5);
  const Vec3 more(0.1 * c, -0.4 + 0.1 * s, 0);
  const Body& cap = skeleton.bodies()[skeleton.body_index("cap")];
  EXPECT_EQ(cap.parent, skeleton.body_index("thigh"));
  EXPECT_LT((cap.X_PF.p - more).norm(), 1e-15);

  // (0, 0, 0.05) of the rotated frame: about x by 0.2, then about z by 0.5
  const Vec3 tilted(0, -0.05 * std::sin(0.2), 0.05 * std::cos(0.2));
  const Vec3 expected = more + Vec3(-s * tilted.y(), c * tilted.y(), tilted.z());
  EXPECT_LT((skeleton.site("knee_mark").p_B - expected).norm(), 1e-15);
  EXPECT_EQ(skeleton.site("knee_mark").body, skeleton.body_index("thigh"));

  ASSERT_EQ(model.cylinders.size(), 2u);
  EXPECT_EQ(model.cylinders[0].name, "pole");
  EXPECT_EQ(model.cylinders[0].quadrant, WrapCylinder::Quadrant::minus_x);
  EXPECT_FALSE(model.cylinders[1].active);
  EXPECT_LT((model.cylinders[1].X_BC.p - Vec3(-0.01 * s, -0.4 + 0.01 * c, 0)).norm(), 1e-15);
}

TEST(OsimReader, ReadsMusclesAndTheirDefaults) {
  const Model model = read_osim(write_file("model.osim", kSmallModel));
  ASSERT_EQ(model.muscles.size(), 2u);
  const Muscle& quad = model.muscles[0];
  EXPECT_EQ(quad.max_isometric_force, 3000);
  EXPECT_EQ(quad.max_contraction_velocity, 12);
  EXPECT_EQ(quad.minimum_activation, 0.02);
  EXPECT_EQ(quad.curves.active_parameters.min_norm_active_fiber_length, 0.3);
  EXPECT_EQ(quad.curves.active_parameters.max_norm_active_fiber_length, 1.8123);
  EXPECT_EQ(quad.curves.passive_parameters.strain_at_one_norm_force, 0.5);
  EXPECT_EQ(quad.curves.passive_parameters.stiffness_at_one_norm_force, 4) << "2 / 0.5";
  ASSERT_EQ(quad.path.points.size(), 4u);
  EXPECT_EQ(quad.path.points[1].kind, PathPoint::Kind::conditional);
  EXPECT_EQ(quad.path.points[1].upper, -1);
  EXPECT_EQ(quad.path.points[2].kind, PathPoint::Kind::moving);
  EXPECT_DOUBLE_EQ(quad.path.points[2].moving[1].function(2).value, 0.01 * 2 - 0.03);
  ASSERT_EQ(quad.path.wraps.size(), 2u);
  EXPECT_EQ(quad.path.wraps[0].cylinder, 1);
  EXPECT_EQ(quad.path.wraps[0].last_point, 3);
  EXPECT_EQ(quad.path.wraps[1].first_point, -1);

  // property defaults of OpenSim 4.5
  const Muscle& plain = model.muscles[1];
  EXPECT_EQ(plain.max_isometric_force, 1000);
  EXPECT_EQ(plain.optimal_fiber_length, 0.1);
  EXPECT_EQ(plain.tendon_slack_length, 0.2);
  EXPECT_EQ(plain.pennation_at_optimal, 0);
  EXPECT_EQ(plain.max_contraction_velocity, 10);
  EXPECT_EQ(plain.minimum_activation, 0.01);

  ASSERT_EQ(model.actuators.size(), 1u);
  EXPECT_EQ(model.actuators[0].coordinate, model.skeleton.coordinate_index("hip_x"));
  EXPECT_EQ(model.actuators[0].lower, -100);
  EXPECT_EQ(model.actuators[0].upper, 150);
  ASSERT_EQ(model.groups.size(), 2u);
  EXPECT_EQ(model.groups[0].name, "extensors");
  EXPECT_EQ(model.groups[0].side, Side::right);
  EXPECT_EQ(model.groups[0].muscles, std::vector<int>{0});
  EXPECT_EQ(model.groups[1].side, Side::both);
  EXPECT_EQ(model.groups[1].muscles, (std::vector<int>{1, 0}));
}

TEST(OsimReader, SaysWhatItLeftOut) {
  const Model model = read_osim(write_file("model.osim", kSmallModel));
  std::string all;
  for (const std::string& warning : model.warnings) all += warning + "\n";
  for (const char* name : {"loose", "asleep", "reserve", "on_locked"})
    EXPECT_NE(all.find(name), std::string::npos) << name << " is not in\n" << all;
  EXPECT_EQ(model.warnings.size(), 4u) << all;
}

TEST(OsimReader, AllThatIsNotUnderstoodIsListedAtOnce) {
  std::string text = edited(
      "<Thelen2003Muscle name=\"asleep\"><appliesForce>false</appliesForce>",
      "<Thelen2003Muscle name=\"awake\">");
  text.replace(text.find("<PathPoint name=\"p1\""), 10, "<PathPuint");
  text.replace(text.find("</PathPoint>", text.find("<PathPuint")), 12, "</PathPuint>");
  const std::string given = message_of(text);
  EXPECT_NE(given.find("not understood"), std::string::npos) << given;
  EXPECT_NE(given.find("'Thelen2003Muscle' (1 time"), std::string::npos) << given;
  EXPECT_NE(given.find("'PathPuint' (1 time"), std::string::npos) << given;

  for (const char* tag : {"ScapulothoracicJoint", "EllipsoidJoint"}) {
    std::string joint = edited("<SliderJoint", std::string("<") + tag);
    joint.replace(joint.find("</SliderJoint>"), 14, std::string("</") + tag + ">");
    EXPECT_NE(message_of(joint).find(tag), std::string::npos) << message_of(joint);
  }
  EXPECT_NE(
      message_of(edited("<gravity>", "<wind>3</wind><gravity>")).find("'wind'"), std::string::npos);
}

TEST(OsimReader, MistakesNameThePlaceWhatWasGivenAndWhatIsAllowed) {
  const std::pair<std::string, std::string> cases[] = {
      {edited("<mass>8</mass>", "<mass>-8</mass>"), "Body['thigh']/mass: given -8 kg"},
      {edited("<mass>8</mass>", "<mass>NaN</mass>"), "a finite number is needed"},
      {edited("<mass>8</mass>", "<mass>1,5kg</mass>"), "'5kg'; a number is needed"},
      {edited("<mass>8</mass>", "<mass>1e999</mass>"), "'1e999'; a number is needed"},
      {edited("<mass>8</mass>", ""), "<mass> is missing or empty"},
      {edited("0.1 0.02 0.11 0.001 0.002 0.003", "0.1 0.02 0.11"), "given 3 numbers"},
      {edited("-2 0.1</range>", "2 0.1</range>"), "the first must not exceed the second"},
      {edited("<x>-2 -1 0 0.5 1</x>", "<x>-2 -1 0 0.5</x>"), "has 4 x and 5 y"},
      {edited("<x>-2 -1 0 0.5 1</x>", "<x>-2 -1 -1 0.5 1</x>"), "x must rise"},
      {edited("/bodyset/shank<", "/bodyset/shink<"), "no such frame; did you mean 'shank'?"},
      {edited("<wrap_object>condyle", "<wrap_object>condile"), "did you mean 'condyle'?"},
      {edited("<range>1 3</range>", "<range>1 9</range>"), "allowed are -1 (no limit) and 1 to 4"},
      {edited("<quadrant>-x", "<quadrant>-q"), "allowed are all, x, -x, y and -y"},
      {edited("<coordinate>hip_x", "<coordinate>hip_w"), "no coordinate 'hip_w'"},
      {edited("name=\"hip_x\"", "name=\"hip_z\""), "a second coordinate of this name"},
      {edited("<prescribed>false", "<prescribed>true"), "is prescribed as a function of time"},
      {edited("<locked>false", "<locked>maybe"), "allowed are true and false"},
      {edited("name=\"plain_l\"", "name=\"quad_r\""), "a second muscle of this name"},
      {edited("<optimal_fiber_length>0.08", "<optimal_fiber_length>0"),
       "a number above 0 is needed"},
      {edited("<axis>0.6 0.8 0</axis>", "<axis>0 0 0</axis>"), "must not be zero"},
      {edited("<Coordinate name=\"hip_z\" />", ""), "has 2 coordinates; a GimbalJoint has 3"},
      {edited("<length_units>meters", "<length_units>furlongs"), "only meters are allowed"},
      {edited(
           "<TendonForceLengthCurve />",
           "<TendonForceLengthCurve><curviness>0.5</curviness></TendonForceLengthCurve>"),
       "give all three or none"},
      // a loop: the cap is attached to the shank and the thigh to the cap
      {edited(
           "<socket_parent_frame>/ground</socket_parent_frame>\n        "
           "<socket_child_frame>/bodyset/thigh",
           "<socket_parent_frame>/bodyset/shank</socket_parent_frame>\n        "
           "<socket_child_frame>/bodyset/thigh"),
       "hangs on itself"},
      {edited("<socket_child_frame>/bodyset/cap", "<socket_child_frame>/bodyset/shank"),
       "is the second joint"},
      {edited("<socket_child_frame>/bodyset/cap", "<socket_child_frame>/ground"),
       "exchange its two frames"},
      {edited(
           "<socket_parent>..</socket_parent>\n            <translation>0 -0.4",
           "<socket_parent>more</socket_parent>\n            <translation>0 -0.4"),
       "is its own parent"},
      {edited("<dependent_coordinate_name>cap_slide", "<dependent_coordinate_name>knee_angle"),
       "to itself"},
      {edited(
           "<independent_coordinate_names>knee_angle",
           "<independent_coordinate_names>knee_angle hip_x"),
       "one is needed"}};
  for (const auto& [text, expected] : cases) {
    const std::string given = message_of(text);
    EXPECT_NE(given.find(expected), std::string::npos)
        << "wanted: " << expected << "\ngiven:  " << given;
    EXPECT_NE(given.find("model.osim: "), std::string::npos) << given;
    EXPECT_EQ(given.find('\n'), std::string::npos) << given;
  }
}

TEST(OsimReader, WhatIsNoModelGetsOneClearLine) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "is empty"},
      {"time\tx\n0\t1\n", "is not XML"},
      {kSmallModel.substr(0, kSmallModel.size() / 2), "cut off"},
      {"<html></html>", "first element is <html>"},
      {"<OpenSimDocument Version=\"40000\"></OpenSimDocument>", "holds no <Model>"},
      {edited("Version=\"40000\"", "Version=\"30516\""), "versions 40000 to 40600"},
      {edited("Version=\"40000\"", "Version=\"50000\""), "versions 40000 to 40600"},
      {edited(" Version=\"40000\"", ""), "versions 40000 to 40600"}};
  for (const auto& [text, expected] : cases) {
    const std::string given = message_of(text);
    EXPECT_NE(given.find(expected), std::string::npos) << given;
    EXPECT_EQ(given.find('\n'), std::string::npos) << given;
  }
  EXPECT_THROW(read_osim(test::folder() / "absent.osim"), FileError);
  EXPECT_THROW(read_osim(test::folder()), FileError);
}

// closed forms of the simple joints' conventions (UniversalJoint x then y, PlanarJoint z after x
// and y, ...)
TEST(OsimReader, SimpleJointsMoveAsInOpenSim) {
  const auto body_pose = [](const std::string& kind, std::vector<double> values) {
    std::string coordinates;
    for (std::size_t i = 0; i < values.size(); ++i)
      coordinates += "<Coordinate name=\"c" + std::to_string(i) + "\" />";
    const std::string text =
        "<OpenSimDocument Version=\"40500\"><Model name=\"m\"><Ground name=\"ground\" /><BodySet><objects>"
        "<Body name=\"b\"><mass>1</mass></Body></objects></BodySet><JointSet><objects><" + kind +
        " name=\"j\"><socket_parent_frame>/ground</socket_parent_frame>"
        "<socket_child_frame>/bodyset/b</socket_child_frame><coordinates>" + coordinates +
        "</coordinates></" + kind + "></objects></JointSet></Model></OpenSimDocument>";
    const Model model = read_osim(write_file("joint.osim", text));
    BodyWorkspace work(model.skeleton);
    positions(model.skeleton, work, Eigen::Map<Eigen::VectorXd>(values.data(), std::ssize(values)));
    return work.bodies[1].X_WB;
  };
  const auto x = [](double a) { return rotation(Vec3::UnitX(), a); };
  const auto y = [](double a) { return rotation(Vec3::UnitY(), a); };
  const auto z = [](double a) { return rotation(Vec3::UnitZ(), a); };
  const auto expect_pose = [](const Pose& X, const Mat3& R, const Vec3& p) {
    EXPECT_LT((X.R - R).norm(), 1e-15);
    EXPECT_LT((X.p - p).norm(), 1e-15);
  };
  expect_pose(body_pose("PinJoint", {0.3}), z(0.3), Vec3::Zero());
  expect_pose(body_pose("SliderJoint", {0.3}), Mat3::Identity(), Vec3(0.3, 0, 0));
  expect_pose(body_pose("UniversalJoint", {0.3, 0.5}), x(0.3) * y(0.5), Vec3::Zero());
  expect_pose(body_pose("GimbalJoint", {0.3, 0.5, 0.7}), x(0.3) * y(0.5) * z(0.7), Vec3::Zero());
  expect_pose(body_pose("BallJoint", {0.3, 0.5, 0.7}), x(0.3) * y(0.5) * z(0.7), Vec3::Zero());
  expect_pose(body_pose("PlanarJoint", {0.3, 0.5, 0.7}), z(0.3), Vec3(0.5, 0.7, 0));
  expect_pose(
      body_pose("FreeJoint", {0.3, 0.5, 0.7, 1, 2, 3}), x(0.3) * y(0.5) * z(0.7), Vec3(1, 2, 3));
}

std::vector<std::string> header_of(
    const std::filesystem::path& csv, std::map<std::string, double>* first) {
  std::ifstream file(csv);
  std::string head, row, cell;
  std::getline(file, head);
  std::getline(file, row);
  std::vector<std::string> names;
  std::istringstream heads(head), cells(row);
  while (std::getline(heads, cell, ',')) {
    names.push_back(cell);
    std::getline(cells, cell, ',');
    (*first)[names.back()] = cell.empty() ? NAN : std::stod(cell);
  }
  return names;
}

struct Published {
  const char* model;
  int bodies, full, muscles, cylinders, sites;
  double mass;  // sum of the masses in the file
};

// counts and masses as OpenSim 4.6 reports them (getNumBodies, getNumCoordinates, ...,
// getTotalMass)
class PublishedModels : public testing::TestWithParam<Published> {};

TEST_P(PublishedModels, HaveTheSameCountsMassesAndCoordinates) {
  const Published& expected = GetParam();
  COXA_REQUIRE_REFERENCE(std::string(expected.model) + ".osim");
  const Model model = read_osim(test::reference_dir() / (std::string(expected.model) + ".osim"));
  const Skeleton& skeleton = model.skeleton;
  EXPECT_EQ(static_cast<int>(skeleton.bodies().size()), expected.bodies + 1);
  EXPECT_EQ(skeleton.nq_full(), expected.full);
  EXPECT_EQ(static_cast<int>(model.muscles.size()), expected.muscles);
  EXPECT_EQ(static_cast<int>(model.cylinders.size()), expected.cylinders);
  EXPECT_EQ(static_cast<int>(skeleton.sites().size()), expected.sites);
  EXPECT_NEAR(skeleton.total_mass(), expected.mass, 1e-9) << "rounding of a sum of 22 masses";

  // names and defaults of the full set as in OpenSim's own table of states
  const std::string name = std::filesystem::path(expected.model).filename().string();
  const auto states = test::reference_dir() / "opensim" / (name + "_states.csv");
  if (!std::filesystem::exists(states)) return;
  std::map<std::string, double> first;
  std::vector<std::string> names;
  for (const std::string& column : header_of(states, &first))
    if (column.starts_with("q:")) names.push_back(column.substr(2));
  // OpenSim orders by its tree, coxa by the file: compare as sets
  std::set<std::string> theirs(names.begin(), names.end()), ours;
  for (const Coordinate& c : skeleton.full_coordinates()) ours.insert(c.name);
  EXPECT_EQ(ours, theirs);
  const Eigen::VectorXd q = skeleton.default_position();
  for (int i = 0; i < skeleton.nq(); ++i)
    EXPECT_NEAR(q[i], first["q:" + skeleton.coordinate(i).name], 1e-12)
        << skeleton.coordinate(i).name;
}

INSTANTIATE_TEST_SUITE_P(
    OsimReader,
    PublishedModels,
    testing::Values(
        Published{"models/RajagopalLaiUhlrich2023", 22, 39, 80, 44, 66, 75.337},
        Published{"models/gait2392_millard2012muscle", 12, 23, 92, 0, 0, 75.1646},
        Published{"squat/manually_scaled", 22, 35, 80, 44, 49, 62.6}));

// the default pose, which depends on everything that was read, against OpenSim's values
TEST(OsimReader, BodiesOfTheDefaultPoseAreWhereOpenSimPutsThem) {
  COXA_REQUIRE_REFERENCE("opensim/RajagopalLaiUhlrich2023_bodies.csv");
  for (const char* name : {"RajagopalLaiUhlrich2023", "gait2392_millard2012muscle"}) {
    const Model model = read_osim(test::reference_dir() / "models" / (std::string(name) + ".osim"));
    BodyWorkspace work(model.skeleton);
    positions(model.skeleton, work, model.skeleton.default_position());
    std::ifstream file(test::reference_dir() / "opensim" / (std::string(name) + "_bodies.csv"));
    std::string line;
    std::getline(file, line);
    ASSERT_TRUE(line.starts_with("state,body,")) << line;
    int seen = 0;
    while (std::getline(file, line)) {
      std::istringstream cells(line);
      std::string state, body, cell;
      std::getline(cells, state, ',');
      std::getline(cells, body, ',');
      if (state != "0") continue;
      Vec3 center;
      for (int i = 0; i < 3; ++i) {
        std::getline(cells, cell, ',');
        center[i] = std::stod(cell);
      }
      const int b = model.skeleton.body_index(body);
      const Vec3 ours = work.bodies[b].X_WB * model.skeleton.bodies()[b].center_of_mass;
      EXPECT_LT((ours - center).norm(), 1e-9) << name << " " << body;
      ++seen;
    }
    EXPECT_EQ(seen, static_cast<int>(model.skeleton.bodies().size()) - 1) << name;
  }
}

}  // namespace
}  // namespace coxa
