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

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    const Side moving = side(s);
    const Side kneeling = other(moving);
    const std::string leg = suffix(moving);
    kneel(s, kneeling, 0, p["floor_friction"]);
    task(s, "trunk level", trunk(s, p["trunk_inclination_deg"]));
    hold(s, "pelvis_list", 0);
    hold(s, "pelvis_rotation", 0);
    neutral_spine(s);
    task(s, "thigh upright", thigh(s, kneeling, 90 * kDegree));
    for (const char* free :
         {"hip_adduction", "hip_rotation", "ankle_angle", "subtalar_angle", "mtp_angle"})
      hold(s, free + leg, 0);
    hold(s, "knee_angle" + leg, p["knee_flexion_deg"]);
    if (p["load"] > 0) {
      const ContactPoint ankle = site(s, "ankle_strap" + leg);
      load(
          s, {.name = "ankle_weight",
              .carrier = ankle.body,
              .X_BL = {Mat3::Identity(), ankle.p_B},
              .mass = p["load"]});
    }

    const NamedTask back{
        "thigh raised", coordinate(s, "hip_flexion" + leg, -p["hip_extension_end_deg"])};
    const NamedTask start{
        "thigh under the hip", coordinate(s, "hip_flexion" + leg, p["hip_flexion_start_deg"])};
    hands_on_floor(s, p["floor_friction"]);
    top(s, {back}, "decrease hip_extension_end_deg");
    bottom(s, {start}, "decrease hip_flexion_start_deg");
    driven_by(s, "hip of the moving leg", coordinate(s, "hip_flexion" + leg));
    tempo(s, StartAt::bottom);
  }
};

}  // namespace

COXA_EXERCISE(QuadrupedHipExtension, "quadruped_hip_extension");
