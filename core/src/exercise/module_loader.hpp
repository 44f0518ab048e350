#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"

namespace coxa {

/// Exercise of a module, which stays loaded for the life of the process.
/// @throws PluginError naming the file, with both values where something differs
std::shared_ptr<const Exercise> load_exercise(const std::filesystem::path& path);

/// @throws PluginError naming the exercise's origin and the parameter whose declaration is invalid
void check_declarations(
    const std::string& origin, const ExerciseInfo& info, const std::vector<Parameter>& parameters);

}  // namespace coxa
