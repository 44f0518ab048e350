#include "coxa/muscle/strength.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "coxa/io/osim.hpp"
#include "coxa/math/error.hpp"
#include "coxa/muscle/perturbation.hpp"
#include "coxa/muscle/subject.hpp"

#include "people.hpp"

namespace coxa::test {
namespace {

using Passive = PassiveForceLengthParameters;

double torque_ratio(const Subject& subject, const char* muscle) {
  Subject man = subject;
  man.sex = Sex::male;
  man.age = {};
  man.training = Training::untrained;
  const auto force = [&](const Subject& who) {
    const Model model = scale(generic(), who, data_dir() / "anthropometry");
    return model.muscles[model.muscle_index(muscle)].max_isometric_force;
  };
  return force(subject) / force(man);
}

// passive force over the unchanged maximum isometric force stays, at lengths up to 1.2 of strain
TEST(Strength, PassiveForceStaysInNewtons) {
  const Passive usual{};
  const Passive shipped{-0.1844, 0.5060, 0.2, 2.8969, 0.75};
  for (const Passive& given : {usual, shipped}) {
    const auto before = passive_force_length_curve(given);
    const double one = 1 + given.strain_at_one_norm_force;
    for (const auto& [strength, allowed] : std::vector<std::pair<double, double>>{
             {0.5, 0.044}, {0.7, 0.018}, {0.9, 0.005}, {1.1, 0.004}, {1.5, 0.013}, {2, 0.020}}) {
      SCOPED_TRACE(strength);
      const Passive changed = passive_at_strength(given, strength);
      const auto after = passive_force_length_curve(changed);
      for (double length = 0.8; length < 2.2; length += 0.01)
        EXPECT_NEAR(strength * after->value(length), before->value(length), allowed) << length;
      // where the unchanged force is the maximum isometric one, and far beyond on the same line
      EXPECT_NEAR(strength * after->value(one), 1, strength < 1 ? 1e-12 : 0.007);
      EXPECT_NEAR(strength * after->value(3), before->value(3), 1e-12);
      // and the two agree at 60 % of the strain
      const double x =
          1 + given.strain_at_zero_force
          + 0.6
                * (std::min(given.strain_at_one_norm_force, changed.strain_at_one_norm_force)
                   - given.strain_at_zero_force);
      EXPECT_NEAR(strength * after->value(x), before->value(x), 1e-9);
    }
  }
}

// any strength that a person may have gives a curve
TEST(Strength, ExtremesGiveCurves) {
  for (const double strength : {1e-4, 0.0025, 0.05, 0.3, 3.0, 5.0, 25.0, 1e3})
    for (const double zero : {-0.25, 0.0, 0.1})
      for (const double one : {0.3, 0.7, 1.5}) {
        const Passive given{zero, one, NAN, NAN, NAN};
        const auto curve = passive_force_length_curve(passive_at_strength(given, strength));
        EXPECT_GT(curve->value(1 + one), 0);
      }
  EXPECT_THROW(passive_at_strength({}, 0), InvalidArgument);
}

TEST(Strength, FactorsActAsTheirProduct) {
  CurveCache curves;
  Muscle once = generic().muscles.front();
  Muscle twice = once;
  const Muscle before = once;
  multiply_strength(once, 1.2 * 0.9, curves);
  multiply_strength(twice, 1.2, curves);
  multiply_strength(twice, 0.9, curves);
  EXPECT_NEAR(once.max_isometric_force / twice.max_isometric_force, 1, 1e-15);
  for (double length = 0.9; length < 1.6; length += 0.1)
    EXPECT_NEAR(
        once.curves.passive_force_length->value(length),
        twice.curves.passive_force_length->value(length), 1e-13);
  // and 1, or there and back, changes nothing
  multiply_strength(twice, 1, curves);
  Muscle back = before;
  multiply_strength(back, 2, curves);
  multiply_strength(back, 0.5, curves);
  EXPECT_EQ(
      back.curves.passive_parameters.strain_at_one_norm_force,
      before.curves.passive_parameters.strain_at_one_norm_force);
}

// table 3 of Anderson et al. (2007): c1 over that of men of 18 to 25 years
TEST(Strength, SexAndAgeAreThoseOfAnderson) {
  EXPECT_NEAR(torque_ratio({.sex = Sex::male, .age = 21.5}, "glmax1_r"), 1, 0);
  EXPECT_NEAR(torque_ratio({.sex = Sex::male, .age = 60}, "glmax1_r"), 0.171 / 0.161, 1e-12);
  EXPECT_NEAR(torque_ratio({.sex = Sex::male, .age = 75}, "vaslat_l"), 0.137 / 0.163, 1e-12);
  EXPECT_NEAR(
      torque_ratio({.sex = Sex::male, .age = 40.75}, "vaslat_l"), (0.163 + 0.156) / 2 / 0.163,
      1e-12);
}

TEST(Strength, TrainingActsOnEveryMuscle) {
  const Subject who{.training = Training::trained};
  EXPECT_NEAR(torque_ratio(who, "vasint_r"), 1.50, 1e-12);
  EXPECT_NEAR(torque_ratio(who, "soleus_r"), 1.41, 1e-12);
  EXPECT_NEAR(torque_ratio(who, "gaslat_r"), (1.41 + 1.455) / 2, 1e-12);
  EXPECT_NEAR(torque_ratio(who, "ercspn_r"), (1.50 + 1.41 + 4 * 1.455) / 6, 1e-12);
  const Subject some{.training = Training::recreational};
  EXPECT_NEAR(torque_ratio(some, "vasint_r"), 1.15, 1e-12);
  for (const Muscle& muscle : generic().muscles)
    EXPECT_GT(torque_ratio(who, muscle.name.c_str()), torque_ratio(some, muscle.name.c_str()));
}

}  // namespace
}  // namespace coxa::test
