#pragma once

#include "coxa/motion/movement.hpp"
#include "coxa/muscle/model.hpp"
#include "coxa/setting/setting.hpp"

namespace coxa {

/// Bits of the variable `status`; 0 is a healthy frame.
enum StatusBit : int {
  kUnsolved = 1,
  kReserveUsed = 2,
  kFiberOutOfRange = 4,
  kOutsideSplineDomain = 8,
  kActuatorAtBound = 16,
};

/// Model, motion, supports and loads: all that the solver needs, planned or measured.
struct Trial {
  const Model* model = nullptr;
  Motion motion{};
  Setting setting{};
};

struct SimulateOptions {
  double criterion = 2;  // p of sum V a^p; infinity for min-max
  int frames = 101;
  bool strict = false;         // an unsolved frame is an exception
  bool intervals = false;      // also support_force_min and _max
  bool inertia = true;         // false: velocities and accelerations are taken as zero
  bool volume_weights = true;  // false: every muscle costs the same, the mean of a^p
};

}  // namespace coxa
