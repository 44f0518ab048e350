// Checks that every engine has the same tree, then runs the benchmarks.

#include <cmath>
#include <cstdio>

#include <benchmark/benchmark.h>

#include "tree.hpp"

namespace {

// compares the torques of one engine with ours, which may differ by rounding only
bool same_tree(const char* engine, const std::vector<double>& theirs) {
  const std::vector<double> ours = coxa::bench::coxa_hinge_torques();
  double worst = ours.size() == theirs.size() ? 0 : 1e300;
  for (std::size_t i = 0; i < ours.size() && i < theirs.size(); ++i)
    worst = std::max(worst, std::abs(ours[i] - theirs[i]));
  std::printf(
      "plain tree, hinge torques: %s differs from coxa by at most %.1e N m\n", engine, worst);
  return worst < 1e-9;
}

}  // namespace

int main(int argc, char** argv) {
  bool same = true;
#ifdef COXA_BENCH_PINOCCHIO
  same = same_tree("Pinocchio", coxa::bench::pinocchio_hinge_torques()) && same;
#endif
#ifdef COXA_BENCH_MUJOCO
  same = same_tree("MuJoCo", coxa::bench::mujoco_hinge_torques()) && same;
#endif
  if (!same) {
    std::fprintf(
        stderr, "the engines were not given the same tree: their times cannot be compared\n");
    return 1;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
