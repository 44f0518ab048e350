// Romanian deadlift: a barbell in straight arms lowered along the legs by pushing the hips back, knees barely bent.

#include "hinge.hpp"

namespace {

using namespace coxa;

class RomanianDeadlift final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "romanian_deadlift",
        "Romanian deadlift",
        "Standing with a barbell in straight arms and the knees slightly bent, the hips are pushed "
        "back until the trunk is nearly level, and brought forward again. The knees keep their "
        "angle, the bar goes straight down close to the legs, body and bar stay in balance over "
        "mid-foot.",
        {"hamstrings", "glutes", "lower_back"},
        {"Delgado J et al. (2019) J Strength Cond Res 33:2595-2601",
         "Dicus JR et al. (2023) Int J Exerc Sci 16"}};
  }

  std::vector<Parameter> parameters() const override {
    return join(
        {{load_parameter(40, "bar and plates together"),
          {"knee_flexion_deg", 20, 3, 45, "deg", "of both knees, kept"},
          {"trunk_inclination_deg", 30, -10, 75, "deg",
           "line from hips to shoulders above the horizontal at the bottom"},
          lumbar_flexion_parameter(0)},
         feet_parameters(kStance),
         tempo_parameters(1.5, 0.5, 2),
         spine_parameters()});
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    stand_with_bar_in_hands(s);
    hinge_down(
        s, {"trunk as low as asked", trunk(s, p["trunk_inclination_deg"])},
        "increase trunk_inclination_deg or knee_flexion_deg", "knee_flexion_deg");
    tempo(s, StartAt::top);
  }
};

}  // namespace

COXA_EXERCISE(RomanianDeadlift, "romanian_deadlift");
