#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// A file that was looked at and is not an exercise, and why.
struct SkippedPlugin {
  std::filesystem::path path;
  std::string reason;
};

/// Folders that are searched for plugins, in order: `plugins` (or `coxa/plugins`) beside libcoxa itself, each
/// folder of the environment variable COXA_PLUGIN_PATH (separated by colons), and
/// $XDG_DATA_HOME/coxa/plugins (~/.local/share/coxa/plugins). The first and last only where they exist.
COXA_EXPORT std::vector<std::filesystem::path> plugin_folders();

/// Every exercise found. Modules stay loaded for the life of the process. All members may be called from any
/// thread.
class COXA_EXPORT ExerciseRegistry {
 public:
  /// The registry of this process, of `plugin_folders()`; it looks at them once, when first asked for.
  static ExerciseRegistry& instance();

  /// Loads the files `*.so` of each folder, by name. A file or folder that cannot be used is recorded in
  /// `skipped`, never fatal; of two exercises with one name the first wins.
  explicit ExerciseRegistry(const std::vector<std::filesystem::path>& folders);

  /// Loads one module and registers its exercise; a module loaded before is returned as it is.
  /// @throws PluginError naming the file, with both values where something differs, or for a duplicate name
  std::shared_ptr<const Exercise> load(const std::filesystem::path& path);

  /// Registers an exercise made in this process (tests, Python).
  /// @param replace take the place of one of that name that was added before; never that of a module
  /// @throws PluginError for a duplicate name or a parameter that is ill declared
  void add(
      std::shared_ptr<const Exercise> exercise, const std::string& origin, bool replace = false);

  /// Takes out an exercise that `add` put in. @throws UnknownName, PluginError for one that a module brought
  void remove(const std::string& name);

  /// Names of all exercises, sorted.
  std::vector<std::string> names() const;

  /// @throws UnknownName naming the nearest
  std::shared_ptr<const Exercise> find(const std::string& name) const;

  /// Where an exercise came from: the path of its module, or what `add` was told. @throws UnknownName
  std::string origin(const std::string& name) const;

  /// What the search passed over, and why.
  const std::vector<SkippedPlugin>& skipped() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coxa
