#include "coxa/io/sto.hpp"

#include <numbers>

#include <gtest/gtest.h>

#include "coxa/io/osim.hpp"
#include "coxa/math/error.hpp"

#include "small_model.hpp"
#include "support/paths.hpp"

namespace coxa {
namespace {

using test::write_file;

const std::string kGood =
    "motion\nversion=1\nnRows=2\nnColumns=3\ninDegrees=yes\n\nsome prose\nendheader\n"
    "time\thip_x\tknee_angle\n0 1 2\n  0.5\t-3e-2\tNaN\n";

std::string message_of(const std::string& text, AngleUnit unit = AngleUnit::as_declared) {
  try {
    read_sto(write_file("table.mot", text), unit);
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(Sto, ReadsHeaderNamesAndNumbers) {
  const TimeTable table = read_sto(write_file("table.mot", kGood));
  EXPECT_EQ(table.name, "motion");
  EXPECT_TRUE(table.in_degrees);
  EXPECT_EQ(table.columns, (std::vector<std::string>{"hip_x", "knee_angle"}));
  EXPECT_EQ(table.time, Eigen::Vector2d(0, 0.5));
  EXPECT_EQ(table.values(1, 0), -0.03);
  EXPECT_TRUE(std::isnan(table.values(1, 1)));
  EXPECT_EQ(table.column("knee_angle"), 1);
  EXPECT_THROW(table.column("knee_angel"), UnknownName);
}

TEST(Sto, WindowsLineEndsAreWhiteSpace) {
  std::string text;
  for (const char c : kGood) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(read_sto(write_file("table.mot", text)).values(0, 1), 2);
}

TEST(Sto, AFileWithoutUnitIsRefusedUnlessTheCallerSays) {
  const std::string text = replaced(kGood, "inDegrees=yes\n", "");
  EXPECT_NE(message_of(text).find("does not say inDegrees"), std::string::npos) << message_of(text);
  EXPECT_EQ(message_of(text, AngleUnit::degrees), "no error");
  EXPECT_FALSE(read_sto(write_file("table.mot", text), AngleUnit::radians).in_degrees);
  EXPECT_NE(
      message_of(kGood, AngleUnit::radians).find("declares inDegrees=yes"), std::string::npos);
}

TEST(Sto, DamageGetsOneClearLine) {
  const std::pair<std::string, std::string> cases[] = {
      {replaced(kGood, "endheader", "enheader"), "endheader"},
      {kGood.substr(0, kGood.find("time")), "no line of column names"},
      {kGood.substr(0, kGood.find("  0.5")), "declares 2 rows but has 1"},
      {kGood.substr(0, kGood.find("\tNaN")), "has 2 numbers; 3 columns"},
      {replaced(kGood, "nColumns=3", "nColumns=4"), "declares 4 columns but names 3"},
      {replaced(kGood, "nRows=2", "nRows=two"), "a count is needed"},
      {replaced(kGood, "inDegrees=yes", "inDegrees=maybe"), "allowed are yes and no"},
      {replaced(kGood, "0.5", "0"), "it must rise"},
      {replaced(kGood, "0 1 2", "0 1 x2"), "'x2' is not a number"},
      {replaced(kGood, "knee_angle", "hip_x"), "appears twice"},
      {replaced(kGood, "time\t", "when\t"), "it must be time"},
      {"", "endheader"}};
  for (const auto& [text, expected] : cases) {
    const std::string given = message_of(text);
    EXPECT_NE(given.find(expected), std::string::npos) << given;
    EXPECT_EQ(given.find('\n'), std::string::npos) << given;
  }
  EXPECT_THROW(read_sto(test::folder() / "absent.mot"), FileError);
  EXPECT_THROW(read_sto(test::folder()), FileError);
}

TEST(Sto, WhatIsWrittenReadsBackToTheSameBits) {
  TimeTable table;
  table.name = "round trip";
  table.in_degrees = true;
  table.columns = {"a", "/b/c"};
  table.time = Eigen::Vector3d(0, 1.0 / 3, 1e9);
  table.values.resize(3, 2);
  table.values << 1.0 / 7, -0.0, 1e-308, 1.7e308, std::numbers::pi, -2.5;
  const auto path = test::folder() / "out.sto";
  write_sto(table, path);
  const TimeTable back = read_sto(path);
  EXPECT_EQ(back.name, table.name);
  EXPECT_EQ(back.in_degrees, table.in_degrees);
  EXPECT_EQ(back.columns, table.columns);
  EXPECT_EQ(back.time, table.time);
  EXPECT_EQ(back.values, table.values);
}

TEST(Sto, WritingRefusesWhatTheFormatCannotHold) {
  TimeTable table;
  table.time = Eigen::Vector2d(0, 1);
  table.values = Eigen::MatrixXd::Zero(2, 1);
  table.columns = {"two words"};
  EXPECT_THROW(write_sto(table, test::folder() / "out.sto"), InvalidArgument);
  table.columns = {};
  EXPECT_THROW(write_sto(table, test::folder() / "out.sto"), InvalidArgument);
  table.columns = {"a"};
  EXPECT_THROW(write_sto(table, test::folder() / "no_such_folder" / "out.sto"), FileError);
  EXPECT_THROW(write_sto(table, test::folder()), FileError);
}

TEST(Sto, CoordinatesComeOutInRadiansAndMetres) {
  const Model model = read_osim(write_file("small.osim", test::kSmallModel));
  const std::string text =
      "m\nnRows=1\nnColumns=4\ninDegrees=yes\nendheader\n"
      "time /jointset/knee/knee_angle/value hip_z hip_x\n0 -90 45 180\n";
  const Eigen::MatrixXd q = coordinate_values(read_sto(write_file("m.mot", text)), model.skeleton);
  ASSERT_EQ(q.rows(), model.skeleton.nq());
  EXPECT_DOUBLE_EQ(q(model.skeleton.coordinate_index("knee_angle"), 0), -std::numbers::pi / 2);
  EXPECT_DOUBLE_EQ(q(model.skeleton.coordinate_index("hip_x"), 0), std::numbers::pi);
  EXPECT_DOUBLE_EQ(q(model.skeleton.coordinate_index("hip_z"), 0), std::numbers::pi / 4);

  const std::string less = "m\ninDegrees=no\nendheader\ntime hip_z\n0 1\n";
  try {
    coordinate_values(read_sto(write_file("m.mot", less)), model.skeleton);
    FAIL() << "columns are missing";
  } catch (const UnknownName& error) {
    EXPECT_NE(std::string(error.what()).find("knee_angle, hip_x"), std::string::npos)
        << error.what();
  }
}

TEST(Sto, ReadsMeasuredMotionsAndForces) {
  COXA_REQUIRE_REFERENCE("squat/squats1_grf.mot");
  const auto folder = test::reference_dir();
  const TimeTable motion = read_sto(folder / "squat/squats1_manual_scaling_ik.mot");
  EXPECT_TRUE(motion.in_degrees);
  EXPECT_EQ(motion.time.size(), 1346);
  EXPECT_EQ(motion.columns.size(), 35u);
  const Model model = read_osim(folder / "squat/manually_scaled.osim");
  EXPECT_EQ(coordinate_values(motion, model.skeleton).cols(), 1346);

  // force files lack the flag; their README gives the range of the vertical force as 391 to 734 N
  EXPECT_THROW(read_sto(folder / "squat/squats1_grf.mot"), FileError);
  const TimeTable forces = read_sto(folder / "squat/squats1_grf.mot", AngleUnit::radians);
  const Eigen::VectorXd vertical = forces.values.col(forces.column("ground_force_1_vy"))
                                   + forces.values.col(forces.column("ground_force_2_vy"));
  EXPECT_NEAR(vertical.minCoeff(), 391, 0.5);
  EXPECT_NEAR(vertical.maxCoeff(), 734, 0.5);
  EXPECT_FALSE(read_sto(folder / "opensim/gait2392_walk/joint_reactions.sto").in_degrees);
}

}  // namespace
}  // namespace coxa
