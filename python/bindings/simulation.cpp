#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <tuple>
#include <variant>

#include "coxa/exercise/build.hpp"
#include "coxa/exercise/registry.hpp"
#include "coxa/muscle/model.hpp"
#include "coxa/study/max_load.hpp"
#include "coxa/study/result_format.hpp"
#include "coxa/study/simulate.hpp"
#include "coxa/study/stacking.hpp"
#include "coxa/study/trial_runner.hpp"

#include "bindings.hpp"
#include "datasets.hpp"
#include "exercises.hpp"
#include "models.hpp"

namespace coxa::python {
namespace {

// checked values, words converted to indices
std::map<std::string, double> numbers(const Exercise& exercise, const Given& given) {
  return as_numbers(exercise.info().name, exercise.parameters(), given);
}

void bind_options(py::module_& m) {
  py::class_<SimulateOptions>(m, "SimulateOptions", "How a trial is solved.")
      .def(
          py::init([](double criterion, int frames, bool strict, bool intervals, bool inertia,
                      bool volume_weights) {
            return SimulateOptions{criterion, frames, strict, intervals, inertia, volume_weights};
          }),
          py::arg("criterion") = 2.0, py::arg("frames") = 101, py::arg("strict") = false,
          py::arg("intervals") = false, py::arg("inertia") = true, py::arg("volume_weights") = true)
      .def_readonly("criterion", &SimulateOptions::criterion)
      .def_readonly("frames", &SimulateOptions::frames)
      .def_readonly("strict", &SimulateOptions::strict)
      .def_readonly("intervals", &SimulateOptions::intervals)
      .def_readonly("inertia", &SimulateOptions::inertia)
      .def_readonly("volume_weights", &SimulateOptions::volume_weights)
      .def(py::pickle(
          [](const SimulateOptions& o) {
            return py::make_tuple(
                o.criterion, o.frames, o.strict, o.intervals, o.inertia, o.volume_weights);
          },
          [](const py::tuple& t) {
            return SimulateOptions{t[0].cast<double>(), t[1].cast<int>(),  t[2].cast<bool>(),
                                   t[3].cast<bool>(),   t[4].cast<bool>(), t[5].cast<bool>()};
          }));
}

using Varied = std::vector<std::tuple<
    std::string,
    std::string,
    std::string,
    std::variant<std::vector<double>, std::vector<std::string>>>>;

std::vector<VariedParameter> columns_of(const Varied& varied) {
  std::vector<VariedParameter> columns;
  for (const auto& [name, unit, description, values] : varied)
    columns.push_back({name, unit, description, values});
  return columns;
}

TrialRow row_of(const py::dict& given) {
  TrialRow row;
  for (const auto& [key, value] : given) {
    const auto name = key.cast<std::string>();
    if (name == "exercise") {
      row.exercise = value.cast<std::string>();
    } else if (name == "parameters") {
      row.parameters = value.cast<Given>();
    } else if (name == "offsets") {
      row.offsets = value.cast<std::map<std::string, double>>();
    } else if (name == "subject") {
      if (!value.is_none()) row.subject = subject_of(value);
    } else if (name == "changes") {
      row.changes = value.cast<std::map<std::string, double>>();
    } else {
      require(
          name == "criterion", "a trial has no '", name,
          "'; it has exercise, parameters, offsets, subject, changes and criterion");
      row.criterion = value.cast<std::optional<double>>();
    }
  }
  return row;
}

py::dict given_values(const Parameters& parameters) {
  py::dict result;
  for (const auto& [name, value] : parameters.given_units()) {
    if (parameters.automatic(name)) {
      result[py::str(name)] = py::none();
    } else if (parameters.has_choices(name)) {
      result[py::str(name)] = parameters.choice(name);
    } else {
      result[py::str(name)] = value;
    }
  }
  return result;
}

// adds a value returned by a measure, (dims, values, attributes), to the trial as a summary
void add_measured(Dataset& trial, const std::string& name, const py::tuple& parts) {
  const auto dims = parts[0].cast<std::vector<std::string>>();
  const auto array = py::array::ensure(parts[1]);
  const bool number = array && std::string("fiub").find(array.dtype().kind()) != std::string::npos;
  const bool labels = array && !number && dims == std::vector<std::string>{name};
  require(number || labels, "'", name, "' is neither a number nor an array of numbers");
  require(
      array.ndim() == static_cast<py::ssize_t>(dims.size()), "'", name, "' has ", array.ndim(),
      " dimensions and names for ", dims.size());
  require(
      std::ranges::find(dims, "time") == dims.end(), "'", name,
      "' runs over time; a study keeps summaries: take its greatest value, mean or integral");

  Variable variable;
  variable.name = name;
  variable.dims = dims;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const auto known =
        std::ranges::find(trial.dimensions, dims[i], &std::pair<std::string, std::size_t>::first);
    if (known == trial.dimensions.end())
      trial.add_dimension(dims[i], static_cast<std::size_t>(array.shape(i)));
  }
  if (labels) {
    variable.data = py::list(parts[1]).cast<std::vector<std::string>>();
  } else {
    const auto values = py::array_t<double, py::array::c_style | py::array::forcecast>(array);
    variable.data = std::vector<double>(values.data(), values.data() + values.size());
    variable.attributes["role"] = std::string("summary");
  }
  for (const auto& [key, value] : parts[2].cast<py::dict>())
    if (py::isinstance<py::str>(value))
      variable.attributes[key.cast<std::string>()] = value.cast<std::string>();
  trial.add(std::move(variable));
}

std::string described(const py::error_already_set& error) {
  return message(
      "measure: ", error.type().attr("__name__").cast<std::string>(), ": ",
      py::str(error.value()).cast<std::string>());
}

// calls the user's measure function on a solved trial and adds what it returns
void measure(
    const py::function& function, std::size_t index, const TrialRunner& runner, Dataset& trial) {
  py::dict seen = to_python(Dataset(trial));
  seen["model"] = std::const_pointer_cast<Model>(runner.model());
  seen["parameters"] = given_values(runner.parameters());
  const py::object found = function(index, seen);
  const char* wrong =
      "measure: InvalidArgument: it must return a dict of name to (dims, values, attributes)";
  require(py::isinstance<py::dict>(found), wrong);
  try {
    for (const auto& [name, parts] : py::reinterpret_borrow<py::dict>(found)) {
      require(py::isinstance<py::tuple>(parts) && py::len(parts) == 3, wrong);
      add_measured(trial, name.cast<std::string>(), parts.cast<py::tuple>());
    }
  } catch (const Error& error) {
    const std::string text = error.what();
    throw InvalidArgument(text == wrong ? text : "measure: InvalidArgument: " + text);
  } catch (const py::cast_error&) {
    throw InvalidArgument(wrong);
  }
}

// descriptions of variables, one dict each
py::list described(const std::vector<VariableDescription>& variables) {
  py::list result;
  for (const VariableDescription& variable : variables) {
    py::dict one;
    one["name"] = variable.name;
    one["dims"] = py::tuple(py::cast(variable.dims));
    one["units"] = variable.units;
    one["long_name"] = variable.long_name;
    one["attributes"] = to_python(variable.attributes);
    one["condition"] = variable.condition;
    result.append(one);
  }
  return result;
}

Dataset failed_trial(const std::string& why) {
  Dataset trial;
  trial.attributes["error"] = why;
  return trial;
}

// runs independent trials one after another and stacks them
py::dict run_trials(
    const std::shared_ptr<Model>& model,
    const std::vector<py::dict>& rows,
    const SimulateOptions& options,
    const std::vector<std::string>& series,
    int samples,
    const Varied& varied,
    const std::filesystem::path& anthropometry,
    const std::optional<py::function>& function,
    bool strict,
    const std::optional<py::function>& stop) {
  const Running::Piece piece;
  std::vector<TrialRow> given;
  for (const py::dict& row : rows) given.push_back(row_of(row));

  TrialRunner runner(model, anthropometry, options);
  std::vector<Dataset> trials;
  for (std::size_t i = 0; i < given.size(); ++i) {
    // between trials is often enough: a trial is shorter than a key press
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    require<Error>(!Running::ending(), "given up: Python is shutting down");
    require<Error>(!stop || !(*stop)().cast<bool>(), "given up: asked to stop");
    Dataset trial;
    try {
      {
        const py::gil_scoped_release release;
        trial = runner.run(given[i]);
      }
      if (function) measure(*function, i, runner, trial);
    } catch (const py::error_already_set& error) {
      if (strict || !error.matches(PyExc_Exception)) throw;
      trial = failed_trial(described(error));
    } catch (const std::bad_alloc&) {
      throw;  // not an error of this trial
    } catch (const std::exception& error) {
      if (strict) throw;
      trial = failed_trial(error.what());
    }
    try {
      keep_series(trial, series);
    } catch (const UnknownName& error) {
      throw UnknownName(message("trial ", i, ": ", error.what()));
    }
    trials.push_back(std::move(trial));
  }
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();

  const std::vector<VariedParameter> columns = columns_of(varied);
  Dataset study;
  {
    const py::gil_scoped_release release;
    study = stack_trials(trials, columns, series, samples);
    trials.clear();
  }
  return to_python(std::move(study));
}

py::dict heaviest_load(
    const std::shared_ptr<Model>& model,
    const std::string& exercise,
    const Given& parameters,
    const SimulateOptions& options) {
  const auto found = ExerciseRegistry::instance().find(exercise);
  MaxLoad limit = run_without_gil(
      [&] { return max_load(*model, *found, numbers(*found, parameters), options); });
  py::dict result;
  result["load"] = limit.load;
  result["frame"] = limit.frame;
  result["time"] = limit.time;
  result["limited_by"] = limit.limited_by;
  result["technique"] = limit.technique;
  result["limits"] = rows_of(limit.limits, [](py::dict& row, const LoadLimit& each) {
    row["name"] = each.name;
    row["kind"] = each.kind;
    row["element"] = each.element;
    row["coordinate"] = each.coordinate;
    row["angle_deg"] = each.angle;
    row["margin_kg"] = each.margin;
  });
  const auto frames = static_cast<py::ssize_t>(limit.load_at_frame.size());
  result["load_at_frame"] = to_array(std::move(limit.load_at_frame), {frames});
  result["path"] = to_array(std::move(limit.path), {frames});
  return result;
}

}  // namespace

void bind_simulation(py::module_& m) {
  bind_options(m);

  m.def(
      "simulate",
      [](const std::shared_ptr<Model>& model, const std::string& exercise, const Given& parameters,
         const SimulateOptions& options) {
        const auto found = ExerciseRegistry::instance().find(exercise);
        Dataset dataset = run_without_gil([&] {
          const Parameters checked(exercise, found->parameters(), numbers(*found, parameters));
          return simulate(build_trial(*model, *found, checked, options.frames), options);
        });
        return to_python(std::move(dataset));
      },
      py::arg("model"), py::arg("exercise"), py::arg("parameters"), py::arg("options"),
      "One trial: a dataset of format coxa-1 without provenance.");

  m.def(
      "run_trials", &run_trials, py::arg("model"), py::arg("rows"), py::arg("options"),
      py::arg("series"), py::arg("samples"), py::arg("varied"), py::arg("anthropometry"),
      py::arg("measure") = py::none(), py::arg("strict") = false, py::arg("stop") = py::none(),
      "Independent trials one after another on this thread, as one dataset with the leading "
      "dimension `trial`. A row is a dict of exercise, parameters, offsets, subject, changes and "
      "criterion; the model is scaled to its subject. `measure(index, dataset)` gives further "
      "summaries, name to (dims, values, attributes); `dataset` also holds the trial's `model` and "
      "`parameters`. A trial that fails is a row with its reason, or raises if `strict`. `stop()` "
      "is asked between trials; True raises coxa.Error.");

  m.def(
      "recorded_variables", [] { return described(recorded_variables()); },
      "What format coxa-1 says of each variable of a result: `name`, `dims`, `units`, `long_name`, "
      "further `attributes`, and the `condition` on which it is there (\"\": always).");
  m.def(
      "summary_variables", [] { return described(summary_variables()); },
      "The same of the scalar summaries; <group> and <support> in a name stand for each of them.");

  m.def(
      "max_load", &heaviest_load, py::arg("model"), py::arg("exercise"), py::arg("parameters"),
      py::arg("options"), "Heaviest load that leaves every frame without reserves.");
}

}  // namespace coxa::python
