// Quadruped hip extension: on hands and one knee, the other thigh is raised behind until it is level.

#include "coxa/exercise/exercise.hpp"

namespace {

using namespace coxa;

class QuadrupedHipExtension final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "quadruped_hip_extension",
        "Quadruped hip extension",
        "On both hands and one knee, spine neutral, the other thigh is raised behind from under "
        "the "
        "hip until it is in line with the trunk, the knee bent as stated; a weight at the ankle if "
        "wished.",
        {"glutes", "hamstrings"},
        {"Ekstrom RA, Donatelli RA, Carp KC (2007) Electromyographic analysis of core trunk, hip, "
         "and thigh muscles during 9 rehabilitation exercises. J Orthop Sports Phys Ther "
         "37(12):754-762",
         "Arokoski JP et al. (2001) Back and abdominal muscle function during stabilization "
         "exercises. Arch Phys Med Rehabil 82(8):1089-1098"}};
  }

  std::vector<Parameter> parameters() const override {
    return join(
        {{{"load", 0, 0, 50, "kg", "weight at the ankle of the moving leg"},
          side_parameter("the leg that moves"),
          {"knee_flexion_deg", 90, 0, 120, "deg", "of the moving leg, kept"},
          {"hip_flexion_start_deg", 80, 20, 110, "deg", "of the moving leg at the bottom"},
          {"hip_extension_end_deg", 5, -30, 17, "deg", "of the moving leg at the top"},
          {"trunk_inclination_deg", 5, -10, 25, "deg", "shoulders above the hips, kept"},
          {"floor_friction", 0.6, 0, 1.5, "1", "Coulomb coefficient of hands, knee and foot"}},
         tempo_parameters(1.0, 1.0, 1.5),
         spine_parameters()});
  }

  Scenario build(const Model& model, const Parameters& p) const override {
    ScenarioBuilder s(model, info().name, p);
    const Side moving = s.side();
    const Side kneeling = ScenarioBuilder::other(moving);
    const std::string leg = ScenarioBuilder::suffix(moving);
    s.kneel(kneeling, 0, p["floor_friction"]);
    s.task("trunk level", s.trunk(p["trunk_inclination_deg"]));
    s.hold("pelvis_list", 0);
    s.hold("pelvis_rotation", 0);
    s.neutral_spine();
    s.task("thigh upright", s.thigh(kneeling, 90 * kDegree));
    for (const char* free :
         {"hip_adduction", "hip_rotation", "ankle_angle", "subtalar_angle", "mtp_angle"})
      s.hold(free + leg, 0);
    s.hold("knee_angle" + leg, p["knee_flexion_deg"]);
    if (p["load"] > 0) {
      const ContactPoint ankle = s.site("ankle_strap" + leg);
      s.load(
          {.name = "ankle_weight",
           .carrier = ankle.body,
           .X_BL = {Mat3::Identity(), ankle.p_B},
           .mass = p["load"]});
    }

    const NamedTask back{
        "thigh raised", s.coordinate("hip_flexion" + leg, -p["hip_extension_end_deg"])};
    const NamedTask start{
        "thigh under the hip", s.coordinate("hip_flexion" + leg, p["hip_flexion_start_deg"])};
    s.hands_on_floor(p["floor_friction"]);
    s.top({back}, "decrease hip_extension_end_deg");
    s.bottom({start}, "decrease hip_flexion_start_deg");
    s.driven_by("hip of the moving leg", s.coordinate("hip_flexion" + leg));
    s.tempo(StartAt::bottom);
    return s.finish();
  }
};

}  // namespace

COXA_EXERCISE(QuadrupedHipExtension, "quadruped_hip_extension");
