// Good morning: a barbell on the upper back, the trunk inclined by pushing the hips back, knees
// barely bent.

#include "hinge.hpp"

namespace {

using namespace coxa;

constexpr double kLumbarFlexion =
    17;  // deg, 23.8 minus 7.0 between pelvis and lumbar segment, Schellenberg et al. (2013)

class GoodMorning final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "good_morning",
        "Good morning",
        "Standing with a barbell on the upper back and the knees barely bent, the hips are pushed "
        "back and the trunk bows forward until the hips are flexed as far as asked; then up again. "
        "Body and bar stay in balance over mid-foot.",
        {"hamstrings", "glutes", "lower_back"},
        {"Schellenberg F et al. (2013) BMC Sports Sci Med Rehabil 5:27",
         "Schellenberg F et al. (2017) BMC Sports Sci Med Rehabil 9:14"}};
  }

  std::vector<Parameter> parameters() const override {
    return join(
        {{load_parameter(30, "bar and plates together"),
          {"bar_position",
           0,
           0,
           1,
           "1",
           "on the upper trapezius or below the scapular spines",
           true,
           {"high", "low"}},
          {"knee_flexion_deg", 5, 3, 45, "deg", "of both knees, kept; Schellenberg 2013: 5.3"},
          {"hip_flexion_deg", 75, 20, 125, "deg", "at the bottom; Schellenberg 2013: 75.3 (9.2)"},
          lumbar_flexion_parameter(kLumbarFlexion)},
         feet_parameters(kStance),
         tempo_parameters(1.5, 0.5, 2),
         spine_parameters()});
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    stand_square(s);
    bar_on(s, p["load"], site(s, p.choice("bar_position") == "high" ? "trapezius" : "low_bar"));
    arms_to_bar_behind(s);
    balance(s, mid_sole(s, Side::right).x());
    hinge_down(
        s, {"hips flexed as far as asked", coordinate(s, "hip_flexion_r", p["hip_flexion_deg"])},
        "decrease hip_flexion_deg", "knee_flexion_deg");
    tempo(s, StartAt::top);
  }
};

}  // namespace

COXA_EXERCISE(GoodMorning, "good_morning");
