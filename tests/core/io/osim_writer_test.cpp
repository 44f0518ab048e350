#include <fstream>
#include <iterator>
#include <numbers>

#include <gtest/gtest.h>

#include "coxa/body/dynamics.hpp"
#include "coxa/io/osim.hpp"
#include "coxa/io/sha256.hpp"
#include "coxa/math/error.hpp"

#include "small_model.hpp"
#include "support/paths.hpp"

namespace coxa {
namespace {

using test::kSmallModel;
using test::write_file;

// orientations are converted to three angles and back: a few rounding errors
constexpr double kRotation = 4e-15;

void expect_equal(const Function& a, const Function& b) {
  EXPECT_EQ(a.kind(), b.kind());
  EXPECT_EQ(a.coefficients(), b.coefficients());
  EXPECT_EQ(a.knots(), b.knots());
}

void expect_equal(const Pose& a, const Pose& b) {
  EXPECT_EQ(a.p, b.p);
  EXPECT_LT((a.R - b.R).cwiseAbs().maxCoeff(), kRotation);
}

std::vector<double> flat(const MuscleCurves& c) {
  const auto& a = c.active_parameters;
  const auto& v = c.velocity_parameters;
  const auto& p = c.passive_parameters;
  const auto& t = c.tendon_parameters;
  return {
      a.min_norm_active_fiber_length,
      a.transition_norm_fiber_length,
      a.max_norm_active_fiber_length,
      a.shallow_ascending_slope,
      a.minimum_value,
      v.concentric_slope_at_vmax,
      v.concentric_slope_near_vmax,
      v.isometric_slope,
      v.eccentric_slope_at_vmax,
      v.eccentric_slope_near_vmax,
      v.max_eccentric_velocity_force_multiplier,
      v.concentric_curviness,
      v.eccentric_curviness,
      p.strain_at_zero_force,
      p.strain_at_one_norm_force,
      p.stiffness_at_low_force,
      p.stiffness_at_one_norm_force,
      p.curviness,
      t.strain_at_one_norm_force,
      t.stiffness_at_one_norm_force,
      t.norm_force_at_toe_end,
      t.curviness};
}

const WrapCylinder& cylinder_named(const Model& model, const std::string& name) {
  for (const WrapCylinder& c : model.cylinders)
    if (c.name == name) return c;
  throw UnknownName("no cylinder " + name);
}

void expect_equal(const Model& a, const Model& b) {
  EXPECT_EQ(a.name, b.name);
  const Skeleton& s = a.skeleton;
  const Skeleton& t = b.skeleton;
  EXPECT_EQ(s.gravity(), t.gravity());

  ASSERT_EQ(s.nq_full(), t.nq_full());
  for (int i = 0; i < s.nq_full(); ++i) {
    const Coordinate& c = s.full_coordinates()[i];
    const Coordinate& d = t.full_coordinates()[i];
    EXPECT_EQ(c.name, d.name);
    EXPECT_EQ(c.rotational, d.rotational) << c.name;
    EXPECT_EQ(c.default_value, d.default_value) << c.name;
    EXPECT_EQ(c.lower, d.lower) << c.name;
    EXPECT_EQ(c.upper, d.upper) << c.name;
    EXPECT_EQ(c.locked, d.locked) << c.name;
  }
  ASSERT_EQ(s.couplings().size(), t.couplings().size());
  for (std::size_t i = 0; i < s.couplings().size(); ++i) {
    EXPECT_EQ(s.couplings()[i].dependent, t.couplings()[i].dependent);
    EXPECT_EQ(s.couplings()[i].independent, t.couplings()[i].independent);
    expect_equal(s.couplings()[i].function, t.couplings()[i].function);
  }
  ASSERT_EQ(s.bodies().size(), t.bodies().size());
  for (std::size_t i = 0; i < s.bodies().size(); ++i) {
    SCOPED_TRACE(s.bodies()[i].name);
    const Body& c = s.bodies()[i];
    const Body& d = t.bodies()[i];
    EXPECT_EQ(c.name, d.name);
    EXPECT_EQ(c.joint, d.joint);
    EXPECT_EQ(c.parent, d.parent);
    EXPECT_EQ(c.mass, d.mass);
    EXPECT_EQ(c.center_of_mass, d.center_of_mass);
    EXPECT_EQ(c.inertia, d.inertia);
    expect_equal(c.X_PF, d.X_PF);
    expect_equal(c.X_BM, d.X_BM);
    ASSERT_EQ(c.axes.size(), d.axes.size());
    for (std::size_t k = 0; k < c.axes.size(); ++k) {
      EXPECT_EQ(c.axes[k].rotational, d.axes[k].rotational);
      EXPECT_EQ(c.axes[k].direction, d.axes[k].direction);
      EXPECT_EQ(c.axes[k].coordinate, d.axes[k].coordinate);
      expect_equal(c.axes[k].function, d.axes[k].function);
    }
  }
  ASSERT_EQ(s.sites().size(), t.sites().size());
  for (std::size_t i = 0; i < s.sites().size(); ++i) {
    EXPECT_EQ(s.sites()[i].name, t.sites()[i].name);
    EXPECT_EQ(s.sites()[i].body, t.sites()[i].body);
    EXPECT_EQ(s.sites()[i].p_B, t.sites()[i].p_B);
  }

  ASSERT_EQ(a.cylinders.size(), b.cylinders.size());
  for (const WrapCylinder& c : a.cylinders) {
    const WrapCylinder& d = cylinder_named(b, c.name);
    EXPECT_EQ(c.body, d.body);
    expect_equal(c.X_BC, d.X_BC);
    EXPECT_EQ(c.radius, d.radius);
    EXPECT_EQ(c.length, d.length);
    EXPECT_EQ(c.quadrant, d.quadrant);
    EXPECT_EQ(c.active, d.active);
  }
  ASSERT_EQ(a.muscles.size(), b.muscles.size());
  for (std::size_t i = 0; i < a.muscles.size(); ++i) {
    const Muscle& m = a.muscles[i];
    const Muscle& n = b.muscles[i];
    SCOPED_TRACE(m.name);
    EXPECT_EQ(m.name, n.name);
    EXPECT_EQ(m.max_isometric_force, n.max_isometric_force);
    EXPECT_EQ(m.optimal_fiber_length, n.optimal_fiber_length);
    EXPECT_EQ(m.tendon_slack_length, n.tendon_slack_length);
    EXPECT_EQ(m.pennation_at_optimal, n.pennation_at_optimal);
    EXPECT_EQ(m.max_contraction_velocity, n.max_contraction_velocity);
    EXPECT_EQ(m.minimum_activation, n.minimum_activation);
    EXPECT_EQ(flat(m.curves), flat(n.curves));
    ASSERT_EQ(m.path.points.size(), n.path.points.size());
    for (std::size_t k = 0; k < m.path.points.size(); ++k) {
      const PathPoint& p = m.path.points[k];
      const PathPoint& q = n.path.points[k];
      EXPECT_EQ(p.name, q.name);
      EXPECT_EQ(p.kind, q.kind);
      EXPECT_EQ(p.body, q.body);
      EXPECT_EQ(p.p_B, q.p_B);
      EXPECT_EQ(p.coordinate, q.coordinate);
      EXPECT_EQ(p.lower, q.lower);
      EXPECT_EQ(p.upper, q.upper);
      for (int j = 0; j < 3; ++j) {
        EXPECT_EQ(p.moving[j].coordinate, q.moving[j].coordinate);
        expect_equal(p.moving[j].function, q.moving[j].function);
      }
    }
    ASSERT_EQ(m.path.wraps.size(), n.path.wraps.size());
    for (std::size_t k = 0; k < m.path.wraps.size(); ++k) {
      EXPECT_EQ(
          a.cylinders[m.path.wraps[k].cylinder].name, b.cylinders[n.path.wraps[k].cylinder].name);
      EXPECT_EQ(m.path.wraps[k].first_point, n.path.wraps[k].first_point);
      EXPECT_EQ(m.path.wraps[k].last_point, n.path.wraps[k].last_point);
    }
  }
  ASSERT_EQ(a.actuators.size(), b.actuators.size());
  for (std::size_t i = 0; i < a.actuators.size(); ++i) {
    EXPECT_EQ(a.actuators[i].name, b.actuators[i].name);
    EXPECT_EQ(a.actuators[i].coordinate, b.actuators[i].coordinate);
    EXPECT_EQ(a.actuators[i].lower, b.actuators[i].lower);
    EXPECT_EQ(a.actuators[i].upper, b.actuators[i].upper);
  }
  ASSERT_EQ(a.groups.size(), b.groups.size());
  for (std::size_t i = 0; i < a.groups.size(); ++i) {
    EXPECT_EQ(a.groups[i].name, b.groups[i].name);
    EXPECT_EQ(a.groups[i].side, b.groups[i].side);
    EXPECT_EQ(a.groups[i].muscles, b.groups[i].muscles);
  }
}

void expect_round_trip(const std::filesystem::path& path) {
  const Model model = read_osim(path);
  const auto copy = test::folder() / "copy.osim";
  write_osim(model, copy);
  const Model again = read_osim(copy);
  EXPECT_TRUE(again.warnings.empty()) << again.warnings.front();
  expect_equal(model, again);
}

TEST(OsimWriter, SmallModelReadsBackEqual) {
  expect_round_trip(write_file("small.osim", kSmallModel));
}

TEST(OsimWriter, OurModelReadsBackEqual) {
  const auto path = test::data_dir() / "models" / "coxa_fullbody.osim";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path << " yet";
  expect_round_trip(path);
}

class PublishedFiles : public testing::TestWithParam<const char*> {};

TEST_P(PublishedFiles, ReadBackEqual) {
  COXA_REQUIRE_REFERENCE(GetParam());
  expect_round_trip(test::reference_dir() / GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    OsimWriter,
    PublishedFiles,
    testing::Values(
        "models/RajagopalLaiUhlrich2023.osim",
        "models/gait2392_millard2012muscle.osim",
        "squat/manually_scaled.osim"));

TEST(OsimWriter, WritingTwiceGivesTheSameBytes) {
  const Model model = read_osim(write_file("small.osim", kSmallModel));
  const auto bytes = [](const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  write_osim(model, test::folder() / "a.osim");
  write_osim(model, test::folder() / "b.osim");
  EXPECT_GT(bytes(test::folder() / "a.osim").size(), 1000u);
  EXPECT_EQ(bytes(test::folder() / "a.osim"), bytes(test::folder() / "b.osim"));
}

// where the middle angle is a right angle the other two are not unique, but the rotation must be
// reproduced
TEST(OsimWriter, RightAnglesKeepTheirOrientation) {
  for (const double y : {0.5 * std::numbers::pi, -0.5 * std::numbers::pi, 1.5707963})
    for (const double x : {-3.0, -0.4, 0.0, 1.2, 3.1})
      for (const double z : {-2.0, 0.0, 0.7, 3.0}) {
        const Mat3 R = rotation_xyz(Vec3(x, y, z));
        EXPECT_LT((rotation_xyz(angles_xyz(R)) - R).cwiseAbs().maxCoeff(), 1e-15)
            << x << " " << y << " " << z;
      }
}

Model chain(std::vector<JointAxis> axes, int coordinates) {
  std::vector<Coordinate> full;
  for (int i = 0; i < coordinates; ++i)
    full.push_back({.name = "c" + std::to_string(i), .lower = -1, .upper = 1});
  std::vector<Body> bodies(2);
  bodies[0].name = "ground";
  bodies[1].name = "b";
  bodies[1].parent = 0;
  bodies[1].mass = 1;
  bodies[1].inertia = Mat3::Identity();
  bodies[1].axes = std::move(axes);
  return {
      .name = "chain",
      .skeleton = Skeleton(bodies, full, {}, {}, Vec3(0, -9.81, 0)),
      .cylinders = {},
      .muscles = {},
      .actuators = {},
      .groups = {},
      .source = "",
      .sha256 = ""};
}

TEST(OsimWriter, RefusesWhatTheFormatCannotHold) {
  const auto path = test::folder() / "out.osim";
  const JointAxis turn{true, Vec3::UnitX(), 0, Function::linear(1, 0)};
  const JointAxis slide{false, Vec3::UnitX(), 0, Function::linear(1, 0)};
  EXPECT_NO_THROW(write_osim(chain({slide, turn}, 1), path));
  EXPECT_THROW(write_osim(chain({turn, slide}, 1), path), InvalidArgument);
  EXPECT_THROW(write_osim(chain({turn, turn, turn, turn}, 1), path), InvalidArgument);
  EXPECT_THROW(write_osim(chain({turn}, 2), path), InvalidArgument) << "c1 moves nothing";
  EXPECT_THROW(write_osim(chain({turn}, 1), test::folder() / "absent" / "out.osim"), FileError);
  EXPECT_THROW(write_osim(chain({turn}, 1), test::folder()), FileError);
}

TEST(OsimWriter, AJointWithConstantAxesOnlyIsWelded) {
  const JointAxis lift{false, Vec3::UnitY(), -1, Function::constant(0.5)};
  const JointAxis turn{true, Vec3::UnitZ(), -1, Function::constant(0.3)};
  const auto path = test::folder() / "weld.osim";
  write_osim(chain({lift, turn}, 0), path);
  const Model model = read_osim(path);
  BodyWorkspace work(model.skeleton);
  positions(model.skeleton, work, Eigen::VectorXd(0));
  EXPECT_LT((work.bodies[1].X_WB.p - Vec3(0, 0.5, 0)).norm(), 1e-15);
  EXPECT_LT((work.bodies[1].X_WB.R - rotation(Vec3::UnitZ(), 0.3)).norm(), 1e-15);
}

}  // namespace
}  // namespace coxa
