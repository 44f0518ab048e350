#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "coxa/exercise/builder.hpp"
#include "coxa/exercise/parameter.hpp"
#include "coxa/exercise/scenario.hpp"
#include "coxa/exercise/vocabulary.hpp"
#include "coxa/export.hpp"
#include "coxa/math/error.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// Description of an exercise.
struct ExerciseInfo {
  std::string name;                     // snake_case, unique
  std::string title;                    // for display
  std::string description;              // one paragraph
  std::vector<std::string> muscles;     // target muscle groups
  std::vector<std::string> references;  // papers behind the defaults
};

/// One exercise as a set of facts. A plugin derives from this class; the core finds the postures,
/// times them, and solves.
class COXA_EXPORT Exercise {
 public:
  virtual ~Exercise();
  virtual ExerciseInfo info() const = 0;
  virtual std::vector<Parameter> parameters() const = 0;

  /// States the supports, loads and movement of this exercise for one model.
  /// @param s          an empty builder; the caller finishes it
  /// @param parameters checked values, SI units and radians
  /// @throws InfeasibleMotion if the geometry is impossible, naming the parameter to change and its
  ///         direction
  virtual void build(ScenarioBuilder& s, const Parameters& parameters) const = 0;
};

/// Version of the plugin interface; raised whenever anything that crosses the plugin boundary
/// changes.
inline constexpr std::uint32_t kPluginInterface = 5;

/// First field of every plugin descriptor.
inline constexpr std::uint64_t kPluginMagic = 0x31415841584f43ull;

/// Plain data that a plugin module exports as `coxa_plugin`; checked before any function of the
/// module is called.
struct PluginDescriptor {
  std::uint64_t magic;
  std::uint32_t size;  // of this struct, bytes
  std::uint32_t interface_version;
  std::uint32_t eigen_version;
  std::uint32_t eigen_max_align_bytes;
  std::uint32_t scenario_size;  // of Scenario and ScenarioBuilder, whose fields plugins access
                                // directly
  std::uint32_t builder_size;
  char compiler[32];
  char standard_library[32];
  char name[64];
  Exercise* (*create)();
};

/// Defines the descriptor of the exercise class `Class`; `exercise_name` is the name of its file
/// and `info().name`.
#define COXA_EXERCISE(Class, exercise_name)                                                     \
  extern "C" __attribute__((visibility("default"))) const ::coxa::PluginDescriptor coxa_plugin; \
  const ::coxa::PluginDescriptor coxa_plugin = {                                                \
      ::coxa::kPluginMagic,                                                                     \
      sizeof(::coxa::PluginDescriptor),                                                         \
      ::coxa::kPluginInterface,                                                                 \
      EIGEN_WORLD_VERSION * 10000 + EIGEN_MAJOR_VERSION * 100 + EIGEN_MINOR_VERSION,            \
      EIGEN_MAX_ALIGN_BYTES,                                                                    \
      sizeof(::coxa::Scenario),                                                                 \
      sizeof(::coxa::ScenarioBuilder),                                                          \
      COXA_COMPILER,                                                                            \
      COXA_STANDARD_LIBRARY,                                                                    \
      exercise_name,                                                                            \
      []() -> ::coxa::Exercise* { return new Class(); }}

#define COXA_TEXT_(x) #x
#define COXA_TEXT(x) COXA_TEXT_(x)
#if defined(__clang__)
#define COXA_COMPILER "clang " COXA_TEXT(__clang_major__)
#else
#define COXA_COMPILER "gcc " COXA_TEXT(__GNUC__)
#endif
#if defined(_GLIBCXX_RELEASE)
#define COXA_STANDARD_LIBRARY "libstdc++ cxx11=" COXA_TEXT(_GLIBCXX_USE_CXX11_ABI)
#else
#define COXA_STANDARD_LIBRARY "other"
#endif

}  // namespace coxa
