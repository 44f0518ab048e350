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
      .def("site", &coxa::site, arg("name"), "A named point of the model.")
      .def(
          "sites", &coxa::sites, arg("name"),
          "The right and left site of that name, or the one in the middle.")
      .def(
          "trunk", &coxa::trunk, arg("inclination") = 0.0,
          "Line from the hips to the shoulders above the horizontal, rad.")
      .def(
          "thigh", &coxa::thigh, arg("side"), arg("inclination") = 0.0,
          "Line from the knee back to the hip above the horizontal, rad.")
      .def(
          "shank", &coxa::shank, arg("side"), arg("inclination") = 0.0,
          "Line from the ankle up to the knee above the horizontal, rad.")
      .def(
          "height", &coxa::height, arg("site"), arg("value") = 0.0,
          "Mean height of a site or pair of sites, m.")
      .def(
          "coordinate", &coxa::coordinate, arg("name"), arg("value") = 0.0,
          "One coordinate, rad or m.")
      .def("hip_half_width", &coxa::hip_half_width, "m.")
      .def("leg_length", &coxa::leg_length, "Thigh and shank together, from hip to ankle, m.")
      .def("side", &coxa::side, "The parameter `side`.")
      .def_static("sign", &coxa::sign, arg("side"), "+1 to the right, -1 to the left.")
      .def_static("suffix", &coxa::suffix, arg("side"), "'_r' or '_l'.")
      .def_static("other", &coxa::other, arg("side"), "The other side.");
}

void bind_posture(py::class_<Builder>& c) {
  c.def(
       "task", &coxa::task, arg("name"), arg("task"), arg("id") = "",
       "A task of one's own; `id` names it for code that looks for it.")
      .def(
          "hold", &coxa::hold, arg("coordinate"), arg("value"),
          "A coordinate keeps a value, rad or m.")
      .def(
          "drive", &coxa::drive, arg("coordinate"), arg("bottom"), arg("top"),
          "A coordinate goes from one value at the bottom to another at the top, rad or m.")
      .def(
          "wish", &coxa::wish, arg("coordinate"), arg("value"), arg("weight") = 1.0,
          "What a coordinate likes where the tasks leave it free; also the first guess.")
      .def(
          "guess", &coxa::guess, arg("coordinate"), arg("value"),
          "Where the search for postures begins.")
      .def(
          "lie_down", &coxa::lie_down, arg("pelvis_height"),
          "First guess of someone lying on the back, feet on the floor, head toward -x.")
      .def("square_pelvis", &coxa::square_pelvis, "Pelvis neither tilted sideways nor turned.")
      .def(
          "neutral_spine", &coxa::neutral_spine,
          "Spine and neck neutral, but for lumbar_extension_deg and neck_flexion_deg.")
      .def(
          "spine", &coxa::spine, arg("bending"), arg("rotation"),
          "Likewise, with the lumbar joint bent and turned, rad.")
      .def(
          "stand_square", &coxa::stand_square,
          "Both soles side by side, heels at 0; pelvis square, spine neutral.")
      .def(
          "hold_leg", &coxa::hold_leg, arg("side"), arg("hip_flexion"), arg("hip_rotation"),
          arg("knee_flexion"), arg("help") = "",
          "A leg in the air, its foot square to the shank, rad.")
      .def(
          "balance", of<Builder&, double>(&coxa::balance), arg("x"),
          "Common centre of mass over x of the floor, m.")
      .def(
          "balance", of<Builder&, double, double>(&coxa::balance), arg("x"), arg("z"),
          "Common centre of mass over a point of the floor, m.");
}

void bind_supports(py::class_<Builder>& c) {
  c.def(
       "stand", of<Builder&, double>(&coxa::stand), arg("x"),
       "Both soles side by side, heels at x, from stance_width, toe_out_deg, heel_height and "
       "floor_friction.")
      .def(
          "stand", of<Builder&, Side, const FootPlace&>(&coxa::stand), arg("side"), arg("place"),
          "A sole in its place, and its support.")
      .def(
          "stand_spread", &coxa::stand_spread, arg("abduction"),
          arg("help") = "decrease the abduction",
          "Both soles where, with the trunk level, each hip is abducted, rad, shanks vertical and "
          "knees "
          "in line with the toes.")
      .def(
          "step", &coxa::step, arg("side"), arg("start"), arg("end"), arg("lift"), arg("knee"),
          "The other foot of a step, from a place of its ball to another in an arc, its knee bent.")
      .def(
          "stand_on_border", &coxa::stand_on_border, arg("side"), arg("x"), arg("turn"),
          arg("friction"),
          "A foot on its outer border, its sole turned up by `turn`, rad, toward the other's; "
          "supports of border and sole.")
      .def(
          "rest_foot_behind", &coxa::rest_foot_behind, arg("side"), arg("laces"), arg("friction"),
          "Laces of a foot on something behind; its support.")
      .def(
          "kneel", &coxa::kneel, arg("side"), arg("x"), arg("friction"),
          "A knee on the floor, shin and laces behind it; supports of knee and foot.")
      .def(
          "hands_on_floor", &coxa::hands_on_floor, arg("friction"),
          "Both palms on the floor under the shoulders; their supports.")
      .def_static(
          "sole_name", &coxa::sole_name, arg("side"),
          "Name of the support that a foot's words make.")
      .def("ball", &coxa::ball, arg("side"), "Ball of a foot that stands flat, m.")
      .def("stance_width", &coxa::stance_width, "Distance between the heels, m.")
      .def(
          "mid_sole", &coxa::mid_sole, arg("side"), "Middle of a standing sole along the floor, m.")
      .def("foot", &coxa::foot, arg("side"), "Where a sole stands, or None.")
      .def(
          "rest", &coxa::rest, arg("support"), arg("site"), arg("place"), arg("friction"),
          arg("normal") = Vec3(Vec3::UnitY()),
          "A site or pair of sites rests at a place of the world, m; its support.")
      .def("bench", &coxa::bench, "Shoulder blades on a bench's edge at x = 0.")
      .def(
          "slide_on_bench", &coxa::slide_on_bench,
          "Likewise, sliding along the pad as something else asks.")
      .def(
          "shoulders_on_floor", &coxa::shoulders_on_floor,
          "Shoulders and the back of the head on the floor; their supports.")
      .def("support", &coxa::support, arg("support"), "Any other support.")
      .def("furniture", &coxa::furniture, arg("furniture"), "A thing to be drawn.");
}

void bind_loads(py::class_<Builder>& c) {
  c.def(
       "bar_on", &coxa::bar_on, arg("mass"), arg("where"),
       "Barbell that a body part carries, its axis across.")
      .def(
          "bar_in_hip_crease", &coxa::bar_in_hip_crease, arg("mass"), arg("along"),
          "Barbell in the crease of the hips on a pad, some m toward the knees.")
      .def(
          "bar_on_hips", &coxa::bar_on_hips,
          "Barbell of the parameter load at bar_position, hands on it; without load, arms across "
          "the "
          "chest.")
      .def(
          "bar_in_hands", &coxa::bar_in_hands, arg("mass"), arg("grip_width"), arg("x"),
          "Barbell hanging from both hands, arms straight, going up and down over x of the floor.")
      .def(
          "dumbbells_in_hands", &coxa::dumbbells_in_hands, arg("mass"),
          "A dumbbell of half the mass hangs from each hand.")
      .def(
          "carry", &coxa::carry, arg("how"), arg("mass"),
          "'dumbbells' in the hands or 'barbell' on the upper back; nothing at 0 kg.")
      .def("load", &coxa::load, arg("load"), "Any other load.")
      .def(
          "hands_hold_fixed", &coxa::hands_hold_fixed, arg("name"), arg("where"),
          "Hands hold something fixed where they are in a posture.")
      .def("arms_to_hips", &coxa::arms_to_hips, "Arms reach for the hip crease.")
      .def(
          "hands_on_bar", &coxa::hands_on_bar, arg("half_width"),
          "Hands hold the bar that was named last, so far to each side of its middle, m.")
      .def(
          "arms_to_bar_behind", &coxa::arms_to_bar_behind,
          "Hands raised beside a bar on the upper back, elbows down.")
      .def(
          "arms_crossed_on_bar", &coxa::arms_crossed_on_bar, arg("half_width"),
          "Upper arms forward and crossed, hands on a bar before the shoulders.")
      .def(
          "hand_on", &coxa::hand_on, arg("side"), arg("place"),
          "A hand holds a point of what carries a load.")
      .def("arms_across_chest", &coxa::arms_across_chest, "Hands on the other side's shoulder.")
      .def(
          "arms_forward", &coxa::arms_forward, arg("angle"),
          "Arms reach forward, raised from hanging, rad.")
      .def("arms_at_sides", &coxa::arms_at_sides, "Arms hang beside the trunk.");
}

void bind_goals(py::class_<Builder>& c) {
  // a table: one entry for each word
  c.def(
       "posture", &coxa::posture, arg("goals"), arg("path"),
       "The posture with more tasks, each a pair (name, task).")
      .def(
          "top", &coxa::top, arg("goals"), arg("help"),
          "End of the way up: a pair (name, task), or several of which the first names it.")
      .def("bottom", &coxa::bottom, arg("goals"), arg("help"), "Start of the way up, likewise.")
      .def(
          "driven_by", &coxa::driven_by, arg("name"), arg("quantity"),
          "What goes evenly from bottom to top and so leads the movement.")
      .def(
          "evenly", &coxa::evenly, arg("name"), arg("quantity"),
          "What follows evenly from what it is at the bottom to what it is at the top.")
      .def(
          "lagging", &coxa::lagging, arg("name"), arg("quantity"), arg("lag"),
          "A line that follows likewise, but late: 0 evenly, 1 at rest at the bottom.")
      .def(
          "least_effort", &coxa::least_effort, arg("goals"), arg("measure"), arg("lower"),
          arg("upper"), arg("path"), arg("allowed") = std::function<bool(const Posture&)>(),
          arg("help") = "", "Value of a measure at which a still posture costs the muscles least.")
      .def(
          "squat_on", &coxa::squat_on, arg("side"), arg("depth"), arg("knee_top"),
          arg("reach") = "step_length", "Down and up over one foot.")
      .def(
          "squat_down", &coxa::squat_down, arg("thigh_angle") = "thigh_angle_deg",
          "Down and up over both feet, to the parameter of that name, the trunk by trunk_lean_deg "
          "or "
          "least effort.")
      .def(
          "hinge_down", &coxa::hinge_down, arg("goal"), arg("help"),
          arg("knee_flexion") = "knee_flexion_deg",
          "Hips pushed back with the knees held at the parameter of that name, from an upright "
          "trunk "
          "to a goal at the bottom.")
      .def(
          "pull_from_floor", &coxa::pull_from_floor, arg("bar_height") = "bar_height",
          "A bar lifted from the floor, from the parameter of that name, by legs and back, "
          "straight "
          "up.")
      .def(
          "low_hips", &coxa::low_hips,
          "Goal of hips as low as they go: bottom_clearance, or so that no load touches the floor.")
      .def(
          "drive_hips_up", &coxa::drive_hips_up, arg("inclination"), arg("working") = Side::right,
          arg("help") = "", "Hips driven up on a back that rests; finds feet, top and bottom.")
      .def(
          "drive_hips_into_line", &coxa::drive_hips_into_line, arg("working") = Side::right,
          "Likewise, to where knee, hip and shoulder lie in one line.")
      .def(
          "tempo", &coxa::tempo, arg("start"),
          "Phases of a repetition that starts at the 'bottom' or the 'top'.")
      .def(
          "advise", &coxa::advise, arg("coordinate"), arg("if_low"), arg("if_high"),
          "What to change when the movement asks for more than a joint has.")
      .def(
          "note", of<Builder&, const std::string&, double>(&coxa::note), arg("name"), arg("value"),
          "What geometry decided, for the result.")
      .def(
          "note", of<Builder&, const std::string&, const std::string&>(&coxa::note), arg("name"),
          arg("sentence"), "What geometry decided, for the result.")
      .def(
          "coordinate_at", &coxa::coordinate_at, arg("posture"), arg("name"),
          "A coordinate in a posture, rad or m.")
      .def(
          "place_at", &coxa::place_at, arg("posture"), arg("point"),
          "Where a point is in a posture, m.")
      .def("finish", &coxa::finish, "The finished scenario.");
}

// parameter declarations shared by exercises
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
  m.def(
      "trunk_bend_parameter", [=](double deg) { return one(trunk_bend_parameter(deg)); },
      arg("deg") = kFound);
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
        return std::make_unique<Builder>(model_of(model), parameters);
      }),
      arg("model"), arg("parameters"), py::keep_alive<1, 2>());
  bind_points(c);
  bind_posture(c);
  bind_supports(c);
  bind_loads(c);
  bind_goals(c);
  c.def_readwrite(
      "scenario", &Builder::scenario, "The scenario so far, for anything that has no word yet.");
  bind_parameters(m);
}

}  // namespace coxa::python
