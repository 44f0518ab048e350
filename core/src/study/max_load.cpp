#include "coxa/study/max_load.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "coxa/exercise/build.hpp"
#include "coxa/frame/frame_solver.hpp"
#include "coxa/math/error.hpp"

#include "load_limits.hpp"
#include "technique_search.hpp"

namespace coxa {
namespace {

// accuracy of the heaviest load, kg
constexpr double kLoadTolerance = 1e-3;

// the search ends when a movement's own limit is this close to the load for which it was made, kg
constexpr double kSettled = 1e-4;
constexpr int kMostProbes = 60;  // bisection alone needs 20 from 500 kg

// the limit and the next three
constexpr int kLimits = 4;

// movements differ below and above the load at which a bar has plates
constexpr double kFirstPlates = 20.001;  // kg: plates of negligible mass but full size

// load limit of the movement made for one load
struct Probe {
  double load = 0;                    // kg, for which the movement is made
  double limit = kNothing;            // kg, feasible in every frame
  int frame = 0;                      // the limiting frame
  std::vector<double> load_at_frame;  // [frames] kg
  std::shared_ptr<const Trial> trial;
  std::shared_ptr<const Trial> other;  // the same movement with `other_load`
  double other_load = 0;               // kg

  double time(int frame) const { return trial->motion.time[frame]; }
  double room() const { return limit - load; }
};

// finds the load that equals the limit of the movement made for it
class LoadSearch {
 public:
  LoadSearch(
      const Model& model,
      const Exercise& exercise,
      std::map<std::string, double> given,
      const SimulateOptions& options)
      : model_(model),
        exercise_(exercise),
        given_(std::move(given)),
        options_(options),
        declared_(exercise.parameters()),
        name_(exercise.info().name) {
    const auto load = std::find_if(
        declared_.begin(), declared_.end(), [](const Parameter& p) { return p.name == "load"; });
    require(load != declared_.end(), "exercise '", name_, "' has no parameter 'load' to maximise");
    minimum_ = load->minimum;
    maximum_ = load->maximum;
    require(
        minimum_ < maximum_, "the parameter 'load' of exercise '", name_, "' is always ", minimum_,
        " kg: nothing to maximise");
  }

  double minimum() const { return minimum_; }
  double maximum() const { return maximum_; }

  // parameters of the movement for one load that are found by least effort
  std::vector<FoundTechnique> technique(double load) const {
    std::vector<FoundTechnique> found =
        build_scenario(model_, exercise_, parameters(load, {})).technique;
    // an exercise may adopt the scenario of another one
    std::erase_if(found, [&](const FoundTechnique& each) {
      return std::ranges::find(declared_, each.parameter, &Parameter::name) == declared_.end();
    });
    return found;
  }

  // limit of the movement for one load and technique, kg; exact only if above `floor`
  double limit_with(const Technique& technique, double load, double floor) {
    technique_ = technique;
    try {
      const Probe found = probe(load, false, floor);
      last_frame_ = found.frame;
      return found.limit;
    } catch (const InfeasibleMotion&) {
      return kNothing;
    }
  }

  // `first` is the load at which the search starts
  MaxLoad find(const Technique& technique, double first) {
    technique_ = technique;
    start(std::clamp(first, minimum_, maximum_));
    for (int i = 0; i < kMostProbes; ++i) {
      if (!done()) {
        look_at(guess());
        continue;
      }
      MaxLoad found = result();
      found.technique = technique;
      const double margin = low_.room() > kSettled ? 0 : kLoadTolerance;
      const double below = std::max(minimum_, found.load - margin);
      if (confirmed(below)) {
        found.limits = limits();
        found.limited_by = found.limits.front().name;
        return found;
      }
      step_back(below);
    }
    throw UnsolvedFrame(message(
        "the heaviest load of '", name_, "' lies between ", low_.load, " and ", top(),
        " kg, but was not found more exactly: the movement changes by jumps with the load"));
  }

 private:
  Parameters parameters(double load, const Technique& technique) const {
    std::map<std::string, double> values = given_;
    for (const auto& [name, value] : technique) values[name] = value;
    values["load"] = load;
    return Parameters(name_, declared_, values);
  }
  Trial trial_at(double load) const {
    return trial_of(
        model_, name_, build_scenario(model_, exercise_, parameters(load, technique_)),
        options_.frames);
  }

  // the same movement with a slightly different load, `other` kg: more, or less where more is not
  // allowed
  Trial reloaded(const Trial& trial, double load, double& other) const {
    const double step = std::min(kStep, (maximum_ - minimum_) / 2);
    const bool more = load + step <= maximum_;
    const bool less = load - step >= minimum_;
    Scenario scenario;
    other = more ? load + step : load - step;
    try {
      scenario = build_scenario(model_, exercise_, parameters(other, technique_));
    } catch (const InfeasibleMotion&) {
      if (!more || !less) throw;
      other = load - step;
      scenario = build_scenario(model_, exercise_, parameters(other, technique_));
    }
    Trial result = trial;
    result.setting.loads = std::move(scenario.setting.loads);
    result.setting.cables = std::move(scenario.setting.cables);
    return result;
  }

  // For a fixed movement forces are linear in the load, so each frame has an interval of feasible
  // loads. Its upper end is computed in every frame, or only where it may be the least.
  // With a finite `floor` the limit is only exact if it lies above: the first frame that cannot hold
  // `floor` ends the search.
  Probe probe(double load, bool every_frame = false, double floor = kNothing) const {
    Probe probe;
    probe.load = load;
    probe.trial = std::make_shared<const Trial>(trial_at(load));
    probe.other = std::make_shared<const Trial>(reloaded(*probe.trial, load, probe.other_load));
    const Trial& trial = *probe.trial;
    FrameSolver solver(trial, options_);
    FrameSolver reloaded(*probe.other, options_);
    const int frames = trial.motion.frames();
    probe.limit = std::numeric_limits<double>::infinity();
    probe.load_at_frame.assign(frames, minimum_);
    FeasibleLimit limit;
    Eigen::VectorXd along;
    const auto prepare = [&](int k) {
      solver.prepare(trial.motion, k);
      reloaded.prepare(trial.motion, k);
      along = (reloaded.required() - solver.required()) / (probe.other_load - load);
    };
    const auto look_at = [&](int k) {
      prepare(k);
      Recruitment& recruitment = solver.recruitment();
      if (!every_frame && std::isfinite(probe.limit)
          && recruitment.possible_along(along, probe.limit - load))
        return;
      const SolveStatus status =
          recruitment.limit_along(along, minimum_ - load, maximum_ - load, limit);
      require<UnsolvedFrame>(
          status != SolveStatus::iteration_limit, "the load limit of '", name_,
          "' at t = ", trial.motion.time[k], " s was not found");
      const bool possible = status == SolveStatus::solved;
      const double most = possible ? load + limit.t : kNothing;
      if (possible) probe.load_at_frame[k] = most;
      if (most < probe.limit) {
        probe.limit = most;
        probe.frame = k;
      }
    };
    // the frame that limited the last movement probably limits this one
    const int first = last_frame_;
    for (int i = 0; i < frames && std::isfinite(floor); ++i) {
      const int k = (first + i) % frames;
      prepare(k);
      if (solver.recruitment().possible_along(along, floor - load)) continue;
      probe.frame = k;
      probe.limit = kNothing;
      return probe;
    }
    if (!every_frame) look_at(first);
    for (int k = 0; k < frames && probe.limit >= minimum_; ++k)
      if (every_frame || k != first) look_at(k);
    return probe;
  }

  // establishes a feasible load and possibly an infeasible one
  void start(double first) {
    low_.load = minimum_;
    look_at(first);
    if (low_.trial) return;
    take(least());
  }

  Probe least() const {
    Probe least = probe(minimum_);
    if (least.room() >= 0) return least;
    throw UnsolvedFrame(message(
        "'", name_, "' is impossible without reserves even at ", minimum_,
        " kg, at t = ", least.time(least.frame), " s, limited by ", limits(least, 1).front().name,
        "; raise strength or change the technique"));
  }

  std::vector<LoadLimit> limits(const Probe& probe, int count) const {
    return load_limits(
        {*probe.trial, *probe.other, probe.frame, probe.load, probe.other_load, minimum_, maximum_,
         options_},
        count);
  }

  void look_at(double load) {
    try {
      take(probe(load));
    } catch (const InfeasibleMotion& error) {
      geometry_ = error.what();
      blocked_ = load;
      high_.reset();
      last_.reset();
    }
  }

  void take(Probe probe) {
    before_ = last_;
    last_ = Point{probe.load, probe.limit};
    last_frame_ = probe.frame;
    if (probe.room() >= -kSettled) {
      low_ = std::move(probe);
      lifted_.push_back(low_);
    } else {
      geometry_.clear();
      high_ = std::move(probe);
    }
  }

  // least load known to be infeasible
  double top() const {
    if (!geometry_.empty()) return blocked_;
    return high_ ? high_->load : std::numeric_limits<double>::infinity();
  }

  bool done() const {
    return std::abs(low_.room()) <= kSettled || low_.load >= maximum_
           || top() - low_.load <= kLoadTolerance;
  }

  // next load: secant through the last two movements, limit of the heaviest feasible one, or the
  // midpoint if the last guess gained little
  double guess() {
    const double high = std::min(top(), maximum_);
    const bool bracketed = std::isfinite(top());
    const auto inside = [&](double x) {
      return std::isfinite(x) && x > low_.load && (bracketed ? x < high : x <= high);
    };
    const bool trust =
        !guessed_ || !before_ || !last_ || std::abs(last_->room()) < std::abs(before_->room()) / 2;
    guessed_ = true;
    if (trust && before_ && last_) {
      const double slope = (last_->limit - before_->limit) / (last_->load - before_->load);
      const double meeting = last_->load + last_->room() / (1 - slope);
      if (slope < 1 && inside(meeting)) return meeting;
    }
    if (trust && inside(low_.limit)) return low_.limit;
    guessed_ = false;
    return bracketed ? (low_.load + high) / 2 : maximum_;
  }

  // whether the movement changes so much beyond the greatest load that no load equals its limit
  bool jumps() const { return std::abs(low_.room()) > kSettled && low_.load < maximum_; }

  MaxLoad result() const {
    MaxLoad result;
    result.load = std::min(low_.load, low_.limit);
    const Probe& limiting = jumps() && geometry_.empty() ? *high_ : low_;
    result.frame = limiting.frame;
    result.time = low_.time(result.frame);
    result.load_at_frame = probe(low_.load, true).load_at_frame;
    result.path.assign(low_.trial->motion.path.begin(), low_.trial->motion.path.end());
    return result;
  }

  // what limits a result, and the next limits
  std::vector<LoadLimit> limits() const {
    if (!jumps()) return limits(low_, kLimits);
    if (geometry_.empty()) return limits(*high_, kLimits);
    std::vector<LoadLimit> found = limits(low_, kLimits - 1);
    for (LoadLimit& limit : found) limit.margin += std::max(0.0, low_.room());
    found.insert(found.begin(), {.name = "geometry: " + geometry_, .kind = "geometry"});
    return found;
  }

  // whether a simulation at that load needs no reserves
  bool confirmed(double load) const {
    const Trial trial = trial_at(load);
    FrameSolver check(trial, options_);
    for (int k = 0; k < trial.motion.frames(); ++k)
      if (!check.solve(trial.motion, k) || check.recruitment().reserve_used()) return false;
    return true;
  }

  // continues below a load that turned out to be infeasible, with doubling steps: movements jump
  // between postures here
  void step_back(double load) {
    Probe failed = probe(load);
    std::erase_if(lifted_, [&](const Probe& p) { return p.load >= load - step_back_; });
    step_back_ *= 2;
    if (lifted_.empty()) lifted_.push_back(least());
    low_ = lifted_.back();
    high_ = std::move(failed);
    geometry_.clear();
    last_.reset();
    before_.reset();
  }

  struct Point {
    double load, limit;
    double room() const { return limit - load; }
  };

  static constexpr double kStep = 1;  // kg; rounding changes the slope by less than 1e-12 N/kg

  const Model& model_;
  const Exercise& exercise_;
  std::map<std::string, double> given_;
  Technique technique_;  // of the movements that are tried, over `given_`
  const SimulateOptions& options_;
  std::vector<Parameter> declared_;
  std::string name_;
  double minimum_ = 0;  // kg
  double maximum_ = 0;
  Probe low_;                  // greatest feasible load
  std::vector<Probe> lifted_;  // all feasible ones, ascending
  std::optional<Probe> high_;  // least infeasible load
  std::string geometry_;       // why there is no movement at `blocked_`, if that is below high_
  double blocked_ = 0;
  std::optional<Point> last_, before_;
  double step_back_ = kLoadTolerance;
  int last_frame_ = 0;    // that limited the last movement
  bool guessed_ = false;  // last load came from secant or limit, not the midpoint
};

}  // namespace

MaxLoad max_load(
    const Model& model,
    const Exercise& exercise,
    const std::map<std::string, double>& given,
    const SimulateOptions& options) {
  LoadSearch search(model, exercise, given, options);
  const BestTechnique best = best_technique(
      {.free = [&](double load) { return search.technique(load); },
       .limit = [&](const Technique& technique, double load,
                    double floor) { return search.limit_with(technique, load, floor); },
       .minimum = search.minimum(),
       .maximum = search.maximum()},
      kFirstPlates);
  return search.find(best.values, best.values.empty() ? kFirstPlates : best.load);
}

}  // namespace coxa
