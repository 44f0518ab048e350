#include "coxa/study/simulate.hpp"

#include "coxa/frame/frame_solver.hpp"
#include "coxa/math/error.hpp"

#include "study/recorder.hpp"

namespace coxa {

Dataset simulate(const Trial& trial, const SimulateOptions& options) {
  FrameSolver solver(trial, options);
  Recorder recorder(trial, options, solver.plan());
  for (int k = 0; k < trial.motion.frames(); ++k) {
    const bool solved = solver.solve(trial.motion, k);
    if (options.strict)
      require<UnsolvedFrame>(
          solved && !solver.recruitment().reserve_used(), "frame ", k,
          " (t = ", trial.motion.time[k], " s) ", solved ? "needs reserves" : "could not be solved",
          "; lower the load, raise strength, or run without strict");
    recorder.record(k, solver, solved);
  }
  return recorder.finish();
}

}  // namespace coxa
