#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"

namespace zoo {

/// A minimal exercise; each module of the zoo is defective in one respect.
class Animal : public coxa::Exercise {
 public:
  explicit Animal(std::string name) : name_(std::move(name)) {}

  coxa::ExerciseInfo info() const override {
    return {name_, "Zoo", "Loaded by the tests of the plugin loader.", {"glutes"}, {}};
  }
  std::vector<coxa::Parameter> parameters() const override {
    return {
        {"load", 60, 0, 400, "kg", "bar and plates"},
        {"toe_out_deg", 10, 0, 45, "deg", "feet, outwards"}};
  }
  void build(coxa::ScenarioBuilder&, const coxa::Parameters&) const override {}

 private:
  std::string name_;
};

/// A valid descriptor.
constexpr coxa::PluginDescriptor sound(coxa::Exercise* (*create)()) {
  return {
      coxa::kPluginMagic,
      sizeof(coxa::PluginDescriptor),
      coxa::kPluginInterface,
      EIGEN_WORLD_VERSION * 10000 + EIGEN_MAJOR_VERSION * 100 + EIGEN_MINOR_VERSION,
      EIGEN_MAX_ALIGN_BYTES,
      sizeof(coxa::Scenario),
      sizeof(coxa::ScenarioBuilder),
      COXA_COMPILER,
      COXA_STANDARD_LIBRARY,
      "zoo",
      create};
}

/// Records that code of the module ran, which must not happen for a module that is rejected.
struct Bell {
  Bell() { ::setenv("COXA_ZOO_RAN", "1", 1); }
};

}  // namespace zoo
