#include "coxa/exercise/registry.hpp"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <utility>

#include <dlfcn.h>

#include "coxa/math/error.hpp"

#include "exercise/module_loader.hpp"

namespace coxa {
namespace {

namespace fs = std::filesystem;

fs::path resolved(const fs::path& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return error ? path : real;
}

fs::path own_folder() {
  static const char here = 0;  // the address of a function may lie in the executable, that of data
                               // does not
  Dl_info info{};
  if (dladdr(&here, &info) == 0 || !info.dli_fname) return {};
  std::error_code error;
  return fs::absolute(info.dli_fname, error).parent_path();
}

}  // namespace

std::vector<fs::path> plugin_folders() {
  std::vector<fs::path> folders;
  const auto add_existing = [&](const fs::path& folder) {
    std::error_code error;
    if (fs::exists(fs::symlink_status(folder, error))) folders.push_back(folder);
  };

  if (const fs::path beside = own_folder(); !beside.empty()) {
    add_existing(beside / "plugins");
    add_existing(beside / "coxa" / "plugins");
  }

  if (const char* list = std::getenv("COXA_PLUGIN_PATH")) {
    std::string rest = list;
    while (!rest.empty()) {
      const std::size_t colon = rest.find(':');
      // an empty entry is ignored and does not mean the current folder
      if (colon != 0) folders.emplace_back(rest.substr(0, colon));
      rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
    }
  }

  // the XDG specification requires relative paths to be ignored
  const char* data = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  if (data && fs::path(data).is_absolute()) {
    add_existing(fs::path(data) / "coxa" / "plugins");
  } else if (home && fs::path(home).is_absolute()) {
    add_existing(fs::path(home) / ".local" / "share" / "coxa" / "plugins");
  }
  return folders;
}

struct ExerciseRegistry::State {
  struct Entry {
    std::shared_ptr<const Exercise> exercise;
    std::string origin;
    fs::path module;  // canonical; empty for an exercise made in this process
  };

  mutable std::mutex mutex;         // guards entries
  std::recursive_mutex load_mutex;  // one module at a time; recursive because a module may load
                                    // others
  std::map<std::string, Entry> entries;
  std::vector<SkippedPlugin> skipped;  // written during construction only

  void insert(Entry entry, bool replace = false) {
    const std::string name = entry.exercise->info().name;
    Entry before;  // outlives the lock: its destructor may run foreign code
    const std::lock_guard lock(mutex);
    const auto found = entries.find(name);
    if (found != entries.end() && replace && found->second.module.empty()) {
      before = std::exchange(found->second, std::move(entry));
      return;
    }
    require<PluginError>(
        found == entries.end(), entry.origin, " brings an exercise '", name,
        "', but there is one already, from ", found == entries.end() ? "" : found->second.origin,
        "; rename one of them");
    entries.emplace(name, std::move(entry));
  }

  std::shared_ptr<const Exercise> loaded(const fs::path& module) const {
    const std::lock_guard lock(mutex);
    for (const auto& [name, entry] : entries) {
      if (entry.module == module) return entry.exercise;
    }
    return nullptr;
  }

  const Entry& at(const std::string& name) const {
    const auto entry = entries.find(name);
    if (entry != entries.end()) return entry->second;

    std::vector<std::string> names;
    std::string listed;
    for (const auto& [known, unused] : entries) {
      names.push_back(known);
      listed += (listed.empty() ? "" : ", ") + known;
    }
    const std::string nearest = nearest_name(name, names);
    throw UnknownName(message(
        "no exercise '", name, "'", nearest.empty() ? "." : "; did you mean '" + nearest + "'?",
        names.empty()
            ? std::string(" None was found; COXA_PLUGIN_PATH may name a folder of plugins")
            : " There are: " + listed));
  }
};

ExerciseRegistry& ExerciseRegistry::instance() {
  // never destroyed: an exercise written in Python must not be released after the interpreter has
  // been finalised
  static auto* const registry = new ExerciseRegistry(plugin_folders());
  return *registry;
}

ExerciseRegistry::ExerciseRegistry(const std::vector<fs::path>& folders)
    : state_(std::make_shared<State>()) {
  for (const fs::path& folder : folders) {
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->path().extension() == ".so") files.push_back(entry->path());
    }
    if (error) state_->skipped.push_back({folder, "cannot list the folder: " + error.message()});

    // sorted, since directory iteration has no defined order
    std::ranges::sort(files);
    for (const fs::path& file : files) {
      try {
        const fs::path module = resolved(file);
        require<PluginError>(
            state_->loaded(module) == nullptr, file, " is a file that was loaded before, ", module);
        state_->insert({load_exercise(file), file.string(), module});
      } catch (const std::exception& failure) {
        state_->skipped.push_back({file, failure.what()});
      }
    }
  }
}

std::shared_ptr<const Exercise> ExerciseRegistry::load(const fs::path& path) {
  const std::lock_guard lock(state_->load_mutex);
  const fs::path module = resolved(path);
  if (auto before = state_->loaded(module)) return before;
  std::shared_ptr<const Exercise> exercise = load_exercise(path);
  state_->insert({exercise, path.string(), module});
  return exercise;
}

void ExerciseRegistry::add(
    std::shared_ptr<const Exercise> exercise, const std::string& origin, bool replace) {
  require<PluginError>(exercise != nullptr, origin, " gave no exercise: a null pointer");
  check_declarations(origin, exercise->info(), exercise->parameters());
  state_->insert({std::move(exercise), origin, {}}, replace);
}

void ExerciseRegistry::remove(const std::string& name) {
  State::Entry entry;  // outlives the lock: its destructor may run foreign code
  const std::lock_guard lock(state_->mutex);
  entry = state_->at(name);
  require<PluginError>(
      entry.module.empty(), "the exercise ", name, " comes from a module, ", entry.origin,
      "; take the file out of its folder instead");
  state_->entries.erase(name);
}

std::vector<std::string> ExerciseRegistry::names() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> names;
  for (const auto& [name, entry] : state_->entries) names.push_back(name);
  return names;
}

std::shared_ptr<const Exercise> ExerciseRegistry::find(const std::string& name) const {
  const std::lock_guard lock(state_->mutex);
  return state_->at(name).exercise;
}

std::string ExerciseRegistry::origin(const std::string& name) const {
  const std::lock_guard lock(state_->mutex);
  return state_->at(name).origin;
}

const std::vector<SkippedPlugin>& ExerciseRegistry::skipped() const { return state_->skipped; }

}  // namespace coxa
