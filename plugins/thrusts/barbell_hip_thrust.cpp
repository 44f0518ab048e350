// Barbell hip thrust: shoulder blades on a bench, bar in the hip crease, hips driven up until the back is level.

#include "thrust.hpp"

namespace {

using namespace coxa;

class BarbellHipThrust final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "barbell_hip_thrust",
        "Barbell hip thrust",
        "Shoulder blades on the edge of a bench, feet flat on the floor, a barbell in the hip "
        "crease. The hips are driven up from just above the floor until the back is level, held, "
        "and lowered under control.",
        {"glutes", "hamstrings", "adductors", "quadriceps"},
        {"Contreras B, Cronin J, Schoenfeld B (2011) Barbell hip thrust. Strength Cond J "
         "33(5):58-61",
         "Brazil A et al. (2021) A comprehensive biomechanical analysis of the barbell hip thrust. "
         "PLoS ONE 16(3):e0249307",
         "Zabaleta-Korta A, Fernandez-Pena E (2024) Cultura Ciencia y Deporte 19(59)"}};
  }

  std::vector<Parameter> parameters() const override {
    return thrust_with({load_parameter(60, "bar and plates together")});
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    lie_on_bench(s);
    bar_in_hip_crease(s, p["load"], p["bar_position"]);
    hands_on_bar(s, hip_half_width(s) + kGripBeyondHip);
    thrust(s);
  }
};

}  // namespace

COXA_EXERCISE(BarbellHipThrust, "barbell_hip_thrust");
