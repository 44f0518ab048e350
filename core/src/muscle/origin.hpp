#pragma once

#include <filesystem>
#include <string>

#include "coxa/math/error.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// Provenance of a model that is about to be changed. A file's name and hash identify the model;
/// its folder does not.
inline std::string origin_of(const Model& model) {
  const std::filesystem::path origin = model.source.empty() ? model.name : model.source;
  return message(
      origin.extension() == ".osim" ? origin.filename().string() : origin.string(),
      model.sha256.empty() ? "" : " (sha256 " + model.sha256 + ")");
}

}  // namespace coxa
