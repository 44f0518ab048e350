// Scalar summaries of a trial: a table with one row per summary: what is reduced, and how.
#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "study/recorder.hpp"

namespace coxa {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// one value per frame
struct Line {
  std::vector<double> values;
  const Motion& motion;
};

// reduces a frame's row of the source to one value, for label `i` of `n`
using Value = double (*)(std::span<const double> row, std::size_t i, std::size_t n);
using Statistic = double (*)(const Line&);

double alone(std::span<const double> row, std::size_t, std::size_t) { return row[0]; }
double both_sides(std::span<const double> row, std::size_t i, std::size_t n) {
  return row[i] + row[n + i];
}
double mean_of_sides(std::span<const double> row, std::size_t i, std::size_t n) {
  return (row[i] + row[n + i]) / 2;
}
double upward(std::span<const double> row, std::size_t i, std::size_t) { return row[3 * i + 1]; }
double largest_of_all(std::span<const double> row, std::size_t, std::size_t) {
  double largest = 0;
  for (const double x : row)
    if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
  return largest;
}
template <int bit>
double shows(std::span<const double> row, std::size_t, std::size_t) {
  return (static_cast<int>(row[0]) & bit) != 0;
}

// frame of the greatest finite value, -1 if there is none
int frame_of_peak(const Line& line) {
  int at = -1;
  for (int k = 0; k < static_cast<int>(line.values.size()); ++k)
    if (std::isfinite(line.values[k]) && (at < 0 || line.values[k] > line.values[at])) at = k;
  return at;
}
double greatest(const Line& line) {
  const int at = frame_of_peak(line);
  return at < 0 ? kNaN : line.values[at];
}
double least(const Line& line) { return *std::ranges::min_element(line.values); }
double travel(const Line& line) {
  const auto [low, high] = std::ranges::minmax(line.values);
  return high - low;
}
double total(const Line& line) {
  double sum = 0;
  for (const double x : line.values) sum += x;
  return sum;
}
// trapezoidal rule
double integral(const Line& line) {
  const Eigen::VectorXd& time = line.motion.time;
  double sum = 0;
  for (std::size_t k = 1; k < line.values.size(); ++k)
    sum += 0.5 * (line.values[k] + line.values[k - 1]) * (time[k] - time[k - 1]);
  return sum;
}

struct Row {
  VariableDescription description;
  std::string source;  // recorded variable; if it is absent, so is the summary
  Value value;
  Statistic statistic;    // null: the greatest value, and where in the movement it occurs
  std::string each = "";  // dimension with one summary per label, "<group>" in the texts
  bool (*exists)(const Trial&) = nullptr;  // null: always
};

Row peak(
    const std::string& name,
    const std::string& units,
    const std::string& what,
    const std::string& source,
    Value value,
    const std::string& each = "") {
  return {{name, {}, units, "greatest " + what}, source, value, nullptr, each};
}

// rows with the same `each` are adjacent: they are emitted together for every label
const std::vector<Row>& table() {
  // long because it is a table: one row per summary
  static const std::vector<Row> rows{
      peak(
          "peak_hip_extension_moment", "N m", "hip extension moment, both legs together",
          "hip_extension_moment", both_sides),
      {{"least_hip_extension_moment", {}, "N m", "least hip extension moment, both legs together"},
       "hip_extension_moment",
       both_sides,
       least},
      {{"hip_extension_impulse",
        {},
        "N m s",
        "integral of the hip extension moment over time, both legs together"},
       "hip_extension_moment",
       both_sides,
       integral},
      peak(
          "peak_knee_extension_moment", "N m", "knee extension moment, both legs together",
          "knee_extension_moment", both_sides),
      {{"least_knee_extension_moment",
        {},
        "N m",
        "least knee extension moment, both legs together"},
       "knee_extension_moment",
       both_sides,
       least},
      peak(
          "peak_ankle_plantarflexion_moment", "N m",
          "ankle plantarflexion moment, both legs together", "ankle_plantarflexion_moment",
          both_sides),
      {{"least_ankle_plantarflexion_moment",
        {},
        "N m",
        "least ankle plantarflexion moment, both legs together"},
       "ankle_plantarflexion_moment",
       both_sides,
       least},
      peak(
          "peak_lumbar_extension_moment", "N m", "lumbar extension moment",
          "lumbar_extension_moment", alone),
      peak("peak_lumbar_compression", "N", "lumbar compression", "lumbar_compression", alone),
      peak(
          "<group>_peak_force", "N", "force of the <group>, both sides together", "group_force",
          both_sides, "group"),
      {{"<group>_impulse",
        {},
        "N s",
        "integral of the force of the <group> over time, both sides together"},
       "group_force",
       both_sides,
       integral,
       "group"},
      peak(
          "<group>_peak_activation", "1", "activation of the <group>, mean of both sides",
          "group_activation", mean_of_sides, "group"),
      peak(
          "peak_<support>_force", "N", "upward force of the <support>", "support_force", upward,
          "support"),
      {{"load_travel", {}, "m", "vertical travel of the load", {}, "if a load is carried"},
       "load_position",
       upward,
       travel,
       "",
       [](const Trial& trial) { return !trial.setting.loads.empty(); }},
      {{"largest_reserve",
        {},
        "N m",
        "largest reserve of any frame and coordinate",
        {{"comment", "N m of a coordinate in rad, N of one in m: N m per unit of the coordinate"}}},
       "reserve",
       largest_of_all,
       greatest},
      {{"unsolved_frames", {}, "1", "frames without a solution"},
       "status",
       shows<kUnsolved>,
       total},
      {{"reserve_frames", {}, "1", "frames that need reserves"},
       "status",
       shows<kReserveUsed>,
       total},
  };
  return rows;
}

// replaces "<dimension>" by the label, with spaces for underscores if `words`
std::string filled(std::string text, const Row& row, const std::string& label, bool words) {
  const std::string place = "<" + row.each + ">";
  const std::size_t at = text.find(place);
  if (row.each.empty() || at == std::string::npos) return text;
  std::string given = label;
  if (words) std::ranges::replace(given, '_', ' ');
  return text.replace(at, place.size(), given);
}

VariableDescription time_of(const VariableDescription& peak) {
  return {peak.name + "_time", {}, "s", "when the " + peak.long_name + " is met"};
}
VariableDescription path_of(const VariableDescription& peak) {
  return {peak.name + "_path",
          {},
          "%",
          "how far up the path the " + peak.long_name + " is met",
          {},
          "if the movement has a path"};
}

Line line_of(const Dataset& dataset, const Trial& trial, const Row& row, std::size_t i) {
  const Variable& source = dataset.at(row.source);
  std::vector<double> converted;
  if (const auto* flags = std::get_if<std::vector<std::int32_t>>(&source.data))
    converted.assign(flags->begin(), flags->end());
  const auto* numbers = std::get_if<std::vector<double>>(&source.data);
  const std::vector<double>& data = numbers ? *numbers : converted;
  const std::size_t frames = static_cast<std::size_t>(trial.motion.frames());
  const std::size_t stride = data.size() / frames;
  const std::size_t items = row.each.empty() ? 1 : dataset.size(row.each);
  Line line{std::vector<double>(frames), trial.motion};
  for (std::size_t k = 0; k < frames; ++k)
    line.values[k] = row.value({data.data() + stride * k, stride}, i, items);
  return line;
}

void add(Dataset& dataset, VariableDescription d, double value) {
  d.attributes.emplace("units", d.units);
  d.attributes.emplace("long_name", d.long_name);
  d.attributes.emplace("role", "summary");
  dataset.add({d.name, {}, std::vector<double>{value}, std::move(d.attributes)});
}

void add(
    Dataset& dataset, const Trial& trial, const Row& row, std::size_t i, const std::string& label) {
  if (!dataset.has(row.source) || (row.exists && !row.exists(trial))) return;
  const Line line = line_of(dataset, trial, row, i);
  VariableDescription d = row.description;
  d.name = filled(d.name, row, label, false);
  d.long_name = filled(d.long_name, row, label, true);
  if (row.statistic) return add(dataset, d, row.statistic(line));
  const int at = frame_of_peak(line);
  add(dataset, d, greatest(line));
  add(dataset, time_of(d), at < 0 ? kNaN : trial.motion.time[at]);
  if (trial.motion.path.size() > 0)
    add(dataset, path_of(d), at < 0 ? kNaN : 100 * trial.motion.path[at]);
}

}  // namespace

void add_summaries(Dataset& dataset, const Trial& trial) {
  const std::vector<Row>& rows = table();
  for (auto first = rows.begin(); first != rows.end();) {
    const auto last =
        std::find_if(first, rows.end(), [&](const Row& row) { return row.each != first->each; });
    const std::vector<std::string> labels =
        first->each.empty() ? std::vector<std::string>{""}
                            : std::get<std::vector<std::string>>(dataset.at(first->each).data);
    for (std::size_t i = 0; i < labels.size(); ++i)
      for (auto row = first; row != last; ++row) add(dataset, trial, *row, i, labels[i]);
    first = last;
  }
}

std::vector<VariableDescription> summary_variables() {
  std::vector<VariableDescription> list;
  for (const Row& row : table()) {
    list.push_back(row.description);
    if (row.statistic) continue;
    list.push_back(time_of(row.description));
    list.push_back(path_of(row.description));
  }
  return list;
}

}  // namespace coxa
