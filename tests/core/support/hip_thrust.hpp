#pragma once

#include <map>
#include <memory>
#include <string>

#include "coxa/exercise/build.hpp"
#include "coxa/exercise/registry.hpp"
#include "coxa/frame/frame_solver.hpp"
#include "coxa/io/osim.hpp"
#include "coxa/study/simulate.hpp"

#include "support/paths.hpp"

namespace coxa::test {

/// The full-body model as shipped, read once.
inline const Model& full_body() {
  static const Model model = read_osim(data_dir() / "models/coxa_fullbody.osim");
  return model;
}

inline std::shared_ptr<const Exercise> hip_thrust() {
  return ExerciseRegistry::instance().find("barbell_hip_thrust");
}

inline Trial hip_thrust_trial(std::map<std::string, double> given, int frames = 101) {
  const auto exercise = hip_thrust();
  return build_trial(
      full_body(), *exercise, Parameters("barbell_hip_thrust", exercise->parameters(), given),
      frames);
}

}  // namespace coxa::test
