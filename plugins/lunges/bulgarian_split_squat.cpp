// Bulgarian split squat: front foot flat, the rear foot's laces on a bench behind, down and up over the front foot.

#include "lunge.hpp"

namespace {

using namespace coxa;

constexpr double kStep = 0.75;  // fraction of leg length; assumed

constexpr double kBench = 0.35;  // m, depth and half width, for drawing

class BulgarianSplitSquat final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "bulgarian_split_squat",
        "Bulgarian split squat",
        "One foot flat on the floor, the other's laces on a bench behind. Down until the front "
        "thigh is as low as asked, and up again, the weight shared between the feet as stated; "
        "dumbbells in "
        "the hands or a bar on the back.",
        {"glutes", "quadriceps", "adductors", "hamstrings"},
        {"Mackey ER, Riemann BL (2021) Biomechanical differences between the Bulgarian split-squat "
         "and back squat. Int J Exerc Sci 14(1):533-543",
         "Helme M, Emmonds S, Low C (2022) Is the rear foot elevated split squat unilateral? "
         "J Strength Cond Res 36(7):1781-1787",
         "Song Q et al. (2023) Front Bioeng Biotechnol 11:1277493"}};
  }

  std::vector<Parameter> parameters() const override {
    return join(
        {carried_parameters(10, "the front leg"),
         {{"step_length", kFound, 0.3, 1.2, "m",
           "front heel to the rear foot's laces, backwards; default: 0.75 of the leg's length"},
          {"bench_height", 0.40, 0.1, 0.6, "m", "floor to the rear foot"},
          {"stance_width", 0.12, 0, 0.4, "m", "between the feet, sideways"},
          {"thigh_angle_deg", 30, -25, 45, "deg",
           "front thigh above the horizontal at the bottom; negative: hip below knee"},
          trunk_lean_parameter(),
          trunk_bend_parameter(),
          {"front_share", 0.84, 0.5, 1, "1", "of the weight on the front foot (Helme 2022)"},
          {"floor_friction", 0.6, 0, 1.5, "1", "Coulomb coefficient of the feet"}},
         tempo_parameters(1.0, 0.5, 1.5),
         spine_parameters()});
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    const Side front = side(s);
    const Side rear = other(front);
    const double z = sign(front) * p["stance_width"] / 2;
    const double step = s.value("step_length", kStep * leg_length(s));
    const Vec3 laces(-step, p["bench_height"], -z);
    stand(s, front, {.z = z, .friction = p["floor_friction"]});
    rest_foot_behind(s, rear, laces, p["floor_friction"]);
    furniture(
        s,
        {"bench", Vec3(-step - kBench, 0, -kBench), Vec3(-step + kBench / 4, laces.y(), kBench)});
    carry_upright(s);

    // the centre of mass lies between the feet in the ratio of their loads
    const double share = p["front_share"];
    const Vec3 over = share * mid_sole(s, front) + (1 - share) * laces;
    balance(s, over.x(), over.z());
    if (share < 1) s.scenario.setting.shares = {{sole_name(front), sole_name(rear), share}};

    squat_on(
        s, front, {"front thigh as low as asked", thigh(s, front, p["thigh_angle_deg"])},
        20 * kDegree, "step_length");
    tempo(s, StartAt::top);
  }
};

}  // namespace

COXA_EXERCISE(BulgarianSplitSquat, "bulgarian_split_squat");
