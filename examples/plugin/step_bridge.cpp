// Step bridge: shoulder blades on a low step, a bar in the hip crease, hips driven up until the back is level.

#include <coxa/exercise/exercise.hpp>

namespace {

using namespace coxa;

constexpr double kFriction = 0.6;    // 1, shirt on a wooden step; assumed
constexpr double kGripWidth = 0.20;  // m, hands outside the hips; assumed

class StepBridge final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "step_bridge",
        "Step bridge",
        "Shoulder blades on the edge of a low step, feet flat on the floor, a bar in the hip "
        "crease. The hips are driven up until the back is level, held, and lowered.",
        {"glutes", "hamstrings"},
        {"Contreras B, Cronin J, Schoenfeld B (2011) Barbell hip thrust. Strength Cond J "
         "33(5):58-61"}};
  }

  // name, default, minimum, maximum, unit, description; the functions give parameters that many exercises share
  std::vector<Parameter> parameters() const override {
    return join(
        {{load_parameter(20, "bar and plates together"),
          {"step_height", 0.20, 0.10, 0.35, "m", "floor to the step's edge"}},
         thrust_parameters(),
         feet_parameters(),
         tempo_parameters(1, 2, 1.5),
         spine_parameters()});
  }

  // p is in SI units and radians; coxa/exercise/vocabulary.hpp declares the functions; joint angles follow from geometry
  void build(ScenarioBuilder& s, const Parameters& p) const override {
    const double height = p["step_height"];
    lie_down(s, height);
    stand(s, 0);
    rest(s, "step", "scapula", Vec3(0, height, 0), kFriction);
    furniture(s, {"step", Vec3(-0.4, 0, -0.4), Vec3(0, height, 0.4)});
    neutral_spine(s);
    bar_in_hip_crease(s, p["load"], 0);
    hands_on_bar(s, hip_half_width(s) + kGripWidth);
    drive_hips_up(s, 0);
    tempo(s, StartAt::bottom);
  }
};

}  // namespace

COXA_EXERCISE(StepBridge, "step_bridge");
