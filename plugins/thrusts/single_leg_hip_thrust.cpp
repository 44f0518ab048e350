// Single-leg hip thrust: one foot on the floor drives the hips up, the other leg is held in the air.

#include "thrust.hpp"

namespace {

using namespace coxa;

constexpr double kHipStraightKnee = 30 * kDegree;  // rad; see the default of free_hip_deg
constexpr double kHipPerKnee = 2.0 / 3;

class SingleLegHipThrust final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "single_leg_hip_thrust",
        "Single-leg hip thrust",
        "Shoulder blades on the edge of a bench, one foot flat on the floor, the other leg held in "
        "the air with its hip and knee bent. One leg drives the hips up until the back is level. "
        "Nothing is symmetric: foot, bench and trunk must also keep the pelvis from tilting and "
        "turning.",
        {"glutes", "gluteus_medius", "hamstrings", "abdominals"},
        {"ISBS Proceedings (2020) 38(1):140: hip moments of unilateral and bilateral thrusts",
         "Lehecka BJ et al. (2017) Building a better gluteal bridge. Int J Sports Phys Ther "
         "12(4):543-549",
         "Eur Spine J (2012) 21(S2):S171: trunk muscles in bridges on one and two legs"}};
  }

  std::vector<Parameter> parameters() const override {
    return thrust_with(
        {load_parameter(0, "bar and plates together; 0 is no bar, arms across the chest"),
         side_parameter("the leg that works"),
         {"foot_offset", 0.05, -0.10, 0.15, "m",
          "foot from under its hip toward the midline; negative outwards"},
         {"free_knee_deg", 90, 0, 120, "deg", "knee of the lifted leg; 0 straight"},
         {"free_hip_deg", kFound, 0, 120, "deg",
          "hip flexion of the lifted leg, kept throughout; default: 30 deg and two thirds of its "
          "knee's, which the hamstrings allow and the hip flexors can hold"},
         {"free_hip_rotation_deg", 0, -30, 30, "deg", "lifted thigh turned inwards"},
         {"pelvis_drop_deg", 0, -15, 15, "deg",
          "pelvis tilted sideways in its own plane, the lifted leg's side toward the feet; the "
          "lumbar joint answers"},
         {"pelvis_rotation_deg", 0, -20, 20, "deg",
          "pelvis turned about the trunk's axis, the lifted leg's side toward the floor; the "
          "lumbar joint answers"}},
        without({"stance_width"}, feet_parameters()));
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    const Side works = side(s);
    const Side lifted = other(works);
    const double out = sign(works);
    lie_down(s, 0.3);
    stand(
        s, works,
        {.z = out * (hip_half_width(s) - p["foot_offset"]),
         .toe_out = p["toe_out_deg"],
         .heel_height = p["heel_height"],
         .friction = p["floor_friction"]});
    const double knee = p["free_knee_deg"];
    const double hip = s.value("free_hip_deg", kHipStraightKnee + kHipPerKnee * knee);
    hold_leg(s, lifted, hip, p["free_hip_rotation_deg"], knee, "increase free_hip_deg");
    note(s, "free_hip_deg", hip / kDegree);
    bench(s);
    spine(s, out * p["pelvis_drop_deg"], -out * p["pelvis_rotation_deg"]);
    bar_on_hips(s);
    advise(
        s, "subtalar_angle", "decrease foot_offset or toe_out_deg",
        "increase foot_offset or toe_out_deg");
    advise(s, "hip_adduction", "increase foot_offset", "decrease foot_offset");
    thrust(s, works);
  }
};

}  // namespace

COXA_EXERCISE(SingleLegHipThrust, "single_leg_hip_thrust");
