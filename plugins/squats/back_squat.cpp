// Back squat: a barbell on the upper back, hips and knees bent until the thighs are level, balanced over mid-foot.

#include "squat.hpp"

namespace {

using namespace coxa;

class BackSquat final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "back_squat",
        "Barbell back squat",
        "Feet flat, a barbell on the upper back. From standing, hips and knees are bent until the "
        "thighs are as low as asked, and straightened again; body and bar stay in balance over "
        "mid-foot, and the trunk leans as far as costs the muscles least.",
        {"quadriceps", "glutes", "adductors", "hamstrings"},
        {"McKean MR et al. (2010) J Strength Cond Res 24:2731-2741",
         "Swinton PA et al. (2012) J Strength Cond Res 26:1805-1816",
         "Bryanton MA et al. (2012) J Strength Cond Res 26:2820-2828",
         "Otsuka M et al. (2021) PLoS ONE 16(7):e0251418"}};
  }

  std::vector<Parameter> parameters() const override {
    return squat_with(
        {load_parameter(30, "bar and plates together"),
         {"bar_position",
          0,
          0,
          1,
          "1",
          "on the upper trapezius or below the scapular spines",
          true,
          {"high", "low"}}});
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    stand_square(s);
    bar_on(s, p["load"], site(s, p.choice("bar_position") == "high" ? "trapezius" : "low_bar"));
    arms_to_bar_behind(s);
    squat(s);
  }
};

}  // namespace

COXA_EXERCISE(BackSquat, "back_squat");
