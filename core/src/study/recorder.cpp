#include "study/recorder.hpp"

#include <algorithm>
#include <limits>

#include "coxa/math/error.hpp"

#include "study/scene.hpp"

namespace coxa {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kIntervalFraction =
    0.05;  // support ranges: all solutions within 5 % of the least cost
constexpr int kOutOfRange = kFiberTooShort | kFiberTooLong | kFiberOverstretched;

bool has_dimension(const Dataset& dataset, const std::string& name) {
  return std::ranges::find(dataset.dimensions, name, &std::pair<std::string, std::size_t>::first)
         != dataset.dimensions.end();
}

}  // namespace

Recorder::Recorder(const Trial& trial, const SimulateOptions& options, const MusclePlan& plan)
    : recording_(trial, options, plan), fiber_left_range_(trial.model->muscles.size(), 0) {
  const std::vector<RecordedVariable>& table = recorded_variable_table();
  dataset_.variables.reserve(2 * table.size());
  dataset_.add_dimension("time", trial.motion.frames());
  for (const RecordedVariable& variable : table)
    if (declared(variable)) declare(variable);
  const auto status = std::ranges::find(dataset_.variables, "status", &Variable::name);
  status_ = std::get<std::vector<std::int32_t>>(status->data).data();
  dataset_.attributes["total_mass"] = trial.model->skeleton.total_mass();
  dataset_.attributes["constraint_error"] = trial.motion.constraint_error;
  dataset_.attributes["scene"] = scene_json(trial);
  for (const auto& [name, note] : trial.setting.notes)
    std::visit([&](const auto& held) { dataset_.attributes["note_" + name] = held; }, note);
}

// whether the trial has the variable; those absent for lack of a coordinate are listed in the
// attribute "absent"
bool Recorder::declared(const RecordedVariable& variable) {
  const VariableDescription& d = variable.description;
  if (variable.exists && !variable.exists(recording_)) return false;
  if (variable.role && (recording_.roles.*variable.role).absent()) {
    std::string& told =
        std::get<std::string>(dataset_.attributes.try_emplace("absent", "").first->second);
    told += message(
        told.empty() ? "" : "; ", d.name, ": the model has no free coordinate ",
        (recording_.roles.*variable.role).missing());
    return false;
  }
  return std::ranges::all_of(d.dims, [&](const std::string& dimension) {
    return dimension == d.name || has_dimension(dataset_, dimension);
  });
}

void Recorder::declare(const RecordedVariable& row) {
  const VariableDescription& d = row.description;
  Variable variable{d.name, d.dims, {}, d.attributes};
  variable.attributes["units"] = d.units;
  variable.attributes["long_name"] = d.long_name;
  if (row.role)
    if (const std::string missing = (recording_.roles.*row.role).missing(); !missing.empty())
      variable.attributes["missing"] = "NaN where the model has no free coordinate: " + missing;
  if (row.known == RecordedVariable::Known::before_the_frames) {
    variable.data = row.whole(recording_);
    if (d.dims[0] == d.name && !has_dimension(dataset_, d.name))
      dataset_.add_dimension(
          d.name, std::visit([](const auto& values) { return values.size(); }, variable.data));
    dataset_.add(std::move(variable));
    return;
  }
  std::size_t stride = 1;
  for (std::size_t i = 1; i < d.dims.size(); ++i) stride *= dataset_.size(d.dims[i]);
  std::vector<double> values(dataset_.size("time") * stride, kNaN);
  series_.push_back({&row, values.data(), stride});
  variable.data = std::move(values);
  dataset_.add(std::move(variable));
}

void Recorder::record(int frame, FrameSolver& solver, bool solved) {
  if (solved && recording_.options.intervals) find_support_ranges(solver);
  const RecordedFrame seen{recording_, solver, frame, solver.momentum()};
  for (const Series& series : series_)
    if (solved || series.variable->known == RecordedVariable::Known::in_every_frame)
      series.variable->fill(seen, series.first + series.stride * static_cast<std::size_t>(frame));
  status_[frame] = solver.status();
  if (!solved) return;
  for (std::size_t m = 0; m < fiber_left_range_.size(); ++m)
    if (solver.muscles()[m].flags & kOutOfRange) fiber_left_range_[m] = 1;
}

void Recorder::find_support_ranges(FrameSolver& solver) {
  for (std::size_t s = 0; s < recording_.trial.setting.supports.size(); ++s)
    for (int axis = 0; axis < 3; ++axis) {
      double least = kNaN;
      double greatest = kNaN;
      const bool found = solver.recruitment().cone_force_range(
          solver.cones_of(static_cast<int>(s)), Vec3::Unit(axis), kIntervalFraction, least,
          greatest);
      recording_.support_min[3 * s + axis] = found ? least : kNaN;
      recording_.support_max[3 * s + axis] = found ? greatest : kNaN;
    }
}

Dataset Recorder::finish() {
  std::string out;
  for (std::size_t m = 0; m < fiber_left_range_.size(); ++m)
    if (fiber_left_range_[m]) out += (out.empty() ? "" : " ") + recording_.model.muscles[m].name;
  dataset_.attributes["fibers_out_of_range"] = out;
  add_summaries(dataset_, recording_.trial);
  return std::move(dataset_);
}

}  // namespace coxa
