#pragma once

#include "coxa/motion/movement.hpp"
#include "coxa/muscle/model.hpp"
#include "coxa/setting/setting.hpp"

namespace coxa {

/// Bits of the variable `status`; 0: no problem.
enum StatusBit : int {
  kUnsolved = 1,
  kReserveUsed = 2,
  kFiberOutOfRange = 4,
  kOutsideSplineDomain = 8,
  kActuatorAtBound = 16,
};

/// Model, motion and setting: the complete input of the solver, planned or measured.
struct Trial {
  const Model* model = nullptr;
  Motion motion{};
  Setting setting{};
};

/// Options of `simulate` and of everything that solves frames.
struct SimulateOptions {
  double criterion = 2;        // p of sum V a^p; infinity for min-max
  int frames = 101;            // number of frames of a planned motion
  bool strict = false;         // throw on an unsolved frame
  bool intervals = false;      // also compute support_force_min and _max
  bool inertia = true;         // false: velocities and accelerations are set to zero
  bool volume_weights = true;  // false: all muscles cost the same, the mean of a^p
};

}  // namespace coxa
