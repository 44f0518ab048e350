// 45-degree back extension: legs held in a roman chair, the trunk raised by the hips from hanging
// to in line with the legs.

#include <algorithm>
#include <cmath>

#include "coxa/exercise/exercise.hpp"

namespace {

using namespace coxa;

constexpr double kSlope = 45 * kDegree;      // rad, inclination of the legs above the horizontal
constexpr double kStance = 0.20;             // m, between the heels; assumed
constexpr double kAnkles = 0.25;             // m, above the floor; assumed
constexpr double kPlateFriction = 0.6;       // 1, rubber on steel; assumed
constexpr double kRollerFriction = 0.5;      // 1, vinyl on cloth; assumed
constexpr double kDiscHalfThickness = 0.02;  // m, assumed

class BackExtension45 final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "back_extension_45",
        "45-degree back extension",
        "In a roman chair: straight legs slope at 45 degrees, thighs on a pad, ankles under a "
        "roller, feet on a plate. The trunk is raised from hanging until it is in line with the "
        "legs, by the hips, with the back kept as it is; a disc may be held on the chest.",
        {"glutes", "hamstrings", "lower_back"},
        {"Contreras B et al. (2013) Strength Cond J 35(2)"}};
  }

  std::vector<Parameter> parameters() const override {
    return join(
        {{load_parameter(0, "disc held on the chest"),
          {"hip_flexion_deg", 60, 20, 110, "deg", "at the bottom"},
          {"knee_flexion_deg", 3, 0, 25, "deg", "of both knees, kept"},
          {"pad_friction", 0.5, 0, 1.5, "1", "Coulomb coefficient of thighs on the pad"}},
         tempo_parameters(1.2, 1, 1.5),
         spine_parameters()});
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    square_pelvis(s);
    neutral_spine(s);
    arms_across_chest(s);
    if (p["load"] > 0) {
      ContactPoint chest = site(s, "sternum");
      chest.p_B += Vec3(kDiscHalfThickness, -0.10, 0);
      load(s, disc(p["load"], chest));
    }
    legs(s, p);

    const std::string help = "decrease hip_flexion_deg";
    top(s, {{"trunk in line with the legs", coordinate(s, "hip_flexion_r", 0)}}, help);
    bottom(s, {{"trunk hanging", coordinate(s, "hip_flexion_r", p["hip_flexion_deg"])}}, help);
    driven_by(s, "hip angle", coordinate(s, "hip_flexion_r"));
    advise(s, "hip_flexion", "decrease hip_flexion_deg", help);
    tempo(s, StartAt::bottom);
  }

 private:
  // a disc of 45 cm diameter like a plate, or smaller: a solid cylinder held across the chest
  static Load disc(double mass, const ContactPoint& chest) {
    Load load{
        .name = "disc", .carrier = chest.body, .X_BL = {Mat3::Identity(), chest.p_B}, .mass = mass};
    load.X_BL.R = rotation(Vec3::UnitY(), std::numbers::pi / 2);
    const double radius = std::min(kPlateRadius, 0.05 * std::sqrt(mass));
    const double height = 2 * kDiscHalfThickness;
    const double across = mass * (3 * radius * radius + height * height) / 12;
    load.inertia.diagonal() = Vec3(across, across, mass * radius * radius / 2);
    load.shapes = {{Vec3::Zero(), radius, height}};
    return load;
  }

  // straight legs along the slope; foot plate perpendicular to it, pad in front of the thighs and
  // roller behind the ankles parallel to it
  static void legs(ScenarioBuilder& s, const Parameters& p) {
    const Vec3 up(std::cos(kSlope), std::sin(kSlope), 0);
    const Vec3 back(-std::sin(kSlope), std::cos(kSlope), 0);
    const Mat3 on_plate = rotation(Vec3::UnitZ(), kSlope - 90 * kDegree);
    Support pad{.name = "pad", .normal = back, .friction = p["pad_friction"]};
    Support roller{.name = "roller", .normal = -back, .friction = kRollerFriction};
    for (const Side side : {Side::right, Side::left}) {
      const std::string suffix = coxa::suffix(side);
      const double z = (side == Side::right ? 0.5 : -0.5) * kStance;
      const ContactPoint ankle = site(s, "ankle" + suffix);
      Support plate = foot_support(*s.model, side, kPlateFriction, true);
      plate.normal = up;
      task(s, plate.name + " square to the legs", HoldOrientation{plate.points[0].body, on_plate});
      task(s, plate.name + " on its plate", HoldPoint{ankle.body, ankle.p_B, Vec3(0, kAnkles, z)});
      task(s, "leg" + suffix + " along the slope", thigh(s, side, 180 * kDegree - kSlope));
      hold(s, "mtp_angle" + suffix, 0);
      hold(s, "knee_angle" + suffix, p["knee_flexion_deg"]);
      pad.points.push_back(site(s, "thigh_front" + suffix));
      roller.points.push_back(site(s, "heel_cord" + suffix));
      support(s, plate);
    }
    support(s, pad);
    support(s, roller);
    guess(s, "pelvis_tilt", kSlope - 90 * kDegree);
    guess(s, "pelvis_tx", 0.6);
  }
};

}  // namespace

COXA_EXERCISE(BackExtension45, "back_extension_45");
