// What limits a load, in words, and how much is gained without it, compared with models and
// settings in which it does not limit.

#include <algorithm>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "coxa/math/error.hpp"
#include "coxa/study/limit_words.hpp"
#include "coxa/study/max_load.hpp"

#include "core/support/hip_thrust.hpp"

namespace coxa {
namespace {

using test::full_body;
using test::hip_thrust;

constexpr int kFrames = 11;

// an exercise in another setting
class Changed final : public Exercise {
 public:
  using Change = std::function<void(Setting&)>;
  explicit Changed(Change change, const std::string& name = "barbell_hip_thrust")
      : change_(std::move(change)), from_(ExerciseRegistry::instance().find(name)) {}

  ExerciseInfo info() const override { return {"changed", "Changed", "A thrust.", {}, {}}; }
  std::vector<Parameter> parameters() const override {
    return {{"load", 60, 0, 500, "kg", "bar and plates together"}};
  }
  void build(ScenarioBuilder& s, const Parameters& given) const override {
    s.take(scenario_of(
        *s.model, *from_,
        Parameters(
            from_->info().name, from_->parameters(),
            {{"load", given["load"]}, {"hold", 0.1}, {"eccentric", 1}})));
    change_(s.scenario.setting);
  }

 private:
  Change change_;
  std::shared_ptr<const Exercise> from_;
};

SimulateOptions options() {
  SimulateOptions options;
  options.frames = kFrames;
  return options;
}

Trial trial_of_load(const Exercise& exercise, double load, const Model& model = full_body()) {
  return build_trial(
      model, exercise, Parameters("changed", exercise.parameters(), {{"load", load}}), kFrames);
}

// a frame of the movement made for a load, in which the load can change
struct Frame {
  Frame(Trial trial, const Exercise& exercise, double load, int frame)
      : trial_(std::move(trial)), heavier_(trial_) {
    heavier_.setting.loads = trial_of_load(exercise, load + 1, *trial_.model).setting.loads;
    solver.prepare(trial_.motion, frame);
    FrameSolver other(heavier_, options());
    other.prepare(trial_.motion, frame);
    along = other.required() - solver.required();
    EXPECT_EQ(
        solver.recruitment().limit_along(along, -load, 500 - load, limit), SolveStatus::solved);
  }

 private:
  Trial trial_;
  Trial heavier_;

 public:
  FrameSolver solver{trial_, options()};
  Eigen::VectorXd along;
  FeasibleLimit limit;
};

// the model with 99 more muscles like each of those named, without their passive force
Model with_more(const std::vector<std::string>& names) {
  Model model = full_body();
  CurveCache cache;
  for (const std::string& name : names) {
    Muscle more = model.muscles[model.muscle_index(name)];
    more.name += "_more";
    more.max_isometric_force *= 99;
    more.minimum_activation = 0;
    PassiveForceLengthParameters slack;
    slack.strain_at_zero_force = 10;
    slack.strain_at_one_norm_force = 11;
    more.curves.passive_force_length = passive_force_length_curve(slack);
    model.muscles.push_back(more);
  }
  return model;
}

// so strong that supports limit
Model strong() {
  Model model = full_body();
  for (Muscle& muscle : model.muscles) muscle.max_isometric_force *= 5;
  return model;
}

void expect_words(const MaxLoad& found) {
  ASSERT_FALSE(found.limits.empty());
  EXPECT_EQ(found.limited_by, found.limits.front().name);
  EXPECT_EQ(found.limits.front().margin, 0);
  double last = 0;
  for (const LoadLimit& limit : found.limits) {
    EXPECT_EQ(limit.name.find('_'), std::string::npos) << limit.name;
    EXPECT_GE(limit.margin, last) << limit.name;
    last = limit.margin;
  }
}

TEST(LoadLimits, AMarginIsWhatAStrongerMuscleGains) {
  const Changed exercise([](Setting&) {});
  const MaxLoad found = max_load(full_body(), exercise, {}, options());
  expect_words(found);
  ASSERT_GE(found.limits.size(), 2u);
  const LoadLimit& first = found.limits[0];
  ASSERT_EQ(first.kind, "muscle");
  EXPECT_NE(first.name.find(" fully active at "), std::string::npos) << first.name;
  EXPECT_NE(first.name.find(" deg of "), std::string::npos) << first.name;

  const Model stronger = with_more({first.element, mirrored(first.element)});
  Trial trial = trial_of_load(exercise, found.load);
  const Frame before(trial, exercise, found.load, found.frame);
  EXPECT_NEAR(before.limit.t, 0, 2e-3);
  trial.model = &stronger;
  const Frame after(trial, exercise, found.load, found.frame);
  EXPECT_GT(after.limit.t, 1);
  EXPECT_NEAR(after.limit.t - before.limit.t, found.limits[1].margin, 1e-4 * after.limit.t);
}

TEST(LoadLimits, GainsAreDerivatives) {
  // on one leg: where two sides limit alike, only their sum has a derivative
  constexpr double kLoad = 20;
  const Changed exercise(
      [](Setting& setting) {
        for (Support& support : setting.supports) support.friction = 0.25;
      },
      "single_leg_hip_thrust");
  const Model model = strong();
  const Trial trial = trial_of_load(exercise, kLoad, model);
  constexpr double kGrowth = 1e-4;
  std::map<Bound::Kind, int> seen;
  for (int k = 0; k < kFrames; ++k) {
    const Frame at(trial, exercise, kLoad, k);
    const std::vector<Bound> bounds = at.solver.recruitment().bounds_of(at.limit, at.solver.body());
    for (const Bound& bound : bounds) {
      if (bound.gain < 1) continue;
      Frame changed(trial, exercise, kLoad, k);
      Recruitment& other = changed.solver.recruitment();
      other.relax(bound, 1 + kGrowth, changed.solver.body());
      changed.solver.prepare(trial.motion, k);
      FeasibleLimit limit;
      ASSERT_EQ(other.limit_along(at.along, -kLoad, 500 - kLoad, limit), SolveStatus::solved);
      EXPECT_NEAR((limit.t - at.limit.t) / kGrowth, bound.gain, 0.01 * bound.gain)
          << k << ", kind " << static_cast<int>(bound.kind) << ", index " << bound.index;
      ++seen[bound.kind];
    }
  }
  EXPECT_GT(seen[Bound::Kind::muscle], 0);
  EXPECT_GT(seen[Bound::Kind::balance], 0);
  EXPECT_GT(seen[Bound::Kind::friction], 0);
}

TEST(LoadLimits, NameFriction) {
  const auto slippery = [](double friction) {
    return Changed([friction](Setting& setting) {
      for (Support& support : setting.supports) support.friction = friction;
    });
  };
  // the least friction with which the bar can be lifted limits how much is on it
  bool named = false;
  for (const double friction : {0.13, 0.14, 0.15, 0.16}) {
    try {
      const MaxLoad found = max_load(strong(), slippery(friction), {}, options());
      expect_words(found);
      named |=
          found.limits[0].kind == "friction" && found.limited_by.starts_with("friction of the ");
    } catch (const UnsolvedFrame&) {
    }
  }
  EXPECT_TRUE(named);
  // with even less, it is why the movement is impossible
  try {
    max_load(strong(), slippery(0.05), {}, options());
    FAIL() << "stood on ice";
  } catch (const UnsolvedFrame& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("limited by friction of the "), std::string::npos) << text;
  }
}

TEST(LoadLimits, NameBalance) {
  // a hand and a knee on the floor: a heavy leg overturns the body however strong it is
  const auto quadruped = ExerciseRegistry::instance().find("quadruped_hip_extension");
  const MaxLoad found = max_load(strong(), *quadruped, {}, options());
  expect_words(found);
  EXPECT_EQ(found.limits[0].kind, "balance") << found.limited_by;
  EXPECT_NE(found.limited_by.find("balance: "), std::string::npos) << found.limited_by;
  EXPECT_TRUE(std::isnan(found.limits[0].angle));
}

TEST(LoadLimits, NameTheGrip) {
  // on ice only the hands keep the cable from pulling the body away
  const Changed weak(
      [](Setting& setting) {
        for (Support& support : setting.supports) support.friction = 0;
        for (Anchor& anchor : setting.anchors) anchor.strength.setConstant(20);
      },
      "cable_kickback");
  const MaxLoad found = max_load(full_body(), weak, {}, options());
  expect_words(found);
  EXPECT_EQ(found.limits[0].kind, "grip");
  EXPECT_EQ(found.limited_by, "grip of the right hand");
  // two hands of 20 N hold about 4 kg
  EXPECT_LT(found.load, 5);
  ASSERT_GT(found.limits.size(), 1u);
  EXPECT_GT(found.limits[1].margin, 1);
}

TEST(LimitWords, NameEveryMuscle) {
  EXPECT_EQ(muscle_words("vaslat_r"), "right vastus lateralis");
  EXPECT_EQ(muscle_words("glmax1_l"), "left gluteus maximus, upper part");
  EXPECT_EQ(muscle_words("vas_lat_r"), "right vastus lateralis");
  EXPECT_EQ(muscle_words("my_muscle_l"), "left my muscle");
  for (const Muscle& muscle : full_body().muscles) {
    const SidedName plain = sided(muscle.name);
    EXPECT_FALSE(plain.side.empty()) << muscle.name;
    // one Latin word is enough for some
    const bool latin = plain.rest == "soleus" || plain.rest == "iliacus";
    EXPECT_EQ(muscle_words(muscle.name) == plain.side + plain.rest, latin) << muscle.name;
  }
}

TEST(LimitWords, GiveAnglesTheirDirection) {
  const Skeleton& skeleton = full_body().skeleton;
  const auto words = [&](const char* name, double degrees) {
    return angle_words(
        skeleton.coordinate(skeleton.coordinate_index(name)), degrees * std::acos(-1.0) / 180);
  };
  EXPECT_EQ(words("knee_angle_r", 117.8), "118 deg of knee flexion");
  EXPECT_EQ(words("hip_flexion_l", -10), "10 deg of hip extension");
  EXPECT_EQ(words("hip_flexion_l", -0.2), "0 deg of hip flexion");
  EXPECT_EQ(words("lumbar_extension", -30), "30 deg of trunk flexion");
  for (int i = 0; i < skeleton.nq(); ++i) {
    const Coordinate& coordinate = skeleton.coordinate(i);
    if (coordinate.name.starts_with("pelvis")) continue;
    EXPECT_NE(angle_words(coordinate, -1), angle_words(coordinate, 1));
    EXPECT_EQ(angle_words(coordinate, -1).find("negative"), std::string::npos) << coordinate.name;
  }
}

TEST(LimitWords, NameSidesAndPlaces) {
  EXPECT_EQ(plain_words("right_foot"), "right foot");
  EXPECT_EQ(plain_words("frame_left"), "left frame");
  EXPECT_EQ(plain_words("roller"), "roller");
  EXPECT_EQ(place_words("ball_medial_r"), "ball");
  EXPECT_EQ(place_words("scapula_l"), "left shoulder blade");
  EXPECT_EQ(mirrored("vaslat_r"), "vaslat_l");
  EXPECT_EQ(mirrored("left_foot"), "right_foot");
  EXPECT_EQ(mirrored("frame_right"), "frame_left");
  EXPECT_EQ(mirrored("bench"), "");
}

}  // namespace
}  // namespace coxa
