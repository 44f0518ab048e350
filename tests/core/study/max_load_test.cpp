// The heaviest load where the movement depends on it, compared with bisection over whole
// simulations.

#include "coxa/study/max_load.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "coxa/math/error.hpp"
#include "coxa/study/simulate.hpp"

#include "core/support/hip_thrust.hpp"

namespace coxa {
namespace {

using test::full_body;
using test::hip_thrust;

// a hip thrust whose technique depends on the load
class Follows final : public Exercise {
 public:
  using Technique = std::function<std::map<std::string, double>(double load)>;

  explicit Follows(Technique technique, double maximum = 500)
      : technique_(std::move(technique)), maximum_(maximum) {}

  ExerciseInfo info() const override { return {"follows", "Follows", "A thrust.", {}, {}}; }
  std::vector<Parameter> parameters() const override {
    return {{"load", 60, 0, maximum_, "kg", "bar and plates together"}};
  }
  void build(ScenarioBuilder& s, const Parameters& given) const override {
    std::map<std::string, double> values = technique_(given["load"]);
    values["load"] = given["load"];
    values["hold"] = 0.1;  // most frames are where the lift is hard
    values["eccentric"] = 1;
    s.take(scenario_of(
        *s.model, *hip_thrust(),
        Parameters("barbell_hip_thrust", hip_thrust()->parameters(), values)));
  }

 private:
  Technique technique_;
  double maximum_;
};

SimulateOptions few_frames() {
  SimulateOptions options;
  options.frames = 11;
  return options;
}

bool needs_reserves(const Exercise& exercise, double load) {
  const Trial trial = build_trial(
      full_body(), exercise, Parameters("follows", exercise.parameters(), {{"load", load}}), 11);
  const Dataset d = simulate(trial, few_frames());
  const auto count = [&](const std::string& name) {
    return std::get<std::vector<double>>(d.at(name).data)[0];
  };
  // just above the limit even the least reserves may remain unsolved
  return count("reserve_frames") + count("unsolved_frames") > 0;
}

// bisection between a feasible and an infeasible load
double halved(const Exercise& exercise, double can, double cannot) {
  EXPECT_FALSE(needs_reserves(exercise, can));
  EXPECT_TRUE(needs_reserves(exercise, cannot));
  while (cannot - can > 1e-3) {
    const double middle = (can + cannot) / 2;
    (needs_reserves(exercise, middle) ? cannot : can) = middle;
  }
  return can;
}

TEST(MaxLoadOfAMovingTechnique, IsWhereReservesBegin) {
  // feet nearer or farther with the load, and a slower or faster lift
  const std::vector<Follows::Technique> techniques = {
      [](double load) {
        return std::map<std::string, double>{{"foot_distance", 0.62 + 3e-4 * load}};
      },
      [](double load) {
        return std::map<std::string, double>{{"concentric", 0.8 + 0.01 * load}};
      },
      [](double load) {
        return std::map<std::string, double>{{"concentric", std::max(0.3, 2 - 0.008 * load)}};
      },
  };
  for (std::size_t i = 0; i < techniques.size(); ++i) {
    const Follows exercise(techniques[i]);
    const MaxLoad limit = max_load(full_body(), exercise, {}, few_frames());
    EXPECT_NEAR(limit.load, halved(exercise, 30, limit.load + 40), 3e-3) << i;
    EXPECT_FALSE(limit.limited_by.empty());
    ASSERT_EQ(limit.load_at_frame.size(), 11u);
    EXPECT_NEAR(limit.load_at_frame[limit.frame], limit.load, 1e-3);
    for (const double load : limit.load_at_frame) EXPECT_GE(load, limit.load - 1e-3);
  }
}

TEST(MaxLoadOfAMovingTechnique, EndsWhereTheMovementEnds) {
  const Follows exercise([](double load) {
    require<InfeasibleMotion>(load < 47.3, "too heavy to balance; use less load");
    return std::map<std::string, double>{};
  });
  const MaxLoad limit = max_load(full_body(), exercise, {}, few_frames());
  EXPECT_NEAR(limit.load, 47.3, 1.1e-3);
  EXPECT_NE(limit.limited_by.find("too heavy to balance"), std::string::npos) << limit.limited_by;
  // then what limits the heaviest movement that exists
  ASSERT_GT(limit.limits.size(), 1u);
  EXPECT_EQ(limit.limits[0].kind, "geometry");
  EXPECT_EQ(limit.limits[0].margin, 0);
  EXPECT_EQ(limit.limits[1].kind, "muscle");
  EXPECT_GT(limit.limits[1].margin, 1);
}

TEST(MaxLoadOfAMovingTechnique, FindsAJumpOfTheMovement) {
  // from 60 kg on the lift must be fast: far beyond the strength
  const Follows exercise([](double load) {
    return std::map<std::string, double>{{"concentric", load < 60 ? 1.0 : 0.3}};
  });
  const MaxLoad limit = max_load(full_body(), exercise, {}, few_frames());
  EXPECT_NEAR(limit.load, 60, 1.1e-3);
  EXPECT_FALSE(limit.limited_by.empty());
}

TEST(MaxLoadOfAMovingTechnique, IsConfirmedWhereTheMovementFlickers) {
  // every other gram is lifted too fast: whatever load is found, a simulation can lift it
  const Follows exercise([](double load) {
    const bool fast = load > 50 && static_cast<long>(load * 1e3) % 2 == 0;
    return std::map<std::string, double>{{"concentric", fast ? 0.3 : 1.0}};
  });
  const MaxLoad limit = max_load(full_body(), exercise, {}, few_frames());
  EXPECT_GT(limit.load, 49.99);
  EXPECT_FALSE(needs_reserves(exercise, limit.load) && needs_reserves(exercise, limit.load - 1e-3));
}

TEST(MaxLoadOfAMovingTechnique, StaysWithinTheParameter) {
  const Follows exercise([](double) { return std::map<std::string, double>{}; }, 50);
  const MaxLoad limit = max_load(full_body(), exercise, {}, few_frames());
  EXPECT_EQ(limit.load, 50);
  EXPECT_NE(limit.limited_by.find("maximum"), std::string::npos) << limit.limited_by;
  ASSERT_EQ(limit.limits.size(), 1u);
  EXPECT_EQ(limit.limits[0].kind, "parameter");
}

TEST(MaxLoadOfAMovingTechnique, SaysWhenEvenTheLeastIsTooMuch) {
  const Follows weak([](double) { return std::map<std::string, double>{{"concentric", 0.2}}; });
  try {
    max_load(full_body(), weak, {}, few_frames());
    FAIL() << "found one";
  } catch (const UnsolvedFrame& error) {
    EXPECT_NE(std::string(error.what()).find("even at 0 kg"), std::string::npos) << error.what();
  }
  const Follows never(
      [](double) -> std::map<std::string, double> { throw InfeasibleMotion("no such posture"); });
  EXPECT_THROW(max_load(full_body(), never, {}, few_frames()), InfeasibleMotion);
}

TEST(MaxLoadOverTechnique, IsTheGreatestOfFixedOnes) {
  const auto squat = ExerciseRegistry::instance().find("front_squat");
  const MaxLoad free = max_load(full_body(), *squat, {}, few_frames());
  ASSERT_EQ(free.technique.size(), 1u);
  const double found = free.technique.at("trunk_lean_deg");
  EXPECT_NEAR(
      max_load(full_body(), *squat, {{"trunk_lean_deg", found}}, few_frames()).load, free.load,
      2e-3);
  double most = 0;
  for (double lean = 14; lean <= 30; lean += 2) {
    const MaxLoad fixed = max_load(full_body(), *squat, {{"trunk_lean_deg", lean}}, few_frames());
    EXPECT_TRUE(fixed.technique.empty());
    EXPECT_LT(fixed.load, free.load + 0.1) << lean;
    most = std::max(most, fixed.load);
  }
  EXPECT_GT(most, 0.95 * free.load);
}

TEST(MaxLoadOverTechnique, LeavesWhatIsNotDeclared) {
  // adopts a squat whose lean nobody can give
  class Adopts final : public Exercise {
   public:
    ExerciseInfo info() const override { return {"adopts", "Adopts", "A squat.", {}, {}}; }
    std::vector<Parameter> parameters() const override {
      return {{"load", 20, 0, 200, "kg", "bar and plates together"}};
    }
    void build(ScenarioBuilder& s, const Parameters& given) const override {
      const auto squat = ExerciseRegistry::instance().find("front_squat");
      s.take(scenario_of(
          *s.model, *squat,
          Parameters("front_squat", squat->parameters(), {{"load", given["load"]}})));
    }
  };
  const MaxLoad limit = max_load(full_body(), Adopts(), {}, few_frames());
  EXPECT_TRUE(limit.technique.empty());
  EXPECT_GT(limit.load, 10);
}

class Unloaded final : public Exercise {
 public:
  ExerciseInfo info() const override { return {"unloaded", "Unloaded", "None.", {}, {}}; }
  std::vector<Parameter> parameters() const override { return {}; }
  void build(ScenarioBuilder&, const Parameters&) const override {}
};

TEST(MaxLoad, NeedsAParameterLoad) {
  try {
    max_load(full_body(), Unloaded{}, {}, few_frames());
    FAIL() << "found one";
  } catch (const InvalidArgument& error) {
    EXPECT_NE(std::string(error.what()).find("no parameter 'load'"), std::string::npos);
  }
}

}  // namespace
}  // namespace coxa
