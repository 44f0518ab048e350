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

/// Hill-type musculotendon unit after Millard et al. (2013), with its path and its curves.
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

  // factor in max_isometric_force that the passive force does not follow, and the parameters of the
  // passive curve without it: multiply_strength()
  double strength = 1;
  PassiveForceLengthParameters passive_at_strength_one{};
};

/// Bounded ideal actuator on a coordinate that has no muscles in the model; not a reserve.
struct Actuator {
  std::string name;
  int coordinate = -1;  // independent
  double lower = 0;     // N m or N, positive along the coordinate
  double upper = 0;     // N m or N
};

/// Muscles whose results are reported together.
struct MuscleGroup {
  std::string name;  // without the side
  Side side = Side::both;
  std::vector<int> muscles;
};

/// A skeleton with muscles and actuators: the person as the solver sees one. Immutable, shared by
/// all threads.
struct COXA_EXPORT Model {
  std::string name;
  Skeleton skeleton;
  std::vector<WrapCylinder> cylinders;
  std::vector<Muscle> muscles;
  std::vector<Actuator> actuators;
  std::vector<MuscleGroup> groups;
  std::string source;                   // file it was read from, or how it was made
  std::string sha256;                   // of that file; empty for a model made in memory
  std::vector<std::string> warnings{};  // what the reader omitted or changed, one sentence each

  int muscle_index(const std::string& name) const;
};

}  // namespace coxa
