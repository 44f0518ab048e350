// Smith machine hip thrust: the bar runs on vertical rails, so the back slides on the bench.

#include "thrust.hpp"

namespace {

using namespace coxa;

constexpr double kRail = 0.655;         // m, rails to the middle: half of a 1.31 m shaft
constexpr double kRailStrength = 5000;  // N, far above any force on the rails here
constexpr double kPulleyHeight = 2.2;   // m, height of the counterweight's pulley; no effect on the
                                        // result

class SmithMachineHipThrust final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "smith_machine_hip_thrust",
        "Smith machine hip thrust",
        "A hip thrust with a bar that vertical rails guide. The bar cannot follow the hips' arc, "
        "so the shoulder blades slide on the bench, without friction: by default they are on its "
        "edge at the top and some centimetres onto the pad at the bottom. Feet and rails push "
        "forward and backward as needed. A counterweight may take part of the bar's weight; its "
        "inertia adds to the bar's.",
        {"glutes", "hamstrings", "adductors", "quadriceps"},
        {"Contreras B, Cronin J, Schoenfeld B (2011) Barbell hip thrust. Strength Cond J "
         "33(5):58-61",
         "Zabaleta-Korta A, Fernandez-Pena E (2024) Cultura Ciencia y Deporte 19(59)"}};
  }

  std::vector<Parameter> parameters() const override {
    return thrust_with(
        {load_parameter(60, "bar and plates together"),
         {"counterbalance", 0, 0, 25, "kg", "counterweight that pulls the bar up over a pulley"},
         {"rail_position", kFound, 0.1, 1.0, "m",
          "bench edge to the plane of the bar, along the floor; default: the one that has the "
          "shoulder blades on the edge at the top"}},
        feet_parameters(), without({"bench_friction"}, bench_parameters()));
  }

  void build(ScenarioBuilder& s, const Parameters& p) const override {
    lie_down(s, 0.3);
    slide_on_bench(s);
    neutral_spine(s);
    bar_in_hip_crease(s, p["load"], p["bar_position"]);

    const Load& bar = s.scenario.setting.loads.front();
    ContactPoint middle{bar.carrier, bar.X_BL.p};
    double x = s.value("rail_position", kFound);
    if (std::isnan(x)) {
      const auto [torso, blade] = site(s, "scapula_r");
      ScenarioBuilder on_edge = s;
      task(
          on_edge, "blades on the edge",
          HoldPoint{torso, blade, Vec3::Zero(), {true, false, false}});
      x = place_at(s, posture(on_edge, {{"trunk level", trunk(s)}}, 1), middle).x();
    }
    note(s, "rail_position", x);
    task(
        s, "bar between the rails",
        HoldPoint{middle.body, middle.p_B, Vec3(x, 0, 0), {true, false, false}});
    for (const Side side : {Side::right, Side::left}) {
      ContactPoint end = middle;
      end.p_B.z() += sign(side) * kRail;
      s.scenario.setting.anchors.push_back(
          {side == Side::right ? "right_rail" : "left_rail", end,
           Vec3(kRailStrength, 0, kRailStrength)});
    }
    if (p["counterbalance"] > 0)
      s.scenario.setting.cables.push_back(
          {"counterweight", middle, Vec3(x, kPulleyHeight, 0), p["counterbalance"]});
    stand(s, 0);
    hands_on_bar(s, hip_half_width(s) + kGripBeyondHip);
    thrust(s);
  }
};

}  // namespace

COXA_EXERCISE(SmithMachineHipThrust, "smith_machine_hip_thrust");
