#include "io/osim_reader.hpp"

#include <algorithm>
#include <optional>

#include "coxa/io/osim.hpp"
#include "coxa/io/sha256.hpp"

#include "io/text.hpp"

namespace coxa {
namespace {

constexpr int kOldestVersion = 40000;
constexpr int kNewestVersion = 40600;

}  // namespace

Model OsimReader::read(std::string sha256) {
  know_children(
      model_, {"Ground", "gravity", "length_units", "BodySet", "JointSet", "ConstraintSet",
               "ForceSet", "MarkerSet", "ControllerSet", "ComponentSet", "components"});
  const std::string units = text(model_, "length_units", "meters");
  if (units != "meters" && units != "m")
    fail(model_.child("length_units"), "given ", in_quotes(units), "; only meters are allowed");
  if (!model_.child("BodySet")) fail(model_, "has no <BodySet>; a model needs bodies");
  if (!model_.child("JointSet")) fail(model_, "has no <JointSet>; a model needs joints");

  read_bodies();
  read_joints();
  sort_bodies();
  read_constraints();
  read_wraps();
  read_forces();
  read_markers();
  for (const xml_node node : model_.child("ControllerSet").child("objects").children())
    if (node.type() == pugi::node_element)
      warnings_.push_back(tag(node) + " '" + name_of(node) + "': controllers are left out");

  if (!all_understood()) fail_unknown();

  const std::vector<double> g = numbers(model_, "gravity", 3, {0, -9.80665, 0});
  Skeleton skeleton(bodies_, coordinates_, couplings_, sites_, Vec3(g[0], g[1], g[2]));

  // actuators act on independent coordinates only
  std::vector<Actuator> actuators;
  for (Actuator actuator : actuators_) {
    const auto& independent = skeleton.independent();
    const auto found = std::ranges::find(independent, actuator.coordinate);
    if (found == independent.end()) {
      warnings_.push_back(
          "CoordinateActuator '" + actuator.name + "' works on '"
          + coordinates_[actuator.coordinate].name
          + "', which is locked or driven by another coordinate: left out");
      continue;
    }
    actuator.coordinate = static_cast<int>(found - independent.begin());
    actuators.push_back(actuator);
  }

  return {
      .name = name_of(model_),
      .skeleton = std::move(skeleton),
      .cylinders = std::move(cylinders_),
      .muscles = std::move(muscles_),
      .actuators = std::move(actuators),
      .groups = std::move(groups_),
      .source = file_,
      .sha256 = std::move(sha256),
      .warnings = std::move(warnings_)};
}

Model read_osim(const std::filesystem::path& path) {
  return parse_osim(read_bytes(path), path.string());
}

Model parse_osim(const std::string& bytes, const std::string& file) {
  require<FileError>(!trimmed(bytes).empty(), file, ": is empty; an OpenSim model is needed");

  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(bytes.data(), bytes.size());
  require<FileError>(
      parsed, file, ": is not XML, or is cut off or damaged (at byte ", parsed.offset, " of ",
      bytes.size(), ": ", parsed.description(), ")");
  const pugi::xml_node root = document.child("OpenSimDocument");
  require<FileError>(
      root, file, ": is not an OpenSim file: its first element is <",
      document.document_element().name(), ">; <OpenSimDocument> is needed");

  const std::string given = root.attribute("Version").value();
  const std::optional<double> version = to_number(trimmed(given));
  require<FileError>(
      version && *version >= kOldestVersion && *version <= kNewestVersion, file,
      ": has document version ", in_quotes(given), "; versions ", kOldestVersion, " to ",
      kNewestVersion, " are read. Open and save the model in OpenSim 4 to convert it");
  const pugi::xml_node model = root.child("Model");
  require<FileError>(model, file, ": holds no <Model>; an OpenSim model is needed");

  try {
    return OsimReader(model, file).read(sha256(bytes));
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    throw FileError(message(file, ": ", error.what()));
  }
}

}  // namespace coxa
