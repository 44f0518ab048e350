// Conventional deadlift: a barbell pulled from the floor with straight arms outside the legs until hips and knees are
// straight.

#include "coxa/exercise/exercise.hpp"

namespace {

using namespace coxa;

constexpr double kStance = 0.32;  // m, Escamilla et al. (2000)
constexpr double kToeOut = 14;    // deg, Escamilla et al. (2000)
constexpr double kLumbarFlexion =
    20;  // deg, 26.5 less 6.6 of pelvis against lumbar segment, Schellenberg et al. (2013)
constexpr double kGrip = 0.46;              // m, between the hands, just outside the shins; assumed
constexpr double kBarBeforeMidFoot = 0.04;  // m, where the search for the bar's place begins

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

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    stand(s, 0);
    square_pelvis(s);
    neutral_spine(s);
    const double mid_foot = mid_sole(s, Side::right).x();
    bar_in_hands(s, p["load"], kGrip, mid_foot + kBarBeforeMidFoot);
    balance(s, mid_foot);
    pull_from_floor(s);
    tempo(s, StartAt::bottom);
  }
};

}  // namespace

COXA_EXERCISE(ConventionalDeadlift, "conventional_deadlift");
