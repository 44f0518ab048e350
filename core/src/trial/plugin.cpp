#include "coxa/trial/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>
#include <utility>

#include <boost/dll/shared_library.hpp>
#include <dlfcn.h>

#include "coxa/math/error.hpp"

#include "trial/module_file.hpp"

namespace coxa {
namespace {

namespace fs = std::filesystem;
namespace dll = boost::dll;

constexpr const char* kSymbol = "coxa_plugin";

// text of a descriptor: up to its zero, which a foreign file may lack
template <std::size_t n>
std::string text_of(const char (&field)[n]) {
  return {field, strnlen(field, n)};
}

// all that can be said against a module before any of its code has run
PluginDescriptor checked_descriptor(const fs::path& path) {
  std::optional<std::vector<char>> bytes;
  try {
    bytes = exported_object(path, kSymbol);
  } catch (const FileError& error) {
    throw PluginError(message(path, " is not an exercise plugin: ", error.what()));
  }
  require<PluginError>(
      bytes.has_value(), path, " is not an exercise plugin: it exports no ", kSymbol,
      "; write COXA_EXERCISE(Class, name) once in its source");

  // magic and size stand first in every version, so they can be read before the rest is known to be
  // there
  PluginDescriptor plugin{};
  constexpr std::size_t head = offsetof(PluginDescriptor, interface_version);
  require<PluginError>(
      bytes->size() >= head, path, " is not an exercise plugin: its ", kSymbol, " has ",
      bytes->size(), " bytes, a descriptor has ", sizeof(PluginDescriptor));
  std::memcpy(&plugin, bytes->data(), std::min(bytes->size(), sizeof(plugin)));
  require<PluginError>(
      plugin.magic == kPluginMagic, path, " is not an exercise plugin: its ", kSymbol,
      " begins with ", plugin.magic, ", a descriptor with ", kPluginMagic);
  require<PluginError>(
      plugin.size == sizeof(PluginDescriptor) && bytes->size() >= sizeof(PluginDescriptor), path,
      " has a descriptor of ", std::min<std::size_t>(plugin.size, bytes->size()),
      " bytes, this build of coxa needs ", sizeof(PluginDescriptor),
      "; build the plugin against this version of coxa");
  require<PluginError>(
      plugin.interface_version == kPluginInterface, path, " has plugin interface ",
      plugin.interface_version, ", this build of coxa needs ", kPluginInterface,
      "; build the plugin against this version of coxa");

  constexpr std::uint32_t eigen =
      EIGEN_WORLD_VERSION * 10000 + EIGEN_MAJOR_VERSION * 100 + EIGEN_MINOR_VERSION;
  require<PluginError>(
      plugin.eigen_version == eigen, path, " was built with Eigen ", plugin.eigen_version,
      ", this build of coxa with ", eigen, "; build both with the same Eigen");
  require<PluginError>(
      plugin.eigen_max_align_bytes == EIGEN_MAX_ALIGN_BYTES, path, " aligns Eigen to ",
      plugin.eigen_max_align_bytes, " bytes, this build of coxa to ", EIGEN_MAX_ALIGN_BYTES,
      "; build both with the same -march flags");
  require<PluginError>(
      text_of(plugin.compiler) == COXA_COMPILER, path, " was built by ", text_of(plugin.compiler),
      ", this build of coxa by ", COXA_COMPILER, "; build both with the same compiler");
  require<PluginError>(
      text_of(plugin.standard_library) == COXA_STANDARD_LIBRARY, path, " uses ",
      text_of(plugin.standard_library), ", this build of coxa ", COXA_STANDARD_LIBRARY,
      "; build both with the same standard library");
  require<PluginError>(
      plugin.scenario_size == sizeof(Scenario) && plugin.builder_size == sizeof(ScenarioBuilder),
      path, " knows scenarios of ", plugin.scenario_size, " and builders of ", plugin.builder_size,
      " bytes, this build of coxa ", sizeof(Scenario), " and ", sizeof(ScenarioBuilder),
      "; build the plugin against the headers of this coxa");
  require<PluginError>(
      std::memchr(plugin.name, 0, sizeof(plugin.name)) != nullptr, path,
      " has a descriptor whose name has no end; it holds up to ", sizeof(plugin.name) - 1,
      " characters");
  return plugin;
}

// runs code of a plugin; whatever leaves it becomes an error that names the file
template <typename Call>
auto guarded(const std::string& origin, const char* where, const Call& call) {
  try {
    return call();
  } catch (const std::exception& error) {
    throw PluginError(message(origin, " failed in ", where, ": ", error.what()));
  } catch (...) {
    throw PluginError(
        message(origin, " failed in ", where, " with an exception that is no std::exception"));
  }
}

bool is_snake_case(const std::string& name) {
  return !name.empty() && name[0] >= 'a' && name[0] <= 'z' && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// choices are words for the whole numbers from zero on
void check_choices(const std::string& what, const Parameter& p) {
  if (p.choices.empty()) return;
  const double last = static_cast<double>(p.choices.size()) - 1;
  require<PluginError>(
      p.minimum == 0 && p.maximum == last && p.unit == "1", what, "it has ", p.choices.size(),
      " choices, so its range is 0 ... ", last, " and its unit '1', not ", p.minimum, " ... ",
      p.maximum, " and '", p.unit, "'");
  require<PluginError>(
      p.default_value == std::round(p.default_value), what, "its default ", p.default_value,
      " is the index of no choice");
  const std::set<std::string> words(p.choices.begin(), p.choices.end());
  require<PluginError>(
      words.size() == p.choices.size() && !words.contains(""), what,
      "a choice is empty or stands twice");
}

void check_declarations(
    const std::string& origin, const ExerciseInfo& info, const std::vector<Parameter>& parameters) {
  require<PluginError>(
      is_snake_case(info.name), origin, " calls its exercise '", info.name,
      "'; use small letters, digits and underscores, a letter first");

  std::set<std::string> names;
  for (const Parameter& p : parameters) {
    const std::string what = message(origin, " (", info.name, "), parameter '", p.name, "': ");
    require<PluginError>(
        is_snake_case(p.name), what, "use small letters, digits and underscores, a letter first");
    require<PluginError>(names.insert(p.name).second, what, "declared twice");
    require<PluginError>(
        std::isfinite(p.minimum) && std::isfinite(p.maximum) && p.minimum <= p.maximum, what,
        "its range is ", p.minimum, " ... ", p.maximum);
    require<PluginError>(
        std::isnan(p.default_value)
            || (p.default_value >= p.minimum && p.default_value <= p.maximum),
        what, "its default ", p.default_value, " is outside its range ", p.minimum, " ... ",
        p.maximum);
    require<PluginError>(
        !p.integer || std::isnan(p.default_value) || p.default_value == std::round(p.default_value),
        what, "its default ", p.default_value, " is not a whole number");
    check_choices(what, p);
    require<PluginError>(
        (p.unit == "deg") == p.name.ends_with("_deg"), what, "its unit is '", p.unit,
        "'; a name ends in _deg if and only if the unit is deg");
  }
}

// what a module gave us: the exercise, and the library that holds its code
class LoadedExercise final : public Exercise {
 public:
  LoadedExercise(const fs::path& path, dll::shared_library library, const std::string& name)
      : origin_(message(path)), library_(std::move(library)) {
    const auto create = library_.get<const PluginDescriptor>(kSymbol).create;
    require<PluginError>(create != nullptr, origin_, " has a descriptor without a create function");

    exercise_.reset(guarded(origin_, "create", create));
    require<PluginError>(exercise_ != nullptr, origin_, " created no exercise: it returned null");
    info_ = guarded(origin_, "info", [&] { return exercise_->info(); });
    parameters_ = guarded(origin_, "parameters", [&] { return exercise_->parameters(); });

    require<PluginError>(
        info_.name == name, origin_, " is named '", name, "' in its descriptor and '", info_.name,
        "' in info(); give both the same name");
    check_declarations(origin_, info_, parameters_);
  }

  ExerciseInfo info() const override { return info_; }
  std::vector<Parameter> parameters() const override { return parameters_; }

  Scenario build(const Model& model, const Parameters& parameters) const override {
    try {
      return exercise_->build(model, parameters);
    } catch (const Error&) {
      throw;  // ours already: what the exercise has to say to its user
    } catch (const std::exception& error) {
      throw PluginError(
          message("the exercise ", info_.name, " (", origin_, ") failed in build: ", error.what()));
    } catch (...) {
      throw PluginError(message(
          "the exercise ", info_.name, " (", origin_,
          ") failed in build with an exception that is no std::exception"));
    }
  }

 private:
  std::string origin_;
  dll::shared_library library_;  // before the exercise, so that the code outlives the object
  std::unique_ptr<Exercise> exercise_;
  ExerciseInfo info_;
  std::vector<Parameter> parameters_;
};

// modules are never unloaded: objects, exceptions and thread-local data of a plugin may outlive
// every handle that we could count, so one handle of each is given away on purpose
void keep_loaded(const dll::shared_library& library) {
  static auto* const kept = new std::vector<dll::shared_library>;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  kept->push_back(library);
}

std::shared_ptr<const Exercise> load_exercise(const fs::path& path) {
  // a pipe or device would hang or worse on opening
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  require<PluginError>(
      status.type() != fs::file_type::not_found, "cannot load ", path, ": there is no such file");
  require<PluginError>(!error, "cannot load ", path, ": ", error.message());
  require<PluginError>(
      fs::is_regular_file(status), path, " is not an exercise plugin: it is not a file");

  const PluginDescriptor descriptor = checked_descriptor(path);
  dll::shared_library library;
  try {
    // this form throws with the loader's own words, such as the symbol that is missing
    library.load(fs::absolute(path), dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const std::exception& failure) {
    throw PluginError(message("cannot load ", path, ": ", failure.what()));
  }
  keep_loaded(library);
  return std::make_shared<LoadedExercise>(path, library, text_of(descriptor.name));
}

fs::path resolved(const fs::path& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return error ? path : real;
}

fs::path own_folder() {
  static const char here = 0;  // data of our own: the address of a function may lie in the program
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
      // an empty entry is no folder, least of all the current one
      if (colon != 0) folders.emplace_back(rest.substr(0, colon));
      rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
    }
  }

  // the XDG specification ignores relative paths
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
    fs::path module;  // canonical; empty for an exercise of this process
  };

  mutable std::mutex mutex;         // of the entries
  std::recursive_mutex load_mutex;  // one module at a time; a module may load others
  std::map<std::string, Entry> entries;
  std::vector<SkippedPlugin> skipped;  // written while the registry is made, then only read

  void insert(Entry entry, bool replace = false) {
    const std::string name = entry.exercise->info().name;
    Entry before;  // outlives the lock: its end may run code of its own
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
  // gone
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

    // by name, since the order in a folder is no order
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
  State::Entry entry;  // outlives the lock: its end may run code of its own
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
