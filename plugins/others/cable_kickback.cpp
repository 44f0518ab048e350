// Cable kickback: standing on one leg, hands on the frame, the other leg extended backwards against
// a low pulley in front.

#include "coxa/exercise/exercise.hpp"

namespace {

using namespace coxa;

constexpr double kStandingKnee = 15 * kDegree;  // rad, knee flexion of the supporting leg; assumed

class CableKickback final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "cable_kickback",
        "Cable kickback",
        "Standing on one leg, the trunk leant forward and the hands on the frame, the other leg is "
        "drawn back from a flexed hip against a cable that pulls its ankle toward a low pulley in "
        "front.",
        {"glutes", "hamstrings"},
        {"MacAskill MJ, Durant TJS, Wallace DA (2014) Gluteal muscle activity during weightbearing "
         "and non-weightbearing exercise. Int J Sports Phys Ther 9(7):907-914",
         "Contreras B (2019) Glute Lab. Victory Belt"}};
  }

  std::vector<Parameter> parameters() const override {
    return join(
        {{{"load", 8, 0, 100, "kg", "weight stack"},
          side_parameter("the leg that kicks"),
          {"hip_flexion_start_deg", 40, 0, 80, "deg", "of the kicking leg at the bottom"},
          {"hip_extension_end_deg", 12, -10, 17, "deg", "of the kicking leg at the top"},
          {"knee_flexion_deg", 15, 0, 90, "deg", "of the kicking leg, kept"},
          {"trunk_lean_deg", 30, 0, 65, "deg", "trunk leant forward from upright, kept"},
          {"pulley_distance", 0.9, 0.4, 2.5, "m", "standing heel to the pulley, forwards"},
          {"pulley_height", 0.15, 0, 1.5, "m", "above the floor"},
          {"floor_friction", 0.6, 0, 1.5, "1", "Coulomb coefficient of the foot"}},
         tempo_parameters(1.0, 1.0, 1.5),
         spine_parameters()});
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    const Side kicking = side(s);
    const Side standing = other(kicking);
    const std::string leg = suffix(kicking);
    stand(
        s, standing,
        {.z = sign(standing) * hip_half_width(s) / 2, .friction = p["floor_friction"]});
    hold(s, "knee_angle" + suffix(standing), kStandingKnee);
    hold(s, "pelvis_list", 0);
    hold(s, "pelvis_rotation", 0);
    task(s, "trunk leant forward", trunk(s, 90 * kDegree - p["trunk_lean_deg"]));
    neutral_spine(s);
    balance(s, mid_sole(s, standing).x(), mid_sole(s, standing).z());
    for (const char* free :
         {"hip_adduction", "hip_rotation", "ankle_angle", "subtalar_angle", "mtp_angle"})
      hold(s, free + leg, 0);
    hold(s, "knee_angle" + leg, p["knee_flexion_deg"]);
    arms_forward(s, 60 * kDegree + p["trunk_lean_deg"]);

    const NamedTask back{
        "leg drawn back", coordinate(s, "hip_flexion" + leg, -p["hip_extension_end_deg"])};
    const NamedTask start{
        "leg forward", coordinate(s, "hip_flexion" + leg, p["hip_flexion_start_deg"])};
    hands_hold_fixed(s, "frame", posture(s, {back}, 1));
    top(s, {back}, "decrease hip_extension_end_deg");
    bottom(s, {start}, "decrease hip_flexion_start_deg");
    driven_by(s, "hip of the kicking leg", coordinate(s, "hip_flexion" + leg));

    const ContactPoint ankle = site(s, "ankle_strap" + leg);
    const Vec3 pulley(p["pulley_distance"], p["pulley_height"], sign(kicking) * hip_half_width(s));
    s.scenario.setting.cables = {{"cable", ankle, pulley, p["load"]}};
    tempo(s, StartAt::bottom);
  }
};

}  // namespace

COXA_EXERCISE(CableKickback, "cable_kickback");
