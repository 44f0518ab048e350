#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "study/recorder.hpp"

namespace coxa {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// one series over time, with what is needed to say where in the repetition it peaks
class Summaries {
 public:
  Summaries(Dataset& dataset, const Trial& trial) : dataset_(dataset), motion_(trial.motion) {}

  int frames() const { return motion_.frames(); }

  const std::vector<double>& values(const std::string& variable) const {
    return std::get<std::vector<double>>(dataset_.at(variable).data);
  }

  void add(
      const std::string& name,
      double value,
      const std::string& units,
      const std::string& long_name) {
    dataset_.add(
        {name,
         {},
         std::vector<double>{value},
         {{"units", units}, {"long_name", long_name}, {"role", "summary"}}});
  }

  // greatest value and the place on the path where it is met (percent of the way up)
  void add_peak(
      const std::string& name,
      const std::string& units,
      const std::string& what,
      const std::function<double(int)>& value) {
    double greatest = kNaN;
    int at = -1;
    for (int k = 0; k < frames(); ++k) {
      const double x = value(k);
      if (std::isfinite(x) && (at < 0 || x > greatest)) {
        greatest = x;
        at = k;
      }
    }
    add(name, greatest, units, "greatest " + what);
    add(name + "_time", at < 0 ? kNaN : motion_.time[at], "s",
        "when the greatest " + what + " is met");
    if (motion_.path.size() > 0)
      add(name + "_path", at < 0 ? kNaN : 100 * motion_.path[at], "%",
          "how far up the path the greatest " + what + " is met");
  }

  // integral over time by the trapezium rule
  double integral(const std::function<double(int)>& value) const {
    double sum = 0;
    for (int k = 1; k < frames(); ++k)
      sum += 0.5 * (value(k) + value(k - 1)) * (motion_.time[k] - motion_.time[k - 1]);
    return sum;
  }

 private:
  Dataset& dataset_;
  const Motion& motion_;
};

}  // namespace

void add_summaries(Dataset& dataset, const Trial& trial) {
  Summaries s(dataset, trial);
  // adding a variable may move the arrays: take what is needed of each before the next is added
  for (const std::string moment : {"hip_extension", "knee_extension", "ankle_plantarflexion"}) {
    const std::vector<double>& sides = s.values(moment + "_moment");
    std::vector<double> sum(s.frames());
    for (int k = 0; k < s.frames(); ++k) sum[k] = sides[2 * k] + sides[2 * k + 1];
    std::string words = moment;
    std::replace(words.begin(), words.end(), '_', ' ');
    s.add_peak(
        "peak_" + moment + "_moment", "N m", words + " moment, both legs together",
        [&](int k) { return sum[k]; });
    s.add(
        "least_" + moment + "_moment", *std::min_element(sum.begin(), sum.end()), "N m",
        "least " + words + " moment, both legs together");
    if (moment == "hip_extension")
      s.add(
          "hip_extension_impulse", s.integral([&](int k) { return sum[k]; }), "N m s",
          "integral of the hip extension moment over time, both legs together");
  }
  for (const std::string variable : {"lumbar_extension_moment", "lumbar_compression"}) {
    const std::vector<double> values = s.values(variable);
    std::string words = variable;
    std::replace(words.begin(), words.end(), '_', ' ');
    s.add_peak(
        "peak_" + variable, variable == "lumbar_compression" ? "N" : "N m", words,
        [&](int k) { return values[k]; });
  }

  const auto group_names = std::get<std::vector<std::string>>(dataset.at("group").data);
  const std::size_t n = group_names.size();
  const std::vector<double> force = s.values("group_force");
  const std::vector<double> activation = s.values("group_activation");
  for (std::size_t g = 0; g < n; ++g) {
    std::string words = group_names[g];
    std::replace(words.begin(), words.end(), '_', ' ');
    const auto total = [&](int k) { return force[2 * n * k + g] + force[2 * n * k + n + g]; };
    s.add_peak(
        group_names[g] + "_peak_force", "N", "force of the " + words + ", both sides together",
        total);
    s.add(
        group_names[g] + "_impulse", s.integral(total), "N s",
        "integral of the force of the " + words + " over time, both sides together");
    s.add_peak(
        group_names[g] + "_peak_activation", "1",
        "activation of the " + words + ", mean of both sides",
        [&](int k) { return (activation[2 * n * k + g] + activation[2 * n * k + n + g]) / 2; });
  }

  const std::vector<std::string> supports =
      std::get<std::vector<std::string>>(dataset.at("support").data);
  const std::vector<double> support = s.values("support_force");
  for (std::size_t i = 0; i < supports.size(); ++i) {
    std::string words = supports[i];
    std::replace(words.begin(), words.end(), '_', ' ');
    s.add_peak("peak_" + supports[i] + "_force", "N", "upward force of the " + words, [&](int k) {
      return support[3 * (supports.size() * k + i) + 1];
    });
  }
  if (!trial.setting.loads.empty()) {
    const std::vector<double> position = s.values("load_position");
    const std::size_t stride = 3 * dataset.size("load");
    double low = position[1];
    double high = position[1];
    for (int k = 0; k < s.frames(); ++k) {
      low = std::min(low, position[stride * k + 1]);
      high = std::max(high, position[stride * k + 1]);
    }
    s.add("load_travel", high - low, "m", "vertical travel of the load");
  }
  const std::vector<double> reserve = s.values("reserve");
  double largest = 0;
  for (const double r : reserve)
    if (std::isfinite(r)) largest = std::max(largest, std::abs(r));
  s.add("largest_reserve", largest, "N m or N", "largest reserve of any frame and coordinate");
  const auto& status = std::get<std::vector<std::int32_t>>(dataset.at("status").data);
  const auto count = [&](int bit) {
    return static_cast<double>(
        std::count_if(status.begin(), status.end(), [&](int x) { return x & bit; }));
  };
  const double unsolved = count(kUnsolved);
  const double reserves = count(kReserveUsed);
  s.add("unsolved_frames", unsolved, "1", "frames without a solution");
  s.add("reserve_frames", reserves, "1", "frames that need reserves");
}

}  // namespace coxa
