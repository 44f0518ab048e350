#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <optional>
#include <tuple>
#include <variant>

#include "coxa/muscle/model.hpp"
#include "coxa/trial/plugin.hpp"
#include "coxa/trial/simulate.hpp"
#include "coxa/trial/study.hpp"

#include "bindings.hpp"
#include "datasets.hpp"
#include "exercises.hpp"

namespace coxa::python {
namespace {

// checked, words as numbers
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
      .def_readonly("volume_weights", &SimulateOptions::volume_weights);
}

// what stacking does not read is let go at once, so that memory does not grow with muscles times frames
void keep_only(Dataset& trial, const std::vector<std::string>& series) {
  std::erase_if(trial.variables, [&](const Variable& variable) {
    const bool over_time = !variable.dims.empty() && variable.dims[0] == "time";
    return over_time && variable.name != "time" && variable.name != "repetition"
           && std::ranges::find(series, variable.name) == series.end();
  });
}

std::vector<Dataset> run_in_chunks(
    const std::vector<BatchItem>& items,
    int workers,
    const std::vector<std::string>& series,
    std::atomic<std::size_t>& finished,
    const std::atomic<bool>& stopped) {
  const std::size_t chunk = 32 * static_cast<std::size_t>(std::max(workers, 1));
  std::vector<Dataset> trials;
  for (std::size_t first = 0; first < items.size() && !stopped; first += chunk) {
    const std::size_t last = std::min(first + chunk, items.size());
    auto some = simulate_batch(
        {items.begin() + static_cast<std::ptrdiff_t>(first),
         items.begin() + static_cast<std::ptrdiff_t>(last)},
        workers, [&](std::size_t count) {
          finished = first + count;
          return !stopped;
        });
    for (Dataset& trial : some) {
      keep_only(trial, series);
      trials.push_back(std::move(trial));
    }
  }
  // stopped early: whoever asked for that does not want the rest, but the table is whole
  trials.resize(items.size());
  return trials;
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
      "run_study",
      [](const std::shared_ptr<Model>& model, const std::string& exercise,
         const std::vector<Given>& parameters, const SimulateOptions& options, int workers,
         const std::optional<py::function>& progress,
         const std::vector<std::tuple<
             std::string, std::string, std::string,
             std::variant<std::vector<double>, std::vector<std::string>>>>& varied,
         const std::vector<std::string>& series, int samples) {
        const auto found = ExerciseRegistry::instance().find(exercise);
        std::vector<BatchItem> items;
        for (const Given& given : parameters) {
          items.push_back({model.get(), found.get(), numbers(*found, given), options});
        }
        std::vector<VariedParameter> columns;
        for (const auto& [name, unit, description, values] : varied) {
          columns.push_back({name, unit, description, values});
        }

        std::atomic<std::size_t> finished = 0;
        std::atomic<bool> stopped = false;
        std::size_t reported = 0;
        Dataset study = run_without_gil(
            [&] {
              return stack_trials(
                  run_in_chunks(items, workers, series, finished, stopped), columns, series,
                  samples);
            },
            [&] { stopped = true; },
            [&] {
              if (const std::size_t now = finished; progress && now != reported) {
                (*progress)(reported = now);
              }
            });
        return to_python(std::move(study));
      },
      py::arg("model"), py::arg("exercise"), py::arg("parameters"), py::arg("options"),
      py::arg("workers"), py::arg("progress"), py::arg("varied"), py::arg("series"),
      py::arg("samples"),
      "Independent trials on a pool of threads, as one dataset with the leading dimension `trial`. "
      "`varied` is a list "
      "of (name, unit, description, values); `progress` is called on this thread with the number "
      "of trials finished.");

  m.def(
      "max_load",
      [](const std::shared_ptr<Model>& model, const std::string& exercise, const Given& parameters,
         const SimulateOptions& options) {
        const auto found = ExerciseRegistry::instance().find(exercise);
        MaxLoad limit = run_without_gil(
            [&] { return max_load(*model, *found, numbers(*found, parameters), options); });
        py::dict result;
        result["load"] = limit.load;
        result["frame"] = limit.frame;
        result["time"] = limit.time;
        result["limited_by"] = limit.limited_by;
        const auto frames = static_cast<py::ssize_t>(limit.load_at_frame.size());
        result["load_at_frame"] = to_array(std::move(limit.load_at_frame), {frames});
        result["path"] = to_array(std::move(limit.path), {frames});
        return result;
      },
      py::arg("model"), py::arg("exercise"), py::arg("parameters"), py::arg("options"),
      "Heaviest load that leaves every frame without reserves.");
}

}  // namespace coxa::python
