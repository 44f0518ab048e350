#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// A file or folder that the search could not use, and the reason.
struct SkippedPlugin {
  std::filesystem::path path;
  std::string reason;
};

/// Folders that are searched for plugins, in order: `plugins` (or `coxa/plugins`) beside libcoxa,
/// each folder of the environment variable COXA_PLUGIN_PATH (separated by colons), and
/// $XDG_DATA_HOME/coxa/plugins (default ~/.local/share/coxa/plugins). The first and last only if
/// they exist.
COXA_EXPORT std::vector<std::filesystem::path> plugin_folders();

/// All known exercises. Modules stay loaded for the life of the process. All members are
/// thread-safe.
class COXA_EXPORT ExerciseRegistry {
 public:
  /// Registry of this process, from `plugin_folders()`, which are searched on the first call.
  static ExerciseRegistry& instance();

  /// Loads the files `*.so` of each folder in order of name. A file or folder that cannot be used
  /// is recorded in `skipped` and is not an error; of two exercises with the same name the first is
  /// kept.
  explicit ExerciseRegistry(const std::vector<std::filesystem::path>& folders);

  /// Loads one module and registers its exercise; returns the existing one if the module is already
  /// loaded.
  /// @throws PluginError naming the file, with both values where something differs, or for a
  ///         duplicate name
  std::shared_ptr<const Exercise> load(const std::filesystem::path& path);

  /// Registers an exercise made in this process (tests, Python).
  /// @param origin  where it came from, for messages and `origin`
  /// @param replace replace an exercise of that name that `add` registered; never that of a module
  /// @throws PluginError for a duplicate name or an invalid parameter declaration
  void add(
      std::shared_ptr<const Exercise> exercise, const std::string& origin, bool replace = false);

  /// Removes an exercise that `add` registered. @throws UnknownName; PluginError for one from a
  /// module
  void remove(const std::string& name);

  /// Names of all exercises, sorted.
  std::vector<std::string> names() const;

  /// Exercise of that name. @throws UnknownName naming the nearest
  std::shared_ptr<const Exercise> find(const std::string& name) const;

  /// Origin of an exercise: the path of its module, or the origin given to `add`.
  /// @throws UnknownName
  std::string origin(const std::string& name) const;

  /// Files and folders that the search could not use.
  const std::vector<SkippedPlugin>& skipped() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coxa
