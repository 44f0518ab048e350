// Bodyweight hip thrust: shoulder blades on a bench, no load on the hips, arms out of the way.

#include "thrust.hpp"

namespace {

using namespace coxa;

class BodyweightHipThrust final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "bodyweight_hip_thrust",
        "Bodyweight hip thrust",
        "Shoulder blades on the edge of a bench, feet flat on the floor, no load. The hips are "
        "driven up from just above the floor until the back is level, held, and lowered under "
        "control. The arms lie across the chest or hang free beside the trunk.",
        {"glutes", "hamstrings", "adductors"},
        {"Contreras B, Cronin J, Schoenfeld B (2011) Barbell hip thrust. Strength Cond J "
         "33(5):58-61",
         "Ekstrom RA, Donatelli RA, Carp KC (2007) Electromyographic analysis of core trunk, hip, "
         "and thigh muscles during 9 rehabilitation exercises. J Orthop Sports Phys Ther "
         "37(12):754-762"}};
  }

  std::vector<Parameter> parameters() const override {
    return without(
        {"bar_position"}, thrust_with(
                              {{"arms",
                                0,
                                0,
                                1,
                                "1",
                                "across the chest, or straight beside the trunk with hands free",
                                true,
                                {"on_chest", "free"}}}));
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    lie_on_bench(s);
    if (p.choice("arms") == "on_chest")
      arms_across_chest(s);
    else
      arms_at_sides(s);
    thrust(s);
  }
};

}  // namespace

COXA_EXERCISE(BodyweightHipThrust, "bodyweight_hip_thrust");
