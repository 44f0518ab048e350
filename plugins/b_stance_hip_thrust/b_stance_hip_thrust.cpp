// B-stance hip thrust: the working foot under its knee, the other one ahead, taking only a share of the load.

#include "coxa/exercise/exercise.hpp"

namespace {

using namespace coxa;

constexpr double kToesUp = 20 * kDegree;  // of a front foot on its heel; assumed

class BStanceHipThrust final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "b_stance_hip_thrust",
        "B-stance hip thrust",
        "A barbell hip thrust with staggered feet: the rear, working foot flat where its shank "
        "stands vertical at the top, the front foot ahead of it, flat or on its heel. A stated "
        "share of what both feet carry is on the rear foot.",
        {"glutes", "hamstrings", "adductors", "quadriceps"},
        {"Contreras B, Cronin J, Schoenfeld B (2011) Barbell hip thrust. Strength Cond J "
         "33(5):58-61",
         "ISBS Proceedings (2020) 38(1):140: hip moments of unilateral and bilateral thrusts"}};
  }

  std::vector<Parameter> parameters() const override {
    return join(
        {{load_parameter(40, "bar and plates together; 0 is no bar, arms across the chest"),
          side_parameter("the rear leg, which works"),
          {"stagger", 0.20, 0, 0.50, "m", "front heel ahead of the rear heel"},
          {"rear_share", 0.7, 0.5, 1, "1",
           "of the upward force of both feet, on the rear foot; coaches ask for 70 to 80 %"},
          {"front_foot",
           0,
           0,
           1,
           "1",
           "on its heel with the toes up, or flat",
           true,
           {"on_heel", "flat"}}},
         bench_parameters(),
         thrust_parameters(),
         feet_parameters(),
         {bar_position_parameter()},
         tempo_parameters(0.8, 2, 1.5),
         spine_parameters()});
  }

  Scenario build(const Model& model, const Parameters& p) const override {
    ScenarioBuilder s(model, info().name, p);
    const Side rear = s.side();
    const Side front = ScenarioBuilder::other(rear);
    const auto foot = [](Side side) { return side == Side::right ? "right_foot" : "left_foot"; };
    FootPlace place{
        .z = s.sign(rear) * s.stance_width() / 2,
        .toe_out = p["toe_out_deg"],
        .heel_height = p["heel_height"],
        .friction = p["floor_friction"]};
    s.lie_down(0.3);
    s.stand(rear, place);
    place.x = p["stagger"];
    place.z *= -1;
    place.heel_height = 0;
    if (p.choice("front_foot") == "on_heel") place.toe_lift = kToesUp;
    s.stand(front, place);
    s.scenario().setting.shares.push_back({foot(rear), foot(front), p["rear_share"]});
    s.bench();
    s.neutral_spine();
    s.bar_on_hips();
    s.scenario().plan.advice.push_back(
        {"ankle_angle" + s.suffix(front), "decrease stagger", "increase stagger"});
    s.drive_hips_up(0, rear);
    s.tempo(StartAt::bottom);
    return s.finish();
  }
};

}  // namespace

COXA_EXERCISE(BStanceHipThrust, "b_stance_hip_thrust");
