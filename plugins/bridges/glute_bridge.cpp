// Glute bridge: the back of the shoulders on the floor, hips driven up until knees, hips and shoulders are in line.

#include "bridge.hpp"

namespace {

using namespace coxa;

class GluteBridge final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "glute_bridge",
        "Glute bridge",
        "Lying on the back, head and shoulders on the floor, feet flat. The hips are driven up "
        "until knees, hips and shoulders are in line, held, and lowered until the buttocks almost "
        "touch the floor. A bar may lie in the hip crease.",
        {"glutes", "hamstrings", "adductors"},
        {"Zabaleta-Korta A, Fernandez-Pena E (2024) Cultura Ciencia y Deporte 19(59): lifted in "
         "0.58 s at 80 % of the greatest load",
         "Choi SA et al. (2015) Isometric hip abduction using a Thera-Band alters gluteus maximus "
         "muscle activity and the anterior pelvic tilt angle during bridging exercise. J "
         "Electromyogr Kinesiol 25:310-315",
         "Lehecka BJ et al. (2017) Building a better gluteal bridge. Int J Sports Phys Ther "
         "12(4):543-549"}};
  }

  std::vector<Parameter> parameters() const override {
    return join(
        {{bridge_load_parameter(60)},
         bridge_parameters("the one that makes the shank vertical at the top"),
         feet_parameters(),
         {bar_position_parameter()},
         bridge_tempo_and_spine()});
  }

  void build(ScenarioBuilder& s, const Parameters&) const override {
    lie_down(s, 0.2);
    stand(s, 0);
    neutral_spine(s);
    shoulders_on_floor(s);
    bar_on_hips(s);
    drive_hips_into_line(s);
    tempo(s, StartAt::bottom);
  }
};

}  // namespace

COXA_EXERCISE(GluteBridge, "glute_bridge");
