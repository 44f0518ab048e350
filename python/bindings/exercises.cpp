#include "coxa/trial/exercise.hpp"
#include "coxa/trial/plugin.hpp"

#include "bindings.hpp"

namespace coxa::python {

void bind_exercises(py::module_& m) {
  m.def(
      "exercise_names", [] { return ExerciseRegistry::instance().names(); },
      "Names of all exercises, sorted.");
  m.def(
      "exercise_origin",
      [](const std::string& name) {
        ExerciseRegistry::instance().find(name);
        return ExerciseRegistry::instance().origin(name);
      },
      py::arg("name"), "Where an exercise came from.");
  m.def(
      "exercise_info",
      [](const std::string& name) {
        const ExerciseInfo info = ExerciseRegistry::instance().find(name)->info();
        py::dict result;
        result["name"] = info.name;
        result["title"] = info.title;
        result["description"] = info.description;
        result["muscles"] = info.muscles;
        result["references"] = info.references;
        return result;
      },
      py::arg("name"), "What an exercise says of itself.");
  m.def(
      "exercise_parameters",
      [](const std::string& name) {
        py::list result;
        for (const Parameter& parameter : ExerciseRegistry::instance().find(name)->parameters()) {
          py::dict row;
          row["name"] = parameter.name;
          row["default"] = parameter.default_value;
          row["minimum"] = parameter.minimum;
          row["maximum"] = parameter.maximum;
          row["unit"] = parameter.unit;
          row["description"] = parameter.description;
          row["integer"] = parameter.integer;
          result.append(row);
        }
        return result;
      },
      py::arg("name"), "Everything about an exercise that can be set.");
  m.def(
      "check_parameters",
      [](const std::string& name, const std::map<std::string, double>& given) {
        const auto exercise = ExerciseRegistry::instance().find(name);
        return Parameters(name, exercise->parameters(), given).given_units();
      },
      py::arg("name"), py::arg("given"),
      "All parameters in declared units, checked and with their defaults; NaN is found from the "
      "body.");
  m.def(
      "skipped_plugins",
      [] {
        py::list result;
        for (const SkippedPlugin& skipped : ExerciseRegistry::instance().skipped()) {
          result.append(py::make_tuple(skipped.path.string(), skipped.reason));
        }
        return result;
      },
      "Files that were looked at and are not exercises: (path, reason).");
}

}  // namespace coxa::python
