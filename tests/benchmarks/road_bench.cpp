// The stages of a trial on the full-body model, and the whole of it.

#include <filesystem>

#include <benchmark/benchmark.h>

#include "coxa/exercise/registry.hpp"
#include "coxa/frame/frame_solver.hpp"
#include "coxa/io/osim.hpp"
#include "coxa/study/simulate.hpp"

namespace coxa::bench {
namespace {

const Model& model() {
  static const Model model =
      read_osim(std::filesystem::path(COXA_SOURCE_DIR) / "data/models/coxa_fullbody.osim");
  return model;
}

const Exercise& exercise() {
  static const auto found = ExerciseRegistry::instance().find("barbell_hip_thrust");
  return *found;
}

Trial make_trial() {
  return build_trial(
      model(), exercise(),
      Parameters("barbell_hip_thrust", exercise().parameters(), {{"load", 100}}), 101);
}

const Trial& trial() {
  static const Trial trial = make_trial();
  return trial;
}

// consecutive frames, as in a simulation
class Frames {
 public:
  int next() { return frame_ = (frame_ + 1) % trial().motion.frames(); }

 private:
  int frame_ = 0;
};

void rnea(benchmark::State& state) {
  BodyWorkspace work(model().skeleton);
  const Motion& m = trial().motion;
  Frames frames;
  for (auto _ : state) {
    const int k = frames.next();
    benchmark::DoNotOptimize(
        inverse_dynamics(model().skeleton, work, m.q.col(k), m.v.col(k), m.vdot.col(k)).data());
  }
}
BENCHMARK(rnea)->Name("rnea/full_body/coxa");

void geometry(benchmark::State& state) {
  const MusclePlan plan(model());
  BodyWorkspace work(model().skeleton);
  MuscleGeometry muscles(plan);
  positions(model().skeleton, work, trial().motion.q.col(10));
  for (auto _ : state) {
    muscle_geometry(model(), plan, work, muscles);
    benchmark::DoNotOptimize(muscles.length.data());
  }
}
BENCHMARK(geometry)->Name("muscles/lengths_and_moment_arms");

void states(benchmark::State& state) {
  FrameSolver solver(trial(), {});
  const Motion& m = trial().motion;
  solver.prepare(m.q.col(10), m.v.col(10), m.vdot.col(10));
  const std::vector<FiberGeometry> fibers = fiber_geometries(model());
  std::vector<MuscleState> result(model().muscles.size());
  for (auto _ : state) {
    muscle_states(model(), fibers, solver.geometry(), result);
    benchmark::DoNotOptimize(result.data());
  }
}
BENCHMARK(states)->Name("muscles/states");

void recruitment(benchmark::State& state, bool warm) {
  FrameSolver solver(trial(), {});
  const Motion& m = trial().motion;
  Frames frames;
  for (auto _ : state) {
    state.PauseTiming();
    const int k = frames.next();
    solver.prepare(m.q.col(k), m.v.col(k), m.vdot.col(k));
    if (!warm) solver.forget();
    state.ResumeTiming();
    benchmark::DoNotOptimize(solver.recruitment().solve());
  }
}
BENCHMARK_CAPTURE(recruitment, cold, false)->Name("recruitment/cold");
BENCHMARK_CAPTURE(recruitment, warm, true)->Name("recruitment/warm");

void whole_frame(benchmark::State& state) {
  FrameSolver solver(trial(), {});
  const Motion& m = trial().motion;
  Frames frames;
  for (auto _ : state) {
    const int k = frames.next();
    benchmark::DoNotOptimize(solver.solve(m.q.col(k), m.v.col(k), m.vdot.col(k)));
  }
}
BENCHMARK(whole_frame)->Name("frame/whole")->Unit(benchmark::kMicrosecond);

void movement(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(make_trial().motion.q.data());
}
BENCHMARK(movement)->Name("trial/movement")->Unit(benchmark::kMillisecond);

void forces_of_trial(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(simulate(trial(), {}).variables.data());
}
BENCHMARK(forces_of_trial)->Name("trial/forces_101_frames")->Unit(benchmark::kMillisecond);

void whole_trial(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(simulate(make_trial(), {}).variables.data());
}
BENCHMARK(whole_trial)->Name("trial/whole_101_frames")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace coxa::bench
