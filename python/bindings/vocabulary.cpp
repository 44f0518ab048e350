#include "coxa/exercise/vocabulary.hpp"

#include <pybind11/functional.h>

#include "coxa/math/error.hpp"

#include "bindings.hpp"
#include "exercises.hpp"
#include "records.hpp"

namespace coxa::python {
namespace {

using Builder = ScenarioBuilder;
using py::arg;

template <typename... Arguments>
constexpr auto of = py::overload_cast<Arguments...>;

void bind_points(py::class_<Builder>& c) {
  c.def("declares", &Builder::declares, arg("name"), "Whether the exercise declares a parameter.")
      .def(
          "value", &Builder::value, arg("name"), arg("otherwise"),
          "Value of a parameter, SI and radians; `otherwise` if not declared or to be found.")
      .def("site", &Builder::site, arg("name"), "A named point of the model.")
      .def(
          "sites", &Builder::sites, arg("name"),
          "The right and left site of that name, or the one in the middle.")
      .def(
          "trunk", &Builder::trunk, arg("inclination") = 0.0,
          "Line from the hips to the shoulders above the horizontal, rad.")
      .def(
          "thigh", &Builder::thigh, arg("side"), arg("inclination") = 0.0,
          "Line from the knee back to the hip above the horizontal, rad.")
      .def(
          "shank", &Builder::shank, arg("side"), arg("inclination") = 0.0,
          "Line from the ankle up to the knee above the horizontal, rad.")
      .def(
          "height", &Builder::height, arg("site"), arg("value") = 0.0,
          "Mean height of a site or pair of sites, m.")
      .def(
          "coordinate", &Builder::coordinate, arg("name"), arg("value") = 0.0,
          "One coordinate, rad or m.")
      .def("hip_half_width", &Builder::hip_half_width, "m.")
      .def("leg_length", &Builder::leg_length, "Thigh and shank together, from hip to ankle, m.")
      .def("side", &Builder::side, "The parameter `side`.")
      .def_static("sign", &Builder::sign, arg("side"), "+1 to the right, -1 to the left.")
      .def_static("suffix", &Builder::suffix, arg("side"), "'_r' or '_l'.")
      .def_static("other", &Builder::other, arg("side"), "The other side.");
}

void bind_posture(py::class_<Builder>& c) {
  c.def("task", &Builder::task, arg("name"), arg("task"), "A task of one's own.")
      .def(
          "hold", &Builder::hold, arg("coordinate"), arg("value"),
          "A coordinate keeps a value, rad or m.")
      .def(
          "drive", &Builder::drive, arg("coordinate"), arg("bottom"), arg("top"),
          "A coordinate goes from one value at the bottom to another at the top, rad or m.")
      .def(
          "wish", &Builder::wish, arg("coordinate"), arg("value"), arg("weight") = 1.0,
          "What a coordinate likes where the tasks leave it free; also the first guess.")
      .def(
          "guess", &Builder::guess, arg("coordinate"), arg("value"),
          "Where the search for postures begins.")
      .def(
          "lie_down", &Builder::lie_down, arg("pelvis_height"),
          "First guess of someone lying on the back, feet on the floor, head toward -x.")
      .def("square_pelvis", &Builder::square_pelvis, "Pelvis neither tilted sideways nor turned.")
      .def(
          "neutral_spine", &Builder::neutral_spine,
          "Spine and neck neutral, but for lumbar_extension_deg and neck_flexion_deg.")
      .def(
          "spine", &Builder::spine, arg("bending"), arg("rotation"),
          "Likewise, with the lumbar joint bent and turned, rad.")
      .def(
          "hold_leg", &Builder::hold_leg, arg("side"), arg("hip_flexion"), arg("hip_rotation"),
          arg("knee_flexion"), "A leg in the air, its foot square to the shank, rad.")
      .def(
          "balance", of<double>(&Builder::balance), arg("x"),
          "Common centre of mass over x of the floor, m.")
      .def(
          "balance", of<double, double>(&Builder::balance), arg("x"), arg("z"),
          "Common centre of mass over a point of the floor, m.");
}

void bind_supports(py::class_<Builder>& c) {
  c.def(
       "stand", of<double>(&Builder::stand), arg("x"),
       "Both soles side by side, heels at x, from stance_width, toe_out_deg, heel_height and "
       "floor_friction.")
      .def(
          "stand", of<Side, const FootPlace&>(&Builder::stand), arg("side"), arg("place"),
          "A sole in its place, and its support.")
      .def(
          "stand_spread", &Builder::stand_spread, arg("abduction"),
          "Both soles where, with the trunk level, each hip is abducted, rad, shanks vertical and "
          "knees "
          "in line with the toes.")
      .def("leg_length", &Builder::leg_length, "Thigh and shank together, from hip to ankle, m.")
      .def(
          "step", &Builder::step, arg("side"), arg("start"), arg("end"), arg("lift"), arg("knee"),
          "The other foot of a step, from a place of its ball to another in an arc, its knee bent.")
      .def(
          "stand_on_border", &Builder::stand_on_border, arg("side"), arg("x"), arg("turn"),
          arg("friction"),
          "A foot on its outer border, its sole turned up by `turn`, rad, toward the other's; "
          "supports of border and sole.")
      .def(
          "rest_foot_behind", &Builder::rest_foot_behind, arg("side"), arg("laces"),
          arg("friction"), "Laces of a foot on something behind; its support.")
      .def(
          "kneel", &Builder::kneel, arg("side"), arg("x"), arg("friction"),
          "A knee on the floor, shin and laces behind it; supports of knee and foot.")
      .def(
          "hands_on_floor", &Builder::hands_on_floor, arg("friction"),
          "Both palms on the floor under the shoulders; their supports.")
      .def_static(
          "sole_name", &Builder::sole_name, arg("side"),
          "Name of the support that a foot's words make.")
      .def("ball", &Builder::ball, arg("side"), "Ball of a foot that stands flat, m.")
      .def("stance_width", &Builder::stance_width, "Distance between the heels, m.")
      .def(
          "mid_sole", &Builder::mid_sole, arg("side"),
          "Middle of a standing sole along the floor, m.")
      .def("foot", &Builder::foot, arg("side"), "Where a sole stands, or None.")
      .def(
          "rest", &Builder::rest, arg("support"), arg("site"), arg("place"), arg("friction"),
          arg("normal") = Vec3(Vec3::UnitY()),
          "A site or pair of sites rests at a place of the world, m; its support.")
      .def("bench", &Builder::bench, "Shoulder blades on a bench's edge at x = 0.")
      .def(
          "slide_on_bench", &Builder::slide_on_bench,
          "Likewise, sliding along the pad as something else asks.")
      .def(
          "shoulders_on_floor", &Builder::shoulders_on_floor,
          "Shoulders and the back of the head on the floor; their supports.")
      .def("support", &Builder::support, arg("support"), "Any other support.")
      .def("furniture", &Builder::furniture, arg("furniture"), "A thing to be drawn.");
}

void bind_loads(py::class_<Builder>& c) {
  c.def(
       "bar_on", &Builder::bar_on, arg("mass"), arg("where"),
       "Barbell that a body part carries, its axis across.")
      .def(
          "bar_in_hip_crease", &Builder::bar_in_hip_crease, arg("mass"), arg("along"),
          "Barbell in the crease of the hips on a pad, some m toward the knees.")
      .def(
          "bar_on_hips", &Builder::bar_on_hips,
          "Barbell of the parameter load at bar_position, hands on it; without load, arms across "
          "the "
          "chest.")
      .def(
          "bar_in_hands", &Builder::bar_in_hands, arg("mass"), arg("grip_width"), arg("x"),
          "Barbell hanging from both hands, arms straight, going up and down over x of the floor.")
      .def(
          "dumbbells_in_hands", &Builder::dumbbells_in_hands, arg("mass"),
          "A dumbbell of half the mass hangs from each hand.")
      .def(
          "carry", &Builder::carry, arg("how"), arg("mass"),
          "'dumbbells' in the hands or 'barbell' on the upper back; nothing at 0 kg.")
      .def("load", &Builder::load, arg("load"), "Any other load.")
      .def(
          "hands_hold_fixed", &Builder::hands_hold_fixed, arg("name"), arg("where"),
          "Hands hold something fixed where they are in a posture.")
      .def("arms_to_hips", &Builder::arms_to_hips, "Arms reach for the hip crease.")
      .def(
          "hands_on_bar", &Builder::hands_on_bar, arg("half_width"),
          "Hands hold the bar that was named last, so far to each side of its middle, m.")
      .def(
          "arms_to_bar_behind", &Builder::arms_to_bar_behind,
          "Hands raised beside a bar on the upper back, elbows down.")
      .def(
          "arms_crossed_on_bar", &Builder::arms_crossed_on_bar, arg("half_width"),
          "Upper arms forward and crossed, hands on a bar before the shoulders.")
      .def(
          "hand_on", &Builder::hand_on, arg("side"), arg("place"),
          "A hand holds a point of what carries a load.")
      .def("arms_across_chest", &Builder::arms_across_chest, "Hands on the other side's shoulder.")
      .def(
          "arms_forward", &Builder::arms_forward, arg("angle"),
          "Arms reach forward, raised from hanging, rad.")
      .def("arms_at_sides", &Builder::arms_at_sides, "Arms hang beside the trunk.");
}

void bind_goals(py::class_<Builder>& c) {
  c.def(
       "posture", &Builder::posture, arg("goals"), arg("path"),
       "The posture with more tasks, each a pair (name, task).")
      .def(
          "top", &Builder::top, arg("goals"), arg("help"),
          "End of the way up: a pair (name, task), or several of which the first names it.")
      .def("bottom", &Builder::bottom, arg("goals"), arg("help"), "Start of the way up, likewise.")
      .def(
          "driven_by", &Builder::driven_by, arg("name"), arg("quantity"),
          "What goes evenly from bottom to top and so leads the movement.")
      .def(
          "evenly", &Builder::evenly, arg("name"), arg("quantity"),
          "What follows evenly from what it is at the bottom to what it is at the top.")
      .def(
          "lagging", &Builder::lagging, arg("name"), arg("quantity"), arg("lag"),
          "A line that follows likewise, but late: 0 evenly, 1 at rest at the bottom.")
      .def(
          "least_effort", &Builder::least_effort, arg("goals"), arg("measure"), arg("lower"),
          arg("upper"), arg("path"), arg("allowed") = std::function<bool(const Posture&)>(),
          arg("help") = "", "Value of a measure at which a still posture costs the muscles least.")
      .def(
          "squat_on", &Builder::squat_on, arg("side"), arg("depth"), arg("knee_top"),
          "Down and up over one foot.")
      .def(
          "squat_down", &Builder::squat_down,
          "Down and up over both feet, to thigh_angle_deg, the trunk by trunk_lean_deg or least "
          "effort.")
      .def(
          "hinge_down", &Builder::hinge_down, arg("goal"), arg("help"),
          "Hips pushed back with the knees held, from an upright trunk to a goal at the bottom.")
      .def(
          "pull_from_floor", &Builder::pull_from_floor,
          "A bar lifted from the floor by legs and back, straight up.")
      .def(
          "low_hips", &Builder::low_hips,
          "Goal of hips as low as they go: bottom_clearance, or so that no load touches the floor.")
      .def(
          "drive_hips_up", &Builder::drive_hips_up, arg("inclination"),
          arg("working") = Side::right,
          "Hips driven up on a back that rests; finds feet, top and bottom.")
      .def(
          "drive_hips_into_line", &Builder::drive_hips_into_line, arg("working") = Side::right,
          "Likewise, to where knee, hip and shoulder lie in one line.")
      .def(
          "tempo", &Builder::tempo, arg("start"),
          "Phases of a repetition that starts at the 'bottom' or the 'top'.")
      .def(
          "advise", &Builder::advise, arg("coordinate"), arg("if_low"), arg("if_high"),
          "What to change when the movement asks for more than a joint has.")
      .def(
          "note", of<const std::string&, double>(&Builder::note), arg("name"), arg("value"),
          "What geometry decided, for the result.")
      .def(
          "note", of<const std::string&, const std::string&>(&Builder::note), arg("name"),
          arg("sentence"), "What geometry decided, for the result.")
      .def(
          "coordinate_at", &Builder::coordinate_at, arg("posture"), arg("name"),
          "A coordinate in a posture, rad or m.")
      .def(
          "place_at", &Builder::place_at, arg("posture"), arg("point"),
          "Where a point is in a posture, m.")
      .def("finish", &Builder::finish, "The finished scenario.");
}

// declarations that exercises share
void bind_parameters(py::module_& m) {
  const auto one = [](const Parameter& parameter) { return parameter_rows({parameter}); };
  m.def(
      "load_parameter",
      [=](double kg, const std::string& what) { return one(load_parameter(kg, what)); }, arg("kg"),
      arg("what"));
  m.def(
      "side_parameter", [=](const std::string& what) { return one(side_parameter(what)); },
      arg("what"));
  m.def(
      "lumbar_flexion_parameter", [=](double deg) { return one(lumbar_flexion_parameter(deg)); },
      arg("deg"));
  m.def("bar_position_parameter", [=] { return one(bar_position_parameter()); });
  m.def("trunk_lean_parameter", [=] { return one(trunk_lean_parameter()); });
  m.def(
      "tempo_parameters",
      [](double concentric, double hold, double eccentric) {
        return parameter_rows(tempo_parameters(concentric, hold, eccentric));
      },
      arg("concentric"), arg("hold"), arg("eccentric"));
  m.def(
      "feet_parameters",
      [](std::optional<double> stance_width, double toe_out_deg) {
        return parameter_rows(feet_parameters(stance_width.value_or(kFound), toe_out_deg));
      },
      arg("stance_width") = py::none(), arg("toe_out_deg") = 0.0);
  m.def("spine_parameters", [] { return parameter_rows(spine_parameters()); });
  m.def("thrust_parameters", [] { return parameter_rows(thrust_parameters()); });
  m.def("bench_parameters", [] { return parameter_rows(bench_parameters()); });
}

}  // namespace

void bind_vocabulary(py::module_& m) {
  Record<FootPlace>(
      m, "FootPlace",
      "Where one sole stands: middle of the heel at x and z on a height y, m; toe_out and toe_lift "
      "in "
      "rad; heel lifted by heel_height.")
      .field("x", &FootPlace::x)
      .field("z", &FootPlace::z)
      .field("y", &FootPlace::y)
      .field("toe_out", &FootPlace::toe_out)
      .field("heel_height", &FootPlace::heel_height)
      .field("toe_lift", &FootPlace::toe_lift)
      .field("friction", &FootPlace::friction)
      .finish();

  py::class_<Builder> c(
      m, "ScenarioBuilder",
      "The words of which exercises are made. Call them as a coach would say them: feet, back, "
      "spine, "
      "load, hands, then top and bottom; `finish` hands the scenario over.");
  c.def(
      py::init([](const py::object& model, const Parameters& parameters) {
        return std::make_unique<Builder>(model_of(model), parameters.exercise(), parameters);
      }),
      arg("model"), arg("parameters"), py::keep_alive<1, 2>());
  bind_points(c);
  bind_posture(c);
  bind_supports(c);
  bind_loads(c);
  bind_goals(c);
  c.def_property(
      "scenario", [](Builder& b) -> Scenario& { return b.scenario(); },
      [](Builder& b, const Scenario& scenario) { b.scenario() = scenario; },
      py::return_value_policy::reference_internal,
      "The scenario so far, for anything that has no word yet.");
  bind_parameters(m);
}

}  // namespace coxa::python
