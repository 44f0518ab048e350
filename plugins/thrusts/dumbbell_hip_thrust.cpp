// Dumbbell hip thrust: one dumbbell across the hip crease, or two end to end, held there by the hands.

#include "thrust.hpp"

namespace {

using namespace coxa;

class DumbbellHipThrust final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "dumbbell_hip_thrust",
        "Dumbbell hip thrust",
        "A hip thrust with one dumbbell lying across the hip crease, a hand on each of its heads, "
        "or with two that lie end to end, a hand on each handle. A dumbbell's size follows from "
        "its mass: its heads rest on the hips, so a heavier one lies farther from the joint.",
        {"glutes", "hamstrings", "adductors", "quadriceps"},
        {"Contreras B, Cronin J, Schoenfeld B (2011) Barbell hip thrust. Strength Cond J "
         "33(5):58-61",
         "Zabaleta-Korta A, Fernandez-Pena E (2024) Cultura Ciencia y Deporte 19(59)"}};
  }

  std::vector<Parameter> parameters() const override {
    return without(
        {"bar_position"},
        thrust_with(
            {{"load", 30, 0.5, 120, "kg", "all dumbbells together"},
             {"dumbbells", 1, 1, 2, "1", "how many", true},
             {"dumbbell_position", 0, -0.06, 0.10, "m",
              "from the hip crease along the trunk-thigh line, toward the knees"}}));
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    lie_on_bench(s);
    arms_to_hips(s);

    // heads on the skin of the hip crease; hands at the ends of one dumbbell, or at the middle of
    // each of two
    const bool two = p["dumbbells"] == 2;
    const double mass = p["load"] / p["dumbbells"];
    const DumbbellSize size = dumbbell_size(mass);
    ContactPoint middle = site(s, "hip_crease");
    middle.p_B += Vec3(size.head_radius, -p["dumbbell_position"], 0);
    if (!two) load(s, lying_dumbbell(mass, middle, "dumbbell"));
    for (const Side side : {Side::right, Side::left}) {
      const double out = sign(side);
      ContactPoint held = middle;
      held.p_B.z() += out * size.length() / 2;
      if (two)
        load(
            s,
            lying_dumbbell(mass, held, side == Side::right ? "right_dumbbell" : "left_dumbbell"));
      hand_on(s, side, held);
    }
    thrust(s);
  }
};

}  // namespace

COXA_EXERCISE(DumbbellHipThrust, "dumbbell_hip_thrust");
