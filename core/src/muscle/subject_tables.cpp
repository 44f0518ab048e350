#include "subject_tables.hpp"

#include <array>
#include <cmath>
#include <memory>
#include <mutex>
#include <utility>

#include <toml++/toml.h>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

class Table {
 public:
  Table(const std::filesystem::path& folder, const char* name) : path_(folder / name) {
    require<FileError>(
        std::filesystem::is_regular_file(path_), "no table ", path_, "; the folder must hold ",
        "de_leva_1996.toml, segment_lengths.toml, skeleton_lengths.toml, muscle_volume.toml and ",
        "strength.toml");
    try {
      root_ = toml::parse_file(path_.string());
    } catch (const toml::parse_error& error) {
      throw FileError(message(
          path_, ", line ", error.source().begin.line, ": ", error.description(),
          "; mend the table"));
    }
  }

  /// A value by its dotted key. Every value of these tables is a positive number.
  double operator()(const std::string& key) const {
    const auto value = root_.at_path(key).value<double>();
    require<FileError>(
        value && std::isfinite(*value) && *value > 0, path_, " needs a positive number '", key,
        "'");
    return *value;
  }

  /// Lists of words, by name.
  std::map<std::string, std::vector<std::string>> words(const std::string& key) const {
    std::map<std::string, std::vector<std::string>> found;
    const toml::table* rows = root_.at_path(key).as_table();
    require<FileError>(rows && !rows->empty(), path_, " needs a table '", key, "'");
    for (const auto& [name, value] : *rows) {
      std::vector<std::string>& list = found[std::string(name.str())];
      if (const toml::array* array = value.as_array())
        for (const auto& each : *array) list.push_back(each.value_or(std::string()));
      require<FileError>(
          !list.empty(), path_, " needs a list of words '", key, ".", name.str(), "'");
    }
    return found;
  }

 private:
  std::filesystem::path path_;
  toml::table root_;
};

constexpr std::array<const char*, 5> kTables = {
    "de_leva_1996.toml", "segment_lengths.toml", "skeleton_lengths.toml", "muscle_volume.toml",
    "strength.toml"};

constexpr std::array<const char*, 6> kActions = {"hip_extension",        "hip_flexion",
                                                 "knee_extension",       "knee_flexion",
                                                 "ankle_plantarflexion", "ankle_dorsiflexion"};

StrengthTables read_strength(const Table& table, const std::string& who) {
  StrengthTables result;
  const auto group = [&](const std::string& list, std::size_t i) {
    return table(message("sex_and_age.", list, "[", i, "]"));
  };
  for (std::size_t i = 0; i < result.centers.size(); ++i) result.centers[i] = group("centers", i);
  for (const std::string action : kActions) {
    for (std::size_t i = 0; i < result.centers.size(); ++i)
      result.torque[action][i] = group(action + "." + who, i) / group(action + ".male", 0);
    result.training[0][action] = 1;
    result.training[1][action] = table("training.recreational." + action + ".factor");
    result.training[2][action] = table("training.trained." + action + ".factor");
  }
  result.muscles = table.words("muscles");
  for (const auto& [muscle, actions] : result.muscles)
    for (const std::string& action : actions)
      require<FileError>(
          result.torque.contains(action), "strength.toml names the action '", action, "' of ",
          muscle, "; mend the table");
  return result;
}

Anthropometry read_anthropometry(const std::filesystem::path& folder, Sex sex) {
  const std::string who = sex == Sex::male ? "male" : "female";
  const Table de_leva(folder, kTables[0]);
  const Table lengths(folder, kTables[1]);
  const Table skeleton(folder, kTables[2]);
  const Table volume(folder, kTables[3]);
  Anthropometry result;

  // segment name here, table row there: head and trunk as defined with C7 as their common end point
  const std::pair<const char*, const char*> segments[] = {
      {"head", "head_2"},     {"trunk", "trunk_2"}, {"lower_trunk", "lower_trunk"},
      {"hand", "hand"},       {"thigh", "thigh"},   {"upper_arm", "upper_arm"},
      {"forearm", "forearm"}, {"shank", "shank"},   {"foot", "foot"}};
  for (const auto& [name, row] : segments) {
    const std::string prefix = std::string(row) + "." + who + ".";
    result.inertia[name] = {
        .mass = de_leva(prefix + "mass"),
        .length = de_leva(prefix + "length") / de_leva("statures." + who),
        .center = de_leva(prefix + "center"),
        .sagittal = de_leva(prefix + "sagittal"),
        .transverse = de_leva(prefix + "transverse"),
        .longitudinal = de_leva(prefix + "longitudinal")};
  }

  for (const char* name : {"thigh", "shank", "trunk"})
    result.lengths[name] = skeleton(std::string(name) + "." + who);
  for (const char* name : {"ankle_height", "foot", "head", "upper_arm", "forearm"})
    result.lengths[name] = lengths(std::string(name) + "." + who);

  const auto relative_to_men = [&](const std::string& name) {
    return lengths(name + "." + who) / lengths(name + ".male");
  };
  result.hand = relative_to_men("hand");
  result.hip_breadth = relative_to_men("bicristal_breadth");
  result.shoulder_breadth = relative_to_men("biacromial_breadth");

  result.volume_slope = volume("total.slope");
  result.volume_intercept = volume("total.intercept");
  result.model_mass = volume("model.mass");
  result.model_height = volume("model.stature");
  result.strength = read_strength(Table(folder, kTables[4]), who);
  return result;
}

// identifies a file's content without reading it: modification time and size
using Stamp = std::pair<std::filesystem::file_time_type, std::uintmax_t>;

std::array<Stamp, kTables.size()> stamps(const std::filesystem::path& folder) {
  std::array<Stamp, kTables.size()> result;
  std::error_code missing;  // a missing file is reported when it is read
  for (std::size_t i = 0; i < kTables.size(); ++i) {
    const std::filesystem::path path = folder / kTables[i];
    result[i] = {
        std::filesystem::last_write_time(path, missing), std::filesystem::file_size(path, missing)};
  }
  return result;
}

}  // namespace

// cached, because a study scales a model for every trial and reading would dominate
Anthropometry load_anthropometry(const std::filesystem::path& folder, Sex sex) {
  struct Read {
    std::array<Stamp, kTables.size()> stamps;
    Anthropometry tables;
  };
  static std::mutex mutex;
  static std::map<std::pair<std::filesystem::path, Sex>, Read> read;

  const auto now = stamps(folder);
  {
    const std::lock_guard lock(mutex);
    const auto found = read.find({folder, sex});
    if (found != read.end() && found->second.stamps == now) return found->second.tables;
  }
  Anthropometry tables = read_anthropometry(folder, sex);
  const std::lock_guard lock(mutex);
  read[{folder, sex}] = {now, tables};
  return tables;
}

}  // namespace coxa
