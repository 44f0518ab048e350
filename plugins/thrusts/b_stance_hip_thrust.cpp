// B-stance hip thrust: the working foot below its knee, the other one further forward with only a
// share of the load.

#include "thrust.hpp"

namespace {

using namespace coxa;

constexpr double kToesUp = 20 * kDegree;  // rad, of a front foot standing on its heel; assumed

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
    return thrust_with(
        {load_parameter(40, "bar and plates together; 0 is no bar, arms across the chest"),
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
          {"on_heel", "flat"}}});
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    const Side rear = side(s);
    const Side front = other(rear);
    FootPlace place{
        .z = sign(rear) * stance_width(s) / 2,
        .toe_out = p["toe_out_deg"],
        .heel_height = p["heel_height"],
        .friction = p["floor_friction"]};
    lie_down(s, 0.3);
    stand(s, rear, place);
    place.x = p["stagger"];
    place.z *= -1;
    place.heel_height = 0;
    if (p.choice("front_foot") == "on_heel") place.toe_lift = kToesUp;
    stand(s, front, place);
    s.scenario.setting.shares.push_back({sole_name(rear), sole_name(front), p["rear_share"]});
    bench(s);
    neutral_spine(s);
    bar_on_hips(s);
    s.scenario.plan.advice.push_back(
        {"ankle_angle" + suffix(front), "decrease stagger", "increase stagger"});
    thrust(s, rear, "decrease stagger");
  }
};

}  // namespace

COXA_EXERCISE(BStanceHipThrust, "b_stance_hip_thrust");
