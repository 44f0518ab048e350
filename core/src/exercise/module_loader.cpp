#include "exercise/module_loader.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <mutex>
#include <set>
#include <utility>

#include <boost/dll/shared_library.hpp>
#include <dlfcn.h>

#include "coxa/math/error.hpp"

#include "exercise/module_file.hpp"

namespace coxa {
namespace {

namespace fs = std::filesystem;
namespace dll = boost::dll;

constexpr const char* kSymbol = "coxa_plugin";

// text of a descriptor's field up to its terminating zero, which a foreign file may lack
template <std::size_t n>
std::string text_of(const char (&field)[n]) {
  return {field, strnlen(field, n)};
}

// all checks that are possible before any code of the module runs
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

  // magic and size come first in every version, so they can be read before the rest is known to
  // exist
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

// runs code of a plugin and converts any exception to an error that names the file
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

// choices are indexed by whole numbers from zero
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

// a loaded module: the exercise, and the library that holds its code
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

  void build(ScenarioBuilder& s, const Parameters& parameters) const override {
    try {
      exercise_->build(s, parameters);
    } catch (const Error&) {
      throw;  // coxa's own errors carry the exercise's message to the user
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
  dll::shared_library library_;  // declared before the exercise so that it is destroyed after it
  std::unique_ptr<Exercise> exercise_;
  ExerciseInfo info_;
  std::vector<Parameter> parameters_;
};

// modules are never unloaded: objects, exceptions and thread-local data of a plugin may outlive
// every handle that could be counted, so one handle of each is leaked on purpose
void keep_loaded(const dll::shared_library& library) {
  static auto* const kept = new std::vector<dll::shared_library>;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  kept->push_back(library);
}

}  // namespace

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

std::shared_ptr<const Exercise> load_exercise(const fs::path& path) {
  // opening a pipe or device could block
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
    // this overload throws with the loader's own message, which names a missing symbol
    library.load(fs::absolute(path), dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const std::exception& failure) {
    throw PluginError(message("cannot load ", path, ": ", failure.what()));
  }
  keep_loaded(library);
  return std::make_shared<LoadedExercise>(path, library, text_of(descriptor.name));
}

}  // namespace coxa
