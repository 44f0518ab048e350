// Bands, cables and hanging loads: each against statics or differences computed here.

#include "core/setting/elements.hpp"

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "coxa/frame/frame_solver.hpp"
#include "coxa/study/simulate.hpp"

#include "core/support/hip_thrust.hpp"
#include "support/matrices.hpp"

namespace coxa {
namespace {

using test::dumbbell;
using test::full_body;
using test::hip_thrust_trial;
using test::matrices_near;
using test::place;
using test::site;
using test::stack;
using test::thigh_band;

constexpr double kGravity = 9.80665;  // m/s2
const Vec3 kFall(0, -kGravity, 0);

// gradient of a function of the posture by central differences
Eigen::VectorXd gradient(
    const std::function<double(const Eigen::VectorXd&)>& f, const Eigen::VectorXd& q) {
  const double h = 1e-6;  // rad or m: rounding and truncation both below 1e-9 of the value's scale
  Eigen::VectorXd g(q.size());
  for (int i = 0; i < q.size(); ++i) {
    Eigen::VectorXd up = q;
    Eigen::VectorXd down = q;
    up[i] += h;
    down[i] -= h;
    g[i] = (f(up) - f(down)) / (2 * h);
  }
  return g;
}

// first and second time derivative from seven points
struct Rates {
  Eigen::VectorXd first, second;
};
Rates rates(const std::function<Eigen::VectorXd(double)>& f) {
  const double h = 4e-3;  // s: error h^6, 1e-13 of the change in a second
  const double w1[] = {-1.0 / 60, 3.0 / 20, -3.0 / 4, 0, 3.0 / 4, -3.0 / 20, 1.0 / 60};
  const double w2[] = {1.0 / 90, -3.0 / 20, 3.0 / 2, -49.0 / 18, 3.0 / 2, -3.0 / 20, 1.0 / 90};
  const long n = f(0).size();
  Rates r{Eigen::VectorXd::Zero(n), Eigen::VectorXd::Zero(n)};
  for (int k = 0; k < 7; ++k) {
    const Eigen::VectorXd x = f((k - 3) * h);
    r.first += w1[k] / h * x;
    r.second += w2[k] / (h * h) * x;
  }
  return r;
}

// a smooth motion of all coordinates about a posture with every joint bent
struct Swing {
  Eigen::VectorXd middle = full_body().skeleton.default_position();
  Eigen::VectorXd amplitude, phase;

  Swing() {
    const int n = static_cast<int>(middle.size());
    amplitude.resize(n);
    phase.resize(n);
    for (int i = 0; i < n; ++i) {
      amplitude[i] = 0.08 + 0.004 * (i % 7);
      phase[i] = 0.7 * i;
      middle[i] += 0.15;
    }
  }
  static constexpr double kRate = 3;  // rad/s
  Eigen::VectorXd q(double t) const {
    return middle + Eigen::VectorXd(amplitude.array() * (kRate * t + phase.array()).sin());
  }
  Eigen::VectorXd v(double t) const {
    return kRate * Eigen::VectorXd(amplitude.array() * (kRate * t + phase.array()).cos());
  }
  Eigen::VectorXd vdot(double t) const {
    return -kRate * kRate * Eigen::VectorXd(amplitude.array() * (kRate * t + phase.array()).sin());
  }
};

Trial only_body() {
  Trial trial;
  trial.model = &full_body();
  return trial;
}

// contribution of a trial's elements to the required generalized forces
Eigen::VectorXd added(const Trial& trial, double t, bool inertia = true) {
  SimulateOptions options;
  options.inertia = inertia;
  const Trial bare = only_body();
  FrameSolver with(trial, options);
  FrameSolver without(bare, options);
  const Swing swing;
  with.prepare(swing.q(t), swing.v(t), swing.vdot(t));
  without.prepare(swing.q(t), swing.v(t), swing.vdot(t));
  return with.required() - without.required();
}

TEST(BandMaterial, RisesFromZeroThroughItsPointsAndNeverFalls) {
  const BandMaterial blue = thera_band("blue");
  EXPECT_EQ(strand_tension(blue, -0.5), 0);
  EXPECT_EQ(strand_tension(blue, 0), 0);
  EXPECT_LT(strand_tension(blue, 1e-9), 1e-6);
  for (std::size_t i = 0; i < blue.elongation.size(); ++i) {
    EXPECT_NEAR(strand_tension(blue, blue.elongation[i]), blue.force[i], 1e-12);
    EXPECT_NEAR(strand_tension(blue, blue.elongation[i] - 1e-9), blue.force[i], 1e-6);
  }
  double before = 0;
  for (double x = 0.01; x < 3; x += 0.01) {
    EXPECT_GT(strand_tension(blue, x), before) << x;
    before = strand_tension(blue, x);
  }
}

TEST(BandMaterial, SlopesAreContinuous) {
  const BandMaterial blue = thera_band("blue");
  const double h = 1e-6;
  for (const double x : blue.elongation) {
    const double before = (strand_tension(blue, x) - strand_tension(blue, x - h)) / h;
    const double after = (strand_tension(blue, x + h) - strand_tension(blue, x)) / h;
    EXPECT_NEAR(after, before, 1e-3) << x;  // N; curvature times h
  }
}

TEST(BandMaterial, BlueIsNearThePublishedRegression) {
  // Uchida et al. (2016): F[kgf] = 1.14 + 1.216 elongation, r2 = 0.958 over 25 to 250 %
  const BandMaterial blue = thera_band("blue");
  for (double x = 0.25; x <= 2.5; x += 0.05)
    EXPECT_NEAR(strand_tension(blue, x), (1.14 + 1.216 * x) * kGravity, 3) << x;
}

TEST(BandMaterial, ColoursGrowAsMeasuredElsewhere) {
  double before = 0;
  for (const std::string colour :
       {"tan", "yellow", "red", "green", "blue", "black", "silver", "gold"}) {
    const double force = strand_tension(thera_band(colour), 1);
    EXPECT_GT(force, before) << colour;
    before = force;
  }
  // Santos et al. (2009) Rev Bras Fisioter 13:521: gold is 5.13 times tan
  EXPECT_NEAR(before / strand_tension(thera_band("tan"), 1), 5.13, 0.2 * 5.13);
  try {
    thera_band("gren");
    FAIL() << "accepted";
  } catch (const UnknownName& error) {
    EXPECT_NE(std::string(error.what()).find("'green'"), std::string::npos) << error.what();
  }
}

TEST(Band, ForcesAreTheGradientOfItsEnergy) {
  Trial trial = only_body();
  trial.setting.bands = {thigh_band()};
  const Band& band = trial.setting.bands[0];
  const auto energy = [&](const Eigen::VectorXd& q) {
    const double distance = (place(q, band.a) - place(q, band.b)).norm();
    const double most = (distance + 0.05) / 0.06 - 1;
    const int n = 4000;  // Simpson's rule, almost exact within each of the curve's cubics
    double integral = 0;
    for (int i = 0; i < n; ++i) {
      const double a = most * i / n;
      const double b = most * (i + 1) / n;
      integral +=
          (b - a) / 6
          * (strand_tension(band.material, a) + 4 * strand_tension(band.material, (a + b) / 2)
             + strand_tension(band.material, b));
    }
    return 2 * 0.06 * integral;
  };
  const Eigen::VectorXd expected = gradient(energy, Swing().q(0));
  EXPECT_GT(expected.cwiseAbs().maxCoeff(), 5);
  EXPECT_TRUE(matrices_near(added(trial, 0), expected, 1e-6));
}

TEST(Band, SlackItDoesNothing) {
  Trial trial = only_body();
  trial.setting.bands = {thigh_band()};
  trial.setting.bands[0].rest_length = 2;
  EXPECT_TRUE(matrices_near(added(trial, 0), Eigen::VectorXd::Zero(full_body().skeleton.nq()), 0));
}

TEST(Band, ToTheWorldPullsOnlyTheBody) {
  Trial trial = only_body();
  trial.setting.bands = {thigh_band()};
  trial.setting.bands[0].b = {0, Vec3(0.5, 2.5, 0)};
  EXPECT_EQ(load_names(trial), std::vector<std::string>{"loop_on_femur_r"});
  FrameSolver solver(trial, SimulateOptions{});
  const Swing swing;
  solver.prepare(swing.q(0), swing.v(0), swing.vdot(0));
  ASSERT_EQ(solver.loads().size(), 1u);
  const Vec3 line = Vec3(0.5, 2.5, 0) - place(swing.q(0), trial.setting.bands[0].a);
  const double tension =
      2 * strand_tension(trial.setting.bands[0].material, (line.norm() + 0.05) / 0.06 - 1);
  EXPECT_TRUE(matrices_near(solver.loads()[0].force, tension * line.normalized(), 1e-9));
}

TEST(Cable, HoldsTheStackUpWhenStill) {
  for (const double ratio : {1.0, 0.5, 2.0}) {
    Trial trial = only_body();
    trial.setting.cables = {stack(ratio)};
    const auto height = [&](const Eigen::VectorXd& q) {
      return ratio
             * (place(q, trial.setting.cables[0].point) - trial.setting.cables[0].anchor).norm();
    };
    const Eigen::VectorXd expected = 20 * kGravity * gradient(height, Swing().q(0.1));
    EXPECT_TRUE(matrices_near(added(trial, 0.1, false), expected, 1e-6)) << ratio;
  }
}

TEST(Cable, AcceleratesTheStack) {
  const Swing swing;
  for (const double ratio : {1.0, 0.5}) {
    Trial trial = only_body();
    trial.setting.cables = {stack(ratio)};
    const auto length = [&](const Eigen::VectorXd& q) {
      return (place(q, trial.setting.cables[0].point) - trial.setting.cables[0].anchor).norm();
    };
    for (const double t : {0.0, 0.3, 0.8}) {
      const double second_rate = rates([&](double dt) {
                                   return Eigen::VectorXd::Constant(1, length(swing.q(t + dt)));
                                 }).second[0];
      const double tension = ratio * 20 * (kGravity + ratio * second_rate);
      EXPECT_GT(std::abs(second_rate), 0.1);
      const Eigen::VectorXd expected = tension * gradient(length, swing.q(t));
      EXPECT_TRUE(matrices_near(added(trial, t), expected, 1e-6)) << t;
    }
  }
}

TEST(Cable, SlackItDoesNothing) {
  Trial trial = only_body();
  trial.setting.cables = {stack(1)};
  FrameSolver solver(trial, SimulateOptions{});
  const Swing swing;
  // towards the pulley faster than the stack falls
  const ContactPoint& point = trial.setting.cables[0].point;
  const auto length = [&](const Eigen::VectorXd& q) {
    return (place(q, point) - trial.setting.cables[0].anchor).norm();
  };
  const Eigen::VectorXd slope = gradient(length, swing.q(0));
  const Eigen::VectorXd still = Eigen::VectorXd::Zero(slope.size());
  solver.prepare(swing.q(0), still, -2 * kGravity / slope.squaredNorm() * slope);
  EXPECT_EQ(solver.loads()[0].force.norm(), 0);
  solver.prepare(swing.q(0), still, -0.5 * kGravity / slope.squaredNorm() * slope);
  EXPECT_NEAR(solver.loads()[0].force.norm(), 10 * kGravity, 1e-6);
}

TEST(HangingLoad, AddsItsWeightAndInertiaAtItsPointAndNoMoment) {
  Trial trial = only_body();
  trial.setting.loads = {dumbbell()};
  const ContactPoint point{trial.setting.loads[0].carrier, trial.setting.loads[0].X_BL.p};
  const Swing swing;
  for (const double t : {0.0, 0.5}) {
    const Vec3 acceleration =
        rates([&](double dt) -> Eigen::VectorXd { return place(swing.q(t + dt), point); }).second;
    Eigen::VectorXd expected = Eigen::VectorXd::Zero(swing.middle.size());
    for (int axis = 0; axis < 3; ++axis)
      expected +=
          12 * (acceleration - kFall)[axis]
          * gradient([&](const Eigen::VectorXd& q) { return place(q, point)[axis]; }, swing.q(t));
    EXPECT_TRUE(matrices_near(added(trial, t), expected, 1e-5)) << t;  // 200 N, by differences
  }
}

TEST(Elements, TotalWrenchIsTheRateOfMomentum) {
  // everything together: the floating base must supply the rate of momentum less weight and
  // external forces
  Trial trial = only_body();
  trial.setting.loads = {
      dumbbell(), barbell(40, full_body().skeleton.body_index("pelvis"), Vec3(0.1, 0, 0))};
  trial.setting.bands = {thigh_band(), thigh_band()};
  trial.setting.bands[1].name = "post";
  trial.setting.bands[1].b = {0, Vec3(0.5, 2.5, 0)};
  trial.setting.cables = {stack(0.5)};
  FrameSolver solver(trial, SimulateOptions{});
  const Swing swing;
  const auto momentum = [&](double t) -> Eigen::VectorXd {
    solver.prepare(swing.q(t), swing.v(t), swing.vdot(t));
    const Momentum m = solver.momentum();
    Eigen::VectorXd all(6);
    all << m.linear, m.angular;
    return all;
  };
  const Eigen::VectorXd rate = rates(momentum).first;
  solver.prepare(swing.q(0), swing.v(0), swing.vdot(0));
  const Momentum m = solver.momentum();
  EXPECT_NEAR(m.mass, full_body().skeleton.total_mass() + 52, 1e-9);
  Wrench outside = Wrench::at(m.center_of_mass, m.mass * kFall);
  const std::vector<std::string> names = load_names(trial);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == "post_on_femur_r" || names[i] == "stack")
      outside += Wrench::at(solver.loads()[i].position, solver.loads()[i].force);
  const Wrench& base = solver.body().bodies[0].F;
  EXPECT_TRUE(matrices_near(base.force + outside.force, rate.head<3>(), 1e-6));
  EXPECT_TRUE(matrices_near(base.moment + outside.moment, rate.tail<3>(), 1e-6));
}

TEST(Elements, AStillTrialBalancesFromItsDatasetAlone) {
  Trial trial = hip_thrust_trial({{"load", 40}}, 9);
  trial.setting.bands = {thigh_band(), thigh_band()};
  trial.setting.bands[1] = {
      .name = "post",
      .a = site("knee_r"),
      .b = {0, Vec3(1.2, 0.3, 0.3)},
      .rest_length = 0.3,
      .strands = 1,
      .material = thera_band("tan")};
  trial.setting.cables = {stack(0.5)};
  trial.setting.cables[0].mass = 5;
  trial.setting.anchors = {
      {"rails", {trial.setting.loads[0].carrier, trial.setting.loads[0].X_BL.p}, Vec3(200, 0, 0)}};
  SimulateOptions options;
  options.inertia = false;
  const Dataset d = simulate(trial, options);
  EXPECT_EQ(
      std::get<std::vector<std::string>>(d.at("load").data),
      (std::vector<std::string>{
          "barbell", "loop_on_femur_r", "loop_on_femur_l", "post_on_femur_r", "stack"}));
  EXPECT_EQ(std::get<std::vector<std::string>>(d.at("grip").data).back(), "rails");
  const auto vector = [&](const std::string& name, int frame, const std::string& dim,
                          int i) -> Vec3 {
    const auto& data = std::get<std::vector<double>>(d.at(name).data);
    return Vec3::Map(data.data() + 3 * (d.size(dim) * frame + i));
  };
  const double weight = (full_body().skeleton.total_mass() + 40) * kGravity;
  for (int k = 0; k < 9; ++k) {
    ASSERT_EQ(std::get<std::vector<std::int32_t>>(d.at("status").data)[k] & 3, 0) << k;
    const auto& center = std::get<std::vector<double>>(d.at("center_of_mass").data);
    Wrench total = Wrench::at(Vec3::Map(center.data() + 3 * k), Vec3(0, -weight, 0));
    for (std::size_t s = 0; s < trial.setting.supports.size(); ++s) {
      const int i = static_cast<int>(s);
      const Vec3 force = vector("support_force", k, "support", i);
      total += Wrench::at(trial.setting.supports[s].origin, force);
      total.moment += vector("support_moment", k, "support", i);
    }
    for (const int i : {3, 4})
      total +=
          Wrench::at(vector("load_position", k, "load", i), vector("load_force", k, "load", i));
    const int rails = static_cast<int>(trial.setting.grips.size());
    total += Wrench::at(
        vector("grip_position", k, "grip", rails), vector("grip_force", k, "grip", rails));
    EXPECT_TRUE(matrices_near(total.force, Vec3::Zero(), 1e-6)) << k;
    EXPECT_TRUE(matrices_near(total.moment, Vec3::Zero(), 1e-6)) << k;
    // a band between two bodies exerts no net force
    EXPECT_TRUE(matrices_near(
        vector("load_force", k, "load", 1) + vector("load_force", k, "load", 2), Vec3::Zero(),
        1e-9));
    EXPECT_EQ(vector("load_moment", k, "load", 1), Vec3::Zero());
  }
}

}  // namespace
}  // namespace coxa
