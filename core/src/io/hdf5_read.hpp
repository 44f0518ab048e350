#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "coxa/io/hdf5.hpp"

#include "io/hdf5_writer.hpp"

// Reads the contents of a coxa file. Callers hold HDF5 exclusively (Access).

namespace coxa::hdf5 {

/// Makes sure that HDF5 can read a file (check_hdf5).
void check(const std::filesystem::path& path, Check check);

/// Whether the file's format is supported.
bool is_ours(hid_t file);

/// Opens a checked HDF5 file and passes it on.
/// @throws FileError naming the path if it cannot be opened or `read` throws a Failure
void open_any(const std::filesystem::path& path, const std::function<void(hid_t file)>& read);

/// The same for a file of coxa's format. @throws FileError also for another format
void open_ours(const std::filesystem::path& path, const std::function<void(hid_t file)>& read);

struct Stored {
  Declaration declaration;
  Handle array;
};

struct Contents {
  std::vector<std::pair<std::string, std::size_t>> dimensions;
  std::vector<Stored> variables;
};

Contents contents(hid_t file);

Attributes read_attributes(hid_t object);

/// Name of the i-th link of the file, in order of creation.
std::string name_by_index(hid_t file, hsize_t i);

/// All values of an array.
Values read_values(hid_t array, const std::string& name);

/// Shape in entries; a text is one entry however it is stored.
Shape shape_of(hid_t array);

/// Chunk shape if it has the form of chunks_of and the filters of pack, else empty.
Shape chunk_of(hid_t array);

/// A chunk as stored in the file. @throws Failure if there is none at this place
Packed read_chunk(hid_t array, const Shape& place);

}  // namespace coxa::hdf5
