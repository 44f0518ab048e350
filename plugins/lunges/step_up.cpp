// Step-up: one foot on a box lifts the body until both legs are straight; the other foot only follows.

#include "lunge.hpp"

namespace {

using namespace coxa;

constexpr double kLift = 0.08;  // m, of the following foot above the straight line; assumed
constexpr double kBentKnee = 15 * kDegree;  // rad, knee flexion of the following leg at the bottom;
                                            // assumed
constexpr double kClear = 0.05;             // m, of the following foot at the top; assumed
constexpr double kKnee = 40 * kDegree;      // rad, preferred knee flexion of the following leg;
                                            // assumed
constexpr double kBoxDepth = 0.45;          // m, for drawing
constexpr double kBoxHalfWidth = 0.3;       // m, for drawing

class StepUp final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "step_up",
        "Step-up",
        "One foot flat on a box. The body is lifted over it until both legs are straight, and let "
        "down until the other foot's ball touches the floor behind. The foot on the box carries "
        "all of it: a strict step-up, without a push from the floor.",
        {"glutes", "quadriceps", "adductors", "hamstrings"},
        {"Simenz CJ et al. (2012) Electromyographical analysis of lower extremity muscle "
         "activation "
         "during variations of the loaded step-up exercise. J Strength Cond Res 26(12):3398-3405",
         "Krause Neto W et al. (2020) Gluteus maximus activation during common strength and "
         "hypertrophy exercises. J Sports Sci Med 19:195-203"}};
  }

  std::vector<Parameter> parameters() const override {
    return join(
        {carried_parameters(10, "the leg on the box"),
         {{"box_height", 0.20, 0.1, 0.6, "m", "floor to the foot on the box"},
          {"step_length", 0.10, 0.05, 0.6, "m",
           "heel on the box to the other foot's ball on the floor, backwards"},
          {"stance_width", 0.16, 0.05, 0.4, "m", "between the feet, sideways"},
          trunk_lean_parameter(),
          trunk_bend_parameter(0),
          {"floor_friction", 0.6, 0, 1.5, "1", "Coulomb coefficient of the foot"}},
         tempo_parameters(1.2, 0.5, 1.5),
         spine_parameters()});
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    const Side lead = side(s);
    const Side trail = other(lead);
    const double z = sign(lead) * p["stance_width"] / 2;
    const double height = p["box_height"];
    stand(s, lead, {.z = z, .y = height, .friction = p["floor_friction"]});
    const Vec3 beside(ball(s, lead).x(), height + kClear, -z);
    const Vec3 behind(-p["step_length"], 0, -z);
    step(s, trail, behind, beside, kLift, kKnee);
    furniture(s, {"box", Vec3(0, 0, -kBoxHalfWidth), Vec3(kBoxDepth, height, kBoxHalfWidth)});
    carry_upright(s);
    balance(s, mid_sole(s, lead).x(), mid_sole(s, lead).z());
    squat_on(
        s, lead,
        {"following leg reaches the floor", coordinate(s, "knee_angle" + suffix(trail), kBentKnee)},
        8 * kDegree, "step_length");
    tempo(s, StartAt::bottom);
  }
};

}  // namespace

COXA_EXERCISE(StepUp, "step_up");
