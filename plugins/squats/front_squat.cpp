// Front squat: a barbell on the front of the shoulders, arms crossed, hips and knees bent, balanced over mid-foot.

#include "squat.hpp"

namespace {

using namespace coxa;

constexpr double kHandPastMiddle = 0.15;  // m, each hand beyond the middle of the bar; assumed

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
    return squat_with({load_parameter(30, "bar and plates together")});
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    stand_square(s);
    bar_on(s, p["load"], site(s, "front_rack"));
    arms_crossed_on_bar(s, kHandPastMiddle);
    squat(s);
  }
};

}  // namespace

COXA_EXERCISE(FrontSquat, "front_squat");
