#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "coxa/io/hdf5.hpp"

#include "io/hdf5_writer.hpp"

// What a file of ours holds. Whoever calls these has HDF5 to himself (Access).

namespace coxa::hdf5 {

/// Makes sure that HDF5 can read a file (check_hdf5).
void check(const std::filesystem::path& path, Check check);

/// Whether the file's format is the one that is read here.
bool is_ours(hid_t file);

/// Opens an HDF5 file that was checked, and hands it on.
/// @throws FileError that names the path: it cannot be opened, or `read` met a Failure
void open_any(const std::filesystem::path& path, const std::function<void(hid_t file)>& read);

/// The same for a file of our format. @throws FileError for another one too
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

/// Name of a link of the file, in the order of their creation.
std::string name_by_index(hid_t file, hsize_t i);

/// All values of an array.
Values read_values(hid_t array, const std::string& name);

/// Of an array's entries; a text is one, whatever it is stored as.
Shape shape_of(hid_t array);

/// Chunks of an array if they are of our kind (chunks_of, pack), else empty.
Shape chunk_of(hid_t array);

/// A chunk as it lies in the file. @throws Failure if there is none at this place
Packed read_chunk(hid_t array, const Shape& place);

}  // namespace coxa::hdf5
