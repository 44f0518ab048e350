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
        "de_leva_1996.toml, segment_lengths.toml, skeleton_lengths.toml and muscle_volume.toml");
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

 private:
  std::filesystem::path path_;
  toml::table root_;
};

constexpr std::array<const char*, 4> kTables = {
    "de_leva_1996.toml", "segment_lengths.toml", "skeleton_lengths.toml", "muscle_volume.toml"};

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
