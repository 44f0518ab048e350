// Tasks, movement plans and postures.

#include <pybind11/eigen.h>

#include "coxa/exercise/scenario.hpp"
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
        Vec3 p_W;
        converting("the point of a curve", point, [&] { p_W = Convert<Vec3>::in(point); });
        return p_W;
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
  // a table: one record for each kind of task
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
}

void bind_plan(py::module_& m) {
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

void bind_posture(py::module_& m) {
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

}  // namespace

void bind_motion(py::module_& m) {
  bind_points(m);
  bind_tasks(m);
  bind_plan(m);
  bind_posture(m);
}

}  // namespace coxa::python
