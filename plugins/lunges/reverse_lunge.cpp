// Reverse lunge: a step back and down over the front foot, which carries the body, and back to standing.

#include "lunge.hpp"

namespace {

using namespace coxa;

constexpr double kStep = 0.6;           // fraction of leg length; assumed
constexpr double kLift = 0.10;          // m, of the stepping foot above the straight line; assumed
constexpr double kClear = 0.05;         // m, of the returned foot beside the other; assumed
constexpr double kKnee = 70 * kDegree;  // rad, preferred knee flexion of the stepping leg; assumed

class ReverseLunge final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "reverse_lunge",
        "Reverse lunge",
        "From standing, one foot steps back until its ball touches the floor and the front thigh "
        "is "
        "as low as asked, and returns. The body stays balanced over the front foot, which carries "
        "all of it: a strict lunge, the stepping foot only touches.",
        {"glutes", "quadriceps", "adductors", "hamstrings"},
        {"Schellenberg F et al. (2017) BMC Sports Sci Med Rehabil 9:14",
         "Riemann BL, Lapinski S, Smith L, Davies G (2012) Biomechanical analysis of the anterior "
         "lunge during 4 external-load conditions. J Athl Train 47(4):372-378"}};
  }

  std::vector<Parameter> parameters() const override {
    return join(
        {carried_parameters(0, "the front leg"),
         {{"step_length", kFound, 0.3, 1.1, "m",
           "front heel to the stepping foot's ball, backwards; default: 0.6 of the leg's length"},
          {"stance_width", 0.16, 0.05, 0.4, "m", "between the feet, sideways"},
          {"thigh_angle_deg", 45, -20, 50, "deg",
           "front thigh above the horizontal at the bottom; negative: hip below knee"},
          trunk_lean_parameter(),
          trunk_bend_parameter(),
          {"floor_friction", 0.6, 0, 1.5, "1", "Coulomb coefficient of the foot"}},
         tempo_parameters(1.2, 0.5, 1.5),
         spine_parameters()});
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    const Side front = side(s);
    const Side rear = other(front);
    const double z = sign(front) * p["stance_width"] / 2;
    stand(s, front, {.z = z, .friction = p["floor_friction"]});
    const Vec3 beside(ball(s, front).x(), kClear, -z);
    const Vec3 behind(-s.value("step_length", kStep * leg_length(s)), 0, -z);
    step(s, rear, behind, beside, kLift, kKnee);
    carry_upright(s);
    balance(s, mid_sole(s, front).x(), mid_sole(s, front).z());
    squat_on(
        s, front, {"front thigh as low as asked", thigh(s, front, p["thigh_angle_deg"])},
        8 * kDegree, "step_length");
    tempo(s, StartAt::top);
  }
};

}  // namespace

COXA_EXERCISE(ReverseLunge, "reverse_lunge");
