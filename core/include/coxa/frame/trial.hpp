#pragma once

#include <string>
#include <utility>
#include <vector>

#include "coxa/motion/movement.hpp"
#include "coxa/muscle/model.hpp"
#include "coxa/setting/bands.hpp"
#include "coxa/setting/cables.hpp"
#include "coxa/setting/furniture.hpp"
#include "coxa/setting/loads.hpp"
#include "coxa/setting/supports.hpp"

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
  Motion motion;
  std::vector<Support> supports;
  std::vector<Grip> grips;
  std::vector<Load> loads;
  std::vector<Furniture> furniture;
  std::vector<std::pair<std::string, std::string>> notes;
  std::vector<Band> bands{};
  std::vector<Cable> cables{};
  std::vector<Anchor> anchors{};
  std::vector<SupportShare> shares{};
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
