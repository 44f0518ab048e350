#include "coxa/exercise/scenario.hpp"

#include <pybind11/eigen.h>

#include "coxa/math/error.hpp"

#include "bindings.hpp"
#include "records.hpp"

namespace coxa::python {
namespace {

// a property of the scenario, held by one of its parts
template <typename Part, typename M>
void property(py::class_<Scenario>& c, Part Scenario::*part, const char* name, M Part::*member) {
  const Field field("Scenario", name, member);
  c.def_property(
      name, [=](const Scenario& s) { return field.get(&(s.*part)); },
      [=](Scenario& s, const py::object& given) { field.set(&(s.*part), given); });
}

}  // namespace

void bind_scenario(py::module_& m) {
  py::class_<Scenario> c(
      m, "Scenario",
      "Everything particular to one exercise done by one body. Its lists are tuples of values that "
      "cannot be changed in place: assign new ones, made with `replace`.");
  c.def(py::init<>());
  property(c, &Scenario::setting, "supports", &Setting::supports);
  property(c, &Scenario::setting, "grips", &Setting::grips);
  property(c, &Scenario::setting, "loads", &Setting::loads);
  property(c, &Scenario::setting, "furniture", &Setting::furniture);
  property(c, &Scenario::setting, "bands", &Setting::bands);
  property(c, &Scenario::setting, "cables", &Setting::cables);
  property(c, &Scenario::setting, "anchors", &Setting::anchors);
  property(c, &Scenario::setting, "shares", &Setting::shares);
  property(c, &Scenario::setting, "notes", &Setting::notes);
  property(c, &Scenario::plan, "tasks", &MovementPlan::tasks);
  property(c, &Scenario::plan, "start", &MovementPlan::start);
  property(c, &Scenario::plan, "end", &MovementPlan::end);
  property(c, &Scenario::plan, "drive", &MovementPlan::drive);
  property(c, &Scenario::plan, "preferences", &MovementPlan::preferences);
  property(c, &Scenario::plan, "advice", &MovementPlan::advice);
  property(c, &Scenario::plan, "repetition", &MovementPlan::repetition);
  property(c, &Scenario::plan, "repetitions", &MovementPlan::repetitions);
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

}  // namespace coxa::python
