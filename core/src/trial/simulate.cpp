#include "coxa/trial/simulate.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "coxa/math/error.hpp"
#include "coxa/trial/frame_solver.hpp"

#include "trial/recorder.hpp"

namespace coxa {
namespace {

// the heaviest load is confirmed by a simulation this much below it: the programme meets its rows to 1e-10
constexpr double kConfirmBelow = 1e-6;

// generalized forces are linear in the load below the bare bar, and again from the first plates on
constexpr double kFirstPlates =
    20.001;  // kg: plates of no weight, but of full size, as the movement sees them
constexpr double kHeavier = 120;  // kg

template <typename Call>
auto guarded(const std::string& name, const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw PluginError(message("exercise '", name, "' failed: ", error.what()));
  } catch (...) {
    throw PluginError(message("exercise '", name, "' failed with something that is no exception"));
  }
}

// name of the first contact that does not exist in the model, if any
void check_scenario(const Model& model, const Scenario& scenario, const std::string& name) {
  const int bodies = static_cast<int>(model.skeleton.bodies().size());
  const auto check = [&](int body, const std::string& what) {
    require<PluginError>(
        body >= 0 && body < bodies, "exercise '", name, "': ", what, " is on body number ", body,
        "; the model has ", bodies);
  };
  for (const Support& support : scenario.supports)
    for (const ContactPoint& point : support.points)
      check(point.body, "support '" + support.name + "'");
  for (const Grip& grip : scenario.grips) {
    check(grip.hand.body, "grip '" + grip.name + "'");
    check(grip.load.body, "grip '" + grip.name + "'");
  }
  for (const Load& load : scenario.loads) {
    check(load.carrier, "load '" + load.name + "'");
    require<PluginError>(
        std::isfinite(load.mass) && load.mass >= 0, "exercise '", name, "': load '", load.name,
        "' has mass ", load.mass, " kg; it must be 0 or more");
  }
  require<PluginError>(
      scenario.plan.guess.size() == model.skeleton.nq(), "exercise '", name,
      "': its first guess has ", scenario.plan.guess.size(), " coordinates; the model has ",
      model.skeleton.nq());
}

}  // namespace

Trial build_trial(
    const Model& model, const Exercise& exercise, const Parameters& parameters, int frames) {
  const std::string name = guarded("?", [&] { return exercise.info().name; });
  Scenario scenario = guarded(name, [&] { return exercise.build(model, parameters); });
  check_scenario(model, scenario, name);
  Trial trial;
  trial.model = &model;
  try {
    trial.motion = solve_motion(model.skeleton, scenario.plan, frames);
  } catch (const InfeasibleMotion& error) {
    throw InfeasibleMotion(name + ": " + error.what());
  }
  trial.supports = std::move(scenario.supports);
  trial.grips = std::move(scenario.grips);
  trial.loads = std::move(scenario.loads);
  trial.furniture = std::move(scenario.furniture);
  trial.notes = std::move(scenario.notes);
  return trial;
}

Dataset simulate(const Trial& trial, const SimulateOptions& options) {
  FrameSolver solver(trial, options);
  Recorder recorder(trial, options);
  for (int k = 0; k < trial.motion.frames(); ++k) {
    const bool solved =
        solver.solve(trial.motion.q.col(k), trial.motion.v.col(k), trial.motion.vdot.col(k));
    if (options.strict)
      require<UnsolvedFrame>(
          solved && !solver.recruitment().reserve_used(), "frame ", k,
          " (t = ", trial.motion.time[k], " s) ", solved ? "needs reserves" : "could not be solved",
          "; lower the load, raise strength, or run without strict");
    recorder.record(k, solver, solved);
  }
  return recorder.finish();
}

MaxLoad max_load(
    const Model& model,
    const Exercise& exercise,
    const std::map<std::string, double>& given,
    const SimulateOptions& options) {
  const std::vector<Parameter> declared = exercise.parameters();
  const std::string name = exercise.info().name;
  const auto load = std::find_if(
      declared.begin(), declared.end(), [](const Parameter& p) { return p.name == "load"; });
  require(load != declared.end(), "exercise '", name, "' has no parameter 'load' to maximise");
  const auto at = [&](double mass) {
    std::map<std::string, double> values = given;
    values["load"] = mass;
    return build_trial(model, exercise, Parameters(name, declared, values), options.frames);
  };

  const Trial none = at(load->minimum);
  const Trial bare = at(kBarMass);
  const Trial plates = at(kFirstPlates);
  const Trial heavier = at(kHeavier);
  FrameSolver from_none(none, options);
  FrameSolver from_bare(bare, options);
  FrameSolver from_plates(plates, options);
  FrameSolver from_heavier(heavier, options);

  MaxLoad result;
  result.load = std::numeric_limits<double>::infinity();
  FeasibleLimit limit;
  Eigen::VectorXd along;
  const Motion& motion = plates.motion;
  result.path.assign(motion.path.begin(), motion.path.end());
  for (int k = 0; k < motion.frames(); ++k) {
    const auto prepare = [&](FrameSolver& solver, const Trial& trial) {
      solver.prepare(trial.motion.q.col(k), trial.motion.v.col(k), trial.motion.vdot.col(k));
    };
    prepare(from_plates, plates);
    prepare(from_heavier, heavier);
    along = (from_heavier.required() - from_plates.required()) / (kHeavier - kFirstPlates);
    double base = kFirstPlates;
    FrameSolver* solver = &from_plates;
    SolveStatus status = solver->recruitment().limit_along(along, load->maximum - base, limit);
    if (status == SolveStatus::infeasible) {
      prepare(from_none, none);
      prepare(from_bare, bare);
      along = (from_bare.required() - from_none.required()) / (kBarMass - load->minimum);
      base = load->minimum;
      solver = &from_none;
      status = solver->recruitment().limit_along(along, kBarMass - base, limit);
    }
    require<UnsolvedFrame>(
        status != SolveStatus::infeasible, "'", name, "' is impossible without reserves even at ",
        load->minimum, " kg, at t = ", motion.time[k],
        " s; raise strength or change the technique");
    require<UnsolvedFrame>(
        status == SolveStatus::solved, "the load limit at t = ", motion.time[k],
        " s was not found");
    result.load_at_frame.push_back(base + limit.t);
    if (base + limit.t < result.load) {
      result.load = base + limit.t;
      result.frame = k;
      result.time = motion.time[k];
      result.limited_by = solver->recruitment().limited_by(limit);
    }
  }

  // a simulation at that load must do without reserves
  const Trial confirmed = at(result.load * (1 - kConfirmBelow));
  FrameSolver check(confirmed, options);
  for (int k = 0; k < confirmed.motion.frames(); ++k) {
    const bool solved = check.solve(
        confirmed.motion.q.col(k), confirmed.motion.v.col(k), confirmed.motion.vdot.col(k));
    require<UnsolvedFrame>(
        solved && !check.recruitment().reserve_used(), "the heaviest load ", result.load,
        " kg was not confirmed: frame ", k, " needs reserves in a simulation at that load");
  }
  return result;
}

std::vector<Dataset> simulate_batch(
    const std::vector<BatchItem>& items,
    int workers,
    const std::function<bool(std::size_t finished)>& done) {
  require(workers >= 1, "workers = ", workers, "; at least 1 is needed");
  std::vector<Dataset> results(items.size());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex reporting;
  std::size_t finished = 0;

  const auto work = [&] {
    for (std::size_t i = next++; i < items.size() && !stop; i = next++) {
      const BatchItem& item = items[i];
      try {
        const std::string name = item.exercise->info().name;
        const Parameters parameters(name, item.exercise->parameters(), item.parameters);
        const Trial trial =
            build_trial(*item.model, *item.exercise, parameters, item.options.frames);
        results[i] = simulate(trial, item.options);
      } catch (const std::exception& error) {
        results[i] = Dataset{};
        results[i].attributes["error"] = std::string(error.what());
      }
      const std::lock_guard lock(reporting);
      ++finished;
      if (done && !done(finished)) stop = true;
    }
  };
  std::vector<std::thread> pool;
  for (int w = 1; w < workers; ++w) pool.emplace_back(work);
  work();
  for (std::thread& thread : pool) thread.join();
  return results;
}

}  // namespace coxa
