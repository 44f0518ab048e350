#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coxa/io/hdf5.hpp"

#include "io/hdf5_writer.hpp"

// Contents of a study's parts, read and compared before the joined file is written.

namespace coxa::hdf5 {

struct Part {
  std::filesystem::path path;
  std::size_t first = 0;
  std::size_t trials = 0;
};

// a variable of the joined file
struct Item {
  Declaration declaration;
  std::filesystem::path from;   // the first part that has it
  std::size_t parts = 1;        // number of parts that have it
  std::size_t row = 1;          // entries per trial
  Shape chunk;                  // chunk shape in the first part
  std::uint64_t stored = 0;     // bytes of its chunks in all parts
  std::optional<Values> whole;  // values, if independent of the trial
};

struct Dimension {
  std::string name;
  std::size_t size;
  std::filesystem::path from;
};

struct Plan {
  std::vector<Part> parts;  // in order of their trials
  std::size_t trials = 0;
  std::vector<Dimension> dimensions;  // including `trial`
  std::vector<Item> items;
  std::map<std::string, std::size_t> places;  // index into items by name
};

std::size_t size_of(const GridDimension& dimension);

/// @throws FileError naming parts that contradict each other, or a damaged part
/// @throws InvalidArgument for a grid that does not fit
Plan plan_of(
    const std::vector<std::filesystem::path>& parts,
    const std::vector<GridDimension>& grid,
    Parts state);

}  // namespace coxa::hdf5
