// Conventional deadlift: a barbell pulled from the floor with straight arms outside the legs, until
// hips and knees are straight.

#include "hinge.hpp"

namespace {

using namespace coxa;

constexpr double kToeOut = 14;  // deg, Escamilla et al. (2000)
constexpr double kLumbarFlexion =
    20;  // deg, 26.5 minus 6.6 between pelvis and lumbar segment, Schellenberg et al. (2013)

class ConventionalDeadlift final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "conventional_deadlift",
        "Conventional deadlift",
        "A barbell on the floor, hands outside the knees, arms straight. Knees and hips are "
        "straightened until the lifter stands tall; the bar goes straight up as near to shins and "
        "thighs as it can, and body and bar stay in balance over mid-foot.",
        {"glutes", "hamstrings", "lower_back", "quadriceps"},
        {"Escamilla RF et al. (2000) Med Sci Sports Exerc 32:1265-1275",
         "Swinton PA et al. (2011) J Strength Cond Res 25:2000-2009",
         "Schellenberg F et al. (2013) BMC Sports Sci Med Rehabil 5:27",
         "Otsuka M et al. (2021) PLoS ONE 16(7):e0251418"}};
  }

  std::vector<Parameter> parameters() const override {
    return join(
        {{load_parameter(50, "bar and plates together"),
          {"bar_height", kPlateRadius, 0.15, 0.60, "m",
           "axis of the bar above the floor at the start: 0.225 is plates of full size"},
          trunk_lean_parameter(),
          lumbar_flexion_parameter(kLumbarFlexion)},
         feet_parameters(kStance, kToeOut),
         tempo_parameters(2, 0.5, 2),
         spine_parameters()});
  }

  void build(ScenarioBuilder& s, const Parameters&) const override {
    stand_with_bar_in_hands(s);
    pull_from_floor(s, "bar_height");
    tempo(s, StartAt::bottom);
  }
};

}  // namespace

COXA_EXERCISE(ConventionalDeadlift, "conventional_deadlift");
