#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coxa/body/skeleton.hpp"
#include "coxa/export.hpp"
#include "coxa/muscle/curves.hpp"
#include "coxa/muscle/path.hpp"

namespace coxa {

enum class Side { right, left, both };

/// Hill-type muscle and tendon after Millard et al. (2013); its path and its own curves.
struct Muscle {
  std::string name;
  Path path;
  double max_isometric_force = 0;        // N
  double optimal_fiber_length = 0;       // m
  double tendon_slack_length = 0;        // m
  double pennation_at_optimal = 0;       // rad
  double max_contraction_velocity = 10;  // optimal fibre lengths per second
  double minimum_activation = 0.01;
  MuscleCurves curves;
};

/// Bounded ideal torque on one coordinate where the model has no muscles; never a reserve.
struct Actuator {
  std::string name;
  int coordinate = -1;  // independent
  double lower = 0;     // N m or N
  double upper = 0;     // N m or N
};

/// Muscles that are reported together.
struct MuscleGroup {
  std::string name;  // without its side
  Side side = Side::both;
  std::vector<int> muscles;
};

/// A skeleton with its muscles: what the solver needs of a person. Immutable, shared by all threads.
struct COXA_EXPORT Model {
  std::string name;
  Skeleton skeleton;
  std::vector<WrapCylinder> cylinders;
  std::vector<Muscle> muscles;
  std::vector<Actuator> actuators;
  std::vector<MuscleGroup> groups;
  std::string source;                   // file that it came from, or how it was made
  std::string sha256;                   // of that file's bytes; empty for a model made in memory
  std::vector<std::string> warnings{};  // what a reader left out or changed, one sentence each

  int muscle_index(const std::string& name) const;
};

}  // namespace coxa
