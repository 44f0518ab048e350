#include "coxa/exercise/words/goals.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "coxa/exercise/words/holding.hpp"
#include "coxa/math/error.hpp"
#include "coxa/motion/limits.hpp"

#include "exercise/words/shared.hpp"
#include "frame/effort.hpp"
#include "motion/equations.hpp"

namespace coxa {
namespace {

constexpr int kSteps = 12;                      // from one posture to a distant one
constexpr int kEffortSamples = 9;               // in the searched range
constexpr double kEffortBracket = 1 * kDegree;  // width at which golden section stops and a
                                                // parabola is fitted

bool in_range(const Skeleton& skeleton, const Eigen::VectorXd& q) {
  const double slack = 1e-6;  // rad or m: tolerance for rounding at the limits
  for (int i = 0; i < skeleton.nq(); ++i)
    if (q[i] < skeleton.coordinate(i).lower - slack || q[i] > skeleton.coordinate(i).upper + slack)
      return false;
  return true;
}

using Effort = std::function<double(double value)>;

// the best of equally spaced values, and its cost
std::pair<double, double> best_of_samples(const Effort& effort, double lower, double upper) {
  double best = lower;
  double least = std::numeric_limits<double>::infinity();
  const double step = (upper - lower) / (kEffortSamples - 1);
  for (int i = 0; i < kEffortSamples; ++i) {
    const double value = lower + i * step;
    const double cost = effort(value);
    if (cost < least) {
      least = cost;
      best = value;
    }
  }
  return {best, least};
}

// golden-section search, then a parabola
double lowest_between(const Effort& effort, double a, double b) {
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  double c = b - ratio * (b - a);
  double d = a + ratio * (b - a);
  double at_c = effort(c);
  double at_d = effort(d);
  while (b - a > kEffortBracket) {
    if (at_c <= at_d) {
      b = d;
      d = c;
      at_d = at_c;
      c = b - ratio * (b - a);
      at_c = effort(c);
    } else {
      a = c;
      c = d;
      at_c = at_d;
      d = a + ratio * (b - a);
      at_d = effort(d);
    }
  }

  // vertex of the parabola through the last three points, which varies smoothly with the parameters
  const double middle = (a + b) / 2;
  const double at_a = effort(a);
  const double at_middle = effort(middle);
  const double at_b = effort(b);
  const double bend = at_a - 2 * at_middle + at_b;
  if (std::isfinite(bend) && bend > 0)
    return std::clamp(middle + (at_a - at_b) / (2 * bend) * (b - a) / 2, a, b);
  return at_c <= at_d ? c : d;
}

}  // namespace

std::vector<NamedTask> all_tasks(const ScenarioBuilder& s, bool feet_held) {
  std::vector<NamedTask> all;
  for (const Side side : {Side::right, Side::left})
    if (s.feet[side == Side::left]) add_foot(s, all, side, feet_held);
  all.insert(all.end(), s.tasks.begin(), s.tasks.end());
  return all;
}

std::vector<Preference> preferences_of(const std::map<int, Preference>& wishes) {
  std::vector<Preference> list;
  for (const auto& [index, wish] : wishes) list.push_back(wish);
  return list;
}

Posture posture(const ScenarioBuilder& s, const std::vector<NamedTask>& goals, double path) {
  const std::vector<Preference> wishes = preferences_of(s.wishes);
  std::vector<NamedTask> all = all_tasks(s);
  const std::size_t first = all.size();
  all.insert(all.end(), goals.begin(), goals.end());
  const Eigen::VectorXd& from = s.top ? s.top->q : s.bottom ? s.bottom->q : s.first_guess;
  Posture direct = solve_posture(s.skeleton(), all, wishes, from, path);
  if (direct.solved && in_range(s.skeleton(), direct.q)) return direct;
  if (!s.top && !s.bottom) return direct;

  // continuation: if the goal is far away, move it there in steps from its present value
  Posture posture;
  posture.q = from;
  for (int step = 1; step <= kSteps; ++step) {
    const double share = static_cast<double>(step) / kSteps;
    for (std::size_t i = 0; i < goals.size(); ++i) {
      const std::optional<double> end = wanted(goals[i].task);
      if (!end) continue;
      const double now = measure(s.skeleton(), goals[i].task, from);
      all[first + i].task = with_value(goals[i].task, now + share * (*end - now));
    }
    const double here = s.top ? 1 - share * (1 - path) : share * path;
    posture = solve_posture(s.skeleton(), all, wishes, posture.q, here);
    if (!posture.solved) break;
  }
  return posture.solved ? posture : direct;
}

void found(
    ScenarioBuilder& s, const std::string& parameter, double angle, double lower, double upper) {
  note(s, parameter, angle / kDegree);
  s.scenario.technique.push_back({parameter, angle / kDegree, lower / kDegree, upper / kDegree});
}

void release(ScenarioBuilder& s, const std::string& task) {
  std::erase_if(s.tasks, [&](const NamedTask& each) { return each.id == task; });
}

void note_leg_at_bottom(ScenarioBuilder& s, const Posture& low) {
  for (const char* name : {"hip_flexion", "knee_angle", "ankle_angle"})
    note(
        s, name + std::string("_bottom_deg"),
        coordinate_at(s, low, name + std::string("_r")) / kDegree);
}

const Posture& require_end(
    const ScenarioBuilder& s,
    std::optional<Posture>& end,
    NamedTask& named,
    const std::vector<NamedTask>& goals,
    const Posture& found,
    const char* where,
    const std::string& help) {
  require(!goals.empty(), s.exercise(), ": the ", where, " needs at least one goal; given none");
  require<InfeasibleMotion>(
      found.solved, s.exercise(), ": no posture exists at the ", where, " ('", found.worst_task,
      "' cannot be met, ", found.error, " m or rad remain); ", help);
  end = found;
  named = goals.front();
  return *end;
}

const Posture& top(
    ScenarioBuilder& s, const std::vector<NamedTask>& goals, const std::string& help) {
  return require_end(s, s.top, s.scenario.plan.end, goals, posture(s, goals, 1), "top", help);
}

const Posture& bottom(
    ScenarioBuilder& s, const std::vector<NamedTask>& goals, const std::string& help) {
  return require_end(
      s, s.bottom, s.scenario.plan.start, goals, posture(s, goals, 0), "bottom", help);
}

void driven_by(ScenarioBuilder& s, const std::string& name, const Task& quantity) {
  s.scenario.plan.drive = {name, quantity};
}

void evenly(ScenarioBuilder& s, const std::string& name, const Task& quantity) {
  lagging(s, name, quantity, 0);
}

void lagging(ScenarioBuilder& s, const std::string& name, const Task& quantity, double lag) {
  require(
      s.top && s.bottom, s.exercise(), ": '", name,
      "' can follow evenly once top and bottom are found; say both first");
  const double from = measure(s.skeleton(), quantity, s.bottom->q);
  const double to = measure(s.skeleton(), quantity, s.top->q);
  const std::optional<Task> following = follow(quantity, from, to, lag);
  require(
      following.has_value(), s.exercise(), ": '", name,
      "' must be a line's inclination, or to follow evenly a coordinate");
  task(s, name, *following);
}

double least_effort(
    const ScenarioBuilder& s,
    const std::vector<NamedTask>& goals,
    const NamedTask& measure,
    double lower,
    double upper,
    double path,
    const std::function<bool(const Posture&)>& allowed,
    const std::string& help) {
  require(lower < upper, s.exercise(), ": an empty range of ", measure.name);
  StillEffort still({.model = s.model, .motion = {}, .setting = s.scenario.setting});
  std::vector<NamedTask> all = all_tasks(s);
  all.insert(all.end(), goals.begin(), goals.end());
  all.push_back(measure);
  const std::vector<Preference> wishes = preferences_of(s.wishes);
  Posture last;
  std::string hardest;
  const auto effort = [&](double value) {
    all.back().task = with_value(measure.task, value);
    Posture found;
    if (last.solved) found = solve_posture(s.skeleton(), all, wishes, last.q, path);
    if (!found.solved) {
      std::vector<NamedTask> wanted = goals;
      wanted.push_back(all.back());
      found = posture(s, wanted, path);
    }
    hardest = found.worst_task;
    if (!found.solved) return std::numeric_limits<double>::infinity();
    last = found;
    if (!in_range(s.skeleton(), found.q) || (allowed && !allowed(found)))
      return std::numeric_limits<double>::infinity();
    return still(found.q, path);
  };

  const auto [best, least] = best_of_samples(effort, lower, upper);
  require<InfeasibleMotion>(
      std::isfinite(least), s.exercise(), ": no ", measure.name, " between ", lower / kDegree,
      " and ", upper / kDegree, " deg gives a posture that the joints allow ('", hardest,
      "' was the hardest to meet)", help.empty() ? "" : "; ", help);
  const double step = (upper - lower) / (kEffortSamples - 1);
  return lowest_between(effort, std::max(lower, best - step), std::min(upper, best + step));
}

void tempo(ScenarioBuilder& s, StartAt start) {
  const Phase up{Phase::Kind::concentric, s.value("concentric", 1), 0, 1};
  const Phase down{Phase::Kind::eccentric, s.value("eccentric", 1.5), 1, 0};
  const double hold = s.value("hold", 1);
  if (start == StartAt::bottom)
    s.scenario.plan.repetition = {up, {Phase::Kind::hold, hold, 1, 1}, down};
  else
    s.scenario.plan.repetition = {down, up, {Phase::Kind::hold, hold, 1, 1}};
  const double repetitions = s.value("repetitions", 1);
  require(
      repetitions <= kMaxRepetitions, "a movement has at most ", kMaxRepetitions,
      " repetitions; given ", repetitions, "; simulate one and multiply");
  s.scenario.plan.repetitions = static_cast<int>(repetitions);
  s.timed = true;
}

Scenario finish(const ScenarioBuilder& s) {
  if (s.whole) return s.scenario;
  require(
      s.top && s.bottom && s.timed, s.exercise(),
      ": a scenario needs a top, a bottom and a tempo; say them before finish");
  Scenario finished = s.scenario;
  finished.plan.tasks = all_tasks(s);
  finished.plan.preferences = preferences_of(s.wishes);
  finished.plan.guess = s.bottom->q;
  return finished;
}

}  // namespace coxa
