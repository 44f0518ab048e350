#include "technique_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

// the search over technique: first and last step, in the parameter's unit, samples of each range where
// the technique of least effort lifts nothing or several are free, and loads at which it is repeated
constexpr double kFirstStep = 4;
constexpr double kLastStep = 0.0625;
constexpr int kScanned = 6;
constexpr int kMostRounds = 6;
constexpr double kAlikeLoads = 0.1;  // kg
constexpr double kGain = 0.01;       // kg, least gain of a step

// the technique with which most can be lifted
class TechniqueSearch {
 public:
  TechniqueSearch(const LiftedWith& lifted, double first)
      : lifted_(lifted), load_(std::clamp(first, lifted.minimum, lifted.maximum)) {}

  // empty if the exercise leaves nothing free, or if no technique lifts the least load
  Technique find() {
    double step = 0;
    for (int round = 0; round < kMostRounds; ++round) {
      if (!start()) {
        if (load_ == lifted_.minimum) return {};
        load_ = lifted_.minimum;
        continue;
      }
      // at first only a load near the greatest is sought
      if (step == kFirstStep && ranges_.size() > 1) scan(0, best_);
      if (step > 0) climb(step);
      // the limit is that of the movement made for `load_`: again for the movement made for the limit
      const double next = std::clamp(most_, lifted_.minimum, lifted_.maximum);
      const bool settled = std::abs(next - load_) < kAlikeLoads && step > 0;
      load_ = next;
      if (settled) break;
      step = step > 0 ? 4 * kLastStep : kFirstStep;
    }
    return best_;
  }

  // kg, near the greatest load with the technique found
  double load() const { return load_; }

 private:
  // the better of the values found so far, within the range for this load, and those of least
  // effort; false if there is no movement or none lifts the least load
  bool start() {
    try {
      ranges_ = lifted_.free(load_);
    } catch (const InfeasibleMotion&) {
      return false;
    }
    Technique before = best_;
    for (const FoundTechnique& each : ranges_)
      if (before.contains(each.parameter))
        before[each.parameter] = std::clamp(before[each.parameter], each.lower, each.upper);
    best_.clear();
    for (const FoundTechnique& each : ranges_) best_[each.parameter] = each.value;
    if (best_.empty()) return false;
    most_ = lifted_.limit(best_, load_, kNothing);
    if (!before.empty()) improve(before);
    if (!std::isfinite(most_) && load_ == lifted_.minimum) scan(0, best_);
    return std::isfinite(most_);
  }

  bool improve(const Technique& values) {
    const double limit = lifted_.limit(values, load_, std::max(most_ + kGain, lifted_.minimum));
    if (!(limit > most_)) return false;
    most_ = limit;
    best_ = values;
    return true;
  }

  // every combination of equally spaced values
  void scan(std::size_t index, Technique values) {
    if (index == ranges_.size()) {
      improve(values);
      return;
    }
    const FoundTechnique& each = ranges_[index];
    for (int i = 0; i < kScanned; ++i) {
      values[each.parameter] = each.lower + i * (each.upper - each.lower) / (kScanned - 1);
      scan(index + 1, values);
    }
  }

  void climb(double step) {
    while (step >= kLastStep) {
      const Technique before = best_;
      // to all neighbours, also the diagonal ones: where two limits meet there is a ridge
      for (int code = 1; code < neighbours(); ++code) improve(neighbour(best_, code, step));
      if (best_ == before) {
        step /= 2;
        continue;
      }
      // once more in the direction of the last steps
      Technique further = best_;
      for (const FoundTechnique& each : ranges_)
        further = moved(further, each, best_[each.parameter] - before.at(each.parameter));
      improve(further);
    }
  }

  int neighbours() const { return static_cast<int>(std::pow(3, ranges_.size()) + 0.5); }

  // each digit of the code in base 3: no step, one up or one down
  Technique neighbour(Technique values, int code, double step) const {
    for (const FoundTechnique& each : ranges_) {
      const int digit = code % 3;
      code /= 3;
      if (digit != 0) values = moved(std::move(values), each, digit == 1 ? step : -step);
    }
    return values;
  }

  static Technique moved(Technique values, const FoundTechnique& each, double step) {
    double& value = values[each.parameter];
    value = std::clamp(value + step, each.lower, each.upper);
    return values;
  }

  const LiftedWith& lifted_;
  std::vector<FoundTechnique> ranges_;
  double load_;
  Technique best_;
  double most_ = kNothing;  // kg, limit of the movement with `best_`
};

}  // namespace

BestTechnique best_technique(const LiftedWith& lifted, double first) {
  TechniqueSearch search(lifted, first);
  Technique values = search.find();
  return {std::move(values), search.load()};
}

}  // namespace coxa
