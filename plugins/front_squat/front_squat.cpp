// Front squat: a barbell on the front of the shoulders, arms crossed, hips and knees bent, balanced over mid-foot.

#include "coxa/exercise/exercise.hpp"

namespace {

using namespace coxa;

constexpr double kStance = 0.483;  // m, traditional squat, Swinton et al. (2012)
constexpr double kToeOut = 25;     // deg, so that knees point where the toes do with this stance
constexpr double kLumbarFlexion = 20;  // deg, between men (26) and women (13), McKean et al. (2010)
constexpr double kHandPastMiddle = 0.15;  // m, each hand on the other side of the bar; assumed

class FrontSquat final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "front_squat",
        "Barbell front squat",
        "Feet flat, a barbell on the front of the shoulders, arms crossed on it. From standing, "
        "hips and knees are bent until the thighs are as low as asked, and straightened again; "
        "body and bar stay in balance over mid-foot, and the trunk leans as far as costs the "
        "muscles least.",
        {"quadriceps", "glutes", "adductors"},
        {"McKean MR et al. (2010) J Strength Cond Res 24:2731-2741",
         "Swinton PA et al. (2012) J Strength Cond Res 26:1805-1816",
         "Krause Neto W et al. (2020) J Sports Sci Med 19:195-203"}};
  }

  std::vector<Parameter> parameters() const override {
    return join(
        {{load_parameter(30, "bar and plates together"),
          {"thigh_angle_deg", 0, -35, 60, "deg",
           "thighs above the horizontal at the bottom; negative: hips below the knees"},
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
    bar_on(s, p["load"], site(s, "front_rack"));
    arms_crossed_on_bar(s, kHandPastMiddle);
    balance(s, mid_sole(s, Side::right).x());
    squat_down(s);
    tempo(s, StartAt::top);
  }
};

}  // namespace

COXA_EXERCISE(FrontSquat, "front_squat");
