// Frog bridge: a glute bridge with the soles together and the knees out.

#include "bridge.hpp"

namespace {

using namespace coxa;

constexpr double kKneeAtTop = 122 * kDegree;
constexpr double kHipInLine =
    5 * kDegree;  // rad, flexion of the model's hip when knee, hip and shoulder are in line

class FrogBridge final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "frog_bridge",
        "Frog bridge",
        "Lying on the back, head and shoulders on the floor, the soles together and the knees "
        "out. The feet rest on their outer borders and press on each other while the hips are "
        "driven up until knees, hips and shoulders, seen from the side, are in line.",
        {"glutes", "adductors", "gluteus_medius"},
        {"Kang SY et al. (2016) Man Ther 22:211-215: bridging at 0, 15 and 30 deg of abduction",
         "Zabaleta-Korta A, Fernandez-Pena E (2024) Cultura Ciencia y Deporte 19(59): bridge "
         "lifted in 0.58 s"}};
  }

  std::vector<Parameter> parameters() const override {
    return join(
        {{bridge_load_parameter(0)},
         bridge_parameters(
             "the one that bends the knees by 122 deg at the top, which leaves them range for the "
             "bottom"),
         {{"sole_angle_deg", 75, 30, 90, "deg",
           "soles turned up from the floor; 90 is one flat on the other, which asks more than 50 "
           "deg of abduction"},
          {"floor_friction", 0.6, 0, 1.5, "1", "Coulomb coefficient of feet and back on the floor"},
          bar_position_parameter()},
         bridge_tempo_and_spine()});
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    lie_down(s, 0.2);
    neutral_spine(s);
    shoulders_on_floor(s);
    const double comfortable = comfortable_distance(s, p);
    const double x = s.value("foot_distance", comfortable);
    for (const Side side : {Side::right, Side::left})
      stand_on_border(s, side, x, p["sole_angle_deg"], p["floor_friction"]);
    note(s, "foot_distance", x);
    s.scenario.setting.shares.push_back({"right_sole", "left_sole", 0.5});  // equal forces
    bar_on_hips(s);
    advise(s, "hip_adduction", "decrease sole_angle_deg", "increase sole_angle_deg");
    advise(
        s, "hip_rotation", "decrease sole_angle_deg or foot_distance",
        "increase sole_angle_deg or foot_distance");
    advise(s, "ankle_angle", "decrease foot_distance", "increase foot_distance");
    advise(s, "subtalar_angle", "increase sole_angle_deg", "decrease sole_angle_deg");
    try {
      drive_hips_into_line(s);
    } catch (const InfeasibleMotion& error) {
      if (p.automatic("foot_distance")) throw;
      throw InfeasibleMotion(message(
          error.what(), "; ", x < comfortable ? "increase" : "decrease", " foot_distance toward ",
          comfortable));
    }
    tempo(s, StartAt::bottom);
  }

 private:
  // m, x of the heels with which the knees are flexed by kKneeAtTop at the top
  static double comfortable_distance(ScenarioBuilder s, const Parameters& p) {
    std::vector<NamedTask> goals{{"hips straight", coordinate(s, "hip_flexion_r", kHipInLine)}};
    for (const Side side : {Side::right, Side::left}) {
      stand_on_border(s, side, kFound, p["sole_angle_deg"], p["floor_friction"]);
      goals.push_back({"knee bent", coordinate(s, "knee_angle" + suffix(side), kKneeAtTop)});
    }
    const Posture top = posture(s, goals, 1);
    require<InfeasibleMotion>(
        top.solved,
        "frog_bridge: no place of the feet lets the hips rise with the soles turned up by ",
        p["sole_angle_deg"] / kDegree, " deg; decrease sole_angle_deg, or give foot_distance");
    return place_at(s, top, site(s, "heel_lateral_r")).x();
  }
};

}  // namespace

COXA_EXERCISE(FrogBridge, "frog_bridge");
