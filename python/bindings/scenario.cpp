#include "coxa/exercise/scenario.hpp"

#include <pybind11/eigen.h>

#include "coxa/math/error.hpp"

#include "bindings.hpp"
#include "exercises.hpp"
#include "records.hpp"

namespace coxa::python {

// a Python function as a curve that any thread can evaluate
template <>
struct Convert<std::function<Vec3(double)>> {
  using Curve = std::function<Vec3(double)>;

  struct PythonCurve {
    SharedObject call;

    Vec3 operator()(double path) const {
      require<PluginError>(
          !interpreter_gone(), "a curve cannot be followed: Python is shutting down");
      const py::gil_scoped_acquire gil;
      try {
        const py::object point = (*call)(path);
        return converting("the point of a curve", point, [&] { return Convert<Vec3>::in(point); });
      } catch (const py::error_already_set& error) {
        throw_as_ours(error, "the curve of a DrivePoint", "");
      }
    }
  };

  static py::object out(const Curve& curve) {
    if (!curve) return py::none();
    if (const auto* ours = curve.target<PythonCurve>()) return *ours->call;
    return py::cpp_function([curve](double path) { return Convert<Vec3>::out(curve(path)); });
  }
  static Curve in(const py::handle& given) {
    require(PyCallable_Check(given.ptr()) != 0, "it must be a function of the path, 0 to 1");
    return PythonCurve{shared(py::reinterpret_borrow<py::object>(given))};
  }
};

namespace {

void bind_points(py::module_& m) {
  Record<ContactPoint>(m, "ContactPoint", "A point of a body: number of the body, m in its frame.")
      .field("body", &ContactPoint::body)
      .field("p_B", &ContactPoint::p_B)
      .finish();
  Record<PointMass>(m, "PointMass", "A mass that a body carries at a point, kg.")
      .field("body", &PointMass::body)
      .field("p_B", &PointMass::p_B)
      .field("mass", &PointMass::mass)
      .finish();
  m.def(
      "body_index",
      [](const py::object& model, const std::string& name) {
        return model_of(model).skeleton.body_index(name);
      },
      py::arg("model"), py::arg("name"), "Number of a body; 0 is the world.");
  m.def(
      "coordinate_index",
      [](const py::object& model, const std::string& name) {
        return model_of(model).skeleton.coordinate_index(name);
      },
      py::arg("model"), py::arg("name"), "Number of an independent coordinate.");
  m.def(
      "site",
      [](const py::object& model, const std::string& name) {
        const Site& site = model_of(model).skeleton.site(name);
        return ContactPoint{site.body, site.p_B};
      },
      py::arg("model"), py::arg("name"), "A named point of the model.");
}

void bind_tasks(py::module_& m) {
  Record<HoldOrientation>(m, "HoldOrientation", "A body's orientation is given.")
      .field("body", &HoldOrientation::body)
      .field("R_WB", &HoldOrientation::R_WB)
      .finish();
  Record<HoldDirection>(
      m, "HoldDirection", "A direction fixed in a body points along a direction of the world.")
      .field("body", &HoldDirection::body)
      .field("axis_B", &HoldDirection::axis_B)
      .field("direction_W", &HoldDirection::direction_W)
      .finish();
  Record<HoldPoint>(m, "HoldPoint", "Chosen world components of a point are given, m.")
      .field("body", &HoldPoint::body)
      .field("p_B", &HoldPoint::p_B)
      .field("p_W", &HoldPoint::p_W)
      .field("axes", &HoldPoint::axes)
      .finish();
  Record<DrivePoint>(
      m, "DrivePoint", "A point follows a smooth curve, a function of the path (0 bottom, 1 top).")
      .field("body", &DrivePoint::body)
      .field("p_B", &DrivePoint::p_B)
      .field("p_W", &DrivePoint::p_W)
      .field("axes", &DrivePoint::axes)
      .finish();
  Record<JoinPoints>(
      m, "JoinPoints", "Chosen world components of the way from point b to point a are given, m.")
      .field("body_a", &JoinPoints::body_a)
      .field("p_A", &JoinPoints::p_A)
      .field("body_b", &JoinPoints::body_b)
      .field("p_B", &JoinPoints::p_B)
      .field("axes", &JoinPoints::axes)
      .field("offset_W", &JoinPoints::offset_W)
      .finish();
  Record<HoldCoordinate>(m, "HoldCoordinate", "A coordinate has a value, rad or m.")
      .field("coordinate", &HoldCoordinate::coordinate)
      .field("value", &HoldCoordinate::value)
      .finish();
  Record<DriveCoordinate>(
      m, "DriveCoordinate", "A coordinate goes from one value to another along the path, rad or m.")
      .field("coordinate", &DriveCoordinate::coordinate)
      .field("start", &DriveCoordinate::from)
      .field("end", &DriveCoordinate::to)
      .finish();
  Record<PointHeight>(m, "PointHeight", "The mean height of points has a value, m.")
      .field("points", &PointHeight::points)
      .field("value", &PointHeight::value)
      .finish();
  Record<LineInclination>(
      m, "LineInclination",
      "Angle of the line between points (or their middles) above the horizontal, rad.")
      .field("start", &LineInclination::from)
      .field("end", &LineInclination::to)
      .field("forward", &LineInclination::forward)
      .field("value", &LineInclination::value)
      .finish();
  Record<DriveLine>(
      m, "DriveLine",
      "The inclination of a line goes from one value to another along the path, rad.")
      .field("line", &DriveLine::line)
      .field("start", &DriveLine::from)
      .field("end", &DriveLine::to)
      .field("lag", &DriveLine::lag)
      .finish();
  Record<HoldCenterOfMass>(
      m, "HoldCenterOfMass",
      "Chosen world components of the common centre of mass of body and carried masses, m.")
      .field("carried", &HoldCenterOfMass::carried)
      .field("p_W", &HoldCenterOfMass::p_W)
      .field("axes", &HoldCenterOfMass::axes)
      .finish();
  Record<NamedTask>(
      m, "NamedTask",
      "A task with the words that tell a person what cannot be met, and an id for code that looks "
      "for it.")
      .field("name", &NamedTask::name)
      .field("task", &NamedTask::task)
      .field("id", &NamedTask::id)
      .from_pair()
      .finish();
  Record<Preference>(
      m, "Preference", "What a coordinate likes to be where the tasks leave it free, rad or m.")
      .field("coordinate", &Preference::coordinate)
      .field("value", &Preference::value)
      .field("weight", &Preference::weight)
      .finish();
  Record<Phase>(
      m, "Phase",
      "One stretch of a repetition: 'concentric', 'hold', 'eccentric' or 'rest', its duration in "
      "s, "
      "and where on the path (0 bottom, 1 top) it starts and ends.")
      .field("kind", &Phase::kind)
      .field("duration", &Phase::duration)
      .field("start", &Phase::from)
      .field("end", &Phase::to)
      .finish();
  Record<RangeAdvice>(
      m, "RangeAdvice", "What to change when a coordinate would leave its range, low or high.")
      .field("coordinate", &RangeAdvice::coordinate)
      .field("if_low", &RangeAdvice::if_low)
      .field("if_high", &RangeAdvice::if_high)
      .finish();
}

void bind_elements(py::module_& m) {
  Record<Support>(
      m, "Support",
      "Where the body may push on the world; points pull never, and push within the friction cone.")
      .field("name", &Support::name)
      .field("points", &Support::points)
      .field("normal", &Support::normal)
      .field("friction", &Support::friction)
      .field("origin", &Support::origin)
      .field("path_from", &Support::path_from)
      .field("path_to", &Support::path_to)
      .finish();
  Record<SupportShare>(
      m, "SupportShare", "Share of support a in what a and b carry together along their normals.")
      .field("support_a", &SupportShare::support_a)
      .field("support_b", &SupportShare::support_b)
      .field("share", &SupportShare::share)
      .finish();
  Record<Grip>(
      m, "Grip", "A hand that holds a load; each component of force within its strength, N.")
      .field("name", &Grip::name)
      .field("hand", &Grip::hand)
      .field("load", &Grip::load)
      .field("strength", &Grip::strength)
      .finish();
  Record<Anchor>(
      m, "Anchor",
      "A body point held by the world, along each axis within a strength, N; 0 is free.")
      .field("name", &Anchor::name)
      .field("point", &Anchor::point)
      .field("strength", &Anchor::strength)
      .finish();
  Record<LoadShape>(m, "LoadShape", "Cylindrical part of a load along its z axis, m.")
      .field("center", &LoadShape::center)
      .field("radius", &LoadShape::radius)
      .field("length", &LoadShape::length)
      .finish();
  Record<Load>(
      m, "Load",
      "A rigid body carried by one of the person's bodies; X_BL is (rotation matrix, position).")
      .field("name", &Load::name)
      .field("carrier", &Load::carrier)
      .field("X_BL", &Load::X_BL)
      .field("mass", &Load::mass)
      .field("center_of_mass", &Load::center_of_mass)
      .field("inertia", &Load::inertia)
      .field("shapes", &Load::shapes)
      .field("hangs", &Load::hangs)
      .finish();
  Record<DumbbellSize>(m, "DumbbellSize", "Two heads on a handle, m.")
      .field("head_radius", &DumbbellSize::head_radius)
      .field("head_length", &DumbbellSize::head_length)
      .field("handle_length", &DumbbellSize::handle_length)
      .finish();
  Record<BandMaterial>(
      m, "BandMaterial", "Tension of one strand of a band, N, over its elongation.")
      .field("name", &BandMaterial::name)
      .field("elongation", &BandMaterial::elongation)
      .field("force", &BandMaterial::force)
      .finish();
  Record<Band>(m, "Band", "Elastic band between points of two bodies, lengths in m.")
      .field("name", &Band::name)
      .field("a", &Band::a)
      .field("b", &Band::b)
      .field("rest_length", &Band::rest_length)
      .field("strands", &Band::strands)
      .field("material", &Band::material)
      .field("wrap_a", &Band::wrap_a)
      .field("wrap_b", &Band::wrap_b)
      .finish();
  Record<Cable>(m, "Cable", "A weight stack of some kg that pulls a body point toward a pulley.")
      .field("name", &Cable::name)
      .field("point", &Cable::point)
      .field("anchor", &Cable::anchor)
      .field("mass", &Cable::mass)
      .field("ratio", &Cable::ratio)
      .finish();
  Record<Furniture>(m, "Furniture", "A box of the surroundings, for drawing only, m.")
      .field("name", &Furniture::name)
      .field("lower", &Furniture::lower)
      .field("upper", &Furniture::upper)
      .finish();
}

// a property of the scenario, or of its plan, that holds records
template <typename Owner, typename M>
void property(
    py::class_<Scenario>& c, const char* name, M Owner::*member, Owner& (*owner)(Scenario&)) {
  const std::string where = std::string("Scenario.") + name;
  c.def_property(
      name, [=](Scenario& s) { return Convert<M>::out(owner(s).*member); },
      [=](Scenario& s, const py::object& given) {
        converting(where, given, [&] { owner(s).*member = Convert<M>::in(given); });
      });
}

Setting& setting_of(Scenario& s) { return s.setting; }
MovementPlan& plan_of(Scenario& s) { return s.plan; }

void bind_scenario_class(py::module_& m) {
  py::class_<Scenario> c(
      m, "Scenario",
      "Everything particular to one exercise done by one body. Its lists are tuples of values that "
      "cannot be changed in place: assign new ones, made with `replace`.");
  c.def(py::init<>());
  property(c, "supports", &Setting::supports, setting_of);
  property(c, "grips", &Setting::grips, setting_of);
  property(c, "loads", &Setting::loads, setting_of);
  property(c, "furniture", &Setting::furniture, setting_of);
  property(c, "bands", &Setting::bands, setting_of);
  property(c, "cables", &Setting::cables, setting_of);
  property(c, "anchors", &Setting::anchors, setting_of);
  property(c, "shares", &Setting::shares, setting_of);
  property(c, "notes", &Setting::notes, setting_of);
  property(c, "tasks", &MovementPlan::tasks, plan_of);
  property(c, "start", &MovementPlan::start, plan_of);
  property(c, "end", &MovementPlan::end, plan_of);
  property(c, "drive", &MovementPlan::drive, plan_of);
  property(c, "preferences", &MovementPlan::preferences, plan_of);
  property(c, "advice", &MovementPlan::advice, plan_of);
  property(c, "repetition", &MovementPlan::repetition, plan_of);
  property(c, "repetitions", &MovementPlan::repetitions, plan_of);
  c.def_property(
      "guess",
      [](const Scenario& s) {
        py::array_t<double> guess(s.plan.guess.size(), s.plan.guess.data());
        guess.attr("setflags")(py::arg("write") = false);
        return guess;
      },
      [](Scenario& s, const Eigen::VectorXd& guess) { s.plan.guess = guess; });
  c.def(
      "copy", [](const Scenario& s) { return Scenario(s); }, "An independent copy.");
  c.def("__repr__", [](const Scenario& s) {
    const auto names = [](const auto& list) {
      std::string text;
      for (const auto& item : list) text += (text.empty() ? "" : ", ") + item.name;
      return text.empty() ? std::string("none") : text;
    };
    return message(
        "<coxa.Scenario supports: ", names(s.setting.supports), "; loads: ", names(s.setting.loads),
        "; ", s.plan.tasks.size(), " tasks, ", s.plan.repetition.size(), " phases, ",
        s.plan.repetitions, " repetitions>");
  });
}

}  // namespace

void bind_scenario(py::module_& m) {
  bind_points(m);
  bind_tasks(m);
  bind_elements(m);
  bind_scenario_class(m);

  m.def(
      "barbell", &barbell, py::arg("mass"), py::arg("carrier"), py::arg("p_B"),
      "Barbell of a total mass, its axis along the carrier's z, its middle at a point of the "
      "carrier.");
  m.def(
      "half_barbell", &half_barbell, py::arg("mass"), py::arg("side"), py::arg("palm"),
      py::arg("z"), "One side of a barbell that hangs from a hand, z m from the bar's middle.");
  m.def(
      "dumbbell", &dumbbell, py::arg("mass"), py::arg("palm"), py::arg("name"),
      "Dumbbell that hangs from a hand, its handle along x.");
  m.def(
      "lying_dumbbell", &lying_dumbbell, py::arg("mass"), py::arg("where"), py::arg("name"),
      "Dumbbell across a body part that carries it, its handle along the carrier's z.");
  m.def(
      "dumbbell_size", &dumbbell_size, py::arg("mass"),
      "Heads and handle of a dumbbell of cast iron, m.");
  m.def(
      "foot_support",
      [](const py::object& model, Side side, double friction, bool heel_on_floor) {
        return foot_support(model_of(model), side, friction, heel_on_floor);
      },
      py::arg("model"), py::arg("side"), py::arg("friction") = 0.6, py::arg("heel_on_floor") = true,
      "Sole of one foot.");
  m.def("thera_band", &thera_band, py::arg("colour"), "Elastic band of a Thera-Band colour.");
  m.def(
      "strand_tension", &strand_tension, py::arg("material"), py::arg("elongation"),
      "Tension of one strand, N; 0 where it is slack.");
  m.def(
      "solve_posture",
      [](const py::object& model, const std::vector<NamedTask>& tasks,
         const std::vector<Preference>& preferences, const Eigen::VectorXd& guess, double path) {
        const Skeleton& skeleton = model_of(model).skeleton;
        const py::gil_scoped_release release;
        return solve_posture(skeleton, tasks, preferences, guess, path);
      },
      py::arg("model"), py::arg("tasks"), py::arg("preferences"), py::arg("guess"),
      py::arg("path") = 0.0, "Posture that satisfies all tasks, nearest to the preferences.");
  py::class_<Posture>(m, "Posture", "A posture that was sought: coordinates q in rad or m.")
      .def_property_readonly(
          "q", [](const Posture& p) { return py::array_t<double>(p.q.size(), p.q.data()); })
      .def_readonly("error", &Posture::error)
      .def_readonly("worst_task", &Posture::worst_task)
      .def_readonly("solved", &Posture::solved);
}

}  // namespace coxa::python
