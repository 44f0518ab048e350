// Barbell hip thrust: shoulder blades on a bench, bar in the hip crease, hips driven up until the back is level.

#include "coxa/exercise/exercise.hpp"

namespace {

using namespace coxa;

constexpr double kGripBeyondHip = 0.20;  // m, hands outside the hip centres; assumed

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
    return join(
        {{load_parameter(60, "bar and plates together")},
         bench_parameters(),
         thrust_parameters(),
         feet_parameters(),
         {{"bar_position", 0, -0.06, 0.10, "m",
           "bar from the hip crease along the trunk-thigh line, toward the knees"}},
         tempo_parameters(0.8, 2, 1.5),
         spine_parameters()});
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    lie_down(s, 0.3);
    stand(s, 0);
    bench(s);
    neutral_spine(s);
    bar_in_hip_crease(s, p["load"], p["bar_position"]);
    hands_on_bar(s, hip_half_width(s) + kGripBeyondHip);
    drive_hips_up(s, 0);
    tempo(s, StartAt::bottom);
  }
};

}  // namespace

COXA_EXERCISE(BarbellHipThrust, "barbell_hip_thrust");
