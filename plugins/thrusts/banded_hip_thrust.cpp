// Banded hip thrust: a barbell thrust with a loop band above the knees, the hips abducted against
// it as they extend.

#include "thrust.hpp"

namespace {

using namespace coxa;

constexpr double kThighRound = 0.46;  // m, thigh circumference a hand's breadth above the knee;
                                      // assumed

class BandedHipThrust final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "banded_hip_thrust",
        "Banded hip thrust",
        "A barbell hip thrust with a closed elastic loop around both thighs above the knees. The "
        "feet stand so wide, and so far turned out, that at the top the thighs are spread by the "
        "abduction angle, the shanks are vertical and the knees in line with the toes; the hips "
        "spread against the band as they extend.",
        {"glutes", "gluteus_medius", "hamstrings"},
        {"Choi SA et al. (2015) Isometric hip abduction using a Thera-Band alters gluteus maximus "
         "muscle activity and the anterior pelvic tilt angle during bridging exercise. J "
         "Electromyogr Kinesiol 25:310-315",
         "Kang SY et al. (2016) Man Ther 22:211-215: bridging at 0, 15 and 30 deg of abduction",
         "Uchida MC et al. (2016) J Phys Ther Sci 28:1266-1271: force of Thera-Bands"}};
  }

  std::vector<Parameter> parameters() const override {
    return thrust_with(
        {load_parameter(60, "bar and plates together; 0 is no bar, arms across the chest"),
         {"abduction_deg", 15, 0, 30, "deg", "of each hip at the top"},
         {"band",
          4,
          0,
          7,
          "1",
          "colour of a Thera-Band",
          true,
          {"tan", "yellow", "red", "green", "blue", "black", "silver", "gold"}},
         {"band_rest_length", 0.32, 0.15, 1.5, "m", "of the loop lying flat, half its round"},
         {"band_position", 0.10, 0.02, 0.25, "m", "above the knee joint, along the thigh"},
         {"band_loops", 1, 0, 3, "1", "how many bands; 0 is none", true}},
        without({"stance_width", "toe_out_deg", "heel_height"}, feet_parameters()));
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    lie_down(s, 0.3);
    bench(s);
    neutral_spine(s);
    bar_on_hips(s);
    stand_spread(s, p["abduction_deg"], "decrease abduction_deg");
    for (const char* name : {"hip_adduction", "hip_rotation", "subtalar_angle"})
      advise(s, name, "decrease abduction_deg", "increase abduction_deg");
    thrust(s);
    if (p["band_loops"] > 0) s.scenario.setting.bands.push_back(band(s, p));
  }

 private:
  static ContactPoint above_knee(const ScenarioBuilder& s, Side side, double distance) {
    const auto [femur, hip] = site(s, "hip" + suffix(side));
    const Vec3 knee = site(s, "knee" + suffix(side)).p_B;
    return {femur, knee + distance * (hip - knee).normalized()};
  }

  // a closed loop: two strands between the axes of the thighs, each with a quarter of the
  // circumference around each thigh
  static Band band(const ScenarioBuilder& s, const Parameters& p) {
    return {
        .name = "band",
        .a = above_knee(s, Side::right, p["band_position"]),
        .b = above_knee(s, Side::left, p["band_position"]),
        .rest_length = p["band_rest_length"],
        .strands = 2 * static_cast<int>(p["band_loops"]),
        .material = thera_band(p.choice("band")),
        .wrap_a = kThighRound / 4,
        .wrap_b = kThighRound / 4};
  }
};

}  // namespace

COXA_EXERCISE(BandedHipThrust, "banded_hip_thrust");
