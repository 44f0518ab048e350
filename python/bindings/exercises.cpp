#include "exercises.hpp"

#include <cmath>
#include <limits>

#include "coxa/exercise/build.hpp"
#include "coxa/exercise/registry.hpp"
#include "coxa/exercise/vocabulary.hpp"
#include "coxa/math/error.hpp"

namespace coxa::python {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// file and line where an exception was raised
std::string place_of(const py::error_already_set& error) {
  py::object trace = error.trace();
  if (!trace || trace.is_none()) return "";
  while (!trace.attr("tb_next").is_none()) trace = trace.attr("tb_next");
  return message(
      " (", py::str(trace.attr("tb_frame").attr("f_code").attr("co_filename")).cast<std::string>(),
      ", line ", trace.attr("tb_lineno").cast<int>(), ")");
}

template <typename E>
void throw_if(const py::error_already_set& error, const char* name, const std::string& text) {
  const py::object ours = py::module_::import("coxa._core").attr(name);
  if (error.matches(ours)) throw E(text);
}

// An exercise written in Python behind the C++ interface: its description is read once; `build` is
// called with the GIL.
class PythonExercise final : public Exercise {
 public:
  PythonExercise(
      ExerciseInfo info, std::vector<Parameter> parameters, py::object build, std::string origin)
      : info_(std::move(info)),
        parameters_(std::move(parameters)),
        build_(shared(std::move(build))),
        origin_(std::move(origin)) {}

  ExerciseInfo info() const override { return info_; }
  std::vector<Parameter> parameters() const override { return parameters_; }

  void build(ScenarioBuilder& s, const Parameters& parameters) const override {
    const std::string what = message("the exercise ", info_.name, " (", origin_, ")");
    require<PluginError>(!interpreter_gone(), what, " cannot be built: Python is shutting down");
    const py::gil_scoped_acquire gil;
    try {
      const py::object built =
          (*build_)(py::cast(s.model, py::return_value_policy::reference), parameters);
      if (py::isinstance<ScenarioBuilder>(built))
        return s.take(finish(built.cast<ScenarioBuilder&>()));
      require<PluginError>(
          py::isinstance<Scenario>(built), what, " returned ",
          py::repr(py::type::of(built)).cast<std::string>(),
          " from build, not a coxa.Scenario; end it with 'return s.finish()'");
      s.take(built.cast<Scenario&>());
    } catch (const py::error_already_set& error) {
      // Ctrl-C is not an error of the exercise: raise it again at the next check for signals
      if (error.matches(PyExc_KeyboardInterrupt)) {
        PyErr_SetInterrupt();
        throw PluginError(message(what, " was interrupted"));
      }
      throw_as_ours(error, info_.name, origin_);
    }
  }

 private:
  ExerciseInfo info_;
  std::vector<Parameter> parameters_;
  SharedObject build_;
  std::string origin_;
};

Parameter parameter_of(const py::handle& given) {
  const py::object value = given.attr("default");
  Parameter p;
  p.name = given.attr("name").cast<std::string>();
  p.minimum = given.attr("minimum").cast<double>();
  p.maximum = given.attr("maximum").cast<double>();
  p.unit = given.attr("unit").cast<std::string>();
  p.description = given.attr("description").cast<std::string>();
  p.integer = given.attr("integer").cast<bool>();
  p.choices = given.attr("choices").cast<std::vector<std::string>>();
  if (value.is_none()) {
    p.default_value = kNaN;
  } else if (py::isinstance<py::str>(value)) {
    p.default_value = p.index_of(value.cast<std::string>());
  } else {
    p.default_value = value.cast<double>();
  }
  return p;
}

// the word of a choice, None for a value found from the model, otherwise the number
py::object shown(const Parameter& parameter, double value) {
  if (std::isnan(value)) return py::none();
  if (!parameter.choices.empty()) return py::str(parameter.choice_at(value));
  return py::float_(value);
}

py::dict row_of(const Parameter& parameter) {
  py::dict row;
  row["name"] = parameter.name;
  row["default"] = shown(parameter, parameter.default_value);
  row["minimum"] = parameter.minimum;
  row["maximum"] = parameter.maximum;
  row["unit"] = parameter.unit;
  row["description"] = parameter.description;
  row["integer"] = parameter.integer || !parameter.choices.empty();
  row["choices"] = py::tuple(py::cast(parameter.choices));
  return row;
}

py::object si_value(const Parameters& p, const std::string& name) {
  if (p.automatic(name)) return py::none();
  if (p.has_choices(name)) return py::str(p.choice(name));
  return py::float_(p[name]);
}

void bind_parameters(py::module_& m) {
  py::class_<Parameters>(
      m, "Parameters",
      "Values of an exercise's parameters as `build` gets them: SI units and radians, the word of "
      "a "
      "choice, None for what is to be found from the body.")
      .def("__getitem__", &si_value, py::arg("name"))
      .def(
          "__contains__", [](const Parameters& p,
                             const std::string& name) { return p.given_units().contains(name); })
      .def(
          "__iter__",
          [](const Parameters& p) {
            py::list names;
            for (const auto& [name, value] : p.given_units()) names.append(name);
            return py::iter(names);
          })
      .def("__len__", [](const Parameters& p) { return p.given_units().size(); })
      .def("automatic", &Parameters::automatic, py::arg("name"))
      .def_property_readonly("exercise", &Parameters::exercise)
      .def(
          "declared",
          [](const Parameters& p, const py::args& names) {
            py::dict values;
            const auto add = [&](const std::string& name, double number) {
              if (p.automatic(name)) return;
              values[py::str(name)] =
                  p.has_choices(name) ? py::object(py::str(p.choice(name))) : py::float_(number);
            };
            for (const auto& [name, number] : p.given_units()) {
              if (names.empty()) add(name, number);
            }
            for (const py::handle name : names) {
              const auto text = name.cast<std::string>();
              p[text];  // throws for unknown names
              add(text, p.given_units().at(text));
            }
            return values;
          },
          "Values in declared units (degrees stay degrees), of all parameters or of those named, "
          "for "
          "another exercise's `build`; what the body decides is left out.")
      .def("__repr__", [](const Parameters& p) {
        std::string text;
        for (const auto& [name, value] : p.given_units()) {
          text += (text.empty() ? "" : ", ") + name + "="
                  + py::repr(si_value(p, name)).cast<std::string>();
        }
        return "<coxa.Parameters of " + p.exercise() + ": " + text + ">";
      });
}

}  // namespace

py::list parameter_rows(const std::vector<Parameter>& parameters) {
  py::list rows;
  for (const Parameter& parameter : parameters) rows.append(row_of(parameter));
  return rows;
}

bool interpreter_gone() {
#if PY_VERSION_HEX >= 0x030d0000
  return !Py_IsInitialized() || Py_IsFinalizing();
#else
  return !Py_IsInitialized() || _Py_IsFinalizing();
#endif
}

SharedObject shared(py::object object) {
  return {new py::object(std::move(object)), [](py::object* held) {
            // after interpreter shutdown the object cannot be released
            if (interpreter_gone()) return;
            const py::gil_scoped_acquire gil;
            delete held;
          }};
}

const Model& model_of(const py::handle& model) {
  const py::object core = py::getattr(model, "_core", py::reinterpret_borrow<py::object>(model));
  require(
      py::isinstance<Model>(core), "model must be a coxa.Model, not ",
      py::repr(model).cast<std::string>());
  return core.cast<const Model&>();
}

void throw_as_ours(
    const py::error_already_set& error, const std::string& name, const std::string& origin) {
  const std::string said = py::str(error.value()).cast<std::string>();
  // coxa's own messages are complete; add the exercise's name if they lack it
  const std::string text = said.starts_with(name) ? said : message(name, ": ", said);
  throw_if<InfeasibleMotion>(error, "InfeasibleMotion", text);
  throw_if<UnknownName>(error, "UnknownName", text);
  throw_if<InvalidArgument>(error, "InvalidArgument", text);
  throw_if<FileError>(error, "FileError", text);
  throw_if<UnsolvedFrame>(error, "UnsolvedFrame", text);
  throw_if<PluginError>(error, "PluginError", text);
  throw PluginError(message(
      "the exercise ", name, origin.empty() ? "" : " (" + origin + ")", " failed in build: ",
      error.type().attr("__name__").cast<std::string>(), ": ", said, place_of(error)));
}

namespace {

// the exercises and their descriptions
void bind_catalogue(py::module_& m) {
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
        return parameter_rows(ExerciseRegistry::instance().find(name)->parameters());
      },
      py::arg("name"), "Everything about an exercise that can be set.");
}

void bind_building(py::module_& m) {
  m.def(
      "check_parameters",
      [](const std::string& name, const Given& given) {
        const std::vector<Parameter> declared =
            ExerciseRegistry::instance().find(name)->parameters();
        const Parameters checked(name, declared, as_numbers(name, declared, given));
        py::dict result;
        for (const Parameter& parameter : declared) {
          result[py::str(parameter.name)] =
              shown(parameter, checked.given_units().at(parameter.name));
        }
        return result;
      },
      py::arg("name"), py::arg("given"),
      "All parameters in declared units, checked and with their defaults; None is found from the "
      "body.");
  m.def(
      "build_scenario",
      [](const py::object& model, const std::string& name, const Given& given) {
        const auto exercise = ExerciseRegistry::instance().find(name);
        const std::vector<Parameter> declared = exercise->parameters();
        const Parameters checked(name, declared, as_numbers(name, declared, given));
        const Model& held = model_of(model);
        const py::gil_scoped_release release;
        return scenario_of(held, *exercise, checked);
      },
      py::arg("model"), py::arg("name"), py::arg("given"),
      "Supports, loads and movement of an exercise for one body.");
}

void bind_registration(py::module_& m) {
  m.def(
      "register_exercise",
      [](const std::string& name, const std::string& title, const std::string& description,
         const std::vector<std::string>& muscles, const std::vector<std::string>& references,
         const py::iterable& parameters, const py::function& build, const std::string& origin,
         bool replace) {
        std::vector<Parameter> declared;
        for (const py::handle parameter : parameters) declared.push_back(parameter_of(parameter));
        ExerciseRegistry::instance().add(
            std::make_shared<PythonExercise>(
                ExerciseInfo{name, title, description, muscles, references}, std::move(declared),
                build, origin),
            origin, replace);
      },
      py::arg("name"), py::arg("title"), py::arg("description"), py::arg("muscles"),
      py::arg("references"), py::arg("parameters"), py::arg("build"), py::arg("origin"),
      py::arg("replace") = false, "Adds an exercise written in Python.");
  m.def(
      "unregister_exercise",
      [](const std::string& name) { ExerciseRegistry::instance().remove(name); }, py::arg("name"),
      "Takes out an exercise written in Python.");
}

void bind_plugins(py::module_& m) {
  m.def(
      "plugin_compiler", [] { return std::string(COXA_COMPILER); },
      "Compiler of this build, which plugins must share.");
  m.def("plugin_folders", &plugin_folders, "Folders that are searched for plugins, in order.");
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

}  // namespace

void bind_exercises(py::module_& m) {
  bind_parameters(m);
  bind_catalogue(m);
  bind_building(m);
  bind_registration(m);
  bind_plugins(m);
}

}  // namespace coxa::python
